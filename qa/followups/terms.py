"""The words of a conversation, and which of them a question leaves to the turns before it.

A term is a word as the lexical search sees it: in lower case, without accents, stemmed; stop words are none. What a
question leaves out are the terms of the earlier turns that people's own rewrite of it has and it hasn't (Voskarides et
al., "Query Resolution for Conversational Search with Limited Supervision", SIGIR 2020, section 3).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from pullquote.index.analyser import analyzer

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class TermWord:
    """A word at `[start, end)` of a text, and the term it stands for; None for a stop word."""

    start: int
    end: int
    term: str | None


def term_words(text: str) -> list[TermWord]:
    """Return the words of a text in their order."""
    return [TermWord(match.start(), match.end(), _term(match.group())) for match in _WORD.finditer(text)]


def terms_of(text: str) -> frozenset[str]:
    """Return the terms of a text."""
    return frozenset(word.term for word in term_words(text) if word.term is not None)


def left_out(question: str, rewrite: str, earlier: Iterable[str]) -> frozenset[str]:
    """Return the terms of the earlier turns that a question's rewrite has and the question hasn't.

    Args:
        question: as asked.
        rewrite: the same so that it stands on its own.
        earlier: questions and answers of the turns before.
    """
    spoken_of = frozenset().union(*map(terms_of, earlier))
    return (terms_of(rewrite) & spoken_of) - terms_of(question)


@lru_cache(maxsize=65536)
def _term(word: str) -> str | None:
    found = analyzer().analyze(word)
    return found[0] if found else None
