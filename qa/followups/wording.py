"""A question with what it leaves to the turns before, as a sentence that people can read and edit."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pullquote.qa.followups.phrases import Phrase
from pullquote.qa.questions.question_words import (
    ADVERBS,
    CONJUNCTIONS,
    PERSON_PRONOUNS,
    PLURAL_PRONOUNS,
    POSSESSIVES,
    PREPOSITIONS,
)

_PRONOUN = re.compile(r"\b(?P<word>he|she|him|her|his|it|its|they|them|their)\b(?!['’])", re.IGNORECASE)
# "Who was it before?" asks for whoever it was.
_WHO_IT_WAS = re.compile(r"\bwho(?:m)? (?:is|was|were|will be) it\b", re.IGNORECASE)
_NEXT_WORD = re.compile(r"\W*(\w+)")


def standing_question(question: str, phrases: Sequence[Phrase]) -> str:
    """Return a question with the phrases that belong to it.

    Where there is one phrase and one kind of pronoun, it stands in the pronoun's place: "How old is Mara Lind?". Else
    the question stays as it is, and what it is about is told beside it: "How was it signed? (about: Long Room, deal)".

    Args:
        question: as asked.
        phrases: of earlier turns.
    """
    if len(phrases) == 1 and (filled := _in_place(question, phrases[0])):
        return filled
    return f"{question.strip()} (about: {', '.join(phrase.text for phrase in phrases)})"


def _in_place(question: str, phrase: Phrase) -> str | None:
    """Return a question with a phrase in place of its pronoun; None where it isn't certain that it means that."""
    found = list(_PRONOUN.finditer(question))
    if not found or not (phrase.name or phrase.article) or _WHO_IT_WAS.search(question):
        return None
    kinds = {_kind(place["word"].lower()) for place in found}
    if len(kinds) > 1 or (kinds == {"person"} and not phrase.name) or "(" in phrase.text:
        return None
    first = found[0]
    called = f"{'the ' if phrase.article else ''}{phrase.text}"
    if _owns(first, question):
        called += "’" if called.endswith("s") else "’s"
    if first.start() == 0:
        called = called[0].upper() + called[1:]
    return question[: first.start()] + called + question[first.end() :]


def _kind(pronoun: str) -> str:
    return "person" if pronoun in PERSON_PRONOUNS else "several" if pronoun in PLURAL_PRONOUNS else "thing"


def _owns(place: re.Match[str], question: str) -> bool:
    """Return whether a pronoun stands before what somebody has: "her novel", but not "replaced her in 2027"."""
    pronoun = place["word"].lower()
    if pronoun != "her":
        return pronoun in POSSESSIVES
    following = _NEXT_WORD.match(question, place.end())
    return following is not None and not (
        following[1].lower() in PREPOSITIONS | ADVERBS | CONJUNCTIONS or following[1].isdigit()
    )
