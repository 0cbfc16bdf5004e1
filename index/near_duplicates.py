"""Passages that say the same in nearly the same words: reprints, syndicated copy, boilerplate."""

from __future__ import annotations

import re

_WORD = re.compile(r"\w+")
_SHINGLE_WORDS = 4
# Share of the shorter passage's word 4-grams that stand in the longer: a light edit leaves over 0.8, two
# outlets' own words on one event stay below 0.2.
SAME_CONTAINMENT = 0.6

Shingles = frozenset[tuple[str, ...]]


def shingles(text: str) -> Shingles:
    """Return the set of word 4-grams of a text (fewer words: the words themselves), case-insensitive."""
    words = _WORD.findall(text.casefold())
    size = min(_SHINGLE_WORDS, len(words))
    return frozenset(tuple(words[at : at + size]) for at in range(len(words) - size + 1)) if words else frozenset()


def containment(left: Shingles, right: Shingles) -> float:
    """Return the share of the smaller set that is in the other, 0..1 (Broder 1997)."""
    smaller = min(len(left), len(right))
    return len(left & right) / smaller if smaller else 0.0


def says_the_same(left: Shingles, right: Shingles) -> bool:
    """Return whether two passages are one text, lightly edited or cut."""
    return containment(left, right) >= SAME_CONTAINMENT
