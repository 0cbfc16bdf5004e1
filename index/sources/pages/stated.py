"""What a page states of itself in its head: titles, authors, the name of its site."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pullquote.index.sources.pages.linked_data import Facts

_AUTHORS = (
    "//meta[@name='author' or @name='byl' or @name='parsely-author' or @name='sailthru.author' or @name='dc.creator'"
    " or @name='DC.creator' or @name='article:author' or @property='article:author' or @property='author'"
    " or @name='citation_author' or @itemprop='author']/@content"
)
_TITLES = (
    "//meta[@property='og:title']/@content",
    "//meta[@name='twitter:title' or @property='twitter:title']/@content",
    "//head//title[1]/text()",
)
_SITES = (
    "//meta[@property='og:site_name' or @name='og:site_name']/@content",
    "//meta[@name='application-name' or @name='publisher' or @name='DC.publisher'"
    " or @name='apple-mobile-web-app-title']/@content",
)

_MAX_SITE_CHARS = 40

# Headlines have up to 250 characters, bylines of many hands 400.
_MAX_VALUES = 100
_MAX_VALUE_CHARS = 1_000
_BETWEEN = re.compile(r"\s[|–—•·»-]\s")
_BEHIND = re.compile(rf"\s[|–—•·»-]\s+(.{{2,{_MAX_SITE_CHARS}}})$")


@dataclass(frozen=True, slots=True)
class StatedNames:
    """What the head of a page calls things.

    Attributes:
        titles: what the page calls itself, the surest first; the name of its site may stand in them.
        window_title: what it has browsers show above it, the last of `titles`.
        headings: the headings of the first rank that it prints.
        lower_headings: those of the second.
        authors: the bylines of its metadata, as they stand there.
        site: the name of its site, as `og:site_name` has it.
        sites: all names of its site.
    """

    titles: tuple[str, ...]
    window_title: str
    headings: tuple[str, ...]
    lower_headings: tuple[str, ...]
    authors: tuple[str, ...]
    site: str
    sites: tuple[str, ...]


def stated_names(tree: Any, facts: Facts) -> StatedNames:
    """Return what the head of a page calls things."""
    opengraph, others, title = (_values(tree, path) for path in _TITLES)
    site, sites = (_values(tree, path) for path in _SITES)
    headings, lower_headings = (
        tuple(
            " ".join("".join(heading.itertext()).split())[:_MAX_VALUE_CHARS] for heading in islice(found, _MAX_VALUES)
        )
        for found in (tree.iter("h1"), tree.iter("h2"))
    )
    titles = [*opengraph[:1], facts.headline[:_MAX_VALUE_CHARS], *others[:1], *title[:1]]
    return StatedNames(
        titles=tuple(dict.fromkeys(filter(None, titles))),
        window_title=next(iter(title), ""),
        headings=tuple(filter(None, headings)),
        lower_headings=tuple(filter(None, lower_headings)),
        authors=tuple(author for author in dict.fromkeys(_values(tree, _AUTHORS)) if not author.startswith("http")),
        site=next(iter(site), ""),
        sites=tuple(dict.fromkeys((*site, *sites))),
    )


def _values(tree: Any, path: str) -> list[str]:
    values = tree.xpath(path)[:_MAX_VALUES]
    return [text for value in values if (text := " ".join(str(value)[:_MAX_VALUE_CHARS].split()))]


def site_behind(names: StatedNames) -> str:
    """Return the name of a site that stands behind the headline in the title of the window; "" where none does.

    >>> site_behind(StatedNames((), "Ferry sails again | The Harbour Post", ("Ferry sails again",), (), (), "", ()))
    'The Harbour Post'
    """
    for headline in (*names.headings, *names.lower_headings, *names.titles):
        found = _BEHIND.match(names.window_title, len(headline)) if names.window_title.startswith(headline) else None
        if found and not _BETWEEN.search(found[1]):
            return found[1]
    return ""
