"""Reading again: the sentences that the leading values stand in, side by side in one window.

Scores that a reader gives in separate passages hardly compare. Put next to each other, the places compete for one
probability. Since they are few, that takes a fraction of the first look with the same reader, and with one five times
as large about as long. What it says of each place is one more feature of its value (`pullquote.qa.ranking.combining`).
Choosing among the spans of a first reader by a second look: Iyer et al., "RECONSIDER" (NAACL 2021).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from pullquote.index.passages.sentences import sentence_around
from pullquote.qa.ranking.combining import Combiner, Ranked, ranked_values
from pullquote.qa.ranking.found import Asked, Found, Place, SecondLook, collect, values
from pullquote.qa.reading.reader import SpanScorer
from pullquote.qa.reading.windows import ReaderInput

# Where the first look is surer than this, it stands: two questions of three are read again, and on the tune splits that
# gains nearly as much as reading all of them again.
READ_AGAIN_BELOW = 0.6
# Values whose sentences are read again, and the length of all those sentences: eight values and 1,100 characters gain
# no more, and take twice as long.
_VALUES = 4
_CHARS = 600


def read_again(asked: Asked, reader: SpanScorer, combiner: Combiner | None) -> SecondLook | None:
    """Return what a second look says of places that the first one found; None where that leaves no doubt.

    Args:
        asked: what was read.
        reader: looks again.
        combiner: ranks what the first look found; without one, votes do.
    """
    ranked = ranked_values(values(collect(asked)), asked, combiner)
    if not ranked or _lead(ranked) >= READ_AGAIN_BELOW:
        return None
    text, shifts = _side_by_side(ranked, asked)
    places: list[Place] = []
    spans: list[tuple[int, int]] = []
    for one in (place for value in ranked for place in value.places):
        for sentence, shift in shifts.items():
            if _stands_in(one, sentence):
                places.append(one.place)
                spans.append((one.span.start + shift, one.span.end + shift))
    seen = reader.score_spans(asked.question, ReaderInput(text), spans)
    scores = zip(places, seen.log_probabilities, strict=True)
    return SecondLook({place: score for place, score in scores if math.isfinite(score)}, seen.nothing)


def _stands_in(found: Found, sentence: Place) -> bool:
    rank, start, end = sentence
    return rank == found.rank and start <= found.span.start and found.span.end <= end


def _lead(ranked: Sequence[Ranked]) -> float:
    """Return the share of the preferred value in the odds of all."""
    return 1 / sum(math.exp(one.preference - ranked[0].preference) for one in ranked)


def _side_by_side(ranked: Sequence[Ranked], asked: Asked) -> tuple[str, dict[Place, int]]:
    """Return the sentences of the first values, a line each, and how far each was moved from its place."""
    text = ""
    shifts: dict[Place, int] = {}
    for value in ranked[:_VALUES]:
        best = value.places[0]
        passage = asked.hits[best.rank].passage.text
        if any(_stands_in(best, sentence) for sentence in shifts):
            continue
        start, end = sentence_around(passage, best.span.start, best.span.end)
        if len(text) + end - start <= _CHARS:
            shifts[best.rank, start, end] = len(text) - start
            text += passage[start:end].replace("\n", " ") + "\n"
    return text, shifts
