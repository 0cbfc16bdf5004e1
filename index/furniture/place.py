"""What only its place makes furniture: headline, section, byline and date at the top, sign-offs at the end."""

from __future__ import annotations

import re
from collections.abc import Set

from pullquote.articles import Article
from pullquote.index.furniture.labels import AGENCIES, SECTIONS
from pullquote.index.furniture.lines import MAX_LABEL_CHARS, Line

# Bylines, outlets and section labels are looked for in so many lines at the top, and sign-offs at the end:
# further in, a name on a line of its own is an entry of a list.
TOP_LINES = 10
_END_LINES = 6

# A newspaper and its address on one line stand above the story; further down they are an entry of a guide.
_OUTLET_LINES = 2

_MAX_BYLINE_CHARS = 150

_NAME = r"[A-Z][\w.’'-]*"
_BYLINE = re.compile(
    rf"(?:(?:Story|Words|Text|Photos?|Photographs?|Pictures?|Video|Graphics?)(?: (?:and|&) \w+)? )?"
    rf"[Bb][Yy]:?\s+{_NAME}"
    rf"(?:(?:\s*[,|/&]\s*|\s+)(?:and|of|for|the|de|da|del|di|la|le|van|von|der|den|al|bin|el|{_NAME}))*"
    # The office after the name: ", courts reporter".
    r"(?:,\s+[a-z][\w’' -]{2,50})?"
)
_AGENCY_ENDS = ("cnn", "cnn business", "ap", "(ap)", "reuters", "(reuters)", "afp", "(afp)")
_DATELINE_ALONE = re.compile(rf"(?:{_NAME},? ){{0,5}}\(?(?:CNN|CNN Business|AP|Reuters|AFP)\)?")

_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? )?"
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_DATE = (
    rf"{_WEEKDAY}(?:\d{{1,2}} {_MONTH}|{_MONTH} \d{{1,2}}),? \d{{4}}"
    r"(?:,? (?:at )?\d{1,2}[.:]\d{2} ?(?:[ap]\.?m\.?)?(?: [a-z]{2,4})?)?"
)
_STAMP = re.compile(
    r"(?:first |last )?(?:published|updated|posted)\b.{0,60}\d.{0,30}"
    rf"|\d+[ -]min(?:ute)?s? read|listen \(\d+ min(?:ute)?s?\)|{_DATE}"
)
_DATE_AT_END = re.compile(rf"[\s,]+(?:on |(?:first |last )?(?:published|updated|posted):? )?{_DATE}$")
_BETWEEN_PARTS = re.compile(r"\s*[|•·]\s*|\s+[–—-]\s+")
_NAME_PART = re.compile(rf"{_NAME}(?:,? (?:(?:and|of|for|the) )*{_NAME}){{0,6}}")
_DOMAIN = re.compile(r"(?:[a-z0-9-]+\.){1,3}(?:com|org|net|co|news|tv|example|[a-z]{2})")

_CREDIT_ALONE = re.compile(
    rf"{_NAME}(?: (?:and |for |via )?{_NAME}){{0,5}}\s?/\s?(?:[A-Z][\w.’' -]*/)*"
    r"(?:AP|AFP|Getty Images|Getty|Reuters|Shutterstock|Bloomberg|CNN|USA TODAY(?: Sports| Network)?|EPA"
    r"|PA(?: Images| Wire)?|Alamy|AP Photo|File|Pool|NBC|ABC|CBS|Zuma)(?:/[A-Z][\w. ]*)?"
)


def mark_top_and_end(lines: list[Line], article: Article) -> None:
    """Mark headline, section labels, bylines, outlets, time stamps: what only its place makes furniture."""
    names = {name.lower() for name in article.authors}
    names.update(_joined(article.authors))
    outlets = AGENCIES | ({article.outlet.lower()} if article.outlet else set())
    title = article.title_in_text
    for position, line in enumerate(lines):
        if TOP_LINES <= position < len(lines) - _END_LINES:
            continue
        if title and line.start <= title[0] < line.end:
            line.marked = True
        elif len(line.words) > _MAX_BYLINE_CHARS or line.marked:
            continue
        elif title and line.end <= title[0]:
            line.marked = len(line.words) <= MAX_LABEL_CHARS and line.words[-1] not in '.!?”"'
        else:
            line.marked = _is_label_by_place(line, names, outlets, position)


def _is_label_by_place(line: Line, names: Set[str], outlets: Set[str], position: int) -> bool:
    low = line.low.removeprefix("by ").strip(" ,")
    if low in names or low.strip(" —–-|") in outlets:
        return True
    if position == 0 and low in SECTIONS:
        return True
    if low.endswith(_AGENCY_ENDS) and _DATELINE_ALONE.fullmatch(line.words):
        return True
    if "/" in low and _CREDIT_ALONE.fullmatch(line.words):
        return True
    # "By Nightfall" may be a title in a list of books: bylines count at the top only.
    if position >= TOP_LINES:
        return False
    return _is_byline(line.words) or _STAMP.fullmatch(line.low) is not None or _is_byline_bar(line, names, position)


def _is_byline(words: str) -> bool:
    """Return whether this is a byline, with or without the date after it."""
    if "y" not in words[:30].lower():
        return False
    dated = _DATE_AT_END.search(words.lower())
    return _BYLINE.fullmatch(words, 0, dated.start() if dated else len(words)) is not None


def _is_byline_bar(line: Line, names: Set[str], position: int) -> bool:
    """Return whether this is byline, outlet, date and reading time, or some of them, with bars between."""
    parts = _BETWEEN_PARTS.split(line.words)
    if len(parts) < 2:
        return False
    signed = any(part.lower() in names or _is_byline(part) for part in parts)
    addressed = position < _OUTLET_LINES and any(_DOMAIN.fullmatch(part.lower()) for part in parts)
    return (signed or addressed) and all(
        _is_byline(part)
        or _STAMP.fullmatch(part.lower())
        or _NAME_PART.fullmatch(part)
        or _DOMAIN.fullmatch(part.lower())
        for part in parts
    )


def _joined(authors: tuple[str, ...]) -> set[str]:
    """Return the ways in which a byline of several names is printed."""
    if len(authors) < 2:
        return set()
    low = [name.lower() for name in authors]
    return {
        ", ".join(low),
        " and ".join(low),
        ", ".join(low[:-1]) + " and " + low[-1],
        ", ".join(low[:-1]) + ", and " + low[-1],
    }
