"""Archives as earlier versions left them."""

from __future__ import annotations

import contextlib
import re
import shutil
import sqlite3

from pullquote.index.archive import Archive
from pullquote.index.backends.lexical import LexicalIndex
from pullquote.index.backends.local import follow
from pullquote.index.storage import schema
from pullquote.index.storage.database import Database


def change(archive: Archive, sql: str, *values: object) -> None:
    database = sqlite3.connect(archive.path / "archive.db")
    database.execute(sql, values)
    database.commit()
    database.close()


def without_addresses(archive: Archive) -> None:
    """Take the table of addresses out of an archive of this format, as one that never had it."""
    archive.close()
    database = sqlite3.connect(archive.path / "archive.db")
    database.execute("DROP TABLE addresses")
    checksum = schema.manifest_checksum(*schema.manifest_facts(database))
    database.execute("UPDATE manifest SET value = ? WHERE key = 'checksum'", (checksum,))
    database.commit()
    database.close()


def with_first_analyser(archive: Archive) -> None:
    """Write the lexical index anew as an earlier version made it."""
    shutil.rmtree(archive.path / "lexical")
    old = LexicalIndex(archive.path / "lexical", create=True, analyser=1)
    with contextlib.closing(Database(archive.path / "archive.db", write=False)) as database:
        generation = database.number("published_generation")
        follow(database, old, generation, generation)


def as_format_1(archive: Archive) -> None:
    """Take out of an archive what format 1 didn't have."""
    archive.close()
    database = sqlite3.connect(archive.path / "archive.db")
    database.executescript(
        """
        CREATE TABLE old (rowid INTEGER PRIMARY KEY, id TEXT NOT NULL, url TEXT, title TEXT NOT NULL, outlet TEXT,
            published TEXT, authors TEXT NOT NULL, language TEXT, extra TEXT NOT NULL, text TEXT NOT NULL,
            title_in_text TEXT, furniture TEXT NOT NULL, source TEXT NOT NULL, fingerprint TEXT NOT NULL,
            added_in INTEGER NOT NULL, removed_in INTEGER);
        INSERT INTO old SELECT rowid, id, url, title, outlet, published, authors, language, extra, text,
            title_in_text, furniture, source, fingerprint, added_in, removed_in FROM articles;
        DROP TABLE articles;
        ALTER TABLE old RENAME TO articles;
        CREATE UNIQUE INDEX live_article ON articles (id) WHERE removed_in IS NULL;
        CREATE INDEX article_url ON articles (url) WHERE removed_in IS NULL;
        DROP TABLE vector_batches;
        DROP TABLE addresses;
        DELETE FROM manifest WHERE key IN ('archive_id', 'article_rows', 'checksum');
        UPDATE manifest SET value = '1' WHERE key = 'format_version';
        PRAGMA user_version = 1;
        """
    )
    database.close()
    (archive.path / "lexical" / "stamp.json").unlink()
    words = archive.path / "words.tsv"
    header, _, rows = words.read_text(encoding="utf-8").partition("\n")
    old = re.sub(r"words 2 of |archive \w+ | checksum \w+", "", header)
    words.write_text(f"{old}\n{rows}", encoding="utf-8")
