"""The one writer of an archive: whole batches into the database, vectors and lexical index.

Order of a batch, and what a crash after each step leaves:

1. vectors behind the committed rows of the log, fsync      nothing: the next batch writes over them
2. articles, passages and the new row count, one transaction the batch is stored, but no reader sees it
3. the lexical index, one commit                             likewise
4. the published generation                                  the batch is committed, and only now reported

The next writer publishes what steps 2 or 3 left behind; readers never see any of it before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock

from pullquote.index import adding
from pullquote.index.database import Database
from pullquote.index.embedder import Vectors
from pullquote.index.lexical import LexicalIndex, LexicalPassage
from pullquote.index.vectors import VectorLog


class Writer:
    """Holds the archive's lock until closed; on opening, finishes what an interrupted writer began."""

    def __init__(self, database: Database, vectors: VectorLog, lexical_folder: Path, lock: FileLock) -> None:
        self.database = database
        self._vectors = vectors
        self._lexical_folder = lexical_folder
        self._lexical = LexicalIndex(lexical_folder, create=True)
        self._known: Database | None = None
        self._lock = lock
        if not self._lexical.count() and database.live_passages(database.number("published_generation")):
            # The folder was deleted, or a crash fell between the two renames of `rebuild_lexical`.
            follow(database, self._lexical, 0)
        self._publish()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._known:
            self._known.close()
        self.database.close()
        self._lock.release()

    def known(self) -> adding.Known:
        """Return look-ups for the reading thread, on a connection of its own."""
        self._known = self._known or Database(self.database.file, write=False)
        return adding.Known(article=self._known.live_version, articles_of_file=self._known.source_articles)

    def store(self, batch: adding.Batch, vectors: Vectors) -> tuple[list[str], list[str]]:
        """Commit a batch; return the ids (added, updated).

        Raises:
            ArchiveWriteFailed: the disk is full or refuses; the archive is as it was before.
        """
        added: list[str] = []
        updated: list[str] = []
        if not batch.new:
            if batch.finished:
                with self.database.transaction():
                    self.database.remember_sources(batch.finished)
            return added, updated
        row = self.database.number("vector_rows")
        generation = self.database.number("generation") + 1
        self._vectors.append(vectors, row)
        with self.database.transaction():
            for new in batch.new:
                known = self.database.live_version(new.article)
                self.database.insert(new, generation, row)
                row += len(new.passages)
                (updated if known else added).append(new.article.id)
            self.database.remember_sources(batch.finished)
            self.database.set_number("vector_rows", row)
            self.database.set_number("generation", generation)
        self._publish()
        return added, updated

    def remove(self, names: Iterable[str]) -> tuple[list[str], list[str]]:
        """Take articles out by id or URL; return (ids removed, names not found)."""
        removed: list[str] = []
        missing: list[str] = []
        generation = self.database.number("generation") + 1
        with self.database.transaction():
            for name in dict.fromkeys(names):
                found = self.database.live_rowid(name)
                if found is None:
                    missing.append(name)
                    continue
                self.database.mark_removed(found[0], generation)
                removed.append(found[1])
            if removed:
                self.database.forget_sources()
                self.database.set_number("generation", generation)
        self._publish()
        return removed, missing

    def rebuild_lexical(self) -> None:
        """Write the lexical index anew from the database, beside the old one, then put it in its place."""
        fresh, old = self._lexical_folder.with_suffix(".new"), self._lexical_folder.with_suffix(".old")
        LexicalIndex.discard(fresh)
        LexicalIndex.discard(old)
        follow(self.database, LexicalIndex(fresh, create=True), 0)
        self._lexical_folder.rename(old)
        fresh.rename(self._lexical_folder)
        LexicalIndex.discard(old)
        self._lexical = LexicalIndex(self._lexical_folder, create=True)

    def _publish(self) -> None:
        published, generation = self.database.number("published_generation"), self.database.number("generation")
        if published == generation:
            return
        follow(self.database, self._lexical, published)
        with self.database.transaction():
            self.database.set_number("published_generation", generation)


def follow(database: Database, lexical: LexicalIndex, generation: int) -> None:
    """Bring the lexical index from `generation` to the database's newest."""
    added, removed = database.changed_articles(generation)
    lexical.apply(_lexical_passages(database, added), removed)


def _lexical_passages(database: Database, articles: Iterable[int]) -> Iterator[LexicalPassage]:
    for rowid in articles:
        article = database.article(rowid)
        for row, start, end, _ in database.passages_of(rowid):
            yield LexicalPassage(
                row=row,
                article=rowid,
                text=f"{article.title}\n{article.text[start:end]}",
                day=article.published.toordinal() if article.published else 0,
                outlet=(article.outlet or "").casefold(),
                authors=[name.casefold() for name in article.authors],
            )
