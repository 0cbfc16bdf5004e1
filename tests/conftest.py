"""Fixtures that several packages' tests share. No test reaches the network or the home directory."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
# matplotlib keeps a list of fonts, which it would write to the home directory.
os.environ["MPLCONFIGDIR"] = str(Path(__file__).parent.parent / ".cache" / "matplotlib")

sys.path.insert(0, str(Path(__file__).parent))

from fakes import CapitalReader, HashEmbedder

# No test times anything: on a busy machine a single example may take long.
settings.register_profile("pullquote", deadline=None)
settings.load_profile("pullquote")

REPOSITORY = Path(__file__).parent.parent


@pytest.fixture(scope="session", autouse=True)
def _no_users_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever a test keeps in the cache, it is not the user's."""
    os.environ["PULLQUOTE_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def embedder() -> HashEmbedder:
    return HashEmbedder()


@pytest.fixture
def reader() -> CapitalReader:
    return CapitalReader()


@pytest.fixture
def write_articles(tmp_path: Path):
    """Return a function that writes articles to a JSON-lines file and returns its path."""

    def write(*rows: dict, name: str = "articles.jsonl") -> Path:
        file = tmp_path / name
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return file

    return write


@pytest.fixture
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intervals from 20 resamples, not thousands: for tests of everything but the intervals."""
    from pullquote.eval.metrics import bootstrap

    for function in (bootstrap.interval, bootstrap.interval_of, bootstrap.paired):
        monkeypatch.setitem(function.__kwdefaults__, "resamples", 20)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of data for developing; tests that need it are skipped, with the reason, where it is missing."""
    folder = Path(os.environ.get("PULLQUOTE_SHARED", REPOSITORY.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"there is no data folder at {folder}; name one in PULLQUOTE_SHARED")
    return folder
