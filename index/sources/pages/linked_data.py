"""JSON-LD of a web page: what it states of the one article that the page is for, and which blocks are too broken."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# trafilatura reads broken blocks with patterns that look for each author again from every one: 700 kB took 6 s and
# four times as much for twice as much. Broken blocks of this size take 20 ms, and hold all of a single article's facts.
_MAX_BROKEN_CHARS = 16_384

# Graphs of SEO plugins have about ten nodes, lists of a section's stories some hundred.
_MAX_NODES = 2_000
_MAX_AUTHORS = 100

BLOCKS = "//script[@type='application/ld+json' or @type='application/settings+json']"
_DATE_PUBLISHED = re.compile(r'"datePublished"\s*:\s*("(?:[^"\\]|\\.){8,60}")')
# A comma before a closing bracket, the commonest mistake; strings are passed over.
_TRAILING_COMMA = re.compile(r'("(?:[^"\\]|\\.)*+")|,(?=\s*+[\]}])', re.DOTALL)
_WRAPPING = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*$")

# What a broken block says of other things than its article: a claim, a film, the whole the article is part of.
_OF_OTHERS = re.compile(
    r'"(?:itemReviewed|video|isPartOf|mentions|about|image|associatedMedia|liveBlogUpdate|hasPart)"\s*:\s*\{[^{}]*\}'
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a page's JSON-LD states of its article; what it doesn't state is empty.

    Attributes:
        headline: the article's headline.
        published: when it was published, as written; the article's own statement first, then the page's.
        people: its authors that are persons, or of no stated kind.
        bodies: its authors that are organisations.
        publisher: who published it.
        body: its text (`articleBody`), of updates of a live blog all.
        free: what `isAccessibleForFree` says; None where it isn't stated.
        live: whether it is a live blog.
    """

    headline: str = ""
    published: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    bodies: tuple[str, ...] = ()
    publisher: str = ""
    body: str = ""
    free: bool | None = None
    live: bool = False


def linked_facts(tree: Any) -> Facts:
    """Return what the JSON-LD of a page states of the page's own article.

    Only nodes that stand for the page itself count: those at the top, in a graph, and the page's main entity. What
    lies within them (updates of a live blog, the claim that is checked, films, related stories) has facts of its own.
    """
    nodes: list[dict[str, Any]] = []
    broken: list[str] = []
    for block in tree.xpath(BLOCKS):
        text = _WRAPPING.sub("", block.text or "")
        try:
            nodes.extend(_top_nodes(json.loads(text, strict=False)))
        except (ValueError, RecursionError):
            broken.extend(_dates_in(_OF_OTHERS.sub("", text)))
    articles = sorted((node for node in nodes if _rank(node) < 2), key=_rank)
    pages = [node for node in nodes if _rank(node) == 2]
    published = [_string(node.get("datePublished")) for node in (*articles, *pages)]
    facts = _facts(articles[0] if articles else {}, {_string(node.get("@id")): node for node in nodes})
    publisher = facts["publisher"] or next((_string(n.get("name")) for n in nodes if "WebSite" in _types(n)), "")
    dates = tuple(dict.fromkeys(date for date in (*published, *broken) if date))
    return Facts(**{**facts, "publisher": publisher, "published": dates})


def without_linked_data(tree: Any) -> dict[Any, str]:
    """Take the well-formed JSON-LD out of a page, in place; return the text of each block, to be put back.

    trafilatura and htmldate take every `author` and `datePublished` for the page's.
    """
    taken = {}
    for block in tree.xpath(BLOCKS):
        text = _WRAPPING.sub("", block.text or "")
        if text and _is_json(text):
            taken[block], block.text = text, ""
    return taken


def mend_linked_data(tree: Any) -> None:
    """Mend the broken JSON-LD blocks of a page, in place; empty those that are long and cannot be mended."""
    for block in tree.xpath(BLOCKS):
        text = block.text or ""
        if _is_json(_WRAPPING.sub("", text)):
            continue
        mended = _TRAILING_COMMA.sub(r"\1", text)
        if _is_json(mended):
            block.text = mended
        elif len(text) > _MAX_BROKEN_CHARS:
            block.text = ""


def _top_nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the nodes that stand for the page itself, at most `_MAX_NODES`."""
    waiting, count = [value], 0
    while waiting and count < _MAX_NODES:
        item = waiting.pop(0) if len(waiting) < _MAX_NODES else waiting.pop()
        count += 1
        if isinstance(item, list):
            waiting.extend(item[:_MAX_NODES])
        elif isinstance(item, dict):
            yield item
            waiting.extend(item[key] for key in ("@graph", "mainEntity") if isinstance(item.get(key), (list, dict)))


def _rank(node: dict[str, Any]) -> int:
    """Return 0 for an article, 1 for a check of a claim or a review, 2 for a page, 3 for anything else."""
    ranks = [3]
    for kind in _types(node):
        if kind.endswith(("Article", "Posting")) or kind == "Report":
            ranks.append(0)
        elif kind.endswith("Review"):
            ranks.append(1)
        elif kind.endswith("WebPage"):
            ranks.append(2)
    return min(ranks)


def _types(node: dict[str, Any]) -> list[str]:
    stated = node.get("@type")
    return [kind for kind in (stated if isinstance(stated, list) else [stated]) if isinstance(kind, str)]


def _facts(node: dict[str, Any], named: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the fields of `Facts` that one article's node states; `named` holds the nodes that others refer to."""
    people: list[str] = []
    bodies: list[str] = []
    for author in (_listed(node.get("author")) or _listed(node.get("creator")))[:_MAX_AUTHORS]:
        if isinstance(author, dict):
            author = {**named.get(_string(author.get("@id")), {}), **author}
            names = [_string(name) for name in _listed(author.get("name"))]
            if not any(names):
                names = [" ".join(filter(None, (_string(author.get(k)) for k in ("givenName", "familyName"))))]
            is_body = any(kind.endswith("Organization") for kind in _types(author))
            (bodies if is_body else people).extend(names)
        else:
            people.append(_string(author))
    publisher = next(iter(_listed(node.get("publisher"))), None)
    if isinstance(publisher, dict):
        publisher = {**named.get(_string(publisher.get("@id")), {}), **publisher}.get("name")
    free = node.get("isAccessibleForFree")
    body = _string(node.get("articleBody"))
    if not body:
        updates = (_listed(node.get("liveBlogUpdate")))[:_MAX_NODES]
        body = "\n\n".join(_string(update.get("articleBody")) for update in updates if isinstance(update, dict))
    return {
        "headline": " ".join((_string(node.get("headline")) or _string(node.get("name"))).split()),
        "people": tuple(filter(None, people)),
        "bodies": tuple(filter(None, bodies)),
        "publisher": _string(publisher),
        "body": body.strip(),
        "free": free if isinstance(free, bool) else {"true": True, "false": False}.get(_string(free).lower()),
        "live": "LiveBlogPosting" in _types(node),
    }


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _string(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _dates_in(text: str) -> Iterator[str]:
    for found in _DATE_PUBLISHED.findall(text):
        try:
            yield str(json.loads(found, strict=False))
        except ValueError:  # an escape that is none
            continue


def _is_json(text: str) -> bool:
    try:
        json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return False
    return True
