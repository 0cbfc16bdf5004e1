"""From scored spans to candidate answers: equal values joined, ranked, cited."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Sequence
from itertools import islice

from pullquote.answers import Candidate, Citation, Hit
from pullquote.index.sentences import sentence_around
from pullquote.qa.combining import Combiner, Ranked, ranked_values
from pullquote.qa.confidence import ConfidenceModel
from pullquote.qa.found import Asked, Found, values, votes
from pullquote.qa.links import text_fragment_link
from pullquote.qa.reader import ScoredSpan

# Votes at which confidence is one half, and an answer is given rather than withheld, where no confidence is fitted:
# one passage at rank 0 whose best span is as good as no answer.
VOTES_AT_HALF = 1.0
MAX_CITATIONS = 10
# Beyond, a lead is as good as any.
_MAX_LEAD = 6.0


def candidates(
    found: Sequence[Found],
    asked: Asked,
    *,
    limit: int,
    confidence: ConfidenceModel | None = None,
    combiner: Combiner | None = None,
) -> list[Candidate]:
    """Return the values, best first, each with the places that print it.

    Args:
        found: spans, of `collect`.
        asked: what was asked, found and read.
        limit: how many values.
        confidence: says how likely a value is right; without one, confidence only orders them.
        combiner: says which value is preferred; without one, the one with the most votes is.
    """
    ranked = ranked_values(values(found), asked, combiner)
    chosen: list[Ranked] = []
    for value in ranked:
        # Of overlapping readings of one place ("May 4", "on May 4") the best stands for all.
        if not any(_overlap(value.places[0], other) for one in chosen for other in one.places):
            chosen.append(value)
        if len(chosen) == limit:
            break
    made: list[Candidate] = []
    shared = around(asked) if chosen else {}
    for value in chosen:
        known = value.features | compared(value, chosen, ranked) | shared
        own = votes(value.places)
        sure = confidence.probability(known) if confidence else own / (own + VOTES_AT_HALF)
        made.append(
            Candidate(
                text=value.places[0].text,
                # A value that is preferred less is never called surer than the one before it.
                confidence=min([sure, *(one.confidence for one in made)]),
                origins=value.origins,
                citations=tuple(
                    islice((citation for one in value.places for citation in citations(one)), MAX_CITATIONS)
                ),
                features=known,
                calibrated=confidence is not None,
            )
        )
    return made


def compared(value: Ranked, chosen: Sequence[Ranked], ranked: Sequence[Ranked]) -> dict[str, float]:
    """Return how a value compares to the others.

    Args:
        value: one of `chosen`.
        chosen: the candidates.
        ranked: all values, also those that overlap with a candidate.
    """
    rival = max((other.preference for other in chosen if other is not value), default=-math.inf)
    highest = max(one.preference for one in ranked)
    total = sum(math.exp(one.preference - highest) for one in ranked)
    return {
        "preference": value.preference,
        "lead": max(-_MAX_LEAD, min(_MAX_LEAD, value.preference - rival)),
        "preferred": math.exp(value.preference - highest) / total,
    }


def around(asked: Asked) -> dict[str, float]:
    """Return what is known of a question whatever its answer."""
    return {
        "dense_best": max((hit.dense_score or 0.0 for hit in asked.hits), default=0.0),
        # Passages in which the reader would rather say nothing.
        "silent": sum(
            not reading.spans or reading.no_answer_score > reading.spans[0].score for reading in asked.readings
        )
        / len(asked.readings),
        # A large archive holds more that only looks like an answer.
        "searched": math.log1p(asked.passages),
    }


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
