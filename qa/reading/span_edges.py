"""Where a span begins and ends: at whole words, numbers and abbreviations, never at a mark that closes what is before.

A reader chooses tokens, and a word, a number or an abbreviation may have several: of "9 a.m. on Thursday" it may choose
".m. on Thursday".
"""

from __future__ import annotations

import re

import regex

from pullquote.graphemes import is_boundary, whole_graphemes

# What is looked at beside an edge; a longer run of letters is no word.
_AROUND_CHARS = 64
# Scripts that put no spaces between words have no edges to look for.
_LETTER = (
    r"[[\w\p{M}\p{Default_Ignorable_Code_Point}]"
    r"--[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]]"
)
_WHOLE = regex.compile(
    rf"(?<!{_LETTER})\d{{1,2}}(?:[.:]\d\d)?\s?[apAP]\.?[mM](?!{_LETTER})\.?"  # 9 a.m., 10:30pm
    rf"|(?<!{_LETTER})(?:\p{{L}}\p{{M}}*\.)+\p{{L}}\p{{M}}*(?!{_LETTER})\.?"  # a.m., U.S., J.R.R.
    rf"|(?:[$£€¥₹](?=\d))?{_LETTER}+(?:(?<=\d)[.,:](?=\d){_LETTER}+)*(?:(?<=\d)%)?",  # words, 12,480, £2.5m, 40%
    regex.VERSION1,
)
_CLOSING = regex.compile(r"(?:[\s,;:!?)\]}»”]|\.(?!\d|\.))+")


def as_whole_words(words: str) -> re.Pattern[str]:
    """Return what finds words as whole ones: "May" is not in "Mayor". An accent behind a letter belongs to it."""
    return re.compile(rf"(?<!\w){re.escape(words)}(?![\w\u0300-\u036f])")


def whole_span(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span of a text widened to whole words and graphemes, without marks and white space that it begins with.

    Args:
        text: that it is of.
        start, end: `[start, end)` in its characters.
    """
    if _is_clean(text, start, end):
        return start, end
    first = max(0, start - _AROUND_CHARS)
    last = min(len(text), end + _AROUND_CHARS)
    for found in _WHOLE.finditer(text, first, last):
        # A run that goes on beyond what is looked at is no word.
        cut = (found.start() == first > 0) or (found.end() == last < len(text))
        if found.start() < start < found.end() and not cut:
            start = found.start()
        if found.start() < end < found.end() and not cut:
            end = found.end()
        if found.start() >= end:
            break
    start, end = whole_graphemes(text, start, end)
    closing = _CLOSING.match(text, start, end)
    # A span of nothing but marks stays what it is.
    if closing and closing.end() < end and is_boundary(text, closing.end()):
        start = closing.end()
    return start, end


def _is_clean(text: str, start: int, end: int) -> bool:
    """Return whether both edges are plainly those of words, as most are: spaces outside, a letter or digit inside.

    Beside an "a" or a "p", "a.m." or "p.m." may begin, which a number belongs to.
    """
    before, first, after = text[start - 1 : start], text[start : start + 1], text[end : end + 2]
    return (
        before in ("", " ", "\n")
        and first.isalnum()
        and first not in "apAP"
        and (not after or (after[0] in " \n" and after[1:] not in ("a", "p", "A", "P")))
    )
