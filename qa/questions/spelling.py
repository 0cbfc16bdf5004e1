"""Mistyped words of a question, put right with words that the archive prints: "bleu pilot panting".

What the archive prints is never changed. Another word is changed where a printed one is an edit or two away, and with
the more caution the likelier it was meant as typed:

- a word that is no English one, but found as a form of a printed one ("presidant"): one edit, to that word;
- any other that is no English one: one edit, if it has six letters or the printed word stands in a passage with another
  word of the question; two edits, from seven letters on, if it stands in one passage with all of them, which also holds
  for the question's first word if that has a capital and may be a name;
- an English word that the archive lacks ("panting"): one edit, from five letters on, only if it is a rare word, and the
  printed one a much commoner one that stands in one passage with all other words of the question;
- a name, or what would become one: one edit, from five letters on if it has a capital, if the archive prints the new
  name right beside the word that stands beside the old one ("Edwnia Corb"). A name by itself is changed only into one
  that is all over the archive. Half a name is none: "Barack Obama" isn't somebody called Brack.

The first letter is nearly always typed right, so it stays, or changes places with the second. On the gold's tune split
(603 questions) these rules change the eight that are mistyped, and nothing else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING

from pullquote.comparing_form import comparing_form
from pullquote.index.search.printed_words import most_together, printed, printed_in_a_row, terms, vocabulary
from pullquote.index.search.vocabulary import PrintedWord, Vocabulary
from pullquote.qa.questions.english import english_words
from pullquote.qa.questions.question_words import Word, content_words, listed, words_of

if TYPE_CHECKING:
    from pullquote.index.archive import Archive

# Of more unknown words, a question isn't mistyped: it is in another language, or about another world.
_MOST_UNKNOWN = 4
_SHORTEST, _SHORTEST_NAME, _SHORTEST_ALONE, _SHORTEST_OF_TWO_EDITS = 4, 5, 6, 7
# An English word rarer than this (in symspellpy's list, of 1.02e12 words) may be a slip: "panting" has 340,695,
# "painting" 21,673,638; and what was meant has to be so much commoner.
_RARE, _COMMONER = 1_000_000, 10
# A name is all over an archive from so many passages on, and one in so many.
_OFTEN, _PASSAGES_A_NAME = 5, 100
# Candidates whose company in the archive is looked up.
_LOOKED_AT = 12
_LETTERS = re.compile(r"(?<!\w)[^\W\d_]+(?!\w)")
# What questions are asked with, though a small archive may print none of them.
_ASKING = Vocabulary(
    0, Counter(listed("which what when where whose much many long often there would could should about"))
)


class _Sort(IntEnum):
    """What an unknown word is taken for; those that are surely mistyped are put right first."""

    FORM = 0
    NO_WORD = 1
    NAME = 2
    ENGLISH = 3


@dataclass(frozen=True, slots=True)
class _Unknown:
    """A word at `[start, end)` that the archive doesn't print.

    Attributes:
        before, after: the words beside it, as far as they name or describe something; beside a name, only names.
    """

    start: int
    end: int
    text: str
    sort: _Sort
    before: str
    after: str


def corrected(question: str, archive: Archive) -> str:
    """Return a question with its mistyped words put right; the question itself, byte for byte, where none is.

    Args:
        question: as it stands on its own.
        archive: what it is asked of.
    """
    words = words_of(question)
    unknown = _unknown(question, words, archive)
    if not unknown or sum(one.sort is not _Sort.FORM for one in unknown) > _MOST_UNKNOWN:
        return question
    context = [
        word.bare
        for word in content_words(words)
        if not word.quote and word.bare not in {one.text for one in unknown} and printed(archive, word.bare)
    ]
    changes: list[tuple[_Unknown, str]] = []
    for one in sorted(unknown, key=lambda one: (one.sort, one.start)):
        meant = _meant(one, context, archive)
        if meant is not None:
            changes.append((one, meant))
            context.append(meant)
    for one, meant in sorted(changes, key=lambda change: -change[0].start):
        question = question[: one.start] + meant + question[one.end :]
    return question


def _unknown(question: str, words: Sequence[Word], archive: Archive) -> list[_Unknown]:
    """Return the words, and parts of hyphenated ones, that the archive doesn't print; English ones in any form."""
    shouted = question.isupper()
    found = []
    for at, word in enumerate(words):
        named = word.capital and not shouted
        if word.quote or word.number or (named and "-" in word.bare):
            continue
        before, after = (
            "".join(one.bare for one in beside if one.plain and not one.quote and (one.capital or not named))
            for beside in (words[max(0, at - 1) : at], words[at + 1 : at + 2])
        )
        for match in _LETTERS.finditer(word.bare):
            text = match.group()
            around = word.bare[max(0, match.start() - 1) : match.start()] + word.bare[match.end() : match.end() + 1]
            joined = "'" in around or "’" in around  # "didn't", "O'Brien"
            # "NATO", "SpaceX"
            made_up = any(letter.isupper() for letter in text[1:]) and not shouted
            if len(text) < _SHORTEST or joined or made_up or _ASKING.get(text):
                continue
            sort = _sort(text, printed(archive, text), named=named)
            if sort is not None:
                start = word.start + match.start()
                found.append(_Unknown(start, start + len(text), text, sort, before, after))
    if not found:
        return []
    counted = vocabulary(archive)
    return [one for one in found if counted.get(one.text) is None]


def _sort(text: str, passages: int | None, *, named: bool) -> _Sort | None:
    """Return what a word may be if the archive doesn't print it; None where it is surely meant as typed.

    Args:
        text: the word.
        passages: how many print it in some form; None for a word too common to be counted.
        named: it is written as a name.
    """
    if passages is None:
        return None
    if comparing_form(text) in english_words():
        return None if named or passages else _Sort.ENGLISH
    if named:
        return _Sort.NAME
    return _Sort.FORM if passages else _Sort.NO_WORD


def _meant(one: _Unknown, context: Sequence[str], archive: Archive) -> str | None:
    """Return the printed word that an unknown one was to be, or None.

    Args:
        one: the word.
        context: the question's other words, as far as they are printed.
        archive: what prints them.
    """
    alike = [pair for pair in _near(one, archive) if _alike(one, *pair)]
    ranked = [
        (
            distance,
            not _is_name(word),
            _slip(comparing_form(one.text), comparing_form(word.text)),
            -most_together(archive, word.text, context),
            -word.times,
            word.text,
        )
        for distance, word in sorted(alike, key=lambda pair: pair[0])[:_LOOKED_AT]
        if _fits(one, distance, word, context, archive)
    ]
    return _as_typed(one, min(ranked)[-1]) if ranked else None


def _near(one: _Unknown, archive: Archive) -> list[tuple[int, PrintedWord]]:
    """Return (edits, word) for the words that an unknown one may have been."""
    edits = 2 if one.sort is _Sort.NO_WORD and len(one.text) >= _SHORTEST_OF_TWO_EDITS else 1
    near = vocabulary(archive).near(one.text, edits)
    if one.sort is _Sort.NO_WORD:
        near += _ASKING.near(one.text, 1)
        if all(distance > 1 for distance, _ in near):
            # "posptone" where "postponed" is printed: another form of a printed word is found by the search as well.
            near += [pair for pair in _english().near(one.text, 1) if printed(archive, pair[1].text)]
    return near


@cache
def _english() -> Vocabulary:
    return Vocabulary(0, Counter(english_words()))


def _alike(one: _Unknown, distance: int, word: PrintedWord) -> bool:
    """Return whether a printed word is enough like the unknown one, whatever stands beside it."""
    typed, printed = comparing_form(one.text), comparing_form(word.text)
    if typed[0] != printed[0] and sorted(typed[:2]) != sorted(printed[:2]):
        return False
    if one.sort is _Sort.ENGLISH:
        seldom, common = english_words()[typed], english_words().get(printed, 0)
        return len(typed) >= _SHORTEST_NAME and seldom < _RARE and common >= _COMMONER * seldom
    if one.sort is _Sort.NAME:
        return len(typed) >= _SHORTEST_NAME and word.name
    return distance == 1 or not _is_name(word)


def _slip(typed: str, printed: str) -> int:
    """Return how seldom a word is mistyped so, from 0: letters that changed places, a letter missing, any other way.

    Of the mistyped words in the gold's tune split, four are of the first kind, seven of the second, four of the third.
    """
    if sorted(typed) == sorted(printed):
        return 0
    return 1 if len(printed) > len(typed) else 2


def _is_name(word: PrintedWord) -> bool:
    """Return whether a printed word is a name and nothing else: "Osterby", not "Blue"."""
    return word.name and comparing_form(word.text) not in english_words()


def _fits(one: _Unknown, distance: int, word: PrintedWord, context: Sequence[str], archive: Archive) -> bool:
    """Return whether the archive prints a word where the unknown one would stand. Arguments as in `_meant`."""
    if one.sort is _Sort.FORM:
        # "sanitisers" where "sanitiser" is printed isn't mistyped.
        typed, in_print = comparing_form(one.text), comparing_form(word.text)
        inflected = typed.startswith(in_print) or in_print.startswith(typed)
        return not inflected and terms(archive, typed) == terms(archive, in_print)
    if one.sort is _Sort.NAME or _is_name(word):
        return _known_name(one, word, archive)
    if _ASKING.get(word.text):
        return True
    together = most_together(archive, word.text, context)
    if one.sort is _Sort.ENGLISH or distance > 1:
        return together == len(context) >= 2
    if one.text[0].isupper() and not one.text.isupper():
        return together == len(context) >= 1
    return len(one.text) >= _SHORTEST_ALONE or together >= min(1, len(context))


def _known_name(one: _Unknown, word: PrintedWord, archive: Archive) -> bool:
    """Return whether the archive prints a name beside the unknown one's neighbour; without one, whether all over."""
    if one.before or one.after:
        return bool(
            (one.before and printed_in_a_row(archive, one.before, word.text))
            or (one.after and printed_in_a_row(archive, word.text, one.after))
        )
    often = max(_OFTEN, archive.count_passages() // _PASSAGES_A_NAME)
    return _is_name(word) and len(one.text) >= _SHORTEST_ALONE and (printed(archive, word.text) or 0) >= often


def _as_typed(one: _Unknown, word: str) -> str:
    """Return a word with the capitals that the unknown one was typed with; a name keeps its own."""
    if one.text.isupper() and len(one.text) > 1:
        return word.upper()
    if one.text[0].isupper():
        return word[0].upper() + word[1:]
    return word.lower() if comparing_form(word) in english_words() else word
