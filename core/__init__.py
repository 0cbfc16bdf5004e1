"""Pullquote answers questions from a news archive with the exact words that were printed.

>>> from pullquote import Archive, Engine                                   # doctest: +SKIP
>>> archive = Archive.open("news.pq")                                       # doctest: +SKIP
>>> Engine(archive).ask("Who chairs the port authority?").answer            # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pullquote.answers import (
        Answer,
        Candidate,
        Citation,
        Course,
        DatedValue,
        Hit,
        PassagesFound,
        Quotation,
        Remark,
        RemarkKind,
        Searched,
        Side,
        State,
        Turn,
    )
    from pullquote.articles import AddReport, Article, Note, Passage, Skipped
    from pullquote.errors import (
        ArchiveDamaged,
        ArchiveError,
        ArchiveLocked,
        ArchiveTooNew,
        ArchiveWriteFailed,
        ArticleAltered,
        InputError,
        ModelError,
        ModelMismatch,
        NotAnArchive,
        PackageMissing,
        PullquoteError,
        SourceError,
    )
    from pullquote.filters import Filters
    from pullquote.index.adding.adding import NamedSource
    from pullquote.index.archive import Archive
    from pullquote.index.embedding.embedder import Embedder
    from pullquote.index.sources.files import SourceFile
    from pullquote.qa.engine import Engine
    from pullquote.qa.reading.paired import load_reader, reader_names
    from pullquote.qa.reading.reader import Reader, Reading, Rereader, ScoredSpan, SpanScorer, SpanScores
    from pullquote.qa.reading.runtime import Runtime
    from pullquote.qa.reading.span_reader import SpanReader
    from pullquote.qa.reading.windows import ReaderInput, Window
    from pullquote.reports import AddProgress, ArchiveInfo, CheckReport, RemoveReport

__version__ = "0.1.0"

# Where each public name lives; loaded on first use, so that `import pullquote` stays fast and light.
_HOMES = {
    "AddProgress": "pullquote.reports",
    "AddReport": "pullquote.articles",
    "Answer": "pullquote.answers",
    "Archive": "pullquote.index.archive",
    "ArchiveDamaged": "pullquote.errors",
    "ArchiveError": "pullquote.errors",
    "ArchiveInfo": "pullquote.reports",
    "ArchiveLocked": "pullquote.errors",
    "ArchiveTooNew": "pullquote.errors",
    "ArchiveWriteFailed": "pullquote.errors",
    "Article": "pullquote.articles",
    "ArticleAltered": "pullquote.errors",
    "Candidate": "pullquote.answers",
    "CheckReport": "pullquote.reports",
    "Citation": "pullquote.answers",
    "Course": "pullquote.answers",
    "DatedValue": "pullquote.answers",
    "Embedder": "pullquote.index.embedding.embedder",
    "Engine": "pullquote.qa.engine",
    "Filters": "pullquote.filters",
    "Hit": "pullquote.answers",
    "InputError": "pullquote.errors",
    "ModelError": "pullquote.errors",
    "ModelMismatch": "pullquote.errors",
    "NamedSource": "pullquote.index.adding.adding",
    "NotAnArchive": "pullquote.errors",
    "Note": "pullquote.articles",
    "PackageMissing": "pullquote.errors",
    "Passage": "pullquote.articles",
    "PassagesFound": "pullquote.answers",
    "PullquoteError": "pullquote.errors",
    "Quotation": "pullquote.answers",
    "Reader": "pullquote.qa.reading.reader",
    "ReaderInput": "pullquote.qa.reading.windows",
    "Reading": "pullquote.qa.reading.reader",
    "Remark": "pullquote.answers",
    "RemarkKind": "pullquote.answers",
    "RemoveReport": "pullquote.reports",
    "Rereader": "pullquote.qa.reading.reader",
    "Runtime": "pullquote.qa.reading.runtime",
    "ScoredSpan": "pullquote.qa.reading.reader",
    "Searched": "pullquote.answers",
    "Side": "pullquote.answers",
    "Skipped": "pullquote.articles",
    "SourceError": "pullquote.errors",
    "SourceFile": "pullquote.index.sources.files",
    "SpanReader": "pullquote.qa.reading.span_reader",
    "SpanScorer": "pullquote.qa.reading.reader",
    "SpanScores": "pullquote.qa.reading.reader",
    "State": "pullquote.answers",
    "Turn": "pullquote.answers",
    "Window": "pullquote.qa.reading.windows",
    "load_reader": "pullquote.qa.reading.paired",
    "reader_names": "pullquote.qa.reading.paired",
}

__all__ = [
    "AddProgress",
    "AddReport",
    "Answer",
    "Archive",
    "ArchiveDamaged",
    "ArchiveError",
    "ArchiveInfo",
    "ArchiveLocked",
    "ArchiveTooNew",
    "ArchiveWriteFailed",
    "Article",
    "ArticleAltered",
    "Candidate",
    "CheckReport",
    "Citation",
    "Course",
    "DatedValue",
    "Embedder",
    "Engine",
    "Filters",
    "Hit",
    "InputError",
    "ModelError",
    "ModelMismatch",
    "NamedSource",
    "NotAnArchive",
    "Note",
    "PackageMissing",
    "Passage",
    "PassagesFound",
    "PullquoteError",
    "Quotation",
    "Reader",
    "ReaderInput",
    "Reading",
    "Remark",
    "RemarkKind",
    "RemoveReport",
    "Rereader",
    "Runtime",
    "ScoredSpan",
    "Searched",
    "Side",
    "Skipped",
    "SourceError",
    "SourceFile",
    "SpanReader",
    "SpanScorer",
    "SpanScores",
    "State",
    "Turn",
    "Window",
    "__version__",
    "load_reader",
    "reader_names",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'pullquote' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
