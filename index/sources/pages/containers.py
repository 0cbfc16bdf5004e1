"""Where the body of an article stands on its page: in several containers, or beside that of another article."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from pullquote.index.sources.pages.layout import body_paragraphs

# Beside the one article, pages show cards of others in <article> elements; a card has a line or two.
_MIN_PARAGRAPHS = 2
_MIN_ARTICLE_CHARS = 200

# Front pages of blogs have ten; what has more is a list.
_MAX_ARTICLES = 50

_PARTS = ("article", "div", "main", "section")
_HEADINGS = ("h1", "h2")


def join_body_parts(tree: Any) -> None:
    """Move the parts of a body that is printed in several containers of one kind into the first of them, in place.

    Advertisements part a body in two or three. trafilatura reads the first container that it knows.
    """
    from trafilatura.xpaths import BODY_XPATH

    for path in BODY_XPATH:
        first = next(iter(path(tree)), None)
        if first is None:
            continue
        if first.tag in _PARTS and first.get("class"):
            _join(first, tree)
        return


def _join(first: Any, tree: Any) -> None:
    home = _article_of(first)
    within = set(first.iter())
    parts: list[Any] = []
    seen_first = False
    for element in (tree if home is None else home).iter(*_PARTS, *_HEADINGS):
        if element is first:
            seen_first = True
        if not seen_first or element in within:
            continue
        if element.tag in _HEADINGS:
            break  # what follows a headline outside of the containers is another article
        alike = element.tag == first.tag and element.get("class") == first.get("class")
        is_other = element.tag == "article" and next(element.iter(*_HEADINGS, "h3"), None) is not None
        if alike and not is_other and _article_of(element) is home and next(body_paragraphs(element), None):
            parts.append(element)
            within.update(element.iter())
    for part in parts:
        parent = part.getparent()
        if parent is not None:
            part.drop_tree()
            part.tail = None
            part.attrib.clear()
            first.append(part)


def articles_on(tree: Any) -> list[tuple[str, Any]]:
    """Return the headline and element of each article on a page that has several of equal rank, else an empty list.

    Each has a headline of its own and a body. No headline stands above them all, and none is of a higher rank: what
    stands beside an article with a headline of the first rank is about other stories.
    """
    found: list[tuple[str, Any]] = []
    ranks: set[str] = set()
    for element in tree.iter("article"):
        if any(ancestor.tag in ("article", "aside", "nav", "footer") for ancestor in element.iterancestors()):
            continue
        heading: Any = next(element.iter(*_HEADINGS), None)
        title = "" if heading is None else " ".join(" ".join(heading.itertext()).split())
        paragraphs = list(body_paragraphs(element))
        if title and len(paragraphs) >= _MIN_PARAGRAPHS and sum(map(len, paragraphs)) >= _MIN_ARTICLE_CHARS:
            found.append((title, element))
            ranks.add(heading.tag)
    if len(ranks) > 1 or not 2 <= len(found) <= _MAX_ARTICLES or len({title for title, _ in found}) < len(found):
        return []
    within = {part for _, element in found for part in element.iter("h1")}
    outside = [heading for heading in tree.iter("h1") if heading not in within and not _in_header(heading)]
    return [] if outside else found


def join_updates(tree: Any) -> None:
    """Make the entries of a live blog sections of one article, in place: of several <article> the first is read."""
    entries = list(tree.iter("article"))
    outer = [entry for entry in entries if _article_of(entry) is None]
    for entry in entries if len(outer) > 1 else [entry for entry in entries if entry not in outer]:
        entry.tag = "section"


def page_of(element: Any, tree: Any) -> Any:
    """Return a page that holds nothing but one of its articles, with the language of the whole."""
    from lxml import html as lxml_html  # type: ignore[import-untyped]

    page = lxml_html.document_fromstring("<html><head></head><body></body></html>")
    if tree.get("lang"):
        page.set("lang", tree.get("lang"))
    page.body.append(copy.deepcopy(element))
    return page


def address_of(element: Any) -> str:
    """Return the address that an article on a page links its own headline to; "" where it has none."""
    links: Sequence[Any] = element.xpath(".//a[@rel='bookmark'][@href] | .//*[self::h1 or self::h2]//a[@href]")
    return str(links[0].get("href")).strip() if links else ""


def date_of(element: Any) -> str:
    """Return the date that one of several articles states for itself; "" where it states none."""
    times = element.xpath(".//time[@datetime]/@datetime")
    return str(times[0]).strip() if times else ""


def _article_of(element: Any) -> Any:
    return next((ancestor for ancestor in element.iterancestors() if ancestor.tag == "article"), None)


def _in_header(heading: Any) -> bool:
    return any(ancestor.tag in ("header", "nav", "aside", "footer") for ancestor in heading.iterancestors())
