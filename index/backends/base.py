"""What an archive asks of the engine that searches it: the seam behind which another engine may stand.

The database is the truth, and the vector log beside it holds what was embedded. A back end follows both and can be
rebuilt from them at any time. Each change of an archive is a generation: the writer lets the back end follow it, then
publishes it in the database. A reader sees the newest published generation, whole, and nothing of a later one.

`tests/index/backends/test_contract.py` holds every back end to this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from pullquote.answers import Searched
from pullquote.errors import ArchiveWriteFailed
from pullquote.filters import Filters


class BackEndAway(ArchiveWriteFailed):
    """The engine refuses or doesn't answer; what the archive's folder holds is as it should be."""


class Match(NamedTuple):
    """A passage that was found.

    Attributes:
        row: of the vector log, which numbers passages.
        score: the higher the better: a cosine in -1..1, or BM25, 0 or more.
    """

    row: int
    score: float


@dataclass(frozen=True, slots=True)
class PassageRow:
    """What a back end is told of a passage.

    Attributes:
        row: of the vector log.
        article: rowid of the article in the database.
        start, end, tokens: the passage's.
        text: what is searched by words: title and passage.
        day: days since 0001-01-01 of publication, 0 for none.
        outlet: as it is printed, or "".
        authors: as they are printed.
        added_in: the generation that added the article.
        removed_in: the one that removed it, or None.
    """

    row: int
    article: int
    start: int
    end: int
    tokens: int
    text: str
    day: int
    outlet: str
    authors: Sequence[str]
    added_in: int
    removed_in: int | None


class Searcher(Protocol):
    """What a search asks: one generation, held still.

    Filters are applied before the search, never to its top hits. Equal scores are in order of row.
    """

    @property
    def generation(self) -> int:
        """The published generation that is seen."""

    def scope(self, filters: Filters) -> Searched:
        """Return how many articles and passages filters leave to search, and their first and last day."""

    def live_passages(self) -> int:
        """Return how many passages there are to find."""

    def days(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return (n,) days since 0001-01-01 on which passages were published, 0 for none."""

    def by_vector(self, vector: npt.NDArray[np.float32], filters: Filters, limit: int) -> list[Match]:
        """Return up to `limit` passages with their cosine, best first; `vector` is (dim,), L2-normalized."""

    def by_terms(self, query: str, filters: Filters, limit: int) -> list[Match]:
        """Return up to `limit` passages that hold a term of the query, with their BM25, best first."""

    def rows_with(self, words: Sequence[str], limit: int) -> list[int]:
        """Return up to `limit` rows of passages with all of these words, in order of row.

        A word is there in any form of it: its terms are.
        """

    def printed(self, word: str) -> int | None:
        """Return how many passages print a word in some form of it; None for a word too common to be counted."""

    def most_together(self, word: str, others: Sequence[str]) -> int:
        """Return how many of the other words, at most, stand in one passage with a word; -1 if it stands in none."""

    def analyze(self, text: str) -> list[str]:
        """Return the terms of a text as they are counted here."""


class Index(Searcher, Protocol):
    """An archive's engine: what `Searcher` has, and what reading and writing the archive need besides.

    Whoever writes holds the archive's lock. What the engine refuses is raised as `ArchiveWriteFailed`; what was
    committed before is intact then, and the next writer does what is missing.
    """

    def refresh(self) -> None:
        """See the newest published generation.

        Raises:
            ArchiveDamaged: a cheap check finds that something isn't what was stored.
        """

    def prepare(self, *, trusted: bool) -> None:
        """Get ready to be written to; what is another archive's, or not as far as it should be, is written anew.

        Args:
            trusted: what doesn't say whose it is may be this archive's: it had no checksums until now.
        """

    def follow(self, added: int, removed: int) -> None:
        """Hold what was added up to one generation, without what was removed up to another; twice changes nothing.

        It is called before `added` is published, and again afterwards with `removed` as far as that. In between,
        readers leave out what was removed.
        """

    def settle(self) -> None:
        """Do what pays off once the last batch of many has been followed."""

    def rebuild(self) -> None:
        """Write everything anew from the database and the vector log, as of the published generation."""

    def wipe(self, rows: Sequence[tuple[int, int]]) -> None:
        """Leave nothing of the passages in the `[first, end)` of rows, whose articles are being erased."""

    def problems(self) -> list[str]:
        """Return what is wrong with what is held, one sentence each, after reading all of it."""

    def mend(self) -> str:
        """Write anew what isn't sound; return what was done, "" for nothing.

        Where the engine doesn't answer, nothing is done, and `problems` says so.
        """

    def advice(self) -> str | None:
        """Return what to run to bring what an earlier version made up to date; None where there is nothing to do."""

    def close(self) -> None:
        """Let go of files and connections."""
