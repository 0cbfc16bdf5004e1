"""Follow-up questions made to stand on their own: "And when was that?" after "Who found The Blue Pilot?".

Rules, no model: the question before is taken apart at its small words, its answer is put in where it fits, and
what a pronoun means is chosen among what was spoken of. Where nothing fits grammatically, what the turn before was
about is put in front: "As for the Ardmere Prize, how big was the fine?".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pullquote.answers import Turn
from pullquote.qa.followup_context import Past
from pullquote.qa.followup_rewriting import Rewriting

# Longer histories don't change what the last turns were about.
_TURNS = 12
# Of an earlier question, its answer and the sentence around that; longer ones are pasted texts.
_LONGEST_CHARS = 600
# Names and a clause; more than that in a question drowns what is asked.
_MOST_CARRIED_CHARS = 400


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as it stands on its own.

    Attributes:
        question: what is to be searched and read; the question itself, byte for byte, where it needs nothing.
        changed: it differs from what was asked.
        carried: the phrases of earlier turns that were put in.
    """

    question: str
    changed: bool = False
    carried: tuple[str, ...] = ()


def understand(question: str, history: Sequence[Turn]) -> Understood:
    """Return a question with what it leaves to the turns before it filled in.

    Args:
        question: as asked.
        history: earlier turns, oldest first.
    """
    pasts: list[Past] = []
    for turn in history[-_TURNS:]:
        asked = turn.question[:_LONGEST_CHARS]
        before = Rewriting(asked, pasts)
        standing = (turn.understood or before.text or asked)[:_LONGEST_CHARS]
        answer = (turn.answer or "")[:_LONGEST_CHARS]
        sentence = turn.citation.sentence[:_LONGEST_CHARS] if turn.citation else ""
        pasts.append(Past.of(standing, answer, sentence, genders=before.genders))
    rewriting = Rewriting(question, pasts)
    if (
        rewriting.text is None
        or rewriting.text == question
        or len(rewriting.text) > len(question) + _MOST_CARRIED_CHARS
    ):
        return Understood(question)
    return Understood(rewriting.text, changed=True, carried=rewriting.carried)
