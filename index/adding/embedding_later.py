"""Embedding passages that are stored: those that are left from an `add`, and those whose vectors are lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

import numpy as np

from pullquote.errors import ArticleAltered
from pullquote.index.adding.adding import passage_input
from pullquote.index.embedding.embedder import Embedder, Vectors, checked_vectors
from pullquote.index.storage.archive_files import Files
from pullquote.index.storage.database import Database
from pullquote.index.storage.pending import note_rows_to_embed, rows_to_embed, without
from pullquote.index.storage.vector_log import row_ranges

# Passages embedded in one go.
CHUNK_ROWS = 512


def embed_pending(files: Files, embedder: Callable[[], Embedder]) -> Iterator[int]:
    """Embed the rows that are left, batch by batch, each whole or not at all; yield after each how many rows it had.

    Readers see the vectors of a batch once it is committed. Until then its rows are noted as left: whatever a crash
    leaves there is embedded again.

    Args:
        files: of an archive whose lock the caller holds.
        embedder: gives the embedder; called only if something is left.

    Raises:
        ArchiveWriteFailed: the disk is full or refuses; what was committed before is intact.
        ModelError: the embedder gives others than it should.
    """
    database, vectors = files.database, files.vectors
    for first, end in rows_to_embed(database):
        # Batch by batch, as they were stored: the same texts beside each other give the same numbers.
        for start, stop, _ in database.vector_batches_between(first, end):
            found = vectors_of(database, range(start, stop), embedder, vectors.dimension)
            checksum = vectors.overwrite(found, start)
            with database.transaction():
                database.set_vector_batch(start, stop, checksum)
                note_rows_to_embed(database, without(rows_to_embed(database), start, stop))
            yield stop - start


def vectors_of(database: Database, rows: Sequence[int], embedder: Callable[[], Embedder], dimension: int) -> Vectors:
    """Return (rows, dimension) float32; zeros for rows that belong to no passage.

    Args:
        database: that has the passages.
        rows: that follow each other, at least one.
        embedder: gives the embedder; called only if a row belongs to a passage.
        dimension: of the archive's vectors.

    Raises:
        ModelError: the embedder gives others than it should.
    """
    passages = database.passages_between(rows[0], rows[-1] + 1)
    made = np.zeros((len(rows), dimension), dtype=np.float32)
    if passages:
        texts = list(_inputs(database, passages))
        model = embedder()
        present = [row - rows[0] for row, *_ in passages]
        made[present] = checked_vectors(model.embed_passages(texts), len(texts), model)
    return made


def runs(rows: Iterable[int]) -> Iterator[range]:
    """Yield rows that follow each other, up to `CHUNK_ROWS` at once."""
    for first, end in row_ranges(rows):
        for start in range(first, end, CHUNK_ROWS):
            yield range(start, min(end, start + CHUNK_ROWS))


def _inputs(database: Database, passages: Iterable[tuple[int, int, int, int]]) -> Iterator[str]:
    """Yield what is embedded for (row, article, start, end) of each passage; each article is read once."""
    for rowid, of_article in groupby(passages, key=lambda passage: passage[1]):
        try:
            article = database.article(rowid, verify=False)
        except ArticleAltered:
            yield from ("" for _ in of_article)  # nothing of it can be read: it is taken out, and any vector does
            continue
        for _, _, start, end in of_article:
            yield passage_input(article, article.text[start:end])
