"""The lines of a text as the rules for furniture see them."""

from __future__ import annotations

import re
from dataclasses import dataclass

# A pitch with its fine print runs to 400 characters; longer lines are paragraphs.
MAX_PITCH_CHARS = 450

# A label, the name of a section or of a newsletter: longer lines say something.
MAX_LABEL_CHARS = 40

# Bullets, arrows, and Markdown's marks for headings, quotations and emphasis.
EDGES = " \t\u00a0\u200b•·●▪◦‣⁃*|»›▶►→>-–—#_"

# A line with one of these reports something; no pitch and no credit is worth losing it.
REPORTING = re.compile(r"\b(?:said|says|told|according to|announced|reported|wrote|added|accused|sued)\b")

# (word that must occur, pattern): the word is looked for first, which is ten times faster than the pattern.
Rule = tuple[str, re.Pattern[str]]

_LINE = re.compile(r"[^\r\n]+")
_MARKDOWN_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()]*(?:\([^()]*\)[^()]*)*\)")


@dataclass(slots=True)
class Line:
    """One line that isn't blank.

    Attributes:
        start: first character in the text.
        end: one past the last character, without the line end.
        words: the line without bullets, with Markdown links reduced to their words.
        low: `words` in lower case; empty where the line is too long to be furniture by its wording.
        linked: whether the line is Markdown links and nothing else.
        marked: whether it has been found to be furniture.
    """

    start: int
    end: int
    words: str
    low: str
    linked: bool = False
    marked: bool = False


def lines_of(text: str) -> list[Line]:
    """Return the lines of a text that aren't blank, in their order."""
    lines = []
    for found in _LINE.finditer(text):
        raw = found[0]
        if raw.isspace():
            continue
        words, linked = raw.strip(EDGES), False
        if "](" in words:
            linked = not _MARKDOWN_LINK.sub("", words).strip(EDGES + "/,")
            words = _MARKDOWN_LINK.sub(r"\1", words).strip(EDGES)
        low = words.lower() if len(words) <= MAX_PITCH_CHARS else ""
        lines.append(Line(found.start(), found.end(), words, low, linked))
    return lines


def starts_with_any(*patterns: str) -> re.Pattern[str]:
    """Return one pattern, to be matched at the start of a line, for any of several."""
    return re.compile("|".join(patterns))
