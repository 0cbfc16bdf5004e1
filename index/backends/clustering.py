"""Clusters of L2-normalised vectors, found in two steps: groups, then clusters within each group.

Two steps cost the square root of what one costs. Of n vectors, each is compared with the centres of about n**0.25
groups and with as many clusters of each of the nearest groups, and not with all n**0.5 clusters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

# Vectors of which a cluster's centre is made; FAISS asks for 39 at least.
_SAMPLE_A_CLUSTER = 48
_ROUNDS = 8
# Groups in whose clusters a vector's nearest one is looked for.
_GROUPS_LOOKED_IN = 2
# Vectors compared in one go: 25 MB of 384 numbers in float32.
_CHUNK_ROWS = 16_384


@dataclass(frozen=True, slots=True)
class Clustering:
    """Centres of clusters.

    Attributes:
        groups: (groups, dimension) float32, L2-normalised.
        centres: (groups * clusters a group, dimension) float32, L2-normalised, group by group.
        sample: (n, dimension) float32, what they were made of.
    """

    groups: Vectors
    centres: Vectors
    sample: Vectors

    @classmethod
    def of(cls, log: npt.NDArray[np.float16], rows: npt.NDArray[np.int64]) -> Self:
        """Return about the square root of n clusters for n rows of (rows, dimension) vectors; the same each time."""
        side = max(1, round(len(rows) ** 0.25))
        # Evenly spread, since neighbours are of one article.
        wanted = min(len(rows), _SAMPLE_A_CLUSTER * side * side)
        sample = log[rows[np.linspace(0, len(rows) - 1, wanted).astype(np.int64)]].astype(np.float32)
        groups = _centres(sample[:: max(1, wanted // (256 * side))], side)
        group_of = np.argmax(sample @ groups.T, axis=1)
        centres = []
        for number in range(side):
            members = sample[group_of == number]
            centres.append(_centres(members if len(members) else groups[number : number + 1], side))
        return cls(groups, np.concatenate(centres), sample)

    def assigned(self, log: npt.NDArray[np.float16], rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        """Return (n,) the cluster of each row of the log."""
        found = np.empty(len(rows), dtype=np.int32)
        for first in range(0, len(rows), _CHUNK_ROWS):
            chunk = log[rows[first : first + _CHUNK_ROWS]].astype(np.float32)
            found[first : first + len(chunk)] = self._nearest(chunk)
        return found

    def _nearest(self, vectors: Vectors) -> npt.NDArray[np.int32]:
        side = len(self.groups)
        looked_in = min(_GROUPS_LOOKED_IN, side)
        nearest = np.argpartition(-(vectors @ self.groups.T), looked_in - 1, axis=1)[:, :looked_in]
        best = np.full(len(vectors), -np.inf, dtype=np.float32)
        found = np.zeros(len(vectors), dtype=np.int32)
        for number in range(side):
            places = np.flatnonzero((nearest == number).any(axis=1))
            if not len(places):
                continue
            scores = vectors[places] @ self.centres[number * side : (number + 1) * side].T
            top = scores.argmax(axis=1)
            highest = scores[np.arange(len(places)), top]
            better = highest > best[places]
            best[places[better]] = highest[better]
            found[places[better]] = number * side + top[better]
        return found


def _centres(vectors: Vectors, count: int) -> Vectors:
    """Return (count, dimension) centres of (n, dimension) vectors by spherical k-means; some are equal where n is less.

    Source: Dhillon and Modha 2001, "Concept Decompositions for Large Sparse Text Data Using Clustering".
    """
    centres = vectors[np.linspace(0, len(vectors) - 1, count).astype(np.int64)].copy()
    for _ in range(_ROUNDS):
        nearest = np.argmax(vectors @ centres.T, axis=1)
        order = np.argsort(nearest, kind="stable")
        # A centre that nothing is nearest to stays where it was.
        used, starts = np.unique(nearest[order], return_index=True)
        sums = np.add.reduceat(vectors[order], starts, axis=0)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centres[used] = sums / np.maximum(lengths, np.finfo(np.float32).tiny)
    return centres
