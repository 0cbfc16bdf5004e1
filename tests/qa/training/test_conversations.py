"""Conversation files, and what is learnt from them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from pullquote.answers import Turn
from pullquote.errors import SourceError
from pullquote.qa.training.data.conversations import ConversationTurn, read_conversations, training_examples

ROW = {
    "dialog": "d1",
    "turn": 2,
    "source": "made",
    "history": [{"question": "Who owns the ferry Alma Rose?", "answer": "Ilse Marrow"}],
    "question": "How old is she?",
    "rewrite": "How old is Ilse Marrow?",
}


def write(file: Path, *rows: object) -> Path:
    opener = gzip.open if file.suffix == ".gz" else open
    with opener(file, "wt", encoding="utf-8") as stream:
        stream.writelines(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows)
    return file


@pytest.mark.parametrize("name", ["turns.jsonl", "turns.jsonl.gz"])
def test_turns_are_read(tmp_path: Path, name: str):
    turn = read_conversations(write(tmp_path / name, ROW, ""))[0]
    assert turn == ConversationTurn(
        "d1",
        "made",
        "How old is she?",
        "How old is Ilse Marrow?",
        (Turn("Who owns the ferry Alma Rose?", "Ilse Marrow"),),
    )
    assert turn.needs
    assert turn.carried == {"ils", "marrow"}


def test_a_rewrite_that_differs_in_signs_and_capitals_needs_nothing():
    turn = ConversationTurn("d", "made", "who owns the ferry", "Who owns the ferry?", (Turn("Who?"),))
    assert not turn.needs


@pytest.mark.parametrize(
    "row",
    ["{", json.dumps({**ROW, "rewrite": " "}), json.dumps({**ROW, "history": []}), json.dumps({"dialog": "d"}), "3"],
)
def test_a_bad_line_is_named(tmp_path: Path, row: str):
    file = write(tmp_path / "turns.jsonl", ROW, row)
    with pytest.raises(SourceError, match=r"turns\.jsonl:2 is no turn of a conversation"):
        read_conversations(file)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(SourceError, match=r"none\.jsonl cannot be read"):
        read_conversations(tmp_path / "none.jsonl")


def conversation(number: int) -> list[ConversationTurn]:
    owner = f"Owner{number}"
    first = Turn(f"Who owns the ferry Boat{number}?", owner)
    second = ConversationTurn(f"d{number}", "made", "How old is she?", f"How old is {owner}?", (first,))
    history = (first, Turn("How old is she?", "47"))
    third = ConversationTurn(f"d{number}", "made", "And her boat?", f"How old is the ferry Boat{number}?", history)
    return [second, third]


def test_examples_carry_only_what_their_turns_say():
    turns = [turn for number in range(60) for turn in conversation(number)]
    examples = training_examples(turns, seed=1)
    assert examples == training_examples(turns, seed=1)
    assert len(examples) > len(turns)
    for example in examples:
        said = " ".join(text for turn in example.history for text in (turn.question, turn.answer or "")).lower()
        assert all(term.lower()[:4] in said for term in example.carried)
        assert not (example.needs is False and example.carried)
        assert not (example.carried and example.needs is not True)
    # Each kind of change was made somewhere.
    assert any(turn.answer is None for example in examples for turn in example.history)
    assert any(example.needs is False for example in examples)
    assert any(example.needs is None for example in examples)
    assert any(example.question.startswith(("OK,", "Thanks.", "No,")) for example in examples)
    assert any(turn.question.startswith("How old is Owner") for example in examples for turn in example.history)


def test_what_stands_alone_is_learnt_once():
    alone = ConversationTurn("d", "made", "Who owns the ferry?", "Who owns the ferry?", (Turn("Who won?", "Fell"),))
    examples = training_examples([alone], seed=1)
    assert [(one.carried, one.needs) for one in examples] == [(frozenset(), False)]
