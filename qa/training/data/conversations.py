"""Conversations with people's own rewrites of each question, and what a classifier learns from them.

A file holds JSON lines of `dialog, source, history [{question, answer|null}], question, rewrite`, gzip'd or not:
CANARD (Elgohary et al., EMNLP 2019) and TREC CAsT (Dalton et al. 2020) in one form.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pullquote.answers import Turn
from pullquote.errors import SourceError
from pullquote.qa.followups.terms import left_out, terms_of

# What people say before a question; it isn't carried and says nothing of it.
_BEFORE = ("OK,", "Thanks.", "Interesting.", "I see.", "Great, and", "OK, and", "Hm,", "No,", "Wow.", "That's sad.")
# Of the examples, the share that each change is made to.
_WITHHELD, _BEFORE_SHARE, _TYPO, _LOWER = 0.25, 0.12, 0.12, 0.12
# Of the turns, the share that is seen once more with its earlier questions rewritten, as an engine hands them on.
_STANDING = 0.35
# Of the turns, the shares whose history is seen once more before a question that needs nothing: the turn's own rewrite,
# the rewrite of a turn of another conversation, or the question that such a one begins with.
_ALONE, _CHANGED_TOPIC, _BEGINS = 0.35, 0.15, 0.15
# Questions that need nothing within a conversation of several turns are few: each is learnt so often.
_NOTHING_NEEDED = 4


@dataclass(frozen=True, slots=True)
class ConversationTurn:
    """One question of a conversation, and its rewrite.

    Attributes:
        dialog: name of the conversation.
        source: where it is from.
        question: as asked.
        rewrite: the same so that it stands on its own, by a person.
        history: the turns before, oldest first.
    """

    dialog: str
    source: str
    question: str
    rewrite: str
    history: tuple[Turn, ...]

    @property
    def needs(self) -> bool:
        """Whether the rewrite is another question, but for signs and capitals."""
        return _plain(self.question) != _plain(self.rewrite)

    @property
    def carried(self) -> frozenset[str]:
        """The terms that the question leaves to the turns before."""
        return left_out(self.question, self.rewrite, said_before(self.history))


@dataclass(frozen=True, slots=True)
class FollowUpExample:
    """What a classifier learns from.

    Attributes:
        question: as asked.
        history: the turns before.
        carried: the terms that the question leaves to them.
        needs: whether it leaves anything; None where the turns before don't hold it.
    """

    question: str
    history: tuple[Turn, ...]
    carried: frozenset[str]
    needs: bool | None


def read_conversations(file: Path) -> list[ConversationTurn]:
    """Return the turns of a file.

    Raises:
        SourceError: it can't be read, or a line is no turn; names line and cause.
    """
    opener = gzip.open if file.suffix == ".gz" else open
    try:
        with opener(file, "rt", encoding="utf-8") as lines:
            return [_turn(line, f"{file}:{number}") for number, line in enumerate(lines, 1) if line.strip()]
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise SourceError(f"{file} cannot be read: {error}.") from error


def _turn(line: str, where: str) -> ConversationTurn:
    try:
        row: dict[str, Any] = json.loads(line)
        history = tuple(Turn(str(one["question"]), one["answer"] or None) for one in row["history"])
        texts = [row[name] for name in ("dialog", "source", "question", "rewrite")]
    except (ValueError, KeyError, TypeError) as error:
        raise SourceError(f"{where} is no turn of a conversation ({error!r}).") from error
    if not all(isinstance(text, str) and text.strip() for text in texts) or not history:
        raise SourceError(f"{where} is no turn of a conversation: it lacks a text or the turns before.")
    dialog, source, question, rewrite = texts
    return ConversationTurn(dialog, source, question, rewrite, history)


def training_examples(turns: Sequence[ConversationTurn], *, seed: int) -> list[FollowUpExample]:
    """Return what is learnt from conversations, each turn at least once.

    Besides the turns as they are: with earlier questions rewritten; rewritten themselves, or after another
    conversation, so that they need nothing; with answers withheld, a word before the question, typos, no capitals.

    Args:
        turns: of any conversations.
        seed: for everything drawn by lot.
    """
    rng = random.Random(seed)
    rewrites = {(one.dialog, one.question): one.rewrite for one in turns}
    made: list[FollowUpExample] = []
    for turn in turns:
        carried = turn.carried
        needs = True if carried else None if turn.needs else False
        plain = FollowUpExample(turn.question, turn.history, carried, needs)
        made.append(_withheld(plain, rng) if rng.random() < _WITHHELD else plain)
        if not turn.needs:
            made += [plain] * (_NOTHING_NEEDED - 1 if len(turn.history) > 1 else 0)
            continue
        if rng.random() < _STANDING:
            standing = tuple(
                replace(one, question=rewrites.get((turn.dialog, one.question), one.question)) for one in turn.history
            )
            now = left_out(turn.question, turn.rewrite, said_before(standing))
            made.append(FollowUpExample(turn.question, standing, now, True if now else needs))
        if rng.random() < _ALONE:
            made.append(FollowUpExample(turn.rewrite, turn.history, frozenset(), False))
        for share, first in ((_CHANGED_TOPIC, False), (_BEGINS, True)):
            other = rng.choice(turns)
            if rng.random() < share and other.dialog != turn.dialog:
                asked = other.history[0].question if first else other.rewrite
                made.append(FollowUpExample(asked, turn.history, frozenset(), False))
    return [_worded(one, rng) for one in made]


def said_before(history: Sequence[Turn]) -> Iterator[str]:
    """Yield the questions and answers of earlier turns, oldest first."""
    for turn in history:
        yield turn.question
        if turn.answer:
            yield turn.answer


def _withheld(example: FollowUpExample, rng: random.Random) -> FollowUpExample:
    """Return an example without some or all of its answers, and without the terms that only these had."""
    every = rng.random() < 0.5
    history = tuple(replace(turn, answer=None) if every or rng.random() < 0.5 else turn for turn in example.history)
    kept = example.carried & frozenset().union(*map(terms_of, said_before(history)))
    needs = True if kept else None if example.carried else example.needs
    return replace(example, history=history, carried=kept, needs=needs)


def _worded(example: FollowUpExample, rng: random.Random) -> FollowUpExample:
    """Return an example, now and then worded as people type."""
    question = example.question
    if rng.random() < _TYPO:
        question = _mistyped(question, rng)
    if rng.random() < _LOWER:
        question = question.lower().rstrip("?")
    if rng.random() < _BEFORE_SHARE:
        question = f"{rng.choice(_BEFORE)} {question}"
    return replace(example, question=question)


def _mistyped(text: str, rng: random.Random) -> str:
    """Return a text with one letter left out, doubled or exchanged with the next, within a word."""
    places = [at for at in range(1, len(text) - 2) if text[at - 1 : at + 2].isalpha()]
    if not places:
        return text
    at = rng.choice(places)
    letters = {0: "", 1: 2 * text[at], 2: text[at + 1] + text[at]}
    kind = rng.randrange(3)
    return text[:at] + letters[kind] + text[at + 1 + (kind == 2) :]


def _plain(text: str) -> str:
    """Return the words of a text in lower case, without signs."""
    return " ".join(re.findall(r"\w+", text.lower()))
