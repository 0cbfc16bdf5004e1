"""Lines of an export: fields, days, names, and what all databases have in common."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from pullquote.index.sources.fields.dates import parse_published
from pullquote.index.sources.files import Unreadable

Story = dict[str, object]
"""One article of an export, as a record for `to_article`."""

# "February 4, 2031 Tuesday 2:00 PM GMT" has 37; a longer line with a day in it is prose.
_MAX_DAY_LINE_CHARS = 90
_MAX_NAME_CHARS = 80

_MONTH_FIRST = re.compile(r"(?P<month>[^\W\d_]{3,12})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4})\b")
_DAY_FIRST = re.compile(
    r"\b(?P<day>\d{1,2})(?:st|nd|rd|th|\.)? (?:de )?(?P<month>[^\W\d_]{3,12})\.?,? (?:de )?(?P<year>\d{4})\b"
)
_ISO = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_BLANK_LINES = re.compile(r"\n[^\S\n]*+\n\s*+")


def paragraphs_of(text: str) -> list[str]:
    """Return the paragraphs of a plain text, which blank lines divide; spaces at both ends are taken off."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n")
    return [paragraph.strip() for paragraph in _BLANK_LINES.split(unified) if paragraph.strip()]


def with_own_lines(paragraphs: Iterable[str], is_mark: re.Pattern[str]) -> list[str]:
    """Return the paragraphs; one that has a line which `is_mark` matches becomes its lines, each one of its own."""
    cut: list[str] = []
    for paragraph in paragraphs:
        lines = [line.strip() for line in paragraph.split("\n")]
        cut.extend([line for line in lines if line] if any(map(is_mark.match, lines)) else [paragraph.strip()])
    return [paragraph for paragraph in cut if paragraph]


def day_in(line: str) -> str | None:
    """Return the day that a short line gives, as ISO 8601 writes it, or None."""
    if len(line) > _MAX_DAY_LINE_CHARS:
        return None
    iso = _ISO.search(line)
    written = [iso[0]] if iso else []
    for pattern in (_MONTH_FIRST, _DAY_FIRST):
        found = pattern.search(line)
        if found:
            written.append(f"{found['day']} {found['month']} {found['year']}")
    for day in written:
        try:
            parsed = parse_published(day)[0]
        except Unreadable:
            continue
        if parsed:
            return parsed.isoformat()
    return None


def first_day(lines: Sequence[str], start: int = 0) -> tuple[int, str] | None:
    """Return which line from `start` on is the first to give a day, and the day; or None."""
    for number in range(start, len(lines)):
        day = day_in(lines[number])
        if day:
            return number, day
    return None


def is_byline(line: str) -> bool:
    """Return whether a line above an article can be who wrote it: "By ...", or two to six words that are names."""
    if len(line) > _MAX_NAME_CHARS or re.search(r"\d|[.!?:]$", line):
        return False
    words = line.split()
    named = [word for word in words if word[:1].isupper()]
    return words[:1] in (["By"], ["BY"]) or (2 <= len(words) <= 6 and len(named) >= max(2, len(words) - 1))


def language_code(name: str) -> str | None:
    """Return the code of a language by its English name: "en" for "ENGLISH"; None for what is none."""
    return _languages().get(name.strip().casefold())


@lru_cache(1)
def _languages() -> dict[str, str]:
    from babel import Locale

    return {name.casefold(): code for code, name in Locale("en").languages.items() if len(code) == 2}


def without_empty(story: Story) -> Story:
    """Return a story without the keys that hold nothing."""
    return {key: value for key, value in story.items() if value not in (None, "", [])}
