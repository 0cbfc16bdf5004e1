from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from pullquote.graphemes import is_boundary, whole_graphemes


@pytest.mark.parametrize(
    ("text", "cut", "whole"),
    [
        ("Brule\u0301s", (0, 5), (0, 6)),
        ("Hue\u0302\u0301s", (0, 4), (0, 5)),
        ("e\u0301te", (1, 3), (0, 3)),
        ("a👩\u200d👩b", (0, 2), (0, 4)),
        ("🇫🇷🇩🇪", (0, 1), (0, 2)),
        ("🇫🇷🇩🇪", (3, 4), (2, 4)),
        ("a\r\nb", (0, 2), (0, 3)),
        ("plain", (1, 3), (1, 3)),
        ("e\u0301", (0, 0), (0, 0)),
    ],
)
def test_ranges_are_widened_to_graphemes(text, cut, whole):
    assert whole_graphemes(text, *cut) == whole


@given(st.text("ae\u0301\u0302\u200d👩🏽🇫🇷\r\n\u0600\u00adक\u093f한\u1100\u1161 ", max_size=30))
def test_boundaries_are_those_between_clusters(text: str):
    ends = {found.end() for found in regex.finditer(r"\X", text)} | {0}
    assert [at for at in range(len(text) + 1) if is_boundary(text, at)] == sorted(ends)


def test_of_endless_marks_the_cluster_is_found_from_near():
    text = "a" + "\u0301" * 2_000 + "b"
    assert is_boundary(text, 2_001)
    assert whole_graphemes(text, 0, 1) == (0, 2_001)
