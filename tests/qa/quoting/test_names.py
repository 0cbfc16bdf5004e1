from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullquote.qa.quoting.names import is_part_of_name, whole_name


def found(text: str, part: str, *, person: bool = True, last: bool = True) -> str | None:
    """Return the whole name of the last (or first) `part` in a text."""
    start = text.rindex(part) if last else text.index(part)
    place = whole_name(text, start, start + len(part), person=person)
    return text[slice(*place)] if place else None


@pytest.mark.parametrize("span", ["Lind", "Lind’s", "O'Hara", "Ocasio-Cortez", "O'Hara's"])
def test_parts_of_names(span):
    assert is_part_of_name(span)


@pytest.mark.parametrize("span", ["lind", "Mara Lind", "The", "Monday", "May", "Mayor", "Mrs", "US", "41", "", "Lind,"])
def test_no_parts_of_names(span):
    assert not is_part_of_name(span)


@pytest.mark.parametrize(
    ("text", "part", "whole"),
    [
        ("Mara Lind came. The port was shut. Lind will chair it.", "Lind", "Mara Lind"),
        ("She is Mara Lind.", "Lind", "Mara Lind"),
        ("The Varn Harbour Lions won.", "Lions", "Varn Harbour Lions"),
        ("In all Mara Ottilie Oda Lind came.", "Lind", "Ottilie Oda Lind"),
        ("So Mayor Mara Lind came.", "Lind", "Mara Lind"),
        ("So MP Mara Lind came.", "Lind", "Mara Lind"),
        ("Somebody saw Mara Lind’s boat. Lind’s boat sank.", "Lind’s", "Mara Lind"),
        # The nearest of several.
        ("They saw Mara Lind. Then came Odd Lind. And Lind left.", "Lind", "Odd Lind"),
    ],
)
def test_the_whole_name_is_found(text, part, whole):
    assert found(text, part) == whole


def test_a_word_that_opens_a_sentence_is_no_name_where_the_text_writes_it_small():
    assert found("Mara Lind came.", "Lind") == "Mara Lind"
    assert found("Skipper Lind came.", "Lind") == "Skipper Lind"
    assert found("Skipper Lind came. No other skipper did.", "Lind") is None
    assert found("She is a skipper. “Skipper Mara Lind came,” he said.", "Lind") == "Mara Lind"


def test_a_first_name_takes_what_follows_if_somebody_is_asked_for():
    assert found("It was Mara Lind who came.", "Mara") == "Mara Lind"
    assert found("It was Mara Lind who came.", "Mara", person=False) is None
    assert found("It was Mara, Lind’s niece.", "Mara") is None
    assert found("It was Mara Lind’s boat.", "Mara") == "Mara Lind"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Only Lind came.", "Lind"),
        ("So said Lind.", "Lind"),
        ("Mara, Lind and Vig came.", "Lind"),
        ("Here is Mara Lindqvist, and here Lind.", "Lind"),
        ("Here is Mara Vig-Lind, and here Lind.", "Lind"),
        ("So Mara Lind came on Monday.", "Monday"),
    ],
)
def test_without_a_whole_name_there_is_none(text, part):
    assert found(text, part) is None


@given(st.text(st.sampled_from("AbLind .’-\n"), max_size=40), st.booleans())
def test_what_is_found_holds_the_part_and_more(text, person):
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            place = whole_name(text, start, end, person=person)
            if place:
                assert 0 <= place[0] < place[1] <= len(text)
                assert text[start:end].rstrip("’s'") in text[slice(*place)]
                assert place[1] - place[0] > len(text[start:end].rstrip("’s'"))
