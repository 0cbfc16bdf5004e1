"""The addresses that a feed or a sitemap lists.

Sources: sitemaps.org, "Sitemaps XML format"; Google, "Create a news sitemap"; RSS 2.0 and RFC 4287 by feedparser.
"""

from __future__ import annotations

from typing import Any

from pullquote.index.sources.decoding import declared_charset, decode
from pullquote.index.sources.files import Unreadable
from pullquote.index.sources.formats.feed_entries import parse_feed

_HEAD_BYTES = 4096


def listed(data: bytes) -> dict[str, Any]:
    """Return the kind of a listing and its (address, changed); called in a process that can be ended.

    Raises:
        Unreadable: it is neither a sitemap nor a feed.
    """
    if b"<urlset" in data[:_HEAD_BYTES] or b"<sitemapindex" in data[:_HEAD_BYTES]:
        return _sitemap(data)
    feed = parse_feed(decode(data, declared=declared_charset(data)))
    if not feed.known:
        raise Unreadable("is XML, but neither a feed nor a sitemap")
    entries = [
        (entry.get("link") or "", entry.get("updated") or entry.get("published") or "")
        for entry in feed.entries
        if not isinstance(entry, Exception)
    ]
    return {"kind": "feed", "entries": [one for one in entries if one[0]]}


def _sitemap(data: bytes) -> dict[str, Any]:
    from lxml import etree  # type: ignore[import-untyped]

    # Entities are left alone, so that nothing outside is read and nothing grows.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    root = etree.fromstring(data, parser)
    if root is None:
        raise Unreadable("is no sitemap that can be read")
    kind = "index" if etree.QName(root).localname == "sitemapindex" else "sitemap"
    entries = []
    for entry in root:
        if not isinstance(entry.tag, str):
            continue
        facts: dict[str, str] = {}
        for fact in entry.iter():
            if isinstance(fact.tag, str) and fact.text:
                facts.setdefault(etree.QName(fact).localname, fact.text.strip())
        if "loc" in facts:
            entries.append((facts["loc"], facts.get("lastmod") or facts.get("publication_date") or ""))
    return {"kind": kind, "entries": entries}
