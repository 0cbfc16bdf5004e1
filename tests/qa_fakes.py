"""A classifier of follow-ups that is told what to carry."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pullquote.answers import Turn
from pullquote.qa.followups.term_classifier import TermReading
from pullquote.qa.followups.terms import term_words, terms_of
from pullquote.qa.followups.turn_input import ConversationRow, Spoken, SpokenWord, spoken_before

_PRONOUN = re.compile(r"\b(?:she|her|he|him|his|it|its|they|that)\b", re.IGNORECASE)


def _reading(spoken: Sequence[Spoken], carried: frozenset[str], needs: float) -> TermReading:
    words = tuple(SpokenWord(at, word, 0) for at, one in enumerate(spoken) for word in term_words(one.text))
    odds = tuple(0.9 if word.word.term in carried else 0.02 for word in words)
    return TermReading(ConversationRow([], [], [], tuple(spoken), words), odds, needs)


def reading(question: str, said: Sequence[str], carried: str) -> TermReading:
    """Return what a classifier makes of texts said before, if it carries the given words."""
    spoken = [Spoken(text, 1, len(said) - at) for at, text in enumerate(said)]
    return _reading(spoken, terms_of(carried), 0.99)


class NamesCarried:
    """Carries every capitalised word of earlier turns into a question that has a pronoun."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def read(self, question: str, history: Sequence[Turn]) -> TermReading:
        self.asked.append(question)
        spoken = spoken_before(history)
        # A question's first word is large for that alone.
        found = (re.findall(r"\b[A-Z]\w+" if one.role == 2 else r"(?<=\s)[A-Z]\w+", one.text) for one in spoken)
        names = " ".join(name for own in found for name in own)
        return _reading(spoken, terms_of(names), 0.99 if _PRONOUN.search(question) else 0.05)
