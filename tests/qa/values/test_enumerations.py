from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullquote.qa.values.enumerations import coordinates, lines_at, widened


def parted(text: str) -> list[str]:
    return [text[start:end] for start, end in coordinates(text, 0, len(text))]


@pytest.mark.parametrize(
    ("span", "items"),
    [
        ("crab, mackerel and lobster", ["crab", "mackerel", "lobster"]),
        ("crab, mackerel, and lobster", ["crab", "mackerel", "lobster"]),
        ("Vellmouth and Sallow Bar", ["Vellmouth", "Sallow Bar"]),
        ("a key and a yellow cap", ["a key", "a yellow cap"]),
        ("a boat, two houses and £8,400 in cash", ["a boat", "two houses", "£8,400 in cash"]),
        ("£5,000 from the Mole Fund; £9,000 from the bank", ["£5,000 from the Mole Fund", "£9,000 from the bank"]),
        ("the critic Mara Lind, who chaired it, and Jon Vig", ["the critic Mara Lind, who chaired it", "Jon Vig"]),
        ("the chair, Mara Lind, and the clerk, Jon Vig", ["the chair, Mara Lind", "the clerk, Jon Vig"]),
        ("Mara Lind, an antiques dealer, and Jon Vig", ["Mara Lind, an antiques dealer", "Jon Vig"]),
        ("printing, binding (glue and thread) and post", ["printing", "binding (glue and thread)", "post"]),
        ("Ostmouth, \u200b, Corran and Skelling", ["Ostmouth", "Corran", "Skelling"]),
        # One thing.
        ("Davos, Switzerland", ["Davos, Switzerland"]),
        ("£140,000 for printing and pulping", ["£140,000 for printing and pulping"]),
        ("£7,500 in legal fees and a payment", ["£7,500 in legal fees and a payment"]),
        ("May 4, 2031", ["May 4, 2031"]),
        ("Lind. The others left", ["Lind"]),
    ],
)
def test_a_span_is_taken_apart(span: str, items: list[str]):
    assert parted(span) == items


@pytest.mark.parametrize(
    ("text", "span", "wide"),
    [
        ("She calls at Corran, Vellmouth and Sallow Bar on Mondays.", "Corran", "Corran, Vellmouth and Sallow Bar"),
        (
            "He gives up his boat, two houses and £84 in cash.",
            "two houses and £84 in cash",
            "his boat, two houses and £84 in cash",
        ),
        ("It was held at Davos, Switzerland, in May.", "Davos", "Davos"),
        ("Mara Lind and three others left.", "Mara Lind", "Mara Lind"),
    ],
)
def test_a_span_takes_what_it_is_joined_to(text: str, span: str, wide: str):
    start = text.index(span)
    first, last = widened(text, start, start + len(span))
    assert text[first:last] == wide


def test_lines_of_a_list():
    text = "The council lists:\n\n- nine houses, all new;\n- a chapel\n- 14 km of fence\n\nIt met on Monday."
    for span in ("chapel", "council"):
        start = text.index(span)
        found = lines_at(text, start, start + 3)
        assert found is not None
        assert found.told
        assert [text[first:last] for first, last in found.ranges] == [
            "nine houses, all new",
            "a chapel",
            "14 km of fence",
        ]


def test_short_lines_without_bullets_are_a_list_that_nothing_tells():
    text = "Last boats\nSaturday at six\nSunday at nine\n\nThe timetable changes in May."
    found = lines_at(text, 0, 4)
    assert found is not None
    assert not found.told
    assert [text[first:last] for first, last in found.ranges] == ["Last boats", "Saturday at six", "Sunday at nine"]


def test_sentences_are_no_lines_of_a_list():
    assert lines_at("The boat left.\n\nIt came back.\n\nIt left again.", 0, 8) is None


@given(st.text(alphabet="AbC, and;.\n-(“”)£1:", max_size=60), st.data())
def test_items_stand_in_the_text_in_order(text: str, data: st.DataObject):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    first, last = widened(text, start, end)
    assert 0 <= first <= start <= end <= last <= len(text)
    lines = lines_at(text, start, end)
    for ranges in (coordinates(text, start, end), list(lines.ranges) if lines else []):
        assert all(0 <= one <= other <= len(text) for one, other in ranges)
        assert all(before[1] <= after[0] for before, after in pairwise(ranges))
