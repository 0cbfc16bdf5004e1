"""Fit how values are ranked, how sure the first one is, and how likely sentences answer, on questions with answers.

    python -m pullquote.eval.fitting.combine read QUESTIONS SPLIT ARCHIVE --output tune.readings
    python -m pullquote.eval.fitting.combine fit tune.readings [more.readings] --output qa/reader-thorough

The first asks the questions and keeps what was read; ARCHIVE may be `-` where the set brings its articles, and SPLIT
may name a range of the split's questions, in the order of the file: `2023[700:]`. The second fits all models for the
reader and writes `combination.json`, `confidence.json` and `quotation.json`, which are used where they lie beside its
weights. `quotations` in its place fits the last one alone, for the ranking that lies in the folder.

Ranking is a conditional logit (McFadden 1974): of a question's values each has the probability softmax(preference),
and the sum over the right ones is made large, starting from the order that votes give. Confidence is fitted on what
models of other folds rank first, so that it knows nothing of the answers that the ranking was fitted on.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import compress, islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pullquote.answers import Candidate
from pullquote.commands import run
from pullquote.errors import InputError
from pullquote.eval.fitting.calibrate import fit_confidence
from pullquote.eval.fitting.conditional_logit import Choice, Logit
from pullquote.eval.fitting.fit_quotations import fit_quotations
from pullquote.eval.fitting.fit_thresholds import fit_thresholds
from pullquote.eval.fitting.readings import QuestionRead, Readings, cut, read_set
from pullquote.eval.gold.questions import GoldQuestion
from pullquote.eval.metrics.calibration import expected_calibration_error
from pullquote.qa.engine import CANDIDATES, PASSAGES_READ
from pullquote.qa.questions.telling import asks_for_sentences
from pullquote.qa.quoting.quotations import FILE_NAME as QUOTATION_FILE_NAME
from pullquote.qa.ranking.combining import FILE_NAME, VALUE_FEATURES, Combiner, ranked_values
from pullquote.qa.ranking.confidence import FEATURES
from pullquote.qa.ranking.confidence import FILE_NAME as CONFIDENCE_FILE_NAME
from pullquote.qa.ranking.evidence import candidates
from pullquote.qa.ranking.found import collect, values
from pullquote.qa.ranking.thresholds import FILE_NAME as THRESHOLDS_FILE_NAME
from pullquote.qa.ranking.thresholds import Thresholds
from pullquote.qa.reading.paired import DEFAULT_READER

_SEED = 20310504
# Chosen among 1, 3 and 10 by cross-validation on the tune splits, which hardly tells them apart.
_PENALTY = 3.0
_LOGIT = Logit(Combiner, VALUE_FEATURES, prior="log_votes", penalty=_PENALTY)


def _choice(read: QuestionRead) -> Choice:
    """Return a question's values by `VALUE_FEATURES`."""
    ranked = ranked_values(values(collect(read.asked)), read.asked, None)
    right = [read.question.accepts(value.places[0].text) for value in ranked]
    return Choice.of([value.features for value in ranked], right, VALUE_FEATURES)


def fit_combiner(reads: Sequence[QuestionRead], reader_sha256: str, *, fitted_on: str = "") -> Combiner:
    """Return the ranking fitted on questions of which at least one value is right, and one wrong.

    Raises:
        InputError: there is no such question.
    """
    return _LOGIT.fit(list(map(_choice, reads)), reader_sha256, fitted_on=fitted_on)


@dataclass(frozen=True, slots=True)
class TopCandidate:
    """What a model that was not fitted on a question ranks first for it; None where nothing was found."""

    question: GoldQuestion
    candidate: Candidate | None

    @property
    def right(self) -> bool:
        """Whether it is an accepted wording."""
        return self.candidate is not None and self.question.accepts(self.candidate.text)


def held_out_firsts(
    reads: Sequence[QuestionRead], combiners: Sequence[Combiner | None] | None = None
) -> list[TopCandidate]:
    """Return what is first for each question by a model fitted on the other folds (stories stay whole).

    Args:
        reads: what was read for each question.
        combiners: those models, of `held_out_combiners`, where they are known already.
    """
    combiners = held_out_combiners(reads) if combiners is None else combiners
    return [_first(one, combiner) for one, combiner in zip(reads, combiners, strict=True)]


def held_out_combiners(reads: Sequence[QuestionRead]) -> Sequence[Combiner | None]:
    """Return for each question a ranking that was fitted on the other folds."""
    subjects = [one.question.subject for one in reads]
    return _LOGIT.held_out(list(map(_choice, reads)), subjects, seed=_SEED)


def _first(read: QuestionRead, combiner: Combiner | None) -> TopCandidate:
    found = candidates(collect(read.asked), read.asked, limit=CANDIDATES, combiner=combiner)
    return TopCandidate(read.question, found[0] if found else None)


def fit_all(kept: Sequence[Readings], output: Path) -> str:
    """Fit ranking, confidence and quotations, write them to a folder, and return sentences on how well they do.

    Raises:
        InputError: the readings are of several readers, or too few.
    """
    reads, sha256, fitted_on = _pooled(kept)
    combiners = held_out_combiners(reads)
    firsts = held_out_firsts(reads, combiners)
    # What a sentence answers is never given a value.
    valued = [one.candidate is not None and not asks_for_sentences(one.question.question) for one in firsts]
    known = [(one, one.candidate.features) for one, use in zip(firsts, valued, strict=True) if use and one.candidate]
    confidence, held_out = fit_confidence(
        np.array([[features[name] for name in FEATURES] for _, features in known]),
        np.array([one.right for one, _ in known]),
        [one.question.subject for one, _ in known],
        sha256,
        fitted_on=fitted_on,
        seed=_SEED,
    )
    output.mkdir(parents=True, exist_ok=True)
    fit_combiner(reads, sha256, fitted_on=fitted_on).save(output / FILE_NAME)
    confidence.save(output / CONFIDENCE_FILE_NAME)
    rows = iter(zip(reads, firsts, strict=True))
    told = [_sentence(one.name, list(islice(rows, len(one.reads)))) for one in kept]
    told.append(_sentence("all", list(zip(reads, firsts, strict=True))))
    sure = np.zeros(len(firsts))
    sure[valued] = held_out
    right = np.array([one.right and use for one, use in zip(firsts, valued, strict=True)])
    told.append(
        f"Expected calibration error of the fitted confidence (cross-validation): "
        f"{expected_calibration_error(sure, right):.3f}."
    )
    # Where a set gives one wording of many, sentences that answer in another one would count as wrong.
    strict = [not one.question.lenient for one in reads]
    judged = strict if any(strict) else [True] * len(reads)
    told.append(f"Sentences are fitted on the {sum(judged):,} questions that give every wording.")
    fitted = fit_quotations(
        list(compress(reads, judged)), list(compress(combiners, judged)), sha256, fitted_on=fitted_on, seed=_SEED
    )
    fitted.model.save(output / QUOTATION_FILE_NAME)
    # In several arithmetics the same questions were read.
    copies = max(Counter(one.name for one in kept).values())
    thresholds = fit_thresholds(
        sure, right, fitted.first, fitted.right_at[3], sha256, fitted_on=fitted_on, copies=copies
    )
    thresholds.save(output / THRESHOLDS_FILE_NAME)
    return "\n".join([*told, fitted.summary(), *_given(thresholds, sure, right)])


def _given(thresholds: Thresholds, sure: npt.NDArray[np.float64], right: npt.NDArray[np.bool_]) -> list[str]:
    """Return a sentence on each precision that may be asked for, and one on quotations."""
    told = []
    for precision in (0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95):
        bound = thresholds.sure_from(precision)
        given = sure >= bound
        told.append(
            f"Sure by {precision:.0%}: from {bound:.2f}, {given.mean():.1%} of the questions are given a value, "
            f"{right[given].mean() if given.any() else 0:.1%} of these rightly."
        )
    return [*told, f"Quotations are shown from {thresholds.speaks_from:.2f}."]


def fit_quotations_alone(kept: Sequence[Readings], output: Path) -> str:
    """Fit how likely sentences answer, write it to a folder, and return sentences on how well that does.

    Raises:
        InputError: the readings are of several readers, or too few.
    """
    reads, sha256, fitted_on = _pooled(kept)
    fitted = fit_quotations(reads, held_out_combiners(reads), sha256, fitted_on=fitted_on, seed=_SEED)
    output.mkdir(parents=True, exist_ok=True)
    fitted.model.save(output / QUOTATION_FILE_NAME)
    return fitted.summary()


def _pooled(kept: Sequence[Readings]) -> tuple[list[QuestionRead], str, str]:
    """Return all readings, the hash of the one reader that made them, and what they are, for people."""
    readers = {one.reader_sha256 for one in kept}
    if len(readers) > 1:
        raise InputError("The readings are of different readers; ranking and confidence are fitted for one.")
    reads = [read for one in kept for read in one.reads]
    return reads, readers.pop(), f"{', '.join(one.name for one in kept)} ({len(reads):,} questions)"


def _sentence(name: str, rows: Sequence[tuple[QuestionRead, TopCandidate]]) -> str:
    answerable = [(read, first) for read, first in rows if read.question.answerable]
    n = len(answerable) or 1
    possible = sum(_choice(read).right.any() for read, _ in answerable)
    by_votes = sum(_first(read, None).right for read, _ in answerable)
    ranked = sum(first.right for _, first in answerable)
    return (
        f"{name}: of {len(answerable):,} answerable questions, {possible / n:.1%} have a right value among all; it is "
        f"first for {by_votes / n:.1%} by votes, for {ranked / n:.1%} by the fitted ranking (cross-validation)."
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Read or fit, as the command line says."""
    options = _parser().parse_args(arguments)
    if options.command in ("fit", "quotations"):
        kept = [Readings.load(file) for file in options.readings]
        if options.passages:
            kept = [replace(one, reads=tuple(cut(read, options.passages) for read in one.reads)) for one in kept]
        fitted = fit_all if options.command == "fit" else fit_quotations_alone
        print(fitted(kept, options.output))
        return
    done = read_set(
        options.questions,
        options.split,
        options.archive,
        reader=options.reader,
        passages=options.passages,
        verify=False,
    )
    done.save(options.output)
    print(f"{options.output}: {len(done.reads):,} questions read")


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
    for name, told in (("fit", "fit ranking, confidence and quotations"), ("quotations", "fit quotations alone")):
        fit = commands.add_parser(name, help=told)
        fit.add_argument("readings", type=Path, nargs="+")
        fit.add_argument("--passages", type=int, help="as if only so many had been read for a question")
        fit.add_argument("--output", type=Path, required=True, metavar="DIR")
    return parser


if __name__ == "__main__":
    run(main)
