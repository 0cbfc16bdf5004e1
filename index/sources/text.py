"""Plain text and Markdown: metadata from front matter or a sidecar, else the first line is the title."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pullquote.articles import Article, Skipped
from pullquote.index.sources.decoding import decode
from pullquote.index.sources.files import (
    MAX_SIDECAR_BYTES,
    SourceFile,
    Unreadable,
    cause,
    megabytes,
    sidecar_of,
)
from pullquote.index.sources.headline import title_from
from pullquote.index.sources.jsonlines import parse
from pullquote.index.sources.record import KNOWN_KEYS, to_article
from pullquote.index.sources.streams import read_whole

# Seven keys and a few of one's own; beyond this a "---" is a rule between sections, not a block's end.
_MAX_FRONT_MATTER_CHARS = 65_536

_BLOCK = re.compile(r"---[ \t]*\r?\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_KNOWN_KEY = re.compile(rf"^(?:{'|'.join(KNOWN_KEYS[1:])})\s*:", re.MULTILINE)


def read(source: SourceFile) -> Iterator[Article | Skipped]:
    """Yield the one article of a text file.

    Without front matter `article.text` is the whole decoded file, else all that follows the block.

    Raises:
        Unreadable: the file, its front matter or its sidecar cannot be used.
    """
    decoded = decode(read_whole(source))
    metadata, start = _front_matter(decoded)
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


def _front_matter(text: str) -> tuple[dict[str, Any], int]:
    """Return the metadata of the block that the text begins with, and where the body starts."""
    block = _BLOCK.match(text, 0, _MAX_FRONT_MATTER_CHARS)
    if not block:
        return {}, 0
    import yaml  # type: ignore[import-untyped]

    try:
        # BaseLoader leaves every scalar a string: `language: no` stays Norwegian, a headline of digits
        # stays text, and an impossible date reaches our own error message.
        metadata = yaml.load(block["yaml"], Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError) as error:
        if not _KNOWN_KEY.search(block["yaml"]):
            return {}, 0  # two rules with prose between them
        raise Unreadable(f"has front matter that is not valid YAML ({_yaml_problem(error)})") from error
    if not isinstance(metadata, Mapping):
        return {}, 0
    return {str(key): _null(value) for key, value in metadata.items() if key != "text"}, block.end()


def _null(value: object) -> object:
    return None if value in ("null", "~", "Null", "NULL") else value


def _yaml_problem(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "nested too deep"
    # Line 1 of the file is the opening "---".
    hint = "; put the value in quotes" if "mapping values" in problem else ""
    return f"line {mark.line + 2}: {problem}{hint}" if mark else str(problem)


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
