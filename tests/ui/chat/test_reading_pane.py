"""The pane holds the article's text character by character, and nothing of it is markup."""

import datetime as dt
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullquote.articles import Article
from pullquote.ui.chat.reading_pane import reading_pane
from pullquote.ui.export.citing import apa, markdown_quote, plain

import ui_fakes as fakes

CITED = fakes.answered().answers[0].citations[0]
TAGS = {"article", "header", "p", "h2", "time", "a", "button", "div", "span", "mark"}
ATTRIBUTES = {
    *("class", "data-article", "aria-labelledby", "id", "tabindex", "datetime", "href", "target", "rel", "type"),
    *("data-kind", "data-copy", "data-start", "data-code", "title", "lang"),
}


class Pane(HTMLParser):
    """The pane's tags, and of its text the letters as they are stored, with the classes that each stands in."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.links, self.copies, self.starts = set(), set(), [], {}, []
        self.head, self.text, self.classes, self.here = "", "", [], []
        self._open = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        self.tags.add(tag)
        self.attributes |= facts.keys()
        if "href" in facts:
            self.links.append(facts["href"])
        if "data-copy" in facts:
            self.copies[facts["data-kind"]] = facts["data-copy"]
        if "data-start" in facts:
            self.starts.append((int(facts["data-start"]), len(self.text)))
        if facts.get("id") == "pq-here":
            self.here.append(len(self.text))
        self._open.append((tag, facts))
        if facts.get("class") == "pq-raw":
            self._add(chr(int(facts["data-code"], 16)))

    def handle_endtag(self, tag):
        assert self._open.pop()[0] == tag

    def handle_data(self, data):
        names = [facts.get("class", "") for _, facts in self._open]
        if "pq-pane-text" not in names:
            self.head += data
        elif names[-1] != "pq-raw":
            self._add(data)

    def _add(self, letters):
        classes = {name for _, facts in self._open for name in facts.get("class", "").split()}
        self.text += letters
        self.classes += [classes] * len(letters)

    def within(self, name):
        return [at for at, classes in enumerate(self.classes) if name in classes]


def test_pane_of_a_citation():
    cited = replace(CITED, passage_start=32, passage_end=len(fakes.PLAIN.text))
    html = reading_pane(fakes.PLAIN, cited, [])
    assert (
        '<p data-start="33" class="pq-passage"><mark class="pq-span" id="pq-here">Dr Hanne Osterby</mark>, of the'
    ) in html
    pane = Pane(html)
    assert pane.text == fakes.PLAIN.text
    assert pane.within("pq-span") == list(range(33, 49))
    assert pane.within("pq-passage") == list(range(33, len(fakes.PLAIN.text)))
    assert pane.here == [33]
    assert pane.starts == [(0, 0), (33, 33)]
    assert pane.links == ["https://courier.example/corrin-star#:~:text=Dr%20Hanne%20Osterby"]
    assert pane.copies == {"plain": plain(cited), "apa": apa(cited), "markdown": markdown_quote(cited)}
    assert "\n>\n> — Ines" in pane.copies["markdown"]
    assert pane.head == (
        "Harbour CourierCorrin Star: nine deadBy Ines Amaro and Tom Reyl · 4 May 2031"
        "Open at the source Copy citation Copy as APA Copy as Markdown"
    )
    assert '<time datetime="2031-05-04">4 May 2031</time>' in html


def test_pane_of_an_article_alone():
    pane = Pane(reading_pane(fakes.PLAIN))
    assert pane.links == [fakes.PLAIN.url]
    assert pane.copies == {}
    assert (pane.here, pane.within("pq-passage")) == ([], [])
    bare = Pane(reading_pane(Article(text="Words.", id="b")))
    assert (bare.head, bare.text, bare.links) == ("b", "Words.", [])
    assert bare.tags == {"article", "header", "h2", "div", "p"}


def test_furniture_is_greyed_where_it_stands():
    text = "Share\nEmail\n\nThe pier sank. Read more: The pier\n\nIt was old.\n"
    given_ranges = [(0, 11), (28, 47)]
    pane = Pane(reading_pane(Article(text=text, id="b"), None, given_ranges))
    assert pane.text == text
    assert pane.within("pq-furniture") == [*range(0, 5), *range(6, 11), *range(28, 47)]
    html = reading_pane(Article(text=text, id="b"), None, given_ranges)
    assert '<p data-start="0" class="pq-furniture">Share</p>\n<p data-start="6" class="pq-furniture">' in html
    assert '<p data-start="13">The pier sank. <span class="pq-furniture">Read more: The pier</span></p>' in html


def test_a_passage_within_a_paragraph_and_a_span_across_two():
    text = "One two three.\nFour five six."
    cited = replace(CITED, passage_start=4, passage_end=24, start=8, end=19)
    pane = Pane(reading_pane(Article(text=text, id="b"), cited, []))
    assert pane.text == text
    assert pane.within("pq-passage") == [*range(4, 14), *range(15, 24)]
    assert pane.within("pq-span") == [*range(8, 14), *range(15, 19)]
    assert pane.here == [8]


@pytest.mark.parametrize(("start", "end"), [(-5, 3), (0, 999), (900, 999), (7, 7), (9, 4)])
def test_offsets_beyond_the_text_break_nothing(start, end):
    text = "One two three."
    cited = replace(CITED, passage_start=start, passage_end=end, start=start, end=end)
    pane = Pane(reading_pane(Article(text=text, id="b"), cited, []))
    assert pane.text == text
    assert pane.within("pq-span") == list(range(max(start, 0), min(end, len(text))))


def test_nothing_of_a_hostile_article_is_markup():
    hostile = replace(
        fakes.HOSTILE,
        id='"><script>alert(2)</script>',
        language='en" onload="x',
        published=dt.date(2031, 5, 4),
        text=fakes.HOSTILE.text + "\r\n\x00\ud800 </div></article><svg onload=alert(3)>\n&lt;b&gt;&amp;",
    )
    cited = fakes.hostile().answers[0].citations[0]
    html = reading_pane(hostile, cited)
    pane = Pane(html)
    assert pane.text == hostile.text
    assert pane.tags <= TAGS
    assert pane.attributes <= ATTRIBUTES
    assert pane.links == []
    assert "<img src=x onerror=alert(1)>" in pane.head
    assert not {"\x00", "\r", "\x1b", "\x9b", "\u202e", "\u2066", "\ud800"} & set(html)
    assert '<span class="pq-raw" data-code="202E" title="U+202E">[U+202E]</span>' in html
    html.encode()


LETTERS = st.characters(codec=None) | st.sampled_from("\n\n\r\t <>&\"'\u202e\x1b\u2028")


@given(st.text(LETTERS, max_size=80), st.lists(st.integers(0, 80), min_size=4, max_size=4), st.data())
def test_any_text_stands_in_the_pane_as_it_is(text, bounds, data):
    edges = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    furniture = list(zip(edges[::2], edges[1::2], strict=False))
    passage_start, start, end, passage_end = sorted(bounds)
    cited = replace(CITED, passage_start=passage_start, passage_end=passage_end, start=start, end=end)
    pane = Pane(reading_pane(Article(text=text, id="b"), cited, furniture))
    assert pane.text == text

    def shown(first, last):
        return [at for at in range(first, min(last, len(text))) if text[at] != "\n"]

    assert [at for at in pane.within("pq-span") if text[at] != "\n"] == shown(start, end)
    assert [at for at in pane.within("pq-passage") if text[at] != "\n"] == shown(passage_start, passage_end)
    greyed = [at for first, last in furniture for at in shown(first, last)]
    assert [at for at in pane.within("pq-furniture") if text[at] != "\n"] == greyed
    assert all(claimed == stands for claimed, stands in pane.starts)
    assert len(pane.here) <= 1
