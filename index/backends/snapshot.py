"""What a reader of the local back end sees: the archive as of one generation, in memory, ready to be searched."""

from __future__ import annotations

from dataclasses import replace

import faiss
import numpy as np
import numpy.typing as npt

from pullquote.answers import Searched
from pullquote.filters import Filters
from pullquote.index.backends.base import Match
from pullquote.index.backends.visible import Mask, VisibleArticles
from pullquote.index.storage.database import Database
from pullquote.index.storage.pending import Ranges, rows_to_embed, without
from pullquote.index.storage.vector_log import VectorLog


class Snapshot(VisibleArticles):
    """Passages, their articles' facts and an exact FAISS index, at one generation.

    The index is flat, so what it finds is by definition what an approximate one would be compared with.
    """

    def __init__(self, database: Database, vectors: VectorLog) -> None:
        super().__init__(database)
        self._vectors = vectors
        self._faiss = exact_index(vectors.dimension)
        self._pending: Ranges = ()

    def _take_rows(self, first_row: int, end_row: int) -> None:
        self._faiss.add(self._vectors.read(first_row, end_row).astype(np.float32))

    def refresh(self) -> bool:
        """Bring the table to the newest published generation, with the vectors there are; return whether it changed.

        Raises:
            ArchiveDamaged: the vector log is shorter than the database says.
        """
        # In one state: what it doesn't name as left to embed has its vectors.
        with self._database.one_state():
            changed = super().refresh()
            noted = rows_to_embed(self._database)
            left = tuple((first, min(end, self.rows)) for first, end in noted if first < self.rows)
            embedded = self._pending
            for first, end in left:
                embedded = without(embedded, first, end)
            for first, end in embedded:
                self._write(first, end)
            self._pending = left
        return changed or bool(embedded)

    def _write(self, first_row: int, end_row: int) -> None:
        """Put the log's vectors in the place of those that the index has for some rows."""
        codes = faiss.rev_swig_ptr(self._faiss.codes.data(), self.rows * self._faiss.code_size)
        size = self._faiss.code_size
        codes[first_row * size : end_row * size] = self._vectors.read(first_row, end_row).view(np.uint8).reshape(-1)

    def scope(self, filters: Filters) -> Searched:
        """Return how much filters leave to search, and how many passages of it aren't embedded yet."""
        found = super().scope(filters)
        passages = self.masks(filters)[1]
        return replace(found, unembedded=sum(int(passages[first:end].sum()) for first, end in self._pending))

    def dense_search(self, vector: npt.NDArray[np.float32], passages: Mask, limit: int) -> list[Match]:
        """Return up to `limit` (row, cosine) among the passages of the mask, best first; ties by row."""
        if self._pending:
            passages = passages.copy()
            for first, end in self._pending:
                passages[first:end] = False
        allowed = int(passages.sum())
        if not allowed:
            return []
        parameters = None
        if allowed < self.rows:
            bits = np.packbits(passages, bitorder="little")
            selector = faiss.IDSelectorBitmap(self.rows, faiss.swig_ptr(bits))
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        scores, rows = self._faiss.search(vector[None, :], min(limit, allowed), params=parameters)
        found = [Match(int(row), float(score)) for row, score in zip(rows[0], scores[0], strict=True) if row >= 0]
        return sorted(found, key=lambda hit: (-hit.score, hit.row))


def exact_index(dimension: int) -> faiss.IndexScalarQuantizer:
    """Return an empty index of float16 vectors that compares a question with each of them by inner product."""
    return faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
