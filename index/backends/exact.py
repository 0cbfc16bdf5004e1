"""The exact search: a question is compared with each vector, where the vectors stand, without a copy of them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from pullquote.index.backends.article_columns import Mask


def exact_index(dimension: int) -> faiss.IndexScalarQuantizer:
    """Return an empty index of float16 vectors that compares a question with each of them by inner product."""
    return faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)


class CodesInPlace:
    """FAISS's codes of vectors that stand in an array, which may be mapped from a file.

    Args:
        index: an empty one, trained if need be; it gets no codes of its own.
    """

    def __init__(self, index: faiss.IndexScalarQuantizer) -> None:
        self._index = index
        self._codes: npt.NDArray[Any] | None = None

    def hold(self, codes: npt.NDArray[Any]) -> None:
        """Search these from now on: (n, ...) in C order, the codes of a vector in each row."""
        flat = codes.reshape(-1).view(np.uint8)
        # The index keeps an address: the array has to stay.
        self._codes = flat
        held: Any = self._index.codes  # FAISS's types don't know that it may be a view
        held.is_owned = False
        held.c_ptr, held.c_size = faiss.swig_ptr(flat) if flat.size else None, flat.size
        self._index.ntotal = flat.size // self._index.code_size

    def search(
        self, vector: npt.NDArray[np.float32], limit: int, allowed: Mask | None = None
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        """Return the (n,) highest inner products with a vector and the rows that they are of, n up to the limit.

        Args:
            vector: (dimension,).
            limit: at least 1.
            allowed: (rows,) bool, those that are compared; all by default.
        """
        with _only(allowed) as parameters:
            scores, rows = self._index.search(vector[None, :], limit, params=parameters)
        there = rows[0] >= 0
        return scores[0][there], rows[0][there]


@contextlib.contextmanager
def _only(allowed: Mask | None) -> Iterator[faiss.SearchParameters | None]:
    """Give what lets FAISS compare rows of a mask only; None for all."""
    if allowed is None:
        yield None
        return
    bits = np.packbits(allowed, bitorder="little")  # has to stay while FAISS searches
    yield faiss.SearchParameters(sel=faiss.IDSelectorBitmap(len(allowed), faiss.swig_ptr(bits)))  # type: ignore[call-arg]
