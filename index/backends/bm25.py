"""BM25 as tantivy computes it, for an engine that finds passages by words but counts otherwise.

Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009; lengths are rounded to
one byte as Lucene's and tantivy's are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

# tantivy's, which are Lucene's.
K1, B = np.float32(1.2), np.float32(0.75)
_HALF, _ONE = np.float32(0.5), np.float32(1)
# Lengths below are kept as they are; above, with three bits behind the first.
_EXACT_LENGTHS = 24


def telling(passages: int, holding: int) -> np.float32:
    """Return how much a term tells that so many of all passages hold: its inverse document frequency, above 0."""
    ratio = (np.float32(passages - holding) + _HALF) / (np.float32(holding) + _HALF)
    # By way of float64, whose logarithm rounds to the nearest float32.
    return np.float32(math.log(float(_ONE + ratio)))


def mean_length(terms: int, passages: int) -> np.float32:
    """Return how many terms a passage has on average."""
    return np.float32(terms) / np.float32(passages)


def rounded_length(terms: int) -> int:
    """Return the length of a passage as it is counted: one byte tells it, the longer the more roughly."""
    above = terms - _EXACT_LENGTHS
    if above < 8:
        return terms
    shift = above.bit_length() - 4
    return _EXACT_LENGTHS + (above >> shift << shift)


def saturation(times: int, length: int, mean: np.float32) -> np.float32:
    """Return how much `times` occurrences in a passage of `length` terms count: 0 to 1."""
    count = np.float32(times)
    return count / (count + K1 * (_ONE - B + B * np.float32(rounded_length(length)) / mean))


def score(weights: Mapping[str, np.float32], terms: Sequence[str], mean: np.float32) -> float:
    """Return the BM25 of a passage with these terms; `weights` is `telling` of each of the question's."""
    total = np.float32(0)
    for term, weight in weights.items():
        if times := terms.count(term):
            total += weight * (_ONE + K1) * saturation(times, len(terms), mean)
    return float(total)
