"""What is known of the addresses that an archive follows: a small database beside the archive's own."""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from pullquote.errors import ArchiveDamaged, ArchiveWriteFailed
from pullquote.index.following.fetching import NOTHING_KNOWN, Validators

FILE_NAME = "followed.db"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS pages (
    url TEXT PRIMARY KEY,
    etag TEXT NOT NULL,
    modified TEXT NOT NULL,        -- as the server wrote it
    changed TEXT NOT NULL,         -- as the feed or sitemap wrote it, when it was last fetched
    first_seen TEXT NOT NULL,      -- UTC, ISO 8601
    last_fetched TEXT NOT NULL,
    ask_from TEXT NOT NULL,        -- not before; "" for any time
    problem TEXT NOT NULL,         -- why nothing was added; "" where it was
    at TEXT NOT NULL,              -- where the page was in the end, after redirects
    article TEXT NOT NULL          -- the URL of what was added
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS page_article ON pages (article);
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID
"""
_STORED = "stored_bytes"


@dataclass(frozen=True, slots=True)
class Page:
    """What is known of an address.

    Attributes:
        url: the address, as it was listed or named.
        validators: for asking whether it has changed.
        changed: what the listing said of its last change, when it was fetched.
        first_seen, last_fetched: in UTC, ISO 8601.
        ask_from: not to be asked before; "" for any time.
        problem: why nothing was added; "" where it was.
        at: where the page was in the end, after redirects.
        article: the URL of what was added.
    """

    url: str
    validators: Validators = NOTHING_KNOWN
    changed: str = ""
    first_seen: str = ""
    last_fetched: str = ""
    ask_from: str = ""
    problem: str = ""
    at: str = ""
    article: str = ""


class Followed:
    """The database of followed addresses.

    Args:
        folder: of the archive.

    Raises:
        ArchiveDamaged: the file is no such database.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE_NAME
        with self._told():
            self._db = sqlite3.connect(self._file, isolation_level=None, timeout=30)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.executescript(_SCHEMA)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def page(self, url: str) -> Page | None:
        """Return what is known of an address; None for nothing."""
        with self._told():
            row = self._db.execute("SELECT * FROM pages WHERE url = ?", (url,)).fetchone()
        if row is None:
            return None
        known, etag, modified, *others = row
        return Page(known, Validators(etag, modified), *others)

    def note(self, page: Page, at: dt.datetime) -> None:
        """Keep what is known of an address, as of a time in UTC."""
        now = at.isoformat()
        page = replace(page, first_seen=page.first_seen or now, last_fetched=now)
        values = (page.url, page.validators.etag, page.validators.modified, page.changed)
        with self._told():
            self._db.execute(
                "INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*values, page.first_seen, page.last_fetched, page.ask_from, page.problem, page.at, page.article),
            )

    def stored_bytes(self) -> int:
        """Return how many bytes of the file of pages are sound: all records up to there were written whole."""
        with self._told():
            row = self._db.execute("SELECT value FROM facts WHERE name = ?", (_STORED,)).fetchone()
        return int(row[0]) if row else 0

    def note_stored_bytes(self, length: int) -> None:
        """Keep how many bytes of the file of pages are sound."""
        with self._told():
            self._db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (_STORED, length))

    def addresses_of(self, articles: Iterable[str]) -> set[str]:
        """Return the addresses of the pages that some articles came from, as listed and after redirects.

        Args:
            articles: their URLs.
        """
        with self._told():
            return {
                address
                for article in articles
                for row in self._db.execute("SELECT url, at FROM pages WHERE article = ?", (article,))
                for address in row
            }

    def forget(self, articles: Iterable[str]) -> None:
        """Leave nothing of the pages that some articles came from, by the articles' URLs."""
        with self._told():
            self._db.execute("PRAGMA secure_delete = ON")
            self._db.executemany("DELETE FROM pages WHERE article = ?", ((article,) for article in articles))
            self._db.execute("VACUUM")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise ArchiveWriteFailed(f"{self._file} can't be written ({error})") from error
        except sqlite3.DatabaseError as error:
            raise ArchiveDamaged(
                f"{self._file} is damaged ({error}); delete it, and every page is asked for anew"
            ) from error
