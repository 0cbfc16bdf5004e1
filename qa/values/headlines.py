"""Figures that a headline prints: a headline counts as print, and is often the first to say that a value changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pullquote.answers import Hit
from pullquote.articles import Passage
from pullquote.qa.questions.question_words import listed
from pullquote.qa.ranking.combining import content_words
from pullquote.qa.values.comparable import ValueKind, comparable, same_value, sort_of

# An amount with its unit, or a number with the word after it: "£4", "£21.9 million", "80 per cent", "15 dead".
_FIGURE = re.compile(
    r"[£$€¥₹]\s?\d[\d,]*(?:\.\d+)?(?:\s?(?:m|bn|k|million|billion|thousand|trillion)\b)?|"
    r"\d[\d,]*(?:\.\d+)?\s?(?:%|per ?cent\b|percent\b|pc\b)|"
    r"(?<![\w.,-])\d[\d,]*(?:\.\d+)?(?![\w%])(?: (?:million|billion|thousand)\b)?(?: [^\W\d_]+)?",
    re.IGNORECASE,
)
# Words of nearly every question.
_ASKING = listed("what which much many does will have been that when where long large currently latest")
_LINE = re.compile(r"[^\n]+")


@dataclass(frozen=True, slots=True)
class HeadlineFigure:
    """The one figure of a headline.

    Attributes:
        hit: what prints it: the headline itself where the text has it, else a paragraph of the passage found that is
            about what is asked.
        start, end: of the figure, in characters of that paragraph.
        covered: the share of the question's words that the headline has, 0..1.
    """

    hit: Hit
    start: int
    end: int
    covered: float

    @property
    def text(self) -> str:
        """The figure, as the paragraph prints it."""
        return self.hit.passage.text[self.start : self.end]


def headline_figure(hit: Hit, question: str, sort: ValueKind) -> HeadlineFigure | None:
    """Return the figure that an article's headline prints, if it prints one that can answer.

    Args:
        hit: the article, found for the question.
        question: as searched.
        sort: what the figure has to be comparable with.

    Returns:
        None where the headline has none or several, or nothing that is about the question prints it.
    """
    title = hit.article.title
    figures = [found.group() for found in _FIGURE.finditer(title) if comparable(sort_of(found.group()), sort)]
    asked = content_words(question) - _ASKING
    if len(figures) != 1 or not asked:
        return None
    covered = len(asked & content_words(title)) / len(asked)
    for passage in _about(hit, asked):
        for found in _FIGURE.finditer(passage.text):
            if same_value(found.group(), figures[0]):
                paragraph = replace(hit, passage=passage, near_duplicates=())
                return HeadlineFigure(paragraph, found.start(), found.end(), covered)
    return None


def _about(hit: Hit, asked: frozenset[str]) -> Iterator[Passage]:
    """Yield the headline, if the text has it, then the paragraphs of the passage that have a word that is asked."""
    if place := hit.article.title_in_text:
        yield Passage(hit.article.id, *place, hit.article.text[slice(*place)])
    for line in _LINE.finditer(hit.passage.text):
        if asked & content_words(line.group()):
            start = hit.passage.start + line.start()
            yield Passage(hit.article.id, start, start + len(line.group()), line.group())
