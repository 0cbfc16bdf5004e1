"""Spans that stand in one phrase are one value: "Pellow's Yard on Tannery Creek", "Friday, 4 May"."""

from __future__ import annotations

import re

from pullquote.index.search.kinds import AskedKind

Range = tuple[int, int]

# A part of a phrase whose odds are a smaller share of the best part's is left out of it.
PART_FROM = 0.2
# Two spans with no more than that between them are one phrase. A comma joins places and days, not people.
_WITHIN = re.compile(r" (?:on|in|at|of|near|off)(?: the| a)? ", re.IGNORECASE)
_WITHIN_PLACE_OR_DAY = re.compile(rf"{_WITHIN.pattern}|,? (?:the )?", re.IGNORECASE)


def joined(text: str, one: Range, other: Range, kind: AskedKind) -> Range | None:
    """Return the phrase that two spans of a text stand in; None where they don't stand in one.

    Args:
        text: that both are of.
        one, other: `[start, end)` in its characters.
        kind: what is asked for.
    """
    first, last = sorted((one, other))
    if last[0] >= first[1]:
        within = _WITHIN_PLACE_OR_DAY if kind in (AskedKind.PLACE, AskedKind.TIME) else _WITHIN
        if not within.fullmatch(text[first[1] : last[0]]):
            return None
    return first[0], max(first[1], last[1])
