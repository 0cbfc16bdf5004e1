"""How well confidence tells when to answer and when to say "not in the archive".

Throughout, `confidence` is that of the best candidate of each question, whether it was given or withheld
(any finite number: only its order counts), and `right` says whether that candidate, if given, is a right answer.
Any answer to an unanswerable question is wrong, so `right` is False there. A question is answered where its
confidence is at or above a threshold; questions of equal confidence are answered or withheld together.

Coverage is the share of all questions that are answered, risk the share of wrong ones among those answered.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pullquote.eval.metrics.outcomes import Floats, checked_bools, checked_outcomes


class Point(NamedTuple):
    """One point of the risk-coverage curve, both 0..1."""

    coverage: float
    risk: float


class Threshold(NamedTuple):
    """A question is answered where confidence >= `confidence`; inf: none is."""

    confidence: float
    mean_cost: float


def risk_coverage(confidence: npt.ArrayLike, right: npt.ArrayLike) -> tuple[Point, ...]:
    """Return the risk-coverage curve, one point a distinct confidence, from the highest down to coverage 1.

    Args:
        confidence: (n,) float.
        right: (n,) bool, False at every unanswerable question.

    Raises:
        ValueError: n is 0, the lengths differ, confidence isn't finite or right isn't bool.

    Source: El-Yaniv and Wiener, "On the Foundations of Noise-free Selective Classification", 2010; Geifman and
    El-Yaniv, "Selective Classification for Deep Neural Networks", 2017.
    """
    _, answered, given_right = _by_threshold(*checked_outcomes(confidence, right))
    risk = (answered - given_right) / answered
    return tuple(Point(*pair) for pair in zip((answered / answered[-1]).tolist(), risk.tolist(), strict=True))


def aurc(confidence: npt.ArrayLike, right: npt.ArrayLike) -> float:
    """Return the area under the risk-coverage curve, 0..1, lower is better.

    The plain empirical estimator: the mean, over k = 1..n, of the risk of the k most confident. Where confidences
    are equal, it is the mean of that over all their orders, so the order of the questions doesn't count; if all
    are equal, it is the share of wrong candidates.

    Arguments and errors as in `risk_coverage`.

    Source: Geifman, Uziel and El-Yaniv, "Bias-Reduced Uncertainty Estimation for Deep Neural Classifiers", 2019.
    """
    _, answered, given_right = _by_threshold(*checked_outcomes(confidence, right))
    # Within a group of ties, the wrong ones are expected to be spread evenly: interpolate between its ends.
    k = np.arange(1, answered[-1] + 1)
    wrong = np.interp(k, np.append(0, answered), np.append(0, answered - given_right))
    return float(np.mean(wrong / k))


def auroc(confidence: npt.ArrayLike, right: npt.ArrayLike) -> float | None:
    """Return the chance that a right candidate has a higher confidence than a wrong one, 0..1; ties count half.

    None where no candidate is right, or none wrong. Arguments and errors as in `risk_coverage`.

    Source: Hanley and McNeil, "The Meaning and Use of the Area under a ROC Curve", 1982.
    """
    _, answered, given_right = _by_threshold(*checked_outcomes(confidence, right))
    rights = np.diff(given_right, prepend=0)
    wrong_above = answered - given_right
    wrongs = np.diff(wrong_above, prepend=0)
    pairs = int(given_right[-1]) * int(wrong_above[-1])
    if not pairs:
        return None
    beaten = rights * (wrong_above[-1] - wrong_above + wrongs / 2)
    return float(beaten.sum() / pairs)


def coverage_at_precision(confidence: npt.ArrayLike, right: npt.ArrayLike, *, precision: float) -> float:
    """Return the largest coverage, 0..1, at which at least `precision` of the answers given are right; 0.0 if none.

    Args:
        confidence: (n,) float.
        right: (n,) bool, False at every unanswerable question.
        precision: the least share of right answers among those given, 0..1.

    Raises:
        ValueError: as in `risk_coverage`, or precision is not within 0..1.
    """
    if not 0 <= precision <= 1:
        raise ValueError(f"precision must be within 0..1, not {precision}.")
    _, answered, given_right = _by_threshold(*checked_outcomes(confidence, right))
    enough = answered[given_right / answered >= precision]
    return float(enough[-1] / answered[-1]) if enough.size else 0.0


def best_threshold(
    confidence: npt.ArrayLike, right: npt.ArrayLike, answerable: npt.ArrayLike, *, wrong_cost: float
) -> Threshold:
    """Return the threshold with the lowest mean cost a question.

    A wrong answer costs `wrong_cost`, a withheld one 1 where the question is answerable and nothing where it isn't,
    a right one nothing. Of equally cheap thresholds the highest is taken: it gives the fewest wrong answers.

    Args:
        confidence: (n,) float.
        right: (n,) bool.
        answerable: (n,) bool, whether the archive holds an answer.
        wrong_cost: how many missing answers one wrong answer is worth, 0 or more.

    Raises:
        ValueError: as in `risk_coverage`, an unanswerable question is called right, or wrong_cost is negative.

    Source: Chow, "On Optimum Recognition Error and Reject Tradeoff", 1970.
    """
    if not (0 <= wrong_cost < math.inf):
        raise ValueError(f"wrong_cost must be 0 or more, not {wrong_cost}.")
    floats, rights = checked_outcomes(confidence, right)
    known = checked_bools(answerable, "answerable", floats.size)
    if (rights & ~known).any():
        raise ValueError("right is True at an unanswerable question; any answer to it is wrong.")
    values, answered, given_right = _by_threshold(floats, rights)
    _, _, given_known = _by_threshold(floats, known)
    cost = wrong_cost * (answered - given_right) + (known.sum() - given_known)
    costs = np.append(known.sum(), cost) / floats.size
    best = int(costs.argmin())
    return Threshold(float(np.append(math.inf, values)[best]), float(costs[best]))


def _by_threshold(confidence: Floats, flags: npt.NDArray[np.bool_]) -> tuple[Floats, Floats, Floats]:
    """Return the distinct confidences, falling, and how many questions, and flagged ones, are at or above each."""
    negated, group = np.unique(-confidence, return_inverse=True)
    return -negated, np.cumsum(np.bincount(group)).astype(float), np.cumsum(np.bincount(group, weights=flags))
