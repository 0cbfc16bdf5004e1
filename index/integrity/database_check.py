"""Whether the database holds what was stored: its own integrity, and the checksum of every row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from pullquote.errors import ArticleAltered
from pullquote.index.adding.addresses import page_anyhow, page_of
from pullquote.index.storage import checksums, schema
from pullquote.index.storage.database import Database

# Articles looked at in one go; a long one has a megabyte.
_CHUNK = 256


@dataclass(frozen=True, slots=True)
class AlteredRow:
    """An article whose row, or one of whose passages' rows, isn't what was stored.

    Attributes:
        rowid: of the article.
        name: its id, as it stands there now.
        live: whether it says of itself that it wasn't removed.
    """

    rowid: int
    name: str
    live: bool


def database_problems(database: Database) -> list[str]:
    """Return what SQLite, the schema's own rules and the checksums find wrong, one sentence each."""
    found = sqlite_problems(database)
    if not database.manifest_is_sound():
        found.append("the facts that the database states about the archive were altered")
    rows, last = database.query("SELECT count(*), max(rowid) FROM passages")[0]
    stated = database.number("vector_rows")
    if rows and last >= stated:
        found.append(f"passage row {last} lies beyond the {stated} rows that the manifest states")
    crossing = database.query(
        "SELECT count(*) FROM passages JOIN articles ON articles.rowid = passages.article "
        "WHERE removed_in IS NULL AND (passages.start < 0 OR passages.end <= passages.start "
        "OR passages.end > length(articles.text))"
    )[0][0]
    if crossing:
        found.append(f"{crossing} passages reach beyond their article's text")
    if missing := missing_articles(database):
        found.append(f"{missing} articles are missing from the database")
    found += [
        f"the article {row.name!r} was altered after it was stored" + ("" if row.live else " (it is removed)")
        for row in altered_rows(database)
    ]
    lost = database.query("SELECT count(*) FROM passages WHERE article NOT IN (SELECT rowid FROM articles)")[0][0]
    if lost:
        found.append(f"{lost} passages belong to no article")
    if wrong := len(wrong_addresses(database)):
        found.append(f"{wrong} articles are noted under another page than that of their address")
    return found


def wrong_addresses(database: Database) -> list[tuple[int, str | None]]:
    """Return (article, its URL) where the table of addresses doesn't hold what follows from the articles."""
    if not database.has_addresses:
        return []
    rows = database.query(
        "SELECT articles.rowid, url, page, page_anyhow FROM articles LEFT JOIN addresses ON article = articles.rowid "
        "UNION ALL SELECT article, NULL, page, page_anyhow FROM addresses WHERE article NOT IN "
        "(SELECT rowid FROM articles)"
    )
    return [
        (rowid, url)
        for rowid, url, *noted in rows
        if noted != ([None, None] if url is None else [page_of(str(url)), page_anyhow(str(url))])
    ]


def sqlite_problems(database: Database) -> list[str]:
    """Return what SQLite's own check finds wrong."""
    return [
        f"the database is damaged: {line}"
        for (text,) in database.query("PRAGMA integrity_check(5)")
        for line in str(text).splitlines()
        if line != "ok" and not line.startswith("***")
    ]


def missing_articles(database: Database) -> int:
    """Return how many articles the manifest counts that are not there; rows are never deleted."""
    if not database.has_checksums:
        return 0
    there = int(database.query("SELECT count(*) FROM articles")[0][0])
    return max(0, database.number("article_rows") - there)


def altered_rows(database: Database) -> Iterator[AlteredRow]:
    """Yield the articles that are not what was stored, in order."""
    if not database.has_checksums:
        yield from _altered_in_format_1(database)
        return
    last = database.query("SELECT coalesce(max(rowid), 0) FROM articles")[0][0]
    for first in range(1, last + 1, _CHUNK):
        bounds = (first, first + _CHUNK - 1)
        passages: defaultdict[int, list[tuple[int, int, int, int]]] = defaultdict(list)
        for article, *passage in database.query(
            "SELECT article, rowid, start, end, tokens FROM passages WHERE article BETWEEN ? AND ? "
            "ORDER BY article, rowid",
            bounds,
        ):
            passages[article].append((passage[0], passage[1], passage[2], passage[3]))
        for *row, checksum, passages_checksum in database.query(
            f"SELECT {schema.ARTICLE_COLUMNS}, checksum, passages_checksum FROM articles "
            "WHERE rowid BETWEEN ? AND ? ORDER BY rowid",
            bounds,
        ):
            same = checksums.of_values(row) == checksum and checksums.of_values(passages[row[0]]) == passages_checksum
            if not same:
                yield AlteredRow(row[0], str(row[1]), live=row[15] is None)


def _altered_in_format_1(database: Database) -> Iterator[AlteredRow]:
    for rowid in database.articles_stored():
        try:
            database.article(rowid)
        except ArticleAltered as error:
            removed = database.query("SELECT removed_in FROM articles WHERE rowid = ?", (rowid,))[0][0]
            yield AlteredRow(rowid, error.name, live=removed is None)
