"""A conversation kept as Markdown, HTML and JSON: every citation is in it, and nothing of an article is markup."""

import datetime as dt
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

import pullquote
from pullquote.errors import InputError
from pullquote.filters import Filters
from pullquote.ui.conversation import Conversation, Exchange
from pullquote.ui.export.exporting import FORMATS, export, file_name, to_html, to_json, to_markdown, write

import ui_fakes as fakes

WHEN = dt.datetime(2031, 6, 9, 8, 30, tzinfo=dt.UTC)
INFO = fakes.INFO
SHA = fakes.answered().answers[0].citations[0].sha256
FILTERS = Filters.of(since="2031-05-01", as_of="2031-06-09", outlets=("Harbour Courier",), authors=("Ines Amaro",))


def exchange(question, outcome, **more):
    return Exchange.of(question, outcome, asked_at=WHEN, **more)


def two_places():
    """An answer that two outlets print, the second without a byline, a day or an address."""
    answer = fakes.answered()
    best = answer.answers[0]
    second = replace(best.citations[0], title="", outlet="Echo", authors=(), published=None, url=None, link=None)
    return replace(answer, answers=(replace(best, citations=(*best.citations, second)), *answer.answers[1:]))


PLAIN = Conversation(
    (
        exchange("And who leads it?", two_places(), understood="Who leads the investigation?", filters=FILTERS),
        exchange("What is she paid?", fakes.absent()),
        exchange("?", "The question holds no letter or digit."),
    )
)
SPEAKING = Conversation((exchange("Why did she sink?", fakes.speaking()),))
HOSTILE = Conversation(
    (
        exchange(fakes.HOSTILE.text, fakes.hostile(), understood=fakes.HOSTILE.title),
        exchange("z", fakes.speaking(article=fakes.HOSTILE)),
        exchange("x", fakes.absent(article=fakes.HOSTILE), filters=Filters(outlets=("<b>Outlet</b>\u2066",))),
        exchange("y", fakes.HOSTILE.text),
    )
)


class Page(HTMLParser):
    VOID = frozenset({"meta"})

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.links, self.text, self.open, self.metas = set(), set(), [], "", [], {}
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        self.tags.add(tag)
        self.attributes |= facts.keys()
        if "href" in facts:
            self.links.append(facts["href"])
        if tag == "meta" and "content" in facts:
            self.metas[facts.get("name") or facts.get("http-equiv")] = facts["content"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.text += data


def all_of(form):
    """Return what a reader sees of an exported conversation, without line ends."""
    text = export(PLAIN, INFO, form, exported_at=WHEN)
    shown = Page(text if form == "html" else MarkdownIt().render(text)).text
    return re.sub(r"\s+", " ", shown)


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_everything_is_said(form):
    text = all_of(form)
    for part in [
        "Asked of an archive of 2 articles, 5 passages, 1 May 2031 to 9 June 2031 (content SHA-256 ab12).",
        f"Kept on 9 June 2031 at 08:30 UTC by Pullquote {pullquote.__version__} with all-MiniLM-L6-v2.",
        "1. And who leads it?",
        "Asked on 9 June 2031 at 08:30 UTC · Understood as: Who leads the investigation? · Only from 1 May 2031; "
        "as of 9 June 2031; outlets: Harbour Courier; authors: Ines Amaro",
        "“Dr Hanne Osterby”",
        "2 independent reports, confidence 0.91 (uncalibrated)",
        "Dr Hanne Osterby, of the marine safety board, is leading the investigation.",
        "Corrin Star: nine dead",
        "Harbour Courier · By Ines Amaro and Tom Reyl · 4 May 2031",
        f"Characters 33-49 of a1, text SHA-256 {SHA}",
        "Echo",
        "Other values",
        "“a year”",
        "2. What is she paid?",
        "Searched 2 articles, from 1 May 2031 to 9 June 2031.",
        "Nearest passages",
        "Nearest values, none of them sure enough",
        "3. ?",
        "The question holds no letter or digit.",
    ]:
        assert part in text, part
    assert text.count(SHA) == 4


def test_absence_is_said_in_markdown_and_html():
    from pullquote.ui.wording import absence

    said = absence(fakes.absent())
    assert said in all_of("markdown")
    assert said in all_of("html")
    nothing = replace(fakes.absent(), searched=replace(fakes.absent().searched, articles=0), answers=(), passages=())
    none_pass = Conversation((exchange("Who?", nothing),))
    assert to_markdown(none_pass, INFO, exported_at=WHEN).count("No article in this archive passes") == 1
    assert to_html(none_pass, INFO, exported_at=WHEN).count("No article in this archive passes") == 1


def test_markdown_marks_the_span_and_links_the_sentence():
    text = to_markdown(PLAIN, INFO, exported_at=WHEN)
    assert "- **Dr Hanne Osterby**, of the marine safety board, is leading" in text
    assert "[Corrin Star: nine dead](<https://courier.example/corrin-star#:~:text=Dr%20Hanne%20Osterby>)" in text
    assert "\n  a1, Echo  \n" in text


def test_html_marks_the_span_and_links_the_sentence():
    html = to_html(PLAIN, INFO, exported_at=WHEN)
    assert "<blockquote><mark>Dr Hanne Osterby</mark>, of the marine safety board" in html
    assert Page(html).links[0] == "https://courier.example/corrin-star#:~:text=Dr%20Hanne%20Osterby"
    assert '<time datetime="2031-05-04">4 May 2031</time>' in html


def test_html_loads_and_runs_nothing():
    html = to_html(PLAIN, INFO, exported_at=WHEN)
    page = Page(html)
    assert html.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert page.metas["Content-Security-Policy"].startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert page.metas["viewport"] == "width=device-width, initial-scale=1"
    assert page.metas["color-scheme"] == "light dark"
    assert not page.tags & {"script", "img", "link", "iframe", "form", "object"}
    assert not page.attributes & {"src", "style"}
    style = html[html.index("<style>") : html.index("</style>")]
    assert "@media print" in style
    assert "prefers-color-scheme: dark" in style
    assert not re.search(r"url\(|@import|<", style.removeprefix("<style>"))


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_where_no_value_is_sure_the_quotations_are_kept(form):
    text = export(SPEAKING, INFO, form, exported_at=WHEN)
    assert "The archive speaks to this, but no single value is sure" in text
    assert "likely, confidence 62%" in text
    assert "Tarn Weekly" in text
    assert "It will take a year" in text
    assert "Values read in them, none of them sure" in text


def test_nothing_hostile_is_markup_in_html():
    html = to_html(HOSTILE, INFO, exported_at=WHEN)
    page = Page(html)
    assert page.tags == {
        *("html", "head", "meta", "title", "style", "body", "main", "header", "h1", "h2", "h3", "p", "section"),
        *("blockquote", "mark", "span", "ul", "li", "strong"),
    }
    assert page.attributes == {"lang", "charset", "http-equiv", "content", "name", "class"}
    assert page.links == []
    assert page.text.count("<script>alert(1)</script>") >= 5
    assert not {"\x1b", "\x9b", "\u202e", "\u2066"} & set(html)


def test_nothing_hostile_is_markup_in_markdown():
    text = to_markdown(HOSTILE, INFO, exported_at=WHEN)
    page = Page(MarkdownIt("commonmark").render(text).replace("<br />", ""))
    assert page.tags <= {"h1", "h2", "p", "strong", "ul", "li", "em"}
    assert page.links == []
    assert page.text.count("<script>alert(1)</script>") >= 5
    assert not {"\x1b", "\x9b", "\u202e", "\u2066"} & set(text)


def test_json_holds_the_answer_objects():
    value = json.loads(to_json(PLAIN, INFO, exported_at=WHEN))
    assert value["pullquote"] == pullquote.__version__
    assert value["exported_at"] == "2031-06-09T08:30:00+00:00"
    assert value["archive"] == {
        "articles": 2,
        "passages": 5,
        "first_day": "2031-05-01",
        "last_day": "2031-06-09",
        "content_sha256": "ab12",
        "embedder": "all-MiniLM-L6-v2",
        "embedder_sha256": "53aa",
    }
    found, absent, failed = value["exchanges"]
    assert found["answer"] == json.loads(json.dumps(two_places().to_json()))
    assert found["filters"] == {
        "since": "2031-05-01",
        "until": None,
        "as_of": "2031-06-09",
        "outlets": ["Harbour Courier"],
        "authors": ["Ines Amaro"],
    }
    assert (found["question"], found["understood"]) == ("And who leads it?", "Who leads the investigation?")
    assert (found["asked_at"], found["error"], found["nearest"]) == ("2031-06-09T08:30:00+00:00", None, [])
    assert absent["answer"]["abstained"] is True
    assert absent["answer"]["searched"]["since"] == "2031-05-01"
    assert absent["nearest"][0]["text"] == fakes.PLAIN.text
    assert (failed["answer"], failed["error"]) == (None, "The question holds no letter or digit.")


@pytest.mark.parametrize("form", FORMATS)
def test_an_empty_conversation_and_a_file(form, tmp_path):
    file = write(Conversation(), INFO, form, tmp_path, exported_at=WHEN)
    assert file.name == {"markdown": "pullquote.md", "html": "pullquote.html", "json": "pullquote.json"}[form]
    surrogate = Conversation((exchange("half \ud800 of a pair", "No \ud800."),))
    file = write(surrogate, INFO, form, tmp_path, exported_at=WHEN)
    assert file.read_bytes().decode("utf-8")


def test_the_times_are_in_utc():
    summer = WHEN.astimezone(dt.timezone(dt.timedelta(hours=2)))
    assert to_json(PLAIN, INFO, exported_at=summer) == to_json(PLAIN, INFO, exported_at=WHEN)
    assert "at 08:30 UTC" in to_markdown(PLAIN, INFO, exported_at=summer)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Who leads the investigation?", "pullquote-2031-06-09-who-leads-the-investigation.md"),
        ("../../etc/passwd\x00", "pullquote-2031-06-09-etc-passwd.md"),
        ("Wer führt die Ärzte?", "pullquote-2031-06-09-wer-fuhrt-die-arzte.md"),
        ("谁？", "pullquote-2031-06-09.md"),
        ("a b c d e f g h i j " + "k" * 300, "pullquote-2031-06-09-a-b-c-d-e-f-g-h.md"),
    ],
)
def test_file_names(question, name):
    assert file_name(Conversation((exchange(question, fakes.answered()),)), "markdown") == name


def test_an_unknown_format_is_refused(tmp_path):
    with pytest.raises(InputError, match="kept as markdown, html, json, not as 'pdf'"):
        write(PLAIN, INFO, "pdf", tmp_path, exported_at=WHEN)


@pytest.mark.parametrize("render", [to_markdown, to_html])
def test_a_remark_stands_in_the_place_of_the_absence(render):
    kept = render(Conversation((exchange("hello", fakes.remarked()),)), INFO, exported_at=WHEN)
    assert "Remark: Corrin Star: nine dead" in kept.replace("\\", "")
    assert "Nothing in this archive" not in kept
    assert "Searched" not in kept
