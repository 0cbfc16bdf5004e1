r"""The body of an article as trafilatura finds it, in paragraphs joined by "\n\n"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pullquote.index.sources.pages.layout import PageBlocks

_LINES = {"p", "head", "lb", "item", "div", "quote", "code", "row", "list", "table", "figure", "dt", "dd", "ab", "fw"}
_BREAKS = re.compile(r"\n{2,}")
_INLINE = {"hi", "ref", "del", "graphic", "lb"}

# The longest cells of tables in articles have a sentence or two; pages of the nineties stand in a cell as a whole.
_MIN_LAYOUT_CHARS = 600

_WHOLE = {"list", "table"}


def body_text(body: Any, blocks: PageBlocks) -> str:
    r"""Return the text of trafilatura's body: paragraphs, lists and tables joined by "\n\n".

    Args:
        body: the element that trafilatura gives; it nests paragraphs where it fell back on another extractor.
        blocks: those of the page, by which paragraphs that were joined are taken apart.
    """
    texts: list[str] = []
    for piece, whole in _pieces(body):
        parts = [piece] if whole else piece.split("\n\n")
        texts.extend(parts if whole else (text for part in parts for text in blocks.taken_apart(part)))
    return "\n\n".join(text for text in texts if text.strip())


def _pieces(body: Any) -> Iterator[tuple[str, bool]]:
    """Yield the text of each block with whether it is to stay as it is: a list or a table.

    Without recursion: there are pages nested deeper than Python's stack.
    """
    line: list[str] = []
    stack: list[tuple[Any, bool]] = [(body, False)]
    while stack:
        element, done = stack.pop()
        is_block = element.tag in _LINES and element.tag != "lb"
        if done:
            if is_block:
                yield _tidy("".join(line)), False
                line = []
            line.append(element.tail or "" if element is not body else "")
            continue
        if element.tag in _WHOLE and element is not body:
            yield _tidy("".join(line)), False
            line = [element.tail or ""]
            if element.tag == "table" and (cells := _layout(element)):
                yield from ((cell, False) for cell in cells)
            else:
                yield _list(element) if element.tag == "list" else _table(element), True
            continue
        if is_block and line:
            yield _tidy("".join(line)), False
            line = []
        if not isinstance(element.tag, str):
            line.append(element.tail or "")
            continue
        line.append("\x00" if element.tag == "lb" else "")
        line.append(element.text or "")
        stack.append((element, True))
        stack.extend((child, False) for child in reversed(element))
    yield _tidy("".join(line)), False


def _list(element: Any) -> str:
    return "\n".join(filter(None, (_lines(item) for item in element.iter("item"))))


def _table(element: Any) -> str:
    return "\n".join(" | ".join(_lines(cell) for cell in row.iter("cell")) for row in element.iter("row"))


def _layout(table: Any) -> list[str]:
    """Return the cells of a table that lays out a page; an empty list for one that is a table."""
    cells = [_lines(cell) for cell in table.iter("cell")]
    return cells if max(map(len, cells), default=0) >= _MIN_LAYOUT_CHARS else []


def _lines(block: Any) -> str:
    """Return the lines of an item or a cell, without the lists within it: their items are lines of their own."""
    line = [block.text or ""]
    stack = list(reversed(block))
    while stack:
        element = stack.pop()
        if isinstance(element, str):
            line.append(element)
            continue
        apart = "" if element.tag in _INLINE else " "
        stack.append(f"{apart}{element.tail or ''}")
        if element.tag == "lb":
            line.append("\x00")
        elif element.tag != "list" and isinstance(element.tag, str):
            line.append(f"{apart}{element.text or ''}")
            stack.extend(reversed(element))
    return _tidy("".join(line)).replace("\n\n", "\n")


def _tidy(text: str) -> str:
    """Return a text with its spaces evened out; two line breaks in a row are the end of a paragraph."""
    lines = "\n".join(" ".join(line.split()) for line in text.split("\x00"))
    return "\n\n".join(part for part in _BREAKS.split(lines.strip("\n")) if part)
