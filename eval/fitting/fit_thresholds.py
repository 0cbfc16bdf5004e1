"""How sure a value has to be, for each precision that may be asked for: by a bound, not by the share itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pullquote.qa.ranking.thresholds import Thresholds

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# What `--sure` may ask for, in steps of a hundredth.
_PRECISIONS = tuple(round(0.5 + step / 100, 2) for step in range(50))
# How sure the bound is (one-sided), and from how many answers on one is taken.
_LEVEL = 0.9
_LEAST = 20
# Of the questions whose quotations are shown, at least such a share has a right one among the first three. On the tune
# split that is about where most questions end usefully: a higher one is silent where the archive does speak.
_SPEAKING = 0.77


def clopper_pearson(right: int, n: int, *, level: float = _LEVEL) -> float:
    """Return the lower bound of a share, 0..1: it is that large at least, as sure as `level`, one-sided.

    Args:
        right: of n, 0..n.
        n: at least 1.
        level: between 0 and 1.

    Raises:
        ValueError: right isn't within 0..n, or n is below 1.

    Source: Clopper and Pearson, "The Use of Confidence or Fiducial Limits Illustrated in the Case of the
    Binomial", 1934.
    """
    if not 0 <= right <= n or n < 1:
        raise ValueError(f"{right} of {n} is no share.")
    if right == 0:
        return 0.0
    from scipy.stats import beta  # type: ignore[import-untyped]

    return float(beta.ppf(1 - level, right, n - right + 1))


def lowest_bound(confidence: Floats, right: Bools, precision: float, *, copies: int = 1) -> float | None:
    """Return the lowest confidence from which on the share that is right is at least `precision`, by its lower bound.

    None where there is none, or where too few are that sure.

    Args:
        confidence: (n,) of answers that weren't fitted on.
        right: (n,).
        precision: 0..1.
        copies: how often each question is among them: in several arithmetics it says hardly more than in one.
    """
    order = np.argsort(-confidence, kind="stable")
    sure, good = confidence[order], np.cumsum(right[order])
    for at in range(len(sure) - 1, _LEAST * copies - 2, -1):
        # Of equally sure answers all are given, or none.
        if at + 1 < len(sure) and sure[at + 1] == sure[at]:
            continue
        if clopper_pearson(int(good[at]) // copies, -(-(at + 1) // copies)) >= precision:
            return float(sure[at])
    return None


def fit_thresholds(
    confidence: Floats,
    right: Bools,
    quoted: Floats,
    quoted_right: Bools,
    reader_sha256: str,
    *,
    fitted_on: str,
    copies: int = 1,
    precisions: Sequence[float] = _PRECISIONS,
) -> Thresholds:
    """Return the bounds for values and quotations.

    Args:
        confidence: (questions,) of the first value, by a model that wasn't fitted on it.
        right: (questions,) whether it is right; an answer to what has none never is.
        quoted: (questions,) probability of the first quotation, likewise.
        quoted_right: (questions,) whether one of the first three quotations is right.
        reader_sha256: the reader's weights.
        fitted_on: what the questions are, for people.
        copies: how often each question is among them.
        precisions: that may be asked for.
    """
    bounds: dict[float, float] = {}
    reached = 0.0
    for precision in sorted(precisions):
        bound = lowest_bound(confidence, right, precision, copies=copies)
        if bound is None:
            break
        # Who asks for more never gets more answers.
        reached = max(reached, bound)
        bounds[precision] = round(reached, 6)
    speaks = lowest_bound(quoted, quoted_right, _SPEAKING, copies=copies)
    return Thresholds(
        reader_sha256,
        tuple(bounds),
        tuple(bounds.values()),
        round(1.01 if speaks is None else speaks, 6),
        fitted_on,
    )
