from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullquote.graphemes import is_boundary
from pullquote.qa.reading.span_edges import whole_span


@pytest.mark.parametrize(
    ("text", "read", "whole"),
    [
        ("It opens at 9 a.m. on Thursday.", ".m. on Thursday", "9 a.m. on Thursday"),
        ("It opens at 9 a.m. on Thursday.", "a.m. on Thursday", "9 a.m. on Thursday"),
        ("It opens at 9 a.m. on Thursday.", "9", "9 a.m."),
        ("It opens at 9 and shuts at 6.", "9", "9"),
        ("The U.S. Senate", "U.S", "U.S."),
        ("by J.R.R. Vell", "R. Vell", "J.R.R. Vell"),
        ("Won by 12,480 votes", "480 votes", "12,480 votes"),
        ("It cost £486m in all", "486", "£486m"),
        ("A share of 40%", "40", "40%"),
        ("Rose by .5 points", ".5 points", ".5 points"),
        ("A 12-year-old", "12", "12"),
        ("Zoe\u0308 Bru\u0302le\u0301, who", "Zoe\u0308 Bru\u0302le", "Zoe\u0308 Bru\u0302le\u0301"),
        ("Hol\u00adlenbruck wins", "lenbruck", "Hol\u00adlenbruck"),
        ("Hollenbruck wins", "lenbruck", "Hollenbruck"),
        ("Mara Lind’s boat", "Mara Lind", "Mara Lind"),
        ("The end. Mara Lind left", ". Mara Lind", "Mara Lind"),
        ("“No,” said Mara Lind", ",” said Mara", "said Mara"),
        ("In 2031.The port", ".The", "The"),
        ("...", ".", "."),
        ("東京都は広い", "京都", "京都"),
        ("x" * 200, "x" * 10, "x" * 10),
    ],
)
def test_whole_spans(text: str, read: str, whole: str):
    start = text.index(read)
    begin, end = whole_span(text, start, start + len(read))
    assert text[begin:end] == whole


@given(st.text("ab .,'é\u0301\u00ad1a.m\n🇫", min_size=1, max_size=40), st.data())
def test_a_span_stays_within_the_text_and_once_whole_it_stays(text: str, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    whole = whole_span(text, start, end)
    assert 0 <= whole[0] < whole[1] <= len(text)
    assert is_boundary(text, whole[0])
    assert is_boundary(text, whole[1])
    assert whole[1] >= end
