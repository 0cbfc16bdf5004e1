"""Whole names: where a text prints in full the name of which a span is a part.

Readers like the shortest span, and news names people in full once: "Brady", where "Tom Brady" stands two sentences
before. Who asks "who?" wants the latter. Rules on capitals alone: no list of names, no tagger.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pullquote.index.search.kinds import MONTH_NAMES, WEEKDAY_NAMES
from pullquote.qa.questions.question_words import listed

# Words that a name takes to its left: "Ruth Bader" Ginsburg.
_MOST_BEFORE = 2
# Characters around a span that are looked at for them.
_AROUND = 80
# Accents may stand behind their letters.
_WORD = re.compile(r"[^\W_](?:[\w.\u0300-\u036f]|['’-](?=\w))*(?<!\.)")
_POSSESSIVE = re.compile(r"['’]s?$")
_SENTENCE_ENDS = frozenset(".!?:\n")
_OPENING_MARKS = " \"'“‘("
_NO_NAMES = listed(
    """
    a about after all an and another any as at because before both but by during each every few for from he her here
    his how however i if in it its many more most my no not now of on once one only or other our she since so some
    such that the their then there these they this those through to two under until upon we were what when where
    which while who whose why with yes you your
    mr mrs ms miss dr doctor prof professor sir dame rev reverend lord lady saint mayor deputy governor gov president
    vice chancellor prime minister secretary senator sen sens congressman congresswoman representative rep reps
    ambassador commissioner captain capt colonel col lieutenant lt general gen sergeant sgt inspector superintendent
    detective constable judge justice bishop archbishop canon chief speaker king queen prince princess pope former
    democrat democratic republican tory labour leader coach chairman chairwoman
    """
) | frozenset(f"{WEEKDAY_NAMES}|{MONTH_NAMES}".split("|"))


def is_part_of_name(span: str) -> bool:
    """Return whether a span is one word that may be part of a name: "Brady", "Brady’s"; not "the" or "US"."""
    word = _WORD.fullmatch(_bare(span))
    return word is not None and _may_name(word.group())


def whole_name(text: str, start: int, end: int, *, person: bool) -> tuple[int, int] | None:
    """Return `[start, end)` of the place nearest to a span that prints its name with more words.

    Args:
        text: where to look.
        start, end: the span; one word (see `is_part_of_name`).
        person: it names somebody, so that it may be a first name ("Keziah" Tench).

    Returns:
        The span itself with the words around it, or another place; None where the text prints no more than the span.
    """
    if not is_part_of_name(text[start:end]):
        return None
    part = _bare(text[start:end])
    places = re.finditer(rf"(?<![\w’'-]){re.escape(part)}(?![\w\u0300-\u036f])", text)
    longer = (_widened(text, *place.span(), person=person) for place in places)
    return min((place for place in longer if place), key=lambda place: abs(place[0] - start), default=None)


def _widened(text: str, start: int, end: int, *, person: bool) -> tuple[int, int] | None:
    first = min((word.start() for word in _words_before(text, start)), default=start)
    last = _end_after(text, end) if person and first == start else end
    return (first, last) if last - first > end - start else None


def _words_before(text: str, start: int) -> Iterator[re.Match[str]]:
    """Yield the words of a name right before character `start`, the nearest first."""
    before = list(_WORD.finditer(text, max(0, start - _AROUND), start))
    for word in before[: -_MOST_BEFORE - 1 : -1]:
        name = word.group()
        if text[word.end() : start] != " " or not _may_name(name) or _bare(name) != name:
            return
        # A word that opens a sentence has a capital whatever it is; where it has none elsewhere, it is no name's.
        if _opens_sentence(text, word.start()) and re.search(rf"\b{re.escape(name.lower())}\b", text):
            return
        yield word
        start = word.start()


def _end_after(text: str, end: int) -> int:
    """Return the end of the word after character `end`, if it belongs to the name; else `end`."""
    word = _WORD.match(text, end + 1)
    if word is None or text[end] != " " or not _may_name(_bare(word.group())):
        return end
    return word.start() + len(_bare(word.group()))


def _opens_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(_OPENING_MARKS)
    return not before or before[-1] in _SENTENCE_ENDS


def _may_name(word: str) -> bool:
    """Return whether a word is written like part of a name; "US" and "MP" more often stand before one."""
    return (
        word[0].isupper()
        and not (word.isupper() and word.isalpha() and len(word) > 1)
        and (word.lower().rstrip(".") not in _NO_NAMES)
    )


def _bare(word: str) -> str:
    """Return a word without a possessive at its end."""
    return _POSSESSIVE.sub("", word)
