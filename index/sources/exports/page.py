"""An export that was saved as a web page; a page that only looks like one is read as a page."""

from __future__ import annotations

from collections.abc import Iterator

from pullquote.articles import Article, Skipped
from pullquote.index.sources.decoding import declared_charset, decode
from pullquote.index.sources.exports.lines import Story
from pullquote.index.sources.exports.splitting import stories_in, story_articles
from pullquote.index.sources.files import SourceFile
from pullquote.index.sources.formats import webpage
from pullquote.index.sources.formats.markup import paragraphs, without_head
from pullquote.index.sources.streams import MAX_WHOLE_FILE_BYTES, read_whole
from pullquote.index.sources.timed import timed_call


def read(source: SourceFile) -> Iterator[Article | Skipped]:
    """Yield the articles of a saved export, or the one article of a page that is none.

    Raises:
        Unreadable: the file cannot be read, or its articles can't be told apart.
    """
    data = read_whole(source, limit_bytes=MAX_WHOLE_FILE_BYTES, what="an export")
    stories = timed_call("exports.page:page_stories", data)
    if stories is None:
        yield from webpage.read(source)
    else:
        yield from story_articles(stories, source.name)


def page_stories(data: bytes) -> list[Story | str] | None:
    """Return the articles of a saved export, None where it is none; called in a process that can be ended."""
    text = paragraphs(without_head(decode(data, declared=declared_charset(data))))
    return stories_in([paragraph for paragraph in text.split("\n\n") if paragraph])
