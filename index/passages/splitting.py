"""Cutting articles into passages: whole paragraphs, 100 to 180 tokens, no furniture, nothing edited."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from pullquote.articles import Article, Passage
from pullquote.index.passages.sentences import sentence_ranges

# Long enough to hold a fact and what it refers to, short enough for one window of the reader beside the
# question and the headline, and for the embedder's 256 tokens.
MIN_TOKENS = 100
MAX_TOKENS = 180

# No stretch of prose is tokenised whole above this: a "paragraph" of megabytes is a table or a log.
_MAX_STRETCH_CHARS = 20_000

_LINE_END = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# Atomic, so that the two characters of one CRLF never count as two line ends.
_BLANK_LINES = re.compile(r"(?>\r\n|\n|\r)[^\S\r\n]*(?>\r\n|\n|\r)")

Range = tuple[int, int]
TokenCounter = Callable[[Sequence[str]], Sequence[int]]


def split_passages(article: Article, furniture: Sequence[Range], count_tokens: TokenCounter) -> list[Passage]:
    """Return the passages of an article in reading order; none overlaps another or a furniture range.

    Args:
        article: with its id.
        furniture: sorted, disjoint ranges of `article.text` to leave out.
        count_tokens: tokens of each text of a list, as the embedder counts them.
    """
    passages = []
    for block in _blocks(article.text, furniture):
        sized = list(_sized_units(article.text, block, count_tokens))
        for start, end, tokens in _pack(sized):
            passages.append(Passage(article.id, start, end, article.text[start:end], tokens))
    return passages


def paragraph_ranges(text: str) -> list[Range]:
    """Return `[start, end)` of each paragraph, without white space around it.

    Paragraphs end at blank lines; in a text that has none, at line ends.
    """
    separator = _BLANK_LINES if _BLANK_LINES.search(text.strip()) else _LINE_END
    ranges, start = [], 0
    for match in separator.finditer(text):
        ranges.append((start, match.start()))
        start = match.end()
    ranges.append((start, len(text)))
    return [stripped for found in ranges if (stripped := _strip(text, *found))]


def _strip(text: str, start: int, end: int) -> Range | None:
    piece = text[start:end]
    stripped = piece.strip()
    if not stripped:
        return None
    start += len(piece) - len(piece.lstrip())
    return start, start + len(stripped)


def _blocks(text: str, furniture: Sequence[Range]) -> Iterator[list[Range]]:
    """Yield runs of paragraphs with no furniture among them."""
    block: list[Range] = []
    upcoming = iter((*furniture, (len(text) + 1, len(text) + 1)))
    marked = next(upcoming)
    for start, end in paragraph_ranges(text):
        at = start
        while marked[1] <= at:
            if block:
                yield block
                block = []
            marked = next(upcoming)
        while marked[0] < end:
            if kept := _strip(text, at, max(at, marked[0])):
                block.append(kept)
            if block:
                yield block
                block = []
            at = min(end, max(at, marked[1]))
            if marked[1] > end:
                break
            marked = next(upcoming)
        if at < end and (kept := _strip(text, at, end)) and marked[0] >= end:
            block.append(kept)
    if block:
        yield block


def _sized_units(text: str, paragraphs: Sequence[Range], count_tokens: TokenCounter) -> Iterator[tuple[int, int, int]]:
    """Yield paragraphs with their tokens, long ones as groups of sentences."""
    whole = [unit for paragraph in paragraphs for unit in _stretches(text, *paragraph)]
    counts = count_tokens([text[start:end] for start, end in whole])
    for (start, end), tokens in zip(whole, counts, strict=True):
        if tokens <= MAX_TOKENS:
            yield start, end, tokens
        else:
            yield from _long_paragraph(text, start, end, count_tokens)


def _stretches(text: str, start: int, end: int) -> Iterator[Range]:
    while end - start > _MAX_STRETCH_CHARS:
        cut = _last_space(text, start, start + _MAX_STRETCH_CHARS)
        if piece := _strip(text, start, cut):
            yield piece
        start = cut
    if piece := _strip(text, start, end):
        yield piece


def _long_paragraph(text: str, start: int, end: int, count_tokens: TokenCounter) -> Iterator[tuple[int, int, int]]:
    ranges = [(start + first, start + last) for first, last in sentence_ranges(text[start:end])]
    counts = count_tokens([text[first:last] for first, last in ranges])
    sentences: list[tuple[int, int, int]] = []
    for (first, last), tokens in zip(ranges, counts, strict=True):
        sentences.extend([(first, last, tokens)] if tokens <= MAX_TOKENS else _halves(text, first, last, count_tokens))
    # Even parts rather than a full one and a rest: the number of parts first, then their size.
    total = sum(tokens for _, _, tokens in sentences)
    target = total / max(1, round(total / ((MIN_TOKENS + MAX_TOKENS) / 2)))
    part: list[tuple[int, int, int]] = []
    filled = 0
    for sentence in sentences:
        if part and (filled + sentence[2] > MAX_TOKENS or filled + sentence[2] / 2 > target):
            yield part[0][0], part[-1][1], filled
            part, filled = [], 0
        part.append(sentence)
        filled += sentence[2]
    if part:
        yield part[0][0], part[-1][1], filled


def _halves(text: str, start: int, end: int, count_tokens: TokenCounter) -> list[tuple[int, int, int]]:
    """Cut a sentence without end (a table, a transcript) at the last white space before its middle, again and again."""
    tokens = count_tokens([text[start:end]])[0]
    if tokens <= MAX_TOKENS or end - start < 2:
        return [(start, end, tokens)]
    cut = _last_space(text, start, (start + end) // 2)
    parts = []
    for piece in (_strip(text, start, cut), _strip(text, cut, end)):
        if piece:
            parts += _halves(text, *piece, count_tokens)
    return parts


def _last_space(text: str, start: int, stop: int) -> int:
    """Return where the last white space of `text[start + 1 : stop]` begins, or `stop` where there is none."""
    parts = text[start:stop].rsplit(None, 1)
    return start + len(parts[0]) if len(parts) == 2 else stop


def _pack(units: Sequence[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    """Yield neighbouring units joined until they are long enough, none above the maximum."""
    start = end = tokens = 0
    for unit_start, unit_end, unit_tokens in units:
        if tokens and (tokens >= MIN_TOKENS or tokens + unit_tokens > MAX_TOKENS):
            yield start, end, tokens
            tokens = 0
        start = start if tokens else unit_start
        end = unit_end
        tokens += unit_tokens
    if tokens:
        yield start, end, tokens
