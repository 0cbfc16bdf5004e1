"""When two spans are the same value."""

from __future__ import annotations

import re
import string
import unicodedata

_ARTICLES = re.compile(r"\b(a|an|the)\b")
# SQuAD's own script strips ASCII punctuation; printed news has typographic marks besides.
_PUNCTUATION = str.maketrans("", "", string.punctuation + "“”‘’«»„‚…–—")


def normalize_answer(text: str) -> str:
    """Return the text lower-cased, without punctuation, the words a, an, the, and extra white space.

    Source: Rajpurkar et al., "SQuAD: 100,000+ Questions for Machine Comprehension of Text", 2016, section 6.1.
    """
    lowered = unicodedata.normalize("NFKC", text).lower().translate(_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", lowered).split())
