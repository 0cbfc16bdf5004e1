"""Readers that look twice: one model reads widely, and what it found best is read again, by a larger one or itself."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from pullquote.arguments import nearest
from pullquote.errors import ModelError
from pullquote.plugins import PluginKind, plugin_named, plugins
from pullquote.qa.reading.reader import Reader, Reading, SpanScorer, SpanScores
from pullquote.qa.reading.shipped import SMALL_READER, shipped_reader_folder, shipped_readers
from pullquote.qa.reading.span_reader import TransformersReader
from pullquote.qa.reading.windows import ReaderInput

DEFAULT_READER = "thorough"
PAIRED_READER = "paired"
ACCURATE_READER = "accurate"
# Of the readers that look twice: what reads, and what looks again.
_LOOKING_TWICE = {
    DEFAULT_READER: (ACCURATE_READER, ACCURATE_READER),
    PAIRED_READER: (SMALL_READER, ACCURATE_READER),
}


class _Second(SpanScorer, Protocol):
    """What looks again."""

    @property
    def sha256(self) -> str:
        """Hash of the weights."""


class PairedReader:
    """Two looks: the first reader reads every passage, the second only the sentences that the best spans stand in.

    Args:
        first: reads as any reader does.
        second: tells the first's spans apart (see `pullquote.qa.ranking.rereading`); slower and surer, or the first
            itself.
        folder: where the models lie that were fitted for both; None for none.
        name: to show.
        sifter: glances at more passages, to choose those that the first reads; None where all found are read.
    """

    def __init__(
        self,
        first: Reader,
        second: _Second,
        *,
        folder: Path | None = None,
        name: str = PAIRED_READER,
        sifter: Reader | None = None,
    ) -> None:
        self.first = first
        self.sifter = sifter
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

    @property
    def second(self) -> _Second:
        """The reader that looks again."""
        return self._second

    def read(self, question: str, passages: Sequence[ReaderInput], *, spans: int = 5) -> list[Reading]:
        """Return what the first reader finds, one reading a passage."""
        return self.first.read(question, passages, spans=spans)

    def score_spans(self, question: str, passage: ReaderInput, spans: Sequence[tuple[int, int]]) -> SpanScores:
        """Return what the second reader makes of spans: see `SpanScorer.score_spans`."""
        return self._second.score_spans(question, passage, spans)


def reader_names() -> list[str]:
    """Return the names of the readers that need no download, those of other packages too, in alphabetical order."""
    return sorted({*own_reader_names(), *plugins(PluginKind.READER)})


def own_reader_names() -> list[str]:
    """Return the names of Pullquote's own readers."""
    return [*_LOOKING_TWICE, *shipped_readers()]


def _check_name(name: str) -> None:
    """Refuse a name that looks like one of `reader_names` mistyped, so that no hub is asked for it."""
    known = reader_names()
    if name not in known and "/" not in name and not Path(name).exists() and nearest(name, known):
        raise ModelError(
            f"There is no reader {name!r}; there are {', '.join(known)}, a folder, or a model of the hub, such as "
            "owner/name."
        )


def load_reader(name: str = DEFAULT_READER, *, bfloat16: bool | None = None) -> Reader:
    """Return the reader of a name: one of `reader_names`, a folder, or a hub name.

    Of a name that another package gives a reader, too, Pullquote's own is returned, with a warning.

    Args:
        name: of the reader.
        bfloat16: None decides by the processor; a reader of another package decides by itself.

    Raises:
        ModelError: it can't be found or loaded.
    """
    plugin = plugin_named(PluginKind.READER, name, own_reader_names())
    if plugin:
        made: Reader = plugin.make(Reader)
        return made
    if name not in _LOOKING_TWICE:
        _check_name(name)
        return TransformersReader(name, bfloat16=bfloat16)
    first, second = _LOOKING_TWICE[name]
    reads = TransformersReader(first, bfloat16=bfloat16)
    sifter = TransformersReader(SMALL_READER, bfloat16=bfloat16) if name == DEFAULT_READER else None
    looks_again = reads if second == first else TransformersReader(second, bfloat16=bfloat16)
    return PairedReader(reads, looks_again, folder=shipped_reader_folder(name), name=name, sifter=sifter)
