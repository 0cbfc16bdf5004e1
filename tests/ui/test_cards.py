"""The chat's HTML: what an article says is never markup, and only web addresses are links."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from pullquote.ui.cards import answer_card, message_card
from pullquote.ui.wording import around_span, byline, web_link

import ui_fakes as fakes

TAGS = {
    "article",
    "p",
    "blockquote",
    "mark",
    "strong",
    "time",
    "a",
    "details",
    "summary",
    "ul",
    "li",
    "span",
    "h3",
    "div",
}
ATTRIBUTES = {"class", "datetime", "href", "target", "rel", "role"}


class Page(HTMLParser):
    """Collects tags, attributes and text of a page."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.links, self.text, self.open = set(), set(), [], "", []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "a":
            self.links.append(dict(attrs))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_answer_card_shows_quote_sentence_source_and_link():
    html = answer_card(fakes.answered())
    assert '<blockquote class="pq-answer">“Dr Hanne Osterby”</blockquote>' in html
    assert '<mark class="pq-span">Dr Hanne Osterby</mark>, of the marine safety board, is leading' in html
    assert '<time datetime="2031-05-04">4 May 2031</time>' in html
    page = Page(html)
    assert "Harbour Courier · By Ines Amaro and Tom Reyl · 4 May 2031" in page.text
    assert page.links[0] == {
        "href": "https://courier.example/corrin-star#:~:text=Dr%20Hanne%20Osterby",
        "target": "_blank",
        "rel": "noopener noreferrer",
    }


def test_other_citations_of_the_answer_are_listed():
    answer = fakes.answered()
    best = answer.answers[0]
    reprint = replace(best.citations[0], title="Nine <dead>", outlet="Echo", link="https://echo.example/1")
    html = answer_card(replace(answer, answers=(replace(best, citations=(*best.citations, reprint)),)))
    page = Page(html)
    assert "Also printed in" in page.text
    assert "Nine <dead> Echo · By Ines Amaro and Tom Reyl · 4 May 2031" in page.text
    assert [link["href"] for link in page.links][1:] == ["https://echo.example/1"]
    assert "Also printed in" not in answer_card(answer)


def test_absent_card_says_so_and_shows_what_is_near():
    text = Page(answer_card(fakes.absent())).text
    assert "Not in this archive." in text
    assert "Searched 2 articles, from 1 May 2031 to 9 June 2031." in text
    assert "Nearest passages" in text


def test_absent_card_without_anything_near():
    nothing = replace(fakes.absent(), answers=(), passages=())
    assert Page(answer_card(nothing)).tags == {"article", "p"}
    none_pass = replace(nothing, searched=replace(nothing.searched, articles=0))
    assert "No article in this archive passes these filters." in answer_card(none_pass)


@pytest.mark.parametrize(
    "card",
    [
        answer_card(fakes.hostile(fakes.HOSTILE.text)),
        answer_card(fakes.absent(fakes.HOSTILE.text, article=fakes.HOSTILE)),
        message_card(fakes.HOSTILE.text, fakes.HOSTILE.title),
    ],
)
def test_nothing_of_an_article_is_markup(card):
    page = Page(card)
    assert page.tags <= TAGS
    assert page.attributes <= ATTRIBUTES
    assert page.links == []
    assert "<script>alert(1)</script>" in page.text
    assert not {"\x1b", "\x9b", "\u202e", "\u2066"} & set(card)


def test_attributes_cannot_be_left():
    quoting = 'https://evil.example/"onmouseover="alert(1)\'><b>'
    best = fakes.answered().answers[0]
    best = replace(best, citations=(replace(best.citations[0], link=quoting),))
    page = Page(answer_card(replace(fakes.answered(), answers=(best,))))
    assert page.links[0]["href"] == quoting
    assert page.attributes <= ATTRIBUTES
    assert "b" not in page.tags


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("https://a.example/x?y=1#:~:text=z", True),
        ("HTTP://a.example", True),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("JaVaScRiPt://a.example/%0aalert(1)", False),
        ("data:text/html,<script>", False),
        ("vbscript:x", False),
        ("file:///etc/passwd", False),
        ("//a.example/x", False),
        ("/relative", False),
        ("https://", False),
        ("https://[bad", False),
        ("https://a.example/\x00", False),
        ("", False),
        (None, False),
    ],
)
def test_only_web_addresses_are_links(link, kept):
    assert web_link(link) == (link if kept else None)


def test_span_is_cut_out_of_its_sentence():
    citation = fakes.answered().answers[0].citations[0]
    assert around_span(citation) == ("", "Dr Hanne Osterby", fakes.SENTENCE[16:])
    beyond = replace(citation, start=0, end=5)
    assert around_span(beyond) == (fakes.SENTENCE, "", "")
    over_the_end = replace(citation, end=citation.sentence_start + 1000)
    assert around_span(over_the_end) == ("", fakes.SENTENCE, "")


@pytest.mark.parametrize(
    ("authors", "expected"),
    [((), ""), (("A",), "By A"), (("A", "B"), "By A and B"), (("A", "B", "C"), "By A, B and C")],
)
def test_byline(authors, expected):
    assert byline(authors) == expected
