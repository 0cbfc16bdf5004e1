"""Pullquote answers questions from a news archive with the exact words that were printed.

>>> from pullquote import Archive, Engine                                   # doctest: +SKIP
>>> archive = Archive.open("news.pq")                                       # doctest: +SKIP
>>> Engine(archive).ask("Who chairs the port authority?").answer            # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pullquote.answers import Answer, Candidate, Citation, Hit, PassagesFound, Turn
    from pullquote.articles import AddReport, Article, Passage, Skipped
    from pullquote.errors import (
        ArchiveDamaged,
        ArchiveError,
        ArchiveLocked,
        ArchiveTooNew,
        ArchiveWriteFailed,
        InputError,
        ModelError,
        ModelMismatch,
        NotAnArchive,
        PullquoteError,
        SourceError,
    )
    from pullquote.filters import Filters
    from pullquote.index.archive import Archive
    from pullquote.qa.engine import Engine

__version__ = "0.1.0"

# Where each public name lives; loaded on first use, so that `import pullquote` stays fast and light.
_HOMES = {
    "AddReport": "pullquote.articles",
    "Answer": "pullquote.answers",
    "Archive": "pullquote.index.archive",
    "ArchiveDamaged": "pullquote.errors",
    "ArchiveError": "pullquote.errors",
    "ArchiveLocked": "pullquote.errors",
    "ArchiveTooNew": "pullquote.errors",
    "ArchiveWriteFailed": "pullquote.errors",
    "Article": "pullquote.articles",
    "Candidate": "pullquote.answers",
    "Citation": "pullquote.answers",
    "Engine": "pullquote.qa.engine",
    "Filters": "pullquote.filters",
    "Hit": "pullquote.answers",
    "InputError": "pullquote.errors",
    "ModelError": "pullquote.errors",
    "ModelMismatch": "pullquote.errors",
    "NotAnArchive": "pullquote.errors",
    "Passage": "pullquote.articles",
    "PassagesFound": "pullquote.answers",
    "PullquoteError": "pullquote.errors",
    "Skipped": "pullquote.articles",
    "SourceError": "pullquote.errors",
    "Turn": "pullquote.answers",
}

__all__ = [
    "AddReport",
    "Answer",
    "Archive",
    "ArchiveDamaged",
    "ArchiveError",
    "ArchiveLocked",
    "ArchiveTooNew",
    "ArchiveWriteFailed",
    "Article",
    "Candidate",
    "Citation",
    "Engine",
    "Filters",
    "Hit",
    "InputError",
    "ModelError",
    "ModelMismatch",
    "NotAnArchive",
    "Passage",
    "PassagesFound",
    "PullquoteError",
    "Skipped",
    "SourceError",
    "Turn",
    "__version__",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'pullquote' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
