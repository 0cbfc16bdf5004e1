"""`Index` over Milvus: it finds candidates, and their scores are computed here, so that both back ends rank alike.

Milvus searches vectors by HNSW and words by the inner product of sparse vectors, whose weights are BM25's. What it
returns is scored again: vectors exactly, in float16 as the log holds them; words by BM25 with the archive's own counts.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from pullquote.answers import Searched
from pullquote.errors import ArchiveDamaged, ArchiveError, InputError
from pullquote.filters import Filters
from pullquote.index.analyser import question_terms, terms_in
from pullquote.index.backends import bm25
from pullquote.index.backends.base import BackEndAway, Match
from pullquote.index.backends.exact import exact_index
from pullquote.index.backends.milvus import collections
from pullquote.index.backends.milvus.address import MilvusAddress
from pullquote.index.backends.milvus.check import IndexCheck
from pullquote.index.backends.milvus.connection import MOST_ROWS, MilvusConnection
from pullquote.index.backends.milvus.rows import condition, encoded, shown_at, sparse_vector
from pullquote.index.backends.milvus.statistics import IndexState, TermCounts, read_state
from pullquote.index.backends.milvus.writing import MilvusWriter
from pullquote.index.backends.visible import VisibleArticles
from pullquote.index.storage.archive_files import Files

# Where filters leave so few passages, each is compared: HNSW finds its way badly among few of many.
_EXACT_UP_TO = 2_000
# What Milvus is asked for beyond what is wanted, since it scores a little otherwise: so many times as many, and so many
# more. Not tuned: the weights that were stored know an earlier mean length of passages, and are otherwise exact.
_TIMES_AS_MANY, _MORE = 3, 50
# How many candidates HNSW keeps while it searches, at least.
_LEAST_EF = 256
# Vectors fetched in one query: 1,000 of 384 numbers are 1.5 MB.
_VECTORS_AT_ONCE = 1_000
# Passages with a word that are looked through for the others.
_LOOKED_THROUGH = 5_000


_Found = TypeVar("_Found")


class MilvusIndex:
    """An archive's passages in Milvus. The archive's own machine has its database, which stays the truth."""

    def __init__(self, files: Files, address: MilvusAddress, *, copied: bool = False) -> None:
        """Args:
        files: the archive's.
        address: where its passages are.
        copied: whether the database is a copy of what is there, and may be a change behind.
        """
        self._copied = copied
        self._files = files
        self._database = files.database
        self._address = address
        self._table = VisibleArticles(files.database)
        self._state: IndexState | None = None
        # Why nobody answered who wrote: a writer asks only once, and is soon gone.
        self._away: ArchiveError | None = None

    @cached_property
    def _connection(self) -> MilvusConnection:
        """Made when it is first needed.

        Raises:
            ArchiveError: pymilvus isn't installed, or nothing answers at the address.
        """
        return MilvusConnection(self._address)

    @cached_property
    def _terms(self) -> TermCounts:
        return TermCounts(self._connection)

    @cached_property
    def _writer(self) -> MilvusWriter:
        return MilvusWriter(self._files, self._connection, self._terms)

    # -- reading

    @property
    def generation(self) -> int:
        """The published generation that is seen."""
        return self._table.generation

    def refresh(self) -> None:
        """See the newest published generation.

        Raises:
            ArchiveDamaged: the index is another archive's, or not as far as the database, or further.
        """
        while True:
            if not self._database.manifest_is_sound():
                raise self._database.manifest_damaged()
            self._table.refresh()
            # Also where nothing changed: the index may have been written anew, under another number.
            self._state = self._checked_state()
            # What was published since may be counted already.
            if self._database.number("published_generation") == self._table.generation:
                return

    def _checked_state(self) -> IndexState:
        state = read_state(self._connection)
        if state is None and not self._database.number("generation"):
            # Nothing was ever added.
            return IndexState.empty(self._database.archive_id, version=0, generation=0, manifest={})
        wrong = ""
        if state is None:
            wrong = "is missing"
        elif state.archive != self._database.archive_id:
            wrong = "is another archive's"
        elif state.added < self._table.generation or not (
            self._copied or state.added <= self._database.number("generation")
        ):
            wrong = f"is of change {state.added}, the database of {self._table.generation}"
        if state is None or wrong:
            raise ArchiveDamaged(f"The index {self._connection.address} {wrong}; run: pullquote check --repair")
        return state

    def _seen(self) -> IndexState:
        if self._state is None:
            self.refresh()
        return self._state or self._checked_state()

    def scope(self, filters: Filters) -> Searched:
        """Return how many articles and passages filters leave to search, and their first and last day."""
        self._seen()
        return self._table.scope(filters)

    def live_passages(self) -> int:
        """Return how many passages there are to find."""
        self._seen()
        return self._table.live_passages()

    def days(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return (n,) days since 0001-01-01 on which passages were published, 0 for none."""
        return self._table.days(rows)

    def _asked(self, search: Callable[[], _Found]) -> _Found:
        """Return what a search finds; once more where the index was written anew meanwhile, as of the same change.

        Raises:
            ArchiveError: Milvus refused, or doesn't answer; or what was searched is gone, after later changes.
        """
        seen = self._seen()
        try:
            return search()
        except ArchiveError as error:
            if type(error) is not ArchiveError:
                raise
            state = self._checked_state()
            if state.version == seen.version:
                raise
            if state.begun > self.generation:
                raise ArchiveError(f"The index {self._address} was written anew meanwhile; try again.") from error
            self._state = state
            return search()

    def by_vector(self, vector: npt.NDArray[np.float32], filters: Filters, limit: int) -> list[Match]:
        """Return up to `limit` passages with their cosine, best first; found by HNSW, scored exactly."""
        return self._asked(lambda: self._by_vector(vector, filters, limit))

    def _by_vector(self, vector: npt.NDArray[np.float32], filters: Filters, limit: int) -> list[Match]:
        passages = self._table.masks(filters)[1]
        rows = np.flatnonzero(passages)
        if len(rows) > max(_EXACT_UP_TO, limit):
            rows = self._near(vector, filters, min(limit + _MORE, MOST_ROWS))
            rows = rows[passages[rows]]
        rows, vectors = self._vectors_of(rows)
        if not len(rows):
            return []
        index = exact_index(len(vector))
        index.add(vectors.astype(np.float32))
        scores, places = index.search(vector[None, :], len(rows))
        found = [Match(int(rows[place]), float(score)) for place, score in zip(places[0], scores[0], strict=True)]
        return sorted(found, key=lambda hit: (-hit.score, hit.row))[:limit]

    def _near(self, vector: npt.NDArray[np.float32], filters: Filters, limit: int) -> npt.NDArray[np.int64]:
        (hits,) = self._connection.ask(
            "search",
            self._connection.collection(collections.PASSAGES),
            data=[vector.tolist()],
            anns_field="vector",
            filter=condition(self.generation, filters),
            limit=limit,
            search_params={"metric_type": "IP", "params": {"ef": max(_LEAST_EF, 2 * limit)}},
            consistency_level="Strong",
        )
        return np.sort(np.array([hit["row"] for hit in hits], dtype=np.int64))

    def _vectors_of(self, rows: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float16]]:
        """Return rows with their vectors, (n, dim), as they were stored; without those that were deleted meanwhile."""
        if not len(rows) or self._files.vectors.rows_on_disk() > rows.max():
            return rows, self._files.vectors.take(rows)
        # Another machine has the log. What Milvus holds was float16 before.
        found: dict[int, Any] = {}
        for first in range(0, len(rows), _VECTORS_AT_ONCE):
            part = rows[first : first + _VECTORS_AT_ONCE].tolist()
            for row in self._connection.query(collections.PASSAGES, f"row in {part}", ["row", "vector"]):
                found[row["row"]] = row["vector"]
        there = [row for row in rows.tolist() if row in found]
        return np.array(there, dtype=np.int64), np.array([found[row] for row in there], dtype=np.float16)

    def by_terms(self, query: str, filters: Filters, limit: int) -> list[Match]:
        """Return up to `limit` passages that hold a term of the query, with their BM25, best first."""
        return self._asked(lambda: self._by_terms(query, filters, limit))

    def _by_terms(self, query: str, filters: Filters, limit: int) -> list[Match]:
        passages, terms = self._seen().counted(self.generation)
        if not passages:
            return []
        counts = self._terms.at(self.generation, map(encoded, question_terms(query)))
        weights = {term: bm25.telling(passages, number) for term, number in counts.items() if number > 0}
        if not weights:
            return []
        mean = bm25.mean_length(terms, passages)
        (hits,) = self._connection.ask(
            "search",
            self._connection.collection(collections.PASSAGES),
            data=[sparse_vector({term: float(weight) for term, weight in weights.items()})],
            anns_field="sparse",
            filter=condition(self.generation, filters),
            limit=min(_TIMES_AS_MANY * limit + _MORE, MOST_ROWS),
            output_fields=["terms"],
            search_params={"metric_type": "IP"},
            consistency_level="Strong",
        )
        scored = [Match(hit["row"], bm25.score(weights, hit["entity"]["terms"].split(), mean)) for hit in hits]
        return sorted((hit for hit in scored if hit.score > 0), key=lambda hit: (-hit.score, hit.row))[:limit]

    def rows_with(self, words: Sequence[str], limit: int) -> list[int]:
        """Return up to `limit` rows of passages with all of these words, in order of row."""
        terms = [encoded(term) for word in words for term in terms_in(word)]
        if not terms:
            return []
        return self._asked(lambda: sorted(row["row"] for row in self._holding(terms, ["row"], limit)))

    def _holding(self, terms: list[str], fields: list[str], limit: int) -> list[dict[str, Any]]:
        if not self._seen().counted(self.generation)[0]:
            return []
        wanted = " and ".join(f"text_match(terms, '{term}')" for term in terms)
        bounds = f"{shown_at(self.generation)} and {wanted}"
        return self._connection.query(collections.PASSAGES, bounds, fields, limit=min(limit, MOST_ROWS))

    def printed(self, word: str) -> int | None:
        """Return how many passages print a word in some form of it; None for a word too common to be counted."""
        terms = [encoded(term) for term in terms_in(word)]
        if not terms:
            return None

        def least() -> int:
            if not self._seen().counted(self.generation)[0]:
                return 0
            return min(self._terms.at(self.generation, terms).values())

        return self._asked(least)

    def most_together(self, word: str, others: Sequence[str]) -> int:
        """Return how many of the other words, at most, stand in one passage with a word; -1 if it stands in none."""
        terms = [encoded(term) for term in terms_in(word)]
        if not terms:
            return -1
        parts = [frozenset(map(encoded, terms_in(other))) for other in dict.fromkeys(others)]
        rows = self._asked(lambda: self._holding(terms, ["terms"], _LOOKED_THROUGH))
        found = [frozenset(row["terms"].split()) for row in rows]
        return max((sum(bool(part) and part <= held for part in parts) for held in found), default=-1)

    def analyze(self, text: str) -> list[str]:
        """Return the terms of a text as they are counted here."""
        return terms_in(text)

    # -- writing

    @contextlib.contextmanager
    def _writing(self) -> Iterator[MilvusWriter]:
        """Give what writes.

        Raises:
            BackEndAway: Milvus refused, or doesn't answer.
        """
        if self._away is None:
            try:
                _ = self._connection
            except ArchiveError as error:
                self._away = error
        if self._away is not None:
            raise BackEndAway(str(self._away)) from self._away
        connection = self._connection
        with connection.writing():
            yield self._writer

    def prepare(self, *, trusted: bool) -> None:
        """Get ready to be written to; an index that is missing, or not as far as it should be, is written anew.

        Raises:
            InputError: the index is another archive's.
            ArchiveWriteFailed: Milvus refused, or went away.
        """
        with self._writing() as writer:
            writer.prepare()

    def follow(self, added: int, removed: int) -> None:
        """Hold what was added up to one generation, without what was removed up to another; twice changes nothing.

        Raises:
            ArchiveWriteFailed: Milvus refused, or went away; readers see what they saw.
        """
        with self._writing() as writer:
            writer.follow(added, removed)

    def settle(self) -> None:
        """Let Milvus build its indexes of what was written.

        Nothing is raised where it doesn't: everything is stored and published by now, and is searched without.
        """
        with contextlib.suppress(BackEndAway), self._writing() as writer:
            writer.settle()

    def rebuild(self) -> None:
        """Write everything anew from the database and the vector log, as of the published generation."""
        self._state = None
        with self._writing() as writer:
            writer.rebuild()

    def wipe(self, rows: Sequence[tuple[int, int]]) -> None:
        """Leave nothing of the passages in the `[first, end)` of rows, whose articles are being erased."""
        self._state = None
        with self._writing() as writer:
            writer.wipe(rows)

    # -- checking

    def problems(self) -> list[str]:
        """Return what is wrong with what Milvus holds, one sentence each, after reading all of it but vectors."""
        if self._away is not None:
            return [self._away.without_advice]
        try:
            return IndexCheck(self._connection, self._terms, self._files).problems()
        except ArchiveError as error:
            return [error.without_advice]

    def mend(self) -> str:
        """Write the index anew where it isn't sound; return what was done, "" for nothing.

        Where Milvus doesn't answer, or the index is another archive's, nothing is done, and `problems` says so.
        """
        try:
            with self._writing() as writer:
                writer.check_owner()
                if not self.problems():
                    return ""
                self.rebuild()
        except (BackEndAway, InputError):
            return ""
        return f"wrote the index {self._address} anew"

    def advice(self) -> str | None:
        """Return None: no earlier version wrote an index there."""
        return None

    def close(self) -> None:
        """Let go of the connection."""
        if "_connection" in self.__dict__:
            self._connection.close()
