"""A page of a PDF to its lines: pieces of text with their places and sizes, from PDFium's characters."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

# PDFium's mark for a hyphen at the end of a line.
SOFT_HYPHENS = "\ufffe\x02\u00ad"

# Of the size of the type. Words stand a quarter of it apart, in justified lines up to the whole; columns more.
_MAX_WORD_GAP = 1.3
# Letters of one line stand on one height, but for raised figures.
_MAX_RISE = 0.5
# The densest newspaper page has 40,000 characters; beyond this it is a map or an attack.
_MAX_CHARS = 200_000
_SPACES = "  \t"


@dataclass(slots=True)
class Line:
    """A run of text on one height, without a gap as wide as between columns.

    Attributes:
        text: its characters, spaces evened out.
        left, right: of the page, from its left edge, in points.
        base, top: from its lower edge, in points.
        size: of the type, in points.
    """

    text: str
    left: float
    right: float
    base: float
    top: float
    size: float


def page_lines(page: Any, pdfium: Any) -> list[Line]:
    """Return the lines of a page in the order in which the page draws them."""
    text_page = page.get_textpage()
    try:
        return _Builder(text_page, pdfium, page.get_rotation()).lines()
    finally:
        text_page.close()


class _Builder:
    """Joins characters to lines."""

    def __init__(self, text_page: Any, pdfium: Any, rotation: int) -> None:
        self._page, self._pdfium, self._rotation = text_page.raw, pdfium.raw, rotation
        self._count = min(text_page.count_chars(), _MAX_CHARS)
        self._box = [ctypes.c_double() for _ in range(4)]
        self._lines: list[Line] = []
        self._text: list[str] = []
        self._line: Line | None = None

    def lines(self) -> list[Line]:
        pending_space = False
        index = 0
        while index < self._count:
            code = self._pdfium.FPDFText_GetUnicode(self._page, index)
            if 0xD800 <= code < 0xDC00 and index + 1 < self._count:  # two units of UTF-16
                low = self._pdfium.FPDFText_GetUnicode(self._page, index + 1)
                code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00) if 0xDC00 <= low < 0xE000 else 0xFFFD
                index += 1
            character = chr(code) if code <= 0x10FFFF and not 0xD800 <= code < 0xE000 else "\ufffd"
            if character in "\r\n":
                self._end()
                pending_space = False
            elif character in _SPACES:
                pending_space = True
            elif character != "\0":
                self._add(index, character, pending_space)
                pending_space = False
            index += 1
        self._end()
        return self._lines

    def _add(self, index: int, character: str, after_space: bool) -> None:
        left, right, base, top = self._place(index)
        size = self._pdfium.FPDFText_GetFontSize(self._page, index) or 1.0
        height = max(top - base, 0.1)
        # Type may be drawn larger than its own size says, by the page's scale.
        size = height if size <= 1.5 else size
        line = self._line
        if character in SOFT_HYPHENS and line is not None:
            self._text.append(SOFT_HYPHENS[0])
            return
        if line is not None:
            gap = left - line.right
            apart = abs(base - line.base) > _MAX_RISE * max(size, line.size) and not (
                line.base <= (base + top) / 2 <= line.top
            )
            if apart or gap > _MAX_WORD_GAP * max(size, line.size) or gap < -2 * max(size, line.size):
                self._end()
                line = None
        if line is None:
            self._line = Line("", left, right, base, top, size)
            self._text = [character]
            return
        if after_space and self._text and self._text[-1] != " ":
            self._text.append(" ")
        self._text.append(character)
        line.right, line.left = max(line.right, right), min(line.left, left)
        line.base, line.top = min(line.base, base), max(line.top, top)
        line.size = max(line.size, size)

    def _place(self, index: int) -> tuple[float, float, float, float]:
        """Return left, right, base and top of a character on the page as it is looked at."""
        self._pdfium.FPDFText_GetCharBox(self._page, index, *map(ctypes.byref, self._box))
        left, right, base, top = (value.value for value in self._box)
        if self._rotation == 90:
            return base, top, -right, -left
        if self._rotation == 180:
            return -right, -left, -top, -base
        if self._rotation == 270:
            return -top, -base, left, right
        return left, right, base, top

    def _end(self) -> None:
        if self._line is not None:
            self._line.text = "".join(self._text).strip()
            if self._line.text:
                self._lines.append(self._line)
        self._line, self._text = None, []
