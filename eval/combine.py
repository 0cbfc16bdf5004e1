"""Fit how values are ranked, and how sure the first one is, on questions whose answers are known.

    python -m pullquote.eval.combine read QUESTIONS SPLIT ARCHIVE --output tune.readings
    python -m pullquote.eval.combine fit tune.readings [more.readings] --output qa

The first asks the questions and keeps what was read; ARCHIVE may be `-` where the set brings its articles, and SPLIT
may name a range of the split's questions, in the order of the file: `2023[700:]`. The second fits both models for
the reader and writes `combination.json` and `confidence.json`.

Ranking is a conditional logit (McFadden 1974): of a question's values each has the probability softmax(preference),
and the sum over the right ones is made large, starting from the order that votes give. Confidence is fitted on what
models of other folds rank first, so that it knows nothing of the answers that the ranking was fitted on.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pullquote.answers import Candidate
from pullquote.errors import InputError
from pullquote.eval.calibrate import fit_confidence, story_folds
from pullquote.eval.gold import GoldQuestion
from pullquote.eval.metrics.wording import is_right
from pullquote.eval.readings import Read, Readings, read_set
from pullquote.qa.combining import FILE_NAME, VALUE_FEATURES, Combiner, ranked_values
from pullquote.qa.confidence import FEATURES
from pullquote.qa.confidence import FILE_NAME as CONFIDENCE_FILE_NAME
from pullquote.qa.engine import PASSAGES_READ
from pullquote.qa.evidence import candidates
from pullquote.qa.found import collect, values
from pullquote.qa.reader import DEFAULT_READER

_SEED = 20310504
# Of 1, 3 and 10, by cross-validation on the tune splits: they differ by 0.3 points at most.
_PENALTY = 3.0
_DECIMALS = 6
_LEAST_SCALE = 1e-5

Matrix = npt.NDArray[np.float64]


def fit_combiner(reads: Sequence[Read], reader_sha256: str, *, fitted_on: str = "") -> Combiner:
    """Return the ranking fitted on questions of which at least one value is right, and one wrong."""
    choices = [_choice(one) for one in reads if one.question.answerable]
    choices = [(x, right) for x, right in choices if right.any() and not right.all()]
    if not choices:
        raise InputError("No question has both right and wrong values: there is nothing to fit on.")
    every = np.concatenate([x for x, _ in choices])
    mean, scale = every.mean(axis=0), every.std(axis=0)
    scale[scale < _LEAST_SCALE] = 1.0  # the same everywhere, but for rounding
    by_votes = np.where(np.array(VALUE_FEATURES) == "log_votes", scale, 0.0)
    weights = _conditional_logit([((x - mean) / scale, right) for x, right in choices], prior=by_votes)
    return Combiner(
        reader_sha256=reader_sha256,
        mean=_rounded(mean),
        scale=_rounded(scale),
        weights=_rounded(weights),
        intercept=0.0,
        features=VALUE_FEATURES,
        fitted_on=fitted_on,
    )


def _choice(one: Read) -> tuple[Matrix, npt.NDArray[np.bool_]]:
    """Return a question's values: (values, features), and which are right."""
    ranked = ranked_values(values(collect(one.asked)), one.asked, None)
    x = np.array([[value.features[name] for name in VALUE_FEATURES] for value in ranked])
    right = np.array([is_right(value.places[0].text, one.question.answers) for value in ranked], dtype=np.bool_)
    return x.reshape(len(ranked), len(VALUE_FEATURES)), right


def _conditional_logit(choices: Sequence[tuple[Matrix, npt.NDArray[np.bool_]]], *, prior: Matrix) -> Matrix:
    """Return the (features,) weights that make the right values likely, with a Gaussian prior around `prior`."""
    from scipy.optimize import minimize  # type: ignore[import-untyped]

    def objective(weights: Matrix) -> tuple[float, Matrix]:
        away = weights - prior
        loss, slope = _PENALTY * float(away @ away), 2 * _PENALTY * away
        for x, right in choices:
            preference = x @ weights
            odds = np.exp(preference - preference.max())
            every, good = odds / odds.sum(), np.where(right, odds, 0.0) / odds[right].sum()
            loss -= float(np.log(odds[right].sum() / odds.sum()))
            slope += x.T @ (every - good)
        return loss, slope

    return np.asarray(minimize(objective, prior, jac=True, method="L-BFGS-B").x)


def _rounded(numbers: Matrix) -> tuple[float, ...]:
    return tuple(round(float(number), _DECIMALS) for number in numbers)


@dataclass(frozen=True, slots=True)
class FirstCandidate:
    """The candidate ranked first for a question by a model that was not fitted on it."""

    question: GoldQuestion
    candidate: Candidate

    @property
    def right(self) -> bool:
        """Whether it is an accepted wording."""
        return self.question.answerable and is_right(self.candidate.text, self.question.answers)


def held_out_firsts(reads: Sequence[Read], *, seed: int = _SEED) -> list[FirstCandidate]:
    """Return each question's first candidate, ranked by a model fitted on the other folds (stories stay whole)."""
    folds = story_folds([one.question.story or one.question.id for one in reads], seed)
    firsts: list[FirstCandidate | None] = [None] * len(reads)
    for fold in np.unique(folds):
        combiner = fit_combiner([one for one, of in zip(reads, folds, strict=True) if of != fold], "")
        for at in np.flatnonzero(folds == fold).tolist():
            one = reads[at]
            best = candidates(collect(one.asked), one.asked, limit=5, combiner=combiner)
            firsts[at] = FirstCandidate(one.question, best[0]) if best else None
    return [first for first in firsts if first]


def fit_both(kept: Sequence[Readings], output: Path) -> str:
    """Fit ranking and confidence, write both to a folder, and return a sentence on how well they do.

    Raises:
        InputError: the readings are of several readers, or too few.
    """
    readers = {one.reader_sha256 for one in kept}
    if len(readers) > 1:
        raise InputError("The readings are of different readers; ranking and confidence are fitted for one.")
    sha256 = readers.pop()
    reads = [read for one in kept for read in one.reads]
    fitted_on = f"{', '.join(one.name for one in kept)} ({len(reads):,} questions)"
    firsts = held_out_firsts(reads)
    fitted = fit_confidence(
        np.array([[one.candidate.features[name] for name in FEATURES] for one in firsts]),
        np.array([one.right for one in firsts]),
        [one.question.story or one.question.id for one in firsts],
        sha256,
        fitted_on=fitted_on,
        seed=_SEED,
    )
    fit_combiner(reads, sha256, fitted_on=fitted_on).save(output / FILE_NAME)
    fitted.model.save(output / CONFIDENCE_FILE_NAME)
    return _sentence(reads, firsts, fitted.ece)


def _sentence(reads: Sequence[Read], firsts: Sequence[FirstCandidate], ece: float) -> str:
    answerable = [one for one in reads if one.question.answerable]
    by_votes = [
        is_right(best[0].text, one.question.answers)
        for one in answerable
        if (best := candidates(collect(one.asked), one.asked, limit=1))
    ]
    possible = sum(right.any() for _, right in map(_choice, answerable))
    n = len(answerable)
    return (
        f"Of {n:,} answerable questions, {possible / n:.1%} have a right value among those found; it is first for "
        f"{sum(by_votes) / n:.1%} by votes, for {sum(one.right for one in firsts) / n:.1%} by the fitted ranking "
        f"(cross-validation). Expected calibration error of the fitted confidence: {ece:.3f} (cross-validation)."
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Read or fit, as the command line says."""
    options = _parser().parse_args(arguments)
    if options.command == "fit":
        print(fit_both([Readings.load(file) for file in options.readings], options.output))
        return
    kept = read_set(options.questions, options.split, options.archive, reader=options.reader, passages=options.passages)
    kept.save(options.output)
    print(f"{options.output}: {len(kept.reads):,} questions read")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    read = commands.add_parser("read", help="ask questions and keep what was read")
    read.add_argument("questions", type=Path)
    read.add_argument("split")
    read.add_argument("archive")
    read.add_argument("--reader", default=DEFAULT_READER)
    read.add_argument("--passages", type=int, default=PASSAGES_READ, help="how many to read for a question")
    read.add_argument("--output", type=Path, required=True, metavar="FILE")
    fit = commands.add_parser("fit", help="fit ranking and confidence")
    fit.add_argument("readings", type=Path, nargs="+")
    fit.add_argument("--output", type=Path, required=True, metavar="DIR")
    return parser


if __name__ == "__main__":
    main()
