"""The approximate search over millions of vectors: each in one of many clusters, in 8 bits a number, mapped from disk.

A question is compared with the centres of all clusters, then with the vectors of those that lie nearest, one cluster
after the other, until enough have been compared. What it finds are candidates: who asks compares these exactly.

Sources: Sivic and Zisserman 2003, "Video Google" (inverted files); Jégou, Douze and Schmid 2011, "Product Quantization
for Nearest Neighbor Search", section IV.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Self

import faiss
import numpy as np
import numpy.typing as npt

from pullquote.index.backends.article_columns import Mask
from pullquote.index.backends.clustering import Clustering
from pullquote.index.backends.exact import CodesInPlace
from pullquote.index.storage.database import Database
from pullquote.index.storage.mapped_files import (
    CLUSTERS,
    Arrays,
    FollowerNote,
    new_file,
    note,
    noted,
    put_in_place,
    read_arrays,
    write_arrays,
)
from pullquote.index.storage.vector_log import VectorLog

# So many vectors are compared, those that filters allow. Of a million made ones, 60,000 give a recall@10 of 0.76 in
# 19 ms, 300,000 one of 0.94 in 75 ms; of RealTime QA's 180,041, 20,000 give 0.965 and 60,000 give 0.995.
COMPARED = 300_000
# Vectors encoded in one go: 25 MB of 384 numbers in float32.
_CHUNK_ROWS = 16_384
_ARRAYS, _CODES = ".map", ".i8"


class Clusters:
    """Vectors of the log below a row, as they were when they were put into clusters.

    Attributes:
        rows: of the vector log; those below are known, but for what had been removed.
    """

    def __init__(self, arrays: Arrays, codes: npt.NDArray[np.uint8], what: FollowerNote) -> None:
        self.rows = what.rows
        self._centres = arrays["centres"]
        self._begin = arrays["begin"]
        self._members = arrays["members"]
        self._codes = codes
        quantizer = _quantizer(self._centres.shape[1])
        faiss.copy_array_to_vector(np.array(arrays["trained"]), quantizer.sq.trained)
        quantizer.is_trained = True
        self._search = CodesInPlace(quantizer)

    @classmethod
    def open(cls, database: Database) -> Self | None:
        """Return the clusters that the manifest names; None where there are none, or they aren't what was written.

        Of the codes, only the length is compared: what they find is compared exactly, and `check` reads them.
        """
        what = noted(database, CLUSTERS)
        by_ending = {Path(name).suffix: name for name in what.files} if what else {}
        if what is None or by_ending.keys() != {_ARRAYS, _CODES}:
            return None
        folder = database.file.parent
        arrays = read_arrays(folder / by_ending[_ARRAYS], what.files[by_ending[_ARRAYS]])
        if arrays is None:
            return None
        shape = len(arrays["members"]), arrays["centres"].shape[1]
        try:
            codes = np.memmap(folder / by_ending[_CODES], dtype=np.uint8, mode="r")
        except (OSError, ValueError):
            return None
        return cls(arrays, codes.reshape(shape), what) if codes.size == shape[0] * shape[1] else None

    def candidates(
        self, vector: npt.NDArray[np.float32], passages: Mask, limit: int, *, compared: int = COMPARED
    ) -> npt.NDArray[np.int64]:
        """Return up to `limit` rows of the log among which the nearest to a vector are, in order.

        Args:
            vector: (dimension,) float32, L2-normalised.
            passages: (rows,) bool: which may be found.
            limit: more than the caller wants.
            compared: how many vectors are compared, at least, where there are as many.
        """
        nearest = np.argsort(-(self._centres @ vector), kind="stable")
        scores: list[npt.NDArray[np.float32]] = []
        rows: list[npt.NDArray[np.int32]] = []
        left = compared
        for cluster in nearest:
            begin, end = int(self._begin[cluster]), int(self._begin[cluster + 1])
            members = self._members[begin:end]
            allowed = passages[members]
            count = int(allowed.sum())
            if count:
                self._search.hold(self._codes[begin:end])
                only = None if count == len(members) else allowed
                found, places = self._search.search(vector, min(limit, count), only)
                scores.append(found)
                rows.append(members[places])
            left -= count
            if left <= 0:
                break
        if not rows:
            return np.empty(0, dtype=np.int64)
        best = np.argsort(-np.concatenate(scores), kind="stable")[:limit]
        return np.sort(np.concatenate(rows)[best]).astype(np.int64)


def build(database: Database, vectors: VectorLog, rows: npt.NDArray[np.int64], generation: int) -> None:
    """Put vectors into clusters, write the files, and note them; on a writer's archive.

    Args:
        database: that has the manifest.
        vectors: the log.
        rows: the rows of the log that are to be found, in order; many.
        generation: the published one, whose rows these are.

    Raises:
        ArchiveWriteFailed: the disk is full or refuses; the archive is searched as before.
    """
    folder = database.file.parent
    log = vectors.mapped(int(rows[-1]) + 1)
    clustering = Clustering.of(log, rows)
    cluster_of = clustering.assigned(log, rows)
    order = np.argsort(cluster_of, kind="stable")
    place = np.empty(len(rows), dtype=np.int64)
    place[order] = np.arange(len(rows))
    quantizer = _quantizer(vectors.dimension)
    quantizer.train(clustering.sample)
    with new_file(folder) as (stream, partial):
        stream.truncate(len(rows) * vectors.dimension)
        codes = np.memmap(stream, dtype=np.uint8, mode="r+", shape=(len(rows), vectors.dimension))
        for first, chunk in _chunks(log, rows):
            codes[place[first : first + len(chunk)]] = quantizer.sa_encode(chunk)
        codes.flush()
        del codes
        codes_file = put_in_place(stream, partial, CLUSTERS, _CODES[1:])
    arrays: Arrays = {
        "centres": clustering.centres,
        "begin": np.concatenate([[0], np.cumsum(np.bincount(cluster_of, minlength=len(clustering.centres)))]),
        "members": rows[order].astype(np.int32),
        "trained": faiss.vector_to_array(quantizer.sq.trained),
    }
    arrays_file = write_arrays(folder, CLUSTERS, arrays)
    end_row = int(rows[-1]) + 1
    note(database, CLUSTERS, FollowerNote(dict([codes_file, arrays_file]), generation, end_row))


def _chunks(log: npt.NDArray[np.float16], rows: npt.NDArray[np.int64]) -> Iterator[tuple[int, npt.NDArray[np.float32]]]:
    """Yield (first, (n, dimension) float32 vectors of `rows[first : first + n]`)."""
    for first in range(0, len(rows), _CHUNK_ROWS):
        yield first, log[rows[first : first + _CHUNK_ROWS]].astype(np.float32)


def _quantizer(dimension: int) -> faiss.IndexScalarQuantizer:
    return faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
