"""An archive seen through its index in Milvus alone, by a machine that has nothing but the address.

The facts of all articles and the places of all passages are copied into a temporary database, so that whatever is asked
of an archive is asked of this one as well. Texts stay in Milvus. Each is fetched when it is quoted, and is compared
with its checksum.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from pullquote.articles import Article
from pullquote.errors import ArchiveDamaged, ArchiveError, ArticleAltered, InputError
from pullquote.index.archive import Archive
from pullquote.index.backends.base import Searcher
from pullquote.index.backends.milvus import collections, stored_articles
from pullquote.index.backends.milvus.address import MilvusAddress
from pullquote.index.backends.milvus.connection import MilvusConnection
from pullquote.index.backends.milvus.rows import shown_at
from pullquote.index.backends.milvus.statistics import IndexState, read_state
from pullquote.index.backends.opening import INDEX
from pullquote.index.embedding.embedder import Embedder
from pullquote.index.storage.archive_files import DATABASE
from pullquote.index.storage.creating import create
from pullquote.index.storage.database import Database
from pullquote.index.storage.stored_article import article_of
from pullquote.reports import ArchiveInfo, CheckReport

# What an address begins with where it is opened as an archive; a `Path` of it has one slash less.
_PREFIX = re.compile(r"milvus\+(?:(https?):/+)?(.+)")
# Facts and places fetched in one query.
_AT_ONCE = 5_000
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
        return [(start, end) for start, end in json.loads(self.stored_row(rowid)[11])]

    def stored_row(self, rowid: int) -> list[Any]:
        """Return the values of `schema.ARTICLE_COLUMNS` of a stored article.

        Raises:
            ArticleAltered: they aren't what was stored any more.
        """
        if rowid not in self._fetched:
            pieces = self._connection.query(
                collections.ARTICLES, f"article == {rowid}", ["article", "part", "content", "checksum"]
            )
            values = stored_articles.read(pieces)
            if values is None or values[0] != rowid:
                named = self.query("SELECT id FROM articles WHERE rowid = ?", (rowid,))
                name = str(named[0][0]) if named else f"number {rowid}"
                raise ArticleAltered(name, Path(str(self._connection.address)))
            self._fetched[rowid] = values
            if len(self._fetched) > _KEPT:
                self._fetched.popitem(last=False)
        return self._fetched[rowid]


class RemoteArchive(Archive):
    """An archive that is searched and asked, and never written to, by its address alone.

    Raises:
        ArchiveError: nothing answers at the address, or pymilvus isn't installed.
        ArchiveDamaged: no archive's index is there.
    """

    def __init__(self, address: MilvusAddress, embedder: Embedder | None) -> None:
        self._address = address
        self._connection = MilvusConnection(address)
        self._folder = tempfile.TemporaryDirectory(prefix="pullquote-")
        try:
            self._begin(Path(self._folder.name))
            super().__init__(Path(self._folder.name), embedder)
        except BaseException:
            self._connection.close()
            self._folder.cleanup()
            raise

    def _begin(self, folder: Path) -> None:
        """Make the copy."""
        state = self._state()
        create(folder, lambda: {**state.manifest, INDEX: str(self._address)})
        self._copy = CopiedDatabase(folder / DATABASE, self._connection, write=True)
        with self._copy.transaction():
            self._copy.execute("UPDATE manifest SET value = ? WHERE key = 'archive_id'", (state.archive,))
        self._update(state)

    def _opened(self) -> Database:
        return CopiedDatabase(self.path / DATABASE, self._connection)

    def close(self) -> None:
        """Let go of the connection and of the copy."""
        super().close()
        self._copy.close()
        self._connection.close()
        self._folder.cleanup()

    def _state(self) -> IndexState:
        state = read_state(self._connection)
        if state is None or state.added < 0:
            what = "is being written anew; try again later" if state else "holds no archive"
            raise ArchiveDamaged(f"The index {self._address} {what}.")
        return state

    def _fresh(self) -> Searcher:
        state = self._state()
        # A change is stored before it is published: what counts is how far it is published.
        if state.removed != self._copy.number("published_generation"):
            self._update(state)
        return super()._fresh()

    def _update(self, state: IndexState) -> None:
        """Bring the copy to the generation that an index says is published."""
        generation, before = state.removed, self._copy.number("published_generation")
        articles = list(self._articles(state))
        shown = {row["article"] for row in articles}
        with self._copy.transaction():
            # Removals first: a new version has its old one's id.
            for rowid in set(self._copy.articles_held(before, before)) - shown:
                self._copy.execute("UPDATE articles SET removed_in = ? WHERE rowid = ?", (generation, rowid))
            for row in articles:
                if row["added_in"] > before:
                    self._copy_article(row)
            first = self._copy.number("vector_rows")
            for row in self._passages(state, first):
                self._copy.execute(
                    "INSERT OR REPLACE INTO passages VALUES (?, ?, ?, ?, ?)",
                    (row["row"], row["article"], row["start"], row["end"], row["tokens"]),
                )
            for key, number in (
                ("generation", generation),
                ("published_generation", generation),
                ("vector_rows", state.end_row),
                ("article_rows", state.last_article),
            ):
                self._copy.set_number(key, number)

    def _articles(self, state: IndexState) -> Iterator[dict[str, Any]]:
        fields = ["article", "added_in", "facts"]
        for first in range(1, state.last_article + 1, _AT_ONCE):
            bounds = f"article >= {first} and article < {first + _AT_ONCE} and part == 0 and {shown_at(state.removed)}"
            yield from self._connection.query(collections.ARTICLES, bounds, fields)

    def _passages(self, state: IndexState, first_row: int) -> Iterator[dict[str, Any]]:
        fields = ["row", "article", "start", "end", "tokens"]
        for first in range(first_row, state.end_row, _AT_ONCE):
            bounds = f"row >= {first} and row < {first + _AT_ONCE} and {shown_at(state.removed)}"
            yield from self._connection.query(collections.PASSAGES, bounds, fields)

    def _copy_article(self, row: dict[str, Any]) -> None:
        try:
            id_, url, title, outlet, published, authors, language, fingerprint = json.loads(row["facts"])
        except ValueError as error:
            raise ArticleAltered(f"number {row['article']}", Path(str(self._address))) from error
        self._copy.execute(
            "INSERT INTO articles (rowid, id, url, title, outlet, published, authors, language, extra, text, "
            "furniture, source, fingerprint, added_in) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '{}', '', '[]', '', ?, ?)",
            (row["article"], id_, url, title, outlet, published, authors, language, fingerprint, row["added_in"]),
        )
        self._copy.note_address(row["article"], url)

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
