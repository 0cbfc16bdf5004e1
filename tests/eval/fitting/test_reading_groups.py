from __future__ import annotations

import datetime as dt

from pullquote.answers import Hit
from pullquote.articles import Article, Passage
from pullquote.eval.fitting.reading_groups import reading_rows
from pullquote.eval.gold.questions import GoldQuestion, GoldSpan


def hit(name: str, text: str, *, start: int = 0) -> Hit:
    article = Article(
        id=name, text=" " * start + text, title="Port", url=f"https://x.example/{name}", published=dt.date(2031, 5, 4)
    )
    return Hit(Passage(name, start, start + len(text), text, 9), article, 1.0)


def test_every_place_of_an_accepted_wording_counts_where_no_spans_are_given():
    question = GoldQuestion("q", "Who chairs?", answers=("Mara Lind", "no"))
    rows = list(
        reading_rows(question, [hit("a", "Nobody does, no."), hit("b", "MARA LIND. Then Mara Linden. Mara Lind")])
    )
    assert [row["answers"] for row in rows] == [
        [],  # two letters are no evidence
        [{"start": 0, "text": "MARA LIND"}, {"start": 29, "text": "Mara Lind"}],
    ]
    assert {row["group"] for row in rows} == {"q"}
    assert [row["id"] for row in rows] == ["q-0", "q-1"]
    assert rows[0]["title"] == "Port. May 4, 2031"


def test_only_named_spans_count_where_they_are_given():
    span = GoldSpan("https://x.example/b", 17, 21, "Lind")
    question = GoldQuestion("q", "Who chairs?", answers=("Lind",), spans=(span,))
    rows = list(reading_rows(question, [hit("a", "Lind left."), hit("b", "Now Lind chairs.", start=13)]))
    assert [row["answers"] for row in rows] == [[], [{"start": 4, "text": "Lind"}]]


def test_a_question_that_no_passage_answers_is_left_out_but_an_unanswerable_one_is_not():
    passages = [hit("a", "Nobody.")]
    assert list(reading_rows(GoldQuestion("q", "Who?", answers=("Lind",)), passages)) == []
    assert [row["answers"] for row in reading_rows(GoldQuestion("q", "Who?"), passages)] == [[]]


def test_for_a_teacher_a_question_that_no_passage_answers_is_written_without_labels():
    passages = [hit("a", "Nobody."), hit("b", "Mara Lind.")]
    unknown = reading_rows(GoldQuestion("q", "Who?", answers=("Lowe",)), passages, unlabelled=True)
    assert [row["answers"] for row in unknown] == [None, None]
    known = reading_rows(GoldQuestion("q", "Who?", answers=("Mara Lind",)), passages, unlabelled=True)
    assert [row["answers"] for row in known] == [[], [{"start": 0, "text": "Mara Lind"}]]
