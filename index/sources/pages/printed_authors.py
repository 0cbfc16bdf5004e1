"""The byline that a page prints, where its metadata names nobody: names as printed, of all who signed."""

from __future__ import annotations

import copy
import re
from typing import Any

# A byline has a line or two; the longest of many hands have 400 characters.
_MAX_CHARS = 400
_MAX_ELEMENTS = 8

_TOP_LINES = 12
_NAME = r"[^\W\d_a-z][\w.’'-]*"
_FULL_NAME = rf"{_NAME}(?: (?:(?:van|von|der|den|de|da|del|di|la|le|al|bin) ){{0,2}}{_NAME}){{1,3}}"
_SIGNED = re.compile(
    rf"(?:By|BY|by|Von|Par|Por|Door|Av|Af):? {_FULL_NAME}"
    rf"(?:(?:,| and| et| und| y| e| og| och| en| &){{1,2}} {_FULL_NAME}){{0,5}}"
)


def printed_authors(tree: Any) -> list[str]:
    """Return the bylines that a page prints beside its article, found by trafilatura's expressions.

    The first element found is the byline, with those like it that stand beside it; further away on the page stand the
    bylines of other stories.
    """
    from trafilatura.htmlprocessing import prune_unwanted_nodes
    from trafilatura.json_metadata import normalize_authors
    from trafilatura.xpaths import AUTHOR_DISCARD_XPATHS, AUTHOR_XPATHS

    page = prune_unwanted_nodes(copy.deepcopy(tree), AUTHOR_DISCARD_XPATHS)
    for path in AUTHOR_XPATHS:
        found = [(element, _text(element)) for element in path(page)[:_MAX_ELEMENTS]]
        found = [(element, text) for element, text in found if 2 < len(text) < _MAX_CHARS]
        if found:
            first = found[0][0]
            texts = dict.fromkeys(text for element, text in found if _stands_beside(element, first))
            names = [_as_printed(name, text) for text in texts for name in _names(normalize_authors(None, text))]
            if names:
                return names
    return []


def signed_line(text: str) -> list[str]:
    """Return the byline that stands on a line of its own among the first of a text."""
    lines = (line.strip() for line in text.split("\n")[:_TOP_LINES])
    return [line for line in lines if _SIGNED.fullmatch(line)][:1]


def _names(normalised: str | None) -> list[str]:
    return [name for name in (normalised or "").split("; ") if name]


def _as_printed(name: str, text: str) -> str:
    """Return a name as it is printed in a text: trafilatura takes the points from initials."""
    words = map(re.escape, re.findall(r"[\w'’-]+", name))
    found = re.search(r"[ .,]{1,3}".join(words), text, re.IGNORECASE)
    return found[0] if found else name


def _stands_beside(element: Any, first: Any) -> bool:
    """Return whether two elements have a parent or a grandparent in common."""
    if element is first:
        return True
    ancestors = [ancestor for ancestor in (first.getparent(), _grandparent(first)) if ancestor is not None]
    return any(near in ancestors for near in (element.getparent(), _grandparent(element)) if near is not None)


def _grandparent(element: Any) -> Any:
    parent = element.getparent()
    return None if parent is None else parent.getparent()


def _text(element: Any) -> str:
    return " ".join(" ".join(element.itertext()).split())
