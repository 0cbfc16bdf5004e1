"""PDF, by PDFium (pypdfium2): columns in reading order, cut words whole again, where each page begins in the text.

Pages that are pictures are read by ocrmypdf or tesseract where one of them is installed, and said where none is.
"""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from pullquote.articles import Article, Skipped
from pullquote.comparing_form import comparing_form
from pullquote.index.sources.documents.document import MAX_DOCUMENT_BYTES
from pullquote.index.sources.documents.extra import library
from pullquote.index.sources.documents.ocr import with_text
from pullquote.index.sources.documents.pdf_layout import Block, goes_on, joined, page_blocks
from pullquote.index.sources.documents.pdf_lines import Line, page_lines
from pullquote.index.sources.exports.splitting import stories_in, story_articles
from pullquote.index.sources.fields.headline import title_from
from pullquote.index.sources.files import SourceFile, Unreadable
from pullquote.index.sources.record import to_article
from pullquote.index.sources.sidecars import metadata_beside
from pullquote.index.sources.streams import read_whole
from pullquote.index.sources.timed import time_limit_s, timed_call

# The extra of an article holds where each begins; whole years of a paper come in many files.
_MAX_PAGES = 5_000
# A page of 3,000 characters takes 15 ms; small files hold hundreds of pages.
_LIMIT_S = 120.0

_MAX_TITLE_CHARS = 250
# Headlines are set larger than the text below them.
_HEADLINE_SIZE = 1.2
# Of the page's height: where its number and the name of the paper stand.
_MARGIN = 0.1
_PAGE_NUMBER = re.compile(r"[-–—\s]*(?:page |seite |p\. ?)?\d{1,4}[-–—\s]*", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_HYPHENATED = re.compile(r"[^\W\d_]+(?:[-‐][^\W\d_]+)+")


def read(source: SourceFile) -> Iterator[Article | Skipped]:
    """Yield the article of a PDF, or the articles of an export; `extra["pages"]` says where in its text pages begin.

    Raises:
        Unreadable: the file cannot be read, is protected, or all of its pages are pictures.
    """
    data = read_whole(source, limit_bytes=MAX_DOCUMENT_BYTES, what="a document")
    found = _found(data)
    if found["pictures"] and not found["paragraphs"]:
        found = _found(with_text(data, found["page_count"]))
        found["facts"]["recognised"] = True
        if not found["paragraphs"]:
            raise Unreadable("is a scan in which no words could be recognised")
    if not found["paragraphs"]:
        raise Unreadable("is a document without text")
    stories = stories_in(found["paragraphs"])
    if stories is not None:
        yield from story_articles(stories, source.name)
        return
    yield _article(found, source)


def pdf_paragraphs(data: bytes) -> dict[str, Any]:
    """Return a PDF's paragraphs, its pages and what it says of itself; called in a process that can be ended.

    `pages` are offsets in the paragraphs joined by two line ends; `pictures` are the numbers of pages that show
    something, but have no text.

    Raises:
        Unreadable: it is no PDF, is damaged or protected.
    """
    pdfium = library("pypdfium2", "a PDF")
    try:
        document = pdfium.PdfDocument(data)
        count = len(document)
    except pdfium.PdfiumError as error:
        protected = "password" in str(error).lower()
        raise Unreadable("is protected with a password" if protected else "is no PDF, or is damaged") from error
    if count > _MAX_PAGES:
        raise Unreadable(f"has {count:,} pages, more than the {_MAX_PAGES:,} allowed for one article")
    pages: list[list[Line]] = []
    heights: list[float] = []
    pictures: list[int] = []
    for number in range(count):
        lines, height = [], 0.0
        try:
            page = document[number]
            lines, height = page_lines(page, pdfium), float(page.get_height())
            if not lines and next(page.get_objects(max_depth=2), None) is not None:
                pictures.append(number + 1)
            page.close()
        except pdfium.PdfiumError:  # a damaged page of many
            pictures.append(number + 1)
        pages.append(lines)
        heights.append(height)
    return _laid_out(pages, heights, document.get_metadata_dict(skip_empty=True)) | {"pictures": pictures}


def _found(data: bytes) -> dict[str, Any]:
    found: dict[str, Any] = timed_call(
        "documents.pdf:pdf_paragraphs", data, limit_s=max(_LIMIT_S, time_limit_s(len(data)))
    )
    return found


def _article(found: dict[str, Any], source: SourceFile) -> Article:
    text = "\n\n".join(found["paragraphs"])
    record = {**found["facts"], "pages": found["pages"], **metadata_beside(source), "text": text}
    place = tuple(found["headline"]) if found["headline"] else None
    if record.get("title"):
        article = to_article(record, source=source.name)
    elif place:
        record["title"] = " ".join(text[slice(*place)].split())
        article = to_article(record, source=source.name, title_in_text=place if len(text) > place[1] else None)
    else:
        record["title"], place = title_from(text)
        article = to_article(record, source=source.name, title_in_text=place, find_title=False)
    if not found["pictures"]:
        return article
    shown = ", ".join(map(str, found["pictures"][:10])) + (", ..." if len(found["pictures"]) > 10 else "")
    note = f"is stored without its pages {shown}, which are pictures without text"
    return replace(article, notes=(*article.notes, note))


def _laid_out(pages: Sequence[list[Line]], heights: Sequence[float], facts: dict[str, str]) -> dict[str, Any]:
    hyphenated = frozenset(word.lower() for lines in pages for line in lines for word in _HYPHENATED.findall(line.text))
    repeated = _repeated(pages, heights)
    paragraphs: list[str] = []
    starts: list[int] = []
    length = 0
    first_blocks: list[Block] = []
    for lines, height in zip(pages, heights, strict=True):
        blocks = page_blocks([line for line in lines if not _is_margin(line, height, repeated)], hyphenated)
        first_blocks = first_blocks or blocks
        for number, block in enumerate(blocks):
            if number == 0 and paragraphs and goes_on(paragraphs[-1], block.text):
                before = len(paragraphs[-1])
                paragraphs[-1] = joined(paragraphs[-1], block.text, hyphenated)
                starts.append(length - before + len(paragraphs[-1]) - len(block.text))
                length += len(paragraphs[-1]) - before
                continue
            start = length + 2 if paragraphs else 0
            if number == 0:
                starts.append(start)
            paragraphs.append(block.text)
            length = start + len(block.text)
        if not blocks:
            starts.append(length)
    return {
        "paragraphs": paragraphs,
        "pages": starts,
        "page_count": len(pages),
        "headline": _headline(first_blocks, facts.get("Title", "")),
        "facts": {
            key: facts[name]
            for key, name in (("document_title", "Title"), ("document_author", "Author"))
            if facts.get(name)
        },
    }


def _repeated(pages: Sequence[list[Line]], heights: Sequence[float]) -> frozenset[str]:
    """Return the lines that stand at the edge of at least three pages and of half of them, without their digits."""
    counts: Counter[str] = Counter()
    for lines, height in zip(pages, heights, strict=True):
        counts.update({_DIGITS.sub("", line.text) for line in lines if _in_margin(line, height)})
    return frozenset(text for text, times in counts.items() if times >= max(3, len(pages) / 2))


def _is_margin(line: Line, height: float, repeated: frozenset[str]) -> bool:
    if not _in_margin(line, height):
        return False
    return _PAGE_NUMBER.fullmatch(line.text) is not None or _DIGITS.sub("", line.text) in repeated


def _in_margin(line: Line, height: float) -> bool:
    return line.base < _MARGIN * height or line.top > (1 - _MARGIN) * height


def _headline(blocks: Sequence[Block], title: str) -> tuple[int, int] | None:
    """Return `[start, end)` of the first page's headline in the text: the title it has, or its first large line."""
    wanted = comparing_form(title)
    body = statistics.median([block.size for block in blocks for _ in range(1 + len(block.text) // 80)] or [0.0])
    large: tuple[int, int] | None = None
    start = 0
    for block in blocks:
        place = (start, start + len(block.text))
        start = place[1] + 2
        if len(block.text) > _MAX_TITLE_CHARS or len(block.text.split()) < 2:
            continue
        if wanted and comparing_form(block.text) == wanted:
            return place
        if large is None and block.size >= _HEADLINE_SIZE * body:
            large = place
    return large
