"""What a feed or a sitemap lists: addresses of pages, and when each was changed, where it says so."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin

from pullquote.index.sources.files import SourceFile
from pullquote.index.sources.record import is_web_address
from pullquote.index.sources.streams import read_whole
from pullquote.index.sources.timed import timed_call

# sitemaps.org: 50,000 addresses and 50 MB at most.
_MAX_ENTRIES = 50_000
_MAX_UNPACKED_BYTES = 50_000_000
_GZIP = b"\x1f\x8b"
_HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Listed:
    """A page that is listed.

    Attributes:
        url: its address.
        changed: when it was published or changed, as it is written there; "" where it isn't said.
    """

    url: str
    changed: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """What an address lists.

    Attributes:
        kind: "feed", "sitemap", "index" (a sitemap of sitemaps) or "page", which lists nothing.
        entries: the pages, or the sitemaps of an index, in their order.
    """

    kind: str
    entries: tuple[Listed, ...] = ()


def listing_of(body: bytes, url: str) -> Listing:
    """Return what a body lists that was fetched from an address.

    Raises:
        Unreadable: it is a feed or a sitemap, and can't be read.
    """
    if body.startswith(_GZIP):
        packed = SourceFile(path=None, name=url, size=len(body), data=body)
        body = read_whole(packed, limit_bytes=_MAX_UNPACKED_BYTES, what="a sitemap")
    head = body[:_HEAD_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head.startswith(b"<") or b"<html" in head.lower() or b"<!doctype html" in head.lower():
        return Listing("page")
    found = timed_call("listed_pages:listed", body)
    entries = [Listed(urljoin(url, address), changed) for address, changed in found["entries"]]
    usable = dict.fromkeys(one for one in entries if is_web_address(one.url))
    return Listing(found["kind"], tuple(usable)[:_MAX_ENTRIES])
