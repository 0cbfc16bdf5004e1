"""How far a figure could be off, had other questions been asked: percentile bootstrap over questions."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pullquote.eval.metrics.outcomes import Floats, checked_floats

Indices = npt.NDArray[np.int64]
# Indices drawn at a time: 8 MB.
_AT_ONCE = 1_000_000


class Interval(NamedTuple):
    """A figure and its interval, in the unit of the values."""

    value: float
    low: float
    high: float


class Difference(NamedTuple):
    """The mean of a minus the mean of b, its interval, and the two-sided p-value, above 0 and up to 1."""

    difference: float
    low: float
    high: float
    p_value: float


def interval(values: npt.ArrayLike, *, seed: int, resamples: int = 10_000, level: float = 0.95) -> Interval:
    """Return the mean and its percentile bootstrap interval; the same seed gives the same interval.

    Args:
        values: (n,) float, one a question.
        seed: of the resampling.
        resamples: how many sets of n questions are drawn, with replacement.
        level: share of the resampled means inside the interval.

    Raises:
        ValueError: n is 0, a value isn't finite, resamples is below 1 or level isn't between 0 and 1.

    Source: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13.
    """
    floats = checked_floats(values, "values")
    return Interval(float(floats.mean()), *_ends(_means(floats, seed, resamples), level))


def interval_of(
    statistic: Callable[[Indices], float | None], n: int, *, seed: int, resamples: int = 1_000, level: float = 0.95
) -> Interval | None:
    """Return any figure over n questions with its percentile bootstrap interval.

    Args:
        statistic: the figure over the questions whose indices, (n,) int64, it is given; None where it is undefined,
            as AUROC is if all are right. Such resamples are left out.
        n: questions.
        seed: of the resampling.
        resamples: how many sets of n questions are drawn, with replacement.
        level: share of the resampled figures inside the interval.

    Returns:
        None where the figure over all n questions is undefined.

    Raises:
        ValueError: n is 0, resamples is below 1, level isn't between 0 and 1, or the figure isn't finite.

    Source: as of `interval`.
    """
    if n < 1:
        raise ValueError("A figure needs at least one question.")
    value = statistic(np.arange(n))
    if value is None:
        return None
    checked_floats([value], "statistic")
    drawn = [found for rows in _draws(n, seed, resamples) for one in rows if (found := statistic(one)) is not None]
    # With none defined, chance has left only the figure itself.
    return Interval(float(value), *_ends(checked_floats(drawn or [value], "statistic"), level))


def paired(
    a: npt.ArrayLike, b: npt.ArrayLike, *, seed: int, resamples: int = 10_000, level: float = 0.95
) -> Difference:
    """Return how much better a is than b on the same questions, with a test of whether that is chance.

    The p-value is the share of resamples whose difference is as far from the one seen as that is from 0, with 1
    added above and below, so that it is never 0.

    Args:
        a, b: (n,) float, one a question, in the same order.
        seed: of the resampling.
        resamples: how many sets of n questions are drawn, with replacement.
        level: share of the resampled differences inside the interval.

    Raises:
        ValueError: as in `interval`, or a and b differ in length.

    Source: Efron and Tibshirani 1993, chapter 16 (moving the resampled differences to 0);
    Berg-Kirkpatrick, Burkett and Klein, "An Empirical Investigation of Statistical Significance in NLP", 2012;
    the added 1: Davison and Hinkley, "Bootstrap Methods and their Application", 1997, chapter 4.
    """
    left, right = checked_floats(a, "a"), checked_floats(b, "b")
    if left.shape != right.shape:
        raise ValueError(f"a and b must be of the same questions; they are {left.size} and {right.size}.")
    gains = left - right
    seen = float(gains.mean())
    means = _means(gains, seed, resamples)
    # Means of 0s and 1s meet the bound exactly, but for rounding.
    slack = 1e-12 * max(1.0, float(np.abs(gains).max()))
    extreme = int(np.count_nonzero(np.abs(means - seen) >= abs(seen) - slack))
    return Difference(seen, *_ends(means, level), (extreme + 1) / (resamples + 1))


def _means(values: Floats, seed: int, resamples: int) -> Floats:
    return np.concatenate([values[rows].mean(axis=1) for rows in _draws(values.size, seed, resamples)])


def _draws(n: int, seed: int, resamples: int) -> Iterator[Indices]:
    """Yield blocks, (up to `_AT_ONCE` / n, n), of indices drawn with replacement."""
    if resamples < 1:
        raise ValueError(f"resamples must be 1 or more, not {resamples}.")
    random = np.random.default_rng(seed)
    block = math.ceil(_AT_ONCE / n)
    for first in range(0, resamples, block):
        yield random.integers(n, size=(min(block, resamples - first), n))


def _ends(drawn: Floats, level: float) -> tuple[float, float]:
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, not {level}.")
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
