"""Saved web pages: .html and .htm. The body comes from trafilatura, the rest from what the page prints and states."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from pullquote.articles import Article, Skipped
from pullquote.index.furniture.walls import ends_at_a_wall
from pullquote.index.sources.decoding import declared_charset, decode
from pullquote.index.sources.fields.people import people_in
from pullquote.index.sources.files import SourceFile, Unreadable
from pullquote.index.sources.pages.body import body_text
from pullquote.index.sources.pages.captures import Capture, capture_of
from pullquote.index.sources.pages.containers import (
    address_of,
    articles_on,
    date_of,
    join_body_parts,
    join_updates,
    page_of,
)
from pullquote.index.sources.pages.garbled import mended
from pullquote.index.sources.pages.layout import PageBlocks, keep_words_apart, written_length
from pullquote.index.sources.pages.lead import with_lead
from pullquote.index.sources.pages.left_out import left_out, more_complete
from pullquote.index.sources.pages.linked_data import Facts, linked_facts, mend_linked_data, without_linked_data
from pullquote.index.sources.pages.page_date import page_date
from pullquote.index.sources.pages.page_title import is_stated, page_title, site_names, split_kicker, without_site
from pullquote.index.sources.pages.printed_authors import printed_authors, signed_line
from pullquote.index.sources.pages.stated import StatedNames, site_behind, stated_names
from pullquote.index.sources.pages.walls import wall_instead
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


def read(source: SourceFile) -> Iterator[Article | Skipped]:
    """Yield the article of a web page; each, where it holds several of equal rank.

    Raises:
        Unreadable: the file cannot be read, no article text is found on the page, or it is a wall instead of one.
    """
    records = timed_call("formats.webpage:page_records", read_whole(source))
    for number, record in enumerate(records, 1):
        # As lines of a file have: without an address, an article's id is made from where it stands.
        place = source.name if len(records) == 1 else f"{source.name}:{number}"
        notes = record.pop("notes")
        yield to_article(record, source=place, notes=notes)


def page_record(data: bytes) -> dict[str, Any]:
    """Return the article of a page, the first where there are several; called in a process that can be ended.

    Raises:
        Unreadable: no article text is found on the page, or it is a wall instead of an article.
    """
    return page_records(data)[0]


def page_records(data: bytes) -> list[dict[str, Any]]:
    """Return the articles of a page as records of what JSON has; called in a process that can be ended.

    Raises:
        Unreadable: no article text is found on the page, or it is a wall instead of an article.
    """
    from trafilatura import load_html

    html = decode(data, declared=declared_charset(data))
    _keep_quiet()
    try:
        tree = load_html(html)
        if tree is None:
            raise Unreadable("is no HTML page")
        if sum(1 for _ in tree.iter("p")) > _MAX_PARAGRAPHS:
            raise Unreadable(f"holds more than {_MAX_PARAGRAPHS:,} paragraphs, which no article has")
        return _records(_stated(html, tree))
    except (Unreadable, MemoryError):
        raise
    except Exception as error:  # a parser of other people's pages; one hostile page must not stop an archive
        raise Unreadable(f"cannot be taken apart as a web page ({type(error).__name__}: {error})") from error


@dataclass(frozen=True, slots=True)
class _Page:
    """A page with what it states of itself."""

    tree: Any
    facts: Facts
    names: StatedNames
    capture: Capture
    url: str
    outlet: str
    guessed_day: str
    language: str | None


def _stated(html: str, tree: Any) -> _Page:
    """Return a page with what it states, before its body is taken out, which changes the tree."""
    from trafilatura.metadata import extract_metadata

    capture = capture_of(html, tree)
    for script in tree.xpath("//script[not(@type) or contains(@type, 'javascript') or @type='module']"):
        script.text = None  # trafilatura takes what stands within a byline for a name
    mend_linked_data(tree)
    facts = linked_facts(tree)
    linked = without_linked_data(tree)
    metadata = extract_metadata(tree, date_config=_date_options())
    for block, text in linked.items():
        block.text = text
    url = metadata.url or capture.url
    url = url if is_web_address(url) else ""
    names = stated_names(tree, facts)
    # trafilatura takes what stands behind a dash in the title for the site; there are headlines with dashes.
    site = "" if any((metadata.sitename or "") in heading for heading in names.headings) else metadata.sitename
    outlet = names.site or facts.publisher or site or site_behind(names) or _host(url)
    language = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang")
    return _Page(tree, facts, names, capture, url, outlet, metadata.date or "", metadata.language or language)


def _records(page: _Page) -> list[dict[str, Any]]:
    names = site_names(page.outlet, _host(page.url))
    split_kicker(page.tree, [without_site(stated, names) for stated in page.names.titles])
    title = page_title(page.tree, page.names.titles, [*names, page.facts.publisher])
    several = [] if page.facts.live else articles_on(page.tree)
    if page.facts.live:
        join_updates(page.tree)
    if several:
        return _several(page, several)
    text, note = _body(page.tree, page.facts)
    text = with_lead(text, page.tree, title)
    if wall := wall_instead([*page.names.titles, *page.names.headings], text):
        raise Unreadable(wall)
    if written_length(text) < _MIN_BODY_CHARS:
        raise Unreadable("has no article text on its page")
    day, timestamp = page_date(page.tree, page.facts.published)
    record = _record(page, text, title)
    record["published"] = str(day or page.guessed_day)
    record["authors"] = _authors(page) or list(people_in(signed_line(text)))
    if timestamp:
        record["published_at"] = timestamp
    return [_noted(record, note)]


def _several(page: _Page, several: list[tuple[str, Any]]) -> list[dict[str, Any]]:
    """Return the records of several articles on one page; what the page states is true of the one it is named for."""
    main = next((title for title, _ in several if is_stated(title, page.names.titles)), None)
    day, timestamp = page_date(page.tree, page.facts.published)
    records = []
    for title, element in several:
        own_date, address = date_of(element), urljoin(page.url, address_of(element))
        text, note = _body(page_of(element, page.tree), Facts())
        if written_length(text) < _MIN_BODY_CHARS:
            continue
        record = _record(page, text, title)
        if main is not None and title != main:
            record.update(url=address if is_web_address(address) and address != page.url else "", published=own_date)
        else:
            record.update(authors=_authors(page) if title == main else [], published=str(day or own_date))
            record["url"] = page.url if title == main else address if is_web_address(address) else ""
            record.update({"published_at": timestamp} if timestamp else {})
        if not record["url"] and page.url:
            record["page"] = page.url
        records.append(_noted(record, note, f"is one of {len(several)} articles on its page"))
    if not records:
        raise Unreadable("has no article text on its page")
    return records


def _record(page: _Page, text: str, title: str) -> dict[str, Any]:
    record: dict[str, Any] = {
        "text": text,
        "url": page.url,
        "title": title,
        "outlet": page.outlet,
        "language": page.language,
    }
    if page.capture.kept:
        record["capture"] = page.capture.kept
    if page.facts.free is False:
        record["isAccessibleForFree"] = False
    return record


def _body(tree: Any, facts: Facts) -> tuple[str, str]:
    """Return the text of the article on a page, and a note on what of the page it leaves out."""
    from trafilatura import bare_extraction

    join_body_parts(tree)
    keep_words_apart(tree)
    blocks = PageBlocks(tree)

    def extracted(*, recall: bool = False) -> str:
        document = bare_extraction(tree, include_comments=False, favor_recall=recall)
        return "" if document is None or isinstance(document, dict) else body_text(document.body, blocks)

    text = extracted()
    if text and left_out(text, tree, facts):
        text = more_complete(text, extracted(recall=True), tree, facts)
    return text, left_out(text, tree, facts)


def _noted(record: dict[str, Any], *notes: str) -> dict[str, Any]:
    """Return a record with its garbled letters mended and its notes."""
    said = [note for note in notes if note]
    record["text"], note = mended(record["text"])
    record["title"] = mended(record["title"])[0]
    record["outlet"] = mended(record["outlet"])[0]
    record["authors"] = [mended(name)[0] for name in record.get("authors", ())]
    if record.get("isAccessibleForFree") is False and ends_at_a_wall(record["text"]):
        said.append("is the beginning of an article: the page ends at a paywall")
    record["notes"] = [*said, *filter(None, [note])]
    return record


def _authors(page: _Page) -> list[str]:
    """Return the people that the page names as its authors, by the surest of its statements that names any."""
    outlets = [page.outlet, page.facts.publisher, *site_names(page.outlet, _host(page.url)), *page.names.sites]
    for stated in (page.facts.people, page.names.authors, page.facts.bodies):
        if people := people_in(stated, outlets):
            return list(people)
    return list(people_in(printed_authors(page.tree), outlets))


def _date_options() -> dict[str, Any]:
    # Without the extensive search htmldate reads dates in markup only: one guessed from running text
    # would be wrong too often to be printed in a citation.
    return {"original_date": True, "extensive_search": False, "max_date": _LAST_DAY}


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _keep_quiet() -> None:
    # With no handler at all Python prints library warnings to stderr, one for every page without text.
    for name in ("trafilatura", "htmldate"):
        logger = logging.getLogger(name)
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
