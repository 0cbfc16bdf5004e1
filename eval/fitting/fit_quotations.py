"""Fit how likely a printed sentence answers, on questions whose answers are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pullquote.errors import InputError
from pullquote.eval.fitting.calibrate import logistic, story_folds
from pullquote.eval.fitting.readings import QuestionRead
from pullquote.eval.metrics.calibration import expected_calibration_error
from pullquote.eval.runs.asking import quotation_right
from pullquote.qa.quoting.quotations import FEATURES, QuotationModel, Sentence, sentences
from pullquote.qa.ranking.combining import Combiner
from pullquote.qa.ranking.evidence import cite
from pullquote.qa.ranking.found import collect

# A question's sentences beyond so many have hardly a chance.
_SENTENCES = 20
_LEAST_OF_EACH = 20


@dataclass(frozen=True, slots=True)
class QuotationFit:
    """A fitted model, and what it says of questions that it wasn't fitted on.

    Attributes:
        model: fitted on all questions.
        ece: expected calibration error of the first sentences, by cross-validation, 0..1.
        first: (questions,) probability of each question's first sentence, by cross-validation.
        right_at: by 1, 3 and 5, (questions,) bool, whether one of so many first sentences is right.
        answerable: (questions,) bool.
    """

    model: QuotationModel
    ece: float
    first: npt.NDArray[np.float64]
    right_at: dict[int, npt.NDArray[np.bool_]]
    answerable: npt.NDArray[np.bool_]

    def summary(self) -> str:
        """Return sentences on how well it does."""
        n = max(1, int(self.answerable.sum()))
        at = ", ".join(
            f"{100 * right[self.answerable].sum() / n:.1f}% at {count}" for count, right in self.right_at.items()
        )
        lines = [f"Of {n:,} answerable questions, a right sentence is found for {at} (cross-validation)."]
        for bound in (0.3, 0.35, 0.4, 0.45, 0.5, 0.6):
            shown = self.first >= bound
            useful = np.where(self.answerable, shown & self.right_at[3], ~shown).mean()
            silent = np.mean((~shown)[~self.answerable]) if not self.answerable.all() else np.nan
            lines.append(
                f"Shown from {bound:.2f}: {shown.mean():.1%} of questions, "
                f"{self.right_at[3][shown].mean() if shown.any() else 0:.1%} of these with a right one among three; "
                f"silent for {silent:.1%} of the unanswerable; useful {useful:.1%}."
            )
        return "\n".join([*lines, f"Expected calibration error of the first sentence: {self.ece:.3f}."])


def fit_quotations(
    reads: Sequence[QuestionRead],
    combiners: Sequence[Combiner | None],
    reader_sha256: str,
    *,
    fitted_on: str,
    seed: int,
) -> QuotationFit:
    """Return the model fitted on the sentences of questions.

    Args:
        reads: what was read for each question.
        combiners: for each, the ranking of values to use: one that wasn't fitted on it.
        reader_sha256: the reader's weights.
        fitted_on: what the questions are, for people.
        seed: of the folds; questions of one story share theirs.

    Raises:
        InputError: too few sentences are right, or too few wrong.
    """
    made = [_sentences(read, combiner) for read, combiner in zip(reads, combiners, strict=True)]
    labels = [[_right(one, read) for one in own] for read, own in zip(reads, made, strict=True)]
    x = [
        np.array([[one.features[name] for name in FEATURES] for one in own]).reshape(-1, len(FEATURES)) for own in made
    ]
    y = [np.array(own, dtype=bool) for own in labels]
    right = int(sum(own.sum() for own in y))
    if min(right, sum(map(len, y)) - right) < _LEAST_OF_EACH:
        raise InputError(f"{right:,} sentences are right: to fit quotations, at least {_LEAST_OF_EACH} are needed.")
    fold = story_folds([read.question.subject for read in reads], seed)
    first = np.zeros(len(reads))
    right_at = {count: np.zeros(len(reads), dtype=bool) for count in (1, 3, 5)}
    for one in np.unique(fold):
        model = _model(_stacked(x, fold != one), np.concatenate(_chosen(y, fold != one)), reader_sha256)
        for at in np.flatnonzero(fold == one):
            sure = [model.probability(dict(zip(FEATURES, row, strict=True))) for row in x[at].tolist()]
            order = np.argsort(-np.array(sure), kind="stable")
            first[at] = max(sure, default=0.0)
            for count, found in right_at.items():
                found[at] = y[at][order[:count]].any()
    model = replace(_model(_stacked(x), np.concatenate(y), reader_sha256), fitted_on=fitted_on)
    answerable = np.array([read.question.answerable for read in reads])
    return QuotationFit(model, expected_calibration_error(first, right_at[1]), first, right_at, answerable)


def _sentences(read: QuestionRead, combiner: Combiner | None) -> list[Sentence]:
    return sentences(collect(read.asked), read.asked, combiner)[:_SENTENCES]


def _right(sentence: Sentence, read: QuestionRead) -> bool:
    return quotation_right(cite(sentence.marked.hit, sentence.marked.span), read.question)


def _chosen(parts: Sequence[npt.NDArray[np.bool_]], wanted: npt.NDArray[np.bool_]) -> list[npt.NDArray[np.bool_]]:
    return [part for part, one in zip(parts, wanted, strict=True) if one]


def _stacked(
    parts: Sequence[npt.NDArray[np.float64]], wanted: npt.NDArray[np.bool_] | None = None
) -> npt.NDArray[np.float64]:
    return np.concatenate([part for at, part in enumerate(parts) if wanted is None or wanted[at]])


def _model(x: npt.NDArray[np.float64], y: npt.NDArray[np.bool_], reader_sha256: str) -> QuotationModel:
    return logistic(QuotationModel, FEATURES, x, y, reader_sha256)
