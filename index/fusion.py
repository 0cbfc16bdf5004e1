"""One ranking out of two: reciprocal rank fusion, and the preference for what was just printed."""

from __future__ import annotations

import math
from collections.abc import Sequence

# Cormack, Clarke and Buettcher (SIGIR 2009) took 60 and found it uncritical.
RRF_K = 60
# How much the youngest article gains, and in how many days that wears off to 1/e. Not tuned yet.
RECENCY_WEIGHT = 0.6
RECENCY_DAYS = 10.0


def reciprocal_rank_fusion(
    rankings: Sequence[Sequence[int]], *, weights: Sequence[float] | None = None, k: int = RRF_K
) -> dict[int, float]:
    """Return the score of each item: the sum over rankings of weight / (k + rank), rank from 1.

    Source: Cormack, Clarke and Buettcher, "Reciprocal rank fusion outperforms Condorcet and individual rank
    learning methods", SIGIR 2009.
    """
    scores: dict[int, float] = {}
    for ranking, weight in zip(rankings, weights or [1.0] * len(rankings), strict=True):
        for rank, item in enumerate(ranking, 1):
            scores[item] = scores.get(item, 0.0) + weight / (k + rank)
    return scores


def recency_factor(age_days: int, *, weight: float = RECENCY_WEIGHT, decay_days: float = RECENCY_DAYS) -> float:
    """Return the factor in 1..1+weight for an article printed `age_days` before the day asked about."""
    return 1.0 + weight * math.exp(-max(0, age_days) / decay_days)
