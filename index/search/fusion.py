"""One ranking out of two: reciprocal rank fusion, and the preference for what was just printed."""

from __future__ import annotations

import math
from collections.abc import Sequence

# Cormack, Clarke and Buettcher (SIGIR 2009) took 60 and found it uncritical.
RRF_K = 60
# Of the dense and of the lexical ranking. Tuned on RealTime QA 2023 and on the gold's tune split (an answer at rank 1,
# 5 and 12, in percent): 1 and 0.7 gave 31.0/45.9/51.9 and 41.3/68.0/79.8; equal weights 32.6/46.6/51.6 and
# 42.5/67.8/80.3; 1 and 1.5 33.6/46.7/52.1 and 43.8/70.0/81.5; 1 and 2 33.3/46.6/51.3 and 44.7/68.8/82.0.
WEIGHTS = (1.0, 1.5)
# How much the youngest article gains, and in how many days that wears off to 1/e. Tuned likewise; flat around here: no
# preference gave 29.1/44.3/50.9 on RealTime QA, 0.6 and 10 days 33.0/46.0/51.9, 2 and 30 days 32.3/46.0/52.9.
RECENCY_WEIGHT = 1.0
RECENCY_DAYS = 14.0


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
