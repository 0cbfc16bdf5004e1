"""Plain text and Markdown: metadata from front matter or a sidecar, else the first line is the title."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pullquote.articles import Article, Skipped
from pullquote.index.sources.decoding import decode
from pullquote.index.sources.fields.headline import title_from
from pullquote.index.sources.files import (
    MAX_SIDECAR_BYTES,
    SourceFile,
    Unreadable,
    cause,
    megabytes,
    sidecar_of,
)
from pullquote.index.sources.formats.frontmatter import front_matter
from pullquote.index.sources.formats.jsonlines import parse
from pullquote.index.sources.record import to_article
from pullquote.index.sources.streams import read_whole


def read(source: SourceFile) -> Iterator[Article | Skipped]:
    """Yield the one article of a text file.

    Without front matter `article.text` is the whole decoded file, else all that follows the block.

    Raises:
        Unreadable: the file, its front matter or its sidecar cannot be used.
    """
    decoded = decode(read_whole(source))
    metadata, start = front_matter(decoded)
    sidecar = sidecar_of(source.path) if source.path else None
    if sidecar:
        metadata = {**_sidecar(sidecar), **metadata}
    text = decoded[start:]
    record = {**metadata, "text": text}
    if metadata.get("title"):
        yield to_article(record, source=source.name)
    else:
        record["title"], place = title_from(text)
        yield to_article(record, source=source.name, title_in_text=place, find_title=False)


def _sidecar(path: Path) -> dict[str, Any]:
    try:
        size = path.stat().st_size
        if size > MAX_SIDECAR_BYTES:
            raise Unreadable(f"has a sidecar, {path.name}, of {megabytes(size)}, too big to hold metadata")
        data = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"has a sidecar, {path.name}, that {cause(error)}") from error
    try:
        metadata = parse(decode(data))
    except Unreadable as error:
        raise Unreadable(f"has a sidecar, {path.name}, that {error}") from error
    if not isinstance(metadata, dict):
        raise Unreadable(f"has a sidecar, {path.name}, that is no JSON object")
    return {key: value for key, value in metadata.items() if key != "text"}
