"""Factiva: articles with two-letter codes before each field, or as they are displayed, closed by "Document CODE"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pullquote.index.sources.exports.lines import (
    Story,
    first_day,
    is_byline,
    language_code,
    with_own_lines,
    without_empty,
)
from pullquote.index.sources.files import Unreadable

# Fields above the text, by what they are called here; None: not kept.
_CODES = {
    "SE": "section", "HD": "title", "BY": "authors", "CR": "credit", "WC": None, "PD": "published", "ET": None,
    "SN": "outlet", "SC": None, "ED": "edition", "PG": "printed_page", "VOL": None, "LA": "language",
    "CY": None, "LP": "text", "TD": "text", "CLM": "column",
}  # fmt: skip
# An article begins with one of these; within a text only they are codes, whatever capitals a paragraph begins with.
_FIRST = ("HD", "SE", "CLM")
_AFTER_TEXT = (*_FIRST, "LP", "TD")
# "HD Council votes", "HD|Council votes" of a table in RTF, or "HD" alone with its value below.
_CODE = re.compile(rf"(?P<code>{'|'.join(_CODES)})(?:[ \t|]+(?P<value>.*))?", re.DOTALL)
# Below the text; the letters alone may begin a sentence ("IN the end"), so that their values count, too.
_AFTER = re.compile(
    r"(?:(?:CO|IN|NS|RE|IPD|IPC)[ \t|]+\w{2,12}\s*:|(?:IPC|IPD|PUB|ART|RF|CT)[ \t|]+\S|AN[ \t|]+Document\b)"
    r"|(?:CO|IN|NS|RE|IPC|IPD|PUB|AN)$"
)
_CODED_MARK = re.compile(rf"(?:{_AFTER.pattern}|(?:{'|'.join(_CODES)})(?:[ \t|]+\S|$))")

_WORDS = re.compile(r"[\d.,]+ (?:words|Wörter|mots|palabras|parole|palavras|woorden|ord|слов)", re.IGNORECASE)
_DOCUMENT = re.compile(r"Document (?P<number>[A-Z0-9]{6,12}[0-9a-z]{8,24})")
_COPYRIGHT = re.compile(r"(?:copyright|\(c\)|©)", re.IGNORECASE)
_DISPLAY_MARK = re.compile(rf"(?:{_WORDS.pattern}|{_DOCUMENT.pattern})$", re.IGNORECASE)
_BANNER = re.compile(r"(?:Dow Jones )?Factiva|Search Summary", re.IGNORECASE)
_TIME = re.compile(r"\d{1,2}:\d\d.*")

# Between the day and the copyright: time, outlet, code, edition, page, volume, language.
_MAX_HEAD_LINES = 9


def looks_like(paragraphs: Sequence[str]) -> bool:
    """Return whether these are paragraphs of an export of Factiva."""
    coded = _is_coded(with_own_lines(paragraphs, _CODED_MARK))
    return coded or _is_displayed(with_own_lines(paragraphs, _DISPLAY_MARK))


def stories(paragraphs: Sequence[str]) -> list[Story | str]:
    """Return each article as a record, or as the reason why it can't be used.

    Raises:
        Unreadable: no article can be told from the next.
    """
    coded = with_own_lines(paragraphs, _CODED_MARK)
    found = _coded(coded) if _is_coded(coded) else _displayed(with_own_lines(paragraphs, _DISPLAY_MARK))
    if not found:
        raise Unreadable("looks like an export of Factiva, but the place where one article ends isn't marked in it")
    return found


def _is_coded(lines: Sequence[str]) -> bool:
    codes = {found["code"] for found in map(_CODE.fullmatch, lines) if found}
    return "HD" in codes and len(codes & {"WC", "PD", "SN", "SC", "LP", "TD", "LA"}) >= 3


def _is_displayed(lines: Sequence[str]) -> bool:
    return any(map(_DOCUMENT.fullmatch, lines)) and any(map(_WORDS.fullmatch, lines))


def _displayed(lines: Sequence[str]) -> list[Story | str]:
    found: list[Story | str] = []
    start = 0
    for number, line in enumerate(lines):
        closing = _DOCUMENT.fullmatch(line)
        if closing:
            found.append(_displayed_story(lines[start:number], closing["number"]))
            start = number + 1
    return found


def _displayed_story(lines: Sequence[str], document: str) -> Story | str:
    lines = [line for line in lines if not _BANNER.fullmatch(line)]
    words = next((number for number, line in enumerate(lines) if _WORDS.fullmatch(line)), None)
    if not words:  # nothing above it would be the headline
        return "is an article of Factiva whose headline can't be told from its text"
    day = first_day(lines, words + 1)
    if day is None or day[0] > words + 3:
        return "is an article of Factiva without a day below its number of words"
    above = list(lines[:words])
    authors = above.pop() if len(above) > 1 and is_byline(above[-1]) else None
    below = [line for line in lines[day[0] + 1 : day[0] + 4] if not _TIME.fullmatch(line)]
    head_end = day[0] + 1
    for number in range(head_end, min(len(lines), head_end + _MAX_HEAD_LINES)):
        if _COPYRIGHT.match(lines[number]):
            head_end = number + 1
            break
    else:
        return "is an article of Factiva whose text can't be told from what stands above it"
    story: Story = {
        "title": " ".join(above[-1].split()),
        "section": above[-2] if len(above) > 1 else None,
        "authors": authors,
        "published": day[1],
        "outlet": below[0] if below else None,
        "language": next(filter(None, map(language_code, lines[day[0] + 1 : head_end])), None),
        "text": "\n\n".join(lines[head_end:]),
        "document": document,
        "export": "Factiva",
    }
    return without_empty(story) if story["text"] else "is an article of Factiva without a text"


def _coded(lines: Sequence[str]) -> list[Story | str]:
    fields = _CodedFields()
    for line in lines:
        fields.take(line)
    return [_coded_story(values) for values in fields.articles]


class _CodedFields:
    """The fields of one article after another, line by line."""

    def __init__(self) -> None:
        self.articles: list[dict[str, list[str]]] = []
        self._values: dict[str, list[str]] = {}
        self._code = ""

    def take(self, line: str) -> None:
        """Add a line to the field that it belongs to."""
        field = _CODE.fullmatch(line)
        if self._values and _AFTER.match(line):
            self._code = "AN" if line == "AN" else ""
            self._number(line)
        elif field and (self._code not in ("LP", "TD") or field["code"] in _AFTER_TEXT):
            self._begin(field["code"], (field["value"] or "").strip())
        elif self._code == "AN":
            self._number(line)
        elif self._code:
            self._values[self._code].append(line.strip(" |"))

    def _begin(self, code: str, value: str) -> None:
        if not self._values or (code in _FIRST and "HD" in self._values):
            self._values = {}
            self.articles.append(self._values)
        self._code = code
        self._values.setdefault(code, []).extend([value] if value else [])

    def _number(self, line: str) -> None:
        number = _DOCUMENT.search(line)
        if number:
            self._values["AN"] = [number["number"]]


def _coded_story(values: dict[str, list[str]]) -> Story | str:
    story: Story = {"export": "Factiva"}
    for code, name in _CODES.items():
        if name and name != "text" and code in values:
            story[name] = " ".join(" ".join(values[code]).split())
    story["language"] = language_code(str(story.get("language", "")))
    story["document"] = next(iter(values.get("AN", [])), None)
    body = [*values.get("LP", []), *values.get("TD", [])]
    story["text"] = "\n\n".join(paragraph for paragraph in body if paragraph)
    if not story.get("title"):
        return "is an article of Factiva without a headline"
    return without_empty(story) if story["text"] else "is an article of Factiva without a text"
