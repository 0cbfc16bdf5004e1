"""Paragraphs of a file to the articles of an export, or to nothing where it is none."""

from __future__ import annotations

import hashlib
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
    return to_article({"id": _id(story), **story}, source=place)


def _id(story: Story) -> str:
    """Return the database's number of a story, else one made from its words, outlet and day.

    Two papers that print one agency's story are two articles, and one story in two exports is one.
    """
    database = str(story["export"]).lower()
    if story.get("document"):
        return f"{database}-{story['document']}"
    named = "\n".join(str(story.get(key, "")) for key in ("outlet", "published", "title", "text"))
    return f"{database}-{hashlib.sha256(named.encode('utf-8', 'replace')).hexdigest()[:12]}"
