"""Verdicts on disk, and the gold set that follows from them as `pullquote eval` reads it."""

import datetime as dt
import json
import multiprocessing
import threading
from dataclasses import replace

import pytest

from pullquote.answers import Answer, Candidate, Searched
from pullquote.errors import ArchiveWriteFailed, InputError, SourceError
from pullquote.eval.gold.formats import load
from pullquote.eval.gold.questions import GoldSpan
from pullquote.filters import Filters
from pullquote.index.archive import Archive
from pullquote.ui.chat.feedback import FeedbackStore
from pullquote.ui.conversation import Exchange

import ui_fakes as fakes

URL = fakes.PLAIN.url
OTHER = replace(fakes.PLAIN, id="a3", url=None, text="It was Tom Reyl.\n\nTom\n Reyl said so.", title="Second")
ARTICLES = {article.id: article for article in (fakes.PLAIN, OTHER)} | {URL: fakes.PLAIN}


@pytest.fixture
def store(tmp_path):
    return FeedbackStore(tmp_path / "feedback", ARTICLES.get)


def asked(question="Who leads the investigation?", answer=None, **filters):
    return Exchange.of(question, answer or fakes.answered(question), filters=Filters.of(**filters))


def gold(store):
    return load(store.gold).questions


def test_a_chat_by_address_takes_no_verdict(tmp_path, monkeypatch):
    archive = fakes.FakeArchive()
    monkeypatch.setattr(archive, "path", tmp_path, raising=False)
    monkeypatch.setattr(archive, "article", ARTICLES.get, raising=False)
    monkeypatch.setattr(archive, "by_address", True, raising=False)
    with pytest.raises(InputError, match="this chat reads it by address"):
        FeedbackStore.beside(archive).record(asked(), "right")
    assert list(tmp_path.iterdir()) == []


def test_three_verdicts_go_round_through_eval(store):
    store.record(asked(), "right", user="ines")
    store.record(asked("How long will it take?"), "wrong")
    store.record(asked("Who sank?"), "better", text="The  Corrin\nStar", article_id="a1")
    right, better = gold(store)
    assert (right.question, right.type, right.answers) == (
        "Who leads the investigation?",
        "fact",
        ("Dr Hanne Osterby",),
    )
    assert right.spans == (GoldSpan(URL, 33, 49, "Dr Hanne Osterby"),)
    assert (better.question, better.answers) == ("Who sank?", ("The Corrin Star",))
    assert better.spans == (GoldSpan(URL, 0, 15, "The Corrin Star"),)
    for one in (*right.spans, *better.spans):
        assert fakes.PLAIN.text[one.start : one.end] == one.text
    assert [(one.verdict, one.value, one.answer, one.user) for one in store.verdicts()] == [
        ("right", "Dr Hanne Osterby", "Dr Hanne Osterby", "ines"),
        ("wrong", "Dr Hanne Osterby", "", ""),
        ("better", "Dr Hanne Osterby", "The Corrin Star", ""),
    ]


def test_a_set_of_wrongs_alone_has_no_question(store):
    store.record(asked(), "wrong")
    assert store.gold.read_text(encoding="utf-8") == ""
    with pytest.raises(SourceError, match="no usable question"):
        load(store.gold)


def test_the_newest_verdict_on_a_value_wins(store):
    exchange = asked()
    assert store.latest(exchange) == ""
    store.record(exchange, "right")
    store.record(asked("  who leads the Investigation"), "wrong")
    assert store.latest(exchange) == "wrong"
    assert store.gold.read_text(encoding="utf-8") == ""
    store.record(exchange, "right", candidate=1)
    assert (store.latest(exchange), store.latest(exchange, 1)) == ("wrong", "right")
    assert gold(store)[0].answers == ("a year",)
    store.record(exchange, "right")
    assert gold(store)[0].answers == ("a year", "Dr Hanne Osterby")
    assert len(gold(store)) == 1
    assert len(store.verdicts()) == 4


def test_a_better_answer_takes_the_place_of_the_one_shown(store):
    store.record(asked(), "right")
    store.record(asked(), "better", text="Hanne Osterby")
    assert gold(store)[0].answers == ("Hanne Osterby",)
    assert gold(store)[0].spans == (GoldSpan(URL, 36, 49, "Hanne Osterby"),)
    assert store.latest(asked()) == "better"


def test_a_question_of_another_day_is_another_question(store):
    store.record(asked(as_of="2031-05-04"), "right")
    store.record(asked(until="2031-06-01", outlets=("Courier",)), "wrong")
    store.record(asked(since="2031-01-01", outlets=("Courier",), authors=("A",)), "right")
    first, second = gold(store)
    assert (first.as_of, second.as_of) == (dt.date(2031, 5, 4), None)
    assert first.id != second.id
    rows = [json.loads(line) for line in store.gold.read_text(encoding="utf-8").splitlines()]
    assert [row["filters"] for row in rows] == [
        {"as_of": "2031-05-04"},
        {"since": "2031-01-01", "outlets": ["Courier"], "authors": ["A"]},
    ]


def test_what_is_asked_is_the_question_as_understood(store):
    exchange = Exchange.of("And who?", fakes.answered(), understood="Who leads the investigation?")
    store.record(exchange, "right")
    assert gold(store)[0].question == "Who leads the investigation?"
    assert store.verdicts()[0].asked == "And who?"


def test_not_in_the_archive_can_be_right(store):
    exchange = asked("What is she paid?", fakes.absent("What is she paid?"))
    store.record(exchange, "right")
    (question,) = gold(store)
    assert (question.type, question.answers, question.answerable) == ("unanswerable", (), False)
    store.record(exchange, "better", text="a year")
    (question,) = gold(store)
    assert (question.type, question.answers) == ("fact", ("a year",))
    store.record(exchange, "right")
    assert gold(store)[0].type == "unanswerable"
    store.record(exchange, "wrong")
    assert store.gold.read_text(encoding="utf-8") == ""


def test_a_value_that_was_not_sure_enough_can_be_right(store):
    exchange = asked("What sank?", fakes.absent("What sank?"))
    store.record(exchange, "right")
    store.record(exchange, "right", candidate=0)
    (question,) = gold(store)
    assert (question.type, question.answers) == ("fact", ("The Corrin",))
    assert question.spans == (GoldSpan(URL, 0, 10, "The Corrin"),)
    assert (store.latest(exchange), store.latest(exchange, 0)) == ("right", "right")
    store.record(exchange, "wrong", candidate=0)
    assert store.gold.read_text(encoding="utf-8") == ""
    with pytest.raises(InputError, match="no such value"):
        store.record(exchange, "right", candidate=3)


def test_better_words_are_looked_for_where_they_may_stand(store):
    cited = fakes.citation(fakes.PLAIN, "Friday")
    answer = Answer(
        "Who?", "Friday", False, 0.9, (Candidate("Friday", 0.9, 1, (cited,)),), Searched(2, 2), {}, (fakes.hit(OTHER),)
    )
    verdict = store.record(asked("Who?", answer), "better", text="Tom Reyl")
    assert verdict.spans == (GoldSpan("a3", 7, 15, "Tom Reyl"),)
    near = replace(cited, article_id="a3", start=20)
    answer = replace(answer, answers=(Candidate("Friday", 0.9, 1, (near,)),))
    verdict = store.record(asked("Who?", answer), "better", text="Tom Reyl")
    assert (verdict.spans, verdict.answer) == ((GoldSpan("a3", 18, 27, "Tom\n Reyl"),), "Tom\n Reyl")


@pytest.mark.parametrize(
    ("text", "article_id", "problem"),
    [
        (
            "Mara Lind",
            "a1",
            "“Mara Lind” stands nowhere in “Corrin Star: nine dead”; give the words exactly as printed.",
        ),
        ("Hanne Oster", "a1", "“Hanne Oster” stands nowhere in"),
        ("dr hanne osterby", "a1", "stands nowhere in"),
        ("Mara Lind", "", "“Mara Lind” stands in none of the articles read; give the words exactly as printed."),
        ("Friday", "nothing", "There is no article 'nothing' in this archive."),
        ("  ", "a1", "Which words answer better?"),
        ("x" * 501, "a1", "The answer has 501 characters; at most 500 are allowed."),
    ],
)
def test_better_words_that_are_not_printed_are_refused(store, text, article_id, problem):
    with pytest.raises(InputError) as caught:
        store.record(asked(), "better", text=text, article_id=article_id)
    assert problem in str(caught.value)
    assert store.verdicts() == []


def test_what_cannot_be_judged_is_refused(store):
    with pytest.raises(InputError, match="one of right, wrong, better"):
        store.record(asked(), "maybe")
    with pytest.raises(InputError, match="no answer to judge"):
        store.record(Exchange.of("?", "The question is empty."), "right")
    for candidate in (2, -1):
        with pytest.raises(InputError, match="no such value"):
            store.record(asked(), "right", candidate=candidate)
    assert store.latest(Exchange.of("?", "The question is empty.")) == ""


@pytest.mark.parametrize("damage", [b'{"id": "half', b'{"id": "half"', b"\xff\xfe", b'["a"]\n', b'{"spans": []}\n'])
def test_a_damaged_line_costs_nothing_else(store, damage):
    store.record(asked(), "right")
    with store.log.open("ab") as log:
        log.write(damage)
    assert len(store.verdicts()) == 1
    store.record(asked("Who sank?"), "right")
    assert [one.question for one in store.verdicts()] == ["Who leads the investigation?", "Who sank?"]
    assert [one.question for one in gold(store)] == ["Who leads the investigation?", "Who sank?"]


def test_text_of_any_kind_survives(store):
    question = "Who\u2028leads \u202e<script> \ud800?"
    store.record(asked(question), "right")
    assert gold(store)[0].question == question.replace("\ud800", "?")


def _record(folder, number):
    FeedbackStore(folder, ARTICLES.get).record(asked(f"Question {number}?"), "right")


def test_many_at_once_lose_nothing(store):
    threads = [threading.Thread(target=_record, args=(store.folder, number)) for number in range(8)]
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_record, args=(store.folder, number)) for number in range(8, 9)]
    for one in (*processes, *threads):
        one.start()
    for one in (*processes, *threads):
        one.join()
    expected = {f"Question {number}?" for number in range(9)}
    assert {one.question for one in store.verdicts()} == expected
    assert {one.question for one in gold(store)} == expected


def test_a_disk_that_refuses(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    store = FeedbackStore(tmp_path / "file" / "feedback", ARTICLES.get)
    with pytest.raises(ArchiveWriteFailed, match="The verdict cannot be stored in"):
        store.record(asked(), "right")


def test_beside_an_archive(tmp_path, embedder, reader, write_articles):
    from pullquote.qa.engine import Engine

    row = {"id": "p1", "title": "Port", "text": "The port is led by Mara Lind.\n\nIt opened in May."}
    with Archive.open(tmp_path / "news.pq", create=True, embedder=embedder) as archive:
        archive.add([write_articles(row)])
        store = FeedbackStore.beside(archive)
        answer = Engine(archive, reader=reader).ask("who leads the port?")
        exchange = Exchange.of("who leads the port?", answer)
        store.record(exchange, "better", text="Mara Lind", article_id="p1")
        assert store.gold == tmp_path / "news.pq" / "feedback" / "gold.jsonl"
        assert gold(store)[0].spans == (GoldSpan("p1", 19, 28, "Mara Lind"),)
    with Archive.open(tmp_path / "news.pq", embedder=embedder) as archive:
        assert archive.check().ok
