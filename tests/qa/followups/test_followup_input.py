"""A question and its turns as one row of tokens."""

from __future__ import annotations

from typing import Any

import pytest
from transformers import AutoTokenizer

from pullquote.answers import Turn
from pullquote.qa.followups.turn_input import AGES, MAX_TOKENS, conversation_row
from pullquote.qa.reading.shipped import shipped_reader_folder


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return AutoTokenizer.from_pretrained(shipped_reader_folder())


def test_a_row_tells_who_said_what_and_when(tokenizer: Any):
    history = [Turn("Who owns it?", "Ilse"), Turn("How old is she?", understood="How old is Ilse?")]
    row = conversation_row(tokenizer, "And where?", history)
    tokens = tokenizer.convert_ids_to_tokens(row.ids)
    assert " ".join(tokens) == ("[CLS] and where ? [SEP] who owns it ? [SEP] il ##se [SEP] how old is il ##se ? [SEP]")
    assert row.roles == [0] * 5 + [1] * 5 + [2] * 3 + [1] * 7
    assert row.ages == [0] * 5 + [2] * 5 + [2] * 3 + [1] * 7
    said = [(row.spoken[word.spoken].text[word.word.start : word.word.end], tokens[word.token]) for word in row.words]
    assert said == [
        ("Who", "who"), ("owns", "owns"), ("it", "it"), ("Ilse", "il"),
        ("How", "how"), ("old", "old"), ("is", "is"), ("Ilse", "il"),
    ]  # fmt: skip


def test_of_a_long_history_the_first_question_and_the_latest_turns_are_kept(tokenizer: Any):
    history = [Turn(f"Question {number} about the ferry?", "word " * 100) for number in range(30)]
    row = conversation_row(tokenizer, "Why?", history)
    assert len(row.ids) == len(row.roles) == len(row.ages) <= MAX_TOKENS
    assert max(row.ages) == AGES - 1
    asked = [one.text for one in row.spoken if one.role == 1]
    assert asked[0] == "Question 0 about the ferry?"
    assert asked[-1] == "Question 29 about the ferry?"
    assert [one.age for one in row.spoken if one.role == 1][-3:] == [3, 2, 1]


def test_a_question_that_was_pasted_is_cut(tokenizer: Any):
    row = conversation_row(tokenizer, "word " * 2000, [Turn("Who owns the ferry?", "Ilse")])
    assert [one.text for one in row.spoken] == ["Who owns the ferry?", "Ilse"]
    assert len(row.ids) < MAX_TOKENS
