"""Counting an archive's articles and listing their bylines: no text, no index, no model."""

import datetime as dt

import pytest

from pullquote.index.archive import Archive

ROWS = [
    {
        "id": "a",
        "text": "The pier sank on that day.",
        "published": "2031-05-04",
        "outlet": "Courier",
        "authors": ["Ines"],
    },
    {"id": "b", "text": "The pier was raised on that day."},
    {"id": "c", "text": "The pier opened on that day.", "outlet": "Echo", "authors": ["Tom", "Ása"]},
]
BYLINES = [(dt.date(2031, 5, 4), "Courier", ("Ines",)), (None, None, ()), (None, "Echo", ("Tom", "Ása"))]


@pytest.fixture
def folder(tmp_path, embedder, write_articles):
    with Archive.open(tmp_path / "news.pq", create=True, embedder=embedder) as archive:
        archive.add([write_articles(*ROWS)])
    return tmp_path / "news.pq"


def test_all_articles_are_told_in_order(folder):
    with Archive.open(folder) as archive:  # without an embedder: loading the one named "hash" would fail
        assert archive.count_articles() == 3
        assert archive.bylines() == BYLINES


def test_what_was_removed_or_replaced_is_not_told(folder, embedder, write_articles):
    with Archive.open(folder, embedder=embedder) as archive:
        archive.remove(["b"])
        archive.add([write_articles(ROWS[0] | {"outlet": "Post"}, name="again.jsonl")])
        assert archive.count_articles() == 2
        assert sorted(archive.bylines(), key=str) == sorted(
            [BYLINES[2], (dt.date(2031, 5, 4), "Post", ("Ines",))], key=str
        )


def test_what_another_process_adds_is_told(folder, embedder, write_articles):
    with Archive.open(folder) as reading, Archive.open(folder, embedder=embedder) as writing:
        assert reading.count_articles() == 3
        writing.add([write_articles({"id": "d", "text": "The pier closed on that day."}, name="more.jsonl")])
        assert reading.count_articles() == 4
        assert len(reading.bylines()) == 4


def test_an_empty_archive(tmp_path, embedder):
    with Archive.open(tmp_path / "empty.pq", create=True, embedder=embedder) as archive:
        assert archive.count_articles() == 0
        assert archive.bylines() == []
