"""EPUB: one article a chapter, its page read as web pages are; what a chapter doesn't say, the book does."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import unquote

from pullquote.articles import Article, Skipped
from pullquote.index.sources.decoding import declared_charset, decode
from pullquote.index.sources.documents.document import MAX_DOCUMENT_BYTES
from pullquote.index.sources.documents.xml_parts import DocumentParts, local_name, xml_root
from pullquote.index.sources.files import SourceFile, Unreadable
from pullquote.index.sources.formats.markup import paragraphs, without_head
from pullquote.index.sources.formats.webpage import page_record
from pullquote.index.sources.reasons import article_or_skipped
from pullquote.index.sources.record import to_article
from pullquote.index.sources.streams import read_whole
from pullquote.index.sources.timed import timed_call

# Covers, title pages and imprints; a news brief is longer.
_MIN_CHAPTER_CHARS = 50
# A reader of web pages may take parts of a chapter for what surrounds an article.
_MIN_SHARE_OF_PAGE = 0.8
_MAX_CHAPTERS = 10_000


def read(source: SourceFile) -> Iterator[Article | Skipped]:
    """Yield an article for each chapter with a text, in reading order; their places are the names of the chapters.

    Raises:
        Unreadable: the file cannot be read, is protected, or is no EPUB.
    """
    parts = DocumentParts(read_whole(source, limit_bytes=MAX_DOCUMENT_BYTES, what="a document"))
    if {"META-INF/rights.xml", "META-INF/sinf.xml"} & set(parts.names):
        raise Unreadable("is protected by its publisher (DRM)")
    container = parts.read("META-INF/container.xml")
    package = "" if container is None else timed_call("documents.epub:package_path", container)
    book = parts.read(package) if package else None
    if book is None:
        raise Unreadable("is no EPUB: its list of contents is missing")
    contents = timed_call("documents.epub:book_contents", book)
    empty = True
    for chapter in contents["chapters"]:
        name = posixpath.normpath(posixpath.join(posixpath.dirname(package), unquote(chapter)))
        place = f"{source.name}/{name}"
        outcome = article_or_skipped(partial(_chapter, parts, name, contents["facts"], place), place)
        if isinstance(outcome, Skipped) and outcome.reason == _NO_TEXT:
            continue
        empty = False
        yield outcome
    if empty:
        raise Unreadable("is an EPUB without a chapter that has a text")


_NO_TEXT = "is a page without a text of its own"


def package_path(container: bytes) -> str:
    """Return the name of the part that lists a book's contents; called in a process that can be ended."""
    found = next(xml_root(container).iter("{*}rootfile"), None)
    return "" if found is None else str(found.get("full-path") or "")


def book_contents(package: bytes) -> dict[str, Any]:
    """Return a book's facts and its chapters' names in reading order; called in a process that can be ended."""
    root = xml_root(package)
    items = {item.get("id"): item for item in root.iter("{*}item")}
    chapters = []
    for reference in root.iter("{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or reference.get("linear") == "no" or "nav" in (item.get("properties") or "").split():
            continue
        if "html" in (item.get("media-type") or "") and item.get("href"):
            chapters.append(item.get("href"))
    return {"chapters": chapters[:_MAX_CHAPTERS], "facts": _facts(root)}


def chapter_record(data: bytes) -> dict[str, Any]:
    """Return a chapter as a record; called in a process that can be ended.

    Raises:
        Unreadable: it has no text.
    """
    html = decode(data, declared=declared_charset(data))
    text = paragraphs(without_head(html))
    if len(text) < _MIN_CHAPTER_CHARS:
        raise Unreadable(_NO_TEXT)
    try:
        record = page_record(data)
    except Unreadable:
        record = {}
    found = record.get("text", "")
    if len(found) < _MIN_SHARE_OF_PAGE * len(text) or found.split() == text.split():
        record["text"] = text
    record["title"] = _heading(html) or record.get("title")
    return {key: value for key, value in record.items() if value}


def _chapter(parts: DocumentParts, name: str, facts: dict[str, Any], place: str) -> Article:
    data = parts.read(name)
    if data is None:
        raise Unreadable("is listed in the EPUB, but isn't in it")
    record = timed_call("documents.epub:chapter_record", data)
    return to_article({**facts, **record}, source=place)


def _facts(root: Any) -> dict[str, Any]:
    """Return what the book says of all its chapters; its title is their outlet."""
    names = {"title": "outlet", "date": "published", "creator": "authors", "language": "language"}
    facts: dict[str, Any] = {}
    for element in root.iter("{http://purl.org/dc/elements/1.1/}*"):
        key = names.get(local_name(element))
        value = " ".join((element.text or "").split())
        if key and value and value.lower() != "calibre":  # a program that binds books of news
            facts.setdefault(key, value)
    return facts


def _heading(html: str) -> str:
    from lxml import html as lxml_html  # type: ignore[import-untyped]

    tree = lxml_html.document_fromstring(html.encode("utf-8", "replace"), parser=lxml_html.HTMLParser(encoding="utf-8"))
    for heading in tree.iter("h1", "h2", "h3"):
        words = " ".join(heading.text_content().split())
        if words:
            return words
    return ""
