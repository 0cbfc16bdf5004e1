"""RSS and Atom feeds saved as files: .xml, .rss, .atom. Nothing is ever fetched."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pullquote.articles import Article, Skipped
from pullquote.index.sources.byline import is_name, split_byline
from pullquote.index.sources.dates import parse_published
from pullquote.index.sources.decoding import declared_charset, decode
from pullquote.index.sources.files import SourceFile, Unreadable
from pullquote.index.sources.markup import has_markup, paragraphs
from pullquote.index.sources.record import to_article
from pullquote.index.sources.streams import MAX_WHOLE_FILE_BYTES, read_whole

_END = re.compile(r"</(?:\w+:)?(?:rss|feed|rdf)\s*>\s*(?:<!--.*?-->\s*)*\Z", re.IGNORECASE | re.DOTALL)
_PROLOGUE = re.compile(r"\s*<\?xml[^>]*\?>")
_MAIL_AND_NAME = re.compile(r"^\S+@\S+\s+\((?P<name>.+)\)$")  # RSS 2.0: <author>a@b.example (Ann Roe)</author>


def read(source: SourceFile) -> Iterator[Article | Skipped]:
    """Yield the entries of a feed that carry text; the others become a Skipped each.

    Raises:
        Unreadable: the file cannot be read or is no feed.
    """
    import feedparser  # type: ignore[import-untyped]

    data = read_whole(source, limit_bytes=MAX_WHOLE_FILE_BYTES, what="a feed")
    text = decode(data, declared=declared_charset(data))
    # A stream of UTF-8: feedparser would take a string for an address or a file name, and would guess
    # the encoding anew. Sanitizing and link resolution are left out: only text is taken from the markup.
    utf8 = _PROLOGUE.sub("", text, count=1).encode("utf-8", "surrogatepass")
    feed = feedparser.parse(io.BytesIO(utf8), sanitize_html=False, resolve_relative_uris=False)
    if not feed.version and not feed.entries:
        raise Unreadable("is XML but not an RSS or Atom feed")
    outlet = _plain(feed.feed.get("title", ""))
    cut_off = not _END.search(text)
    for number, entry in enumerate(feed.entries, start=1):
        if cut_off and number == len(feed.entries):
            break
        try:
            yield to_article(_record(entry, outlet), source=source.name)
        except Unreadable as error:
            yield Skipped(source.name, f"entry {number} {error}")
    if cut_off:
        yield Skipped(source.name, f"is cut off in the middle of entry {max(1, len(feed.entries))}")
    elif not feed.entries:
        yield Skipped(source.name, "is a feed without entries")


def _record(entry: Mapping[str, Any], outlet: str) -> dict[str, Any]:
    written = entry.get("published") or entry.get("updated")
    record: dict[str, Any] = {
        "text": _body(entry),
        "url": entry.get("link"),
        "title": _plain(entry.get("title", "")),
        "outlet": _plain(entry.get("source", {}).get("title", "")) or outlet,
        "authors": _authors(entry),
        "language": entry.get("content", [{}])[0].get("language"),
    }
    try:
        day, timestamp = parse_published(written)
        record["published"] = day
        if timestamp:
            record["published_at"] = timestamp
    except Unreadable:
        # A feed's date is a machine's, its text is not in doubt: kept as it came, and not relied on.
        record["published_as_printed"] = written
    if entry.get("id") and entry["id"] != entry.get("link"):
        record["guid"] = entry["id"]
    return record


def _body(entry: Mapping[str, Any]) -> str:
    """Return the longest text that the entry carries: full content where there is some, else the summary."""
    versions = [content.get("value", "") for content in entry.get("content", [])]
    versions.append(entry.get("summary", ""))
    texts = [paragraphs(version) if has_markup(version) else version.strip() for version in versions]
    return max(texts, key=len)


def _plain(text: str) -> str:
    return " ".join((paragraphs(text) if has_markup(text) else text).split())


def _authors(entry: Mapping[str, Any]) -> list[str]:
    names = [author.get("name", "") for author in entry.get("authors", [])]
    # feedparser cuts "a@b.example (Ann Roe)" at a wrong place, but keeps the whole beside it.
    whole = _MAIL_AND_NAME.match(entry.get("author", "").strip())
    bylines = [whole["name"]] if whole else names or [entry.get("author", "")]
    return [name for byline in bylines for name in split_byline(byline) if is_name(name)]
