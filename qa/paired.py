"""Readers that look twice: one model reads widely, and what it found best is read again, by a larger one or itself."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from pullquote.qa.reader import (
    SMALL_READER,
    Reader,
    Reading,
    SpanScores,
    TransformersReader,
    shipped_reader_folder,
    shipped_readers,
)
from pullquote.qa.windows import ReaderInput

DEFAULT_READER = "thorough"
PAIRED_READER = "paired"
ACCURATE_READER = "accurate"
# Of the readers that look twice: what reads, and what looks again.
_LOOKING_TWICE = {
    DEFAULT_READER: (ACCURATE_READER, ACCURATE_READER),
    PAIRED_READER: (SMALL_READER, ACCURATE_READER),
}


class PairedReader:
    """Two looks: the first reader reads every passage, the second only the sentences that the best spans stand in.

    Args:
        first: reads as any reader does.
        second: tells the first's spans apart (see `pullquote.qa.rereading`); slower and surer, or the first itself.
        folder: where the models lie that were fitted for both; None for none.
        name: to show.
    """

    def __init__(
        self, first: Reader, second: TransformersReader, *, folder: Path | None = None, name: str = PAIRED_READER
    ) -> None:
        self.first = first
        self._second = second
        self._folder = folder
        self._name = name

    @property
    def name(self) -> str:
        """Name to show."""
        return self._name

    @property
    def sha256(self) -> str:
        """Hash of both readers' weights."""
        return hashlib.sha256(f"{self.first.sha256} {self._second.sha256}".encode()).hexdigest()

    @property
    def folder(self) -> Path | None:
        """Where the models lie that were fitted for both readers; None for none."""
        return self._folder

    def read(self, question: str, passages: Sequence[ReaderInput], *, spans: int = 5) -> list[Reading]:
        """Return what the first reader finds, one reading a passage."""
        return self.first.read(question, passages, spans=spans)

    def score_spans(self, question: str, passage: ReaderInput, spans: Sequence[tuple[int, int]]) -> SpanScores:
        """Return what the second reader makes of spans: see `TransformersReader.score_spans`."""
        return self._second.score_spans(question, passage, spans)


def reader_names() -> list[str]:
    """Return the names of the readers that need no download, in alphabetical order."""
    return sorted([*_LOOKING_TWICE, *shipped_readers()])


def load_reader(name: str = DEFAULT_READER) -> Reader:
    """Return the reader of a name: one of `reader_names`, a folder, or a hub name.

    Raises:
        ModelError: it can't be found or loaded.
    """
    if name not in _LOOKING_TWICE:
        return TransformersReader(name)
    first, second = _LOOKING_TWICE[name]
    reads = TransformersReader(first)
    looks_again = reads if second == first else TransformersReader(second)
    return PairedReader(reads, looks_again, folder=shipped_reader_folder(name), name=name)
