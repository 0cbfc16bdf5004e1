"""Keeping this process from talking to anyone: telemetry off, the hub only when a hub model is named."""

from __future__ import annotations

import os
from pathlib import Path

_QUIET = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
}


_offline_by_us = False


def stay_local() -> None:
    """Switch telemetry off, and the hub too unless HF_HUB_OFFLINE says otherwise.

    For the command line's own process only, and before any heavy import: huggingface_hub reads these once.
    """
    global _offline_by_us
    os.environ.update(_QUIET)
    if "HF_HUB_OFFLINE" not in os.environ:
        os.environ["HF_HUB_OFFLINE"] = "1"
        _offline_by_us = True


def allow_hub_for(model: str | None) -> None:
    """Let the hub be asked when the user named a model that is no folder here."""
    if not (_offline_by_us and model) or Path(model).exists():
        return
    # Imports nothing heavy: huggingface_hub mustn't be loaded before the variable is gone (test_package holds that).
    from pullquote.index.embedding.names import embedder_names
    from pullquote.qa.reading.paired import reader_names

    if model not in {*reader_names(), *embedder_names()}:
        os.environ.pop("HF_HUB_OFFLINE", None)
