"""What the chat does on each event, over the fake engine."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from pullquote.answers import PassagesFound, Searched
from pullquote.errors import InputError
from pullquote.filters import Filters
from pullquote.ui.chat.events import ChatEvents, ChatSession
from pullquote.ui.chat.feedback import FeedbackStore
from pullquote.ui.conversation import Exchange
from pullquote.ui.server.rate_limit import RateLimit

import ui_fakes as fakes


class Engine:
    """Answers in two steps and remembers how it was asked."""

    def __init__(self):
        self.asked = []
        self.archive = SimpleNamespace(
            article=lambda name: fakes.PLAIN if name == fakes.PLAIN.id else None, furniture=lambda name: [(0, 4)]
        )

    def ask_steps(self, question, *, history, understood_as, filters):
        self.asked.append((question, [turn.question for turn in history], understood_as, filters))
        yield PassagesFound(question, None, (fakes.hit(fakes.PLAIN),), Searched(2, 5), {"search": 1.0})
        answer = fakes.absent(question) if "salary" in question else fakes.answered(question)
        yield replace(answer, understood=understood_as)


@pytest.fixture
def engine():
    return Engine()


@pytest.fixture
def events(engine, tmp_path):
    return ChatEvents(engine, FeedbackStore(tmp_path, engine.archive.article), RateLimit(per_minute=1, burst=3))


def ask(events, question, session=None, **more):
    *before, last = events.ask(question, session or ChatSession(), Filters(), "visitor", **more)
    return before, last


def test_steps_come_first_and_the_answer_is_kept(events, engine):
    before, (html, session) = ask(events, " Who leads it? ")
    assert ["aria-busy" in pending for pending, _ in before] == [True, True]
    assert "Looking at 1 passage" in before[1][0]
    assert "Dr Hanne Osterby" in html
    # Each replaces the one before.
    assert {part[: part.index(">")] for part, _ in [*before, (html, session)]} == {
        f'<section class="pq-turn" data-turn="{session.conversation[0].id}"'
    }
    assert session.conversation[0].question == "Who leads it?"
    assert all(len(held.conversation) == 0 for _, held in before)
    assert engine.asked == [("Who leads it?", [], None, Filters())]


def test_earlier_turns_and_an_edited_question_are_passed_on(events, engine):
    _, (_, first) = ask(events, "Who leads it?")
    _, (html, second) = ask(events, "When?", first, understood="When did it sink?")
    assert "Understood as" in html
    assert engine.asked[1] == ("When?", ["Who leads it?"], "When did it sink?", Filters())
    assert second.conversation[1].understood == "When did it sink?"
    assert len(first.conversation) == 1


@pytest.mark.parametrize(
    ("question", "said"),
    [("", "The question is empty."), ("?!", "The question holds no letter or digit."), ("x" * 1001, "at most 1,000")],
)
def test_what_cannot_be_asked_is_told(events, engine, question, said):
    _, (html, session) = ask(events, question)
    assert said in html
    assert len(session.conversation) == 1
    assert engine.asked == []


def test_too_many_questions_are_held_back(events, engine):
    session = ChatSession()
    for _ in range(4):
        _, (html, session) = ask(events, "Who?", session)
    assert "Too many questions at once" in html
    assert len(engine.asked) == 3
    # Errors are not turns.
    assert len(session.turns()) == 3


def test_a_conversation_keeps_its_last_exchanges(events):
    session = ChatSession()
    for number in range(45):
        session = session.with_exchange(Exchange.of(f"Question {number}", "an error"))
    assert [exchange.question for exchange in session.conversation][:1] == ["Question 5"]
    assert len(session.conversation) == 40


def test_a_citation_and_a_passage_open_their_article(events):
    _, (_, session) = ask(events, "Who leads it?")
    name = session.conversation[0].id
    cited = events.source(session, {"exchange": name, "candidate": "0", "citation": "0"})
    assert '<mark class="pq-span" id="pq-here">Dr Hanne Osterby</mark>' in cited
    passage = events.source(session, {"exchange": name, "passage": "0"})
    assert "pq-passage" in passage
    assert "pq-here" not in passage
    assert "pq-furniture" in passage  # as the archive stored it


@pytest.mark.parametrize(
    "where",
    [
        {},
        {"exchange": "another"},
        {"candidate": "9", "citation": "0"},
        {"candidate": "0", "citation": "x"},
        {"passage": "7"},
        {"candidate": "0"},
    ],
)
def test_a_button_of_nothing_is_refused(events, where):
    _, (_, session) = ask(events, "Who leads it?")
    named = {"exchange": session.conversation[0].id, **where} if where else {}
    with pytest.raises(InputError, match="no longer part"):
        events.source(session, named)


def test_an_article_that_is_gone_is_told(events, engine):
    _, (_, session) = ask(events, "Who leads it?")
    engine.archive.article = lambda name: None
    with pytest.raises(InputError, match="has been removed"):
        events.source(session, {"exchange": session.conversation[0].id, "candidate": 0, "citation": 0})


def test_verdicts_are_stored_and_shown(events, tmp_path):
    _, (_, session) = ask(events, "Who leads it?")
    name = session.conversation[0].id
    html, session = events.judge(session, {"exchange": name, "verdict": "right"}, user="ines")
    assert "Noted as right" in html
    assert html.startswith(f'<section class="pq-turn" data-turn="{name}">')
    assert session.verdicts[name].verdicts == {None: "right"}
    assert '"user": "ines"' in (tmp_path / "verdicts.jsonl").read_text()
    html, session = events.judge(session, {"exchange": name, "verdict": "better", "text": "nowhere printed"})
    assert session.verdicts[name].verdicts == {None: "right"}
    assert "Noted" not in html
    assert events.judge(session, {"exchange": name, "verdict": "<b>"}) == ("", session)
    assert events.judge(session, {"exchange": "x", "verdict": "right"}) == ("", session)


def gold(folder):
    return [json.loads(line) for line in (folder / "gold.jsonl").read_text("utf-8").splitlines()]


def test_another_value_can_be_the_right_one(events, tmp_path):
    _, (_, session) = ask(events, "Who leads it?")
    name = session.conversation[0].id
    _, session = events.judge(session, {"exchange": name, "verdict": "wrong"})
    html, session = events.judge(session, {"exchange": name, "verdict": "right", "candidate": "1"})
    assert "Noted “a year” as right" in html
    assert session.verdicts[name].verdicts == {None: "wrong", 1: "right"}
    assert [row["answers"] for row in gold(tmp_path)] == [["a year"]]
    html, session = events.judge(session, {"exchange": name, "verdict": "right", "candidate": "9"})
    assert "There is no such value to judge." in html
    assert session.verdicts[name].verdicts == {None: "wrong", 1: "right"}
    for place in ("-1", "x", "9" * 5000):
        assert events.judge(session, {"exchange": name, "verdict": "right", "candidate": place}) == ("", session)


def test_a_value_and_its_absence_are_not_both_right(events, tmp_path):
    _, (_, session) = ask(events, "What salary?")
    name = session.conversation[0].id
    said = []
    for place in ("", "0", ""):
        _, session = events.judge(session, {"exchange": name, "verdict": "right", "candidate": place})
        said.append((session.verdicts[name].verdicts, gold(tmp_path)[0]["type"]))
    assert said == [({None: "right"}, "unanswerable"), ({0: "right"}, "fact"), ({None: "right"}, "unanswerable")]


def test_an_article_opens_without_a_question(events):
    pane = events.source(ChatSession(), {"article": fakes.PLAIN.id})
    assert "Corrin Star: nine dead" in pane
    assert "pq-here" not in pane
    with pytest.raises(InputError, match="has been removed"):
        events.source(ChatSession(), {"article": "gone"})


def test_a_fault_is_told_and_logged_with_its_place(events, engine, caplog):
    def broken(*_, **__):
        raise ZeroDivisionError("a bug")
        yield

    engine.ask_steps = broken
    showings = events.ask("Who?", ChatSession(), Filters(), "visitor")
    next(showings)
    assert "Something unexpected happened" in next(showings)[0]
    assert list(showings) == []
    (record,) = caplog.records
    assert record.exc_info[0] is ZeroDivisionError
    assert (record.facts["status"], record.facts["visitor"]) == (500, "visitor")
