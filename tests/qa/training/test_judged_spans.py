"""Spans judged: the reader's mistakes, other questions' answers, questions turned around."""

from __future__ import annotations

import random

import pytest

from pullquote.qa.reading.reader import Reading, ScoredSpan
from pullquote.qa.training.data.examples import Example
from pullquote.qa.training.data.judged_spans import elsewhere, made, mistakes, overlap, turned_around

TEXT = "Mara Lind won the vote in Varn in 2031. Jon Vig lost it by two votes."


def example(question: str, answer: str, *, text: str = TEXT, title: str = "Vote", number: str = "1") -> Example:
    return Example(question, text, title, ((text.index(answer), answer),), "made-up", number)


WHO = example("Who won the vote in Varn?", "Mara Lind")
HOW_MANY = example("By how many votes did Vig lose?", "two votes", number="2")


class Likes:
    """A reader that likes the given words of each passage."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def read_pairs(self, questions, passages, *, spans):
        return [
            Reading(
                tuple(
                    ScoredSpan(one.text.index(word), one.text.index(word) + len(word), 1.0)
                    for word in self.words
                    if word in one.text
                ),
                0.0,
            )
            for one in passages
        ]


def judged(rows) -> list[tuple[str, bool]]:
    return [(row["answers"][0]["text"], row["right"]) for row in rows]


def test_what_the_reader_liked_is_right_or_wrong():
    rows = mistakes([WHO], Likes("Jon Vig", "Mara Lind won", "2031"))
    assert judged(rows) == [("Jon Vig", False), ("Mara Lind won", True), ("2031", False), ("Mara Lind", True)]


def test_what_is_partly_right_is_left_out():
    assert ("Lind won the vote in", True) not in judged(mistakes([WHO], Likes("Lind won the vote in")))
    assert ("Lind won the vote in", False) not in judged(mistakes([WHO], Likes("Lind won the vote in")))


def test_elsewhere_the_same_words_are_not_called_wrong():
    other = example("Who is she?", "a sailor", text="Lind is a sailor. Vig rows.", number="3")
    (asked,) = [one for one in elsewhere([WHO, other], share=1.0, seed=1) if one.question == WHO.question]
    assert asked.text == other.text
    assert judged(mistakes([asked], Likes("Lind", "a sailor"))) == [("a sailor", False)]


def test_another_questions_answer_is_wrong():
    rows = list(made([WHO, HOW_MANY], seed=1))
    of_who = judged(row for row in rows if row["question"] == WHO.question)
    assert of_who == [("Mara Lind", True), ("two votes", False)]


@pytest.mark.parametrize(
    ("question", "turned"),
    [("Who won the vote?", "Who lost the vote?"), ("Who lost the vote?", "Who won the vote?"), ("What is it?", "")],
)
def test_a_question_is_turned_around(question, turned):
    assert turned_around(question, ["Jon Vig"], random.Random(1)) == turned


def test_a_year_becomes_another():
    turned = turned_around("What happened in 1931?", [], random.Random(1))
    assert turned.startswith("What happened in 19")
    assert "1931" not in turned


def test_what_was_turned_has_a_wrong_answer():
    turned = [row for row in made([WHO], seed=1) if row["source"] == "turned"]
    assert [row["right"] for row in turned] == [False]
    assert turned[0]["question"] != WHO.question


def test_overlap_by_hand():
    assert overlap("the Mara Lind", "Mara Lind") == 1.0  # articles don't count
    assert overlap("Mara Lind", "Lind") == pytest.approx(2 / 3)
    assert overlap("Mara", "Vig") == 0.0
