"""Which of the passages found are worth reading: a small reader glances at many, the larger one reads the best of them.

Search orders passages by what they are about; a reader that finds an answer in one says more (Nogueira and Cho 2019 use
a model of its own for this). The smaller of the readers that ship glances at twenty in about half of the time in which
the larger one reads five. How much its margin counts beside the search's score is fitted
(`python -m pullquote.eval.fitting.refit`). What it saw in the passages that are read is kept: a second opinion on each
span.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pullquote.answers import Hit
from pullquote.index.adding.adding import passage_head
from pullquote.linear import LinearModel
from pullquote.qa.ranking.found import Found
from pullquote.qa.reading.reader import Reader, Reading
from pullquote.qa.reading.windows import ReaderInput

FILE_NAME = "sifting.json"
# Passages that are glanced at; of the gold's tune questions 94% have an answer among them.
GLANCED = 20
_SPANS = 5
FEATURES = ("score", "margin", "span", "none")
# Beyond, a margin says no more.
MOST_GLANCE = 15.0
# Two spans are of one mind if so much of both together is common to both, in characters.
_COMMON = 0.5


class SiftingModel(LinearModel):
    """Says how much a passage is preferred to others: a conditional logit over `FEATURES`."""


def sifting_for(reader: Reader) -> SiftingModel | None:
    """Return the model that lies beside a reader's weights and was fitted for them; None where there is none.

    Raises:
        ModelError: the file is damaged.
    """
    if reader.folder is None or sifter_of(reader) is None:
        return None
    return SiftingModel.fitted_for(reader.sha256, [load(reader.folder)])


def load(folder: Path) -> SiftingModel | None:
    """Return the model of a folder; None where there is none."""
    return SiftingModel.load(folder / FILE_NAME, known=FEATURES, made_by="python -m pullquote.eval.fitting.refit")


def sifter_of(reader: Reader) -> Reader | None:
    """Return what glances for a reader, if it has such a one."""
    sifter: Any = getattr(reader, "sifter", None)
    return sifter if isinstance(sifter, Reader) else None


def glance(sifter: Reader, question: str, hits: Sequence[Hit]) -> list[Reading]:
    """Return what a small reader makes of passages."""
    inputs = [ReaderInput(hit.passage.text, passage_head(hit.article)) for hit in hits]
    return sifter.read(question, inputs, spans=_SPANS)


def features(hit: Hit, glance: Reading) -> dict[str, float]:
    """Return what is known of a passage, by `FEATURES`."""
    span = glance.spans[0].score if glance.spans else -MOST_GLANCE
    return {
        "score": hit.score,
        "margin": _clipped(span - glance.no_answer_score) if glance.spans else -MOST_GLANCE,
        "span": span,
        "none": glance.no_answer_score,
    }


def sift(
    hits: Sequence[Hit], glances: Sequence[Reading], model: SiftingModel, *, count: int
) -> list[tuple[Hit, Reading]]:
    """Return the passages that are worth reading, best first, each with what was seen at a glance."""
    seen = list(zip(hits, glances, strict=True))
    return sorted(seen, key=lambda one: -model.logit(features(*one)))[:count]


def glanced(place: Found, glances: Sequence[Reading]) -> float:
    """Return how sure the glance was of about that span, over "not here"; the least there is where it saw no such."""
    if place.rank >= len(glances):
        return -MOST_GLANCE
    reading = glances[place.rank]
    start, end = place.span.start, place.span.end
    return max(
        (
            _clipped(span.score - reading.no_answer_score)
            for span in reading.spans
            if min(end, span.end) - max(start, span.start) >= _COMMON * (max(end, span.end) - min(start, span.start))
        ),
        default=-MOST_GLANCE,
    )


def _clipped(margin: float) -> float:
    return max(-MOST_GLANCE, min(MOST_GLANCE, margin))
