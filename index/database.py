"""The archive's SQLite database: articles, passages, sources, manifest. The truth that the rest follows.

Every batch of changes is a generation. A row is visible to a reader at generation G if it was added in a
generation up to G and not removed by then, so that a reader sees whole batches only, while a writer writes.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pullquote.articles import Article, Passage
from pullquote.errors import ArchiveDamaged, ArchiveTooNew, ArchiveWriteFailed, NotAnArchive

FORMAT_VERSION = 1
_APPLICATION_ID = 0x50_51_4F_54  # "PQOT", so that `file` and other tools can tell

_SCHEMA = """
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
    removed_in INTEGER             -- by `remove`, or by a newer version
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
"""


@dataclass(frozen=True, slots=True)
class NewArticle:
    """An article ready to be stored, with what was worked out from it."""

    article: Article
    fingerprint: str
    furniture: Sequence[tuple[int, int]]
    passages: Sequence[Passage]


@dataclass(frozen=True, slots=True)
class ArticleFacts:
    """What a snapshot needs of every article."""

    rowid: int
    published: dt.date | None
    outlet: str | None
    authors: tuple[str, ...]
    added_in: int
    removed_in: int | None


class Database:
    """One connection to `archive.db`. Writers use one, readers one a thread."""

    def __init__(self, file: Path, *, write: bool) -> None:
        self.file = file
        uri = file.resolve().as_uri() + ("?mode=rw" if write else "?mode=ro")
        try:
            self._db = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA busy_timeout = 10000")
            self._check_format()
            if write:
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = FULL")
        except sqlite3.DatabaseError as error:
            raise _as_archive_error(error, file) from error

    @classmethod
    def create(cls, file: Path, manifest: dict[str, str]) -> None:
        """Make a new, empty database.

        Raises:
            ArchiveWriteFailed: the disk refuses.
        """
        partial = file.with_suffix(".partial")
        partial.unlink(missing_ok=True)
        try:
            db = sqlite3.connect(partial)
            db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            db.execute(f"PRAGMA user_version = {FORMAT_VERSION}")
            db.executescript(_SCHEMA)
            rows = {**manifest, "generation": "0", "published_generation": "0", "vector_rows": "0"}
            db.executemany("INSERT INTO manifest VALUES (?, ?)", rows.items())
            db.commit()
            db.close()
            partial.replace(file)
        except (sqlite3.Error, OSError) as error:
            raise ArchiveWriteFailed(f"The archive {file.parent} cannot be made: {error}.") from error

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    def _check_format(self) -> None:
        application = self._db.execute("PRAGMA application_id").fetchone()[0]
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if application != _APPLICATION_ID:
            raise NotAnArchive(f"{self.file} is not a Pullquote archive.")
        if version > FORMAT_VERSION:
            raise ArchiveTooNew(
                f"The archive {self.file.parent} has format {version}; this Pullquote reads up to {FORMAT_VERSION}. "
                "Install a newer one."
            )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do all of the block or nothing of it.

        Raises:
            ArchiveWriteFailed: the disk is full or refuses; nothing was stored.
        """
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            self._db.execute("COMMIT")
        except BaseException as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise _as_archive_error(error, self.file) from error
            raise

    # -- manifest

    def manifest(self) -> dict[str, str]:
        """Return all entries of the manifest."""
        return dict(self._query("SELECT key, value FROM manifest"))

    def number(self, key: str) -> int:
        """Return an entry of the manifest that is a number."""
        return int(self._query("SELECT value FROM manifest WHERE key = ?", (key,))[0][0])

    def set_number(self, key: str, value: int) -> None:
        """Change an entry of the manifest; inside a transaction."""
        self._db.execute("UPDATE manifest SET value = ? WHERE key = ?", (str(value), key))

    # -- articles

    def live_version(self, article: Article) -> tuple[str, str] | None:
        """Return (id, fingerprint) of the live version of an article, or None.

        It is the one with the same id; for an article without an id, or where the stored one got its URL
        for an id, the one with the same URL.
        """
        if article.id:
            rows = self._query(
                "SELECT id, fingerprint FROM articles WHERE removed_in IS NULL AND id IN (?, ?) ORDER BY id = ? DESC",
                (article.id, article.url, article.id),
            )
        elif article.url:
            rows = self._query(
                "SELECT id, fingerprint FROM articles WHERE removed_in IS NULL AND url = ? ORDER BY rowid DESC LIMIT 1",
                (article.url,),
            )
        else:
            return None
        return (rows[0][0], rows[0][1]) if rows else None

    def live_rowid(self, id_or_url: str) -> tuple[int, str] | None:
        """Return (rowid, id) of the live article with that id, else that URL, or None."""
        rows = self._query(
            "SELECT rowid, id FROM articles WHERE id = ? AND removed_in IS NULL", (id_or_url,)
        ) or self._query("SELECT rowid, id FROM articles WHERE url = ? AND removed_in IS NULL LIMIT 1", (id_or_url,))
        return (rows[0][0], rows[0][1]) if rows else None

    def insert(self, new: NewArticle, generation: int, first_row: int) -> int:
        """Store an article and its passages from vector row `first_row` on; return its rowid."""
        article = new.article
        self._db.execute(
            "UPDATE articles SET removed_in = ? WHERE id = ? AND removed_in IS NULL", (generation, article.id)
        )
        cursor = self._db.execute(
            "INSERT INTO articles (id, url, title, outlet, published, authors, language, extra, text, "
            "title_in_text, furniture, source, fingerprint, added_in) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                article.id,
                article.url,
                article.title,
                article.outlet,
                article.published.isoformat() if article.published else None,
                json.dumps(article.authors, ensure_ascii=False),
                article.language,
                json.dumps(dict(article.extra), ensure_ascii=False, default=str),
                article.text,
                json.dumps(article.title_in_text),
                json.dumps(list(new.furniture)),
                article.source,
                new.fingerprint,
                generation,
            ),
        )
        rowid = int(cursor.lastrowid or 0)
        self._db.executemany(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?)",
            (
                (first_row + index, rowid, passage.start, passage.end, passage.tokens)
                for index, passage in enumerate(new.passages)
            ),
        )
        return rowid

    def mark_removed(self, rowid: int, generation: int) -> None:
        """Take a live article out from `generation` on; inside a transaction."""
        self._db.execute("UPDATE articles SET removed_in = ? WHERE rowid = ?", (generation, rowid))

    def article(self, rowid: int) -> Article:
        """Return a stored article."""
        row = self._query(
            "SELECT id, url, title, outlet, published, authors, language, extra, text, title_in_text, source "
            "FROM articles WHERE rowid = ?",
            (rowid,),
        )[0]
        place = json.loads(row[9]) if row[9] else None
        return Article(
            id=row[0],
            url=row[1],
            title=row[2],
            outlet=row[3],
            published=dt.date.fromisoformat(row[4]) if row[4] else None,
            authors=tuple(json.loads(row[5])),
            language=row[6],
            extra=json.loads(row[7]),
            text=row[8],
            title_in_text=(place[0], place[1]) if place else None,
            source=row[10],
        )

    def facts_since(self, generation: int) -> Iterator[ArticleFacts]:
        """Yield the facts of every article added or removed after `generation`, in order of rowid."""
        for row in self._query(
            "SELECT rowid, published, outlet, authors, added_in, removed_in FROM articles "
            "WHERE added_in > ?1 OR removed_in > ?1 ORDER BY rowid",
            (generation,),
        ):
            yield ArticleFacts(
                rowid=row[0],
                published=dt.date.fromisoformat(row[1]) if row[1] else None,
                outlet=row[2],
                authors=tuple(json.loads(row[3])),
                added_in=row[4],
                removed_in=row[5],
            )

    def changed_articles(self, generation: int) -> tuple[list[int], list[int]]:
        """Return rowids of the articles (added, removed) after `generation`."""
        added = self._query("SELECT rowid FROM articles WHERE added_in > ? AND removed_in IS NULL", (generation,))
        removed = self._query("SELECT rowid FROM articles WHERE removed_in > ?", (generation,))
        return [row[0] for row in added], [row[0] for row in removed]

    # -- passages

    def passages_from(self, first_row: int) -> list[tuple[int, int]]:
        """Return (row, article) of every passage from vector row `first_row` on, in order."""
        return self._query("SELECT rowid, article FROM passages WHERE rowid >= ? ORDER BY rowid", (first_row,))

    def passages_of(self, article: int) -> list[tuple[int, int, int, int]]:
        """Return (row, start, end, tokens) of an article's passages, in reading order."""
        return self._query(
            "SELECT rowid, start, end, tokens FROM passages WHERE article = ? ORDER BY rowid", (article,)
        )

    def passage(self, row: int) -> tuple[int, int, int, int]:
        """Return (article, start, end, tokens) of the passage in a vector row."""
        article, start, end, tokens = self._query(
            "SELECT article, start, end, tokens FROM passages WHERE rowid = ?", (row,)
        )[0]
        return article, start, end, tokens

    # -- sources

    def source_articles(self, name: str, sha256: str) -> int | None:
        """Return how many articles a file gave if it was read to its end with the same hash, or None."""
        rows = self._query("SELECT articles FROM sources WHERE name = ? AND sha256 = ?", (name, sha256))
        return int(rows[0][0]) if rows else None

    def remember_sources(self, sources: Iterable[tuple[str, str, int]]) -> None:
        """Note (name, sha256, articles) of files read to their end; inside a transaction."""
        self._db.executemany("INSERT OR REPLACE INTO sources VALUES (?, ?, ?)", sources)

    def forget_sources(self) -> None:
        """Forget which files were read, so that removed articles can be added again; inside a transaction."""
        self._db.execute("DELETE FROM sources")

    # -- facts

    def summary(self, generation: int) -> tuple[int, str | None, str | None]:
        """Return (articles, first day, last day) visible at `generation`."""
        row = self._query(
            "SELECT count(*), min(published), max(published) FROM articles "
            "WHERE added_in <= ?1 AND (removed_in IS NULL OR removed_in > ?1)",
            (generation,),
        )[0]
        return row[0], row[1], row[2]

    def live_articles(self) -> int:
        """Return how many articles are live; told by an index alone, in a millisecond where `summary` takes seventy."""
        return int(self._query("SELECT count(*) FROM articles INDEXED BY live_article WHERE removed_in IS NULL")[0][0])

    def bylines(self, generation: int) -> Iterator[tuple[dt.date | None, str | None, tuple[str, ...]]]:
        """Yield (day, outlet, authors) of every article visible at `generation`, in order of rowid."""
        for published, outlet, authors in self._query(
            "SELECT published, outlet, authors FROM articles "
            "WHERE added_in <= ?1 AND (removed_in IS NULL OR removed_in > ?1) ORDER BY rowid",
            (generation,),
        ):
            yield dt.date.fromisoformat(published) if published else None, outlet, tuple(json.loads(authors))

    def newest(self, generation: int, limit: int) -> list[int]:
        """Return the rowids of up to `limit` dated articles visible at `generation`, newest first."""
        rows = self._query(
            "SELECT rowid FROM articles WHERE published IS NOT NULL AND added_in <= ?1 "
            "AND (removed_in IS NULL OR removed_in > ?1) ORDER BY published DESC, rowid LIMIT ?2",
            (generation, limit),
        )
        return [rowid for (rowid,) in rows]

    def fingerprints(self, generation: int) -> list[str]:
        """Return the fingerprints of the articles visible at `generation`."""
        rows = self._query(
            "SELECT fingerprint FROM articles WHERE added_in <= ?1 AND (removed_in IS NULL OR removed_in > ?1)",
            (generation,),
        )
        return [fingerprint for (fingerprint,) in rows]

    def outlets(self, generation: int) -> list[tuple[str, int]]:
        """Return (outlet, articles) visible at `generation`, most first."""
        return self._query(
            "SELECT outlet, count(*) AS n FROM articles WHERE outlet IS NOT NULL AND added_in <= ?1 "
            "AND (removed_in IS NULL OR removed_in > ?1) GROUP BY outlet ORDER BY n DESC, outlet",
            (generation,),
        )

    def live_passages(self, generation: int) -> int:
        """Return how many passages are visible at `generation`."""
        return int(
            self._query(
                "SELECT count(*) FROM passages JOIN articles ON articles.rowid = passages.article "
                "WHERE added_in <= ?1 AND (removed_in IS NULL OR removed_in > ?1)",
                (generation,),
            )[0][0]
        )

    def integrity(self) -> list[str]:
        """Return what SQLite and the schema's own rules find wrong, one sentence each."""
        problems = [row[0] for row in self._query("PRAGMA integrity_check(5)") if row[0] != "ok"]
        rows, last = self._query("SELECT count(*), max(rowid) FROM passages")[0]
        stated = self.number("vector_rows")
        if rows and last >= stated:
            problems.append(f"passage row {last} lies beyond the {stated} rows that the manifest states")
        crossing = self._query(
            "SELECT count(*) FROM passages JOIN articles ON articles.rowid = passages.article "
            "WHERE passages.start < 0 OR passages.end <= passages.start OR passages.end > length(articles.text)"
        )[0][0]
        if crossing:
            problems.append(f"{crossing} passages reach beyond their article's text")
        return problems

    def checkpoint(self) -> None:
        """Move the write-ahead log into the database file."""
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _query(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple]:  # type: ignore[type-arg]
        try:
            return self._db.execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise _as_archive_error(error, self.file) from error


def _as_archive_error(error: sqlite3.Error, file: Path) -> Exception:
    code = getattr(error, "sqlite_errorname", "") or ""
    if code in {"SQLITE_NOTADB", "SQLITE_CANTOPEN"}:
        return NotAnArchive(f"{file} is not a Pullquote archive ({error}).")
    if code.startswith(("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY")):
        return ArchiveWriteFailed(
            f"The archive {file.parent} cannot be written ({error}); what was committed before is intact."
        )
    if code.startswith("SQLITE_BUSY"):
        return ArchiveWriteFailed(f"The archive {file.parent} is busy ({error}); try again.")
    return ArchiveDamaged(f"The archive {file.parent} is damaged ({error}); run: pullquote check --repair")
