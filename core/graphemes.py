"""Where a text may be cut: between characters as people see them, never between a letter and its accent.

Source: Unicode Standard Annex 29, extended grapheme clusters, as the `regex` package finds them.
"""

from __future__ import annotations

import regex

# Before this no character continues another, but for a line feed behind a carriage return.
_FIRST_MARK = "\u0300"
# How far a cluster's beginning is looked for; people's texts have a few characters in one.
_LONGEST_CHARS = 256
_CLUSTER = regex.compile(r"\X")


def is_boundary(text: str, at: int) -> bool:
    """Return whether a text may be cut before character `at`."""
    if not 0 < at < len(text):
        return True
    if text[at] < _FIRST_MARK and text[at - 1] < _FIRST_MARK:
        return text[at] != "\n" or text[at - 1] != "\r"
    return _cluster(text, at)[0] == at


def whole_graphemes(text: str, start: int, end: int) -> tuple[int, int]:
    """Return `[start, end)` widened to whole graphemes of a text."""
    if start < end and not is_boundary(text, start):
        start = _cluster(text, start)[0]
    if start < end and not is_boundary(text, end):
        end = _cluster(text, end)[1]
    return start, end


def _cluster(text: str, at: int) -> tuple[int, int]:
    """Return `[start, end)` of the grapheme that character `at` belongs to."""
    first = at
    while first > max(0, at - _LONGEST_CHARS):
        first -= 1
        # A cluster begins here for certain.
        if text[first] < _FIRST_MARK and text[first] not in "\r\n":
            break
    for found in _CLUSTER.finditer(text, first):
        if found.end() > at:
            return int(found.start()), int(found.end())
    return at, at
