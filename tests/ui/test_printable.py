"""Making text safe to print."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullquote.printable import one_line, printable
from pullquote.ui.printable import shorten, write_json


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\tb\nc", "a\tb\nc"),
        ("a\r\nb\rc", "a\nb␍c"),
        ("\x00\x1b[2J\x7f", "␀␛[2J␡"),
        ("\x9b31m", "[U+009B]31m"),
        ("\u202eabc\u2069", "[U+202E]abc[U+2069]"),
        ("\ud800", "[U+D800]"),
        ("naïve 東京 👩\u200d🚒 שלום", "naïve 東京 👩\u200d🚒 שלום"),
    ],
)
def test_printable(raw, shown):
    assert printable(raw) == shown


def test_one_line_joins_every_kind_of_line_break():
    assert one_line(" a\r\n b\u2028c\x85d ") == "a b c d"


@pytest.mark.parametrize(
    ("text", "length", "expected"),
    [
        ("short", 10, "short"),
        ("one two three", 11, "one two…"),
        ("abcdefghij", 5, "abcd…"),
        ("a b", 3, "a b"),
    ],
)
def test_shorten(text, length, expected):
    assert shorten(text, length) == expected


@given(st.text(), st.integers(min_value=2, max_value=50))
def test_shorten_keeps_to_its_length(text, length):
    assert len(shorten(text, length)) <= length


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_json_comes_back_as_it_was_on_one_line(value):
    for encoding in ("utf-8", "ascii"):
        raw = io.BytesIO()
        stream = io.TextIOWrapper(raw, encoding=encoding, newline="\n")
        write_json(value, stream)
        line = raw.getvalue().decode(encoding)
        assert line.count("\n") == 1
        assert json.loads(line) == value
