"""Where sentences begin and end."""

from __future__ import annotations

from syntok import segmenter  # type: ignore[import-untyped]

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
    touched = [(first, last) for first, last in sentence_ranges(text) if first < end and last > start]
    if not touched:
        return start, end
    return min(touched[0][0], start), max(touched[-1][1], end)


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
