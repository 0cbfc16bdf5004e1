"""How a page is laid out: where its blocks begin and end, which extractors lose, and what of it was not taken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from pullquote.index.sources.formats.markup import block_texts, is_block

# A paragraph begins where these words do; of those that begin alike so many are tried, so that time stays bounded.
_OPENING_WORDS = 3
_MAX_ALIKE = 8

# Each word of a page is compared about once; where many paragraphs are nearly alike, up to so many times.
_MAX_COMPARED = 50

# So much of a joined paragraph must be found again in the page's blocks for it to be taken apart.
_MIN_FOUND_SHARE = 0.8

# Regions and blocks that are not the article's body. Their paragraphs are not missed.
_NOT_BODY = {
    "nav", "aside", "footer", "header", "form", "dialog", "figure", "table", "ul", "ol", "dl",
    "script", "style", "noscript",
}  # fmt: skip
_NOT_BODY_NAMES = re.compile(
    r"comment|related|recommend|promo|newsletter|cookie|consent|footer|sidebar|teaser|share|social|paywall|widget"
    r"|author|byline|bio\b|most-?read|trending|disclaimer|caption|credit|disqus|advert|sponsor|modal|popup|breadcrumb",
    re.IGNORECASE,
)
_MIN_PARAGRAPH_CHARS = 80
_MAX_LINKED_SHARE = 0.3

_INLINE = {"span", "font", "strong", "b", "em", "i", "a", "label"}
_MIN_LINE_CHARS = 3  # the large first letter of an article is a block by its style, but no word
_BLOCK_STYLE = re.compile(r"display\s*:\s*(?:block|flex|grid|list-item)", re.IGNORECASE)
_SENTENCE_ENDS = tuple(".!?:;”»")

# Chinese, Japanese, Thai, Lao, Khmer and Burmese write no spaces, and say in one character what takes three elsewhere.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_CHARS_PER_UNSPACED = 3


def written_length(text: str) -> int:
    """Return the characters of a text, those of scripts without spaces counted as the three that they stand for."""
    return len(text) + (_CHARS_PER_UNSPACED - 1) * len(_UNSPACED.findall(text))


def keep_words_apart(tree: Any) -> None:
    """Put a space at both borders of each block, in place: whoever joins blocks then doesn't join their words."""
    for line_break in tree.xpath("//h1//br | //h2//br"):
        line_break.tail = f" {line_break.tail or ''}"
        line_break.drop_tag()  # a headline is one line, however it is broken on its page
    for element in tree.iter():
        if element.tag == "br":
            element.tail = f"\n{element.tail or ''}"
        elif is_block(element) or _is_shown_as_block(element):
            _set_apart(element)


def _is_shown_as_block(element: Any) -> bool:
    """Return whether an element begins a line by its style, or by a sentence that ends where the next one begins."""
    if element.tag not in _INLINE or (not len(element) and len((element.text or "").strip()) < _MIN_LINE_CHARS):
        return False
    if _BLOCK_STYLE.search(element.get("style") or ""):
        return True
    following = element.getnext()
    if element.tail or len(element) or following is None or following.tag != element.tag:
        return False
    return (element.text or "")[-1:] in _SENTENCE_ENDS and (following.text or "")[:1].isupper()


def _set_apart(block: Any) -> None:
    """Put a space within and without both borders of a block, where words touch them."""
    if block.text:
        block.text = f" {block.text}"
    last = block[-1] if len(block) else None
    if last is not None:
        last.tail = f"{last.tail or ''} "
    elif block.text:
        block.text = f"{block.text} "
    if block.tail:
        block.tail = f" {block.tail}"
    before, parent = block.getprevious(), block.getparent()
    if before is not None and before.tail:
        before.tail = f"{before.tail} "
    elif before is None and parent is not None and parent.text:
        parent.text = f"{parent.text} "


class PageBlocks:
    """The blocks of a page, found again by their first words."""

    def __init__(self, tree: Any) -> None:
        self._known: set[str] = set()
        self._by_opening: dict[tuple[str, ...], list[list[str]]] = {}
        self._printed: dict[str, str] = {}
        self._words_left = 0
        for printed in block_texts(tree):
            words = printed.split()
            text = " ".join(words)
            self._words_left += _MAX_COMPARED * len(words)
            if text in self._known:
                continue
            self._known.add(text)
            self._printed[text] = printed
            alike = self._by_opening.setdefault(tuple(words[:_OPENING_WORDS]), [])
            if len(alike) < _MAX_ALIKE:
                alike.append(words)
        for alike in self._by_opening.values():
            alike.sort(key=len, reverse=True)

    def taken_apart(self, paragraph: str) -> list[str]:
        """Return the blocks that a paragraph was joined from; the paragraph itself where it is one, or is none."""
        words = paragraph.split()
        if " ".join(words) in self._known:
            return [paragraph]
        pieces: list[list[str]] = []
        loose, found, position = False, 0, 0
        while position < len(words):
            block = self._block_at(words, position)
            if block:
                pieces.append(block)
                position, found, loose = position + len(block), found + len(block), False
            else:
                if not loose:
                    pieces.append([])
                pieces[-1].append(words[position])
                position, loose = position + 1, True
        if len(pieces) < 2 or found < _MIN_FOUND_SHARE * len(words):
            return [paragraph]
        texts = (" ".join(piece) for piece in pieces)
        return [self._printed.get(text, text) for text in texts]

    def _block_at(self, words: Sequence[str], position: int) -> list[str] | None:
        for length in range(_OPENING_WORDS, 0, -1):
            for block in self._by_opening.get(tuple(words[position : position + length]), ()):
                end = position + len(block)
                if self._words_left < 0 or end > len(words) or words[end - 1] != block[-1]:
                    continue
                self._words_left -= len(block)
                if (length == _OPENING_WORDS or len(block) == length) and words[position:end] == block:
                    return block
        return None


def body_paragraphs(tree: Any) -> Iterator[str]:
    """Yield the paragraphs that a page prints as running text: long, hardly linked, in no region beside the article."""
    for _, text in paragraph_elements(tree):
        yield text


def paragraph_elements(tree: Any) -> Iterator[tuple[Any, str]]:
    """Yield the elements of `body_paragraphs` with their texts."""
    stack = [tree]
    while stack:
        element = stack.pop()
        if not isinstance(element.tag, str) or element.tag in _NOT_BODY:
            continue
        if _NOT_BODY_NAMES.search(f"{element.get('class') or ''} {element.get('id') or ''}") and element.tag != "body":
            continue
        if element.tag == "p":
            text = " ".join("".join(element.itertext()).split())
            linked = sum(len("".join(link.itertext())) for link in element.iter("a"))
            is_long = written_length(text) >= _MIN_PARAGRAPH_CHARS and not text.endswith(("...", "…"))
            if is_long and linked <= _MAX_LINKED_SHARE * len(text):
                yield element, text
        else:
            stack.extend(reversed(element))
