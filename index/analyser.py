"""The terms of a text: what the search by words counts, whatever engine does the counting.

A term is a word in lower case without accents, stemmed; stop words are none. The ranking of passages, follow-ups and
every back end take terms from here, so that one word is one term everywhere.
"""

from __future__ import annotations

import re
from functools import cache

import tantivy

from pullquote.comparing_form import comparing_form, name_form

# The newest way to make terms of a text. An index says in which way it was made, by the tokenizer's name, and is
# searched in that way until it is written anew: 1 split words at soft hyphens and decomposed accents.
ANALYSER = 2
OUTDATED = (
    "the lexical index was made by an earlier version, which misses words with decomposed accents or soft hyphens"
)
TOKENIZERS = {1: "pullquote", 2: "pullquote-2"}
# A longer word is an address or a hash, and no term.
_LONGEST = 64
# Of an over-long question, the first distinct terms decide; the cost of a search by words grows with each.
MAX_TERMS = 64
# What tantivy itself folds as `comparing_form` does, or splits at: nearly all printed passages hold nothing else, and
# are spared the Python.
_FOLDED_BY_TANTIVY = re.compile(
    "[\x00-\xa9\xab\xac\xae-\xb1\xb4\xb6-\xb8\xbb\xbf-\u0131\u0134-\u013e\u0141-\u0148\u014a-\u017e"
    "\u2010-\u2027\u2030-\u205e\u20a0-\u20a7\u20a9-\u20bf]*"
)


@cache
def analyzer(number: int = ANALYSER) -> tantivy.TextAnalyzer:
    """Return what makes terms of a text that `searchable` gave, in one of the ways of `TOKENIZERS`."""
    # Accents go before case: the lower case of İ is an i with an accent of its own.
    first, then = tantivy.Filter.ascii_fold(), tantivy.Filter.lowercase()
    if number == 1:
        first, then = then, first
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(_LONGEST))
        .filter(first)
        .filter(then)
        .filter(tantivy.Filter.stopword("english"))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def terms_in(text: str, number: int = ANALYSER) -> list[str]:
    """Return the terms of a text in their order, each as often as it stands there."""
    return analyzer(number).analyze(searchable(text, number))


def question_terms(text: str, number: int = ANALYSER) -> list[str]:
    """Return the distinct terms that a question is searched by, in their order, at most `MAX_TERMS`."""
    return list(dict.fromkeys(terms_in(text, number)))[:MAX_TERMS]


def searchable(text: str, number: int = ANALYSER) -> str:
    """Return a text as it is given to tantivy."""
    return comparing_form(text) if number > 1 and needs_comparing_form(text) else text


def filtered_name(name: str, number: int = ANALYSER) -> str:
    """Return an outlet's or author's name as it is filtered by."""
    return name.casefold() if number == 1 else name_form(name)


def needs_comparing_form(text: str) -> bool:
    """Return whether a text holds characters that tantivy doesn't fold or split at as the comparing form does."""
    return not text.isascii() and _FOLDED_BY_TANTIVY.fullmatch(text) is None
