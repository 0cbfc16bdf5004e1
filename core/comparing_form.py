"""The one form in which texts are compared; they are quoted as they are printed, never in this form.

The same word comes in many writings: with composed or decomposed accents, with soft hyphens where a page may break it,
with a typographic or a typewriter's apostrophe. Whatever asks "is this the same?" asks it of this form: the lexical
index, the filters, near-duplicates, values. Offsets in it mean nothing in the text that it was made of.

Sources: Unicode Standard Annex 15 (normalisation forms), Annex 44 (Default_Ignorable_Code_Point).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# What Unicode says is shown as nothing (Default_Ignorable_Code_Point): soft hyphen, zero-width space and joiners, byte
# order mark, marks of direction, variation selectors. A test compares it with the `regex` package's table.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
# Accents of Latin, Greek and Cyrillic letters. Marks of other scripts are vowels or make another letter: they stay.
_ACCENTS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
# What is written in several ways. The stroke letters come apart by no normalisation form.
_ALIKE = str.maketrans(
    dict.fromkeys("‐‒–—―−⸗", "-")
    | dict.fromkeys("’‘ʼʻ‛´′`", "'")
    | dict.fromkeys("“”„‟«»″", '"')
    | {"™": "", "℠": ""}  # NFKC would write "TM" into the name.
)
# Those that nearly every article prints: replaced first, one by one, which is fifty times as fast as a table.
_COMMON = (("’", "'"), ("‘", "'"), ("`", "'"), ("“", '"'), ("”", '"'), ("–", "-"), ("—", "-"), ("\u00a0", " "))
_LONGEST_KEPT = 8
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"}
)
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_LOWERED = str.maketrans(f"{_RAISED}⁺⁻", "0123456789+-")
# A raised number: behind a unit of length it is part of the unit (km²); behind a number, a bracket or a single letter
# it is a power (10² is not 102); behind a word it is the number of a footnote.
_POWER = re.compile(
    rf"(?<![^\W\d_])(?P<unit>(?:[kcdm]?m|mi|ft|in|yd)[²³](?![{_RAISED}]))"
    rf"|(?:(?<=[\d)])|(?<=\b[^\W\d_]))(?P<power>[⁺⁻]?[{_RAISED}]+)"
    rf"|(?<=[^\W\d_]{{2}})(?P<note>[{_RAISED}]+)"
)
_RAISED_OR_FRACTION = re.compile(f"[{_RAISED}⁺⁻¼-¾⅐-⅞↉]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
# 10½ is ten and a half: NFKC would write 101⁄2.
_MIXED_NUMBER = re.compile("(?<=\\d)(?=[¼-¾⅐-⅞↉])")


def comparing_form(text: str) -> str:
    """Return what texts that differ in writing only have in common.

    That is NFKC without invisible characters, accents and case; hyphens and dashes of all kinds are "-", apostrophes
    "'", quotation marks '"', and white space of any length and kind is one space. Doing it twice changes nothing.
    """
    for printed, plain in _COMMON:
        text = text.replace(printed, plain)
    if not text.isascii():
        runs = _NOT_ASCII.findall(text)
        if any(map(_has_raised, runs)):
            text = without_raised(composed(text))
        text = _NOT_ASCII.sub(_run_folded, text)
    return " ".join(text.casefold().split())


def _run_folded(found: re.Match[str]) -> str:
    # News is mostly ASCII: what isn't comes in few short runs, the same ones again and again.
    run = found[0]
    return _folded(run) if len(run) <= _LONGEST_KEPT else _folded.__wrapped__(run)


@lru_cache(maxsize=2**14)
def _folded(run: str) -> str:
    """Return a run of characters beyond ASCII as it is compared."""
    plain = unicodedata.normalize("NFKD", visible(run).translate(_ALIKE))
    # Accents go before case: the lower case of İ is an i with an accent.
    folded = _ACCENTS.sub("", plain).translate(_ALIKE).casefold().translate(_LETTERS)
    return unicodedata.normalize("NFC", folded)


@lru_cache(maxsize=2**14)
def _has_raised(run: str) -> bool:
    return _RAISED_OR_FRACTION.search(run) is not None


@lru_cache(maxsize=2**16)
def name_form(name: str) -> str:
    """Return a name as it is compared: its comparing form, with hyphens as spaces ("Post-Echo", "Post Echo")."""
    return " ".join(comparing_form(name).replace("-", " ").split())


def visible(text: str) -> str:
    """Return a text without the characters that are shown as nothing."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def composed(text: str) -> str:
    """Return a text with composed accents and without invisible characters: as a keyboard would have typed it."""
    return text if text.isascii() else unicodedata.normalize("NFC", visible(text))


def without_raised(text: str) -> str:
    """Return a text in which raised numbers and fractions can be put in NFKC without becoming other numbers.

    "10²" becomes "10^2", "km²" "km2"; the number of a footnote behind a word is left out; "10½" becomes "10 ½".
    """
    return _MIXED_NUMBER.sub(" ", _POWER.sub(_spelled, text))


def _spelled(found: re.Match[str]) -> str:
    if found["unit"]:
        return found["unit"].translate(_LOWERED)
    return f"^{found['power'].translate(_LOWERED)}" if found["power"] else ""
