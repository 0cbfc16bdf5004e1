"""IPTC's news in XML: NITF, NewsML-G2, and NewsML 1 around either; a sitemap is refused, since it has no texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from pullquote.articles import Article, Skipped
from pullquote.index.sources.documents.xml_parts import local_name, xml_root
from pullquote.index.sources.files import SourceFile, Unreadable
from pullquote.index.sources.formats.markup import paragraphs
from pullquote.index.sources.reasons import article_or_skipped, reason_for
from pullquote.index.sources.record import to_article
from pullquote.index.sources.streams import MAX_WHOLE_FILE_BYTES, read_whole
from pullquote.index.sources.timed import timed_call

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
# NITF's blocks as HTML calls them.
_AS_HTML = {"hl1": "h1", "hl2": "h2", "bq": "blockquote", "block": "div", "body.content": "div", "body.end": "div"}
_LEFT_OUT = {"media", "media-caption", "media-reference", "head", "body.head", "nitf-table-metadata"}


def read(source: SourceFile) -> Iterator[Article | Skipped]:
    """Yield each text of a file of NITF or NewsML; items without a text become a Skipped each.

    Raises:
        Unreadable: the file cannot be read, or is neither.
    """
    records = timed_call("formats.newsxml:news_records", read_whole(source, limit_bytes=MAX_WHOLE_FILE_BYTES))
    alone = len(records) == 1
    for number, record in enumerate(records, start=1):
        place = source.name if alone else f"{source.name}:{number}"
        yield article_or_skipped(partial(_article, record, place), place, entry="" if alone else f"item {number}")


def news_records(data: bytes) -> list[dict[str, Any] | str]:
    """Return the items of a file as records, or why one can't be used; called in a process that can be ended.

    Raises:
        Unreadable: it is neither NITF nor NewsML.
    """
    root = xml_root(data)
    kind = local_name(root)
    if kind in ("urlset", "sitemapindex"):
        pages = sum(1 for _ in root.iter("{*}loc"))
        raise Unreadable(f"is a sitemap: it lists addresses ({pages:,}) without their texts")
    if kind == "nitf":
        return [_outcome(_nitf, root)]
    if kind in ("newsItem", "newsMessage", "packageItem"):
        return [_outcome(_newsml_g2, item) for item in root.iter("{*}newsItem")] or ["is a package that lists items"]
    if kind == "NewsML":
        return [_outcome(_newsml_1, item) for item in root.iter("{*}NewsItem")] or ["is NewsML without an item"]
    raise Unreadable(f"is XML of a kind that Pullquote does not read (<{kind[:40]}>)")


def _article(record: dict[str, Any] | str, place: str) -> Article:
    if isinstance(record, str):
        raise Unreadable(record)
    return to_article(record, source=place)


def _outcome(record_of: Callable[[Any], dict[str, Any]], item: Any) -> dict[str, Any] | str:
    try:
        return {key: value for key, value in record_of(item).items() if value}
    except Exception as error:  # one item of many
        return reason_for(error)


def _nitf(root: Any) -> dict[str, Any]:
    head = root.find("{*}body/{*}body.head")
    docdata = root.find("{*}head/{*}docdata")
    published = [
        _attribute(docdata, "{*}date.issue", "norm"),
        _attribute(root, "{*}head/{*}pubdata", "date.publication"),
        _attribute(docdata, "{*}date.release", "norm"),
        _attribute(head, "{*}dateline/{*}story.date", "norm"),
    ]
    return {
        "text": _block_text(root.find("{*}body/{*}body.content")),
        "title": _words(head, "{*}hedline/{*}hl1") or _words(root, "{*}head/{*}title"),
        "outlet": _attribute(root, "{*}head/{*}pubdata", "name")
        or _words(head, "{*}distributor")
        or _attribute(docdata, "{*}doc.copyright", "holder"),
        "published": next(filter(None, published), ""),
        "authors": _byline(head),
        "language": root.get(_LANGUAGE),
        "id": _attribute(docdata, "{*}doc-id", "id-string"),
        "dateline": _words(head, "{*}dateline/{*}location"),
    }


def _byline(head: Any) -> str | list[str]:
    """Return the names of a byline, without what their work is called ("byttl")."""
    byline = None if head is None else head.find("{*}byline")
    if byline is None:
        return ""
    persons = [_all_words(person) for person in byline.iterchildren("{*}person")]
    for title in byline.findall("{*}byttl"):
        title.text = ""
        for below in list(title):
            title.remove(below)
    return persons or _all_words(byline)


def _newsml_g2(item: Any) -> dict[str, Any]:
    meta, content = item.find("{*}itemMeta"), item.find("{*}contentMeta")
    text = ""
    for part in item.iterfind("{*}contentSet/*"):
        name = local_name(part)
        if name == "inlineXML":
            inner = next((one for one in part.iter("{*}body.content", "{*}body") if local_name(one) != "nitf"), part)
            text = text or _block_text(inner)
        elif name == "inlineData":
            text = text or "".join(part.itertext()).strip()
    if not text:
        kind = _attribute(meta, "{*}itemClass", "qcode").rpartition(":")[2]
        raise Unreadable(f"is an item of class {kind or 'unknown'}, which has no text in it")
    return {
        "text": text,
        "title": _words(content, "{*}headline") or _words(meta, "{*}title"),
        "outlet": _party(meta, "{*}provider") or _party(content, "{*}infoSource"),
        "published": _words(meta, "{*}versionCreated") or _words(content, "{*}contentCreated"),
        "authors": _words(content, "{*}by") or _party(content, "{*}creator"),
        "language": _attribute(content, "{*}language", "tag") or item.get(_LANGUAGE),
        "id": item.get("guid"),
        "dateline": _words(content, "{*}dateline"),
        "first_created": _words(meta, "{*}firstCreated"),
    }


def _newsml_1(item: Any) -> dict[str, Any]:
    data = next(item.iter("{*}DataContent"), None)
    if data is None:
        raise Unreadable("is an item of NewsML without a text")
    inner = next(data.iter("{*}body.content", "{*}body"), data)
    identifier = item.find("{*}Identification/{*}NewsIdentifier")
    return {
        "text": _block_text(inner),
        "title": _words(next(item.iter("{*}NewsLines"), None), "{*}HeadLine"),
        "outlet": _words(identifier, "{*}ProviderId"),
        "published": _words(item, "{*}NewsManagement/{*}FirstCreated") or _words(identifier, "{*}DateId"),
        "authors": _words(next(item.iter("{*}NewsLines"), None), "{*}ByLine"),
        "id": _words(identifier, "{*}PublicIdentifier"),
    }


def _block_text(element: Any) -> str:
    """Return the paragraphs of NITF's or XHTML's blocks, pictures left out."""
    from lxml import etree  # type: ignore[import-untyped]

    if element is None:
        return ""
    for below in list(element.iter()):
        name = local_name(below)
        if name in _LEFT_OUT and below is not element:
            below.getparent().remove(below)
        elif name:
            below.tag = _AS_HTML.get(name, name)
    element.tail = None
    if len(element) == 0:
        return (element.text or "").strip()
    return paragraphs(etree.tostring(element, encoding="unicode", method="html"))


def _party(parent: Any, path: str) -> str:
    """Return the name of who an element means: in it, its literal, or what its code ends with."""
    found = None if parent is None else parent.find(path)
    if found is None:
        return ""
    return _words(found, "{*}name") or found.get("literal") or (found.get("qcode") or "").rpartition(":")[2]


def _words(parent: Any, path: str) -> str:
    found = None if parent is None else parent.find(path)
    return "" if found is None else _all_words(found)


def _all_words(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def _attribute(parent: Any, path: str, name: str) -> str:
    found = None if parent is None else parent.find(path)
    return "" if found is None else str(found.get(name) or "")
