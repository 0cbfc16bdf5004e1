"""Words that are one in another form: acronyms and what they stand for, singular and plural, companies' suffixes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import product

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# U.S., J. K.: the points between letters go.
_POINTS = re.compile(r"\b([A-Za-z])\. ?(?=[A-Za-z]\b)")
# Acronyms may have the initials of these or not: DoJ, FBI.
_GRAMMAR = frozenset({"of", "the", "and", "for", "in", "on", "to", "at", "a", "an", "s"})
_ACRONYM = re.compile(r"(?=.*[A-Z].*[A-Z]|[A-Z][a-z]{3,5}$)[A-Za-z]{2,7}")
# Part of the name or not: the US Food and Drug Administration is the FDA.
_WHOSE = frozenset({"us", "uk", "eu", "un"})
_ENDINGS = re.compile("inc|incorporated|corp|corporation|ltd|limited|plc|llc|co|company|a?fc|cf")
_IRREGULAR = {
    "man": "men",
    "woman": "women",
    "child": "children",
    "person": "people",
    "foot": "feet",
    "tooth": "teeth",
    "goose": "geese",
    "mouse": "mice",
    "louse": "lice",
    "ox": "oxen",
}


@lru_cache(maxsize=2**15)
def acronym_of(text: str) -> str | None:
    """Return the letters, in lower case, of a text that is an acronym: "USPS", "U.S.P.S.", "Nato", "the EU"."""
    words = _words(text)
    word = words[1] if len(words) == 2 and words[0].lower() == "the" else words[0] if len(words) == 1 else ""
    return word.lower() if _ACRONYM.fullmatch(word) else None


@lru_cache(maxsize=2**15)
def initials_of(text: str) -> frozenset[str]:
    """Return the acronyms, in lower case, that can stand for a text of several words.

    Small words count or don't, "and" and what follows the last one neither (CDC), "US" counts with both letters, with
    none, or not as the first word of all; hyphens part words.
    """
    words = [word.lower() for word in _words(text.replace("-", " "))]
    if words and words[0] in ("the", "a", "an"):
        del words[0]
    if not 2 <= len(words) <= 9:
        return frozenset()
    return frozenset(found for found in _spellings(words) if len(found) > 1)


def _spellings(words: Sequence[str]) -> Iterator[str]:
    endings = [len(words)]
    if "and" in words[3:-1]:
        endings.append(len(words) - 1 - words[::-1].index("and"))
    for end in endings:
        kept = [word for word in words[:end] if word not in _GRAMMAR]
        if len(kept) > 1:
            yield from _letters(kept)
            yield "".join(word[0] for word in words[:end])
            if kept[0] in _WHOSE and len(kept) > 2:
                yield from _letters(kept[1:])


def _letters(words: Sequence[str]) -> Iterator[str]:
    """Yield the initials, those of "US" in each way."""
    yield from map("".join, product(*((word, word[0]) if word in _WHOSE else (word[0],) for word in words)))


def stands_for(one: str, other: str) -> bool:
    """Return whether one text is an acronym and the other what it stands for."""
    short, long = acronym_of(one), acronym_of(other)
    return (short is not None and short in initials_of(other)) or (long is not None and long in initials_of(one))


def same_in_number(one: str, other: str) -> bool:
    """Return whether one lower-case word is the plural of the other."""
    return other in _plurals(one) or one in _plurals(other)


def _plurals(word: str) -> Iterable[str]:
    if len(word) < 3 or not word.isalpha():
        return ()
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return (word + "es", _IRREGULAR.get(word, ""))
    if word.endswith("y") and word[-2] not in "aeiou":
        return (word[:-1] + "ies",)
    if word.endswith("o"):
        return (word + "s", word + "es")
    if word.endswith(("lf", "af", "ife")):
        return (word + "s", word.rstrip("e")[:-1] + "ves")
    for single, plural in _IRREGULAR.items():
        if word.endswith(single):
            return (word.removesuffix(single) + plural, word + "s")  # humans
    return (word + "s",)


def without_company(words: Sequence[str]) -> Sequence[str]:
    """Return lower-case words without what a company or a club ends with: "Tidewire Inc", "Vellmouth FC".

    One word always stays.
    """
    end = len(words)
    while end > 1 and _ENDINGS.fullmatch(words[end - 1]):
        end -= 1
    return words[:end]


def _words(text: str) -> list[str]:
    return _WORD.findall(_POINTS.sub(r"\1", text))
