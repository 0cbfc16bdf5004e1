from __future__ import annotations

import datetime as dt

import pytest

from pullquote.index.sources.byline import split_byline
from pullquote.index.sources.dates import parse_published
from pullquote.index.sources.files import Unreadable
from pullquote.index.sources.record import is_web_address, to_article

DAY = dt.date(2013, 6, 8)


@pytest.mark.parametrize(
    ("value", "timestamp"),
    [
        ("2013-06-08", None),
        ("20130608", None),
        ("2013/6/8", None),
        ("June 8, 2013", None),
        ("Saturday, June 8, 2013", None),
        ("Jun. 8 2013", None),
        ("8 June 2013", None),
        ("8th of June 2013", "refused"),
        ("2013-06-08T23:30:00-07:00", "2013-06-08T23:30:00-07:00"),  # the writer's day, not UTC's
        ("2013-06-08T10:00:00Z", "2013-06-08T10:00:00+00:00"),
        ("2013-06-08 10:00", "2013-06-08T10:00:00"),
        ("2013-06-08 10:00:00 +0200", "2013-06-08T10:00:00+02:00"),
        ("2013-06-08 10:00 UTC", "2013-06-08T10:00:00+00:00"),
        ("Sat, 08 Jun 2013 10:00:00 GMT", "2013-06-08T10:00:00+00:00"),
        ("June 8, 2013 at 10:30 a.m. EDT", "June 8, 2013 at 10:30 a.m. EDT"),
    ],
)
def test_dates(value, timestamp):
    if timestamp == "refused":
        with pytest.raises(Unreadable):
            parse_published(value)
    else:
        assert parse_published(value) == (DAY, timestamp)


@pytest.mark.parametrize("value", [None, "", "  "])
def test_no_date(value):
    assert parse_published(value) == (None, None)


@pytest.mark.parametrize(
    "value",
    [
        "2013-02-30",
        "June 31, 2013",
        "2013-06",
        "2013",
        "yesterday",
        "08/06/2013",
        "0001-01-01",
        1370649600,
        True,
        ["x"],
    ],
)
def test_a_wrong_date_is_named(value):
    with pytest.raises(Unreadable) as caught:
        parse_published(value)
    assert repr(value) in str(caught.value)


@pytest.mark.parametrize(
    ("byline", "expected"),
    [
        ("By Ann Roe", ("Ann Roe",)),
        ("BY ANN ROE and BO LEE", ("ANN ROE", "BO LEE")),
        ("Ann Roe, Bo Lee and Cy Poe", ("Ann Roe", "Bo Lee", "Cy Poe")),
        ("Roe, Ann; Lee, Bo", ("Roe, Ann", "Lee, Bo")),
        ("Ann Roe; Ann Roe", ("Ann Roe",)),
        ("Smith and Sons", ("Smith and Sons",)),
        ("Byron Lee", ("Byron Lee",)),
        (" ; ", ()),
    ],
)
def test_bylines(byline, expected):
    assert split_byline(byline) == expected


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://a.example/x?y=1#z", True),
        ("HTTP://a.example", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//a.example/x", False),
        ("http://", False),
        ('https://a.example/"onclick=x', False),
        ("https://a.example/ b", False),
        ("http://[::1", False),
    ],
)
def test_web_addresses(url, good):
    assert is_web_address(url) is good
    article = to_article({"text": "a", "url": url}, source="s")
    assert (article.url, article.extra.get("url")) == ((url, None) if good else (None, url))


def test_everything_has_its_place():
    article = to_article(
        {
            "text": "  The  headline\nBody.",
            "id": 7,
            "title": "The headline",
            "outlet": " The\nPost ",
            "published": "2013-06-08T10:00:00Z",
            "authors": ["By Ann Roe", None, " Bo  Lee "],
            "language": "en",
            "tags": ["a", {"b": 1.5}],
        },
        source="x.jsonl:3",
    )
    assert article.text == "  The  headline\nBody."
    assert (article.id, article.outlet, article.published) == ("7", "The Post", DAY)
    assert (article.authors, article.language) == (("Ann Roe", "Bo Lee"), "en")
    assert article.extra == {"tags": ["a", {"b": 1.5}], "published_at": "2013-06-08T10:00:00+00:00"}
    assert (article.title_in_text, article.source) == ((2, 15), "x.jsonl:3")


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({}, "has no text"),
        ({"text": None}, "has no text"),
        ({"text": 5}, "has a number as its text"),
        ({"text": " \n"}, "has an empty text"),
        ({"text": "12 - 34!"}, "has a text without a single letter"),
        ({"text": "a", "title": 5}, "has a number as its title"),
        ({"text": "a", "id": True}, "has true or false as its id"),
        ({"text": "a", "authors": 5}, "has a number as its authors"),
        ({"text": "a", "authors": ["x", {}]}, "has an object among its authors"),
        ({"text": "a\0b"}, "has a NUL character in its text, at character 1"),
        ({"text": "a\ud800"}, "has half of a surrogate pair (\\ud800) in its text, at character 1"),
        (
            {"text": "a", "title": "\udfff"},
            "has half of a surrogate pair (\\udfff) in its metadata, at character 0",
        ),
        ({"text": "a", "x": [{"y\0": 1}]}, "has a NUL character in its metadata, at character 1"),
        ({"text": "a", "x": list(range(20_000))}, "has more than 10,000 values besides its text"),
    ],
)
def test_unusable_records_say_why(record, reason):
    with pytest.raises(Unreadable) as caught:
        to_article(record, source="s")
    assert str(caught.value) == reason
