"""Libraries that come with the extra `documents`."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from pullquote.index.sources.files import Unreadable


def library(name: str, for_what: str) -> Any:
    """Return a library's module.

    Raises:
        Unreadable: it is not installed; the reason says what to install.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise Unreadable(f"is {for_what}, which needs an extra: pip install 'pullquote[documents]'") from error
