"""Made vectors that lie as real ones do: articles within stories within topics, with the covariance of real passages.

A vector is the mean of real ones plus a deviation for its topic, its story, its article and itself, each with the
covariance of real ones, and then L2-normalised. A question lies near passages that follow each other, as far from them
as real questions lie from what is most like them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

# Share of the variance that all passages of a topic, a story, an article have in common, and articles of each. With
# these, and with the cosine of a question with the mean of three passages, real figures come out: in RealTime QA, over
# 180,041 passages, a question has a cosine of 0.68, 0.59, 0.47, 0.35 with its 1st, 10th, 100th, 1000th passage.
_SHARED = {"topic": 0.29, "story": 0.19, "article": 0.19}
_ARTICLES = {"topic": 133, "story": 7, "article": 1}
_OWN = 1.0 - sum(_SHARED.values())
_QUESTION_COSINE = 0.77, 0.11
# Deviations drawn; each one used is the sum of two of them, which numbers name: drawing millions would take an hour.
_POOL = 65_536


@dataclass(frozen=True, slots=True)
class VectorMaker:
    """Draws vectors.

    Attributes:
        mean: (dimension,) float32, of real vectors.
        pool: (n, dimension) float32, deviations with the covariance of real vectors.
        seed: the same one gives the same vectors.
    """

    mean: Vectors
    pool: Vectors
    seed: int = 2031

    @classmethod
    def like(cls, real: Vectors, seed: int = 2031) -> Self:
        """Return what draws vectors like (n, dimension) real ones, L2-normalised."""
        centred = (real - real.mean(axis=0)).astype(np.float64)
        values, directions = np.linalg.eigh(centred.T @ centred / len(real))
        root = np.sqrt(np.maximum(values, 0.0))[:, None] * directions.T
        drawn = np.random.default_rng(seed).standard_normal((_POOL, len(values)), dtype=np.float32)
        return cls(real.mean(axis=0).astype(np.float32), drawn @ root.astype(np.float32), seed)

    def passages(self, first_row: int, articles: npt.NDArray[np.int64]) -> Vectors:
        """Return (n, dimension) float32 for passages from a row on.

        Args:
            first_row: of the first passage.
            articles: (n,) the number of each passage's article, in order.
        """
        made = self._deviations("passage", first_row + np.arange(len(articles)))
        made *= math.sqrt(_OWN)
        # An article is of the story and the topic of its number.
        different, places = np.unique(articles, return_inverse=True)
        shared = np.zeros((len(different), len(self.mean)), dtype=np.float32)
        for what, share in _SHARED.items():
            shared += math.sqrt(share) * self._deviations(what, different // _ARTICLES[what])
        made += (shared + self.mean)[places]
        return _normalised(made)

    def questions(self, centres: Vectors) -> Vectors:
        """Return (n, dimension) float32: a question for each of (n, dimension) means of passages, L2-normalised."""
        noise = self._deviations("question", np.arange(len(centres)))
        noise = _normalised(noise - (noise * centres).sum(axis=1, keepdims=True) * centres)
        rng = np.random.default_rng([self.seed, 1])
        cosine = rng.normal(*_QUESTION_COSINE, size=(len(centres), 1)).clip(0.4, 0.98).astype(np.float32)
        return _normalised(cosine * centres + np.sqrt(1 - cosine**2) * noise)

    def _deviations(self, what: str, numbers: npt.NDArray[np.int64]) -> Vectors:
        """Return (n, dimension) float32: the deviations of topics, stories, articles or passages by their numbers."""
        kind = np.uint64(self.seed * 256 + sum(what.encode()))
        one, other = (_mixed(numbers.astype(np.uint64) * 2 + half + (kind << np.uint64(40))) for half in (0, 1))
        pool = self.pool
        made: Vectors = pool[one % len(pool)]
        made += pool[other % len(pool)]
        made *= math.sqrt(0.5)
        return made


def _mixed(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Return numbers that look random, the same for the same ones (SplitMix64; Steele, Lea and Flood 2014)."""
    mixed = numbers + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _normalised(vectors: npt.NDArray[np.floating]) -> Vectors:
    made: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return made
