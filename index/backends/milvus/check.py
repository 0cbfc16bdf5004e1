"""Whether Milvus holds what was stored: whose the index is, how far it follows, and every row, by the database."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np

from pullquote.errors import ArchiveDamaged
from pullquote.index.backends.milvus import collections, stored_articles
from pullquote.index.backends.milvus.connection import MilvusConnection
from pullquote.index.backends.milvus.rows import CHECKED, checksum_of, filtered, shown_at, term_key
from pullquote.index.backends.milvus.statistics import IndexState, TermCounts, read_owner, read_state
from pullquote.index.backends.milvus.writing import stated
from pullquote.index.storage import checksums
from pullquote.index.storage.archive_files import Files
from pullquote.index.storage.schema import ADDED_IN
from pullquote.index.storage.stored_article import day_of, names_of

# Rows looked at in one go.
_ROWS_AT_ONCE, _ARTICLES_AT_ONCE = 5_000, 100


class IndexCheck:
    """Compares an archive's index with its database and its vector log, after reading all of it but vectors."""

    def __init__(self, connection: MilvusConnection, terms: TermCounts, files: Files) -> None:
        self._connection = connection
        self._terms = terms
        self._database, self._vectors = files.database, files.vectors
        self._published = self._database.number("published_generation")
        # What the passages say: by key, in how many a term stands; how many there are, and how long.
        self._holding: Counter[int] = Counter()
        self._passages = self._length = 0

    def problems(self) -> list[str]:
        """Return what is wrong, one sentence each.

        Raises:
            ArchiveDamaged: the index says of itself what no writer wrote.
            ArchiveError: Milvus refused, or doesn't answer.
        """
        generation = self._database.number("generation")
        named = f"the index {self._connection.address}"
        owner = read_owner(self._connection)
        if owner not in ("", self._database.archive_id):
            return [f"{named} is another archive's"]
        state = read_state(self._connection)
        if state is None:
            return [f"{named} is missing"] if generation else []
        if owner != state.archive:
            return [f"{named} doesn't say whose it is"]
        if not self._published <= state.added <= generation:
            return [f"{named} is of change {state.added}, the database of {self._published}"]
        found = []
        if collections.index_type(self._connection) != ("HNSW", "IP"):
            found.append(f"{named} has vectors in another index than HNSW with inner product")
        expected = set(self._database.rows_held(self._published))
        rows, altered = self._read_passages()
        if rows != expected:
            found.append(f"{named} lacks {len(expected - rows)} passages and has {len(rows - expected)} too many")
        if altered:
            found.append(f"{altered} passages of {named} were altered")
        if altered := self._altered_articles():
            found.append(f"{altered} articles of {named} are missing or were altered")
        # What passages say counts only where all of them are what was stored.
        if not found and self._miscounted(state):
            found.append(f"{named} counts other passages or terms than it has")
        return found

    def _read_passages(self) -> tuple[set[int], int]:
        """Return the rows that the published generation shows, and how many aren't what was stored."""
        rows: set[int] = set()
        altered = 0
        for first in range(0, self._database.number("vector_rows"), _ROWS_AT_ONCE):
            end = first + _ROWS_AT_ONCE
            bounds = f"row >= {first} and row < {end} and {shown_at(self._published)}"
            held = self._connection.query(collections.PASSAGES, bounds, [*CHECKED, "checksum"])
            stored = self._stored(first, end)
            for row in held:
                rows.add(row["row"])
                same = {key: _plain(row[key]) for key in CHECKED if key != "terms"} == stored.get(row["row"])
                altered += not same or row["checksum"] != checksum_of(row)
                terms = row["terms"].split()
                self._holding.update(map(term_key, set(terms)))
                self._passages, self._length = self._passages + 1, self._length + len(terms)
        return rows, altered

    def _stored(self, first: int, end: int) -> dict[int, dict[str, Any]]:
        """Return what the folder says of the passages in `[first, end)` of rows, without their terms."""
        found = self._database.query(
            "SELECT passages.rowid, article, start, end, tokens, added_in, published, outlet, authors "
            "FROM passages JOIN articles ON articles.rowid = article WHERE passages.rowid >= ? AND passages.rowid < ? "
            "ORDER BY passages.rowid",
            (first, end),
        )
        try:
            vectors = self._vectors.take(np.array([row[0] for row in found], dtype=np.int64))
        except ArchiveDamaged:  # which is told of the log
            return {}
        made = {}
        for (row, article, start, stop, tokens, added_in, day, outlet, authors), vector in zip(
            found, vectors, strict=True
        ):
            published = day_of(day)
            made[row] = {
                "row": row,
                "article": article,
                "start": start,
                "end": stop,
                "tokens": tokens,
                "added_in": added_in,
                "day": published.toordinal() if published else 0,
                "outlet": filtered(outlet or ""),
                "authors": [filtered(name) for name in names_of(authors)[: collections.MAX_NAMES]],
                "vector_checksum": checksums.of_bytes(vector.tobytes()),
            }
        return made

    def _altered_articles(self) -> int:
        held = self._database.articles_held(self._published, self._published)
        return sum(self._altered(held[at : at + _ARTICLES_AT_ONCE]) for at in range(0, len(held), _ARTICLES_AT_ONCE))

    def _altered(self, articles: list[int]) -> int:
        pieces: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
        fields = ["article", "part", "added_in", "facts", "facts_checksum", "content", "checksum"]
        for row in self._connection.query(
            collections.ARTICLES, f"article in {articles} and {shown_at(self._published)}", fields
        ):
            pieces[row["article"]].append(row)
        altered = 0
        for rowid in articles:
            values, expected = stored_articles.read(pieces[rowid]), self._database.stored_row(rowid)
            facts = stored_articles.facts_of(expected)
            whole = values is not None and stored_articles.written(values) == stored_articles.written(expected)
            told = [
                (piece["facts"], piece["facts_checksum"], piece["added_in"])
                for piece in pieces[rowid]
                if piece["part"] == 0
            ]
            altered += not whole or told != [
                (facts, stored_articles.facts_checksum(rowid, expected[ADDED_IN], facts), expected[ADDED_IN])
            ]
        return altered

    def _miscounted(self, state: IndexState) -> bool:
        """Return whether the state, or the terms, count otherwise than the passages that were read."""
        if state.counted(self._published) != (self._passages, self._length) or state.manifest != stated(self._database):
            return True
        last = self._database.query("SELECT coalesce(max(rowid), 0) FROM articles WHERE added_in <= ?", (state.added,))
        if state.last_article < last[0][0] and self._passages:
            return True
        return any(self._wrong_terms())

    def _wrong_terms(self) -> Iterator[bool]:
        yield self._terms.how_many(self._published) != len(self._holding)
        yield self._terms.by_key(self._published, list(self._holding)) != self._holding


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int)) else list(value)
