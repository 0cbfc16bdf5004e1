"""Training examples as batches of windows with target tokens."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pullquote.qa.training.examples import Example
from pullquote.qa.windows import ReaderInput, Window, make_windows, pad

# Batches are formed from pools of this many windows sorted by length: little padding, still well mixed.
_POOL_BATCHES = 64
# How often the title stands before the passage in training, as it does when an archive is asked.
_TITLE_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Batch:
    """Arrays of one training step: ids, attention, types (windows, tokens) int64; answerable (windows, tokens)
    bool; starts and ends (windows,) int64, the target tokens, 0 (the first, [CLS]) for no answer.
    """

    ids: npt.NDArray[np.int64]
    attention: npt.NDArray[np.int64]
    types: npt.NDArray[np.int64]
    answerable: npt.NDArray[np.bool_]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]


def epoch_batches(
    examples: Sequence[Example],
    tokenizer: Any,
    *,
    batch_size: int,
    max_tokens: int,
    stride: int,
    empty_windows: float,
    seed: int,
) -> list[list[tuple[Window, int, int]]]:
    """Return one epoch's batches of (window, start token, end token), the same for the same seed."""
    rng = random.Random(seed)
    order = list(range(len(examples)))
    rng.shuffle(order)
    inputs = [
        ReaderInput(
            text=examples[index].text,
            context=examples[index].title if rng.random() < _TITLE_SHARE else "",
        )
        for index in order
    ]
    answers = [rng.choice(examples[index].answers) if examples[index].answers else None for index in order]
    windows = make_windows(
        tokenizer, [examples[index].question for index in order], inputs, max_tokens=max_tokens, stride=stride
    )
    rows = []
    for window in windows:
        answer = answers[window.passage]
        start, end = target_tokens(window, answer[0], answer[0] + len(answer[1])) if answer else (0, 0)
        if answer and end == 0 and rng.random() >= empty_windows:
            continue
        rows.append((window, start, end))
    batches = []
    pool = batch_size * _POOL_BATCHES
    for first in range(0, len(rows), pool):
        part = sorted(rows[first : first + pool], key=lambda row: len(row[0].ids))
        batches += [part[at : at + batch_size] for at in range(0, len(part), batch_size)]
    rng.shuffle(batches)
    return batches


def target_tokens(window: Window, start: int, end: int) -> tuple[int, int]:
    """Return the tokens that cover the passage's characters `[start, end)`, or (0, 0) if not all are there."""
    first = np.flatnonzero((window.starts <= start) & (window.ends > start) & window.answerable)
    last = np.flatnonzero((window.starts < end) & (window.ends >= end) & window.answerable)
    if not len(first) or not len(last) or last[-1] < first[0]:
        return 0, 0
    return int(first[0]), int(last[-1])


def collate(rows: Sequence[tuple[Window, int, int]], pad_id: int) -> Batch:
    """Return the arrays of one step."""
    ids, attention, types, answerable = pad([window for window, _, _ in rows], pad_id)
    return Batch(
        ids=ids,
        attention=attention,
        types=types,
        answerable=answerable,
        starts=np.array([start for _, start, _ in rows], dtype=np.int64),
        ends=np.array([end for _, _, end in rows], dtype=np.int64),
    )
