"""Paragraphs of a document to its article or, where it is an export of a news database, to its articles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pullquote.articles import Article, Skipped
from pullquote.index.sources.exports.splitting import stories_in, story_articles
from pullquote.index.sources.fields.headline import title_from
from pullquote.index.sources.files import SourceFile, Unreadable
from pullquote.index.sources.record import to_article
from pullquote.index.sources.sidecars import metadata_beside
from pullquote.index.sources.streams import read_whole
from pullquote.index.sources.timed import timed_call

# Photographs in print quality have 10 MB each; a scanned newspaper some 100 MB.
MAX_DOCUMENT_BYTES = 200_000_000


def read_document(
    source: SourceFile, task: str, *, limit_bytes: int = MAX_DOCUMENT_BYTES
) -> Iterator[Article | Skipped]:
    """Yield the article of a document, or the articles of an export, out of what a timed call makes of its bytes.

    Args:
        source: the document.
        task: the function that returns `{"paragraphs", "facts"}`, as `timed_call` takes it.
        limit_bytes: how large the document may be.

    Raises:
        Unreadable: the file cannot be read, or has no text.
    """
    found = timed_call(task, read_whole(source, limit_bytes=limit_bytes, what="a document"))
    yield from document_articles(found["paragraphs"], found["facts"], source)


def document_articles(
    paragraphs: Sequence[str], facts: Mapping[str, Any], source: SourceFile
) -> Iterator[Article | Skipped]:
    r"""Yield the article that the paragraphs make, joined by "\n\n", or the articles of an export.

    Args:
        paragraphs: of the document, in order, none of them empty.
        facts: what the document says of itself, by an article's keys; a sidecar knows better.
        source: the document.

    Raises:
        Unreadable: it has no text, or its sidecar cannot be used.
    """
    if not paragraphs:
        raise Unreadable("is a document without text")
    stories = stories_in(paragraphs)
    if stories is not None:
        yield from story_articles(stories, source.name)
        return
    text = "\n\n".join(paragraphs)
    record = {**facts, **metadata_beside(source), "text": text}
    if record.get("title"):
        yield to_article(record, source=source.name)
    else:
        record["title"], place = title_from(text)
        yield to_article(record, source=source.name, title_in_text=place, find_title=False)


def table_paragraphs(rows: Sequence[Sequence[Sequence[str]]]) -> list[str]:
    """Return a table's paragraphs: one for a table of figures, a line a row; those of its cells where it is layout.

    Args:
        rows: each row's cells, each cell's paragraphs.
    """
    if any(len(cell) > 1 for row in rows for cell in row):
        return [paragraph for row in rows for cell in row for paragraph in cell]
    lines = (" | ".join(cell[0] for cell in row if cell) for row in rows)
    table = "\n".join(line for line in lines if line)
    return [table] if table else []
