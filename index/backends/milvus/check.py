"""Whether Milvus holds what was stored: whose the index is, how far it follows, and every row's checksum."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from pullquote.errors import ArchiveError
from pullquote.index.backends.milvus import collections, stored_articles
from pullquote.index.backends.milvus.connection import MilvusConnection
from pullquote.index.backends.milvus.rows import CHECKED, checksum_of, shown_at
from pullquote.index.backends.milvus.statistics import read_state
from pullquote.index.storage.database import Database

# Rows looked at in one go.
_ROWS_AT_ONCE, _ARTICLES_AT_ONCE = 5_000, 100


def index_problems(connection: MilvusConnection, database: Database) -> list[str]:
    """Return what is wrong with an archive's index, one sentence each, after reading all of it but vectors."""
    try:
        return _problems(connection, database)
    except ArchiveError as error:
        return [error.without_advice]


def _problems(connection: MilvusConnection, database: Database) -> list[str]:
    published = database.number("published_generation")
    state = read_state(connection)
    generation = database.number("generation")
    named = f"the index {connection.address}"
    if state is None:
        return [f"{named} is missing"] if generation else []
    if state.archive != database.archive_id:
        return [f"{named} is another archive's"]
    if not published <= state.added <= generation:
        return [f"{named} is of change {state.added}, the database of {published}"]
    found = []
    if collections.index_type(connection) != ("HNSW", "IP"):
        found.append(f"{named} has vectors in another index than HNSW with inner product")
    expected = set(database.rows_held(published))
    rows, altered = _passages(connection, published, database.number("vector_rows"))
    if rows != expected:
        found.append(f"{named} lacks {len(expected - rows)} passages and has {len(rows - expected)} too many")
    if altered:
        found.append(f"{altered} passages of {named} were altered")
    if altered := _altered_articles(connection, database, published):
        found.append(f"{altered} articles of {named} are missing or were altered")
    return found


def _passages(connection: MilvusConnection, generation: int, end_row: int) -> tuple[set[int], int]:
    """Return the rows that a generation shows, and how many of them were altered."""
    rows: set[int] = set()
    altered = 0
    for first in range(0, end_row, _ROWS_AT_ONCE):
        bounds = f"row >= {first} and row < {first + _ROWS_AT_ONCE} and {shown_at(generation)}"
        for row in connection.query(collections.PASSAGES, bounds, [*CHECKED, "checksum"]):
            rows.add(row["row"])
            altered += row["checksum"] != checksum_of(row)
    return rows, altered


def _altered_articles(connection: MilvusConnection, database: Database, generation: int) -> int:
    held = database.articles_held(generation, generation)
    altered = 0
    for first in range(0, len(held), _ARTICLES_AT_ONCE):
        part = held[first : first + _ARTICLES_AT_ONCE]
        pieces: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
        for row in connection.query(
            collections.ARTICLES, f"article in {part}", ["article", "part", "content", "checksum"]
        ):
            pieces[row["article"]].append(row)
        for rowid in part:
            values = stored_articles.read(pieces[rowid])
            altered += values is None or stored_articles.written(values) != stored_articles.written(
                database.stored_row(rowid)
            )
    return altered
