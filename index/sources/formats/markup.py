"""HTML to plain paragraphs, without judging what is article and what is not."""

from __future__ import annotations

import re
from typing import Any

# fmt: off
_BLOCKS = {
    "address", "article", "aside", "blockquote", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li",
    "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th",
    "thead", "tr", "ul", "body", "html",
}
_DROPPED = {
    "script", "style", "template", "noscript", "head", "iframe", "object", "embed", "svg", "math",
    "button", "select", "textarea",
}
# fmt: on
_MARKUP = re.compile(r"<[a-zA-Z/!][^<>]*>|&(?:#\d+|#x[0-9a-fA-F]+|\w+);")
_HEAD_END = re.compile(r"</head\s*>|<body\b[^<>]*>", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\n\f]+")


def has_markup(text: str) -> bool:
    """Return whether the text holds HTML tags or entities."""
    return bool(_MARKUP.search(text))


def without_head(html: str) -> str:
    """Return a page from the end of its head on: a title there is no paragraph of it."""
    found = _HEAD_END.search(html)
    return html[found.end() :] if found else html


def paragraphs(html: str) -> str:
    r"""Return the text of an HTML fragment: one block a paragraph, paragraphs joined by "\n\n".

    Spaces are evened out as a browser shows them, `<br>` is a line break, scripts and styles are left out.
    """
    from lxml import html as lxml_html  # type: ignore[import-untyped]
    from lxml.etree import ParserError  # type: ignore[import-untyped]

    try:
        # Without `huge_tree` libxml2 gives nothing at all of what is nested more than 256 deep; with it, 2,048.
        root = lxml_html.document_fromstring(f"<body>{html}</body>", parser=lxml_html.HTMLParser(huge_tree=True))
    except (ParserError, ValueError):
        return ""
    return "\n\n".join(block_texts(root))


def block_texts(root: Any) -> list[str]:
    """Return the texts of the blocks below an element of lxml's, in their order; those without text are left out."""
    blocks: list[list[str]] = [[]]
    _collect(root, blocks)
    lines = ("".join(block).split("\x00") for block in blocks)
    texts = ("\n".join(_SPACES.sub(" ", line).strip() for line in block).strip() for block in lines)
    return [text for text in texts if text]


def is_block(element: Any) -> bool:
    """Return whether a browser begins a new line for this element of lxml's."""
    return element.tag in _BLOCKS


def _collect(root: Any, blocks: list[list[str]]) -> None:
    """Append the text below `root` to `blocks`, a new one at each block element.

    Without recursion: there are pages nested deeper than Python's stack.
    """
    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        element, done = stack.pop()
        block = is_block(element)
        if not done:
            if not isinstance(element.tag, str) or element.tag in _DROPPED:
                _append(blocks, element.tail)
                continue
            if block:
                blocks.append([])
            if element.tag == "br":
                blocks[-1].append("\x00")
            _append(blocks, element.text)
            stack.append((element, True))
            stack.extend((child, False) for child in reversed(element))
        else:
            if block:
                blocks.append([])
            _append(blocks, element.tail)


def _append(blocks: list[list[str]], text: str | None) -> None:
    if text:
        blocks[-1].append(text.replace("\x00", ""))
