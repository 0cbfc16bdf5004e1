"""A feed to its entries, by feedparser: all at once or, where that raises, one by one, so that the bad one is told."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# Possessive: a long run of spaces, or a prologue that never ends, is read once.
_PROLOGUE = re.compile(r"\s*+<\?xml[^>]*+>")
_ENTRY_START = re.compile(r"<(?P<name>(?:[\w-]{1,40}:)?(?:item|entry))(?=[\s/>])", re.IGNORECASE)

# The opening tag of a feed with its namespaces, and its title: what an entry needs around it to be read alone.
_MAX_HEAD_CHARS = 4096
_CLOSING = re.compile(r"</(?:[\w-]{1,40}:)?(?:rss|feed|rdf)\s*+>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Feed:
    """What feedparser makes of a feed.

    Attributes:
        known: whether it is RSS or Atom at all.
        facts: of the feed itself, such as its title.
        entries: in their order; an exception in place of one that cannot be read.
    """

    known: bool
    facts: Mapping[str, Any]
    entries: list[Mapping[str, Any] | Exception]


def parse_feed(text: str) -> Feed:
    """Return the entries of a feed. Nothing is fetched.

    Raises:
        Exception: whatever feedparser raises for a feed that has no entries to be read one by one.
    """
    text = _PROLOGUE.sub("", text, count=1) if _PROLOGUE.match(text) else text
    try:
        return _parsed(text)
    except Exception:
        starts = [found.start() for found in _ENTRY_START.finditer(text)]
        if not starts:
            raise
        return _one_by_one(text, starts)


def is_complete(text: str) -> bool:
    """Return whether the feed's closing tag stands behind its last entry; what follows it doesn't matter."""
    last = 0
    for found in _ENTRY_START.finditer(text):
        last = found.start()
    return _CLOSING.search(text, last) is not None


def _parsed(text: str) -> Feed:
    import feedparser  # type: ignore[import-untyped]

    # A stream of UTF-8: feedparser would take a string for an address or a file name, and would guess
    # the encoding anew. Sanitizing and link resolution are left out: only text is taken from the markup.
    # A line break before a "<?" keeps feedparser from looking for an encoding there, in cubic time.
    utf8 = ("\n" + text if text.startswith("<?") else text).encode("utf-8", "surrogatepass")
    feed = feedparser.parse(io.BytesIO(utf8), sanitize_html=False, resolve_relative_uris=False)
    return Feed(bool(feed.version or feed.entries), feed.feed, list(feed.entries))


def _one_by_one(text: str, starts: list[int]) -> Feed:
    head = text[: min(starts[0], _MAX_HEAD_CHARS)]
    facts: Mapping[str, Any] = {}
    entries: list[Mapping[str, Any] | Exception] = []
    for entry in _pieces(text, starts):
        try:
            feed = _parsed(head + entry)
        except Exception as error:  # this entry's; those beside it are read all the same
            entries.append(error)
        else:
            facts = facts or feed.facts
            entries.extend(feed.entries[:1])
    return Feed(True, facts, entries)


def _pieces(text: str, starts: list[int]) -> Iterator[str]:
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        yield text[start:end]
