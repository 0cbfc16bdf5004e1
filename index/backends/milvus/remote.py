"""An archive seen through its index in Milvus alone, by a machine that has nothing but the address.

The facts of all articles and the places of all passages are copied into a temporary database, so that whatever is asked
of an archive is asked of this one as well. Texts stay in Milvus. Each is fetched when it is quoted, and is compared
with its checksum.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import re
import shutil
import tempfile
import weakref
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn, cast

from pullquote.articles import Article, Passage
from pullquote.errors import ArchiveDamaged, ArchiveError, ArticleAltered, InputError
from pullquote.filters import Filters
from pullquote.index import forks
from pullquote.index.archive import Archive
from pullquote.index.backends.base import Searcher
from pullquote.index.backends.milvus import collections, stored_articles
from pullquote.index.backends.milvus.address import MilvusAddress
from pullquote.index.backends.milvus.connection import MilvusConnection, Unreachable
from pullquote.index.backends.milvus.index import MilvusIndex
from pullquote.index.backends.milvus.rows import shown_at
from pullquote.index.backends.milvus.statistics import IndexState, read_state
from pullquote.index.backends.opening import INDEX
from pullquote.index.embedding.embedder import Embedder
from pullquote.index.storage.archive_files import DATABASE
from pullquote.index.storage.creating import create
from pullquote.index.storage.database import Database
from pullquote.index.storage.schema import FURNITURE
from pullquote.index.storage.stored_article import article_of
from pullquote.index.storage.unusable import Unusable
from pullquote.reports import ArchiveInfo, CheckReport

# What an address begins with where it is opened as an archive; a `Path` of it has one slash less.
_PREFIX = re.compile(r"milvus\+(?:(https?):/+)?(.+)")
# Facts and places fetched in one query.
_AT_ONCE = 5_000
# How often a copy is begun again where the index changes while it is read.
_TRIES = 5
# Articles kept after they were fetched: a question reads up to fifty.
_KEPT = 500


def address_of(text: str) -> MilvusAddress:
    """Return the address in milvus+http://HOST:PORT/NAME or milvus+FILE.db/NAME.

    Raises:
        InputError: it is no address.
    """
    found = _PREFIX.fullmatch(text)
    if not found:
        raise InputError(f"{text!r} names no index; write milvus+http://HOST:PORT/NAME or milvus+FILE.db/NAME.")
    return MilvusAddress.parse(f"{found[1]}://{found[2]}" if found[1] else found[2])


class CopiedDatabase(Database):
    """The copy, but for the texts, which Milvus has."""

    def __init__(self, file: Path, connection: MilvusConnection, *, write: bool = False) -> None:
        super().__init__(file, write=write)
        self._connection = connection
        self._fetched: OrderedDict[int, list[Any]] = OrderedDict()

    def article(self, rowid: int, *, verify: bool = True) -> Article:
        """Return a stored article, as it was stored.

        Raises:
            ArticleAltered: it isn't what was stored any more, and can't be quoted.
        """
        return article_of(self.stored_row(rowid))

    def furniture_of(self, rowid: int) -> list[tuple[int, int]]:
        """Return the `[start, end)` ranges of an article's text that were marked as furniture."""
        return [(start, end) for start, end in json.loads(self.stored_row(rowid)[FURNITURE])]

    def stored_row(self, rowid: int) -> list[Any]:
        """Return the values of `schema.ARTICLE_COLUMNS` of a stored article.

        Raises:
            ArticleAltered: they aren't what was stored any more.
        """
        if rowid not in self._fetched:
            values = stored_articles.read(self._pieces(rowid))
            if values is None or values[0] != rowid:
                named = self.query("SELECT id FROM articles WHERE rowid = ?", (rowid,))
                name = str(named[0][0]) if named else f"number {rowid}"
                raise ArticleAltered(name, Path(str(self._connection.address)))
            self._fetched[rowid] = values
            if len(self._fetched) > _KEPT:
                self._fetched.popitem(last=False)
        return self._fetched[rowid]

    def _pieces(self, rowid: int) -> list[dict[str, Any]]:
        fields = ["article", "part", "content", "checksum"]
        version = self._connection.version
        try:
            return self._connection.query(collections.ARTICLES, f"article == {rowid}", fields)
        except ArchiveError as error:
            if not isinstance(error, Unreachable):
                read_state(self._connection)
            if self._connection.version == version:
                raise
            # The index was written anew meanwhile: the article is the same there.
            return self._connection.query(collections.ARTICLES, f"article == {rowid}", fields)


class RemoteArchive(Archive):
    """An archive that is searched and asked, and never written to, by its address alone.

    Raises:
        ArchiveError: nothing answers at the address, or pymilvus isn't installed.
        ArchiveDamaged: no archive's index is there.
    """

    by_address = True

    def __init__(self, address: MilvusAddress, embedder: Embedder | None) -> None:
        self._address = address
        self._connection = MilvusConnection(address)
        with contextlib.ExitStack() as opened:
            opened.callback(self._connection.close)
            folder = Path(tempfile.mkdtemp(prefix="pullquote-"))
            opened.callback(weakref.finalize(self, _remove, folder, os.getpid()))
            state = self._state()
            create(folder, lambda: {**state.manifest, INDEX: str(self._address)})
            self._copy = CopiedDatabase(folder / DATABASE, self._connection, write=True)
            opened.callback(self._copy.close)
            with self._copy.transaction():
                self._copy.execute("UPDATE manifest SET value = ? WHERE key = 'archive_id'", (state.archive,))
            self._update(state)
            super().__init__(folder, embedder)
            self._to_close = opened.pop_all()

    def _opened(self) -> Database:
        return CopiedDatabase(self.path / DATABASE, self._connection)

    def _renew(self) -> None:
        """In a forked process, be of no use: connection and copy are the parent's."""
        forks.leave_to_parent(self._database, self._index, self._copy, self._connection)
        self._to_close.pop_all()
        self._index = None
        self._unlocked()
        refusing = Unusable(f"The archive {self._address} was opened before this process was forked; open it in here.")
        self._database = self._copy = cast(CopiedDatabase, refusing)
        self._connection = cast(MilvusConnection, refusing)

    def close(self) -> None:
        """Let go of the connection and of the copy."""
        super().close()
        self._to_close.close()

    def _state(self) -> IndexState:
        state = read_state(self._connection)
        if state is None:
            raise ArchiveDamaged(f"The index {self._address} holds no archive.")
        return state

    def _follow(self) -> None:
        """Bring the copy to what is published by now."""
        with self._reading:
            state = self._state()
            if state.archive != self._copy.archive_id:
                raise ArchiveDamaged(f"The index {self._address} is another archive's now; open it again.")
            # A change is stored before it is published: what counts is how far it is published.
            if state.removed != self._copy.number("published_generation"):
                self._update(state)

    def _fresh(self) -> Searcher:
        with self._reading:
            self._follow()
            if self._index is None:
                self._index = MilvusIndex(self._files(self._database), self._address, copied=True)
            return super()._fresh()

    def _update(self, state: IndexState) -> None:
        """Bring the copy to the generation that an index says is published.

        Raises:
            ArchiveDamaged: what is to be copied was altered.
            ArchiveError: others write so fast that no one state of the index could be read.
        """
        state, articles, passages = self._read(state)
        generation, before = state.removed, self._copy.number("published_generation")
        shown = {row["article"] for row in articles}
        with self._copy.transaction():
            # Removals first: a new version has its old one's id.
            for rowid in set(self._copy.articles_held(before, before)) - shown:
                self._copy.execute("UPDATE articles SET removed_in = ? WHERE rowid = ?", (generation, rowid))
            for row in articles:
                if row["added_in"] > before:
                    self._copy_article(row)
            for row in passages:
                self._copy.execute(
                    "INSERT OR REPLACE INTO passages VALUES (?, ?, ?, ?, ?)",
                    (row["row"], row["article"], row["start"], row["end"], row["tokens"]),
                )
            for key, number in (
                ("generation", generation),
                ("published_generation", generation),
                ("vector_rows", self._rows_copied()),
                ("article_rows", state.last_article),
            ):
                self._copy.set_number(key, number)

    def _rows_copied(self) -> int:
        """Return one more than the highest row of a passage that was copied.

        An index may have more: behind the rows of the published generation stand those that aren't seen yet.
        """
        return int(self._copy.query("SELECT coalesce(max(rowid) + 1, 0) FROM passages")[0][0])

    def _read(self, state: IndexState) -> tuple[IndexState, list[dict[str, Any]], list[dict[str, Any]]]:
        """Return the articles that a published generation shows and its new passages, with the state they are of."""
        for _ in range(_TRIES):
            copied = self._rows_copied()
            try:
                articles, passages = list(self._articles(state)), list(self._passages(state, copied))
            except ArchiveError as error:
                now = state if isinstance(error, Unreachable) else self._state()
                if now.version == state.version:
                    raise
            else:
                now = self._state()
                # Of a later generation, what this one still shows may have been deleted while it was read.
                if (now.version, now.removed) == (state.version, state.removed):
                    return state, articles, passages
            state = now
        raise ArchiveError(f"The index {self._address} is being written to all the time; try again.")

    def _articles(self, state: IndexState) -> Iterator[dict[str, Any]]:
        fields = ["article", "added_in", "facts", "facts_checksum"]
        for first in range(1, state.last_article + 1, _AT_ONCE):
            bounds = f"article >= {first} and article < {first + _AT_ONCE} and part == 0 and {shown_at(state.removed)}"
            yield from self._connection.query(collections.ARTICLES, bounds, fields)

    def _passages(self, state: IndexState, first_row: int) -> Iterator[dict[str, Any]]:
        fields = ["row", "article", "start", "end", "tokens"]
        for first in range(first_row, state.end_row, _AT_ONCE):
            bounds = f"row >= {first} and row < {first + _AT_ONCE} and {shown_at(state.removed)}"
            yield from self._connection.query(collections.PASSAGES, bounds, fields)

    def _copy_article(self, row: dict[str, Any]) -> None:
        rowid, added_in, facts = row["article"], row["added_in"], row["facts"]
        if row["facts_checksum"] != stored_articles.facts_checksum(rowid, added_in, facts):
            raise ArchiveDamaged(
                f"The facts of article {rowid} in the index {self._address} were altered; where the archive's folder "
                "is, run: pullquote check --repair"
            )
        id_, url, title, outlet, published, authors, language, fingerprint = json.loads(facts)
        self._copy.execute(
            "INSERT INTO articles (rowid, id, url, title, outlet, published, authors, language, extra, text, "
            "furniture, source, fingerprint, added_in) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '{}', '', '[]', '', ?, ?)",
            (rowid, id_, url, title, outlet, published, authors, language, fingerprint, added_in),
        )
        self._copy.note_address(rowid, url)

    # -- what is asked of the copy, once it is as far as the index

    def _check_names(self, filters: Filters | None) -> None:
        # A search follows by itself.
        if filters is not None and (filters.outlets or filters.authors):
            self._follow()
        super()._check_names(filters)

    def articles(self, filters: Filters | None = None) -> Iterator[Article]:
        """Yield the articles that filters allow, in the order in which they were stored."""
        self._follow()
        return super().articles(filters)

    def article(self, id_or_url: str) -> Article | None:
        """Return the live article with that id, else with that URL, or None."""
        self._follow()
        return super().article(id_or_url)

    def passages(self, article_id: str) -> list[Passage]:
        """Return the passages of an article, in reading order; none for an unknown id."""
        self._follow()
        return super().passages(article_id)

    def furniture(self, article_id: str) -> list[tuple[int, int]]:
        """Return what of an article's text was marked as furniture when it was added; none for an unknown id."""
        self._follow()
        return super().furniture(article_id)

    def count_articles(self) -> int:
        """Return how many articles there are."""
        self._follow()
        return super().count_articles()

    def bylines(self) -> list[tuple[dt.date | None, str | None, tuple[str, ...]]]:
        """Return (day, outlet, authors) of every article, in the order they were stored."""
        self._follow()
        return super().bylines()

    def newest(self, *, limit: int = 10) -> list[Article]:
        """Return up to `limit` of the articles that have a day, the newest first."""
        self._follow()
        return super().newest(limit=limit)

    def sample(self, *, limit: int = 20) -> list[Article]:
        """Return up to `limit` articles, spread evenly over the order in which they were stored."""
        self._follow()
        return super().sample(limit=limit)

    # -- what belongs where the folder is

    def _locked(self) -> NoReturn:
        raise ArchiveError(
            f"The archive {self._address} is read-only here: add, remove, check and optimize where its folder is."
        )

    def check(self, *, repair: bool = False) -> CheckReport:
        """Refuse: an archive is checked where its folder is.

        Raises:
            ArchiveError: always.
        """
        self._locked()

    def info(self) -> ArchiveInfo:
        """Return what the archive holds and was made with; its path is the address."""
        return replace(super().info(), path=f"milvus+{self._address}")


def _remove(folder: Path, process: int) -> None:
    """Remove a folder, unless this process was forked from the one that made it."""
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)
