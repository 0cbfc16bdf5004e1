"""A web page as it was captured, with the address and the day of the capture, by the reader of web pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType
from urllib.parse import urlsplit

from pullquote.articles import Article, Skipped
from pullquote.index.sources.decoding import declared_charset, decode
from pullquote.index.sources.fields.dates import parse_published
from pullquote.index.sources.files import SourceFile, Unreadable
from pullquote.index.sources.formats import webpage
from pullquote.index.sources.record import is_web_address


def captured_articles(
    page: bytes, place: str, *, address: str, captured: str, charset: str | None
) -> Iterator[Article | Skipped]:
    """Yield what the reader of web pages finds on a page; its url is the address that it was captured at.

    Args:
        page: as it was sent.
        place: where it stands.
        address: that it was captured at; "" where nobody knows.
        captured: when, in whatever form dates have; it is kept in `extra`.
        charset: that it was sent with.

    Raises:
        Unreadable: no article text is found on the page.
    """
    html = decode(page, declared=declared_charset(page) or charset).encode("utf-8", "replace")
    for item in webpage.read(SourceFile(path=None, name=place, size=len(html), data=html)):
        yield item if isinstance(item, Skipped) else _captured(item, address, captured)


def _captured(article: Article, address: str, captured: str) -> Article:
    extra = dict(article.extra)
    try:
        day, timestamp = parse_published(captured)
    except Unreadable:
        day, timestamp = None, None
    if day:
        extra["captured"] = timestamp or day.isoformat()
    url, outlet = article.url, article.outlet
    if address and is_web_address(address):
        if url and url != address:
            extra["canonical_url"] = url
        url = address
        outlet = outlet or (urlsplit(address).hostname or "").removeprefix("www.") or None
    return replace(article, url=url, outlet=outlet, extra=MappingProxyType(extra))
