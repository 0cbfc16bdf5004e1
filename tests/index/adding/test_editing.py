"""Facts of articles that people mend, and lists of articles."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pullquote.articles import Edit
from pullquote.errors import InputError
from pullquote.filters import Filters
from pullquote.index.archive import Archive

from fakes import HashEmbedder

FERRY = "Ferry talks end\n\nThe port authority of Varn said so."
HERRING = "The fleet landed 1,250 tonnes of herring."
ROWS = [
    {"id": "a", "title": "Ferry talks end", "outlet": "post", "published": "2031-05-04", "text": FERRY},
    {"id": "b", "title": "Herring catch rises", "outlet": "Courier", "published": "2031-05-06", "text": HERRING},
    {"id": "c", "title": "Bridge closed", "text": "High winds had torn two cables of the bridge at Ardmere."},
]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "wire.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return file


@pytest.fixture
def archive(tmp_path: Path, source: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "news.pq", create=True, embedder=HashEmbedder()) as opened:
        opened.add(source)
        yield opened


def test_what_was_guessed_is_mended_and_the_text_stays(archive):
    before = archive.article("a")
    edited = archive.edit("a", outlet="Harbour Post", published="5 May 2031", authors=["Mara Lind"], by="desk")
    assert edited == archive.article("a")
    assert (edited.outlet, edited.published, edited.authors) == ("Harbour Post", dt.date(2031, 5, 5), ("Mara Lind",))
    assert (edited.title, edited.text, edited.title_in_text) == (before.title, before.text, (0, 15))
    assert archive.search("port authority", outlets=["Harbour Post"])[0].article.id == "a"
    assert archive.search("port authority", until="2031-05-04") == []
    assert archive.check().ok


def test_edits_say_who_and_when(archive):
    archive.edit("a", outlet="Harbour Post", by="desk")
    archive.edit("a", outlet="The Harbour Post", authors="Mara Lind")
    first, second, third = archive.edits("a")
    assert (first.field, first.value, first.printed, first.by) == ("outlet", "Harbour Post", "post", "desk")
    assert (second.field, second.value, second.printed, second.by) == ("outlet", "The Harbour Post", "post", "")
    assert (third.field, third.value, third.printed) == ("authors", ("Mara Lind",), ())
    assert dt.datetime.now(dt.UTC) - first.at < dt.timedelta(minutes=5)
    assert archive.edits("b") == archive.edits("nobody") == []


def test_adding_the_file_again_never_undoes_an_edit(archive, source):
    archive.edit("a", title="Talks on the ferry end", outlet="Harbour Post")
    source.write_text(source.read_text() + "\n")
    assert archive.add(source).unchanged == 3
    assert archive.article("a").outlet == "Harbour Post"
    changed = [{**ROWS[0], "text": ROWS[0]["text"] + "\n\nMara Lind wasn't there."}, *ROWS[1:]]
    source.write_text("".join(json.dumps(row) + "\n" for row in changed))
    assert archive.add(source).updated == ("a",)
    article = archive.article("a")
    assert (article.title, article.outlet) == ("Talks on the ferry end", "Harbour Post")
    assert article.text.endswith("wasn't there.")


def test_a_fact_is_restored_to_what_the_source_says(archive, source):
    archive.edit("a", outlet="Harbour Post", published="")
    assert archive.article("a").published is None
    archive.edit("a", restore=["outlet", "published"])
    article = archive.article("a")
    assert (article.outlet, article.published) == ("post", dt.date(2031, 5, 4))
    assert [edit.value for edit in archive.edits("a")] == ["Harbour Post", "", None, None]
    source.write_text(source.read_text() + "\n")
    assert archive.add(source).unchanged == 3


def test_nothing_changes_where_nothing_is_mended(archive):
    generation = archive.generation
    assert archive.edit("a", outlet="post") == archive.article("a")
    assert (archive.generation, archive.edits("a")) == (generation, [])


@pytest.mark.parametrize(
    ("name", "facts", "message"),
    [
        ("nobody", {"outlet": "x"}, "no article 'nobody'"),
        ("a", {}, "Say what to edit"),
        ("a", {"published": "soon"}, "The day can't be used: published is 'soon', not a date"),
        ("a", {"restore": "text"}, "'text' can't be edited; there are title, outlet, published, authors"),
        ("a", {"outlet": "x", "restore": "outlet"}, "can't be given and restored at once"),
        ("a", {"outlet": 7}, "The outlet is a text, not a int"),
        ("a", {"authors": [7]}, "The authors are names"),
    ],
)
def test_what_cannot_be_mended_is_told(archive, name, facts, message):
    with pytest.raises(InputError, match=message.replace("(", r"\(")):
        archive.edit(name, **facts)
    assert archive.edits("a") == []


def test_erasing_an_article_erases_its_edits(archive):
    archive.edit("a", outlet="Zoë's Post")
    archive.remove(["a"], erase=True)
    assert all("Zoë's".encode() not in file.read_bytes() for file in archive.path.rglob("*") if file.is_file())


def test_articles_are_listed_by_day_without_their_texts(archive, source):
    archive.edit("c", outlet="Harbour Post")
    entries = list(archive.entries())
    assert [(one.id, one.published, one.edited) for one in entries] == [
        ("b", dt.date(2031, 5, 6), False),
        ("a", dt.date(2031, 5, 4), False),
        ("c", None, True),
    ]
    assert entries[0].source == f"{source.resolve().as_posix()}:2"
    assert [one.id for one in archive.entries(limit=1)] == ["b"]
    assert [one.id for one in archive.entries(Filters.of(until="2031-05-05"))] == ["a"]
    assert [one.id for one in archive.entries(source="WIRE.jsonl:1")] == ["a"]
    archive.remove(["b"])
    assert [one.id for one in archive.entries()] == ["a", "c"]


def test_an_edit_as_json():
    at = dt.datetime(2031, 5, 4, 12, tzinfo=dt.UTC)
    assert Edit("authors", ("Mara Lind",), (), "desk", at).to_json() == {
        "field": "authors", "value": ("Mara Lind",), "printed": (), "by": "desk", "at": "2031-05-04T12:00:00+00:00",
    }  # fmt: skip
