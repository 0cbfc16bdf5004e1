"""Whether a confidence of 0.8 is right in 80% of the cases.

`right` says whether the best candidate, if given, is a right answer; it is False at every unanswerable question.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from pullquote.eval.metrics.outcomes import Bools, Floats, checked_outcomes

Equal = Literal["mass", "width"]


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar of a reliability diagram.

    Attributes:
        lower, upper: of equal width, the bin's edges, `(lower, upper]`; of equal mass, the least and the greatest
            confidence in it.
        mean_confidence: 0..1.
        share_right: 0..1.
        n: questions, at least 1.
    """

    lower: float
    upper: float
    mean_confidence: float
    share_right: float
    n: int


def brier_score(confidence: npt.ArrayLike, right: npt.ArrayLike) -> float:
    """Return the mean squared difference of confidence and outcome, 0..1, lower is better.

    Args:
        confidence: (n,) float, 0..1.
        right: (n,) bool.

    Raises:
        ValueError: n is 0, the lengths differ, confidence isn't within 0..1 or right isn't bool.

    Source: Brier, "Verification of Forecasts Expressed in Terms of Probability", 1950, in the form for two
    outcomes, half of the original.
    """
    probability, outcome = _checked(confidence, right)
    return float(np.mean((probability - outcome) ** 2))


def expected_calibration_error(
    confidence: npt.ArrayLike, right: npt.ArrayLike, *, bins: int = 10, equal: Equal = "mass"
) -> float:
    """Return the mean, over questions, of their bin's gap between mean confidence and share right, 0..1.

    Arguments and errors as in `reliability_bins`.

    Source: Guo et al., "On Calibration of Modern Neural Networks", 2017, equation 3 (equal width); bins of equal
    mass: Nguyen and O'Connor, "Posterior Calibration and Exploratory Analysis for NLP Models", 2015.
    """
    made = reliability_bins(confidence, right, bins=bins, equal=equal)
    total = sum(one.n for one in made)
    return float(sum(one.n * abs(one.mean_confidence - one.share_right) for one in made) / total)


def error_if_calibrated(
    confidence: npt.ArrayLike, *, seed: int, bins: int = 10, equal: Equal = "mass", draws: int = 500
) -> tuple[float, float, float]:
    """Return the calibration error that the same confidences would show by chance if they were true.

    Few questions in a bin miss their mean even then; an error within this range is no sign of a bad calibration.
    Outcomes are drawn, each right with its confidence as the probability.

    Args:
        confidence: (n,) float, 0..1.
        seed: of the draws.
        bins, equal: as in `reliability_bins`.
        draws: how often.

    Returns:
        The mean, the 2.5th and the 97.5th percentile, 0..1.

    Source: consistency resampling, Bröcker and Smith, "Increasing the Reliability of Reliability Diagrams", 2007.
    """
    probability = np.asarray(confidence, dtype=np.float64)
    generator = np.random.default_rng(seed)
    errors = [
        expected_calibration_error(
            probability, generator.random(probability.size) < probability, bins=bins, equal=equal
        )
        for _ in range(draws)
    ]
    low, high = np.percentile(errors, [2.5, 97.5])
    return float(np.mean(errors)), float(low), float(high)


def reliability_bins(
    confidence: npt.ArrayLike, right: npt.ArrayLike, *, bins: int = 10, equal: Equal = "mass"
) -> tuple[Bin, ...]:
    """Return the bins of a reliability diagram that hold questions, by rising confidence.

    Bins of equal mass differ by one question at most, unless confidences are equal: those stay together, in the bin
    in which their middle falls, so that the order of the questions doesn't count.

    Args:
        confidence: (n,) float, 0..1.
        right: (n,) bool.
        bins: how many at most.
        equal: "mass", as many questions in each, or "width".

    Raises:
        ValueError: n is 0, the lengths differ, confidence isn't within 0..1, right isn't bool, or bins is below 1.
    """
    if bins < 1:
        raise ValueError(f"bins must be 1 or more, not {bins}.")
    probability, outcome = _checked(confidence, right)
    edges = np.linspace(0, 1, bins + 1)
    number = np.searchsorted(edges[1:-1], probability) if equal == "width" else _equal_mass(probability, bins)
    made = []
    for one in np.unique(number):
        inside = number == one
        held = probability[inside]
        ends = (edges[one], edges[one + 1]) if equal == "width" else (held.min(), held.max())
        made.append(
            Bin(float(ends[0]), float(ends[1]), float(held.mean()), float(outcome[inside].mean()), int(inside.sum()))
        )
    return tuple(made)


def _equal_mass(probability: Floats, bins: int) -> npt.NDArray[np.int64]:
    _, group, count = np.unique(probability, return_inverse=True, return_counts=True)
    twice_middle = 2 * np.cumsum(count) - count
    numbers: npt.NDArray[np.int64] = bins * twice_middle // (2 * probability.size)
    return numbers[group]


def _checked(confidence: npt.ArrayLike, right: npt.ArrayLike) -> tuple[Floats, Bools]:
    probability, outcome = checked_outcomes(confidence, right)
    if probability.min() < 0 or probability.max() > 1:
        raise ValueError("confidence must be within 0..1.")
    return probability, outcome
