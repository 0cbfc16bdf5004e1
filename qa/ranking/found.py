"""What reading found: spans in passages, and what was asked."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pullquote.answers import Hit
from pullquote.qa.reading.reader import Reading, ScoredSpan
from pullquote.qa.values.normalize import normalize_answer, value_key

# A span's vote is exp(margin / TEMPERATURE - RANK_PENALTY * rank), margin being its score above no-answer.
# Taken over from a larger reader on RealTime QA, where they served well; the combination mends what they lack.
TEMPERATURE = 4.0
RANK_PENALTY = 0.2
# Below, a vote would be too near 0 to take its logarithm.
_LEAST_MARGIN = -1000.0
_MOST_MARGIN = 60.0

# A passage's rank, and `[start, end)` in its characters.
Place = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Found:
    """One span in one passage.

    Attributes:
        hit: the passage.
        rank: its 0-based rank.
        span: the words that answer.
        margin: the reader's score of the span above that of no answer.
        read: where the reader read it, if not there: a part of the name that `span` prints in full.
    """

    hit: Hit
    rank: int
    span: ScoredSpan
    margin: float
    read: ScoredSpan | None = None

    @property
    def text(self) -> str:
        """The span's words."""
        return self.hit.passage.text[self.span.start : self.span.end]

    @property
    def place(self) -> Place:
        """Where the reader read it."""
        span = self.read or self.span
        return self.rank, span.start, span.end

    @property
    def vote(self) -> float:
        """Weight of this place, above 0."""
        return math.exp(max(_LEAST_MARGIN, min(self.margin, _MOST_MARGIN)) / TEMPERATURE - RANK_PENALTY * self.rank)


# The places of one value, best first.
Value = Sequence[Found]


@dataclass(frozen=True, slots=True)
class SecondLook:
    """What a reader said when it saw the first ones' sentences side by side.

    Attributes:
        scores: of places, the natural logarithm of each one's probability among all spans of those sentences.
        nothing: the logarithm of the odds that none of them answers.
    """

    scores: Mapping[Place, float]
    nothing: float


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, the passages found for it, and what the reader made of each.

    Attributes:
        question: as searched and read.
        hits: the passages, best first.
        readings: one for each of them.
        passages: how many passages were searched.
        as_of: the day that the question was bound to, if any.
        again: what a second look said; None where there was none.
        verified: of the places that a verifier was shown, the logarithm of the odds that they answer.
        glances: what a smaller reader made of each of the passages, where it chose them.
    """

    question: str
    hits: Sequence[Hit]
    readings: Sequence[Reading]
    passages: int = 0
    as_of: dt.date | None = None
    again: SecondLook | None = None
    verified: Mapping[Place, float] = field(default_factory=dict)
    glances: Sequence[Reading] = ()


def collect(asked: Asked) -> list[Found]:
    """Return every span of every passage."""
    return [
        Found(hit, rank, span, span.score - reading.no_answer_score)
        for rank, (hit, reading) in enumerate(zip(asked.hits, asked.readings, strict=True))
        for span in reading.spans
        if normalize_answer(hit.passage.text[span.start : span.end])
    ]


def votes(value: Iterable[Found]) -> float:
    """Return the sum of the places' votes."""
    return sum(one.vote for one in value)


def values(found: Sequence[Found]) -> list[Value]:
    """Return the spans by value (see `value_key`), most votes first; in one passage a value stands once."""
    places: dict[Hashable, dict[int, Found]] = {}
    for one in found:
        value = places.setdefault(value_key(one.text), {})
        if one.rank not in value or value[one.rank].vote < one.vote:
            value[one.rank] = one
    ranked = sorted(places.values(), key=lambda value: (-votes(value.values()), min(value)))
    return [sorted(value.values(), key=lambda one: (-one.vote, one.rank)) for value in ranked]


def origins(hits: Sequence[Hit]) -> dict[str, str]:
    """Return for each article one that stands for its origin: articles with a passage in common share it."""
    origin_of: dict[str, str] = {}

    def find(article: str) -> str:
        while origin_of.setdefault(article, article) != article:
            article = origin_of[article]
        return article

    for hit in hits:
        for reprint in hit.near_duplicates:
            origin_of[find(reprint.article.id)] = find(hit.article.id)
    return {hit.article.id: find(hit.article.id) for hit in hits}
