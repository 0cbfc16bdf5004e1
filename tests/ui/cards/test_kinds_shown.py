"""Two questions in one, comparisons and lists, as command line, chat, exports and reading pane show them."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from pullquote.answers import Answer, RemarkKind, Side
from pullquote.errors import InputError
from pullquote.filters import Filters
from pullquote.reports import ArchiveInfo
from pullquote.ui.cards.cards import answer_card
from pullquote.ui.chat.events import ChatEvents, ChatSession
from pullquote.ui.cli.app import app
from pullquote.ui.cli.render import show_answer
from pullquote.ui.conversation import Conversation, Exchange, Judgement
from pullquote.ui.export.exporting import export

import ui_fakes as fakes

LINES = "Who leads the investigation and what is she paid?"


def parted() -> Answer:
    """Two questions, the first sure, the second silent."""
    first, second = fakes.answered(), fakes.absent()
    second = replace(second, understood="What is Dr Hanne Osterby paid?")
    return replace(
        fakes.absent(LINES), parts=(first, second), answers=first.answers, understood="Who leads it? What is she paid?"
    )


def beside(article=fakes.PLAIN) -> Answer:
    """A comparison: one side is spoken to, the other is not."""
    quoted = fakes.speaking(article=article).quotations
    sides = (
        Side("the Nour", "How old is the Nour?", quoted[:2], speaks=True),
        Side("the <b>Star</b>", "How old is the Star?", quoted[1:2], speaks=False),
    )
    return replace(fakes.speaking("Which is older?", article=article), sides=sides)


def listed(count: int = 2, article=fakes.PLAIN) -> Answer:
    """A list whose items are the answer's values."""
    items = fakes.answered().answers if article is fakes.PLAIN else fakes.hostile().answers
    return replace(fakes.speaking("Which?", article=article), items=(items * count)[:count])


class Words(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.buttons, self.tags = "", [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        if tag == "button":
            self.buttons.append(dict(attributes))

    def handle_data(self, data):
        self.text += data


def card(answer: Answer, *said: Judgement) -> Words:
    return Words(answer_card(replace(Exchange.of(answer.question, answer), id="x1"), None, said))


def test_the_command_line_answers_each_of_two_questions(capsys):
    show_answer(parted())
    told = capsys.readouterr().out
    assert "2 questions in one, each answered by itself:" in told
    assert told.index("1. Who leads the investigation?") < told.index("“Dr Hanne Osterby”")
    assert told.index("“Dr Hanne Osterby”") < told.index("2. What is Dr Hanne Osterby paid?")
    assert "Nothing in this archive answers that." in told


def test_the_command_line_shows_the_sides(capsys):
    show_answer(beside())
    told = capsys.readouterr().out
    assert "the Nour  How old is the Nour?" in told
    assert "the <b>Star</b>: nothing in this archive answers that" in told
    assert told.index("the Nour") < told.index("The archive speaks to this")


def test_what_the_sides_say_is_not_said_again(capsys):
    answer = beside()
    show_answer(replace(answer, quotations=answer.sides[0].quotations))
    assert "The archive speaks to this" not in capsys.readouterr().out
    assert "The archive speaks to this" not in card(replace(answer, quotations=answer.sides[0].quotations)).text


def test_exports_do_not_say_again_what_the_sides_say(info: ArchiveInfo):
    now = dt.datetime(2031, 6, 1, tzinfo=dt.UTC)
    answer = beside()
    told = replace(answer, quotations=answer.sides[0].quotations)
    for form in ("markdown", "html"):
        twice, once = (
            export(Conversation((Exchange.of("Which?", one, asked_at=now),)), info, form, exported_at=now)
            for one in (answer, told)
        )
        assert "The archive speaks to this" in twice
        assert "The archive speaks to this" not in once
        assert once.count("Tarn Weekly") == 1


def test_a_part_that_is_no_question_is_told_so():
    page = card(replace(parted(), parts=(fakes.answered(), fakes.remarked("How are you?"))))
    assert "Remark: Corrin Star: nine dead" in page.text
    assert "Put it another way" not in page.text
    assert {one["data-exchange"] for one in page.buttons if one.get("data-pq") == "verdict"} == {"x1.0"}


@pytest.mark.parametrize(
    ("parts", "silent"),
    [
        ((fakes.remarked(), fakes.remarked()), False),
        ((fakes.remarked(), fakes.absent()), True),
        ((fakes.remarked(kind=RemarkKind.LANGUAGE), fakes.remarked()), True),
        ((fakes.remarked(), fakes.answered()), False),
        ((fakes.absent(), fakes.answered()), False),
    ],
)
def test_the_exit_code_of_parts_is_3_only_where_a_question_met_silence(
    monkeypatch, tmp_path, parts: tuple[Answer, ...], silent: bool
):
    fakes.install(monkeypatch)
    monkeypatch.setattr(fakes.FakeEngine, "ask", lambda *_, **__: replace(parted(), parts=parts))
    result = CliRunner().invoke(app, ["ask", LINES, "--archive", str(tmp_path)])
    assert result.exit_code == (3 if silent else 0)


def test_the_command_line_shows_the_items(capsys):
    show_answer(listed())
    told = capsys.readouterr().out
    assert "2 items found, each in its sentence; the archive may print more:" in told
    assert told.index("“Dr Hanne Osterby”  2 independent reports") < told.index("“a year”  1 independent report")
    assert fakes.SENTENCE in told


def test_a_card_answers_each_of_two_questions():
    page = card(parted(), Judgement(), Judgement({None: "right"}))
    assert page.text.index("1. Who leads the investigation?") < page.text.index("2. What is Dr Hanne Osterby paid?")
    assert "Dr Hanne Osterby" in page.text
    assert {one["data-exchange"] for one in page.buttons if one.get("data-pq") == "verdict"} == {"x1.0", "x1.1"}
    pressed = [one["data-exchange"] for one in page.buttons if one.get("aria-pressed") == "true"]
    assert pressed == ["x1.1"]


def test_a_card_shows_sides_and_items():
    page = card(beside())
    assert "the Nour" in page.text
    assert "the <b>Star</b>: nothing in this archive answers that" in page.text
    asides = [(one["data-side"], one["data-quotation"]) for one in page.buttons if "data-side" in one]
    assert set(asides) == {("0", "0"), ("0", "1")}
    page = card(listed(10))
    assert "10 items found" in page.text
    assert "2 more" in page.text
    assert [one["data-item"] for one in page.buttons if "data-item" in one] == [str(place) for place in range(10)]


def test_items_of_a_silent_archive_are_folded():
    html = answer_card(Exchange.of("Which?", replace(listed(), speaks=False)))
    assert "<summary>2 items read, not sure enough</summary>" in html
    assert html.index("Nothing in this archive answers that.") < html.index("2 items read")


@pytest.mark.parametrize("answer", [beside(fakes.HOSTILE), listed(3, fakes.HOSTILE)])
def test_hostile_texts_stay_texts(answer: Answer):
    page = card(answer)
    assert not {"script", "img", "b", "i"} & set(page.tags)


def events() -> ChatEvents:
    archive = SimpleNamespace(article={"a1": fakes.PLAIN}.get, furniture=lambda name: [])
    return ChatEvents(SimpleNamespace(archive=archive), None, None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("answer", "where"),
    [
        (parted(), {"exchange": "x1.0", "candidate": "0", "citation": "0"}),
        (beside(), {"exchange": "x1", "side": "0", "quotation": "0", "citation": "0"}),
        (listed(), {"exchange": "x1", "item": "0", "citation": "0"}),
    ],
)
def test_buttons_open_what_they_name(answer: Answer, where: dict[str, str]):
    session = ChatSession().with_exchange(replace(Exchange.of(answer.question, answer), id="x1"))
    assert fakes.PLAIN.title in events().source(session, where)


@pytest.mark.parametrize(
    "where", [{"exchange": "x1.7", "candidate": "0"}, {"exchange": "x1", "side": "9", "quotation": "0"}]
)
def test_buttons_of_nothing_say_so(where: dict[str, str]):
    session = ChatSession().with_exchange(replace(Exchange.of("Which?", beside()), id="x1"))
    with pytest.raises(InputError, match="no longer part"):
        events().source(session, {"citation": "0", **where})


def test_parts_are_exchanges_of_their_own():
    whole = replace(Exchange.of(LINES, parted(), filters=Filters(outlets=("Post",))), id="x1")
    kept = Conversation((whole,))
    part = kept.get("x1.1")
    assert part is not None
    assert (part.question, part.understood) == ("What is she paid?", "What is Dr Hanne Osterby paid?")
    assert part.filters.outlets == ("Post",)
    assert kept.whole(part) is whole
    assert 'data-turn="x1"' in ChatSession(kept).turn(part)


@pytest.fixture
def info() -> ArchiveInfo:
    return fakes.FakeArchive().info()


def test_exports_hold_parts_sides_and_items(info: ArchiveInfo):
    now = dt.datetime(2031, 6, 1, tzinfo=dt.UTC)
    kept = Conversation(tuple(Exchange.of(one.question, one, asked_at=now) for one in (parted(), beside(), listed())))
    markdown, page, value = (export(kept, info, form, exported_at=now) for form in ("markdown", "html", "json"))
    for told in (markdown, page):
        assert "2. What is Dr Hanne Osterby paid?" in told.replace("\\", "")
        assert "Asked: How old is the Nour?" in told
        assert "2 items found, each in its sentence" in told
        assert "<b>Star</b>" not in told
    rows = [exchange["answer"] for exchange in json.loads(value)["exchanges"]]
    assert [set(row) & {"parts", "sides", "items"} for row in rows] == [{"parts"}, {"sides"}, {"items"}]
