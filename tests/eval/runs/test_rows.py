"""Rows: what counts for what was given, and what is known of a question that was not answered."""

import datetime as dt
from dataclasses import replace

import pytest

from pullquote.eval.gold.questions import GoldDatedValue, GoldQuestion, GoldSpan
from pullquote.eval.runs.rows import blank, complete

from eval_fakes import right, row

SUPPORTED = GoldQuestion("q1", "Who chairs?", answers=("Lind",), spans=(GoldSpan("a", 0, 4, "Lind"),), far=True)
RETRIEVAL = GoldQuestion("q2", "Which?", type="retrieval", relevant={"d1": 2})
ABSENT = GoldQuestion("q3", "What pay?", type="unanswerable", story="ferry", why="missing-fact")
BOATS = GoldQuestion("q4", "Which boats?", type="list", answers=("Steg", "Osk"), items=(("Steg",), ("Osk",)))
TOLL = GoldQuestion(
    "q5",
    "How many?",
    type="changing",
    answers=("Nine",),
    values=(GoldDatedValue("Nine", "Wire", dt.date(2031, 5, 4), "t"),),
)


@pytest.mark.parametrize(
    ("one", "good", "counted"),
    [
        (right("a"), True, 0.75),
        (row("a"), False, 0.75),  # wrong, but half its words are there
        (right("a", answer=None), False, 0.0),
        (row("a", answer=None), False, 0.0),
        (row("a", answerable=False), False, 0.0),
        (row("a", answerable=False, answer=None), True, 1.0),
        (row("a", answerable=False, answer=None, error="missing"), False, 0.0),
        (right("a", error="missing"), False, 0.0),
    ],
)
def test_what_counts_as_good(one, good, counted):
    assert (one.good, one.given(0.75)) == (good, counted)


def test_a_blank_row_is_wrong_and_keeps_what_is_known_of_the_question():
    one = blank(SUPPORTED, error="The question is empty.")
    assert (one.id, one.question, one.accepted, one.far) == ("q1", "Who chairs?", ("Lind",), True)
    assert (one.answerable, one.judged, one.right_source, one.relevant) == (True, True, False, {"a": 1})
    assert (one.abstained, one.good, one.confidence, one.best, one.right) == (True, False, 0.0, "", False)
    assert one.error == "The question is empty."
    assert (blank(RETRIEVAL).judged, blank(RETRIEVAL).relevant) == (False, {"d1": 2})
    assert (blank(ABSENT).answerable, blank(ABSENT).right_source) == (False, None)
    assert (blank(ABSENT).story, blank(ABSENT).why, one.story, one.why) == ("ferry", "missing-fact", "", "")
    assert (one.items_found, one.values_found) == (None, None)
    assert (blank(BOATS).items_found, blank(BOATS).values_found) == (0.0, None)
    assert (blank(TOLL).items_found, blank(TOLL).values_found) == (None, 0.0)
    assert blank(replace(TOLL, as_of=dt.date(2031, 5, 3))).values_found is None


def test_missing_rows_are_there_as_wrong_ones_in_the_order_of_the_questions():
    rows = complete([right("q3", answerable=False, answer=None), row("stray")], [SUPPORTED, ABSENT, RETRIEVAL])
    assert [(one.id, one.error, one.good) for one in rows] == [
        ("q1", "missing from the run", False),
        ("q3", "", True),
        ("q2", "missing from the run", False),
    ]
