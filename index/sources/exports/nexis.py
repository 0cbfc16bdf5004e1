"""Nexis: documents under "1 of 2 DOCUMENTS" (Academic), or each closed by "End of Document" (Nexis Uni, Lexis Advance).

The older form has outlet, day, headline, then fields in capitals ("BYLINE: ..."), the body, and more fields. The newer
one has headline, outlet, day, copyright, fields ("Byline: ..."), a line "Body", the body, "Classification" and more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pullquote.index.sources.exports.lines import Story, day_in, first_day, language_code, with_own_lines, without_empty
from pullquote.index.sources.files import Unreadable

_COUNTER = re.compile(
    r"(?:FOCUS - )?(?:\d+ of \d+ DOCUMENTS?|Dokument \d+ von \d+|Document \d+ de \d+|Document \d+ van \d+)",
    re.IGNORECASE,
)
_END = re.compile(r"End of Document", re.IGNORECASE)
_BODY = re.compile(r"(?:Body|BODY):?")
_COVER = re.compile(
    r"(?:Download|Print) Request:|Time Of Request:|Job Number:|Documents \(\d+\)$|Client/Matter:|Search Terms:"
)
_LENGTH = re.compile(r"(?:length|länge|longueur|lengte|longitud)\s*:", re.IGNORECASE)

# Above the body, by what they are called here.
_HEAD_FIELDS = {
    "byline": "authors", "autor": "authors", "auteur": "authors", "headline": "title", "section": "section",
    "rubrik": "section", "rubrique": "section", "length": "length", "länge": "length", "longueur": "length",
    "dateline": "dateline", "highlight": "highlight", "lengte": "length", "longitud": "length", "series": "series",
}  # fmt: skip
_HEAD = re.compile(rf"(?P<name>{'|'.join(_HEAD_FIELDS)})\s*:\s*(?P<value>.*)", re.IGNORECASE | re.DOTALL)
_TAIL = re.compile(
    r"(?:load-date|language|sprache|langue|taal|publication-type|graphic|update|journal-code|subject|organization"
    r"|company|ticker|industry|geographic|person|city|state|country|correction-date|document-type|acc-no|notes)\s*:"
    r"|copyright \d{4}|copyright (?:\(c\)|©)|all rights reserved",
    re.IGNORECASE,
)
_LANGUAGE = re.compile(r"(?:language|sprache|langue)\s*:\s*(?P<name>\w+)", re.IGNORECASE)
_LOADED = re.compile(r"load-date\s*:", re.IGNORECASE)
# They stand alone on their line below the body.
_TAIL_LINE = re.compile(r"(?:Classification|Graphic|Notes|Link to Image|Load-Date)", re.IGNORECASE)
_COPYRIGHT = re.compile(r"(?:copyright|\(c\)|©|all rights reserved)", re.IGNORECASE)
_EDITION = re.compile(r"(?:[\w.' -]{1,40} )?edition(?: \d+)?", re.IGNORECASE)
_MARK = re.compile(
    rf"(?:{_COUNTER.pattern}|{_END.pattern}|{_BODY.pattern}|{_TAIL_LINE.pattern})$|{_HEAD.pattern}|{_TAIL.pattern}"
    rf"|{_COVER.pattern}",
    re.IGNORECASE,
)


def looks_like(paragraphs: Sequence[str]) -> bool:
    """Return whether these are paragraphs of an export of Nexis."""
    lines = _lines(paragraphs)
    return any(map(_COUNTER.fullmatch, lines)) or _is_newer(lines) or sum(map(bool, map(_COVER.match, lines))) > 1


def stories(paragraphs: Sequence[str]) -> list[Story | str]:
    """Return each document as a record, or as the reason why it can't be used.

    Raises:
        Unreadable: no document can be told from the next.
    """
    lines = _lines(paragraphs)
    counters = [number for number, line in enumerate(lines) if _COUNTER.fullmatch(line)]
    if counters:
        ends = [*counters[1:], len(lines)]
        return [_older(lines[start + 1 : end]) for start, end in zip(counters, ends, strict=True)]
    if not _is_newer(lines):
        raise Unreadable("looks like an export of Nexis, but the place where one article ends isn't marked in it")
    found: list[Story | str] = []
    start = 0
    for number, line in enumerate(lines):
        if _END.fullmatch(line):
            found.append(_newer(lines[start:number]))
            start = number + 1
    return found


def _lines(paragraphs: Sequence[str]) -> list[str]:
    return with_own_lines(paragraphs, _MARK)


def _is_newer(lines: Sequence[str]) -> bool:
    ended = any(map(_END.fullmatch, lines))
    return ended and any(_BODY.fullmatch(line) or _LOADED.match(line) for line in lines)


def _older(lines: list[str]) -> Story | str:
    length = next((number for number, line in enumerate(lines) if _LENGTH.match(line)), None)
    if length is None:
        length = next((number for number, line in reversed([*enumerate(lines)]) if _HEAD.match(line)), None)
    if length is None:
        return "is a document of Nexis whose body can't be told from what stands above it"
    head = lines[: length + 1]
    body_start = length + 1
    while body_start < len(lines) and (_HEAD.match(lines[body_start]) or _BODY.fullmatch(lines[body_start])):
        head.append(lines[body_start])
        body_start += 1
    story = _fields(head)
    plain = [line for line in head if not _HEAD.match(line) and not _COPYRIGHT.match(line)]
    day = first_day(plain)
    if day:
        story["published"] = day[1]
        above, below = plain[: day[0]], plain[day[0] + 1 :]
    else:
        above, below = plain[:1], plain[1:]
    story["outlet"] = " ".join(above[0].split()) if above else None
    headline = [line for line in below if not _EDITION.fullmatch(line)]
    story.setdefault("title", " ".join(" ".join(headline).split()))
    return _whole(story, lines[body_start:])


def _newer(lines: list[str]) -> Story | str:
    body = next((number for number, line in enumerate(lines) if _BODY.fullmatch(line)), None)
    if body is None:
        return "is a document of Nexis without a line that says where its body begins"
    head = lines[:body]
    dated = next(
        (
            n
            for n, line in enumerate(head)
            if day_in(line) and n > 1 and not _COVER.match(line) and ":" not in line[:20]
        ),
        None,
    )
    copyright_line = next((number for number, line in enumerate(head) if _COPYRIGHT.match(line)), None)
    if dated is None and copyright_line is not None and copyright_line >= 3:
        dated = copyright_line - 1
    if dated is None or dated < 2:
        return "is a document of Nexis whose headline can't be told from what stands above it"
    story = _fields(head[dated:])
    story["published"] = day_in(head[dated]) or head[dated]
    story["outlet"] = " ".join(head[dated - 1].split())
    story["title"] = " ".join(head[dated - 2].split())
    return _whole(story, lines[body + 1 :])


def _fields(head: Sequence[str]) -> Story:
    story: Story = {}
    for line in head:
        found = _HEAD.match(line)
        if found:
            story.setdefault(_HEAD_FIELDS[found["name"].lower()], " ".join(found["value"].split()))
    return story


def _whole(story: Story, rest: Sequence[str]) -> Story | str:
    """Return the story with its text: what stands above the fields that close the document."""
    end = next((n for n, line in enumerate(rest) if _TAIL.match(line) or _TAIL_LINE.fullmatch(line)), len(rest))
    story["text"] = "\n\n".join(rest[:end])
    language = next(filter(None, map(_LANGUAGE.match, rest[end:])), None)
    if language:
        story["language"] = language_code(language["name"])
    if not story["text"]:
        return "is a document of Nexis without a text"
    return without_empty(story | {"export": "Nexis"})
