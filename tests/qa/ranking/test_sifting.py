"""Which passages are read, and what a glance says of a span."""

from __future__ import annotations

import pytest

from pullquote.answers import Hit
from pullquote.articles import Article, Passage
from pullquote.qa.ranking.found import Found
from pullquote.qa.ranking.sifting import (
    FEATURES,
    MOST_GLANCE,
    SiftingModel,
    features,
    glanced,
    sift,
    sifter_of,
    sifting_for,
)
from pullquote.qa.reading.paired import load_reader
from pullquote.qa.reading.reader import Reading, ScoredSpan

TEXT = "Mara Lind chairs the port authority of Varn."


def hit(name: str, score: float) -> Hit:
    return Hit(Passage(name, 0, len(TEXT), TEXT), Article(text=TEXT, id=name), score)


def seen(margin: float, start: int = 0, end: int = 9) -> Reading:
    return Reading((ScoredSpan(start, end, 2.0 + margin),), 2.0)


def test_what_is_known_of_a_passage():
    assert features(hit("a", 0.5), seen(3.0)) == {"score": 0.5, "margin": 3.0, "span": 5.0, "none": 2.0}
    assert features(hit("a", 0.5), seen(99.0))["margin"] == MOST_GLANCE
    assert features(hit("a", 0.5), Reading((), 1.0))["margin"] == -MOST_GLANCE


def test_a_passage_that_seems_to_answer_comes_before_one_that_is_only_about_it():
    model = SiftingModel("", (0.0,) * 4, (1.0,) * 4, (1.0, 0.5, 0.0, 0.0), 0.0, FEATURES)
    hits = [hit("first", 1.0), hit("answers", 0.0), hit("last", -1.0)]
    chosen = sift(hits, [seen(-4.0), seen(4.0), seen(-4.0)], model, count=2)
    assert [one.article.id for one, _ in chosen] == ["answers", "first"]
    assert chosen[0][1] == seen(4.0)


@pytest.mark.parametrize(
    ("span", "sure"),
    [((0, 9), 3.0), ((0, 4), -MOST_GLANCE), ((0, 11), 3.0), ((20, 30), -MOST_GLANCE)],
)
def test_what_a_glance_says_of_a_span(span, sure):
    place = Found(hit("a", 0.0), 0, ScoredSpan(*span, 1.0), 1.0)
    assert glanced(place, [seen(3.0)]) == sure


def test_without_a_glance_nothing_is_said():
    assert glanced(Found(hit("a", 0.0), 0, ScoredSpan(0, 9, 1.0), 1.0), ()) == -MOST_GLANCE


def test_the_default_reader_has_one_that_glances():
    reader = load_reader("thorough")
    assert sifter_of(reader) is not None
    assert sifting_for(reader) is not None
    assert sifter_of(load_reader("small")) is None
