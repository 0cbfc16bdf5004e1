"""Training as the reader is used: a question's passage among others that search would bring."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pullquote.filters import Filters
from pullquote.index.lexical import LexicalIndex, LexicalPassage
from pullquote.qa.normalize import normalize_answer
from pullquote.qa.training.examples import Example

# How far down the list passages without the answer are looked for.
_DEPTH = 20


def with_retrieved(examples: Sequence[Example], *, count: int) -> list[Example]:
    """Return the examples, each that stands alone joined by `count` passages without its answer.

    They are the first that BM25 finds for the question among the passages of all examples; where the question's
    words alone decide, they look as if they held the answer.

    Args:
        examples: those with a group already, and those without an answer, come back as they are.
        count: how many for each; fewer where BM25 finds fewer.
    """
    texts = list(dict.fromkeys((example.text, example.title) for example in examples))
    grouped: list[Example] = []
    with tempfile.TemporaryDirectory() as folder:
        index = LexicalIndex(Path(folder), create=True)
        index.apply(
            (LexicalPassage(row, row, f"{title} {text}", 0, "", ()) for row, (text, title) in enumerate(texts)), ()
        )
        index.reload()
        for example in examples:
            if example.group or not example.answers:
                grouped.append(example)
                continue
            found = [texts[row] for row, _ in index.search(example.question, Filters(), _DEPTH)]
            others = [place for place in found if place[0] != example.text and not _holds_answer(place[0], example)]
            grouped.append(replace(example, group=example.id))
            grouped += [
                replace(example, text=text, title=title, answers=(), id=f"{example.id}-{rank}", group=example.id)
                for rank, (text, title) in enumerate(others[:count])
            ]
    return grouped


def _holds_answer(text: str, example: Example) -> bool:
    padded = f" {normalize_answer(text)} "
    return any(f" {normalize_answer(answer)} " in padded for _, answer in example.answers)
