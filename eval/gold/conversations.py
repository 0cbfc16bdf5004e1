"""The conversations of a gold set, in the form that follow-ups are trained and measured on.

    python -m pullquote.eval.gold.conversations OUTPUT.jsonl [--split tune] [--gold FOLDER]

writes each follow-up of a split that has a rewrite, with the turns before it, and each of those turns that has one.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from pullquote.answers import Turn
from pullquote.commands import run
from pullquote.eval.gold.files import read_gold_folder
from pullquote.eval.gold.questions import GoldQuestion, history_of, shipped_gold
from pullquote.qa.training.data.conversations import ConversationTurn

SOURCE = "newsroom"
ALONE = "newsroom alone"
_SEED = 20310504


def asked_at_last(question: GoldQuestion) -> ConversationTurn:
    """Return a follow-up as a turn of a conversation."""
    return ConversationTurn(question.id, SOURCE, question.question, question.rewrite, tuple(history_of(question)))


def turns_of(question: GoldQuestion) -> Iterator[ConversationTurn]:
    """Yield each turn of a follow-up's conversation that has a rewrite, the follow-up last."""
    history = history_of(question)
    for at, turn in enumerate(question.history):
        if at and turn.rewrite:
            yield ConversationTurn(question.id, SOURCE, turn.question, turn.rewrite, tuple(history[:at]))
    if question.rewrite:
        yield asked_at_last(question)


def standing_alone(questions: Sequence[GoldQuestion], *, seed: int = _SEED) -> list[ConversationTurn]:
    """Return the questions that are no follow-ups, each after a turn of another question drawn at random."""
    rng = random.Random(seed)
    alone = [question for question in questions if question.type != "followup"]
    made = []
    for question in alone:
        other = rng.choice([one for one in alone if one is not question])
        history = (Turn(other.question, other.answers[0] if other.answers else None),)
        made.append(ConversationTurn(question.id, ALONE, question.question, question.question, history))
    return made


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command of the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m pullquote.eval.gold.conversations", description=__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("--split", default="tune")
    parser.add_argument("--gold", type=Path, default=shipped_gold())
    options = parser.parse_args(arguments)
    questions = read_gold_folder(options.gold).of_split(options.split)
    turns = [turn for question in questions for turn in turns_of(question)] + standing_alone(questions)
    with options.output.open("w", encoding="utf-8", newline="\n") as stream:
        for turn in turns:
            row = {
                "dialog": turn.dialog,
                "source": turn.source,
                "history": [{"question": one.question, "answer": one.answer} for one in turn.history],
                "question": turn.question,
                "rewrite": turn.rewrite,
            }
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
    print(f"{len(turns):,} turns in {options.output}")


if __name__ == "__main__":
    run(main)
