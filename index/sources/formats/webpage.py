"""Saved web pages: .html and .htm. Body and metadata come from trafilatura, the date from the markup."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from pullquote.articles import Article, Skipped
from pullquote.index.sources.decoding import declared_charset, decode
from pullquote.index.sources.fields.byline import is_name, split_byline
from pullquote.index.sources.fields.dates import parse_published
from pullquote.index.sources.files import SourceFile, Unreadable
from pullquote.index.sources.formats.linked_data import dates_published, mend_linked_data
from pullquote.index.sources.record import is_web_address, to_article
from pullquote.index.sources.streams import read_whole
from pullquote.index.sources.timed import timed_call

# A cookie wall or an empty frame leaves a line or two; the shortest news briefs have about 100 characters.
_MIN_BODY_CHARS = 50

# The longest live blogs have some thousand. trafilatura's searches for paragraphs take quadratic time from here on:
# 40,000 of them 3.8 s, 20,000 1.2 s.
_MAX_PARAGRAPHS = 20_000

# htmldate takes the latest day to believe; its default, today, would refuse embargoed and test pages.
_LAST_DAY = "2199-12-31"

_PUBLISHED_META = (
    "//meta[@property='article:published_time' or @itemprop='datePublished' or @name='parsely-pub-date'"
    " or @name='date' or @name='pubdate' or @name='DC.date.issued']/@content",
    "//time[@itemprop='datePublished' or @pubdate]/@datetime",
)


def read(source: SourceFile) -> Iterator[Article | Skipped]:
    """Yield the one article of a web page.

    Raises:
        Unreadable: the file cannot be read, or no article text is found on the page.
    """
    record = timed_call("formats.webpage:page_record", read_whole(source))
    yield to_article(record, source=source.name)


def page_record(data: bytes) -> dict[str, Any]:
    """Return the article of a page as a record of what JSON has; called in a process that can be ended.

    Raises:
        Unreadable: no article text is found on the page.
    """
    return _record(decode(data, declared=declared_charset(data)))


def _record(html: str) -> dict[str, Any]:
    from trafilatura import bare_extraction, load_html

    _keep_quiet()
    try:
        tree = load_html(html)
        if tree is None:
            raise Unreadable("is no HTML page")
        if sum(1 for _ in tree.iter("p")) > _MAX_PARAGRAPHS:
            raise Unreadable(f"holds more than {_MAX_PARAGRAPHS:,} paragraphs, which no article has")
        published, timestamp = _published(tree)
        language = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang")
        mend_linked_data(tree)
        page = bare_extraction(tree, with_metadata=True, include_comments=False, date_extraction_params=_date_options())
    except (Unreadable, MemoryError):
        raise
    except Exception as error:  # a parser of other people's pages; one hostile page must not stop an archive
        raise Unreadable(f"cannot be taken apart as a web page ({type(error).__name__}: {error})") from error
    body = "" if page is None or isinstance(page, dict) else _paragraphs(page.body)
    if page is None or isinstance(page, dict) or len(body) < _MIN_BODY_CHARS:
        raise Unreadable("has no article text on its page")
    url = page.url if page.url and is_web_address(page.url) else ""
    record: dict[str, Any] = {
        "text": body,
        "url": url,
        "title": page.title or "",
        "outlet": page.sitename or _host(url),
        "published": str(published or page.date or ""),
        "authors": [name for name in split_byline(page.author or "") if is_name(name)],
        "language": page.language or language,
    }
    if timestamp:
        record["published_at"] = timestamp
    return record


def _date_options() -> dict[str, Any]:
    # Without the extensive search htmldate reads dates in markup only: one guessed from running text
    # would be wrong too often to be printed in a citation.
    return {"original_date": True, "extensive_search": False, "max_date": _LAST_DAY}


def _published(tree: Any) -> tuple[Any, str | None]:
    """Return the first date and timestamp that the page's metadata states well-formed."""
    stated = [value for path in _PUBLISHED_META[:1] for value in tree.xpath(path)]
    stated.extend(dates_published(tree))
    stated.extend(tree.xpath(_PUBLISHED_META[1]))
    for value in stated:
        try:
            day, timestamp = parse_published(str(value))
        except Unreadable:
            continue
        if day:
            return day, timestamp
    return None, None


def _paragraphs(body: Any) -> str:
    r"""Return the text of trafilatura's body: paragraphs, lists and tables joined by "\n\n"."""
    texts = [_line(body.text or "")]
    for block in body:
        if block.tag == "list":
            texts.append("\n".join(_lines(item) for item in block.iter("item")))
        elif block.tag == "table":
            texts.append("\n".join(" | ".join(_lines(cell) for cell in row.iter("cell")) for row in block.iter("row")))
        elif block.tag == "quote" and len(block):
            texts.append(_paragraphs(block))
        else:
            texts.append(_lines(block))
        texts.append(_line(block.tail or ""))
    return "\n\n".join(text for text in texts if text.strip())


def _lines(block: Any) -> str:
    for line_break in block.iter("lb"):
        line_break.tail = "\n" + (line_break.tail or "")
    lines = "".join(block.itertext()).split("\n")
    return "\n".join(line for line in map(_line, lines) if line)


def _line(text: str) -> str:
    return " ".join(text.split())


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _keep_quiet() -> None:
    # With no handler at all Python prints library warnings to stderr, one for every page without text.
    for name in ("trafilatura", "htmldate"):
        logger = logging.getLogger(name)
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
