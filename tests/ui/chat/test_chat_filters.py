"""Filters as widgets' values, as chips and as an address's query."""

import datetime as dt
from urllib.parse import parse_qsl

import pytest

from pullquote.errors import InputError
from pullquote.filters import Filters
from pullquote.ui.chat.archive_facts import ArchiveFacts
from pullquote.ui.chat.filters import chips, filters_of, from_query, refreshed, to_query, values_of, without

ALL = Filters(
    since=dt.date(2031, 5, 1),
    until=dt.date(2031, 5, 9),
    as_of=dt.date(2031, 5, 8),
    outlets=("Harbour & Echo", 'The "<b>Post</b>"'),
    authors=("Ása Straße",),
)
FACTS = ArchiveFacts(
    articles=3,
    undated=0,
    first_day=None,
    last_day=None,
    months=(),
    outlets=(("Harbour & Echo", 2), ('The "<b>Post</b>"', 1)),
    authors=(("Ása Straße", 1),),
)


def test_values_and_query_bring_the_filters_back():
    assert filters_of(*values_of(ALL)) == ALL
    assert from_query(parse_qsl(to_query(ALL)), FACTS) == ALL
    assert to_query(ALL).startswith(
        "since=2031-05-01&until=2031-05-09&as_of=2031-05-08&outlet=Harbour+%26+Echo&outlet="
    )
    assert filters_of("", None, "", None, []) == Filters()
    assert to_query(Filters()) == ""


@pytest.mark.parametrize(
    ("query", "filters"),
    [
        ("since=yesterday&outlet=Nobody&author=&x=1", Filters()),
        ("since=2031-05-09&until=2031-05-01", Filters(since=dt.date(2031, 5, 9))),
        ("until=2031-05-01&until=2031-05-02", Filters(until=dt.date(2031, 5, 2))),
        ("outlet=Harbour+%26+Echo&outlet=Harbour+%26+Echo", Filters(outlets=("Harbour & Echo",))),
    ],
)
def test_what_an_address_gets_wrong_is_left_out(query, filters):
    assert from_query(parse_qsl(query), FACTS) == filters


@pytest.mark.parametrize(
    ("what", "name", "left"),
    [
        ("dates", "", Filters(as_of=ALL.as_of, outlets=ALL.outlets, authors=ALL.authors)),
        ("since", "", Filters(until=ALL.until, as_of=ALL.as_of, outlets=ALL.outlets, authors=ALL.authors)),
        ("until", "", Filters(since=ALL.since, as_of=ALL.as_of, outlets=ALL.outlets, authors=ALL.authors)),
        ("as_of", "", Filters(since=ALL.since, until=ALL.until, outlets=ALL.outlets, authors=ALL.authors)),
        ("outlets", "Harbour & Echo", Filters(ALL.since, ALL.until, ALL.outlets[1:], ALL.authors, ALL.as_of)),
        ("outlets", "", Filters(ALL.since, ALL.until, (), ALL.authors, ALL.as_of)),
        ("authors", "", Filters(ALL.since, ALL.until, ALL.outlets, (), ALL.as_of)),
        ("all", "", Filters()),
        ("nonsense", "", ALL),
    ],
)
def test_a_part_is_dropped(what, name, left):
    assert without(ALL, what, name) == left


def test_chips_name_each_filter_and_escape_it():
    html = chips(*values_of(ALL))
    assert html.count("<button") == 6
    assert "from 1 May 2031" in html
    assert 'data-name="The &quot;&lt;b&gt;Post&lt;/b&gt;&quot;"' in html
    assert "<b>" not in html
    assert "since=2031-05-01&amp;until" in html
    assert chips() == '<ul class="pq-chip-list" data-query="" aria-label="Active filters"></ul>'


def test_what_is_chosen_and_no_longer_there_is_dropped():
    outlet, author = FACTS.outlets[0][0], FACTS.authors[0][0]
    outlets, authors = refreshed(FACTS, [outlet, "Gone"], [author])
    assert outlets["value"] == [outlet]
    # What is chosen is left alone where nothing has gone: the visitor may have chosen more meanwhile.
    assert "value" not in authors
    assert all("value" not in one for one in refreshed(FACTS))


def test_filters_that_exclude_each_other_are_told():
    assert 'role="alert"' in chips("2031-05-09", "2031-05-01", None, [], [])
    with pytest.raises(InputError, match="lies after"):
        filters_of("2031-05-09", "2031-05-01", None, [], [])
