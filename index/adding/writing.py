"""The one writer of an archive: whole batches into the database, the vector log and the back end.

Order of a change, and what a crash after each step leaves:

1. vectors behind the committed rows of the log, fsync       nothing: the next batch writes over them
2. articles, passages and the new row count, one transaction the change is stored, but no reader sees it
3. what is new into the back end (`Index.follow`)            likewise
4. the published generation                                  the change is committed, and only now reported
5. what was removed out of the back end (`Index.follow`)     readers leave it out by themselves

The next writer does what is missing of steps 3 to 5. So readers see a change whole, in both searches, or not at all.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Self

import numpy as np

from pullquote.articles import Article
from pullquote.errors import ArchiveWriteFailed
from pullquote.index.adding import adding
from pullquote.index.adding.embedding_later import embed_pending
from pullquote.index.backends.base import Index
from pullquote.index.backends.opening import open_index
from pullquote.index.embedding.embedder import Embedder, Vectors
from pullquote.index.following.forgetting import forget_pages
from pullquote.index.integrity import erasing
from pullquote.index.storage.archive_files import Files
from pullquote.index.storage.database import Database
from pullquote.index.storage.edits import edited_ids, edits_of, forget_edits, note_edits, with_edits
from pullquote.index.storage.migration import migrate
from pullquote.index.storage.pending import count, note_rows_to_embed, rows_to_embed
from pullquote.index.storage.vector_log import checksum_of


class Writer:
    """Changes an archive whose lock the caller holds; on opening, finishes what an interrupted writer began."""

    def __init__(self, files: Files) -> None:
        self.database = files.database
        self._files = files
        self._known: Database | None = None
        self._mended: set[str] = set()
        if not self.database.manifest_is_sound():
            raise self.database.manifest_damaged()
        added = migrate(self.database, files.vectors)
        self._index = open_index(files)
        try:
            self._index.prepare(trusted=added)
            self._publish()
            self._finish_erasing()
        except BaseException:
            self._index.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._known:
            self._known.close()
        try:
            if error is None:
                self._index.settle()
        finally:
            self._index.close()
        self.database.fold_log()

    def known(self) -> adding.StoredLookups:
        """Return look-ups for the reading thread, on a connection of its own."""
        self._known = self._known or Database(self.database.file, write=False)
        self._mended = edited_ids(self._known)
        return adding.StoredLookups(
            article=self._known.live_version,
            copies=self._known.copies,
            stored=self._known.article,
            articles_of_file=self._known.source_articles,
            edited=self._edited,
        )

    def _edited(self, article: Article) -> Article:
        if self._known is None or article.id not in self._mended:
            return article
        return with_edits(article, edits_of(self._known, article.id))

    def store(self, batch: adding.ArticleBatch, vectors: Vectors | None) -> tuple[list[str], list[str]]:
        """Commit a batch; return the ids (added, updated).

        Args:
            batch: what to store.
            vectors: of its passages, in order; None to embed them later (`embed_pending`).

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
        first = row = self.database.number("vector_rows")
        generation = self.database.number("generation") + 1
        later = vectors is None
        if vectors is None:
            vectors = np.zeros((batch.passages, self._files.vectors.dimension), dtype=np.float32)
        self._files.vectors.append(vectors, row)
        with self.database.transaction():
            if later:
                left = rows_to_embed(self.database)
                note_rows_to_embed(self.database, [*left, (row, row + batch.passages)])
            for start, end in _vector_batches(batch):
                checksum = checksum_of(vectors[start:end])
                self.database.set_vector_batch(first + start, first + end, checksum)
            for new in batch.new:
                known = self.database.live_version(new.article)
                self.database.insert(new, generation, row)
                row += len(new.passages)
                (updated if known else added).append(new.article.id)
            self.database.remember_sources(batch.finished)
            if batch.edits:
                note_edits(self.database, batch.edits)
            self.database.set_number("vector_rows", row)
            self.database.set_number("generation", generation)
        self._publish()
        return added, updated

    def passages_to_embed(self) -> int:
        """Return how many passages are left to embed."""
        return count(rows_to_embed(self.database))

    def embed_pending(self, embedder: Callable[[], Embedder]) -> Iterator[int]:
        """Embed the passages that are left, batch by batch; yield after each how many it had."""
        return embed_pending(self._files, embedder)

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

    def erase(self, names: Iterable[str]) -> tuple[list[str], list[str]]:
        """Remove articles and leave nothing of any version of them; return (ids erased, names not found).

        Raises:
            ArchiveWriteFailed: the disk is full or refuses, or others are reading; the next writer finishes it.
        """
        erased: dict[str, None] = {}
        missing: list[str] = []
        rowids: list[int] = []
        for name in dict.fromkeys(names):
            versions = erasing.versions_of(self.database, name)
            rowids += [rowid for rowid, _ in versions if rowid not in rowids]
            erased.update(dict.fromkeys(id_ for _, id_ in versions))
            if not versions:
                missing.append(name)
        if rowids:
            self._take_out(rowids)
            erasing.forget_feedback(self.database.file.parent, self.database, rowids)
            forget_pages(self.database.file.parent, self.database, rowids)
            self.database.overwrite_deleted()
            with self.database.transaction():
                self.database.forget_sources()
                forget_edits(self.database, erased)
                self.database.note_erasure(erasing.note(erasing.blank(self.database, self._files.vectors, rowids)))
            self._finish_erasing()
        return list(erased), missing

    def _take_out(self, rowids: Iterable[int]) -> None:
        """Remove those of the articles that are live."""
        generation = self.database.number("generation") + 1
        with self.database.transaction():
            live = [rowid for rowid in rowids if self.database.is_live(rowid)]
            for rowid in live:
                self.database.mark_removed(rowid, generation)
            if live:
                self.database.set_number("generation", generation)
        self._publish()

    def rebuild_index(self) -> None:
        """Write the back end anew from the database and the vector log."""
        self._index.rebuild()

    def _publish(self) -> None:
        publish(self.database, self._index)

    def _finish_erasing(self) -> None:
        finish_erasing(self._files, self._index)


def _vector_batches(batch: adding.ArticleBatch) -> Iterator[tuple[int, int]]:
    """Yield the `[start, end)` of a batch's passages that are embedded and checked together: whole articles."""
    start = end = 0
    for new in batch.new:
        end += len(new.passages)
        if end - start >= adding.BATCH_PASSAGES:
            yield start, end
            start = end
    if start < end:
        yield start, end


def publish(database: Database, index: Index) -> None:
    """Let readers see what is stored, in both searches.

    Raises:
        ArchiveWriteFailed: the disk is full or refuses; readers see what they saw.
    """
    published, generation = database.number("published_generation"), database.number("generation")
    if published != generation:
        index.follow(generation, published)
        with database.transaction():
            database.set_number("published_generation", generation)
    # A removal is done for every reader by now; where the disk is full, the next writer does this step.
    with contextlib.suppress(ArchiveWriteFailed):
        index.follow(generation, generation)


def finish_erasing(files: Files, index: Index) -> bool:
    """Do what is left to do of an erasure; return whether there was one.

    Raises:
        ArchiveWriteFailed: the disk is full or refuses, or others are reading; it can be called again.
    """
    database = files.database
    if not database.unfinished_erasure():
        return False
    erasing.wipe_followers(files)
    index.wipe(erasing.unfinished_ranges(database))
    database.overwrite_deleted()
    database.rewrite()
    with database.transaction():
        database.note_erasure("")
    return True
