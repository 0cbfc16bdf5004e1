"""Fit how the passages found are ordered, on questions whose answers are known.

    python -m pullquote.eval.fitting.fit_ranking --set QUESTIONS SPLIT ARCHIVE [--set ...] --output index/search

ARCHIVE may be `-` where the set brings its articles, and SPLIT may name a range of the split's questions: `2023[:700]`.
Writes `ranking.json` for the archives' embedder, and tells how often a passage that answers is among the first few: by
fusion, and by the ranking (cross-validation; stories stay whole). Where questions name the spans that answer, only
those count; else every passage that carries an accepted wording.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.progress import track

from pullquote.commands import run
from pullquote.errors import InputError
from pullquote.eval.fitting.conditional_logit import Choice, Logit, Matrix
from pullquote.eval.fitting.reading_groups import answer_places
from pullquote.eval.fitting.readings import archive_of, split_range
from pullquote.eval.gold.formats import load
from pullquote.eval.gold.questions import history_of
from pullquote.filters import Filters
from pullquote.index.search.ranked_pool import described_pool
from pullquote.index.search.ranking import FILE_NAME, PASSAGE_FEATURES, PassageRanker
from pullquote.qa.followups.understanding import understand

_DEPTHS = (1, 3, 5, 8, 12, 20)
_SEED = 20310504
_PENALTY = 10.0
_LOGIT = Logit(PassageRanker, PASSAGE_FEATURES, prior="fused", penalty=_PENALTY)


@dataclass(frozen=True, slots=True)
class Pools:
    """The passages found for the questions of one set.

    Attributes:
        name: of the set and the split.
        embedder_sha256: of the archive's embedder.
        choices: a question's passages by `PASSAGE_FEATURES`, in the fusion's order.
        subjects: what each question is about.
    """

    name: str
    embedder_sha256: str
    choices: list[Choice]
    subjects: list[str]


def collect_pools(questions: Path, split: str, archive: str) -> Pools:
    """Return what is found for the answerable questions of one set."""
    name, first, last = split_range(split)
    gold = load(questions)
    asked = [one for one in gold.of_split(name)[first:last] if one.judged and one.answerable]
    choices = []
    with archive_of(gold, archive) as opened:
        for question in track(asked, "searching", console=Console(stderr=True)):
            standing = understand(question.question, history_of(question)).question
            found = described_pool(opened, standing, filters=Filters(as_of=question.as_of))
            right = [bool(answer_places(question, one.article, one.text, one.start)) for one, _ in found]
            choices.append(Choice.of([features for _, features in found], right, PASSAGE_FEATURES))
        sha256 = opened.embedder.sha256
    return Pools(f"{gold.name} {split}", sha256, choices, [question.subject for question in asked])


def fit_ranker(choices: Sequence[Choice], embedder_sha256: str = "", *, fitted_on: str = "") -> PassageRanker:
    """Return the ranking fitted on questions of which at least one passage answers, and one does not.

    Raises:
        InputError: there is no such question.
    """
    return _LOGIT.fit(choices, embedder_sha256, fitted_on=fitted_on)


def hits_at(choice: Choice, ranker: PassageRanker | None) -> npt.NDArray[np.bool_]:
    """Return (depths,) whether a passage that answers is among the first few."""
    right = choice.right
    if ranker and len(right):
        preference = [ranker.logit(dict(zip(PASSAGE_FEATURES, row, strict=True))) for row in choice.x.tolist()]
        right = right[np.argsort(-np.array(preference), kind="stable")]
    return np.array([right[:depth].any() for depth in _DEPTHS])


def fit_and_tell(sets: Sequence[Pools], output: Path) -> str:
    """Fit the ranking, write it to a folder, and return lines on how well it does.

    Raises:
        InputError: the archives are of several embedders, or nothing can be learnt.
    """
    embedders = {one.embedder_sha256 for one in sets}
    if len(embedders) > 1:
        raise InputError("The archives are of different embedders; a ranking is fitted for one.")
    choices = [choice for one in sets for choice in one.choices]
    rankers = _LOGIT.held_out(choices, [subject for one in sets for subject in one.subjects], seed=_SEED)
    fused = np.array([hits_at(choice, None) for choice in choices])
    ranked = np.array([hits_at(choice, ranker) for choice, ranker in zip(choices, rankers, strict=True)])
    told = []
    first = 0
    for one in sets:
        rows = slice(first, first + len(one.choices))
        told += [f"{one.name}, {len(one.choices):,} answerable questions: a passage that answers is among the first"]
        told += [_line("by fusion", fused[rows]), _line("by the ranking", ranked[rows])]
        first = rows.stop
    named = ", ".join(one.name for one in sets)
    ranker = fit_ranker(choices, embedders.pop(), fitted_on=f"{named} ({len(choices):,} questions)")
    output.mkdir(parents=True, exist_ok=True)
    ranker.save(output / FILE_NAME)
    return "\n".join(told)


def _line(name: str, hits: Matrix) -> str:
    shares = ", ".join(f"{depth}: {share:.1%}" for depth, share in zip(_DEPTHS, hits.mean(axis=0), strict=True))
    return f"  {name}: {shares}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit on the sets that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--set", nargs=3, action="append", required=True, dest="sets", metavar=("QUESTIONS", "SPLIT", "ARCHIVE")
    )
    parser.add_argument("--output", type=Path, required=True, metavar="DIR")
    options = parser.parse_args(arguments)
    sets = [collect_pools(Path(questions), split, archive) for questions, split, archive in options.sets]
    print(fit_and_tell(sets, options.output))


if __name__ == "__main__":
    run(main)
