"""When two spans are the same value."""

from __future__ import annotations

import re
import string
from collections.abc import Hashable

from pullquote.comparing_form import comparing_form
from pullquote.qa.values.printed_values import read_values

_ARTICLES = re.compile(r"\b(a|an|the)\b")
# SQuAD's own script strips ASCII punctuation, which typographic marks have become in the comparing form. Unlike there,
# the decimal point stays: 2.5 percent is not 25 percent.
_DECIMAL_POINT = re.compile(r"(?<=\d)\.(?=\d)")
_KEPT_POINT = "\u00b7"
_PUNCTUATION = str.maketrans("", "", string.punctuation.replace("^", "") + "‚")


def normalize_answer(text: str) -> str:
    """Return a text's comparing form without punctuation, the words a, an, the, and extra white space.

    A decimal point becomes a middle dot; the sign of a power ("10^2", as "10²" is compared) stays.

    Source: Rajpurkar et al., "SQuAD: 100,000+ Questions for Machine Comprehension of Text", 2016, section 6.1.
    """
    plain = _DECIMAL_POINT.sub(_KEPT_POINT, comparing_form(text))
    return " ".join(_ARTICLES.sub(" ", plain.translate(_PUNCTUATION)).split())


def value_key(text: str) -> Hashable:
    """Return what spans of the same value have in common: "£486m" and "£486 million", "fourteen" and "14".

    Numbers keep their unit, and days what is left unsaid: "19 years", "19" and "19 days" are three values.
    """
    values = read_values(text)[0]
    return normalize_answer(text) if all(isinstance(value, str) for value in values) else values
