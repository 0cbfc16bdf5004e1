"""Words of earlier turns that a question leaves out, put together to the phrases that they were said in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pullquote.qa.followups.term_classifier import TermReading
from pullquote.qa.followups.terms import terms_of
from pullquote.qa.followups.turn_input import SpokenWord

# Between two carried words of one phrase stand at most so many others: "the Star of the Sea".
_MOST_BETWEEN = 2
# A phrase ends at such a sign.
_BREAK = re.compile(r"[?!,;:()\n“”\"]|\.\s")
_ARTICLE = re.compile(r"\bthe\s+$", re.IGNORECASE)
# Of "the authority's", the "s" is no word.
_POSSESSIVE = ("s", "S")
# Of more phrases, the last are carried.
_MOST = 4
# Beside a carried word of the same name, a word is carried from this probability on: a name is rarely meant by half.
_OF_NAME = 0.1


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words of an earlier turn, as they were said.

    Attributes:
        text: without an article before it.
        terms: what it stands for.
        article: "the" stood before it.
        name: each of its words begins with a capital or a digit, small ones between them aside.
    """

    text: str
    terms: frozenset[str]
    article: bool
    name: bool


def carried_phrases(question: str, reading: TermReading, *, least: float) -> tuple[Phrase, ...]:
    """Return the phrases that a question leaves out, each once, in the order in which they were first said.

    Args:
        question: as asked; what it says itself isn't carried.
        reading: what the classifier made of it.
        least: the probability from which on a word counts.
    """
    asked = terms_of(question)
    row = reading.row
    found: list[Phrase] = []
    run: list[SpokenWord] = []
    between = 0
    for word, carried in zip(row.words, _whole_names(reading, least), strict=True):
        same_text = bool(run) and run[-1].spoken == word.spoken
        broken = same_text and _BREAK.search(row.spoken[word.spoken].text[run[-1].word.end : word.word.start])
        if run and (not same_text or broken or between > _MOST_BETWEEN):
            found += _phrase(reading, run, asked)
            run, between = [], 0
        if word.word.term is not None and carried:
            run.append(word)
            between = 0
        elif run:
            # A word that says something of its own ends the phrase; a small one may stand within it.
            between += 1 if word.word.term is None else _MOST_BETWEEN + 1
    if run:
        found += _phrase(reading, run, asked)
    return _each_once(found)


def _whole_names(reading: TermReading, least: float) -> list[bool]:
    """Return which words are carried: the likely ones, and those that stand in one name with them."""
    words = reading.row.words
    chosen = [probability >= least for probability in reading.carried]
    for order in (range(1, len(words)), range(len(words) - 2, -1, -1)):
        for at in order:
            beside = at - order.step
            if chosen[beside] and not chosen[at] and reading.carried[at] >= _OF_NAME:
                chosen[at] = _in_one_name(reading, min(at, beside), max(at, beside))
    return chosen


def _in_one_name(reading: TermReading, first: int, second: int) -> bool:
    one, other = reading.row.words[first], reading.row.words[second]
    if one.spoken != other.spoken:
        return False
    text = reading.row.spoken[one.spoken].text
    capitals = text[one.word.start].isupper() and text[other.word.start].isupper()
    return capitals and text[one.word.end : other.word.start] == " "


def _phrase(reading: TermReading, run: list[SpokenWord], asked: frozenset[str]) -> list[Phrase]:
    text = reading.row.spoken[run[0].spoken].text
    terms = frozenset(word.word.term for word in run if word.word.term is not None)
    if terms <= asked:
        return []
    start, end = run[0].word.start, run[-1].word.end
    if text[start:end] in _POSSESSIVE:
        return []
    name = all(text[word.word.start].isupper() or text[word.word.start].isdigit() for word in run)
    return [Phrase(text[start:end], terms, _ARTICLE.search(text[:start]) is not None, name)]


def _each_once(found: list[Phrase]) -> tuple[Phrase, ...]:
    """Return the last phrases, each once, without those whose words a longer phrase has."""
    kept: list[Phrase] = []
    for phrase in found:
        in_longer = any(phrase.terms < other.terms for other in found)
        if not in_longer and all(phrase.terms != other.terms for other in kept):
            kept.append(phrase)
    return tuple(kept[-_MOST:])
