"""Fitting a choice: of a question's options each has the probability softmax(preference), preference being linear.

Source: McFadden, "Conditional logit analysis of qualitative choice behavior", 1974. Where several options are right,
their probabilities are summed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from pullquote.errors import InputError
from pullquote.eval.fitting.calibrate import mean_and_scale, rounded, story_folds
from pullquote.linear import LinearModel

Matrix = npt.NDArray[np.float64]

Model = TypeVar("Model", bound=LinearModel)


@dataclass(frozen=True, slots=True)
class Choice:
    """A question's options.

    Attributes:
        x: (options, features) float64.
        right: (options,) bool.
    """

    x: Matrix
    right: npt.NDArray[np.bool_]

    @staticmethod
    def of(options: Sequence[Mapping[str, float]], right: Sequence[bool], features: Sequence[str]) -> Choice:
        """Return the choice among options that are described by name."""
        x = np.array([[option[name] for name in features] for option in options], dtype=np.float64)
        return Choice(x.reshape(len(options), len(features)), np.array(right, dtype=np.bool_))

    @property
    def teaches(self) -> bool:
        """Whether some options are right and some are not."""
        return bool(self.right.any() and not self.right.all())


@dataclass(frozen=True, slots=True)
class Logit(Generic[Model]):
    """How one kind of choice is fitted.

    Attributes:
        kind: the class of the fitted model.
        features: of an option, in the order of `Choice.x`.
        prior: the feature that alone decides before anything is learnt, with a weight of 1.
        penalty: of the squared distance of the standardised weights from the prior.
    """

    kind: type[Model]
    features: tuple[str, ...]
    prior: str
    penalty: float

    def fit(self, every: Sequence[Choice], model_sha256: str = "", *, fitted_on: str = "") -> Model:
        """Return the model that makes right options likely; questions that teach nothing are left out.

        Args:
            every: questions.
            model_sha256: of the weights whose scores are among the features.
            fitted_on: what the questions are, for people.

        Raises:
            InputError: no question has both right and wrong options.
        """
        mean, scale, weights = _fitted(every, np.array(self.features) == self.prior, self.penalty)
        return self.kind(
            model_sha256=model_sha256,
            mean=rounded(mean),
            scale=rounded(scale),
            weights=rounded(weights),
            intercept=0.0,
            features=self.features,
            fitted_on=fitted_on,
        )

    def held_out(self, every: Sequence[Choice], subjects: Sequence[str], *, seed: int) -> list[Model]:
        """Return for each question a model fitted on the other folds; those of one subject share a fold."""
        folds = story_folds(subjects, seed).tolist()
        fitted = {
            fold: self.fit([choice for choice, of in zip(every, folds, strict=True) if of != fold])
            for fold in sorted(set(folds))
        }
        return [fitted[fold] for fold in folds]


def _fitted(every: Sequence[Choice], prior: npt.NDArray[np.bool_], penalty: float) -> tuple[Matrix, Matrix, Matrix]:
    """Return (features,) means, scales and standardised weights."""
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
