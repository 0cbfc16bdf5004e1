"""Printed enumerations taken apart: "crab, mackerel and lobster", lines with bullets, each item with its place.

Ranges are `[start, end)` in characters of the text that is given, and always within it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from pullquote.qa.questions.question_words import ARTICLES, POSSESSIVES, PREPOSITIONS, listed

Range = tuple[int, int]

_SEPARATOR = re.compile(r";\s+(?:and |or )?|,\s+(?:and |or |as well as )?|\s+(?:and|or|as well as)\s+")
# What begins so goes on with the item before it: "Mara Lind, who chaired it", "£6 million, in place of £4 million".
_GOES_ON = listed(
    """who whom whose which where when that while whilst although though because if not but including excluding except
    with without most some in on at by for from of after before since until as than up down both each either all part
    he she it they said says according to also then so nor"""
)
_DETERMINERS = listed(
    "a an the his her its their our my your no any some every another one two three four five six seven eight nine ten"
)
_OPEN, _CLOSE = "([“‘", ")]”’"
_BULLET = re.compile(r"[ \t]*(?:[-–—*•·‣◦]|\(?\d{1,2}[.)])[ \t]+")
_LINE = re.compile(r"[^\n]+")
_CURRENCIES = "£$€¥₹"
_EDGES = " \t\n,;:."
_MOST_ITEM_WORDS = 30
# Shorter lines without an end may be items, from three in a row on.
_MOST_LINE_WORDS = 22
_LEAST_LINES = 3
_SENTENCE_WITHIN = re.compile(r"(?<=[a-z\d”\"’)])[.!?][\"”’)]* +(?=[A-Z“\"])|\n")
_SENTENCE_END = re.compile(r"[.!?][\"”’)]*$")
_NAME = r"[A-Z][\w'’-]*(?: (?:(?:of|of the|de|van|von) )?[A-Z][\w'’-]*){0,4}"
_NAME_AFTER = re.compile(rf"(?:(?P<comma>, )|,? (?:and|or) )(?:the )?{_NAME}")
_AND_LATER = re.compile(rf"(?:, (?:the )?{_NAME}){{0,8}},? (?:and|or) (?:the )?[A-Z]")
_ITEM_BEFORE = re.compile(r"[^,;:.!?\n(]+(?=, $)")
_BEFORE_CHARS = 60
_MOST_BEFORE_WORDS = 5
_MONTH_DAY = re.compile(r"(?:\d{1,2}|[12]\d{3})\b")


def coordinates(text: str, start: int, end: int) -> list[Range]:
    """Return the items that a span coordinates: three for "crab, mackerel and lobster"; the span where it does not."""
    if ends := _SENTENCE_WITHIN.search(text, start, end):
        end = ends.start()
    cuts = [
        cut for cut in _SEPARATOR.finditer(text, start, end) if _outside_brackets(text[start:end], cut.start() - start)
    ]
    if any(cut.group().startswith(";") for cut in cuts):
        return _pieces(text, start, end, [cut for cut in cuts if cut.group().startswith(";")])
    commas = [cut for cut in cuts if cut.group().startswith(",")]
    ands = [cut for cut in cuts if not cut.group().startswith(",")]
    if commas:
        closed = any(cut.group().strip(", \n") for cut in commas)
        final = [] if closed else [cut for cut in ands if cut.start() > commas[-1].start()][:1]
        pieces = _pieces(text, start, end, [*commas, *final])
        # "Davos, Switzerland" is one place.
        return pieces if len(pieces) > 2 or (len(pieces) == 2 and (closed or final)) else [(start, end)]
    if len(ands) == 1:
        pieces = _pieces(text, start, end, ands)
        if len(pieces) == 2 and _alike(*(text[first:last] for first, last in pieces)):
            return pieces
    return [(start, end)]


def widened(text: str, start: int, end: int) -> Range:
    """Return a span with the items before and after it that it is joined to by commas and "and".

    To the right names alone, whose end their capitals show; to the left what a comma ends, of few words.
    """
    while (further := _name_after(text, start, end)) is not None:
        end = further
    if len(coordinates(text, start, end)) > 1:
        while (further := _item_before(text, start)) is not None:
            start = further
    return start, end


def _name_after(text: str, start: int, end: int) -> int | None:
    """Return the end of the name that goes on with a name: "Corran" in "Vellmouth and Corran"."""
    last = text[start:end].rsplit(" ", 1)[-1]
    if not last[:1].isupper():
        return None
    comma = _NAME_AFTER.match(text, end)
    # After a comma alone more has to follow, else it is an apposition: "Davos, Switzerland".
    if comma is None or (comma["comma"] and not _AND_LATER.match(text, comma.end())):
        return None
    return comma.end()


def _item_before(text: str, start: int) -> int | None:
    """Return where the item before `start` and its comma begins; None where it has no clear beginning."""
    before = _ITEM_BEFORE.search(text, max(0, start - _BEFORE_CHARS), start)
    if before is None:
        return None
    words = list(re.finditer(r"\S+", text[before.start() : before.end()]))
    for word in reversed(words[-_MOST_BEFORE_WORDS:]):
        if word.group().lower() in _DETERMINERS or _figure(word.group()):
            return before.start() + word.start()
        if not word.group()[0].isupper() and word is not words[-1] and word.group().lower() in PREPOSITIONS:
            return None
    first = words[0]
    return before.start() + first.start() if len(words) <= 2 and first.group()[0].isupper() else None


@dataclass(frozen=True, slots=True)
class ListLines:
    """The lines of a list.

    Attributes:
        ranges: without bullets and marks at their ends.
        told: they have bullets, or a colon announces them, so that they are a list whatever they say.
    """

    ranges: tuple[Range, ...]
    told: bool


def lines_at(text: str, start: int, end: int) -> ListLines | None:
    """Return the list in whose lines a span begins, or that its line announces with a colon; None without one."""
    lines = [found.span() for found in _LINE.finditer(text)]
    at = next((number for number, (first, last) in enumerate(lines) if first <= start < last), None)
    if at is None:
        return None
    at += _announces(text, lines[at])
    if at == len(lines) or not (kind := _line_kind(text[slice(*lines[at])])):
        return None
    first = at
    while first and _line_kind(text[slice(*lines[first - 1])]) == kind:
        first -= 1
    last = at + 1
    while last < len(lines) and _line_kind(text[slice(*lines[last])]) == kind:
        last += 1
    told = kind == "bullet" or (first > 0 and _announces(text, lines[first - 1]))
    ranges = tuple(trimmed for one in lines[first:last] if (trimmed := _trimmed(text, *_without_bullet(text, *one))))
    return ListLines(ranges, told) if len(ranges) >= (2 if told else _LEAST_LINES) else None


def _announces(text: str, line: Range) -> bool:
    return text[slice(*line)].rstrip().endswith(":")


def _line_kind(line: str) -> str:
    if _BULLET.match(line):
        return "bullet"
    words = len(line.split())
    return "short" if 0 < words <= _MOST_LINE_WORDS and not _SENTENCE_END.search(line) and line[-1] != ":" else ""


def _without_bullet(text: str, start: int, end: int) -> Range:
    bullet = _BULLET.match(text, start, end)
    return (bullet.end() if bullet else start), end


def _outside_brackets(text: str, at: int) -> bool:
    """Return whether a place is in no brackets and no quotation; an apostrophe closes nothing that is open."""
    depth = 0
    for character in text[:at]:
        if character in _OPEN:
            depth += 1
        elif character in _CLOSE and depth:
            depth -= 1
    return depth == 0 and text[:at].count('"') % 2 == 0


def _pieces(text: str, start: int, end: int, cuts: list[re.Match[str]]) -> list[Range]:
    """Return what stands between the cuts; what only goes on with a piece, or describes it, stays with it."""
    edges = [(start, start, ""), *((*cut.span(), cut.group()) for cut in sorted(cuts, key=lambda cut: cut.start()))]
    pieces: list[Range] = []
    described = False
    for (_, first, tie), (last, _, after) in pairwise([*edges, (end, end, "")]):
        trimmed = _trimmed(text, first, last)
        if trimmed is None:
            continue
        piece = text[slice(*trimmed)]
        only_comma = tie.strip() == ","
        before = text[slice(*pieces[-1])] if pieces else ""
        if pieces and (described or _goes_on(piece) or (only_comma and _describes(piece) and _named(before))):
            pieces[-1] = (pieces[-1][0], trimmed[1])
        else:
            pieces.append(trimmed)
        # "the chief executive, Mara Lind": a description with its name.
        described = after.strip() == "," and _describes(piece) and _named(text[last + len(after) : end])
    return pieces


def _describes(piece: str) -> bool:
    return piece.split()[0].lower() in ARTICLES | POSSESSIVES and piece[1:].islower()


def _named(text: str) -> bool:
    """Return whether a text begins with a name of two words or more, or is one."""
    return re.match(r"[A-Z][\w'’.-]+ (?:[a-z]{2,3} )?[A-Z]", text) is not None


def _goes_on(piece: str) -> bool:
    words = piece.split()
    return words[0].lower() in _GOES_ON or (len(words) == 1 and _MONTH_DAY.fullmatch(piece) is not None)


def _trimmed(text: str, start: int, end: int) -> Range | None:
    """Return a range without white space and marks at its edges; None where no word is left, or too many are."""
    while start < end and text[start] in _EDGES:
        start += 1
    while start < end and text[end - 1] in _EDGES:
        end -= 1
    if not any(map(str.isalnum, text[start:end])) or len(text[start:end].split()) > _MOST_ITEM_WORDS:
        return None
    return start, end


def _alike(one: str, other: str) -> bool:
    """Return whether phrases joined by "and" are two things rather than one: names, sums, or each with an article."""
    if other.split()[0].lower() in _DETERMINERS or _figure(other):
        return one[0] not in _CURRENCIES or other[0] in _CURRENCIES
    if one[0].isupper() and other[0].isupper():
        return True
    return len(one.split()) == len(other.split()) == 1


def _figure(text: str) -> bool:
    return text[0].isdigit() or text[0] in _CURRENCIES
