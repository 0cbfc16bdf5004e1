"""The archive's SQLite database: articles, passages, sources. The truth that the rest follows.

Every batch of changes is a generation. A row is visible to a reader at generation G if it was added in a
generation up to G and not removed by then, so that a reader sees whole batches only, while a writer writes.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pullquote.articles import Article, Passage
from pullquote.errors import ArchiveDamaged, ArticleAltered
from pullquote.index.adding.addresses import page_anyhow, page_of
from pullquote.index.storage import checksums, schema
from pullquote.index.storage.connection import Connection
from pullquote.index.storage.stored_article import article_of, day_of, has_fingerprint, names_of, row_of

_FACTS = "rowid, published, outlet, authors, added_in, removed_in"
_PAGES = {"page": page_of, "page_anyhow": page_anyhow}


@dataclass(frozen=True, slots=True)
class LiveVersion:
    """What tells whether a new version of an article differs from the live one."""

    rowid: int
    id: str
    fingerprint: str
    url: str | None


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


def _facts_of(row: Sequence[Any]) -> ArticleFacts:
    return ArticleFacts(
        rowid=row[0],
        published=day_of(row[1]),
        outlet=row[2],
        authors=names_of(row[3]),
        added_in=row[4],
        removed_in=row[5],
    )


class Database(Connection):
    """The tables of an archive, by one connection."""

    # -- articles

    def live_version(self, article: Article) -> LiveVersion | None:
        """Return the live version of an article, or None; on a writer's archive.

        It is the one with the same id; for an article without an id, or where the stored one got its URL
        for an id, the one of the same page.
        """
        found: list[LiveVersion] = []
        if article.id:
            rows = self.query(
                "SELECT rowid, id, fingerprint, url FROM articles WHERE removed_in IS NULL AND id IN (?1, ?2) "
                "ORDER BY id = ?1 DESC",
                (article.id, article.url),
            )
            found = [LiveVersion(*row) for row in rows]
        if not found and article.url:
            own = "AND id = url" if article.id else ""
            rest = f"removed_in IS NULL {own} ORDER BY url = ?2 DESC, articles.rowid DESC"
            found = self._on_page("page", article.url, rest, article.url)
        return found[0] if found else None

    def copies(self, article: Article) -> list[LiveVersion]:
        """Return live articles whose addresses may be of the same page (`page_anyhow`), the first ones stored."""
        if not article.url:
            return []
        own = "AND id = url" if article.id else ""
        return self._on_page("page_anyhow", article.url, f"removed_in IS NULL {own} ORDER BY articles.rowid")

    def _on_page(self, column: str, url: str, rest: str, *more: object) -> list[LiveVersion]:
        """Return up to 20 articles whose URLs are of the page that a URL is of.

        An altered row of `addresses` leads nowhere.
        """
        wanted = _PAGES[column](url)
        rows = self.query(
            "SELECT articles.rowid, id, fingerprint, url FROM articles JOIN addresses ON article = articles.rowid "
            f"WHERE {column} = ?1 AND {rest} LIMIT 20",
            (wanted, *more),
        )
        return [LiveVersion(*row) for row in rows if _PAGES[column](str(row[3])) == wanted]

    def live_rowid(self, id_or_url: str) -> tuple[int, str] | None:
        """Return (rowid, id) of the live article with that id, else that URL, else of its page, or None."""
        return self._rowid_where("removed_in IS NULL", id_or_url)

    def visible_rowid(self, id_or_url: str) -> tuple[int, str] | None:
        """Return what `live_rowid` does, as of the published generation: what a crash left unpublished isn't seen."""
        published = self.number("published_generation")
        if published == self.number("generation"):
            return self.live_rowid(id_or_url)
        return self._rowid_where("added_in <= ?2 AND (removed_in IS NULL OR removed_in > ?2)", id_or_url, published)

    def _rowid_where(self, shown: str, id_or_url: str, *more: int) -> tuple[int, str] | None:
        rows: list[tuple[Any, ...]] = []
        for column in ("id", "url"):
            sql = f"SELECT rowid, id FROM articles WHERE {column} = ?1 AND {shown} ORDER BY rowid LIMIT 1"
            rows = rows or self.query(sql, (id_or_url, *more))
        if not rows and "://" in id_or_url and self.has_addresses:
            found = self._on_page("page", id_or_url, f"{shown} ORDER BY articles.rowid", *more)
            rows = [(one.rowid, one.id) for one in found]
        return (rows[0][0], rows[0][1]) if rows else None

    # -- addresses

    @property
    def has_addresses(self) -> bool:
        """Whether the archive has the table of addresses; a writer adds it to one that an earlier version made."""
        return bool(self.query("SELECT 1 FROM sqlite_master WHERE name = 'addresses'"))

    @property
    def has_index_of_removed(self) -> bool:
        """Whether removed articles are found without reading all; a writer adds the index where there is none."""
        return bool(self.query("SELECT 1 FROM sqlite_master WHERE name = 'removed_article'"))

    def add_index_of_removed(self) -> None:
        """Make the index of removed articles where there is none; inside a transaction."""
        for statement in schema.statements(schema.REMOVED):
            self._db.execute(statement)

    def add_addresses(self) -> None:
        """Make the table of addresses, with no row, where there is none; inside a transaction."""
        for statement in schema.statements(schema.ADDRESSES):
            self._db.execute(statement)

    def note_address(self, rowid: int, url: str | None) -> None:
        """Note which page an article's URL is of; inside a transaction."""
        if url is None:
            self._db.execute("DELETE FROM addresses WHERE article = ?", (rowid,))
        else:
            pages = page_of(str(url)), page_anyhow(str(url))
            self._db.execute("INSERT OR REPLACE INTO addresses VALUES (?, ?, ?)", (rowid, *pages))

    def insert(self, new: NewArticle, generation: int, first_row: int) -> int:
        """Store an article and its passages from vector row `first_row` on; return its rowid."""
        article = new.article
        for (old,) in self.query("SELECT rowid FROM articles WHERE id = ? AND removed_in IS NULL", (article.id,)):
            self.mark_removed(old, generation)
        rowid = self._next_rowid()
        row = row_of(rowid, article, new.furniture, new.fingerprint, generation)
        passages = [
            (first_row + index, passage.start, passage.end, passage.tokens)
            for index, passage in enumerate(new.passages)
        ]
        self._db.execute(
            f"INSERT INTO articles ({schema.ARTICLE_COLUMNS}, checksum, passages_checksum) "
            f"VALUES ({', '.join('?' * (len(row) + 2))})",
            (*row, checksums.of_values(row), checksums.of_values(passages)),
        )
        self._db.executemany(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?)",
            ((number, rowid, start, end, tokens) for number, start, end, tokens in passages),
        )
        self.note_address(rowid, article.url)
        self.set_number("article_rows", self.number("article_rows") + 1)
        return rowid

    def shown_between(self, rowid: int) -> tuple[int, int | None]:
        """Return the generations that added and removed a stored article; None for one that is still there."""
        added_in, removed_in = self.query("SELECT added_in, removed_in FROM articles WHERE rowid = ?", (rowid,))[0]
        return added_in, removed_in

    def stored_row(self, rowid: int) -> list[Any]:
        """Return the values of `schema.ARTICLE_COLUMNS` of a stored article."""
        return list(self.query(f"SELECT {schema.ARTICLE_COLUMNS} FROM articles WHERE rowid = ?", (rowid,))[0])

    def is_live(self, rowid: int) -> bool:
        """Return whether an article is there and wasn't removed."""
        return bool(self.query("SELECT 1 FROM articles WHERE rowid = ? AND removed_in IS NULL", (rowid,)))

    def mark_removed(self, rowid: int, generation: int) -> None:
        """Take a live article out from `generation` on; inside a transaction."""
        self._db.execute("UPDATE articles SET removed_in = ? WHERE rowid = ?", (generation, rowid))
        self.set_checksums(rowid)

    def set_checksums(self, rowid: int) -> None:
        """Let the checksums of an article and its passages be those of what is stored now; inside a transaction."""
        row = self.query(f"SELECT {schema.ARTICLE_COLUMNS} FROM articles WHERE rowid = ?", (rowid,))[0]
        self._db.execute(
            "UPDATE articles SET checksum = ?, passages_checksum = ? WHERE rowid = ?",
            (checksums.of_values(row), checksums.of_values(self.passages_of(rowid)), rowid),
        )

    def article(self, rowid: int, *, verify: bool = True) -> Article:
        """Return a stored article, as it was stored.

        Raises:
            ArticleAltered: it isn't what was stored any more, and can't be quoted; without `verify`, it is no article
                at all any more.
        """
        columns = f"{schema.ARTICLE_COLUMNS}, checksum" if self.has_checksums else f"{schema.ARTICLE_COLUMNS}, NULL"
        rows = self.query(f"SELECT {columns} FROM articles WHERE rowid = ?", (rowid,))
        try:
            *row, checksum = rows[0]
            if not verify:
                return article_of(row)
            if checksum is None or checksum == checksums.of_values(row):
                article = article_of(row)
                # Without a checksum, text and facts can still be compared with the hash that tells versions apart.
                if checksum is not None or has_fingerprint(article, row[13]):
                    return article
            name = row[1] or row[12]
        except (IndexError, TypeError, ValueError) as error:
            raise ArticleAltered(f"number {rowid}", self.file.parent) from error
        raise ArticleAltered(str(name), self.file.parent)

    def unaltered(self, rowids: Iterable[int]) -> Iterator[Article]:
        """Yield the articles of the rows, but for those that aren't what was stored."""
        for rowid in rowids:
            with contextlib.suppress(ArticleAltered):
                yield self.article(rowid)

    def facts_since(self, generation: int) -> Iterator[ArticleFacts]:
        """Yield the facts of every article added or removed after `generation`, in order of rowid."""
        first = self._first_added_after(generation)
        older = "rowid IN (SELECT rowid FROM articles WHERE removed_in > ?1 AND rowid < ?2)"
        rows = self.query(f"SELECT {_FACTS} FROM articles WHERE {older} ORDER BY rowid", (generation, first))
        rows += self.query(f"SELECT {_FACTS} FROM articles WHERE rowid >= ? ORDER BY rowid", (first,))
        yield from map(_facts_of, rows)

    def _first_added_after(self, generation: int) -> int:
        """Return the first rowid that was added after a generation, or the next one that will be.

        Numbers of rows grow with generations. What tells a row's generation stands behind its text, so that looking at
        each would read all texts of the archive.
        """
        low, high = 0, self._next_rowid()
        if generation <= 0:
            return low
        while low < high:
            middle = (low + high) // 2
            found = self.query(
                "SELECT rowid, added_in FROM articles WHERE rowid >= ? ORDER BY rowid LIMIT 1", (middle,)
            )
            if not found or found[0][1] > generation:
                high = middle
            else:
                low = found[0][0] + 1
        return low

    def _next_rowid(self) -> int:
        return int(self.query("SELECT coalesce(max(rowid), 0) + 1 FROM articles")[0][0])

    def facts_by_day(self, generation: int) -> Iterator[tuple[ArticleFacts, str, str, str | None]]:
        """Yield (facts, id, title, URL) of the articles visible at `generation`, the latest day first, no day last.

        What stands behind an article's text in its row isn't read.
        """
        removed = set(self.articles_removed(0, generation))
        rows = self.query(
            "SELECT rowid, published, outlet, authors, id, title, url FROM articles WHERE rowid < ? "
            "ORDER BY published DESC, rowid DESC",
            (self._first_added_after(generation),),
        )
        for rowid, published, outlet, authors, name, title, url in rows:
            if rowid not in removed:
                facts = ArticleFacts(rowid, day_of(published), outlet, names_of(authors), generation, None)
                yield facts, name, title, url

    def facts_after(self, rowid: int, generation: int, limit: int) -> list[ArticleFacts]:
        """Return the facts of up to `limit` articles visible at `generation`, those that follow a rowid, in order."""
        rows = self.query(
            f"SELECT {_FACTS} FROM articles WHERE rowid > ?1 AND added_in <= ?2 "
            "AND (removed_in IS NULL OR removed_in > ?2) ORDER BY rowid LIMIT ?3",
            (rowid, generation, limit),
        )
        return [_facts_of(row) for row in rows]

    def furniture_of(self, rowid: int) -> list[tuple[int, int]]:
        """Return the `[start, end)` ranges of an article's text that were marked as furniture.

        Raises:
            ArticleAltered: the article isn't what was stored.
        """
        self.article(rowid)
        ((stored,),) = self.query("SELECT furniture FROM articles WHERE rowid = ?", (rowid,))
        return [(start, end) for start, end in json.loads(stored)]

    def articles_stored(self) -> list[int]:
        """Return rowids of all articles, removed ones, too."""
        return [rowid for (rowid,) in self.query("SELECT rowid FROM articles ORDER BY rowid")]

    def articles_added(self, generation: int) -> list[int]:
        """Return rowids of the live articles added after `generation`, in order."""
        rows = self.query(
            "SELECT rowid FROM articles WHERE rowid >= ?2 AND added_in > ?1 AND removed_in IS NULL ORDER BY rowid",
            (generation, self._first_added_after(generation)),
        )
        return [rowid for (rowid,) in rows]

    def articles_removed(self, generation: int, later: int) -> list[int]:
        """Return rowids of the articles removed after `generation` and up to `later`."""
        rows = self.query("SELECT rowid FROM articles WHERE removed_in > ? AND removed_in <= ?", (generation, later))
        return [rowid for (rowid,) in rows]

    def articles_held(self, added: int, removed: int) -> list[int]:
        """Return rowids of the articles added up to one generation and not removed up to another."""
        rows = self.query(
            "SELECT rowid FROM articles WHERE added_in <= ? AND (removed_in IS NULL OR removed_in > ?) ORDER BY rowid",
            (added, removed),
        )
        return [rowid for (rowid,) in rows]

    def passages_held(self, added: int, removed: int) -> int:
        """Return how many passages those articles have."""
        return int(
            self.query(
                "SELECT count(*) FROM passages JOIN articles ON articles.rowid = passages.article "
                "WHERE added_in <= ? AND (removed_in IS NULL OR removed_in > ?)",
                (added, removed),
            )[0][0]
        )

    def rows_held(self, generation: int) -> list[int]:
        """Return the vector rows of the passages that a generation shows, in order."""
        rows = self.query(
            "SELECT passages.rowid FROM passages JOIN articles ON articles.rowid = passages.article "
            "WHERE added_in <= ?1 AND (removed_in IS NULL OR removed_in > ?1) ORDER BY passages.rowid",
            (generation,),
        )
        return [row for (row,) in rows]

    def articles_between(self, generation: int, later: int) -> tuple[list[int], list[int]]:
        """Return rowids of the articles that a later generation shows and an earlier doesn't, and the other way."""
        added = self.query(
            "SELECT rowid FROM articles WHERE rowid >= ?3 AND added_in > ?1 AND added_in <= ?2 "
            "AND (removed_in IS NULL OR removed_in > ?2) ORDER BY rowid",
            (generation, later, self._first_added_after(generation)),
        )
        removed = self.query(
            "SELECT rowid FROM articles WHERE removed_in > ?1 AND removed_in <= ?2 AND added_in <= ?1",
            (generation, later),
        )
        return [row[0] for row in added], sorted(row[0] for row in removed)

    def sample(self, generation: int, limit: int) -> list[int]:
        """Return the rowids of up to `limit` articles visible at `generation`, spread over all of them evenly."""
        rows = self.query(
            "SELECT rowid FROM articles WHERE added_in <= ?1 AND (removed_in IS NULL OR removed_in > ?1) "
            "ORDER BY rowid",
            (generation,),
        )
        step = max(1, -(-len(rows) // limit))
        return [row[0] for row in rows[::step]]

    # -- passages

    def passages_from(self, first_row: int, limit: int) -> list[tuple[int, int]]:
        """Return (row, article) of up to `limit` passages from vector row `first_row` on, in order."""
        sql = "SELECT rowid, article FROM passages WHERE rowid >= ? ORDER BY rowid LIMIT ?"
        return self.query(sql, (first_row, limit))

    def passages_of(self, article: int) -> list[tuple[int, int, int, int]]:
        """Return (row, start, end, tokens) of an article's passages, in reading order."""
        return self.query("SELECT rowid, start, end, tokens FROM passages WHERE article = ? ORDER BY rowid", (article,))

    def passage(self, row: int) -> tuple[int, int, int, int]:
        """Return (article, start, end, tokens) of the passage in a vector row."""
        found = self.passage_if_there(row)
        if found is None:
            raise ArchiveDamaged(f"The database {self.file} lacks passage {row}; run: pullquote check --repair")
        return found

    def passage_if_there(self, row: int) -> tuple[int, int, int, int] | None:
        """Return what `passage` does, or None where the article has been erased."""
        rows = self.query("SELECT article, start, end, tokens FROM passages WHERE rowid = ?", (row,))
        return (rows[0][0], rows[0][1], rows[0][2], rows[0][3]) if rows else None

    def passage_rows(self) -> list[int]:
        """Return the vector rows of all passages, in order."""
        return [row for (row,) in self.query("SELECT rowid FROM passages ORDER BY rowid")]

    def passages_between(self, first_row: int, end_row: int) -> list[tuple[int, int, int, int]]:
        """Return (row, article, start, end) of the passages in vector rows `[first_row, end_row)`, in order."""
        return self.query(
            "SELECT rowid, article, start, end FROM passages WHERE rowid >= ? AND rowid < ? ORDER BY rowid",
            (first_row, end_row),
        )

    # -- checksums of vectors

    def vector_batches(self) -> list[tuple[int, int, str]]:
        """Return (first row, end row, checksum) of the batches of the vector log, in order; none in format 1."""
        if not self.has_checksums:
            return []
        return self.query("SELECT first_row, end_row, checksum FROM vector_batches ORDER BY first_row")

    def vector_batches_between(self, first_row: int, end_row: int) -> list[tuple[int, int, str]]:
        """Return what `vector_batches` does of the batches that have a row in `[first_row, end_row)`."""
        return self.query(
            "SELECT first_row, end_row, checksum FROM vector_batches WHERE first_row < ? AND end_row > ? "
            "ORDER BY first_row",
            (end_row, first_row),
        )

    def set_vector_batch(self, first_row: int, end_row: int, checksum: str) -> None:
        """Note the checksum of rows of the vector log; inside a transaction."""
        self._db.execute("INSERT OR REPLACE INTO vector_batches VALUES (?, ?, ?)", (first_row, end_row, checksum))

    # -- sources

    def source_articles(self, name: str, sha256: str) -> int | None:
        """Return how many articles a file gave if it was read to its end with the same hash, or None."""
        rows = self.query("SELECT articles FROM sources WHERE name = ? AND sha256 = ?", (name, sha256))
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
        row = self.query(
            "SELECT count(*), min(published), max(published) FROM articles "
            "WHERE added_in <= ?1 AND (removed_in IS NULL OR removed_in > ?1)",
            (generation,),
        )[0]
        return row[0], row[1], row[2]

    def visible_articles(self) -> int:
        """Return how many articles a reader sees.

        An index alone tells it, in a millisecond where `summary` takes seventy, unless a crash left a batch
        unpublished.
        """
        published = self.number("published_generation")
        if published != self.number("generation"):
            return self.summary(published)[0]
        sql = "SELECT count(*) FROM articles INDEXED BY live_article WHERE removed_in IS NULL"
        return int(self.query(sql)[0][0])

    def bylines(self, generation: int) -> Iterator[tuple[dt.date | None, str | None, tuple[str, ...]]]:
        """Yield (day, outlet, authors) of every article visible at `generation`, in order of rowid."""
        for published, outlet, authors in self.query(
            "SELECT published, outlet, authors FROM articles "
            "WHERE added_in <= ?1 AND (removed_in IS NULL OR removed_in > ?1) ORDER BY rowid",
            (generation,),
        ):
            yield day_of(published), outlet, names_of(authors)

    def newest(self, generation: int, limit: int) -> list[int]:
        """Return the rowids of up to `limit` dated articles visible at `generation`, newest first."""
        rows = self.query(
            "SELECT rowid FROM articles WHERE published IS NOT NULL AND added_in <= ?1 "
            "AND (removed_in IS NULL OR removed_in > ?1) ORDER BY published DESC, rowid LIMIT ?2",
            (generation, limit),
        )
        return [rowid for (rowid,) in rows]

    def fingerprints(self, generation: int) -> list[str]:
        """Return the fingerprints of the articles visible at `generation`."""
        rows = self.query(
            "SELECT fingerprint FROM articles WHERE added_in <= ?1 AND (removed_in IS NULL OR removed_in > ?1)",
            (generation,),
        )
        return [fingerprint for (fingerprint,) in rows]

    def outlets(self, generation: int) -> list[tuple[str, int]]:
        """Return (outlet, articles) visible at `generation`, most first."""
        return self.query(
            "SELECT outlet, count(*) AS n FROM articles WHERE outlet IS NOT NULL AND added_in <= ?1 "
            "AND (removed_in IS NULL OR removed_in > ?1) GROUP BY outlet ORDER BY n DESC, outlet",
            (generation,),
        )
