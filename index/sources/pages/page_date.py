"""The day of a page's article: its own, in its own time zone, not that of something it writes about."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from pullquote.index.sources.fields.dates import parse_published
from pullquote.index.sources.files import Unreadable

_META = (
    "//meta[@property='article:published_time' or @itemprop='datePublished' or @name='parsely-pub-date'"
    " or @name='date' or @name='pubdate' or @name='DC.date.issued']/@content"
)
_TIMES = "//time[@itemprop='datePublished' or @pubdate]/@datetime"

# Where a page prints its date: elements made for it, and those named for it. Few, since each is read as a date.
_PRINTED = (
    "descendant::*[self::time or @itemprop='datePublished' or contains(@class, 'date') or contains(@class, 'publish')"
    " or contains(@class, 'time')][not(ancestor::li or ancestor::aside or ancestor::nav or ancestor::footer)]"
)
_MAX_PRINTED = 20

# The date stands beside the headline; further away on a page stand the dates of other stories, often the day before.
_MAX_LEVELS = 3
_MAX_PRINTED_CHARS = 80
_BEFORE = re.compile(r"^(?:on|published(?: on)?|posted(?: on)?|le|am|den|el|il|op)\s*:?\s+", re.IGNORECASE)

_Stamp = tuple[dt.date, str | None]


def page_date(tree: Any, linked: Iterable[str]) -> tuple[dt.date | None, str | None]:
    """Return the day and the timestamp that a page states for its article; None for what it doesn't state.

    What is stated in UTC is the writer's day only by chance: the same instant with the writer's own offset goes
    before it, and the day that the page prints, where that is the day before or after.

    Args:
        tree: the page.
        linked: the dates that its JSON-LD states of its own article.
    """
    stated = list(_well_formed((*tree.xpath(_META), *linked, *tree.xpath(_TIMES))))
    if not stated:
        return None, None
    day, timestamp = stated[0]
    instant = _instant(timestamp)
    if instant is None or instant.utcoffset():
        return day, timestamp
    for other_day, other in stated[1:]:
        same = _instant(other)
        if same is not None and same.utcoffset() and abs(same - instant) < dt.timedelta(minutes=1):
            return other_day, other
    printed = {found for found, _ in _well_formed(_printed(tree)) if abs((found - day).days) <= 1}
    return (printed.pop() if len(printed) == 1 else day), timestamp


def _well_formed(values: Iterable[str]) -> Iterable[_Stamp]:
    for value in values:
        try:
            day, timestamp = parse_published(str(value))
        except Unreadable:
            continue
        if day:
            yield day, timestamp


def _printed(tree: Any) -> list[str]:
    """Return what a page prints beside its headline where a date is to be expected."""
    region = next(tree.iter("h1"), None)
    for _ in range(_MAX_LEVELS):
        parent = None if region is None else region.getparent()
        if parent is None or parent.tag in ("body", "html"):
            break
        region = parent
    elements = [] if region is None else region.xpath(_PRINTED)[:_MAX_PRINTED]
    texts = (" ".join("".join(element.itertext()).split()) for element in elements)
    return [_BEFORE.sub("", text) for text in texts if 6 <= len(text) <= _MAX_PRINTED_CHARS]


def _instant(timestamp: str | None) -> dt.datetime | None:
    """Return a timestamp as a moment; None where it has no time or no offset."""
    try:
        moment = dt.datetime.fromisoformat(timestamp or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else None
