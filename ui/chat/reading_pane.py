"""The reading pane: an article as it was printed, the passage tinted, the span marked, the furniture greyed.

The text of the pane is the article's, character by character: its paragraphs are the elements, its line ends stand
between them, and characters that can't be shown stand as `<span class="pq-raw" data-code="1B">`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise

from pullquote.answers import Citation
from pullquote.articles import Article
from pullquote.printable import one_line, printable
from pullquote.ui.export.citing import apa, markdown_quote, plain
from pullquote.ui.markup import text, time_tag
from pullquote.ui.wording import byline, web_link

HERE = "pq-here"
Range = tuple[int, int]

_LINE_END = re.compile("\n+")
_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_COPIES = (
    ("plain", "Copy citation", plain),
    ("apa", "Copy as APA", apa),
    ("markdown", "Copy as Markdown", markdown_quote),
)


def reading_pane(article: Article, citation: Citation | None = None, furniture: Sequence[Range] = ()) -> str:
    """Return the pane's HTML.

    Args:
        article: shown whole.
        citation: of that article: its passage is tinted, its span marked with the id "pq-here", its texts can be
            copied. Offsets beyond the text count as its end.
        furniture: `[start, end)` ranges that are greyed, sorted and disjoint.
    """
    language = f' lang="{article.language}"' if article.language and _TAG.fullmatch(article.language) else ""
    return (
        f'<article class="pq-pane" data-article="{_attribute(article.id)}" aria-labelledby="pq-pane-title">'
        f'{_head(article, citation)}<div class="pq-pane-text"{language}>{_text(article, citation, furniture)}</div>'
        "</article>"
    )


def _head(article: Article, citation: Citation | None) -> str:
    title = one_line(article.title) or one_line(article.id)
    outlet = f'<p class="pq-pane-outlet">{text(article.outlet)}</p>' if article.outlet else ""
    source = " · ".join(part for part in (text(byline(article.authors)), time_tag(article.published)) if part)
    return (
        f'<header class="pq-pane-head">{outlet}'
        f'<h2 class="pq-pane-title" id="pq-pane-title" tabindex="-1">{escape(title)}</h2>'
        + (f'<p class="pq-pane-source">{source}</p>' if source else "")
        + _actions(article, citation)
        + "</header>"
    )


def _actions(article: Article, citation: Citation | None) -> str:
    address = web_link(citation.link if citation else None) or web_link(article.url)
    parts = []
    if address:
        parts.append(
            f'<a class="pq-pane-open" href="{_attribute(address)}" target="_blank" rel="noopener noreferrer">'
            "Open at the source</a>"
        )
    if citation:
        parts += [
            f'<button type="button" class="pq-copy" data-kind="{kind}" data-copy="{_attribute(cite(citation))}">'
            f"{label}</button>"
            for kind, label, cite in _COPIES
        ]
    return f'<p class="pq-pane-actions">{" ".join(parts)}</p>' if parts else ""


def _text(article: Article, citation: Citation | None, furniture: Sequence[Range]) -> str:
    text = article.text
    passage = _within((citation.passage_start, citation.passage_end), text) if citation else (0, 0)
    span = _within((citation.start, citation.end), text) if citation else (0, 0)
    marked = False
    parts = []
    for start, end in _lines(text):
        if text[start] == "\n":
            parts.append(text[start:end])
            continue
        near = [within for within in furniture if within[0] < end and start < within[1]]
        layers = [("pq-passage", [passage]), ("pq-furniture", near)]
        whole = [name for name, ranges in layers if _covers(ranges, start, end)]
        inner = ""
        for first, last in _pieces((start, end), [passage, span, *near]):
            shown = _letters(text[first:last])
            if _covers([span], first, last):
                anchor = "" if marked else f' id="{HERE}"'
                shown = f'<mark class="pq-span"{anchor}>{shown}</mark>'
                marked = True
            for name, ranges in layers:
                if name not in whole and _covers(ranges, first, last):
                    shown = f'<span class="{name}">{shown}</span>'
            inner += shown
        classes = f' class="{" ".join(whole)}"' if whole else ""
        parts.append(f'<p data-start="{start}"{classes}>{inner}</p>')
    return "".join(parts)


def _lines(text: str) -> Iterator[Range]:
    """Yield the ranges of lines and of the line ends between them, by turns, without a gap."""
    at = 0
    for ends in _LINE_END.finditer(text):
        if ends.start() > at:
            yield at, ends.start()
        yield ends.span()
        at = ends.end()
    if at < len(text):
        yield at, len(text)


def _pieces(line: Range, ranges: Sequence[Range]) -> Iterator[Range]:
    """Yield the parts of a line between which a range begins or ends."""
    start, end = line
    cuts = sorted({start, end, *(edge for within in ranges for edge in within if start < edge < end)})
    yield from pairwise(cuts)


def _covers(ranges: Sequence[Range], start: int, end: int) -> bool:
    return any(first <= start and end <= last for first, last in ranges)


def _within(bounds: Range, text: str) -> Range:
    start, end = (min(max(bound, 0), len(text)) for bound in bounds)
    return (start, end) if start < end else (0, 0)


def _letters(part: str) -> str:
    """Return text as HTML; characters that can't be shown, or would reorder the others, are shown by a sign or code."""
    if printable(part) == part:
        return escape(part, quote=False)
    shown = ((letter, printable(letter)) for letter in part)
    return "".join(escape(letter, quote=False) if sign == letter else _raw(letter, sign) for letter, sign in shown)


def _raw(letter: str, shown: str) -> str:
    code = f"{ord(letter):02X}"
    if letter == "\r":  # of a Windows line end: nothing to see
        return f'<span class="pq-raw" data-code="{code}"></span>'
    return f'<span class="pq-raw" data-code="{code}" title="U+{ord(letter):04X}">{shown}</span>'


def _attribute(value: str) -> str:
    """Return a value for an attribute in double quotes, its line ends kept."""
    return escape(value.encode("utf-8", "replace").decode("utf-8")).replace("\n", "&#10;")
