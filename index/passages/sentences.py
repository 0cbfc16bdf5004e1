"""Where sentences begin and end."""

from __future__ import annotations

from functools import lru_cache

from syntok import segmenter  # type: ignore[import-untyped]

# The candidates of a question stand in the same few passages again and again.
_KEPT_TEXTS = 256
_BREAK = "\n\n"

# Titles before names, which syntok takes for sentences of one word before an initial ("Dr. A. Smith").
_TITLES = frozenset(
    {"Dr.", "Mr.", "Mrs.", "Ms.", "Prof.", "Sen.", "Rep.", "Gov.", "Gen.", "Capt.", "Lt.", "Col.", "Rev."}
)


def sentence_ranges(text: str) -> list[tuple[int, int]]:
    """Return the `[start, end)` of each sentence of `text`, in order, without the white space between them.

    Segmentation is syntok's (Leitner 2018-2022), which knows abbreviations, initials and quotations.
    """
    ranges = []
    for paragraph in segmenter.analyze(text):
        for sentence in paragraph:
            tokens = [token for token in sentence if token.value]  # white space at the end makes an empty one
            if tokens:
                ranges.append((tokens[0].offset, tokens[-1].offset + len(tokens[-1].value)))
    return _join_fragments(text, ranges)


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return `[start, end)` of the sentence that holds the span, or of all sentences that it touches."""
    # A sentence never goes beyond its paragraph, which is quicker to segment than the whole text.
    before, after = text.rfind(_BREAK, 0, start), text.find(_BREAK, end)
    shift = before + len(_BREAK) if before >= 0 else 0
    paragraph = text[shift : after if after >= 0 else len(text)]
    touched = [
        (first + shift, last + shift)
        for first, last in _kept_ranges(paragraph)
        if first + shift < end and last + shift > start
    ]
    if not touched:
        return start, end
    return min(touched[0][0], start), max(touched[-1][1], end)


@lru_cache(_KEPT_TEXTS)
def _kept_ranges(text: str) -> tuple[tuple[int, int], ...]:
    return tuple(sentence_ranges(text))


def _join_fragments(text: str, ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Mend two cuts that are never right: a lone closing quotation mark, and a lone title ("Dr.")."""
    joined: list[tuple[int, int]] = []
    for start, end in ranges:
        if joined and (
            not any(character.isalnum() for character in text[start:end]) or text[slice(*joined[-1])] in _TITLES
        ):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
