"""Printed sentences that may answer: ranked, each with the probability that it does.

A sentence is judged by all the values that were read in it, by how the reader and a second look saw them, and by the
words that it shares with the question. How much each counts is fitted (`python -m pullquote.eval.fitting.combine fit`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pullquote.answers import Candidate, Citation, Quotation
from pullquote.graphemes import whole_graphemes
from pullquote.index.passages.sentences import sentence_around
from pullquote.index.search.kinds import AskedKind, kind_of
from pullquote.linear import LinearModel
from pullquote.qa.quoting.phrases import PART_FROM, joined
from pullquote.qa.ranking.combining import (
    LEAST_AGAIN,
    MOST_VERIFIED,
    Combiner,
    Ranked,
    content_words,
    ranked_values,
    verified_at,
)
from pullquote.qa.ranking.evidence import around, citations, cite
from pullquote.qa.ranking.found import Asked, Found, values
from pullquote.qa.ranking.sifting import MOST_GLANCE, glanced
from pullquote.qa.ranking.sifting import features as glance_features
from pullquote.qa.reading.reader import Reader, ScoredSpan
from pullquote.qa.values.normalize import normalize_answer

FILE_NAME = "quotation.json"
# What is known of the value that is marked (`pullquote.qa.ranking.combining.VALUE_FEATURES`).
_OF_VALUE = (
    "log_votes",
    "origins",
    "age",
    "undated",
    "suits",
    "repeats",
    "support",
    "first",
    "headline",
    "asked",
    "name",
    "figure",
    "longer",
    "dangling",
)
FEATURES = (
    *_OF_VALUE,
    "share",
    "lead",
    "preference",
    "margin",
    "again",
    "reread",
    "checked",
    "verified",
    "glance",
    "glance_here",
    "values",
    "rank",
    "dense",
    "lexical",
    "covered",
    "covered_here",
    "words",
    "printed",
    "dense_best",
    "silent",
    "nothing",
    "large",
)
_MOST_MARGIN = 15.0
# Below, odds would be too near 0 to take their logarithm.
_LEAST_ODDS = -500.0
_MOST_LEAD = 6.0
# Only quotations that are at least so likely, compared with the likeliest, stand before it for another reason.
_LIKELY_SHARE = 0.25


class QuotationModel(LinearModel):
    """A logistic regression over standardised features of a sentence, fitted for one reader."""

    def probability(self, features: dict[str, float]) -> float:
        """Return the probability that a sentence of those `FEATURES` answers, 0..1."""
        logit = max(-50.0, min(50.0, self.logit(features)))
        return 1 / (1 + math.exp(-logit))


def quotation_model_for(reader: Reader) -> QuotationModel | None:
    """Return the model that lies beside a reader's weights and was fitted for them; None where there is none.

    Raises:
        ModelError: the file is damaged.
    """
    if reader.folder is None:
        return None
    return load(reader.folder, reader.sha256)


def load(folder: Path, reader_sha256: str) -> QuotationModel | None:
    """Return the model of a folder, if it was fitted for a reader with those weights."""
    made_by = "python -m pullquote.eval.fitting.combine"
    return QuotationModel.fitted_for(
        reader_sha256, [QuotationModel.load(folder / FILE_NAME, known=FEATURES, made_by=made_by)]
    )


@dataclass(frozen=True, slots=True)
class Sentence:
    """A printed sentence with what was read in it.

    Attributes:
        marked: the place in it that answers best, as one phrase.
        start, end: characters of the passage.
        features: by name, as in `FEATURES`.
        others: places of the same words in other passages.
    """

    marked: Found
    start: int
    end: int
    features: dict[str, float]
    others: tuple[Found, ...] = ()


def sentences(found: Sequence[Found], asked: Asked, combiner: Combiner | None) -> list[Sentence]:
    """Return the sentences that something was read in, each wording once, the one with the largest share first."""
    ranked = ranked_values(values(found), asked, combiner)
    if not ranked:
        return []
    highest = ranked[0].preference
    odds = {id(value): math.exp(max(_LEAST_ODDS, value.preference - highest)) for value in ranked}
    total = sum(odds.values())
    places: dict[tuple[int, int, int], list[tuple[Ranked, Found]]] = {}
    for value in ranked:
        for place in value.places:
            text = place.hit.passage.text
            first, last = sentence_around(text, place.span.start, place.span.end)
            places.setdefault((place.rank, first, last), []).append((value, place))
    alike: dict[str, list[tuple[float, tuple[int, int, int]]]] = {}
    for key, read in places.items():
        wording = normalize_answer(read[0][1].hit.passage.text[key[1] : key[2]])
        alike.setdefault(wording, []).append((sum(odds[id(value)] for value, _ in read) / total, key))
    shared, kind = around(asked), kind_of(asked.question)
    made = []
    shares = {wording: max(share for share, _ in same) for wording, same in alike.items()}
    for wording, same in alike.items():
        # Of the same words in several passages, those of the passage found first.
        share, key = max(same, key=lambda one: (one[0], -one[1][0]))
        rival = max((other for name, other in shares.items() if name != wording), default=0.0)
        read = places[key]
        value, marked = _marked(read, odds, kind)
        features = _features(read, marked, key, asked) | {
            **{name: value.features[name] for name in _OF_VALUE},
            "share": math.log(share),
            "lead": max(-_MOST_LEAD, min(_MOST_LEAD, math.log(share / rival) if rival else _MOST_LEAD)),
            "printed": math.log(len(same)),
            **{name: shared[name] for name in ("dense_best", "silent", "nothing", "large")},
        }
        others = tuple(places[other][0][1] for _, other in sorted(same, key=lambda one: one[1]) if other != key)
        made.append(Sentence(marked, key[1], key[2], features, others))
    return sorted(made, key=lambda one: (-one.features["share"], one.marked.place))


def _features(
    read: Sequence[tuple[Ranked, Found]], marked: Found, key: tuple[int, int, int], asked: Asked
) -> dict[str, float]:
    hit, scores = marked.hit, asked.again.scores if asked.again else {}
    text = hit.passage.text[key[1] : key[2]]
    question = content_words(asked.question)
    again = [scores[place.place] for _, place in read if place.place in scores]
    verified = verified_at([place for _, place in read], asked)
    lexical = max((one.lexical_score or 0.0 for one in asked.hits), default=0.0) or 1.0
    margin = max(place.margin for _, place in read)
    return {
        "preference": max(value.preference for value, _ in read),
        "margin": max(-_MOST_MARGIN, min(_MOST_MARGIN, margin)),
        "again": max([LEAST_AGAIN, *again]),
        "reread": float(bool(again)),
        "checked": float(bool(verified)),
        "verified": max([-MOST_VERIFIED, *verified]),
        "glance": max(glanced(place, asked.glances) for _, place in read),
        "glance_here": glance_features(hit, asked.glances[marked.rank])["margin"] if asked.glances else -MOST_GLANCE,
        "values": math.log(len(read)),
        "rank": math.log1p(marked.rank),
        "dense": hit.dense_score or 0.0,
        "lexical": (hit.lexical_score or 0.0) / lexical,
        "covered": _covered(question, f"{hit.article.title} {hit.passage.text}"),
        "covered_here": _covered(question, text),
        "words": math.log(1 + len(text.split())),
    }


def _covered(words: frozenset[str], text: str) -> float:
    return len(words & content_words(text)) / (len(words) or 1)


def _marked(read: Sequence[tuple[Ranked, Found]], odds: dict[int, float], kind: AskedKind) -> tuple[Ranked, Found]:
    """Return the best value of a sentence, and its place there with what stands in one phrase with it."""
    best_value, best = max(read, key=lambda one: (odds[id(one[0])], one[1].vote))
    text = best.hit.passage.text
    start, end = best.span.start, best.span.end
    for value, place in sorted(read, key=lambda one: one[1].span.start):
        if value is best_value or odds[id(value)] < PART_FROM * odds[id(best_value)]:
            continue
        if (whole := joined(text, (start, end), (place.span.start, place.span.end), kind)) is not None:
            start, end = whole
    if (start, end) == (best.span.start, best.span.end):
        return best_value, best
    start, end = whole_graphemes(text, start, end)
    return best_value, Found(best.hit, best.rank, ScoredSpan(start, end, best.span.score), best.margin)


def quotations(
    found: Sequence[Found],
    asked: Asked,
    answers: Sequence[Candidate],
    *,
    limit: int,
    combiner: Combiner | None = None,
    model: QuotationModel | None = None,
) -> list[Quotation]:
    """Return the sentences that may answer, best first.

    Args:
        found: spans, of `collect`.
        asked: what was asked, found and read.
        answers: the values, of `candidates`.
        limit: how many sentences.
        combiner: says which value is preferred; without one, the one with the most votes is.
        model: says how likely a sentence answers; without one, it is as likely as its values are together.
    """
    made = []
    for sentence in sentences(found, asked, combiner):
        cited = _cited(sentence)
        sure = model.probability(sentence.features) if model else _sum_of_values(cited[0], answers)
        made.append((sure, sentence, cited))
    made.sort(key=lambda one: -one[0])
    kept: list[tuple[float, Sentence, list[Citation]]] = []
    for one in made:
        # What touches a likelier one, such as it and the sentence after it, says nothing more.
        if not any(_overlap(one[2][0], other[2][0]) for other in kept):
            kept.append(one)
    return [
        Quotation(
            text=cited[0].sentence,
            start=cited[0].sentence_start,
            end=cited[0].sentence_start + len(cited[0].sentence),
            confidence=sure,
            citation=cited[0],
            reprints=tuple(cited[1:]),
            features=sentence.features,
            calibrated=model is not None,
        )
        for sure, sentence, cited in kept[:limit]
    ]


def ordered(quoted: Sequence[Quotation], key: Callable[[Quotation], int]) -> tuple[Quotation, ...]:
    """Return quotations with those that are likely enough to be shown ordered by a key, the others after them."""
    bound = max((one.confidence for one in quoted), default=0.0) * _LIKELY_SHARE
    likely = [one for one in quoted if one.confidence >= bound]
    return (*sorted(likely, key=key), *(one for one in quoted if one.confidence < bound))


def _overlap(one: Citation, other: Citation) -> bool:
    return (
        one.article_id == other.article_id
        and one.sentence_start < other.sentence_start + len(other.sentence)
        and other.sentence_start < one.sentence_start + len(one.sentence)
    )


def _cited(sentence: Sentence) -> list[Citation]:
    """Return the citation of a sentence, followed by those of the same words elsewhere, each article once."""
    by_article: dict[str, Citation] = {}
    for one in (*citations(sentence.marked), *(cite(other.hit, other.span) for other in sentence.others)):
        by_article.setdefault(one.article_id, one)
    return list(by_article.values())


def _sum_of_values(citation: Citation, answers: Sequence[Candidate]) -> float:
    """Return how likely one of the values that stand in a sentence is right; at most one of them is."""
    here = (citation.article_id, citation.sentence_start)
    return min(
        1.0,
        sum(
            one.confidence
            for one in answers
            if any((cited.article_id, cited.sentence_start) == here for cited in one.citations)
        ),
    )
