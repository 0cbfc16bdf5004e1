"""What stands in the place of something that can't be used any more."""

from __future__ import annotations

from typing import Any

from pullquote.errors import ArchiveError


class Unusable:
    """Refuses whatever is asked of it, but to be closed: closing twice is no mistake.

    Args:
        why: a sentence that says what to do.
    """

    def __init__(self, why: str) -> None:
        self._why = why

    def close(self) -> None:
        """Do nothing."""

    def __getattr__(self, name: str) -> Any:
        raise ArchiveError(self._why)
