"""What a reader of the local back end sees: the archive as of one generation, in memory, ready to be searched."""

from __future__ import annotations

import faiss
import numpy as np
import numpy.typing as npt

from pullquote.index.backends.base import Match
from pullquote.index.backends.visible import Mask, VisibleArticles
from pullquote.index.storage.database import Database
from pullquote.index.storage.vector_log import VectorLog


class Snapshot(VisibleArticles):
    """Passages, their articles' facts and an exact FAISS index, at one generation.

    The index is flat, so what it finds is by definition what an approximate one would be compared with.
    """

    def __init__(self, database: Database, vectors: VectorLog) -> None:
        super().__init__(database)
        self._vectors = vectors
        self._faiss = exact_index(vectors.dimension)

    def _take_rows(self, first_row: int, end_row: int) -> None:
        self._faiss.add(self._vectors.read(first_row, end_row).astype(np.float32))

    def dense_search(self, vector: npt.NDArray[np.float32], passages: Mask, limit: int) -> list[Match]:
        """Return up to `limit` (row, cosine) among the passages of the mask, best first; ties by row."""
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
