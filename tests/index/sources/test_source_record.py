from __future__ import annotations

import datetime as dt
import json

import pytest

from pullquote.index.sources.fields.byline import split_byline
from pullquote.index.sources.fields.dates import has_time, parse_published
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
        ("2013-6-8", None),
        ("2013-06-08Z", None),
        # A day is clear whatever form its time has, which is then kept as written.
        ("2013-06-08 9:05", "2013-06-08 9:05"),
        ("2013-06-08, 10:15", "2013-06-08, 10:15"),
        ("2013-06-08 10:00 CEST", "2013-06-08 10:00 CEST"),
        ("2013-06-08T10:15:00Z[Europe/London]", "2013-06-08T10:15:00Z[Europe/London]"),
        ("2013-06-08T23:59:60Z", "2013-06-08T23:59:60Z"),
        ("Sat, 08 Jun 13 10:00:00 GMT", "Sat, 08 Jun 13 10:00:00 GMT"),
        ("Sa, 08 Jun 2013 10:00:00 +0200", "Sa, 08 Jun 2013 10:00:00 +0200"),
        ("sam., 8 juin 2013 10:00:00 +0200", "sam., 8 juin 2013 10:00:00 +0200"),
        ("8 de junio de 2013", None),
        ("Sat, 08 Jun 2013 10:00:00 -9999999999999999", "Sat, 08 Jun 2013 10:00:00 -9999999999999999"),
    ],
)
def test_dates(value, timestamp):
    if timestamp == "refused":
        with pytest.raises(Unreadable):
            parse_published(value)
    else:
        assert parse_published(value) == (DAY, timestamp)


def test_years_of_two_digits():
    assert parse_published("01 Mar 49 09:00 GMT")[0] == dt.date(2049, 3, 1)
    assert parse_published("01 Mar 50 09:00 GMT")[0] == dt.date(1950, 3, 1)


@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [
        ("2013-06-08T10:00:00+02:00", True),
        ("June 8, 2013 at 10:30 a.m. EDT", True),
        ("2013-06-08 9 pm", True),
        ("2013-06-08 kl. 10.15", True),
        ("2013-06-08T23:59:60Z", True),
        ("2013-06-08 23:61", False),
        ("2013-06-08 banana", False),
    ],
)
def test_whether_a_time_of_day_can_be_read(timestamp, expected):
    assert has_time(timestamp) is expected


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
        "8 Jun 13",  # without a time it could be either way round
        "Expires 8 June 2013",
        "2013-06-08-2013-06-10",
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


def towering(floors: int) -> list:
    tower: list = []
    for _ in range(floors - 1):
        tower = [tower]
    return tower


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({}, "has no text"),
        ({"text": None}, "has no text"),
        ({"text": 5}, "has a number as its text"),
        ({"text": " \n"}, "has an empty text"),
        ({"text": "12 - 34!"}, "has a text without a single letter"),
        ({"text": "a\0b"}, "has a NUL character in its text, at character 1"),
        ({"text": "a\ud800"}, "has half of a surrogate pair (\\ud800) in its text, at character 1"),
        ({"text": "a", "x": list(range(20_000))}, "has more than 10,000 values besides its text"),
        ({"text": "a", "x": float("inf")}, "holds inf, which is no number that can be stored"),
        ({"text": "a", "x": towering(66)}, "has values nested more than 64 deep"),
    ],
)
def test_unusable_records_say_why(record, reason):
    with pytest.raises(Unreadable) as caught:
        to_article(record, source="s")
    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("field", "note"),
    [
        ({"title": 5}, "is stored without its title, which is a number"),
        ({"id": True}, "is stored without its id, which is true or false"),
        ({"outlet": ["x"]}, "is stored without its outlet, which is a list"),
        ({"language": {}}, "is stored without its language, which is an object"),
        ({"authors": 5}, "is stored without its authors, which is a number"),
        ({"authors": ["Ann Roe", {}]}, "is stored without one of its authors, which is an object"),
        ({"authors": ["Ann Roe", "B\0"]}, "is stored without one of its authors, which holds a NUL character"),
        ({"title": "\udfff"}, "is stored without its title, which holds half of a surrogate pair (\\udfff)"),
        ({"x": [{"y\0": 1}]}, "is stored without its x, which holds a NUL character"),
        ({"published": "Juin 45"}, "is stored without a date (published is 'Juin 45', not a date such as 2013-06-08)"),
        (
            {"published": "2013-06-31"},
            "is stored without a date (published is '2013-06-31', which is no day of the calendar"
            " (day is out of range for month))",
        ),
        (
            {"published": "2013-06-08 25:61"},
            "is stored with its day alone (no time of day can be read in '2013-06-08 25:61')",
        ),
    ],
)
def test_one_bad_field_never_loses_the_article(field, note):
    article = to_article({"text": "The mill opened.", "desk": "city", **field}, source="s")
    assert (article.text, article.notes, article.extra["desk"]) == ("The mill opened.", (note,), "city")
    assert article.authors == (("Ann Roe",) if isinstance(field.get("authors"), list) else ())
    json.dumps(dict(article.extra), ensure_ascii=False).encode()


def test_a_date_that_is_none_stays_as_printed():
    article = to_article({"text": "The mill opened.", "published": "Juin 45"}, source="s")
    assert (article.published, article.extra) == (None, {"published_as_printed": "Juin 45"})


def test_a_tower_of_the_height_allowed_is_kept():
    article = to_article({"text": "a", "x": towering(65)}, source="s")
    assert (article.extra["x"], article.notes) == (towering(65), ())
