"""From scored spans to candidate answers: equal values joined, ranked, cited."""

from __future__ import annotations

import bisect
import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice

from pullquote.answers import Candidate, Citation, Hit
from pullquote.articles import Article
from pullquote.graphemes import whole_graphemes
from pullquote.index.passages.sentences import sentence_around
from pullquote.index.search.kinds import AskedKind, kind_of
from pullquote.qa.quoting.links import text_fragment_link
from pullquote.qa.quoting.names import whole_name
from pullquote.qa.quoting.phrases import PART_FROM, joined
from pullquote.qa.ranking.combining import Combiner, Ranked, ranked_values
from pullquote.qa.ranking.confidence import ConfidenceModel
from pullquote.qa.ranking.found import Asked, Found, values, votes
from pullquote.qa.reading.reader import ScoredSpan
from pullquote.qa.reading.span_edges import as_whole_words

# Votes at which confidence is one half, and an answer is given rather than withheld, where no confidence is fitted:
# one passage at rank 0 whose best span is as good as no answer.
VOTES_AT_HALF = 1.0
MAX_CITATIONS = 10
# Beyond, a lead is as good as any.
_MAX_LEAD = 6.0
# Beyond, odds are certainty.
_MOST_LOG_ODDS = 50.0


def candidates(
    found: Sequence[Found],
    asked: Asked,
    *,
    limit: int,
    confidence: ConfidenceModel | None = None,
    combiner: Combiner | None = None,
) -> list[Candidate]:
    """Return the values, best first, each with the places that print it.

    Where a value is part of a name that its best passage prints in full, the whole name is cited.

    Args:
        found: spans, of `collect`.
        asked: what was asked, found and read.
        limit: how many values.
        confidence: says how likely a value is right; without one, confidence only orders them.
        combiner: says which value is preferred; without one, the one with the most votes is.
    """
    ranked = ranked_values(values(found), asked, combiner)
    kind = kind_of(asked.question)
    chosen: list[Ranked] = []
    for value in ranked:
        named = _with_whole_name(value, kind)
        best = named.places[0]
        same = next((at for at, one in enumerate(chosen) if _one_value(best, one)), None)
        if same is not None:
            # Of overlapping readings of one place ("May 4", "on May 4") the best stands for all, as of one name.
            chosen[same] = _surer(chosen[same], value)
        elif (phrase := _phrase(chosen, named, kind)) is not None:
            chosen[phrase[0]] = phrase[1]
        elif len(chosen) < limit:
            chosen.append(named)
    chosen.sort(key=lambda one: -one.preference)
    made: list[Candidate] = []
    shared = around(asked) if chosen else {}
    for value in chosen:
        known = value.features | compared(value, chosen, ranked) | shared
        known["confirmed"] = confirmed(known)
        own = votes(value.places)
        sure = confidence.probability(known) if confidence else own / (own + VOTES_AT_HALF)
        made.append(
            Candidate(
                text=value.places[0].text,
                # A value that is preferred less is never called surer than the one before it.
                confidence=min([sure, *(one.confidence for one in made)]),
                origins=len(value.origins),
                citations=tuple(
                    islice((citation for one in value.places for citation in citations(one)), MAX_CITATIONS)
                ),
                features=known,
                calibrated=confidence is not None,
            )
        )
    return made


def _one_value(best: Found, chosen: Ranked) -> bool:
    return best.text == chosen.places[0].text or any(_overlap(best, other) for other in chosen.places)


def _surer(one: Ranked, other: Ranked) -> Ranked:
    """Return a value with the odds of another added to its own: they are one."""
    high, low = max(one.preference, other.preference), min(one.preference, other.preference)
    return replace(one, preference=high + math.log1p(math.exp(low - high)))


def _phrase(chosen: Sequence[Ranked], value: Ranked, kind: AskedKind) -> tuple[int, Ranked] | None:
    """Return which of the values a value stands in one phrase with, and both as one."""
    best = value.places[0]
    for at, one in enumerate(chosen):
        place = one.places[0]
        if place.rank != best.rank or value.preference < one.preference + math.log(PART_FROM):
            continue
        first, second = (place.span.start, place.span.end), (best.span.start, best.span.end)
        if (whole := joined(place.hit.passage.text, first, second, kind)) is not None:
            whole = whole_graphemes(place.hit.passage.text, *whole)
            widened = replace(place, span=ScoredSpan(*whole, place.span.score), read=None)
            return at, replace(_surer(one, value), places=[widened, *one.places[1:]])
    return None


def _with_whole_name(value: Ranked, kind: AskedKind) -> Ranked:
    """Return a value that is part of a name with its first place moved to where the passage prints the whole name.

    Not to another passage, though the reader may have found it there: what is cited first must say what was asked.
    """
    named = with_whole_name(value.places[0], kind)
    return value if named is value.places[0] else replace(value, places=[named, *value.places[1:]])


def with_whole_name(place: Found, kind: AskedKind) -> Found:
    """Return a place that is part of a name moved to where its passage prints the whole name; else the place itself."""
    if kind not in (AskedKind.PERSON, AskedKind.THING):
        return place
    whole = whole_name(place.hit.passage.text, place.span.start, place.span.end, person=kind is AskedKind.PERSON)
    if whole is None:
        return place
    whole = whole_graphemes(place.hit.passage.text, *whole)
    return replace(place, span=ScoredSpan(*whole, place.span.score), read=place.span)


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


def confirmed(known: Mapping[str, float]) -> float:
    """Return the probability that a second look gives to a value, "not here" being a choice; 0 where it wasn't seen."""
    return known["reread"] * math.exp(known["again"]) / (1 + math.exp(min(known["nothing"], _MOST_LOG_ODDS)))


def around(asked: Asked) -> dict[str, float]:
    """Return what is known of a question whatever its answer."""
    return {
        "dense_best": max((hit.dense_score or 0.0 for hit in asked.hits), default=0.0),
        # Passages in which the reader would rather say nothing.
        "silent": sum(
            not reading.spans or reading.no_answer_score > reading.spans[0].score for reading in asked.readings
        )
        / len(asked.readings),
        "nothing": asked.again.nothing if asked.again else 0.0,
        # A large archive holds more that only looks like an answer.
        "large": _largeness(asked.passages),
    }


def _largeness(passages: int) -> float:
    """Return 0 for up to a thousand passages, 1 from a hundred thousand on, and by their logarithm in between."""
    return min(1.0, max(0.0, (math.log10(passages or 1) - 3) / 2))


def _overlap(left: Found, right: Found) -> bool:
    return left.rank == right.rank and any(
        one.start < other.end and other.start < one.end for one in _spans(left) for other in _spans(right)
    )


def _spans(found: Found) -> list[ScoredSpan]:
    return [found.span, found.read] if found.read else [found.span]


def citations(found: Found) -> list[Citation]:
    """Return the citation of one place, followed by those of its reprints that carry the same words."""
    cited = [cite(found.hit, found.span, read=found.read)]
    words = as_whole_words(found.text)
    for reprint in found.hit.near_duplicates:
        if found.read is None:
            if place := words.search(reprint.passage.text):
                cited.append(cite(reprint, ScoredSpan(*place.span(), found.span.score)))
        # A name alone says nothing: what is said of it must stand there, too.
        elif (said := reprint.passage.text.find(cited[0].sentence)) >= 0:
            shift = said + cited[0].passage_start - cited[0].sentence_start
            span, read = (
                replace(one, start=one.start + shift, end=one.end + shift) for one in (found.span, found.read)
            )
            cited.append(cite(reprint, span, read=read))
    return cited


def cite(hit: Hit, span: ScoredSpan, *, read: ScoredSpan | None = None) -> Citation:
    """Return the citation of a span of a passage; its offsets count characters of the article's text.

    Args:
        hit: the passage.
        span: what is cited.
        read: another span of the passage, which the quoted sentences hold as well.
    """
    article, passage = hit.article, hit.passage
    start, end = whole_graphemes(article.text, passage.start + span.start, passage.start + span.end)
    spans = [span, read or span]
    first, last = sentence_around(passage.text, min(one.start for one in spans), max(one.end for one in spans))
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
        page=page_at(article, start),
    )


def page_at(article: Article, start: int) -> int | None:
    """Return the page, from 1, on which a character of an article stands; None where it has no pages."""
    pages = article.extra.get("pages")
    if not isinstance(pages, list) or not pages or any(type(offset) is not int for offset in pages):
        return None
    return bisect.bisect_right(pages, start) if pages[0] == 0 and pages == sorted(pages) else None
