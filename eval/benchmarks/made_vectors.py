"""Made vectors that lie as real ones do: articles within stories within topics, with the covariance of real passages.

A vector is the mean of real ones plus a deviation for its topic, its story, its article and itself, each drawn from the
real covariance, and then L2-normalised. A question lies near a passage, as far from it as real questions lie from the
passage that is most like them. `docs/measurements.md` compares both with real ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

# Share of the variance that all passages of a topic, a story, an article have in common. Over 180,041 passages of
# RealTime QA's articles, neighbouring passages have a mean cosine of 0.65.
_SHARED = {"topic": 0.23, "story": 0.22, "article": 0.16}
_OWN = 1.0 - sum(_SHARED.values())
# Passages of a topic and a story: a question's 100th passage there has a cosine of 0.47, its 1000th 0.35.
_PASSAGES = {"topic": 2000, "story": 100}
# The cosine of RealTime QA's questions with the passage that is most like each: mean and standard deviation.
_QUESTION_COSINE = 0.68, 0.10
# Deviations that are drawn in one go, so that any range of rows can be made by itself.
_BLOCK = 256


@dataclass(frozen=True, slots=True)
class VectorMaker:
    """Draws vectors.

    Attributes:
        mean: (dimension,) float32, of real vectors.
        spread: (dimension, dimension) float32; a standard normal row times it has the covariance of real vectors.
        seed: the same one gives the same vectors.
    """

    mean: Vectors
    spread: Vectors
    seed: int = 2031

    @classmethod
    def like(cls, real: Vectors, seed: int = 2031) -> Self:
        """Return what draws vectors like (n, dimension) real ones, L2-normalised."""
        centred = (real - real.mean(axis=0)).astype(np.float64)
        values, directions = np.linalg.eigh(centred.T @ centred / len(real))
        root = np.sqrt(np.maximum(values, 0.0))[:, None] * directions.T
        return cls(real.mean(axis=0).astype(np.float32), root.astype(np.float32), seed)

    def passages(self, first_row: int, articles: npt.NDArray[np.int64]) -> Vectors:
        """Return (n, dimension) float32 for passages from a row on.

        Args:
            first_row: of the first passage.
            articles: (n,) the number of each passage's article, in order.
        """
        rows = first_row + np.arange(len(articles))
        made = math.sqrt(_OWN) * self._drawn("passage", first_row, len(articles))
        # An article is of the story and the topic of its first passage.
        _, starts, counts = np.unique(articles, return_index=True, return_counts=True)
        firsts = np.repeat(rows[starts], counts)
        for what, share in _SHARED.items():
            made += math.sqrt(share) * self._shared(what, articles if what == "article" else firsts // _PASSAGES[what])
        return _normalised(self.mean + made @ self.spread)

    def questions(self, passages: Vectors) -> Vectors:
        """Return (n, dimension) float32: a question for each of (n, dimension) passages."""
        rng = np.random.default_rng([self.seed, 1])
        noise = _normalised(rng.standard_normal(passages.shape, dtype=np.float32) @ self.spread)
        noise = _normalised(noise - (noise * passages).sum(axis=1, keepdims=True) * passages)
        cosine = rng.normal(*_QUESTION_COSINE, size=(len(passages), 1)).clip(0.3, 0.95).astype(np.float32)
        return _normalised(cosine * passages + np.sqrt(1 - cosine**2) * noise)

    def _shared(self, what: str, numbers: npt.NDArray[np.int64]) -> Vectors:
        """Return the deviations of topics, stories or articles by their numbers, which follow each other."""
        blocks = range(int(numbers[0]) // _BLOCK, int(numbers[-1]) // _BLOCK + 1)
        drawn = np.concatenate([self._drawn(what, block, _BLOCK) for block in blocks])
        return drawn[numbers - blocks[0] * _BLOCK]

    def _drawn(self, what: str, number: int, count: int) -> Vectors:
        rng = np.random.Generator(np.random.SFC64([self.seed, *what.encode(), number]))
        return rng.standard_normal((count, len(self.mean)), dtype=np.float32)


def _normalised(vectors: Vectors) -> Vectors:
    made: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return made.astype(np.float32)
