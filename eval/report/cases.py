"""The questions that the report shows one by one: which, and what there is to say of each."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pullquote.eval.runs.rows import CandidatePlace, Row

# So much of a passage is shown on either side of the span; longer ones are rare, and nobody reads on.
_AROUND_SPAN_CHARS = 600


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A passage around its span, cut where it is long; `span` is "" where it doesn't lie in the passage."""

    before: str
    span: str
    after: str


def wrong_answers(rows: Sequence[Row]) -> list[Row]:
    """Return the rows whose given answer is wrong, the surest first."""
    return _surest_first(row for row in rows if not (row.error or row.abstained or row.good))


def withheld_though_right(rows: Sequence[Row]) -> list[Row]:
    """Return the rows whose best candidate is right but was not given, the surest first."""
    return _surest_first(row for row in rows if row.answerable and row.abstained and row.right and not row.error)


def excerpt(place: CandidatePlace) -> Excerpt:
    """Return the passage of a place in three parts: before the span, the span, after it."""
    start, end, passage = place.start, place.end, place.passage
    if not 0 <= start < end <= len(passage):
        return Excerpt(_head(passage), "", "")
    return Excerpt(_head(passage[:start][::-1])[::-1], passage[start:end], _head(passage[end:]))


def hint(row: Row) -> str:
    """Return how far search and reader came with a question that was answered wrongly; "" where nothing is known."""
    if not row.answerable:
        return ""
    for rank, candidate in enumerate(row.candidates, 1):
        if candidate.right:
            return f"A right answer was candidate {rank} (confidence {candidate.confidence:.2f}): “{candidate.text}”."
    if row.answer_rank is None:
        return "No passage that the search found holds an accepted wording."
    return f"The passage found at rank {row.answer_rank} holds an accepted wording, but the reader didn’t choose it."


def _surest_first(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (-row.confidence if math.isfinite(row.confidence) else 0.0, row.id))


def _head(text: str) -> str:
    if len(text) <= _AROUND_SPAN_CHARS:
        return text
    head = text[:_AROUND_SPAN_CHARS]
    return head[: head.rfind(" ") + 1 or None] + "…"
