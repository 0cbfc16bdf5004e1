"""Windows of prepared examples for one model, cut as the reader cuts texts (`pullquote.qa.reading.windows`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from pullquote.errors import ModelError
from pullquote.qa.reading.windows import MARKS, question_room
from pullquote.qa.training.data.batches import TrainingBatch
from pullquote.qa.training.data.prepared import Prepared

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class WindowTable:
    """Where windows lie; the sequence after the question is the title, if it is shown, and the passage.

    Attributes:
        row: (windows,) int64, of the prepared examples.
        first, last: (windows,) int64, which tokens of the sequence it holds, `[first, last)`.
        titled: (windows,) bool, whether the title stands before the passage.
        length: (windows,) int64, tokens of the window, special ones included.
        group: (windows,) int64, equal for the windows of one question.
    """

    row: Ints
    first: Ints
    last: Ints
    titled: npt.NDArray[np.bool_]
    length: Ints
    group: Ints

    def __len__(self) -> int:
        """Return the number of windows."""
        return len(self.row)

    def only(self, kept: npt.NDArray[Any]) -> WindowTable:
        """Return some of the windows."""
        return WindowTable(*(getattr(self, field.name)[kept] for field in fields(self)))

    @classmethod
    def joined(cls, tables: Sequence[WindowTable]) -> WindowTable:
        """Return the windows of several tables, one after the other."""
        return cls(*(np.concatenate([getattr(table, field.name) for table in tables]) for field in fields(cls)))


class TokenWindows:
    """Cuts prepared examples into windows for one model, and puts batches together.

    Args:
        prepared: the examples.
        tokenizer: the model's; it has to know all pieces.
        max_tokens: length of a window, special tokens included.
        stride: tokens that neighbouring windows share.
        multiple: batches are padded to a multiple of so many tokens.

    Raises:
        ModelError: the tokenizer cuts other pieces.
        InputError: a window has no room for a question, the stride and some new tokens.
    """

    def __init__(self, prepared: Prepared, tokenizer: Any, *, max_tokens: int, stride: int, multiple: int = 1) -> None:
        self.prepared, self._multiple = prepared, multiple
        vocabulary = tokenizer.get_vocab()
        unknown = [piece for piece in prepared.pieces if piece and piece not in vocabulary]
        if unknown:
            raise ModelError(f"The model's tokenizer has no {unknown[0]!r}: examples were prepared for another one.")
        self._numbers = np.array([vocabulary.get(piece, -1) for piece in prepared.pieces], dtype=np.int64)
        self._pad = int(tokenizer.pad_token_id)
        self._start, self._between, self._end = _special_tokens(tokenizer)
        self._specials = len(self._start) + len(self._between) + len(self._end)
        self._marks = np.array([vocabulary.get(mark, tokenizer.unk_token_id) for mark in MARKS], dtype=np.int64)
        self._max_tokens, self._stride = max_tokens, stride
        self._question_limit = question_room(max_tokens, stride)

    def cut(self, titled: npt.NDArray[np.bool_]) -> WindowTable:
        """Return the windows of all rows, in order; at least one a row.

        Args:
            titled: (rows,) bool, whether a row's title, if it has one, is shown.
        """
        prepared = self.prepared
        lengths = np.append(prepared.lengths, 0)  # of text -1, too
        questions = np.minimum(lengths[prepared.question], self._question_limit)
        titled = titled & (prepared.title >= 0)
        sequences = lengths[prepared.passage] + lengths[prepared.title] * titled
        room = self._max_tokens - self._specials - questions
        advance = room - self._stride
        counts = 1 + np.maximum(0, -(-(sequences - room) // advance))
        row = np.repeat(np.arange(len(prepared)), counts)
        number = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
        first = number * advance[row]
        last = np.minimum(first + room[row], sequences[row])
        length = questions[row] + self._specials + last - first
        return WindowTable(row, first, last, titled[row], length, prepared.group[row].astype(np.int64))

    def answered(self, table: WindowTable) -> npt.NDArray[np.bool_]:
        """Return (windows,) bool: whether each window holds a whole span that answers."""
        prepared = self.prepared
        shift = np.append(prepared.lengths, 0)[prepared.title[table.row]] * table.titled
        found = np.zeros(len(table), dtype=np.bool_)
        counts = np.diff(prepared.first_target)[table.row]
        for nth in range(int(counts.max(initial=0))):
            some = np.flatnonzero(counts > nth)
            spans = prepared.targets[prepared.first_target[table.row[some]] + nth] + shift[some, None]
            found[some] |= (spans[:, 0] >= table.first[some]) & (spans[:, 1] < table.last[some])
        return found

    def batch(self, table: WindowTable, windows: Sequence[int] | Ints, *, marked: bool = False) -> TrainingBatch:
        """Return the arrays of some windows.

        Args:
            table: from `cut`.
            windows: numbers in it.
            marked: put each span between two tokens that no text has, and the window no longer tells its place.
        """
        parts = [self._window(table, int(window), marked) for window in windows]
        longest = max(len(ids) for ids, *_ in parts)
        shape = (len(parts), -(-longest // self._multiple) * self._multiple)
        ids = np.full(shape, self._pad, dtype=np.int64)
        attention, types = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
        answerable, starts, ends = (np.zeros(shape, dtype=np.bool_) for _ in range(3))
        for at, (tokens, sequence, passage, spans) in enumerate(parts):
            ids[at, : len(tokens)] = tokens
            attention[at, : len(tokens)] = 1
            types[at, sequence : len(tokens)] = 1
            answerable[at, passage : len(tokens) - len(self._end)] = not marked
            starts[at, spans[:, 0]] = True
            ends[at, spans[:, 1]] = True
        _, groups = np.unique(table.group[windows], return_inverse=True)
        labelled = self.prepared.labelled[table.row[windows]]
        return TrainingBatch(ids, attention, types, answerable, starts, ends, groups.astype(np.int64), labelled)

    def sequence_start(self, table: WindowTable, windows: Ints) -> Ints:
        """Return (windows,) which token of each window is the first after the question."""
        questions = np.minimum(self.prepared.lengths[self.prepared.question[table.row[windows]]], self._question_limit)
        return len(self._start) + questions + len(self._between)

    def _window(self, table: WindowTable, window: int, marked: bool) -> tuple[Ints, int, int, Ints]:
        """Return (ids, where the sequence begins, where the passage begins, (n, 2) first and last token of spans)."""
        prepared, row = self.prepared, int(table.row[window])
        question = prepared.text(int(prepared.question[row]))[: self._question_limit]
        title = prepared.text(int(prepared.title[row])) if table.titled[window] else prepared.tokens[:0]
        sequence = self._numbers[np.concatenate([title, prepared.text(int(prepared.passage[row]))])]
        first, last = int(table.first[window]), int(table.last[window])
        spans = prepared.targets_of(row).astype(np.int64) + len(title)
        spans = spans[(spans[:, 0] >= first) & (spans[:, 1] < last)]
        sequence = sequence[first:last]
        if marked:
            places = (spans[:1] - first + np.array([0, 1])).ravel()
            sequence = np.insert(sequence, places, self._marks[: len(places)])
            spans = spans[:0]
        begins = len(self._start) + len(question) + len(self._between)
        ids = np.concatenate([self._start, self._numbers[question], self._between, sequence, self._end])
        return ids, begins, begins + max(0, len(title) - first), spans + begins - first


def _special_tokens(tokenizer: Any) -> tuple[Ints, Ints, Ints]:
    """Return what a tokenizer puts before a question, between it and a passage, and behind: (n,) token numbers each."""
    encoded = tokenizer("a", "a")
    ids = np.array(encoded["input_ids"], dtype=np.int64)
    sequences = encoded.sequence_ids(0)
    question, passage = sequences.index(0), sequences.index(1)
    question_end = len(sequences) - sequences[::-1].index(0)
    passage_end = len(sequences) - sequences[::-1].index(1)
    return ids[:question], ids[question_end:passage], ids[passage_end:]
