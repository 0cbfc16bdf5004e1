"""Fitting a choice: of a question's options each has the probability softmax(preference), preference being linear.

Source: McFadden, "Conditional logit analysis of qualitative choice behavior", 1974. Where several options are right,
their probabilities are summed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pullquote.errors import InputError
from pullquote.eval.calibrate import mean_and_scale

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Choice:
    """A question's options.

    Attributes:
        x: (options, features) float64.
        right: (options,) bool.
    """

    x: Matrix
    right: npt.NDArray[np.bool_]

    @property
    def teaches(self) -> bool:
        """Whether some options are right and some are not."""
        return bool(self.right.any() and not self.right.all())


def fit_choices(every: Sequence[Choice], *, penalty: float, prior: Matrix) -> tuple[Matrix, Matrix, Matrix]:
    """Return the (features,) means, scales and weights of standardised features that make right options likely.

    Args:
        every: questions; those that teach nothing are left out.
        penalty: of the squared distance of the standardised weights from the prior.
        prior: (features,) weights of features that are not standardised, to start from.

    Raises:
        InputError: no question has both right and wrong options.
    """
    from scipy.optimize import minimize  # type: ignore[import-untyped]

    choices = [choice for choice in every if choice.teaches]
    if not choices:
        raise InputError("No question has both right and wrong values: there is nothing to fit on.")
    mean, scale = mean_and_scale(np.concatenate([choice.x for choice in choices]))
    start = prior * scale
    standardised = [((choice.x - mean) / scale, choice.right) for choice in choices]

    def objective(weights: Matrix) -> tuple[float, Matrix]:
        away = weights - start
        loss, slope = penalty * float(away @ away), 2 * penalty * away
        for x, right in standardised:
            preference = x @ weights
            odds = np.exp(preference - preference.max())
            every, good = odds / odds.sum(), np.where(right, odds, 0.0) / odds[right].sum()
            loss -= float(np.log(odds[right].sum() / odds.sum()))
            slope += x.T @ (every - good)
        return loss, slope

    return mean, scale, np.asarray(minimize(objective, start, jac=True, method="L-BFGS-B").x)
