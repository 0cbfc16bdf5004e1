"""Plain text and Markdown: metadata from front matter or a sidecar, else the first line is the title."""

from __future__ import annotations

from collections.abc import Iterator

from pullquote.articles import Article, Skipped
from pullquote.index.sources.decoding import decode
from pullquote.index.sources.exports.lines import paragraphs_of
from pullquote.index.sources.exports.splitting import stories_in, story_articles
from pullquote.index.sources.fields.headline import title_from
from pullquote.index.sources.files import SourceFile
from pullquote.index.sources.formats.frontmatter import front_matter
from pullquote.index.sources.record import to_article
from pullquote.index.sources.sidecars import metadata_beside
from pullquote.index.sources.streams import read_whole


def read(source: SourceFile) -> Iterator[Article | Skipped]:
    """Yield the one article of a text file, or the articles of an export of a news database.

    Without front matter `article.text` is the whole decoded file, else all that follows the block.

    Raises:
        Unreadable: the file, its front matter or its sidecar cannot be used.
    """
    decoded = decode(read_whole(source))
    metadata, start = front_matter(decoded)
    stories = None if start else stories_in(paragraphs_of(decoded))
    if stories is not None:
        yield from story_articles(stories, source.name)
        return
    metadata = {**metadata_beside(source), **metadata}
    text = decoded[start:]
    record = {**metadata, "text": text}
    if metadata.get("title"):
        yield to_article(record, source=source.name)
    else:
        record["title"], place = title_from(text)
        yield to_article(record, source=source.name, title_in_text=place, find_title=False)
