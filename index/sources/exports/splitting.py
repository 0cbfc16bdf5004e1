"""Paragraphs of a file to the articles of an export, or to nothing where it is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from pullquote.articles import Article, Skipped
from pullquote.index.sources.exports import factiva, nexis, proquest
from pullquote.index.sources.exports.lines import Story
from pullquote.index.sources.files import Unreadable
from pullquote.index.sources.reasons import article_or_skipped
from pullquote.index.sources.record import to_article

# In this order: ProQuest numbers its documents as Nexis does.
_DATABASES = (
    (proquest.looks_like, proquest.stories),
    (nexis.looks_like, nexis.stories),
    (factiva.looks_like, factiva.stories),
)


def stories_in(paragraphs: Sequence[str]) -> list[Story | str] | None:
    """Return the articles of an export as records, or why one can't be used; None where it is no export.

    Raises:
        Unreadable: it is an export, but its articles can't be told apart.
    """
    for looks_like, stories in _DATABASES:
        if looks_like(paragraphs):
            return stories(paragraphs)
    return None


def story_articles(stories: Sequence[Story | str], name: str) -> Iterator[Article | Skipped]:
    """Yield the articles of an export; their place is the file and the number of the article in it, from 1."""
    for number, story in enumerate(stories, start=1):
        place = f"{name}:{number}"
        yield article_or_skipped(partial(_article, story, place), place)


def _article(story: Story | str, place: str) -> Article:
    if isinstance(story, str):
        raise Unreadable(story)
    return to_article(story, source=place)
