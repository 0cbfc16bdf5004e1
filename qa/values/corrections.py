"""What a newspaper took back: the value that was wrong, and the one that is right."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from pullquote.articles import Article
from pullquote.qa.values.normalize import normalize_answer
from pullquote.qa.values.printed_values import read_values

_PARAGRAPH = re.compile(r"[^\n]+")
# A paragraph that takes something back begins or speaks so.
_CORRECTS = re.compile(
    r"\bcorrections?\b\W|\bcorrects\b|\bcorrected\b|\bearlier version of this\b|\bclarification\b\W|"
    r"\b(?:we|this newspaper|this paper) (?:wrongly |mistakenly |incorrectly )?(?:said|reported|printed|wrote|gave)\b|"
    r"\b(?:was|were) (?:wrong|incorrect|mistaken)\b|\bwrongly (?:said|reported|stated)\b",
    re.IGNORECASE,
)
# Where the right value begins, once the wrong one was named: "It is 19", "The number is 19", "... has since corrected".
_TURNS = re.compile(
    r"(?<=[.;!?])\s+(?:in fact,? )?(?:it|that|this|they|he|she|the [\w ]{1,30}|there|one|we)\b"
    r"(?:['’]s|['’]re| (?:is|are|was|were|has|have|should)\b)|"
    r"\bin fact\b|\bshould have (?:said|been|read)\b|\bhas since\b|, not\b",
    re.IGNORECASE,
)
# "to 64,000 from 46,000", "to 112, not 121", "corrected to 47.3 per cent from 49".
_TO_FROM = re.compile(
    r"\bto (?P<right>[^;()\n]{1,60}?),? (?:from|not|instead of|rather than) (?P<wrong>[^;()\n]{1,60})"
)
_FROM_TO = re.compile(r"\bfrom (?P<wrong>[^;()\n]{1,60}?) to (?P<right>[^;()\n]{1,60})")
_CORRECTED_TO = re.compile(r"^(?P<wrong>.*?)\bcorrected\b[^.;]{0,40}? to (?P<right>[^.;]*(?:\.\d[^.;]*)?)", re.DOTALL)
_WAS_WRONG = re.compile(r"(?P<wrong>[^.!?\n]*(?:\.\d[^.!?\n]*)*)\b(?:was|were) (?:wrong|incorrect|mistaken)\b")
_LONGEST_CHARS = 700


@dataclass(frozen=True, slots=True)
class Correction:
    """One thing taken back.

    Attributes:
        article: the article that takes it back.
        start, end: the paragraph that does, in characters of its text.
        wrong: the words that hold what was wrong.
        right: the words that hold what is right; "" where it isn't said.
    """

    article: Article
    start: int
    end: int
    wrong: str
    right: str

    @property
    def published(self) -> dt.date | None:
        """The day on which it was taken back."""
        return self.article.published


def corrections(articles: Iterable[Article]) -> list[Correction]:
    """Return what the articles take back, paragraph by paragraph."""
    made = []
    for article in articles:
        for found in _PARAGRAPH.finditer(article.text):
            paragraph = found.group()
            if len(paragraph) > _LONGEST_CHARS or not _CORRECTS.search(paragraph):
                continue
            if parts := _wrong_and_right(paragraph):
                made.append(Correction(article, found.start(), found.end(), *parts))
    return made


def _wrong_and_right(paragraph: str) -> tuple[str, str] | None:
    """Return the words around the wrong value and those around the right one."""
    begun = _CORRECTS.search(paragraph)
    rest = paragraph[begun.start() :] if begun else paragraph
    for pattern in (_TO_FROM, _FROM_TO):
        if re.search(r"\bcorrect", rest, re.IGNORECASE) and (found := pattern.search(rest)):
            return found["wrong"], found["right"]
    if turn := _TURNS.search(rest):
        return rest[: turn.start()], rest[turn.start() :]
    if found := _CORRECTED_TO.search(paragraph):
        return found["wrong"], found["right"]
    if found := _WAS_WRONG.search(paragraph):
        return found["wrong"], paragraph[: found.start()] + paragraph[found.end() :]
    return None


def takes_back(correction: Correction, value: str) -> bool:
    """Return whether a correction names a value among what was wrong, and not among what is right."""
    return _holds(correction.wrong, value) and not _holds(correction.right, value)


def puts_right(correction: Correction, value: str) -> bool:
    """Return whether a correction names a value among what is right."""
    return _holds(correction.right, value)


def _holds(text: str, value: str) -> bool:
    numbers = [token for token in read_values(value)[0] if not isinstance(token, str)]
    if numbers:
        return set(numbers) <= set(read_values(text)[0])
    return f" {normalize_answer(value)} " in f" {normalize_answer(text)} "
