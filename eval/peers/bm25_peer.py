"""BM25 alone: the keyword half of Pullquote's search (tantivy), with no vectors and no reader.

python -m pullquote.eval.peers.bm25_peer JOB.json OUTPUT_FOLDER
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pullquote.eval.peers.peer_protocol import Job, Passage, run
from pullquote.filters import Filters
from pullquote.index.backends.lexical import LexicalIndex, LexicalPassage


class Bm25:
    """The system of the module's docstring."""

    packages = ("tantivy",)

    def __init__(self, job: Job) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._index = LexicalIndex(Path(self._folder.name) / "lexical")
        self._ids: list[str] = []

    def load(self, passages: Sequence[Passage]) -> None:
        """There is no model."""

    def index(self, passages: Sequence[Passage]) -> None:
        """Store the passages, each with its article's title, as the archive does."""
        self._ids = [passage["id"] for passage in passages]
        self._index.apply(
            (
                LexicalPassage(row, row, f"{one['title']}\n{one['text']}", _day(one["published"]), "", ())
                for row, one in enumerate(passages)
            ),
            (),
        )
        self._index.reload()

    def search(self, question: str, as_of: str | None, depth: int) -> list[str]:
        """Return ids of the passages found, best first."""
        return [self._ids[row] for row, _ in self._index.search(question, Filters.of(as_of=as_of), depth)]


def _day(published: str | None) -> int:
    return dt.date.fromisoformat(published).toordinal() if published else 0


if __name__ == "__main__":
    run(Bm25, sys.argv[1:])
