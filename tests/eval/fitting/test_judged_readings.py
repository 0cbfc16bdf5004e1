"""Readings as spans to learn from: which are right, which wrong, and which can't be told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pullquote.answers import Hit
from pullquote.articles import Article, Passage
from pullquote.errors import InputError
from pullquote.eval.fitting.judged_readings import judged_examples, with_verified
from pullquote.eval.fitting.readings import QuestionRead
from pullquote.eval.fitting.refit import Refit, half
from pullquote.eval.gold.questions import GoldQuestion, GoldSpan
from pullquote.qa.ranking.found import Asked
from pullquote.qa.reading.reader import Reading, ScoredSpan

TEXT = "Mara Lind chairs the port authority.\n\nJon Vig chaired it before Mara Lind came."
URL = "https://tarn.example/1"


def span(words: str, score: float, after: int = 0) -> ScoredSpan:
    start = TEXT.index(words, after)
    return ScoredSpan(start, start + len(words), score)


def read(*spans: ScoredSpan, **facts) -> QuestionRead:
    article = Article(text=TEXT, id="a", url=URL, title="Harbour")
    hit = Hit(Passage("a", 0, len(TEXT), TEXT), article, 0.5)
    question = GoldQuestion("q", "Who chairs the port authority?", **facts)
    return QuestionRead(question, Asked(question.question, [hit], [Reading(spans, 0.0)]))


KNOWN = {"answers": ("Mara Lind",), "spans": (GoldSpan(URL, 0, 9, "Mara Lind"),)}


def judged(one: QuestionRead) -> list[tuple[str, int, bool]]:
    return [(example.answers[0][1], example.answers[0][0], bool(example.right)) for example in judged_examples([one])]


def test_right_where_words_and_place_are():
    assert judged(read(span("Mara Lind", 3.0), span("Jon Vig", 2.0), **KNOWN)) == [
        ("Mara Lind", 0, True),
        ("Jon Vig", TEXT.index("Jon Vig"), False),
    ]


def test_the_right_words_in_another_place_are_left_out():
    later = span("Mara Lind", 3.0, after=20)
    assert judged(read(later, **KNOWN)) == [("Mara Lind", 0, True)]  # the place that the set knows, and no other


def test_where_nothing_answers_all_is_wrong():
    assert judged(read(span("Jon Vig", 2.0))) == [("Jon Vig", TEXT.index("Jon Vig"), False)]


def test_where_no_places_are_known_words_decide():
    assert judged(read(span("Mara Lind", 3.0, after=20), answers=("Lind", "Mara Lind")))[0][2] is True


def test_what_a_verifier_says_is_kept_by_place():
    class Says:
        def score(self, question, claims):
            return [float(claim.start) for claim in claims]

    one = read(span("Mara Lind", 3.0), span("Jon Vig", 2.0), **KNOWN)
    (done,) = with_verified([one], [Says()], None)
    start = TEXT.index("Jon Vig")
    assert done.asked.verified == {(0, 0, 9): 0.0, (0, start, start + 7): float(start)}


def test_questions_of_one_story_are_in_one_half():
    halves = {half(replace(read(), question=GoldQuestion(f"q{n}", "Who?", story="ferry"))) for n in range(9)}
    assert len(halves) == 1
    assert {half(replace(read(), question=GoldQuestion("q", "Who?", story=f"s{n}"))) for n in range(20)} == {0, 1}


def test_a_reader_that_looks_once_is_refused(tmp_path):
    with pytest.raises(InputError, match="looks once"):
        Refit([], reader="small", arithmetics=["bfloat16"], work=tmp_path)
