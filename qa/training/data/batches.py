"""Training examples as batches of windows with target tokens."""

from __future__ import annotations

import random
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pullquote.qa.reading.windows import ReaderInput, Window, make_windows, pad
from pullquote.qa.training.data.examples import Example
from pullquote.qa.training.data.soft_targets import UNLIKELY, Question, SoftTargets

# Batches are formed from pools of this many windows sorted by length: little padding, still well mixed.
_POOL_BATCHES = 64
# How often the title stands before the passage in training, as it does when an archive is asked.
TITLE_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class TrainingWindow:
    """One window with what is to be found in it.

    Attributes:
        window: the tokens.
        starts: tokens at which an accepted answer starts; empty where the window holds none.
        ends: tokens at which one ends, likewise.
        asked: the question, and the part of the passage that the window covers, with the title before it.
        group: windows of one group are read for one question, and learnt together; "" stands alone.
        labelled: whether it is known what is to be found.
    """

    window: Window
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    asked: Question
    group: str = ""
    labelled: bool = True


@dataclass(frozen=True, slots=True)
class TrainingBatch:
    """Arrays of one training step.

    Attributes:
        ids, attention, types: (windows, tokens) int64.
        answerable: (windows, tokens) bool, tokens that may be part of an answer.
        starts, ends: (windows, tokens) bool, the target tokens; a row without any has no answer.
        groups: (windows,) int64, which question each window is read for, from 0.
        labelled: (windows,) bool, whether starts and ends are known.
    """

    ids: npt.NDArray[np.int64]
    attention: npt.NDArray[np.int64]
    types: npt.NDArray[np.int64]
    answerable: npt.NDArray[np.bool_]
    starts: npt.NDArray[np.bool_]
    ends: npt.NDArray[np.bool_]
    groups: npt.NDArray[np.int64]
    labelled: npt.NDArray[np.bool_]


def epoch_batches(
    examples: Sequence[Example],
    tokenizer: Any,
    *,
    batch_size: int,
    max_tokens: int,
    stride: int,
    empty_windows: float,
    seed: int,
) -> list[list[TrainingWindow]]:
    """Return one epoch's batches, the same for the same seed; a group's windows are in one batch.

    An example that stands alone is learnt with one of its answers, chosen by `seed`; one of a group with all of
    them, since nobody chose among them which one is meant.
    """
    rng = random.Random(seed)
    order = list(range(len(examples)))
    rng.shuffle(order)
    inputs = [
        ReaderInput(
            text=examples[index].text,
            context=examples[index].title if rng.random() < TITLE_SHARE else "",
        )
        for index in order
    ]
    one_of = [rng.choice(examples[index].answers) if examples[index].answers else None for index in order]
    windows = make_windows(
        tokenizer, [examples[index].question for index in order], inputs, max_tokens=max_tokens, stride=stride
    )
    rows = []
    for window in windows:
        example = examples[order[window.passage]]
        one = one_of[window.passage]
        wanted = example.answers if example.group else (one,) if one else ()
        targets = [target_tokens(window, start, start + len(text)) for start, text in wanted]
        found = sorted({target for target in targets if target != (0, 0)})
        if wanted and not found and rng.random() >= empty_windows:
            continue
        rows.append(
            TrainingWindow(
                window,
                tuple(start for start, _ in found),
                tuple(end for _, end in found),
                Question(example.question, ReaderInput(example.text[slice(*_covered(window))], example.title)),
                group=example.group,
                labelled=example.labelled,
            )
        )
    keys = [row.group or at for at, row in enumerate(rows)]
    arranged = arrange(keys, [len(row.window.ids) for row in rows], batch_size=batch_size, rng=rng)
    return [[rows[at] for at in batch] for batch in arranged]


def arrange(
    keys: Sequence[Hashable], lengths: Sequence[int], *, batch_size: int, rng: random.Random
) -> list[list[int]]:
    """Return the numbers of windows in batches of up to so many, more only where one question has more.

    Args:
        keys: (windows,) equal for the windows of one question, which stay together; in any order.
        lengths: (windows,) tokens; those of a batch have about as many.
        batch_size: windows.
        rng: puts the batches in order.
    """
    units: dict[Hashable, list[int]] = {}
    for at, key in enumerate(keys):
        units.setdefault(key, []).append(at)
    mixed = list(units.values())
    batches = []
    pool = batch_size * _POOL_BATCHES
    for first in range(0, len(mixed), pool):
        part = sorted(mixed[first : first + pool], key=lambda unit: max(lengths[at] for at in unit))
        batches += _filled(part, batch_size)
    rng.shuffle(batches)
    return batches


def passes(
    numbers: npt.NDArray[np.int64],
    lengths: Sequence[int],
    *,
    epochs: float,
    batch_size: int,
    pool_batches: int,
    seed: int,
) -> list[list[int]]:
    """Return batches of about equally long rows, in random order, for so many passes over them.

    Args:
        numbers: of the rows.
        lengths: in tokens, by number.
        epochs: passes; may be a fraction.
        batch_size: rows.
        pool_batches: of so many batches at a time the rows are sorted by length.
        seed: for the order.
    """
    rng = np.random.default_rng(seed)
    batches: list[list[int]] = []
    wanted = int(len(numbers) * epochs) // batch_size
    pool = batch_size * pool_batches
    while len(batches) < wanted:
        order = rng.permutation(numbers)
        made: list[list[int]] = []
        for first in range(0, len(order), pool):
            chunk = sorted(order[first : first + pool].tolist(), key=lambda at: lengths[at])
            made += [chunk[at : at + batch_size] for at in range(0, len(chunk), batch_size)]
        batches += [made[at] for at in rng.permutation(len(made))]
    return batches[:wanted]


def _covered(window: Window) -> tuple[int, int]:
    """Return which characters of the passage, `[first, last)`, a window covers."""
    tokens = np.flatnonzero(window.answerable)
    return (int(window.starts[tokens[0]]), int(window.ends[tokens[-1]])) if len(tokens) else (0, 0)


def _filled(units: Sequence[list[int]], batch_size: int) -> list[list[int]]:
    batches: list[list[int]] = []
    for unit in units:
        if not batches or len(batches[-1]) + len(unit) > batch_size:
            batches.append([])
        batches[-1] += unit
    return batches


def target_tokens(window: Window, start: int, end: int) -> tuple[int, int]:
    """Return the tokens that cover the passage's characters `[start, end)`, or (0, 0) if not all are there."""
    first = np.flatnonzero((window.starts <= start) & (window.ends > start) & window.answerable)
    last = np.flatnonzero((window.starts < end) & (window.ends >= end) & window.answerable)
    if not len(first) or not len(last) or last[-1] < first[0]:
        return 0, 0
    return int(first[0]), int(last[-1])


def collate(rows: Sequence[TrainingWindow], pad_id: int) -> TrainingBatch:
    """Return the arrays of one step."""
    ids, attention, types, answerable = pad([row.window for row in rows], pad_id)
    starts = np.zeros(ids.shape, dtype=np.bool_)
    ends = np.zeros(ids.shape, dtype=np.bool_)
    numbers: dict[str, int] = {}
    groups = []
    for at, row in enumerate(rows):
        starts[at, list(row.starts)] = True
        ends[at, list(row.ends)] = True
        groups.append(numbers.setdefault(row.group or f"\n{at}", len(numbers)))
    labelled = np.array([row.labelled for row in rows])
    return TrainingBatch(ids, attention, types, answerable, starts, ends, np.array(groups, dtype=np.int64), labelled)


def soft_margins(
    rows: Sequence[TrainingWindow], soft: SoftTargets
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return what the teacher says of each token: start and end margins over "not here", (windows, tokens) each."""
    shape = (len(rows), max(len(row.window.ids) for row in rows))
    starts = np.full(shape, UNLIKELY, dtype=np.float32)
    ends = np.full(shape, UNLIKELY, dtype=np.float32)
    for at, row in enumerate(rows):
        tokens = np.flatnonzero(row.window.answerable)
        first, _ = _covered(row.window)
        starts[at, tokens], ends[at, tokens] = soft[row.asked].at(
            row.window.starts[tokens] - first, row.window.ends[tokens] - first
        )
    return starts, ends
