"""Factiva: articles with two-letter codes before each field, or as they are displayed, closed by "Document CODE"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pullquote.index.sources.exports.lines import Story, first_day, is_byline, with_own_lines, without_empty
from pullquote.index.sources.files import Unreadable

# Fields above the text, by what they are called here; None: not kept.
_CODES = {
    "SE": "section", "HD": "title", "BY": "authors", "CR": "credit", "WC": None, "PD": "published", "ET": None,
    "SN": "outlet", "SC": None, "ED": "edition", "PG": "printed_page", "VOL": None, "LA": "language_as_printed",
    "CY": None, "LP": "text", "TD": "text", "CLM": "column",
}  # fmt: skip
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
        "text": "\n\n".join(lines[head_end:]),
        "document": document,
        "export": "Factiva",
    }
    return without_empty(story) if story["text"] else "is an article of Factiva without a text"


def _coded(lines: Sequence[str]) -> list[Story | str]:
    found: list[dict[str, list[str]]] = []
    values: dict[str, list[str]] = {}
    code, ended = "", True
    for line in lines:
        field = _CODE.fullmatch(line)
        if field and (not values.get("LP") or ended) and field["code"] in ("HD", "SE", "CLM") and "HD" in values:
            values = {}
        if _AFTER.match(line) and values:
            code, ended = "", True
        elif field and not (code in ("LP", "TD") and field["code"] not in ("LP", "TD", "HD", "SE", "CLM")):
            if field["code"] in ("HD", "SE", "CLM") and "HD" in values:
                values = {}
            if not values:
                found.append(values)
            code, ended = field["code"], False
            values.setdefault(code, []).extend([field["value"].strip()] if field["value"] else [])
        elif code:
            values[code].append(line.strip(" |"))
    return [_coded_story(values) for values in found if values]


def _coded_story(values: dict[str, list[str]]) -> Story | str:
    story: Story = {"export": "Factiva"}
    for code, name in _CODES.items():
        if name and name != "text" and code in values:
            story[name] = " ".join(" ".join(values[code]).split())
    body = [*values.get("LP", []), *values.get("TD", [])]
    story["text"] = "\n\n".join(paragraph for paragraph in body if paragraph)
    if not story.get("title"):
        return "is an article of Factiva without a headline"
    return without_empty(story) if story["text"] else "is an article of Factiva without a text"
