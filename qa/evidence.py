"""From scored spans to candidate answers: equal values joined, ranked, cited."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pullquote.answers import Candidate, Citation, Hit
from pullquote.index.sentences import sentence_around
from pullquote.qa.confidence import ConfidenceModel
from pullquote.qa.links import text_fragment_link
from pullquote.qa.normalize import normalize_answer
from pullquote.qa.reader import Reading, ScoredSpan

# A span's vote is exp(margin / TEMPERATURE - RANK_PENALTY * rank), margin being its score above no-answer.
# Taken over from a larger reader on RealTime QA, where they served well; not tuned for this one yet.
TEMPERATURE = 4.0
RANK_PENALTY = 0.2
# Votes at which confidence is one half, and an answer is given rather than withheld: one passage at rank 0
# whose best span is as good as no answer.
VOTES_AT_HALF = 1.0
MAX_CITATIONS = 10
# Below, a vote would be too near 0 to take its logarithm.
_LEAST_MARGIN = -1000.0
# Of the logarithm of two candidates' votes: beyond, a lead of e^6 is as good as any.
_MAX_LEAD = 6.0
# Logarithm of days: beyond five months, older says no more.
_MAX_AGE = 5.0
# Shorter words are mostly grammar.
_CONTENT_WORD_CHARS = 4


@dataclass(frozen=True, slots=True)
class Found:
    """One span in one passage: the hit, its 0-based rank, the span and its margin above no-answer."""

    hit: Hit
    rank: int
    span: ScoredSpan
    margin: float

    @property
    def text(self) -> str:
        """The span's words."""
        return self.hit.passage.text[self.span.start : self.span.end]

    @property
    def vote(self) -> float:
        """Weight of this place, above 0."""
        return math.exp(max(_LEAST_MARGIN, min(self.margin, 60.0)) / TEMPERATURE - RANK_PENALTY * self.rank)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, the passages found for it, and what the reader made of each.

    Attributes:
        question: as searched and read.
        hits: the passages, best first.
        readings: one for each of them.
        passages: how many passages were searched.
        as_of: the day that the question was bound to, if any.
    """

    question: str
    hits: Sequence[Hit]
    readings: Sequence[Reading]
    passages: int = 0
    as_of: dt.date | None = None


def collect(asked: Asked) -> list[Found]:
    """Return every span of every passage."""
    return [
        Found(hit, rank, span, span.score - reading.no_answer_score)
        for rank, (hit, reading) in enumerate(zip(asked.hits, asked.readings, strict=True))
        for span in reading.spans
        if normalize_answer(hit.passage.text[span.start : span.end])
    ]


def candidates(
    found: Sequence[Found], asked: Asked, *, limit: int, confidence: ConfidenceModel | None = None
) -> list[Candidate]:
    """Return the values, best first, each with the places that print it.

    Votes of equal values (same after normalisation) add up; in one passage a value votes once.

    Args:
        found: spans, of `collect`.
        asked: what was asked, found and read.
        limit: how many values.
        confidence: says how likely a value is right; without one, confidence only orders them.
    """
    places: dict[str, dict[int, Found]] = defaultdict(dict)
    for one in found:
        value = places[normalize_answer(one.text)]
        if one.rank not in value or value[one.rank].vote < one.vote:
            value[one.rank] = one
    ranked = sorted(places.values(), key=lambda value: (-_votes(value.values()), min(value)))
    chosen: list[list[Found]] = []
    for value in ranked:
        best = sorted(value.values(), key=lambda one: (-one.vote, one.rank))
        # Of overlapping readings of one place ("May 4", "on May 4") the best stands for all.
        if not any(_overlap(best[0], other) for places_of in chosen for other in places_of):
            chosen.append(best)
        if len(chosen) == limit:
            break
    origin_of = _origins([one.hit for one in found])
    votes = [_votes(group) for group in chosen]
    total = sum(_votes(value.values()) for value in ranked)
    made: list[Candidate] = []
    for at, group in enumerate(chosen):
        rival = max((other for index, other in enumerate(votes) if index != at), default=0.0)
        origins = len({origin_of[one.hit.article.id] for one in group})
        known = features(group, asked, votes=votes[at], rival=rival, total=total, origins=origins)
        sure = confidence.probability(known) if confidence else votes[at] / (votes[at] + VOTES_AT_HALF)
        made.append(
            Candidate(
                text=group[0].text,
                # A value with fewer votes is never called surer than the one before it.
                confidence=min([sure, *(one.confidence for one in made)]),
                origins=origins,
                citations=tuple(citation for one in group for citation in citations(one))[:MAX_CITATIONS],
                features=known,
                calibrated=confidence is not None,
            )
        )
    return made


def _votes(value: Iterable[Found]) -> float:
    return sum(one.vote for one in value)


def features(
    value: Sequence[Found], asked: Asked, *, votes: float, rival: float, total: float, origins: int
) -> dict[str, float]:
    """Return what a candidate's confidence is judged by (`confidence.FEATURES`).

    Args:
        value: its places, best first.
        asked: what was asked, found and read.
        votes: its votes.
        rival: the votes of the best other candidate, or 0.
        total: the votes of all values.
        origins: how many independent reports carry it.
    """
    best = value[0]
    lexical = [hit.lexical_score or 0.0 for hit in asked.hits]
    words = _content_words(asked.question)
    here = _content_words(f"{best.hit.article.title} {best.hit.passage.text}")
    published = best.hit.article.published
    age = asked.as_of - published if asked.as_of and published else None
    return {
        "log_votes": math.log(votes),
        "lead": max(-_MAX_LEAD, min(_MAX_LEAD, math.log(votes / rival))) if rival else _MAX_LEAD,
        "share": votes / total,
        "margin": best.margin,
        "reader_score": best.span.score,
        "passages": math.log(len(value)),
        "origins": math.log(origins),
        "rank": math.log1p(min(one.rank for one in value)),
        "dense": best.hit.dense_score or 0.0,
        "dense_best": max((hit.dense_score or 0.0 for hit in asked.hits), default=0.0),
        "lexical": (best.hit.lexical_score or 0.0) / (max(lexical) or 1.0),
        # Passages in which the reader would rather say nothing.
        "silent": sum(
            not reading.spans or reading.no_answer_score > reading.spans[0].score for reading in asked.readings
        )
        / len(asked.readings),
        "words": math.log(len(best.text.split())),
        "covered": len(words & here) / (len(words) or 1),
        # A large archive holds more that only looks like an answer.
        "searched": math.log1p(asked.passages),
        # News is asked about while it is new: an old article before a dated question hints that the event is missing.
        "age": 0.0 if age is None else min(_MAX_AGE, math.log1p(max(0, age.days))),
        "undated": float(age is None),
    }


def _content_words(text: str) -> frozenset[str]:
    return frozenset(word for word in normalize_answer(text).split() if len(word) >= _CONTENT_WORD_CHARS)


def _origins(hits: Sequence[Hit]) -> dict[str, str]:
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


def _overlap(left: Found, right: Found) -> bool:
    return left.rank == right.rank and left.span.start < right.span.end and right.span.start < left.span.end


def citations(found: Found) -> list[Citation]:
    """Return the citation of one place, followed by those of its reprints that carry the same words."""
    cited = [cite(found.hit, found.span)]
    # As whole words: "May" is not in "Mayor".
    words = re.compile(rf"(?<!\w){re.escape(found.text)}(?!\w)")
    for reprint in found.hit.near_duplicates:
        if place := words.search(reprint.passage.text):
            cited.append(cite(reprint, ScoredSpan(*place.span(), found.span.score)))
    return cited


def cite(hit: Hit, span: ScoredSpan) -> Citation:
    """Return the citation of a span of a passage; its offsets count characters of the article's text."""
    article, passage = hit.article, hit.passage
    start, end = passage.start + span.start, passage.start + span.end
    first, last = sentence_around(passage.text, span.start, span.end)
    sentence = passage.text[first:last]
    return Citation(
        article_id=article.id,
        title=article.title,
        outlet=article.outlet,
        url=article.url,
        published=article.published,
        authors=article.authors,
        start=start,
        end=end,
        text=article.text[start:end],
        sentence=sentence,
        sentence_start=passage.start + first,
        passage_start=passage.start,
        passage_end=passage.end,
        link=text_fragment_link(article.url, sentence),
        sha256=hashlib.sha256(article.text.encode()).hexdigest(),
        reader_score=span.score,
        retrieval_score=hit.score,
    )
