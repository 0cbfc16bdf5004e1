"""RSS and Atom feeds saved as files: .xml, .rss, .atom. Nothing is ever fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from pullquote.articles import Article, Skipped
from pullquote.index.sources.decoding import declared_charset, decode
from pullquote.index.sources.fields.byline import is_name, split_byline
from pullquote.index.sources.files import SourceFile, Unreadable
from pullquote.index.sources.formats.feed_entries import is_complete, parse_feed
from pullquote.index.sources.formats.markup import has_markup, paragraphs
from pullquote.index.sources.reasons import article_or_skipped, reason_for
from pullquote.index.sources.record import to_article
from pullquote.index.sources.streams import MAX_WHOLE_FILE_BYTES, read_whole
from pullquote.index.sources.timed import timed_call

_MAIL_AND_NAME = re.compile(r"^\S+@\S+\s+\((?P<name>.+)\)$")  # RSS 2.0: <author>a@b.example (Ann Roe)</author>


def read(source: SourceFile) -> Iterator[Article | Skipped]:
    """Yield the entries of a feed that carry text; the others become a Skipped each.

    Raises:
        Unreadable: the file cannot be read or is no feed.
    """
    feed = timed_call("formats.feed:feed_records", read_whole(source, limit_bytes=MAX_WHOLE_FILE_BYTES, what="a feed"))
    for number, record in enumerate(feed["records"], start=1):
        yield article_or_skipped(partial(_article, record, source.name), source.name, entry=f"entry {number}")
    if feed["cut_off"]:
        yield Skipped(source.name, f"is cut off in the middle of entry {len(feed['records']) + 1}")
    elif not feed["records"]:
        yield Skipped(source.name, "is a feed without entries")


def feed_records(data: bytes) -> dict[str, Any]:
    """Return a feed's whole entries as records of what JSON has; called in a process that can be ended.

    An entry that cannot be read is the string that says why; `cut_off` is whether the feed ends within one.

    Raises:
        Unreadable: it is no feed.
    """
    text = decode(data, declared=declared_charset(data))
    feed = parse_feed(text)
    if not feed.known:
        raise Unreadable("is XML but not an RSS or Atom feed")
    outlet = _plain(feed.facts.get("title"))
    cut_off = not is_complete(text)
    whole = feed.entries[:-1] if cut_off else feed.entries
    return {"records": [_record_or_reason(entry, outlet) for entry in whole], "cut_off": cut_off}


def _article(record: dict[str, Any] | str, name: str) -> Article:
    if isinstance(record, str):
        raise Unreadable(record)
    return to_article(record, source=name)


def _record_or_reason(entry: Mapping[str, Any] | Exception, outlet: str) -> dict[str, Any] | str:
    if isinstance(entry, Exception):
        return reason_for(entry)
    try:
        return _record(entry, outlet)
    except Exception as error:  # one entry of many
        return reason_for(error)


def _record(entry: Mapping[str, Any], outlet: str) -> dict[str, Any]:
    # A key may be there without a value: feedparser gives None where a feed is broken.
    content = entry.get("content") or [{}]
    record: dict[str, Any] = {
        "text": _body(entry),
        "url": entry.get("link"),
        "title": _plain(entry.get("title")),
        "outlet": _plain((entry.get("source") or {}).get("title")) or outlet,
        "authors": _authors(entry),
        "language": content[0].get("language"),
        "published": entry.get("published") or entry.get("updated"),
    }
    if entry.get("id") and entry["id"] != entry.get("link"):
        record["guid"] = entry["id"]
    return record


def _body(entry: Mapping[str, Any]) -> str:
    """Return the longest text that the entry carries: full content where there is some, else the summary."""
    versions = [content.get("value") or "" for content in entry.get("content") or []]
    versions.append(entry.get("summary") or "")
    texts = [paragraphs(version) if has_markup(version) else version.strip() for version in versions]
    return max(texts, key=len)


def _plain(text: str | None) -> str:
    text = text or ""
    return " ".join((paragraphs(text) if has_markup(text) else text).split())


def _authors(entry: Mapping[str, Any]) -> list[str]:
    names = [author.get("name") or "" for author in entry.get("authors") or []]
    # feedparser cuts "a@b.example (Ann Roe)" at a wrong place, but keeps the whole beside it.
    author = (entry.get("author") or "").strip()
    whole = _MAIL_AND_NAME.match(author)
    bylines = [whole["name"]] if whole else names or [author]
    return [name for byline in bylines for name in split_byline(byline) if is_name(name)]
