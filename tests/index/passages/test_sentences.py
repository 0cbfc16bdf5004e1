from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pullquote.index.passages.sentences import sentence_around, sentence_ranges


@pytest.mark.parametrize(
    "sentences",
    [
        ["Dr. Lind spoke.", "She left."],
        ["Dr. A. Smith spoke.", "He left."],
        ["The U.S. Senate voted.", "It passed."],
        ["At 5 p.m. the port closed.", "Nobody came."],
        ["The ferry left at 9 a.m. on Sunday.", "It was full."],
        ["He said: “It is done.”", "She left."],
        ["“It is done,” said Mara Lind.", "“We sail.”"],
        ["Dues rose by 2.5 percent to 1,450.75 crowns.", "Ferries did not."],
        ["Is it over?", "Yes!", "It is."],
        ["J. K. Vig chairs the port.", "He is 41."],
        ["No full stop at all"],
    ],
)
def test_sentences(sentences: list[str]):
    text = " ".join(sentences)
    assert [text[start:end] for start, end in sentence_ranges(text)] == sentences


def test_a_paragraphs_end_ends_a_sentence():
    text = "No stop here\n\nBut a new paragraph."
    assert [text[start:end] for start, end in sentence_ranges(text)] == ["No stop here", "But a new paragraph."]


def test_a_text_without_words_has_no_sentence():
    assert sentence_ranges("") == []
    assert sentence_ranges(" \n\n ") == []


TEXT = "Mara Lind chairs it. Jon Vig, aged 41, left in May. “It is done.” Nobody came."


@pytest.mark.parametrize(
    ("span", "sentence"),
    [
        ("Mara Lind", "Mara Lind chairs it."),
        ("41", "Jon Vig, aged 41, left in May."),
        ("May.", "Jon Vig, aged 41, left in May."),
        ("it. Jon", "Mara Lind chairs it. Jon Vig, aged 41, left in May."),
        ("Nobody came.", "Nobody came."),
    ],
)
def test_the_sentence_around_a_span(span: str, sentence: str):
    start = TEXT.index(span)
    first, last = sentence_around(TEXT, start, start + len(span))
    assert TEXT[first:last] == sentence


def test_a_span_of_white_space_stands_for_itself():
    assert sentence_around("One.   Two.", 5, 6) == (5, 6)


# fmt: off
PIECES = st.sampled_from([
    "Dr.", "U.S.", "p.m.", "He", "said", "no.", "“Yes.”", "'No!'", "?", "...", "…", "\n", "\n\n", "\u2028", "\u200b",
    "(a)", "don't", "🚢", "e\u0301", "שלום.", "中文。", "1.5", "—", "\t", "-", "e.g.", "A.", "\r\n", "\ufeff", "_x_",
    "ß", "İ",
])
# fmt: on
CHARACTERS = st.characters(exclude_categories=["Cc", "Cs"], include_characters="\n\r\t")
TEXTS = (
    st.lists(PIECES, max_size=30).map(" ".join)
    | st.lists(PIECES, max_size=12).map("".join)
    | st.text(CHARACTERS, max_size=60)
)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_sentences_are_in_order_apart_and_hold_every_letter(text: str):
    ranges = sentence_ranges(text)
    assert all(0 <= start < end <= len(text) for start, end in ranges)
    assert all(left[1] <= right[0] for left, right in pairwise(ranges))
    assert all(text[start:end] == text[start:end].strip() for start, end in ranges)
    inside = {at for start, end in ranges for at in range(start, end)}
    assert {at for at, character in enumerate(text) if character.isalnum()} <= inside


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.data())
@example("a. b", None)
def test_the_sentence_around_a_span_contains_it(text: str, data):
    start = data.draw(st.integers(0, len(text))) if data else 0
    end = data.draw(st.integers(start, len(text))) if data else 4
    first, last = sentence_around(text, start, end)
    assert 0 <= first <= start <= end <= last <= len(text)
