"""Which printed values compete for one question, and which are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullquote.qa.values.comparable import ValueForm, comparable, same_value, sort_of


@pytest.mark.parametrize(
    ("text", "form", "unit"),
    [
        ("£4", ValueForm.NUMBER, "£"),
        ("£21.9 million", ValueForm.NUMBER, "£"),
        ("80 per cent", ValueForm.NUMBER, "%"),
        ("nineteen boats", ValueForm.NUMBER, "boat"),
        ("19", ValueForm.NUMBER, ""),
        ("4 June", ValueForm.DAY, ""),
        ("next Friday", ValueForm.WEEKDAY, ""),
        ("half past 10am", ValueForm.CLOCK, ""),
        ("Mara Lind", ValueForm.NAME, ""),
        ("Board of the Port", ValueForm.NAME, ""),
        ("a broken lamp", ValueForm.WORDS, ""),
        ("Mara Lind resigned", ValueForm.WORDS, ""),  # most words are capitalised, the last is not
        ("the old chair of Varn", ValueForm.WORDS, ""),  # the last is, most are not
    ],
)
def test_the_form_of_a_value(text, form, unit):
    assert (sort_of(text).form, sort_of(text).unit) == (form, unit)


@pytest.mark.parametrize(
    ("one", "other", "competes"),
    [
        ("£3", "£4", True),
        ("eleven", "19 boats", True),
        ("31,000 tons", "39,500 tonnes", True),
        ("£3", "3 boats", False),
        ("£3", "3 per cent", False),
        ("12 days", "12 boats", False),
        ("£23.7 million", "£9,000", False),  # the whole, and a day of it
        ("Mara Lind", "Jon Vig", True),
        ("Mara Lind", "£3", False),
        ("left", "ligament", False),
        ("Monday", "Friday", False),
        ("4 June", "11 June", True),
    ],
)
def test_what_competes(one, other, competes):
    assert comparable(sort_of(one), sort_of(other)) is competes
    assert comparable(sort_of(other), sort_of(one)) is competes


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("£4m", "£4 million", True),
        ("five", "5 points", True),
        ("19 of the 31 branches", "19", True),
        ("Lind", "Mara Lind", True),
        ("15 September", "Monday, September 15", True),
        ("April", "3 April", True),
        ("five", "six", False),
        ("two votes to one", "one", False),
        ("3 April", "4 April", False),
        ("Lind", "Linden", False),
        ("£4", "4 boats", False),
    ],
)
def test_what_is_the_same(one, other, same):
    assert same_value(one, other) is same
    assert same_value(other, one) is same


@given(st.text(max_size=40), st.text(max_size=40))
def test_it_takes_any_text_and_no_order(one, other):
    assert same_value(one, one)
    assert same_value(one, other) == same_value(other, one)
    assert comparable(sort_of(one), sort_of(other)) == comparable(sort_of(other), sort_of(one))
