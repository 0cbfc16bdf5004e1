"""How far a figure could be off, had other questions been asked: percentile bootstrap over questions or groups.

Questions that belong together (those on one story) come out alike, so that n of them say less than n independent
ones. Given their groups, whole groups are drawn, each with all its questions. Groups are few, and resamples of few
stay too near to what was seen: of 400 simulated pairs of equal runs over nine stories, 10 to 16% had a p-value
below 0.05. So intervals and p-values over groups reach as much further as Student's t does than the normal
distribution (then 5 to 10%).

Source: Davison and Hinkley, "Bootstrap Methods and their Application", 1997, section 3.8; Field and Welsh,
"Bootstrapping Clustered Data", 2007; of the reach: Hesterberg, "What Teachers Should Know About the Bootstrap", 2015
(the expanded percentile interval).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pullquote.eval.metrics.outcomes import Floats, checked_floats

Indices = npt.NDArray[np.int64]
Groups = Sequence[Hashable] | None
_NORMAL = NormalDist()
# Indices drawn at a time: 8 MB.
_AT_ONCE = 1_000_000


class Interval(NamedTuple):
    """A figure and its interval, in the unit of the values."""

    value: float
    low: float
    high: float


class PairedDifference(NamedTuple):
    """The mean of a minus the mean of b, its interval, and the two-sided p-value, above 0 and up to 1."""

    difference: float
    low: float
    high: float
    p_value: float


def interval(
    values: npt.ArrayLike, *, seed: int, groups: Groups = None, resamples: int = 10_000, level: float = 0.95
) -> Interval:
    """Return the mean and its percentile bootstrap interval; the same seed gives the same interval.

    Args:
        values: (n,) float, one a question.
        seed: of the resampling.
        groups: of each question, what it belongs to; None: each stands for itself.
        resamples: how many sets of as many questions, or groups, are drawn, with replacement.
        level: share of the resampled means inside the interval.

    Raises:
        ValueError: n is 0, a value isn't finite, groups are not n, resamples is below 1 or level isn't between 0 and 1.

    Source: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13.
    """
    floats = checked_floats(values, "values")
    return Interval(float(floats.mean()), *_ends(_means(floats, groups, seed, resamples), level, groups))


def interval_of(
    statistic: Callable[[Indices], float | None],
    n: int,
    *,
    seed: int,
    groups: Groups = None,
    resamples: int = 1_000,
    level: float = 0.95,
) -> Interval | None:
    """Return any figure over n questions with its percentile bootstrap interval.

    Args:
        statistic: the figure over the questions whose indices, (any number,) int64, it is given; None where it is
            undefined, as AUROC is if all are right. Such resamples are left out.
        n: questions.
        seed: of the resampling.
        groups, resamples: as of `interval`.
        level: share of the resampled figures inside the interval.

    Returns:
        None where the figure over all n questions is undefined.

    Raises:
        ValueError: as in `interval`, or the figure isn't finite.

    Source: as of `interval`.
    """
    if n < 1:
        raise ValueError("A figure needs at least one question.")
    value = statistic(np.arange(n))
    if value is None:
        return None
    checked_floats([value], "statistic")
    number = _numbered(groups, n)
    members = np.split(np.argsort(number, kind="stable"), np.cumsum(np.bincount(number))[:-1])
    sets = (one for rows in _draws(len(members), seed, resamples) for one in rows)
    drawn = [found for one in sets if (found := statistic(np.concatenate([members[at] for at in one]))) is not None]
    # With none defined, chance has left only the figure itself.
    return Interval(float(value), *_ends(checked_floats(drawn or [value], "statistic"), level, groups))


def paired(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    *,
    seed: int,
    groups: Groups = None,
    resamples: int = 10_000,
    level: float = 0.95,
) -> PairedDifference:
    """Return how much better a is than b on the same questions, with a test of whether that is chance.

    The p-value is the share of resamples whose difference is as far from the one seen as that is from 0, with 1
    added above and below, so that it is never 0; over groups, those distances are stretched as intervals are.

    Args:
        a, b: (n,) float, one a question, in the same order.
        seed: of the resampling.
        groups, resamples: as of `interval`.
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
    means = _means(gains, groups, seed, resamples)
    # Means of 0s and 1s meet the bound exactly, but for rounding.
    slack = 1e-12 * max(1.0, float(np.abs(gains).max()))
    extreme = int(np.count_nonzero(_reach(groups, level) * np.abs(means - seen) >= abs(seen) - slack))
    return PairedDifference(seen, *_ends(means, level, groups), (extreme + 1) / (resamples + 1))


def _means(values: Floats, groups: Groups, seed: int, resamples: int) -> Floats:
    if groups is None:
        return np.concatenate([values[rows].mean(axis=1) for rows in _draws(values.size, seed, resamples)])
    number = _numbered(groups, values.size)
    sums, sizes = np.bincount(number, weights=values), np.bincount(number)
    draws = _draws(sizes.size, seed, resamples)
    return np.concatenate([sums[rows].sum(axis=1) / sizes[rows].sum(axis=1) for rows in draws])


def _numbered(groups: Groups, n: int) -> Indices:
    """Return the number of each question's group, (n,), from 0 on in the order of their first questions."""
    if groups is None:
        return np.arange(n)
    if len(groups) != n:
        raise ValueError(f"groups must be one a question; they are {len(groups)} for {n}.")
    known = {name: at for at, name in enumerate(dict.fromkeys(groups))}
    return np.array([known[name] for name in groups])


def _draws(n: int, seed: int, resamples: int) -> Iterator[Indices]:
    """Yield blocks, (up to `_AT_ONCE` / n, n), of the numbers of questions, or groups, drawn with replacement."""
    if resamples < 1:
        raise ValueError(f"resamples must be 1 or more, not {resamples}.")
    random = np.random.default_rng(seed)
    block = math.ceil(_AT_ONCE / n)
    for first in range(0, resamples, block):
        yield random.integers(n, size=(min(block, resamples - first), n))


def _ends(drawn: Floats, level: float, groups: Groups) -> tuple[float, float]:
    if groups is None:
        tail = (1 - _checked(level)) / 2
    else:
        tail = _NORMAL.cdf(-_reach(groups, level) * _NORMAL.inv_cdf((1 + _checked(level)) / 2))
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return float(low), float(high)


def _reach(groups: Groups, level: float) -> float:
    """Return by how much further from the middle than a normal quantile that of so few groups is; 1 for questions.

    sqrt(g / (g - 1)) * t / z, where the root undoes the bootstrap's bias and t has g - 1 degrees of freedom. The
    series for t is within 0.3% at five groups, 0.01% at nine (Abramowitz and Stegun 1964, 26.7.5).
    """
    degrees = len(set(groups)) - 1 if groups is not None else 0
    if degrees < 1:
        return 1.0
    z = _NORMAL.inv_cdf((1 + _checked(level)) / 2)
    t = (
        z
        + (z**3 + z) / (4 * degrees)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * degrees**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * degrees**3)
    )
    return math.sqrt((degrees + 1) / degrees) * t / z


def _checked(level: float) -> float:
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, not {level}.")
    return level
