"""Numbers as digits, however they were written."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from text_to_num import alpha2digit  # type: ignore[import-untyped]

from pullquote.comparing_form import without_raised

_SCALES = {
    "dozen": Decimal(12),
    "hundred": Decimal(100),
    "thousand": Decimal(10**3),
    "million": Decimal(10**6),
    "billion": Decimal(10**9),
    "trillion": Decimal(10**12),
}
_SHORT = {
    **dict.fromkeys(("k",), "thousand"),
    **dict.fromkeys(("m", "mn", "mln"), "million"),
    **dict.fromkeys(("b", "bn", "bln"), "billion"),
    **dict.fromkeys(("tn", "trn"), "trillion"),
}
_FRACTIONS = {"½": ".5", "¼": ".25", "¾": ".75", "⅛": ".125", "⅜": ".375", "⅝": ".625", "⅞": ".875"}
_SCALE = "|".join(_SCALES)

_GROUPS = re.compile(r"(?<=\d)[,\u00a0\u2009\u202f](?=\d{3}(?!\d))")
_FRACTION = re.compile(rf"(?:(?<!\d)(\d+) ?)?([{''.join(_FRACTIONS)}])")
_MIXED_NUMBER = re.compile(r"(?<![\w.,⁄^])(\d+) ([1-9])⁄(10|[2-9])(?!\w)")
_NO_ZERO = re.compile(r"(?<!\w)\.(?=\d)")
_SUFFIX = re.compile(r"(\d)(k|mn|mln|m|bn|bln|b|tn|trn)\b")
_CURRENCY_M = re.compile(r"([$£€¥₹] ?\d[\d.]*) m\b")
# text2num doesn't know these two, and reads the others as numbers of their own behind digits, halves and decimals
# ("2.5 1000000"): marked with an x, they are multiplied afterwards.
_UNKNOWN = re.compile(r"\b(dozen|trillion)\b")
_APART = re.compile(rf"(\d|\bhalf|\bhalf an?|\bpoint(?: [a-z]+){{1,4}}?)[ -]({_SCALE})s?\b")
# "Millions of" is no number: a _ hides it from text2num.
_PLURAL = re.compile(rf"\b((?:{_SCALE}|ten)s)\b")
_AND_A_HALF = re.compile(r"\b(\d{1,3}) and a half\b")
_SCALED = re.compile(rf"\b(?:(?:(\d+(?:\.\d+)?)|(half)(?: an?)?|an?) )?x({_SCALE})\b")


def digits(text: str, *, m_is_million: bool = True) -> str:
    """Return the text with each English number in plain digits: "two and a half million" as "2500000".

    The text comes in NFKC with single spaces; "10²" becomes "10^2", "2⅔" and "2 2⁄3" a decimal. Ordinals become "4th",
    "£3.2m" becomes "£3200000", "1,240" becomes "1240", "half a dozen" becomes "6". Plural scales ("millions of") stay
    words; years said in pairs ("twenty thirty-one") become two numbers.

    Args:
        text: lower-cased.
        m_is_million: whether "100m" without a currency is 100 million; else it is "100 m", metres.
    """
    text = _GROUPS.sub("", text)
    text = _FRACTION.sub(lambda found: (found[1] or "0") + _FRACTIONS[found[2]], text)
    text = " ".join(unicodedata.normalize("NFKC", without_raised(text)).split())
    text = _MIXED_NUMBER.sub(_mixed, text)
    text = _NO_ZERO.sub("0.", text)
    text = _CURRENCY_M.sub(r"\1m", text)
    if not m_is_million:
        text = re.sub(r"(?<![$£€¥₹\d.])(\d[\d.]*)m\b", r"\1 m", text)
    text = _SUFFIX.sub(lambda found: f"{found[1]} {_SHORT[found[2]]}", text)
    text = _APART.sub(r"\1 x\2", _UNKNOWN.sub(r"x\1", text))
    text = _PLURAL.sub(r"\1_", text)
    text = alpha2digit(text, "en", 0)
    text = _AND_A_HALF.sub(r"\1.5", text)
    return _SCALED.sub(_multiplied, text).replace("s_", "s")


def _mixed(found: re.Match[str]) -> str:
    return str(int(found[1]) + Decimal(found[2]) / Decimal(found[3]))


def _multiplied(found: re.Match[str]) -> str:
    factor = Decimal("0.5") if found[2] else Decimal(found[1] or 1)
    return f"{(factor * _SCALES[found[3]]).normalize():f}"
