"""Fit what makes of a candidate's scores the probability that it is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from pullquote.errors import InputError
from pullquote.eval.metrics.calibration import expected_calibration_error
from pullquote.eval.runs.rows import Row
from pullquote.linear import LinearModel
from pullquote.qa.ranking.confidence import FEATURES, JUDGED_BY, ConfidenceModel, widened

_FOLDS = 5
# Fewer right, or fewer wrong, top answers than this say too little about so many features.
LEAST_OF_EACH = 20

# Of 0.01 to 0.3 about the least log loss of each reader on the tune splits, when RealTime QA's months are left out as
# wholes and not week by week: what is fitted meets news of another time. More follows the months that it saw too
# closely, and is too sure of others.
_INVERSE_PENALTY = 0.05

_DECIMALS = 6
# A smaller spread is rounding, and would come back as 0.
_LEAST_SCALE = 1e-5

Matrix = npt.NDArray[np.float64]
Model = TypeVar("Model", bound=LinearModel)


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted confidence, and how well it does on questions that it wasn't fitted on.

    Attributes:
        model: fitted on all questions.
        n: questions.
        ece_before: of the confidences that the rows came with, 0..1.
        ece: of the model, by cross-validation, 0..1.
    """

    model: ConfidenceModel
    n: int
    ece_before: float
    ece: float


def fit(rows: Sequence[Row], reader_sha256: str, *, fitted_on: str, seed: int, passages_read: int | None = None) -> Fit:
    """Return the confidence fitted on the top candidates of rows.

    A logistic regression (Platt 1999, with more than one score) over standardised features.

    Args:
        rows: of one reader; those without a candidate say nothing and are left out.
        reader_sha256: the reader's weights.
        fitted_on: what the rows are, for people.
        seed: of the folds.
        passages_read: how many passages of each question were read; None where nobody knows.

    Raises:
        InputError: too few rows are right, too few wrong, or of too few stories.
    """
    used = [row for row in rows if row.judged and row.candidates]
    if any(row.candidates[0].features.keys() != set(FEATURES) for row in used):
        raise InputError("The rows were kept by another version of Pullquote: ask their questions again.")
    x = np.array([[row.candidates[0].features[name] for name in FEATURES] for row in used])
    y = np.array([row.right for row in used], dtype=bool)
    model, held_out = fit_confidence(
        x, y, [row.story or row.id for row in used], reader_sha256,
        fitted_on=f"{fitted_on} ({len(y):,} questions)", seed=seed,
    )  # fmt: skip
    before = expected_calibration_error(np.array([row.confidence for row in used]), y)
    model = replace(model, passages_read=passages_read)
    return Fit(model, n=len(y), ece_before=before, ece=expected_calibration_error(held_out, y))


def fit_confidence(
    x: Matrix, y: npt.NDArray[np.bool_], subjects: Sequence[str], reader_sha256: str, *, fitted_on: str, seed: int
) -> tuple[ConfidenceModel, npt.NDArray[np.float64]]:
    """Return the confidence fitted on top candidates, and what models of other folds say of each, (candidates,).

    Args:
        x: (candidates, `FEATURES`).
        y: (candidates,) which are right.
        subjects: (candidates,) what each is about: candidates of one subject share a fold.
        reader_sha256: the reader's weights.
        fitted_on: what they are, for people.
        seed: of the folds.

    Raises:
        InputError: too few are right, too few wrong, or of too few subjects.
    """
    if min(int(y.sum()), int((~y).sum())) < LEAST_OF_EACH:
        raise InputError(
            f"Of {len(y):,} questions, {int(y.sum()):,} were answered rightly: to fit a confidence, at least "
            f"{LEAST_OF_EACH} right and {LEAST_OF_EACH} wrong answers are needed."
        )
    fold = story_folds(subjects, seed)
    folds = np.unique(fold)
    if any(len(np.unique(y[fold != one])) < 2 for one in folds):
        raise InputError(
            f"The questions are of {len(set(subjects)):,} stories: without one part of them, the rest has no right "
            "answers or no wrong ones to fit a confidence on. Ask about more stories."
        )
    held_out = np.empty(len(y))
    for one in folds:
        model = _model(x[fold != one], y[fold != one], reader_sha256)
        held_out[fold == one] = [
            model.probability(dict(zip(FEATURES, row, strict=True))) for row in x[fold == one].tolist()
        ]
    model = replace(_model(x, y, reader_sha256), fitted_on=fitted_on)
    return model, held_out


def story_folds(subjects: Sequence[str], seed: int) -> npt.NDArray[np.int64]:
    """Return (questions,) the fold of each; those of one story, which resemble each other, share theirs."""
    numbers = {subject: number for number, subject in enumerate(dict.fromkeys(subjects))}
    fold_of = np.random.default_rng(seed).permutation(len(numbers)) % _FOLDS
    return np.array([fold_of[numbers[subject]] for subject in subjects])


def _model(x: Matrix, y: npt.NDArray[np.bool_], reader_sha256: str) -> ConfidenceModel:
    known = [widened(dict(zip(FEATURES, row, strict=True))) for row in x.tolist()]
    return logistic(
        ConfidenceModel, JUDGED_BY, np.array([[one[name] for name in JUDGED_BY] for one in known]), y, reader_sha256
    )


def logistic(
    kind: type[Model], names: tuple[str, ...], x: Matrix, y: npt.NDArray[np.bool_], reader_sha256: str
) -> Model:
    """Return a logistic regression over standardised features.

    Args:
        kind: what it is made as.
        names: (features,) of the columns.
        x: (rows, features).
        y: (rows,) which are right.
        reader_sha256: the reader's weights.
    """
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    mean, scale = mean_and_scale(x)
    fitted = LogisticRegression(C=_INVERSE_PENALTY, max_iter=1000).fit((x - mean) / scale, y)
    return kind(
        model_sha256=reader_sha256,
        mean=rounded(mean),
        scale=rounded(scale),
        weights=rounded(fitted.coef_[0]),
        intercept=round(float(fitted.intercept_[0]), _DECIMALS),
        features=names,
    )


def mean_and_scale(x: Matrix) -> tuple[Matrix, Matrix]:
    """Return (features,) mean and standard deviation; 1 for the deviation of what is the same everywhere."""
    scale = x.std(axis=0)
    scale[scale < _LEAST_SCALE] = 1.0
    return x.mean(axis=0), scale


def rounded(numbers: Matrix) -> tuple[float, ...]:
    """Return numbers as a fitted model keeps them."""
    return tuple(round(float(number), _DECIMALS) for number in numbers)
