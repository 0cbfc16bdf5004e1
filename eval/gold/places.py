"""Where an archive prints what answers a question."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pullquote.articles import Article
from pullquote.errors import InputError
from pullquote.eval.gold.questions import GoldSpan, article_key
from pullquote.filters import Filters
from pullquote.graphemes import is_boundary
from pullquote.index.archive import Archive
from pullquote.index.passages.sentences import sentence_around, sentence_ranges
from pullquote.printable import one_line

# Among so many passages found an answer is looked for: the first twenty hold it for nine questions in ten of the gold
# that ships (`docs/measurements.md`).
SEARCHED = 20
# An answer that stands in more places than these is a common word; a person has to say which of them answer.
MOST_PLACES = 10


@dataclass(frozen=True, slots=True)
class PrintedSentence:
    """One printed sentence: `[start, end)` in characters of its article's text."""

    article: Article
    start: int
    end: int

    @property
    def text(self) -> str:
        """Exactly the article's text there."""
        return self.article.text[self.start : self.end]

    def span(self, words: str) -> GoldSpan | None:
        """Return where words stand in the sentence, as `printed_at` finds them; None where they don't."""
        found = printed_at(self.article.text, words, self.start, self.end)
        return span_of(self.article, *found[0]) if found else None


def span_of(article: Article, start: int, end: int) -> GoldSpan:
    """Return a place of an article as a gold set names it."""
    return GoldSpan(article_key(article.url, article.id), start, end, article.text[start:end])


def printed_at(text: str, words: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Return the `[start, end)` of every place in a part of a text that prints some words, whole ones.

    White space may differ. Case may differ, too, where the words stand nowhere as they were given.
    """
    parts = words.split()
    if not parts:
        return []
    edges = (r"(?<!\w)" if parts[0][0].isalnum() else "", r"(?!\w)" if parts[-1][-1].isalnum() else "")
    pattern = edges[0] + r"\s+".join(map(re.escape, parts)) + edges[1]
    stop = len(text) if end is None else end
    for flags in (0, re.IGNORECASE):
        matches = (match.span() for match in re.compile(pattern, flags).finditer(text, start, stop))
        if found := [one for one in matches if is_boundary(text, one[0]) and is_boundary(text, one[1])]:
            return found
    return []


def sentences_found(
    archive: Archive, question: str, as_of: dt.date | None, *, skip: int = 0, limit: int
) -> list[list[PrintedSentence]]:
    """Return the sentences of the passages found for a question, a list for each passage, the best passage first.

    Args:
        archive: to search.
        question: as asked.
        as_of: the day on which it is asked.
        skip: leave out so many passages at the beginning.
        limit: how many passages.

    Raises:
        PullquoteError: as `Archive.search`.
    """
    hits = archive.search(question, limit=skip + limit, filters=Filters(as_of=as_of))[skip:]
    found = []
    for hit in hits:
        passage = hit.passage
        furniture = archive.furniture(hit.article.id)
        found.append(
            [
                PrintedSentence(hit.article, passage.start + start, passage.start + end)
                for start, end in sentence_ranges(passage.text)
                if not _touches(furniture, passage.start + start, passage.start + end)
            ]
        )
    return found


def places(archive: Archive, question: str, answer: str, as_of: dt.date | None, *, article: str = "") -> list[GoldSpan]:
    """Return where an answer is printed: in the passages found for it and its question, or in one article.

    Args:
        archive: to search.
        question: as asked.
        answer: its words.
        as_of: the day on which it is asked; nothing later is looked at.
        article: id or address of the only one to look in.

    Raises:
        InputError: there is no such article, or it was printed after the day of the question.
        PullquoteError: as `Archive.search`.
    """
    found: dict[GoldSpan, None] = {}
    for one, start, end in _parts(archive, question, answer, as_of, article):
        furniture = archive.furniture(one.id)
        for place in printed_at(one.text, answer, start, end):
            if not _touches(furniture, *place):
                found[span_of(one, *place)] = None
    wordings = [span.text for span in found]
    # As it was given, where it stands so anywhere: case may differ only where it stands nowhere else.
    exact = [span for span in found if span.text.split() == answer.split()]
    return (exact or [span for span in found if span.text == wordings[0]])[:MOST_PLACES]


def _parts(
    archive: Archive, question: str, answer: str, as_of: dt.date | None, article: str
) -> Iterator[tuple[Article, int, int]]:
    if article:
        named = archive.article(article)
        if named is None:
            raise InputError(f"There is no article {one_line(article)[:80]!r} in this archive.")
        if as_of and named.published and named.published > as_of:
            raise InputError(f"{one_line(article)[:80]} was printed after {as_of}, the day of the question.")
        yield named, 0, len(named.text)
        return
    for hit in archive.search(f"{question} {answer}", limit=SEARCHED, filters=Filters(as_of=as_of)):
        yield hit.article, hit.passage.start, hit.passage.end


def _touches(ranges: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    return any(first < end and start < last for first, last in ranges)


def sentence_of(span: GoldSpan, article: Callable[[str], Article | None]) -> PrintedSentence | None:
    """Return the sentence around a span; None where the article isn't there, or prints something else at that place."""
    found = article(span.article)
    if found is None or found.text[span.start : span.end] != span.text:
        return None
    return PrintedSentence(found, *sentence_around(found.text, span.start, span.end))
