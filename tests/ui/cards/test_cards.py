"""The conversation's HTML: what an article says is never markup, and buttons carry what they need, escaped."""

import datetime as dt
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from pullquote.answers import PassagesFound, RemarkKind, Searched
from pullquote.filters import Filters
from pullquote.ui.cards.cards import answer_card, pending_card, rivals, turn
from pullquote.ui.conversation import Exchange, Judgement

import ui_fakes as fakes

TAGS = {
    *("article", "p", "mark", "strong", "time", "details", "summary", "ul", "ol", "li", "span", "h2", "h3", "div"),
    *("button", "footer", "form", "label", "input", "section", "q"),
}
ATTRIBUTES = {
    *("class", "datetime", "role", "type", "style", "tabindex", "hidden", "name", "value", "autocomplete", "required"),
    *("data-quotation",),
    *("data-pq", "data-exchange", "data-candidate", "data-citation", "data-passage", "data-verdict", "data-drop"),
    *("data-pq-toggle", "data-pq-rephrase", "data-understood", "data-turn"),
    *("aria-label", "aria-valuemin", "aria-valuemax", "aria-valuenow", "aria-valuetext", "aria-hidden"),
    *("aria-pressed", "aria-busy", "aria-current"),
}
EMPTY = {"input"}


class Page(HTMLParser):
    """Collects tags, attributes, buttons and text of a page."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.buttons, self.text, self.open = set(), set(), [], "", []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        if tag not in EMPTY:
            self.open.append(tag)
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag in ("button", "form"):
            self.buttons.append(dict(attrs))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def exchange(answer, **facts):
    return replace(Exchange.of(answer.question, answer, **facts), id="e1")


def calibrated(answer, *confidences):
    pairs = zip(answer.answers, confidences, strict=True)
    return replace(
        answer,
        answers=tuple(replace(one, confidence=sure, calibrated=True) for one, sure in pairs),
        confidence=confidences[0],
    )


def test_an_answer_shows_words_standing_sentence_and_source():
    html = answer_card(exchange(calibrated(fakes.answered(), 0.91, 0.12)))
    page = Page(html)
    assert "“Dr Hanne Osterby”" in page.text
    assert '<mark class="pq-span">Dr Hanne Osterby</mark>, of the marine safety board, is leading' in html
    assert 'aria-valuetext="very likely, 91% likely to be right"' in html
    assert '<span style="width:91%">' in html
    assert "printed by 1 outlet · 2 independent reports" in page.text
    assert "Harbour Courier 4 May 2031Corrin Star: nine deadBy Ines Amaro and Tom Reyl" in page.text
    assert "Searched 2 articles · read 1 passage · 12 ms" in page.text
    cite = next(button for button in page.buttons if button.get("data-pq") == "cite")
    assert (cite["data-exchange"], cite["data-candidate"], cite["data-citation"]) == ("e1", "0", "0")


def test_where_no_value_is_sure_sentences_speak():
    html = answer_card(exchange(fakes.speaking()))
    page = Page(html)
    assert "The archive speaks to this, but no single value is sure. 2 quotations, the likeliest first:" in page.text
    assert '<mark class="pq-span">Dr Hanne Ost</mark>erby, of the marine safety board' in html
    assert 'aria-valuetext="likely, 62% likely to answer this"' in html
    assert "printed by 2 outlets" in page.text
    assert "It will take a year." in page.text
    assert "Values read in them, none of them sure (1)" in page.text
    cites = [button for button in page.buttons if button.get("data-pq") == "cite"]
    # The first one's article, its reprint, the second one's article, and the value's below.
    assert [(one.get("data-quotation"), one.get("data-candidate"), one["data-citation"]) for one in cites] == [
        ("0", None, "0"),
        ("0", None, "1"),
        ("1", None, "0"),
        (None, "0", "0"),
    ]
    assert "None of these answers it" in page.text


def test_without_calibration_no_likelihood_is_claimed():
    text = Page(answer_card(exchange(fakes.answered()))).text
    assert "Likelihood not measured" in text
    assert "%" not in text


def test_outlets_are_counted_once_and_places_beyond_three_are_folded():
    answer = fakes.answered()
    best = answer.answers[0]
    places = tuple(
        replace(best.citations[0], outlet=outlet, url=None) for outlet in ("Echo", "ECHO ", "Mail", "Mail", None)
    )
    text = Page(answer_card(exchange(replace(answer, answers=(replace(best, citations=places),))))).text
    assert "printed by 2 outlets" in text
    assert "2 more" in text
    assert "Unknown outlet" in text


@pytest.mark.parametrize(
    ("confidences", "apart", "said"),
    [
        ((0.8, 0.4), True, "Another value is printed, too."),
        ((0.5, 0.25), True, "Another value is printed, too."),
        ((0.8, 0.39), True, None),  # less than half as likely
        ((0.4, 0.24), True, None),  # unlikely
        ((0.8, 0.7), False, None),  # both out of one sentence
    ],
)
def test_values_conflict_when_both_are_well_supported(confidences, apart, said):
    answer = fakes.answered()
    best, other = answer.answers
    moved = replace(other.citations[0], sentence_start=5 if apart else best.citations[0].sentence_start)
    answer = calibrated(replace(answer, answers=(best, replace(other, citations=(moved,)))), *confidences)
    text = Page(answer_card(exchange(answer))).text
    assert bool(rivals(answer)) == bool(said)
    assert (said or "Other values, less likely (1)") in text


@pytest.mark.parametrize(
    ("confidence", "said"),
    [
        (0.46, "The archive has passages on this, but no answer that is sure enough (best guess 46%)."),
        (0.20, "The archive has passages on this, but no answer that is sure enough (best guess 20%)."),
        (0.19, "Nothing in this archive answers that."),
    ],
)
def test_not_sure_and_not_there_are_two_sentences(confidence, said):
    text = Page(answer_card(exchange(calibrated(fakes.absent(), confidence)))).text
    assert said in text
    assert "Searched 2 articles from 1 May 2031 to 9 June 2031." in text
    assert "Nearest passages" in text


def test_several_weak_values_are_passages_on_it():
    answer = fakes.absent()
    text = answer_card(exchange(calibrated(replace(answer, answers=answer.answers * 2), 0.12, 0.11)))
    assert "no answer that is sure enough (best guess 12%)" in text


def test_nothing_near_and_nothing_searched():
    nothing = replace(fakes.absent(), answers=(), passages=())
    assert "Nothing in this archive answers that." in answer_card(exchange(nothing))
    none_pass = replace(nothing, searched=replace(nothing.searched, articles=0))
    assert "No article in this archive passes these filters." in answer_card(exchange(none_pass))


def test_each_filter_can_be_dropped_from_an_absent_card():
    filters = Filters(since=dt.date(2031, 5, 1), as_of=dt.date(2031, 5, 4), outlets=("Echo",), authors=("A",))
    page = Page(answer_card(exchange(fakes.absent(), filters=filters)))
    assert [button["data-drop"] for button in page.buttons if button.get("data-pq") == "refine"] == [
        *("dates", "as_of", "outlets", "authors", "all")
    ]
    unfiltered = Page(answer_card(exchange(fakes.absent())))
    assert not [button for button in unfiltered.buttons if button.get("data-pq") == "refine"]


def test_a_remark_offers_questions_and_nothing_to_judge():
    page = Page(answer_card(exchange(fakes.remarked())))
    assert page.text == "Remark: Corrin Star: nine dead" + "Who is Corrin Star: nine dead?What is the latest on Tarn?"
    assert [(button["data-pq"], button["data-understood"]) for button in page.buttons] == [
        ("reask", "Who is Corrin Star: nine dead?"),
        ("reask", "What is the latest on Tarn?"),
    ]


def test_another_language_keeps_the_nearest_passages():
    page = Page(answer_card(exchange(fakes.remarked("Wer?", kind=RemarkKind.LANGUAGE))))
    assert "Nearest passages" in page.text
    assert page.buttons[-1]["data-passage"] == "0"
    assert {button["data-pq"] for button in page.buttons} == {"reask", "cite"}


def test_nothing_of_a_remark_is_markup():
    page = Page(answer_card(exchange(fakes.remarked(kind=RemarkKind.LANGUAGE, article=fakes.HOSTILE))))
    assert page.tags <= TAGS
    assert page.attributes <= ATTRIBUTES


def test_a_question_understood_otherwise_is_shown_and_can_be_edited():
    html = answer_card(exchange(fakes.answered("When?"), understood='When did the "Nour" <b>sink</b>?'))
    assert "<q>When did the &quot;Nour&quot; &lt;b&gt;sink&lt;/b&gt;?</q>" in html
    assert 'value="When did the &quot;Nour&quot; &lt;b&gt;sink&lt;/b&gt;?"' in html
    assert "Understood as" not in answer_card(exchange(fakes.answered()))


def test_a_verdict_is_shown_as_pressed():
    page = Page(answer_card(exchange(fakes.answered()), Judgement({None: "wrong", 1: "right"}, "Noted as wrong.")))
    assert pressed(page) == {
        ("right", None): "false",
        ("wrong", None): "true",
        (None, None): "false",  # opens the form for a better answer
        ("right", "1"): "true",
        ("wrong", "1"): "false",
    }
    assert "Noted as wrong." in page.text


def pressed(page):
    """Return whether each button that judges is pressed, by (verdict, candidate)."""
    buttons = (button for button in page.buttons if "aria-pressed" in button)
    return {(one.get("data-verdict"), one.get("data-candidate")): one["aria-pressed"] for one in buttons}


def test_each_other_value_can_be_judged_by_its_name():
    html = answer_card(exchange(fakes.answered()))
    assert html.count('role="group" aria-label="Is this right?"') == 1
    assert html.count('role="group" aria-label="Is “a year” right?"') == 1
    absent = answer_card(exchange(fakes.absent()), Judgement({0: "right"}))
    assert 'aria-label="Is “The Corrin” right?"' in absent
    assert pressed(Page(absent))["right", "0"] == "true"
    assert pressed(Page(absent))["right", None] == "false"


def test_the_steps_are_shown_while_it_works():
    assert "Searching the archive…" in Page(pending_card()).text
    found = PassagesFound("Who?", "Who sank it?", (fakes.hit(fakes.PLAIN),), Searched(2, 5), {"search": 12.4})
    text = Page(pending_card(found)).text
    assert "Searched 2 articles in 12 ms" in text
    assert "Looking at 1 passage…" in text
    assert "Understood as: Who sank it?" in text
    assert "The Corrin Star sank on Friday." in text


def test_an_error_is_told():
    card = answer_card(Exchange.of("", "The question is empty."))
    assert '<p class="pq-message" role="alert">The question is empty.</p>' in card


@pytest.mark.parametrize(
    "card",
    [
        answer_card(exchange(fakes.hostile(fakes.HOSTILE.text), understood=fakes.HOSTILE.title)),
        answer_card(exchange(fakes.absent(fakes.HOSTILE.text, article=fakes.HOSTILE))),
        answer_card(Exchange.of("?", fakes.HOSTILE.text)),
        answer_card(exchange(fakes.answered()), Judgement(note=fakes.HOSTILE.text)),
        turn('"><b>', fakes.HOSTILE.text, ""),
        pending_card(
            PassagesFound("?", fakes.HOSTILE.text, (fakes.hit(fakes.HOSTILE),), Searched(2, 5), {"search": 1.0})
        ),
    ],
)
def test_nothing_of_an_article_is_markup(card):
    page = Page(card)
    assert page.tags <= TAGS
    assert page.attributes <= ATTRIBUTES
    assert {"<script>", "<img"} & {part for part in ("<script>", "<img") if part in page.text}
    assert not {"\x1b", "\x9b", "\u202e", "\u2066"} & set(card)
