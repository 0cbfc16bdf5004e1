"""Follow-up questions: what they leave to the turns before, what is searched for them, and what of that is shown.

A classifier says which words of the turns before belong to a question (`pullquote.qa.followups.term_classifier`). Where
it says none, the question is searched and read as it is. Else two things are searched, the question with those words
and the question with the turns around it, and their passages are taken in turn, so that no answer hangs on one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pullquote.answers import Turn
from pullquote.qa.followups.phrases import carried_phrases
from pullquote.qa.followups.term_classifier import Classifier, TermReading, shipped_classifier
from pullquote.qa.followups.wording import standing_question

# From what probability on a question needs something, and a word is carried. On one fold of five (500 turns that were
# never learnt), F1 of CANARD and CAsT is 60.5 and 58.8 with 0.9 and 0.4, 60.4 and 58.9 with 0.97 and 0.4, 61.3 and 59.8
# with 0.97 and 0.5; of the questions that need nothing fewer are changed, the higher the first one is.
NEEDS_FROM = 0.98
CARRIED_FROM = 0.5
# Where a question surely needs something, the likeliest words will do from here on.
_SURELY_NEEDS, _LIKELIEST = 0.999, 0.15
# Longer histories don't change what the last turns were about.
_TURNS = 12
# Of the turns around a question, so many are searched along, each cut: a pasted text drowns what is asked.
_AROUND, _AROUND_CHARS = 2, 160
# Longer questions say what they mean.
_LONGEST_CHARS = 400


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as it stands on its own.

    Attributes:
        question: what is searched, read and shown; the question itself, byte for byte, where it needs nothing.
        carried: the phrases of earlier turns that belong to it.
        around: the question with the turns around it, searched besides; None where it needs nothing.
    """

    question: str
    carried: tuple[str, ...] = ()
    around: str | None = None


def understand(question: str, history: Sequence[Turn], classifier: Classifier | None = None) -> Understood:
    """Return a question with what it leaves to the turns before it.

    Args:
        question: as asked.
        history: earlier turns, oldest first.
        classifier: says what is left out; None for the one that ships.

    Raises:
        ModelError: the classifier that ships can't be loaded.
    """
    if not history or len(question) > _LONGEST_CHARS:
        return Understood(question)
    turns = history[-_TURNS:]
    return resolved(question, turns, (classifier or shipped_classifier()).read(question, turns))


def resolved(question: str, turns: Sequence[Turn], reading: TermReading) -> Understood:
    """Return a question with what a classifier says that it leaves to the turns before.

    Args:
        question: as asked.
        turns: earlier ones, oldest first.
        reading: what the classifier made of them.
    """
    if reading.needs < NEEDS_FROM:
        return Understood(question)
    phrases = carried_phrases(question, reading, least=CARRIED_FROM)
    if not phrases and reading.needs >= _SURELY_NEEDS:
        phrases = carried_phrases(question, reading, least=max((_LIKELIEST, *reading.carried)))
    if not phrases:
        return Understood(question)
    return Understood(
        question=standing_question(question, phrases),
        carried=tuple(phrase.text for phrase in phrases),
        around=_around(question, turns),
    )


def _around(question: str, turns: Sequence[Turn]) -> str:
    """Return a question with the last turns after it, the latest first."""
    said = [text for turn in reversed(turns[-_AROUND:]) for text in (turn.question, turn.answer) if text]
    return " ".join([question, *(text[:_AROUND_CHARS] for text in said)])
