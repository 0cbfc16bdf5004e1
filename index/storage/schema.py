"""The tables of `archive.db`, and how an archive of an earlier format gets those of this one.

Format 2 stores a checksum beside whatever is stored, and a name by which the archive's other files know it.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Mapping
from typing import Any

from pullquote.index.storage import checksums

FORMAT_VERSION = 2
APPLICATION_ID = 0x50_51_4F_54  # "PQOT", so that `file` and other tools can tell

SCHEMA = """
CREATE TABLE manifest (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    rowid INTEGER PRIMARY KEY,
    id TEXT NOT NULL,              -- the article's name, the same for all its versions
    url TEXT,
    title TEXT NOT NULL,
    outlet TEXT,
    published TEXT,                -- YYYY-MM-DD
    authors TEXT NOT NULL,         -- JSON list
    language TEXT,
    extra TEXT NOT NULL,           -- JSON object
    text TEXT NOT NULL,
    title_in_text TEXT,            -- JSON [start, end)
    furniture TEXT NOT NULL,       -- JSON list of [start, end)
    source TEXT NOT NULL,
    fingerprint TEXT NOT NULL,     -- of text and metadata: tells whether a new version differs
    added_in INTEGER NOT NULL,
    removed_in INTEGER,            -- by `remove`, or by a newer version
    checksum TEXT,                 -- of all columns above
    passages_checksum TEXT         -- of the article's rows in `passages`
);
CREATE UNIQUE INDEX live_article ON articles (id) WHERE removed_in IS NULL;
CREATE INDEX article_url ON articles (url) WHERE removed_in IS NULL;
CREATE TABLE passages (
    rowid INTEGER PRIMARY KEY,     -- row of the vector log, from 0
    article INTEGER NOT NULL REFERENCES articles (rowid),
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    tokens INTEGER NOT NULL
);
CREATE INDEX passage_article ON passages (article);
CREATE TABLE sources (             -- files that were read to their end
    name TEXT PRIMARY KEY,
    sha256 TEXT NOT NULL,
    articles INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE vector_batches (      -- rows [first_row, end_row) of the vector log, as they were written
    first_row INTEGER PRIMARY KEY,
    end_row INTEGER NOT NULL,
    checksum TEXT NOT NULL
);
"""
# Which page each article's URL is of (`pullquote.index.adding.addresses`): it follows `articles`, and can be made anew.
ADDRESSES = """
CREATE TABLE IF NOT EXISTS addresses (article INTEGER PRIMARY KEY, page TEXT NOT NULL, page_anyhow TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS address_page ON addresses (page);
CREATE INDEX IF NOT EXISTS address_page_anyhow ON addresses (page_anyhow);
"""
# What people mended of articles' facts (`pullquote.index.storage.edits`). The first edit makes it.
EDITS = """
CREATE TABLE IF NOT EXISTS edits (
    number INTEGER PRIMARY KEY,
    article TEXT NOT NULL,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    printed TEXT NOT NULL,
    edited_by TEXT NOT NULL,
    edited_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS edit_article ON edits (article);
"""
# Few articles are removed, and what tells that stands behind each article's text.
REMOVED = "CREATE INDEX IF NOT EXISTS removed_article ON articles (removed_in) WHERE removed_in IS NOT NULL;"

_FROM_1 = """
ALTER TABLE articles ADD COLUMN checksum TEXT;
ALTER TABLE articles ADD COLUMN passages_checksum TEXT;
CREATE TABLE vector_batches (first_row INTEGER PRIMARY KEY, end_row INTEGER NOT NULL, checksum TEXT NOT NULL);
"""

# What a new archive's manifest says besides what it was made with; `article_rows` counts removed ones, too.
NEW_MANIFEST = {"generation": "0", "published_generation": "0", "vector_rows": "0", "article_rows": "0"}

# The order in which a checksum takes a row's columns.
ARTICLE_COLUMNS = (
    "rowid, id, url, title, outlet, published, authors, language, extra, text, title_in_text, furniture, source, "
    "fingerprint, added_in, removed_in"
)
# Where some of them stand.
FURNITURE, FINGERPRINT, ADDED_IN, REMOVED_IN = map(
    ARTICLE_COLUMNS.split(", ").index, ("furniture", "fingerprint", "added_in", "removed_in")
)


def new_archive_id() -> str:
    """Return a name that no other archive has."""
    return uuid.uuid4().hex


def statements(sql: str) -> list[str]:
    """Return the statements of a script without comments: `executescript` would end the transaction."""
    return [statement.strip() for statement in sql.split(";") if statement.strip()]


def add_tables_of_format_2(db: sqlite3.Connection) -> None:
    """Add what format 1 lacks, all of it empty; inside a transaction."""
    for statement in statements(_FROM_1):
        db.execute(statement)
    rows = db.execute("SELECT count(*) FROM articles").fetchone()[0]
    added = {"archive_id": new_archive_id(), "article_rows": str(rows), "checksum": ""}
    db.executemany("INSERT INTO manifest VALUES (?, ?)", added.items())
    db.execute("UPDATE manifest SET value = ? WHERE key = 'format_version'", (str(FORMAT_VERSION),))
    db.execute(f"PRAGMA user_version = {FORMAT_VERSION}")


def manifest_facts(db: sqlite3.Connection) -> tuple[dict[str, str], list[Any], int]:
    """Return the manifest's entries, the definitions of tables, and the format that the file states."""
    entries = dict(db.execute("SELECT key, value FROM manifest"))
    tables = db.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
    return entries, tables, db.execute("PRAGMA user_version").fetchone()[0]


def manifest_checksum(entries: Mapping[str, str], tables: list[Any], version: int) -> str:
    """Return the checksum of the manifest's entries, but for its own, of the tables' definitions and the format."""
    return checksums.of_values([sorted(item for item in entries.items() if item[0] != "checksum"), tables, version])
