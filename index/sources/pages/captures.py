"""Copies of pages that web archives and browsers keep: the address they were made of, and when."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

# "https://web.archive.org/web/20310206101112id_/https://post.example/a" and "https://archive.ph/20310206101112/http...".
_ARCHIVED = re.compile(
    r"(?:https?:)?//(?:web\.archive\.org/web|archive\.(?:ph|is|today|li|vn|fo|md)|(?:www\.)?webarchive\.org\.uk/wayback/\w+"
    r"|(?:arquivo\.pt|web\.archive\.bibalex\.org)/\w+)/(?P<time>\d{8,14})(?:[a-z]{2}_)?/(?P<url>https?:/?/?.+)",
    re.IGNORECASE,
)
_ADDRESSES = (
    "//link[@rel='canonical']/@href",
    "//meta[@property='og:url' or @name='twitter:url']/@content",
    "//link[@rel='bookmark']/@href",
    "//link[@rel='alternate' and @hreflang]/@href",
)
_MEMENTO_COMMENT = re.compile(r"FILE ARCHIVED ON (\d\d:\d\d:\d\d \w{3} \d\d, \d{4}) AND RETRIEVED FROM")
_SINGLE_FILE = re.compile(r"Page saved with SingleFile\s+url:\s*(\S+)\s+saved date:\s*([^\r\n]{10,80})")
_BROWSER = re.compile(r"<!--\s*saved from url=\(\d+\)(https?://\S+)\s*-->")
_SAVED_DATE = re.compile(r"\w{3} (\w{3} \d\d \d{4} \d\d:\d\d:\d\d) GMT([+-]\d{4})")

# The bars that archives lay over a page.
_BARS = (
    "//*[@id='wm-ipp-base' or @id='wm-ipp' or @id='wm-ipp-print' or @id='donato'"
    " or @id='HEADER' and .//form[@id='search']]"
)

_HEAD_CHARS = 8_000
_TAIL_CHARS = 4_000


@dataclass(frozen=True, slots=True)
class Capture:
    """A copy of a page: the address of the page itself, and what is kept of the copy in `extra`."""

    url: str = ""
    kept: dict[str, str] | None = None


def capture_of(html: str, tree: Any) -> Capture:
    """Return what a page says of being a copy, and give the tree its own addresses back, in place."""
    found: list[re.Match[str]] = []
    for path in _ADDRESSES:
        for value in tree.xpath(path):
            archived = _ARCHIVED.fullmatch(value.strip())
            if archived:
                found.append(archived)
                value.getparent().set(value.attrname, _whole(archived["url"]))
    for bar in tree.xpath(_BARS):
        bar.drop_tree()
    if found:
        kept = {"url": found[0][0].strip(), "captured_at": _stamp(found[0]["time"])}
        return Capture(_whole(found[0]["url"]), {key: value for key, value in kept.items() if value})
    return _saved(html)


def _saved(html: str) -> Capture:
    single = _SINGLE_FILE.search(html, 0, _HEAD_CHARS)
    if single:
        archived = _ARCHIVED.fullmatch(single[1])
        url = _whole(archived["url"]) if archived else single[1]
        return Capture(url, {"saved_by": "SingleFile", "captured_at": _saved_at(single[2])})
    memento = _MEMENTO_COMMENT.search(html, max(0, len(html) - _TAIL_CHARS))
    if memento:
        try:
            at = dt.datetime.strptime(memento[1], "%H:%M:%S %b %d, %Y").replace(tzinfo=dt.UTC).isoformat()
        except ValueError:
            return Capture()
        return Capture("", {"saved_by": "Wayback Machine", "captured_at": at})
    browser = _BROWSER.search(html, 0, _HEAD_CHARS)
    return Capture(browser[1]) if browser else Capture()


def _whole(url: str) -> str:
    """Return an address with both slashes: some archives' pages write "https:/post.example"."""
    return re.sub(r"^(https?):/*", r"\1://", url.strip(), flags=re.IGNORECASE)


def _stamp(digits: str) -> str:
    try:
        if len(digits) < 14:
            return dt.datetime.strptime(digits[:8], "%Y%m%d").date().isoformat()
        return dt.datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC).isoformat()
    except ValueError:
        return ""


def _saved_at(printed: str) -> str:
    found = _SAVED_DATE.match(printed)
    if not found:
        return printed.strip()
    try:
        return dt.datetime.strptime(f"{found[1]} {found[2]}", "%b %d %Y %H:%M:%S %z").isoformat()
    except ValueError:
        return printed.strip()
