"""Fit which of many passages are worth reading, by the search's score and what a small reader sees in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track

from pullquote.eval.fitting.conditional_logit import Choice, Logit
from pullquote.eval.fitting.reading_groups import answer_places
from pullquote.eval.fitting.readings import archive_of, split_range
from pullquote.eval.gold.formats import load
from pullquote.eval.gold.questions import history_of
from pullquote.filters import Filters
from pullquote.qa.followups.interleaving import search_understood
from pullquote.qa.followups.understanding import understand
from pullquote.qa.ranking.sifting import FEATURES, GLANCED, SiftingModel, features, glance
from pullquote.qa.reading.reader import Reader

_PENALTY = 1.0
_LOGIT = Logit(SiftingModel, FEATURES, prior="score", penalty=_PENALTY)
_DEPTHS = (1, 3, 5, 8, GLANCED)
_SEED = 20310504


@dataclass(frozen=True, slots=True)
class Glances:
    """What was seen in the passages found for the answerable questions of one set.

    Attributes:
        name: of the set and the split.
        choices: a question's passages by `FEATURES`, in the order of the search.
        subjects: what each question is about.
    """

    name: str
    choices: list[Choice]
    subjects: list[str]


def glance_at_set(questions: Path, split: str, archive: str, sifter: Reader) -> Glances:
    """Return what a small reader sees in the passages found for a set's answerable questions."""
    name, first, last = split_range(split)
    gold = load(questions)
    asked = [one for one in gold.of_split(name)[first:last] if one.judged and one.answerable]
    choices = []
    with archive_of(gold, archive) as opened:
        for question in track(asked, "glancing", console=Console(stderr=True)):
            understood = understand(question.question, history_of(question))
            bounds = Filters(as_of=question.as_of)
            hits, _ = search_understood(opened, understood, limit=GLANCED, filters=bounds)
            seen = glance(sifter, understood.question, hits)
            right = [bool(answer_places(question, hit.article, hit.passage.text, hit.passage.start)) for hit in hits]
            known = [features(hit, reading) for hit, reading in zip(hits, seen, strict=True)]
            choices.append(Choice.of(known, right, FEATURES))
    return Glances(f"{gold.name} {split}", choices, [question.subject for question in asked])


def fit_sifting(sets: Sequence[Glances], reader_sha256: str) -> tuple[SiftingModel, str]:
    """Return the model fitted on all sets, and lines on how well it does, by cross-validation.

    Raises:
        InputError: nothing can be learnt.
    """
    choices = [choice for one in sets for choice in one.choices]
    models = _LOGIT.held_out(choices, [subject for one in sets for subject in one.subjects], seed=_SEED)
    found = np.array([_hits(choice, None) for choice in choices])
    sifted = np.array([_hits(choice, model) for choice, model in zip(choices, models, strict=True)])
    told, at = [], 0
    for one in sets:
        rows = slice(at, at + len(one.choices))
        at = rows.stop
        for name, hits in (("as found", found), ("sifted", sifted)):
            shares = ", ".join(
                f"{depth}: {share:.1%}" for depth, share in zip(_DEPTHS, hits[rows].mean(0), strict=True)
            )
            told.append(f"{one.name}, {name}: a passage that answers is among the first {shares}")
    named = ", ".join(one.name for one in sets)
    model = _LOGIT.fit(choices, reader_sha256, fitted_on=f"{named} ({len(choices):,} questions)")
    return model, "\n".join(told)


def _hits(choice: Choice, model: SiftingModel | None) -> list[bool]:
    right = choice.right
    if model and len(right):
        preference = [model.logit(dict(zip(FEATURES, row, strict=True))) for row in choice.x.tolist()]
        right = right[np.argsort(-np.array(preference), kind="stable")]
    return [bool(right[:depth].any()) for depth in _DEPTHS]
