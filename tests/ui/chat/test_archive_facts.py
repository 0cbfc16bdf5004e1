"""Counts by month, outlet and author of a real archive, and the report of an upload as HTML."""

import datetime as dt
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from pullquote.articles import AddReport, Note, Skipped
from pullquote.index.archive import Archive
from pullquote.ui.chat.archive_facts import (
    ArchiveFacts,
    MonthCount,
    archive_facts,
    author_choices,
    outlet_choices,
    plot_rows,
    report_html,
)

import ui_fakes as fakes


def row(name, published=None, outlet=None, authors=()):
    facts = {"id": name, "title": name, "text": f"Something happened in {name} on that day.", "authors": list(authors)}
    return facts | {key: value for key, value in (("published", published), ("outlet", outlet)) if value}


@pytest.fixture
def archive(tmp_path, embedder, write_articles):
    with Archive.open(tmp_path / "news.pq", create=True, embedder=embedder) as archive:
        archive.add(
            [
                write_articles(
                    row("a", "2031-05-04", "Courier", ["Ines Amaro", "Tom Reyl"]),
                    row("b", "2031-05-30", "Courier", ["Ines Amaro"]),
                    row("c", "2031-05-01", "Echo", ["Tom Reyl", "Tom Reyl"]),
                    row("d", "2031-08-01"),
                    row("e", None, "Courier"),
                    row("gone", "2029-01-01", "Courier"),
                )
            ]
        )
        archive.remove(["gone"])
        yield archive


def test_facts_of_an_archive(archive):
    facts = archive_facts(archive)
    assert [article.published for article in facts.newest] == [
        dt.date(2031, *day) for day in ((8, 1), (5, 30), (5, 4), (5, 1))
    ]
    assert replace(facts, newest=()) == ArchiveFacts(
        articles=5,
        undated=1,
        first_day=dt.date(2031, 5, 1),
        last_day=dt.date(2031, 8, 1),
        months=(
            MonthCount("2031-05", "Courier", 2),
            MonthCount("2031-05", "Echo", 1),
            MonthCount("2031-08", "", 1),
        ),
        outlets=(("Courier", 3), ("Echo", 1)),
        authors=(("Ines Amaro", 2), ("Tom Reyl", 2)),
    )


def test_facts_are_gathered_anew_only_after_a_change(archive, tmp_path):
    facts = archive_facts(archive)
    assert archive_facts(archive) is facts
    with Archive.open(archive.path, embedder=archive.embedder) as another:
        another.remove([facts.newest[0].id])
    assert archive_facts(archive).articles == facts.articles - 1
    assert facts.newest[0].id not in {article.id for article in archive_facts(archive).newest}


def test_facts_of_an_empty_archive(tmp_path, embedder):
    with Archive.open(tmp_path / "empty.pq", create=True, embedder=embedder) as archive:
        assert archive_facts(archive) == ArchiveFacts(0, 0, None, None, (), (), ())
        assert plot_rows(archive_facts(archive)) == []


def test_plot_has_no_gap_and_few_colours(archive):
    rows = plot_rows(archive_facts(archive), outlets=1)
    assert [(one["month"], one["outlet"], one["articles"]) for one in rows] == [
        ("2031-05", "Courier", 2),
        ("2031-05", "Other outlets", 1),
        ("2031-06", "Courier", 0),
        ("2031-07", "Courier", 0),
        ("2031-08", "Outlet unknown", 1),
    ]


def test_plot_goes_on_over_the_end_of_a_year():
    months = (MonthCount("2030-11", "", 1), MonthCount("2031-02", "", 2))
    rows = plot_rows(ArchiveFacts(3, 0, None, None, months, (), ()))
    assert [(one["month"], one["articles"]) for one in rows] == [
        ("2030-11", 1),
        ("2030-12", 0),
        ("2031-01", 0),
        ("2031-02", 2),
    ]


def test_choices_carry_their_counts(archive):
    facts = archive_facts(archive)
    assert outlet_choices(facts) == [("Courier (3)", "Courier"), ("Echo (1)", "Echo")]
    assert author_choices(facts, limit=1) == [("Ines Amaro (2)", "Ines Amaro")]


class Page(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.lines, self.open = set(), set(), [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag in ("p", "h3", "li"):
            self.lines.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.lines[-1] += data


def test_report_says_what_was_done_and_why_not():
    report = AddReport(
        added=("a1",),
        updated=("a2", "a3"),
        unchanged=1200,
        skipped=(
            Skipped("/tmp/gradio/0f/photo.png", "is of a kind that isn't read", unsupported=True),
            Skipped("/tmp/gradio/0f/feed.xml:3", "has no text"),
        ),
        passages=7,
        seconds=1.0,
        notes=(Note("/tmp/gradio/0f/mill.txt", "is stored without a date"),),
    )
    page = Page(report_html(report, {"a1": "Corrin Star"}.get))
    assert page.lines == [
        "1 article added, 2 updated, 1,200 stored already, 2 skipped (7 passages).",
        "Added: 1 article",
        "Corrin Star",
        "Updated: 2 articles",
        "a2",
        "a3",
        "Skipped: 2 sources",
        "feed.xml:3 has no text",
        "photo.png is of a kind that isn't read",
        "Notes: 1",
        "mill.txt is stored without a date",
    ]


def test_report_of_nothing_and_of_very_much():
    assert Page(report_html(AddReport((), (), 0, (), 0, 0.1))).lines == ["0 articles added (0 passages)."]
    many = AddReport((), (), 0, fakes.skipped(60), 0, 0.1)
    lines = Page(report_html(many)).lines
    assert lines[1] == "Skipped: 60 sources"
    assert (len(lines), lines[-1]) == (53, "… and 10 more")


def test_nothing_of_a_report_is_markup():
    bad = fakes.HOSTILE.title
    report = AddReport((bad,), (), 0, (Skipped(bad, fakes.HOSTILE.text),), 1, 0.1)
    html = report_html(report, lambda _: bad)
    page = Page(html)
    assert page.tags == {"section", "p", "h3", "ul", "li", "span", "code"}
    assert page.attributes == {"class", "role", "data-article"}
    assert any("<script>alert(1)</script>" in line for line in page.lines)
    assert not {"\x9b", "\u202e"} & set(html)
