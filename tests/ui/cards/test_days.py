"""Values by day and speakers, as card, on the command line and in what is kept."""

import datetime as dt
from dataclasses import replace

import pytest

from pullquote.answers import Course, DatedValue, State
from pullquote.ui.cards.cards import answer_card, rivals
from pullquote.ui.chat.events import ChatEvents, ChatSession
from pullquote.ui.chat.feedback import FeedbackStore
from pullquote.ui.cli.render import show_answer
from pullquote.ui.conversation import Exchange
from pullquote.ui.export.markdown import to_markdown
from pullquote.ui.export.page import to_html
from pullquote.ui.server.rate_limit import RateLimit
from pullquote.ui.wording import days_heading, printed_on, shown_days, speaking

import ui_fakes as fakes

KEPT_AT = dt.datetime(2031, 6, 1, tzinfo=dt.UTC)


def dated(article, text, day, *outlets, withdrawn=False):
    citation = replace(fakes.citation(article, text), published=dt.date(2031, 5, day), outlet=outlets[0])
    return DatedValue(text, dt.date(2031, 5, day), outlets, (citation,), withdrawn)


def by_day(course=Course.CHANGED, *, article=fakes.PLAIN):
    first, second = ("a year", "Friday") if article is fakes.PLAIN else (article.text[:8], article.text[:20])
    values = (dated(article, first, 9, "Post", "Echo"), dated(article, second, 2, "Mail", withdrawn=True))
    return replace(fakes.answered(), by_day=values, course=course)


def test_the_line_of_a_day():
    latest, first = by_day().by_day
    assert printed_on(latest) == "9 May 2031 · Post, Echo"
    assert printed_on(first) == "2 May 2031 · Mail · withdrawn by a correction"
    assert printed_on(replace(first, day=None, outlets=(), withdrawn=False)) == "no date"


@pytest.mark.parametrize(
    ("course", "heading"),
    [
        (Course.AGREE, "By day: the reports agree"),
        (Course.CHANGED, "By day: this changed over time"),
        (Course.DISAGREE, "By day: reports disagree"),
    ],
)
def test_agreement_change_and_disagreement_are_told_apart(course, heading, capsys):
    answer = by_day(course)
    assert days_heading(answer) == heading
    show_answer(answer)
    shown = capsys.readouterr().out
    assert heading in shown
    assert "“a year”  9 May 2031 · Post, Echo\n  “Friday”  2 May 2031 · Mail · withdrawn by a correction" in shown
    html = answer_card(replace(Exchange.of("Who?", answer), id="e1"))
    assert heading in html
    assert ("pq-conflict" in html) == (course is Course.DISAGREE)
    assert (f"<summary>{heading}</summary>" in html) == (course is Course.AGREE)
    assert "<s>“Friday”</s>" in html


def test_one_value_of_one_day_is_nothing_to_compare(capsys):
    answer = replace(by_day(), by_day=by_day().by_day[:1])
    show_answer(answer)
    assert "By day" not in capsys.readouterr().out + answer_card(replace(Exchange.of("Who?", answer), id="e1"))


def test_many_days_are_cut_but_for_the_first():
    answer = replace(by_day(), by_day=tuple(dated(fakes.PLAIN, "a year", day, "Post") for day in range(20, 1, -1)))
    assert [one.day.day for one in shown_days(answer)] == [20, 19, 18, 17, 16, 15, 14, 2]


def test_a_value_by_day_is_no_conflict_besides():
    answer = fakes.answered()
    best, other = answer.answers
    apart = replace(other, confidence=0.8, citations=(replace(other.citations[0], sentence_start=5),))
    answer = replace(answer, answers=(best, apart))
    assert rivals(answer) == (apart,)
    value = DatedValue("a year", None, (), apart.citations)
    assert rivals(replace(answer, by_day=(value, value), course=Course.CHANGED)) == ()


def test_the_button_of_a_day_opens_its_article(tmp_path):
    class Engine:
        archive = fakes.FakeArchive()

    Engine.archive.article = lambda name: fakes.PLAIN if name == fakes.PLAIN.id else None
    Engine.archive.furniture = lambda name: []
    events = ChatEvents(Engine(), FeedbackStore(tmp_path, Engine.archive.article), RateLimit(per_minute=1, burst=3))
    exchange = replace(Exchange.of("Who?", by_day()), id="e1")
    html = answer_card(exchange)
    assert 'data-exchange="e1" data-day="1" data-citation="0"' in html
    session = ChatSession()
    session = replace(session, conversation=session.conversation.append(exchange))
    pane = events.source(session, {"exchange": "e1", "day": "1", "citation": "0"})
    assert ">Friday</mark>" in pane


def test_speakers_are_named_wherever_a_sentence_stands(capsys):
    answer = fakes.speaking()
    first = answer.quotations[0]
    named = replace(first, citation=replace(first.citation, speaker="Dr <b>Osterby"), speaker="Dr <b>Osterby")
    answer = replace(answer, quotations=(named, *answer.quotations[1:]))
    show_answer(answer)
    assert capsys.readouterr().out.count("Speaker: Dr <b>Osterby") == 1
    exchange = replace(Exchange.of("Who?", answer), id="e1")
    assert answer_card(exchange).count("Speaker: Dr &lt;b&gt;Osterby") == 1
    conversation = ChatSession().conversation.append(exchange)
    assert to_html(conversation, fakes.INFO, exported_at=KEPT_AT).count("Speaker: Dr &lt;b&gt;Osterby") == 1
    assert to_markdown(conversation, fakes.INFO, exported_at=KEPT_AT).count("Speaker: Dr \\<b\\>Osterby") == 1


def test_values_by_day_are_kept_with_the_conversation():
    conversation = ChatSession().conversation.append(replace(Exchange.of("Who?", by_day()), id="e1"))
    html = to_html(conversation, fakes.INFO, exported_at=KEPT_AT)
    assert "<h3>By day: this changed over time</h3><p>“a year” " in html
    words = to_markdown(conversation, fakes.INFO, exported_at=KEPT_AT)
    assert "By day: this changed over time:\n\n“a year” (9 May 2031 · Post, Echo)" in words


def test_what_an_article_says_is_no_markup_among_values_by_day():
    html = answer_card(replace(Exchange.of("Who?", by_day(article=fakes.HOSTILE)), id="e1"))
    assert "<script" not in html
    assert "<img" not in html


def test_quotations_out_of_order_are_not_called_the_likeliest_first():
    answer = fakes.speaking()
    assert answer.state is State.SPEAKS
    assert "the likeliest first" in speaking(answer)
    first, second, last = answer.quotations
    assert "the likeliest first" not in speaking(replace(answer, quotations=(second, first, last)))
