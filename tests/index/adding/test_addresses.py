from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from old_archives import without_addresses

from pullquote.index.adding.addresses import page_anyhow, page_of
from pullquote.index.archive import Archive

from fakes import HashEmbedder

LEVY = "https://echo.example/news/levy"
ONE_PAGE = [
    (LEVY, "https://Echo.Example/news/levy"),
    (LEVY, "HTTPS://echo.example/news/levy"),
    (LEVY, f"{LEVY}#top"),
    (LEVY, f"{LEVY}#:~:text=The%20harbour"),
    (LEVY, f"{LEVY}#xtor=RSS-1"),
    (LEVY, f"{LEVY}/"),
    (LEVY, f"{LEVY}?"),
    (LEVY, "https://echo.example:443/news/levy"),
    ("http://echo.example/levy", "http://echo.example:80/levy"),
    (LEVY, f"{LEVY}?utm_source=rss&utm_medium=feed"),
    (LEVY, f"{LEVY}?fbclid=abc"),
    (LEVY, f"{LEVY}?gclid=abc&_ga=1"),
    (LEVY, f"{LEVY}?at_campaign=rss&at_medium=feed#top"),
    (f"{LEVY}?id=3", f"{LEVY}?id=3&utm_source=rss"),
    (f"{LEVY}?a=1&b=2", f"{LEVY}?b=2&a=1"),
    (LEVY, "https://echo.example/news/l%65vy"),
    ("https://echo.example/caf%c3%a9", "https://echo.example/café"),
    ("https://zürich.example/levy", "https://xn--zrich-kva.example/levy"),
]
ONE_PAGE_WHERE_TEXTS_MATCH = [
    (LEVY, "http://echo.example/news/levy"),
    (LEVY, "https://www.echo.example/news/levy"),
    (LEVY, "http://www.echo.example/news/levy/"),
    (LEVY, f"{LEVY}/amp"),
    (LEVY, f"{LEVY}?amp=1"),
    (LEVY, f"{LEVY}?outputType=amp"),
    (LEVY, "https://amp.echo.example/news/levy"),
    (LEVY, "https://echo.example/amp/news/levy"),
    (f"{LEVY}.html", f"{LEVY}.amp.html"),
    (LEVY, "https://www.google.com/amp/s/echo.example/news/levy"),
    (LEVY, "https://echo-example.cdn.ampproject.org/c/s/echo.example/news/levy"),
    (LEVY, f"{LEVY}?ref=home"),
    (f"{LEVY}?cid=3", f"{LEVY}?cid=4"),
]
TWO_PAGES = [
    (f"{LEVY}?id=3", f"{LEVY}?id=4"),
    ("https://echo.example/?p=3", "https://echo.example/?p=4"),
    (f"{LEVY}?3", f"{LEVY}?4"),
    ("https://echo.example/#/story/3", "https://echo.example/#/story/4"),
    ("https://echo.example/#!story-3", "https://echo.example/#!story-4"),
    ("https://echo.example/a%2Fb", "https://echo.example/a/b"),
    (LEVY, "https://echo.example:8443/news/levy"),
    (LEVY, "https://echo.example/news/Levy"),
    (LEVY, "https://post.example/news/levy"),
    (LEVY, f"{LEVY}-2"),
    (f"{LEVY}?page=1", f"{LEVY}?page=2"),
    (LEVY, f"{LEVY}?id=3"),
]


@pytest.mark.parametrize(("one", "other"), ONE_PAGE)
def test_one_page(one: str, other: str):
    assert page_of(one) == page_of(other)
    assert page_anyhow(one) == page_anyhow(other)


@pytest.mark.parametrize(("one", "other"), ONE_PAGE_WHERE_TEXTS_MATCH)
def test_one_page_where_the_texts_match(one: str, other: str):
    assert page_of(one) != page_of(other)
    assert page_anyhow(one) == page_anyhow(other)


@pytest.mark.parametrize(("one", "other"), TWO_PAGES)
def test_two_pages(one: str, other: str):
    assert page_of(one) != page_of(other)
    assert page_anyhow(one) != page_anyhow(other)


@pytest.mark.parametrize(
    "address", ["", "no address", "https://[::1", "https://", "//x", "https://a:99999999/", "ftp:x"]
)
def test_what_cannot_be_taken_apart_is_its_own_page(address: str):
    assert isinstance(page_of(address), str)
    assert page_of("https://[::1") == page_anyhow("https://[::1") == "https://[::1"


@given(st.text(max_size=40))
def test_any_text_has_a_page(text: str):
    assert page_of(f"https://echo.example/{text}") is not None
    assert isinstance(page_anyhow(f"https://{text}"), str)


def told(report) -> tuple[int, int, int, int]:
    return len(report.added), len(report.updated), report.unchanged, len(report.skipped)


@pytest.mark.parametrize(("one", "other"), ONE_PAGE)
def test_a_new_text_under_another_spelling_supersedes_the_old_one(archive: Archive, write_articles, one, other):
    archive.add([write_articles({"url": one, "text": "The levy is 40 crowns."}, name="a.jsonl")])
    report = archive.add([write_articles({"url": other, "text": "The levy is 45 crowns."}, name="b.jsonl")])
    assert told(report) == (0, 1, 0, 0)
    assert (archive.count_articles(), archive.article(one).text) == (1, "The levy is 45 crowns.")
    assert archive.article(other) == archive.article(one)


@pytest.mark.parametrize(("one", "other"), ONE_PAGE_WHERE_TEXTS_MATCH)
def test_only_the_same_text_makes_a_doubtful_address_one_article(archive: Archive, write_articles, one, other):
    archive.add([write_articles({"url": one, "text": "The levy is 40 crowns."}, name="a.jsonl")])
    same = archive.add([write_articles({"url": other, "text": "The levy  is “40 crowns”"}, name="b.jsonl")])
    assert (len(same.added), archive.count_articles()) == (0, 1)
    another = archive.add([write_articles({"url": other, "text": "The levy is 45 crowns."}, name="c.jsonl")])
    assert (told(another), archive.count_articles()) == ((1, 0, 0, 0), 2)


@pytest.mark.parametrize(("one", "other"), TWO_PAGES)
def test_two_pages_stay_two_articles(archive: Archive, write_articles, one, other):
    rows = [{"url": url, "text": "The levy is 40 crowns."} for url in (one, other)]
    assert told(archive.add([write_articles(*rows)])) == (2, 0, 0, 0)


def test_within_one_run_a_page_is_one_article(archive: Archive, write_articles):
    rows = [
        {"url": LEVY, "text": "The levy is 40 crowns."},
        {"url": f"{LEVY}?utm_source=rss", "text": "The levy is 40 crowns."},
        {"url": "http://echo.example/news/levy", "text": "The levy is “40 crowns”."},
        {"url": f"{LEVY}#top", "text": "The levy is 45 crowns."},
    ]
    report = archive.add([write_articles(*rows)])
    assert told(report) == (1, 0, 2, 1)
    assert "came up before in this run with another text" in report.skipped[0].reason


def test_ids_of_their_own_keep_articles_of_one_address_apart(archive: Archive, write_articles):
    rows = [{"id": name, "url": f"{LEVY}#{name}", "text": f"The levy is {name}."} for name in ("a", "b")]
    assert told(archive.add([write_articles(*rows)])) == (2, 0, 0, 0)
    changed = {"id": "a", "url": "https://echo.example/moved", "text": "The levy is a."}
    assert told(archive.add([write_articles(changed, name="c.jsonl")])) == (0, 1, 0, 0)
    assert archive.article("a").url == "https://echo.example/moved"


def test_the_shorter_spelling_is_kept(archive: Archive, write_articles):
    tracked = {"url": f"{LEVY}?utm_source=rss", "text": "The levy is 40 crowns."}
    archive.add([write_articles(tracked, name="a.jsonl")])
    archive.add([write_articles({"url": LEVY, "text": "The levy is 45 crowns."}, name="b.jsonl")])
    assert archive.article(LEVY).url == LEVY
    again = archive.add([write_articles({**tracked, "text": "The levy is 45 crowns."}, name="c.jsonl")])
    assert (told(again), archive.article(LEVY).url) == ((0, 0, 1, 0), LEVY)


def test_removal_finds_the_page(archive: Archive, write_articles):
    archive.add([write_articles({"url": LEVY, "text": "The levy is 40 crowns."})])
    assert archive.remove(["https://ECHO.example/news/levy/"]).removed == (LEVY,)


def test_pages_that_an_earlier_version_stored_are_found(archive: Archive, write_articles):
    archive.add([write_articles({"url": LEVY, "text": "The levy is 40 crowns."}, name="a.jsonl")])
    without_addresses(archive)
    opened = Archive.open(archive.path, embedder=HashEmbedder())
    assert opened.article(f"{LEVY}#top") is None
    report = opened.add([write_articles({"url": f"{LEVY}#top", "text": "The levy is 45 crowns."}, name="b.jsonl")])
    assert (told(report), opened.count_articles()) == ((0, 1, 0, 0), 1)
    assert opened.article(f"{LEVY}#top").text == "The levy is 45 crowns."
