"""Lines of a page in reading order, column by column, and joined to paragraphs."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pullquote.index.sources.documents.pdf_lines import SOFT_HYPHENS, Line

# A column has at least so many lines; two short lines beside each other are a table's row or a caption.
_MIN_COLUMN_LINES = 4
# Headlines and pictures' captions cross the space between columns; more than this share of lines would be text.
_MAX_CROSSING = 0.15
_MIN_GUTTER_POINTS = 5.0
_BIN_POINTS = 2.0
_MAX_LEVELS = 12

# Of the distance between lines and of the column's width: what begins a new paragraph.
_PARAGRAPH_GAP = 1.35
_INDENT = 0.7
# Of the size of the type: manuscripts have two lines in the place of one, which is 2.4 of it.
_WIDE_GAP = 2.8
_SHORT_LINE = 0.75
_AROUND_WORDS = ".,;:!?()\"'“”‘’"
_SENTENCE_END = (".", "!", "?", ":", "”", '"', "»", "’", ")")
_OTHER_SIZE = 0.12


@dataclass(slots=True)
class Block:
    """A paragraph of a page.

    Attributes:
        text: its lines joined, hyphens at their ends mended.
        size: of its type, in points.
    """

    text: str
    size: float


def page_blocks(lines: Sequence[Line], hyphenated: frozenset[str] = frozenset()) -> list[Block]:
    """Return the paragraphs of a page in reading order.

    Args:
        lines: of the page.
        hyphenated: words with a hyphen that the document prints within a line, in lower case: they keep it.
    """
    blocks: list[Block] = []
    for column in _columns(list(lines), 0):
        found = _paragraphs(_rows(column), hyphenated)
        last = blocks[-1] if blocks else None
        if (
            last
            and found
            and abs(last.size - found[0].size) < _OTHER_SIZE * last.size
            and goes_on(last.text, found[0].text)
        ):
            last.text = joined(last.text, found.pop(0).text, hyphenated)
        blocks.extend(found)
    return blocks


def goes_on(above: str, below: str) -> bool:
    """Return whether a column or page begins in the middle of the sentence with which the one before it ends."""
    return below[:1].islower() and not above.endswith(_SENTENCE_END)


def joined(first: str, second: str, hyphenated: frozenset[str]) -> str:
    """Return two lines of one paragraph as one; a word that was cut at the line's end is whole again."""
    marked = first.endswith(tuple(SOFT_HYPHENS))
    if not marked and not (first.endswith(("-", "‐")) and second[:1].islower() and first[-2:-1].isalpha()):
        return f"{first} {second}"
    start = first[:-1]
    whole = f"{start.rsplit(None, 1)[-1]}-{second.split(None, 1)[0]}" if start.strip() else ""
    kept = whole.strip(_AROUND_WORDS).lower() in hyphenated
    return f"{start}-{second}" if kept else start + second


def _columns(lines: list[Line], level: int) -> list[list[Line]]:
    """Return the lines of each column, in reading order; what crosses the columns stands by itself."""
    gutter = _gutter(lines) if level < _MAX_LEVELS else None
    if gutter is None:
        return [lines] if lines else []
    crossing = sorted((line for line in lines if line.left < gutter < line.right), key=lambda line: -line.base)
    left = [line for line in lines if line.right <= gutter]
    right = [line for line in lines if line.left >= gutter]
    found: list[list[Line]] = []
    for above in [*crossing, None]:
        edge = float("-inf") if above is None else above.base
        for side in (left, right):
            band = [line for line in side if line.base > edge]
            found.extend(_columns(band, level + 1))
        left = [line for line in left if line.base <= edge]
        right = [line for line in right if line.base <= edge]
        if above is not None:
            if found and _follows(found[-1], above):
                found[-1].append(above)
            else:
                found.append([above])
    return found


def _follows(column: list[Line], line: Line) -> bool:
    """Return whether a line that crosses columns goes on from the one above it: a headline of two lines."""
    last = column[-1]
    return len(column) < 4 and abs(last.size - line.size) < 0.5 and 0 < last.base - line.base < 1.6 * line.size


def _gutter(lines: Sequence[Line]) -> float | None:
    """Return where, from the left edge, the widest space between two columns is; None where there is one column."""
    if len(lines) < 2 * _MIN_COLUMN_LINES:
        return None
    start = min(line.left for line in lines)
    bins = min(2000, int((max(line.right for line in lines) - start) / _BIN_POINTS) + 1)
    changes = [0] * (bins + 2)
    for line in lines:
        changes[min(bins, max(0, int((line.left - start) / _BIN_POINTS)))] += 1
        changes[min(bins, max(0, int((line.right - start) / _BIN_POINTS))) + 1] -= 1
    allowed = _MAX_CROSSING * len(lines)
    best: tuple[int, float] | None = None
    covered, run = 0, 0
    runs: list[tuple[int, int]] = []
    for number in range(bins + 1):
        covered += changes[number]
        if covered <= allowed and number < bins:
            run += 1
            continue
        if run * _BIN_POINTS >= _MIN_GUTTER_POINTS:
            runs.append((number - run, number))
        run = 0
    for first, last in runs:
        middle = start + (first + last) / 2 * _BIN_POINTS
        left = [line for line in lines if line.right <= middle]
        right = [line for line in lines if line.left >= middle]
        if min(len(left), len(right)) < _MIN_COLUMN_LINES or not _side_by_side(left, right):
            continue
        width = last - first
        if best is None or width > best[0]:
            best = (width, middle)
    return best[1] if best else None


def _side_by_side(left: Sequence[Line], right: Sequence[Line]) -> bool:
    """Return whether two groups of lines stand beside each other for half of the lower one's height."""
    bottom = max(min(line.base for line in left), min(line.base for line in right))
    top = min(max(line.top for line in left), max(line.top for line in right))
    heights = [max(line.top for line in side) - min(line.base for line in side) for side in (left, right)]
    return top - bottom >= 0.5 * min(heights)


def _rows(lines: Sequence[Line]) -> list[Line]:
    """Return the lines of a column from top to bottom; pieces on one height are one line."""
    rows: list[Line] = []
    for line in sorted(lines, key=lambda line: (-line.base, line.left)):
        last = rows[-1] if rows else None
        if last is not None and abs(last.base - line.base) < 0.4 * min(last.size, line.size):
            first, second = (last, line) if last.left <= line.left else (line, last)
            rows[-1] = Line(
                f"{first.text} {second.text}", first.left, max(last.right, line.right), min(last.base, line.base),
                max(last.top, line.top), max(last.size, line.size),
            )  # fmt: skip
        else:
            rows.append(line)
    return rows


def _paragraphs(rows: Sequence[Line], hyphenated: frozenset[str]) -> list[Block]:
    if not rows:
        return []
    pitches = [above.base - below.base for above, below in pairwise(rows)]
    pitch = statistics.median_low(pitches) if pitches else 0.0
    left = statistics.median_low([row.left for row in rows])
    right = max(row.right for row in rows)
    blocks = [Block(rows[0].text, rows[0].size)]
    for above, row in pairwise(rows):
        if _begins(above, row, pitch, left, right):
            blocks.append(Block(row.text, row.size))
        else:
            block = blocks[-1]
            block.text = joined(block.text, row.text, hyphenated)
    for block in blocks:
        block.text = block.text.translate(dict.fromkeys(map(ord, SOFT_HYPHENS), "-"))
    return blocks


def _begins(above: Line, row: Line, pitch: float, left: float, right: float) -> bool:
    """Return whether a line begins a new paragraph."""
    size = max(above.size, row.size)
    if abs(above.size - row.size) > _OTHER_SIZE * size:
        return True
    gap = above.base - row.base
    if gap > min(_PARAGRAPH_GAP * max(pitch, row.size), _WIDE_GAP * size):
        return True
    if row.left - left > _INDENT * size and abs(above.left - left) < _INDENT * size:
        return True
    if above.text.endswith(_SENTENCE_END):  # a line is filled as far as the next word allows, unless a paragraph ends
        word = len(row.text.split(None, 1)[0]) + 1
        if above.right + word * (row.right - row.left) / max(1, len(row.text)) < right:
            return True
    # A last line is short; a line that only ends ragged is nearly full.
    return above.right - left < _SHORT_LINE * (right - left) and not above.text.endswith((*SOFT_HYPHENS, "-", ","))
