"""Passages for measuring how fast readers read."""

from __future__ import annotations

from typing import Any

from pullquote.eval.benchmarks.reading import cut_passages
from pullquote.qa.training.data.examples import Example


def example(number: int, text: str) -> Example:
    return Example(f"who chairs {number}?", text, title="", answers=(), source="notes", id=str(number))


def test_passages_are_cut_after_so_many_tokens_and_short_ones_left_out(tokenizer: Any):
    given = [example(1, "the port of the storm"), example(2, "who"), example(3, "a ferry in the harbour")]
    cut = list(cut_passages(given, tokenizer, 3))
    assert [(question, passage.text) for question, passage in cut] == [
        ("who chairs 1?", "the port of"),
        ("who chairs 3?", "a ferry in"),
    ]
    assert list(cut_passages(given, tokenizer, 6)) == []
