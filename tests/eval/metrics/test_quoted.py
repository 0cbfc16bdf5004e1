"""Quotations judged: which answer, what of a run is useful, and what is fitted for them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pullquote.answers import Citation
from pullquote.eval.gold.questions import GoldQuestion, GoldSpan
from pullquote.eval.runs.asking import explains, quotation_right
from pullquote.eval.runs.rows import QuotationRow, Row
from pullquote.eval.runs.scores import score

SENTENCE = "The barrier failed because two hinges had rusted through."
TEXT = f"Nobody was warned. {SENTENCE} It costs £538 million."


def cited(words: str, sentence: str = SENTENCE, article: str = "https://echo.example/") -> Citation:
    start = TEXT.index(words)
    first = TEXT.index(sentence)
    return Citation(
        "a",
        "",
        "Echo",
        article,
        None,
        (),
        start,
        start + len(words),
        words,
        sentence,
        first,
        0,
        len(TEXT),
        None,
        "",
        0.0,
        0.0,
    )


def gold(kind: str, answers: tuple[str, ...], *spans: str) -> GoldQuestion:
    places = tuple(GoldSpan("https://echo.example/", TEXT.index(one), TEXT.index(one) + len(one), one) for one in spans)
    return GoldQuestion("q", "?", kind, answers, spans=places)


COST = gold("fact", ("£538 million",), "£538 million")
WHY = gold("explain", ("hinges had rusted",), SENTENCE)


@pytest.mark.parametrize(
    ("citation", "question", "right"),
    [
        (cited("£538 million", "It costs £538 million."), COST, True),
        (cited("costs £538", "It costs £538 million."), COST, True),  # what is marked overlaps the place
        (cited("It", "It costs £538 million."), COST, False),  # the sentence is right, what is marked isn't
        (cited("two hinges"), COST, False),
        (cited("£538 million", "It costs £538 million.", "https://other.example/"), COST, False),
        # Of what explains, the sentence alone counts.
        (cited("The barrier"), WHY, True),
        (cited("Nobody", "Nobody was warned."), WHY, False),
        (cited("The barrier"), gold("explain", ("the wind",), SENTENCE), False),
        # Where the set knows no places, what is marked has to be an accepted wording.
        (cited("£538 million", "It costs £538 million."), replace(COST, spans=()), True),
        (cited("costs £538", "It costs £538 million."), replace(COST, spans=()), False),
        (cited("£538 million"), gold("unanswerable", ()), False),
    ],
)
def test_which_quotations_are_right(citation: Citation, question: GoldQuestion, right: bool):
    assert quotation_right(citation, question) is right


def test_what_explains_needs_place_and_words():
    assert explains(cited("two hinges"), WHY)
    assert not explains(cited("two hinges", article="https://other.example/"), WHY)


def row(state: str, *quoted: bool, right: bool = False, answerable: bool = True, **facts: object) -> Row:
    quotations = tuple(QuotationRow("s", "m", 0.9 - at / 10, one) for at, one in enumerate(quoted))
    answer = "x" if state == "sure" else None
    return Row(
        "q", "fact", "report", "?", None, ("x",) if answerable else (), answerable, answer=answer, right=right,
        quotations=quotations, state=state, **facts,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("one", "useful"),
    [
        (row("sure", right=True), True),
        (row("sure", True, right=False), False),  # sure and wrong never is, whatever is quoted
        (row("speaks", False, False, True), True),
        (row("speaks", False, False, False, True), False),  # the fourth isn't looked at
        (row("silent", True), False),
        (row("silent", answerable=False), True),
        (row("speaks", False, answerable=False), False),
        (row("sure", answerable=False), False),
        (row("silent", answerable=False, error="missing"), False),
    ],
)
def test_what_is_useful(one: Row, useful: bool):
    assert one.useful is useful


def test_figures_of_quotations():
    rows = [
        replace(row("sure", True, right=True), id="a"),
        replace(row("speaks", False, True), id="b"),
        replace(row("speaks", False, False, False, True), id="c"),
        replace(row("silent", answerable=False), id="d"),
    ]
    scores = score(rows, seed=1)
    at = {name: figure.value for name, figure in scores.quotations.items() if name.startswith("right_at")}
    assert at == pytest.approx({"right_at_1": 100 / 3, "right_at_3": 200 / 3, "right_at_5": 100.0})
    group = scores.groups["all"]
    assert (group.useful.value, group.quotation.value) == (75.0, pytest.approx(100 / 3))
    assert group.states == {"sure": (1, 1), "speaks": (2, 1), "silent": (1, 1)}
