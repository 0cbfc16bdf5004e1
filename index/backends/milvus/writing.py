"""Writing an archive's index in Milvus: a change is there before it is published, and gone only after the next one.

Rows of a generation that isn't published yet are stored, and no reader asks for them. A removed row says in which
generation it was removed, and is deleted when the generation after that is published: whoever searches at this moment
still finds what its own generation shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np

from pullquote.errors import ArchiveDamaged, InputError
from pullquote.index.backends import bm25
from pullquote.index.backends.base import BackEndAway, PassageRow
from pullquote.index.backends.milvus import collections
from pullquote.index.backends.milvus.connection import MilvusConnection
from pullquote.index.backends.milvus.rows import encoded_terms, row_of, sparse_vector
from pullquote.index.backends.milvus.statistics import (
    IndexState,
    TermCounts,
    read_owner,
    read_state,
    write_owner,
    write_state,
)
from pullquote.index.backends.milvus.stored_articles import article_rows
from pullquote.index.backends.passage_rows import passage_rows
from pullquote.index.storage.archive_files import Files
from pullquote.index.storage.database import Database

# Passages analysed and sent together: 500 of 384 numbers are 2 MB.
_PASSAGES_AT_ONCE = 500
# What whoever has nothing but the address is told of the archive's manifest; `index/archive.py` names the last two.
_ABOUT_THE_EMBEDDER = {"embedder", "embedder_sha256", "dimension", "own_embedder", "embedder_package"}
# Articles looked up together.
_ARTICLES_AT_ONCE = 50


class MilvusWriter:
    """Brings one archive's index to what the database holds."""

    def __init__(self, files: Files, connection: MilvusConnection, terms: TermCounts) -> None:
        self._database, self._vectors = files.database, files.vectors
        self._connection = connection
        self._terms = terms
        self._written = False

    def prepare(self) -> None:
        """Write the index anew where it is missing, or not as far as it should be.

        Raises:
            InputError: the index is another archive's.
            ArchiveWriteFailed: Milvus refused, or went away.
        """
        state = self.check_owner()
        published, generation = self._database.number("published_generation"), self._database.number("generation")
        if state is None or not published <= state.added <= generation or state.removed > published:
            self.rebuild()
        else:
            # What a killed writer began to write anew, or didn't drop any more.
            collections.drop_others(self._connection, state.version)

    def check_owner(self) -> IndexState | None:
        """Return what the index says of itself, None where there is none, or nothing that can be read.

        Raises:
            InputError: it is another archive's.
        """
        check_owner(self._connection, self._database.archive_id)
        try:
            return read_state(self._connection)
        except ArchiveDamaged:
            return None

    def rebuild(self) -> None:
        """Write everything anew, as of the published generation, beside what is searched meanwhile.

        Raises:
            InputError: the index is another archive's.
            ArchiveWriteFailed: Milvus refused, or went away; what was there is searched as before.
        """
        self.check_owner()
        version = 1 + max(collections.versions(self._connection).values(), default=0)
        self._connection.version = version
        collections.create(self._connection, self._vectors.dimension)
        write_owner(self._connection, self._database.archive_id)
        published = self._database.number("published_generation")
        state = IndexState.empty(
            self._database.archive_id, version=version, generation=published, manifest=stated(self._database)
        )
        state = self._append(state, self._database.articles_held(published, published), published)
        self._written = True
        self.settle()
        write_state(self._connection, state)
        collections.drop_others(self._connection, version)

    def follow(self, added: int, removed: int) -> None:
        """Hold what was added up to one generation, without what was removed up to another; twice changes nothing.

        Raises:
            ArchiveWriteFailed: Milvus refused, or went away; readers see what they saw.
        """
        state = read_state(self._connection)
        if state is None or state.archive != self._database.archive_id:
            wrong = "is another archive's" if state else "is gone"
            raise BackEndAway(f"The index {self._connection.address} {wrong}; run: pullquote check --repair")
        if state.added < added:
            new = self._database.articles_added(state.added)
            before = (state.passages, state.terms)
            gone = self._database.articles_removed(state.added, added)
            state = self._append(state, new, added, self._marked(gone, added, state.added))
            state = replace(state, added=added, passages_before=before[0], terms_before=before[1])
            write_state(self._connection, state)
            self._written = True
        if state.removed < removed:
            for what in (collections.PASSAGES, collections.ARTICLES):
                self._connection.delete(what, f"removed_in < {removed}")
            write_state(self._connection, replace(state, removed=removed))

    def _append(
        self, state: IndexState, articles: Sequence[int], generation: int, gone: Iterable[Sequence[str]] = ()
    ) -> IndexState:
        """Store the passages of articles; return the state with them counted in, and with those that are gone, out."""
        holding: Counter[str] = Counter()
        passages, length = state.passages, state.terms
        for terms in gone:
            holding.subtract(set(terms))
            passages, length = passages - 1, length - len(terms)
        for first in range(0, len(articles), _ARTICLES_AT_ONCE):
            part = articles[first : first + _ARTICLES_AT_ONCE]
            self._connection.upsert(collections.ARTICLES, article_rows(self._database, part))
            for rows in _parts(passage_rows(self._database, part)):
                analysed = [encoded_terms(row.text) for row in rows]
                for terms in analysed:
                    holding.update(set(terms))
                passages, length = passages + len(rows), length + sum(map(len, analysed))
                self._store(rows, analysed, bm25.mean_length(length or 1, passages))
        self._terms.change(holding, generation, state.added)
        last = self._database.query("SELECT coalesce(max(rowid), 0) FROM articles")[0][0]
        end = self._database.number("vector_rows")
        return replace(state, passages=passages, terms=length, last_article=last, end_row=end)

    def _store(self, rows: Sequence[PassageRow], analysed: Sequence[list[str]], mean: np.float32) -> None:
        vectors = self._vectors.take(np.array([row.row for row in rows], dtype=np.int64))
        made: list[dict[str, Any]] = []
        for row, terms, vector in zip(rows, analysed, vectors, strict=True):
            weights = {term: float(bm25.saturation(times, len(terms), mean)) for term, times in Counter(terms).items()}
            made.append(row_of(row, terms, sparse_vector(weights), vector))
        self._connection.upsert(collections.PASSAGES, made)

    def _marked(self, articles: Sequence[int], generation: int, followed: int) -> Iterator[list[str]]:
        """Mark the rows of articles as removed by a generation; yield the terms of each passage that was counted.

        What was marked before, by a writer that was then killed, is yielded again: its counting was not finished.
        Neither was that of what it added after the generation that is `followed`.
        """
        for article in articles:
            self._mark(collections.ARTICLES, f"article == {article}", generation)
        numbers = (row for article in articles for row, *_ in self._database.passages_of(article))
        while part := list(islice(numbers, _PASSAGES_AT_ONCE)):
            for row in self._mark(collections.PASSAGES, f"row in {part}", generation):
                if row["added_in"] <= followed:
                    yield row["terms"].split()

    def _mark(self, what: str, wanted: str, generation: int) -> list[dict[str, Any]]:
        rows = self._connection.query(what, wanted, ["*"])
        if rows:
            self._connection.upsert(what, [{**row, "removed_in": generation} for row in rows])
        return rows

    def settle(self) -> None:
        """Let Milvus build its indexes of what was written; a server does so by itself.

        Raises:
            ArchiveWriteFailed: Milvus refused, or went away.
        """
        if self._written and self._connection.is_lite:
            for what in (collections.PASSAGES, collections.TERMS):
                self._connection.tell("flush", self._connection.collection(what))
        self._written = False

    def wipe(self, rows: Sequence[tuple[int, int]]) -> None:
        """Delete the passages in the `[first, end)` of rows and the articles that they are of.

        Lite keeps what is deleted in its files, so there the index is written anew. A server is asked to compact, and
        deletes its old files when it next collects garbage.

        Raises:
            ArchiveWriteFailed: Milvus refused, or went away.
        """
        self.prepare()
        if self._connection.is_lite:
            self.rebuild()
            return
        never = collections.NEVER
        for what in (collections.PASSAGES, collections.ARTICLES):
            self._connection.delete(what, f"removed_in < {never}")
        for first, end in rows:
            self._connection.delete(collections.PASSAGES, f"row >= {first} and row < {end}")
        for what in (collections.PASSAGES, collections.ARTICLES):
            self._connection.tell("flush", self._connection.collection(what))
            self._connection.tell("compact", self._connection.collection(what))


def check_owner(connection: MilvusConnection, archive_id: str) -> None:
    """Do nothing if an index is an archive's, or nobody's.

    Raises:
        InputError: it is another archive's.
        ArchiveError: Milvus refused, or doesn't answer.
    """
    if read_owner(connection) not in ("", archive_id):
        raise InputError(
            f"The index {connection.address} is another archive's; name another one: --index "
            f"{connection.address.uri}/NAME"
        )


def stated(database: Database) -> dict[str, str]:
    """Return what an archive states about its embedder."""
    return {key: value for key, value in database.manifest().items() if key in _ABOUT_THE_EMBEDDER}


def _parts(rows: Iterator[PassageRow]) -> Iterator[list[PassageRow]]:
    while part := list(islice(rows, _PASSAGES_AT_ONCE)):
        yield part
