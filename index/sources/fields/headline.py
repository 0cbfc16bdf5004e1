"""Where the headline stands in a text: the title that is known, or the first line of a text that has none."""

from __future__ import annotations

import re

from pullquote.comparing_form import comparing_form
from pullquote.index.furniture.ranges import is_section_label

# Headlines and decks stay below 250 characters; a longer first line is a paragraph.
_MAX_TITLE_CHARS = 250

# Above the headline pages print up to two short lines: a section or rubric, a place or a date.
_MAX_LINES_ABOVE = 2
_MAX_KICKER_CHARS = 40
_PROSE_ENDS = tuple(".!?:;,”\"’'")

# A title of one word may be a rubric, too.
_MIN_WORDS_BELOW_KICKER = 3

_LINE = re.compile(r"\S(?:[^\r\n]*[^\s])?")
_HEADING_MARKS = re.compile(r"#{1,6}\s+")


def title_line(text: str, title: str) -> tuple[int, int] | None:
    """Return `[start, end)` of the title where `text` begins with it, or None.

    Above it may stand a section label or two, before it Markdown's "#"; they are compared in their
    comparing form. A text that ends with its title is all body: marking it would leave nothing
    to search.
    """
    wanted = comparing_form(title)
    line = _first_line(text) if wanted else None
    for above in range(_MAX_LINES_ABOVE + 1):
        if line is None:
            return None
        start, end = _without_heading_marks(text, *line)
        words = text[start:end]
        following = _first_line(text, line[1])
        if comparing_form(words) == wanted:
            clear = above == 0 or len(wanted.split()) >= _MIN_WORDS_BELOW_KICKER
            return (start, end) if clear and following else None
        if len(words) > _MAX_KICKER_CHARS or words.endswith(_PROSE_ENDS):
            return None
        line = following
    return None


def title_from(text: str) -> tuple[str, tuple[int, int] | None]:
    """Return the headline that the text begins with and its `[start, end)`.

    A section label above it ("Nation & World") is passed over. A text of one line is all body: that
    line names the article, but isn't marked as a headline, which would leave nothing to search.
    """
    line = _first_line(text)
    if line is None:
        return "", None
    following = _first_line(text, line[1])
    if following and is_section_label(text[slice(*line)]):
        line, following = following, _first_line(text, following[1])
    start, end = _without_heading_marks(text, *line)
    title = " ".join(text[start:end].split())
    if len(title) > _MAX_TITLE_CHARS:
        return "", None
    return title, ((start, end) if following and start < end else None)


def _first_line(text: str, start: int = 0) -> tuple[int, int] | None:
    """Return `[start, end)` of the first line with anything on it from `start` on, its spaces trimmed."""
    found = _LINE.search(text, start)
    return found.span() if found else None


def _without_heading_marks(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the line without Markdown's "#" on both sides; `[start, end)` has no spaces around it.

    Cut by hand, since a pattern for the closing marks tries every space of the line as their beginning.
    """
    opening = _HEADING_MARKS.match(text, start, end)
    if not opening:
        return start, end
    words = text[opening.end() : end]
    return opening.end(), opening.end() + len(words.rstrip("#").rstrip())
