"""When two spans are the same value."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Hashable

from pullquote.qa.values import read_values

_ARTICLES = re.compile(r"\b(a|an|the)\b")
# SQuAD's own script strips ASCII punctuation; printed news has typographic marks besides. Unlike there, the
# decimal point stays: 2.5 percent is not 25 percent.
_DECIMAL_POINT = re.compile(r"(?<=\d)\.(?=\d)")
_KEPT_POINT = "\u00b7"
_PUNCTUATION = str.maketrans("", "", string.punctuation + "“”‘’«»„‚…–—")


def normalize_answer(text: str) -> str:
    """Return the text lower-cased, without punctuation, the words a, an, the, and extra white space.

    A decimal point becomes a middle dot.

    Source: Rajpurkar et al., "SQuAD: 100,000+ Questions for Machine Comprehension of Text", 2016, section 6.1.
    """
    lowered = _DECIMAL_POINT.sub(_KEPT_POINT, unicodedata.normalize("NFKC", text).lower())
    return " ".join(_ARTICLES.sub(" ", lowered.translate(_PUNCTUATION)).split())


def value_key(text: str) -> Hashable:
    """Return what spans of the same value have in common: "£486m" and "£486 million", "fourteen" and "14".

    Numbers keep their unit, and days what is left unsaid: "19 years", "19" and "19 days" are three values.
    """
    values = read_values(text)[0]
    return normalize_answer(text) if all(isinstance(value, str) for value in values) else values
