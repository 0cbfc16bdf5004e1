"""Which of the values found is preferred: a linear model on what search, reader and wording say about each.

Votes of equal values, summed over passages, say much but not all: a value that repeats the question, or stands in a
question itself, is hardly its answer; one that many passages print, or a headline, more likely is. How much each of
these counts is fitted (`python -m pullquote.eval.fitting.combine`); without a fitted model for the reader, votes
decide.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from pullquote.index.search.kinds import AskedKind, kind_of, suits
from pullquote.linear import LinearModel
from pullquote.qa.questions.question_words import listed
from pullquote.qa.ranking.found import Asked, Found, Value, origins, votes
from pullquote.qa.ranking.sifting import glanced
from pullquote.qa.reading.reader import Reader
from pullquote.qa.values.normalize import normalize_answer

# What a value is judged by; `_Describer.features` computes them.
VALUE_FEATURES = (
    "log_votes",
    "share",
    "margin",
    "reader_score",
    "passages",
    "origins",
    "rank",
    "dense",
    "lexical",
    "words",
    "covered",
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
    "reread",
    "again",
    "checked",
    "verified",
    "glance",
)
FILE_NAME = "combination.json"
# Values with fewer votes than that many others are never the answer that is looked for.
MOST_VALUES = 25

# Logarithm of days: beyond five months, older says no more.
_MAX_AGE = 5.0
# A second look tells no further apart what it gives a hundred-thousandth, and what it wasn't shown.
LEAST_AGAIN = -12.0
# What a verifier says beyond is as good as certain; what it wasn't shown is as bad as what it is certain of.
MOST_VERIFIED = 8.0
# Shorter words are mostly grammar.
_CONTENT_WORD_CHARS = 4
_GRAMMAR = listed("""
    of in on at by to for from with and or but as is was are were be been that which who whose it its his her their
    this these than into over after before about between
    """)
# Values are ranked twice where they are read again: the passages stay the same.
_plain = lru_cache(maxsize=64)(normalize_answer)
_SENTENCE_END = re.compile(r"[.?!](?=[\s\"”’']|$)")


class Combiner(LinearModel):
    """Says how much a value is preferred to others: a conditional logit (McFadden 1974) over `VALUE_FEATURES`."""


def combiner_for(reader: Reader) -> Combiner | None:
    """Return the combination that lies beside a reader's weights and was fitted for them; None where there is none.

    Raises:
        ModelError: the file is damaged.
    """
    if reader.folder is None:
        return None
    made_by = "python -m pullquote.eval.fitting.combine"
    return Combiner.fitted_for(
        reader.sha256, [Combiner.load(reader.folder / FILE_NAME, known=VALUE_FEATURES, made_by=made_by)]
    )


@dataclass(frozen=True, slots=True)
class Ranked:
    """One value with what is known of it.

    Attributes:
        places: where it stands, best first.
        features: by name.
        preference: any real; of two values the higher is preferred, by that many natural logarithms of odds.
        origins: the independent reports that carry it, each by an article's ID.
    """

    places: Value
    features: dict[str, float] = field(repr=False)
    preference: float
    origins: frozenset[str]


def ranked_values(found: Sequence[Value], asked: Asked, combiner: Combiner | None) -> list[Ranked]:
    """Return the values, the preferred first; without a combiner in the order of their votes."""
    describer = _Describer(asked, found)
    ranked = []
    for places in found[:MOST_VALUES]:
        features = describer.features(places)
        preference = combiner.logit(features) if combiner else features["log_votes"]
        ranked.append(Ranked(places, features, preference, describer.origins(places)))
    return sorted(ranked, key=lambda one: -one.preference)


class _Describer:
    """Computes the features of the values of one question."""

    def __init__(self, asked: Asked, found: Sequence[Value]) -> None:
        self._asked = asked
        self._again = asked.again.scores if asked.again else {}
        self._total = sum(map(votes, found))
        self._origin_of = origins([one.hit for places in found for one in places])
        self._lexical = max((hit.lexical_score or 0.0 for hit in asked.hits), default=0.0) or 1.0
        self._kind = kind_of(asked.question)
        self._words = frozenset(normalize_answer(asked.question).split()) - _GRAMMAR
        self._content = _content(normalize_answer(asked.question).split())
        self._texts = [f" {_plain(hit.passage.text)} " for hit in asked.hits]
        self._titles = [f" {_plain(hit.article.title)} " for hit in asked.hits]
        self._contents = [
            _content((title + text).split()) for title, text in zip(self._titles, self._texts, strict=True)
        ]
        self._endings = {f" {normalize_answer(places[0].text)}" for places in found[:MOST_VALUES]}

    def origins(self, places: Value) -> frozenset[str]:
        return frozenset(self._origin_of[one.hit.article.id] for one in places)

    def features(self, places: Value) -> dict[str, float]:
        best = places[0]
        text = best.text
        plain = normalize_answer(text)
        words = plain.split()
        printed = [f" {plain} " in other for other in self._texts]
        here = self._contents[best.rank]
        own = votes(places)
        suited = suits(self._kind, text)
        open_kind = self._kind in (AskedKind.THING, AskedKind.MANNER)
        again = [self._again[one.place] for one in places if one.place in self._again]
        verified = verified_at(places, self._asked)
        return {
            "log_votes": math.log(own),
            "share": own / self._total,
            "margin": best.margin,
            "reader_score": best.span.score,
            "passages": math.log(len(places)),
            "origins": math.log(len(self.origins(places))),
            "rank": math.log1p(min(one.rank for one in places)),
            "dense": best.hit.dense_score or 0.0,
            "lexical": (best.hit.lexical_score or 0.0) / self._lexical,
            "words": math.log(len(words)),
            "covered": len(self._content & here) / (len(self._content) or 1),
            # News is asked about while it is new: an old article before a dated question hints that it is of another.
            "age": min(_MAX_AGE, math.log1p(max(0, self._days_old(places)))),
            "undated": float(self._asked.as_of is None or best.hit.article.published is None),
            "suits": 0.0 if suited is None else 1.0 if suited else -1.0,
            "repeats": sum(word in self._words for word in words) / len(words),
            "support": math.log1p(sum(printed)),
            "first": float(printed[0]),
            "headline": float(any(f" {plain} " in title for title in self._titles)),
            "asked": float(_stands_in_question(best.hit.passage.text, best.span.end)),
            "name": float(open_kind and text[:1].isupper()),
            "figure": float(open_kind and any(map(str.isdigit, text))),
            "longer": float(any(plain.endswith(ending) for ending in self._endings)),
            "dangling": float(words[0] in _GRAMMAR or words[-1] in _GRAMMAR),
            "reread": float(bool(again)),
            "again": max([LEAST_AGAIN, *again]),
            "checked": float(bool(verified)),
            "verified": max([-MOST_VERIFIED, *verified]),
            "glance": max(glanced(place, self._asked.glances) for place in places),
        }

    def _days_old(self, places: Value) -> int:
        published = places[0].hit.article.published
        return (self._asked.as_of - published).days if self._asked.as_of and published else 0


def verified_at(places: Iterable[Found], asked: Asked) -> list[float]:
    """Return what a verifier said of those of some places that it was shown, each within `MOST_VERIFIED` of 0."""
    return [
        max(-MOST_VERIFIED, min(MOST_VERIFIED, asked.verified[one.place]))
        for one in places
        if one.place in asked.verified
    ]


def content_words(text: str) -> frozenset[str]:
    """Return the words of a text that carry meaning, as they are compared."""
    return _content(_plain(text).split())


def _content(words: Sequence[str]) -> frozenset[str]:
    """Return the words that carry meaning."""
    return frozenset(word for word in words if len(word) >= _CONTENT_WORD_CHARS)


def _stands_in_question(text: str, end: int) -> bool:
    """Return whether the sentence around character `end` ends with a question mark, in the same paragraph."""
    stop = _SENTENCE_END.search(text, max(0, end - 1))
    return stop is not None and stop.group() == "?" and "\n" not in text[end : stop.start()]
