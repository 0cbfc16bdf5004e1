"""Question and passage as token windows, with the way back from tokens to characters.

A passage longer than a window is read through several that overlap by `stride` tokens (Devlin et al.
2019, section 4.2). Every window knows which of its tokens may be part of an answer: those of the passage
itself, never the question, the context line put before the passage, or padding.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pullquote.errors import InputError
from pullquote.graphemes import whole_graphemes

# A question is cut here, so that the passage keeps most of the window. RealTime QA's longest has 82 tokens.
MAX_QUESTION_TOKENS = 128
# RoBERTa's kind has four, BERT's three.
_SPECIAL_TOKENS = 4
_LEAST_ADVANCE = 8
# The tokens that a span is put between, where one is marked: ones that no text has.
MARKS = ("[unused0]", "[unused1]")
# Latin letters and printers' marks: each a grapheme by itself, so that most passages needn't be looked at.
_NO_MARKS = re.compile("[\x00-\u02ff\u2010-\u2027\u2030-\u205e\u20a0-\u20bf]*")


@dataclass(frozen=True, slots=True)
class ReaderInput:
    """A passage as the reader reads it.

    Attributes:
        text: the passage; spans are offsets into it.
        context: words put before it (title, date) that help to understand it and are never an answer.
    """

    text: str
    context: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """Tokens of one window.

    Attributes:
        passage: index of the passage in the call.
        ids: token ids.
        types: token type ids (0 question, 1 passage).
        starts: (tokens,) int32, first character of the token in the passage; -1 where it isn't of the passage.
        ends: (tokens,) int32, one past its last character; -1 likewise.
    """

    passage: int
    ids: list[int]
    types: list[int]
    starts: npt.NDArray[np.int32]
    ends: npt.NDArray[np.int32]

    @property
    def answerable(self) -> npt.NDArray[np.bool_]:
        """(tokens,) bool: which tokens may be part of an answer."""
        return self.starts >= 0


def make_windows(
    tokenizer: Any,
    questions: Sequence[str],
    inputs: Sequence[ReaderInput],
    *,
    max_tokens: int,
    stride: int,
) -> list[Window]:
    """Return the windows of each (question, passage) pair, in order; at least one a pair.

    Args:
        tokenizer: a Hugging Face fast tokenizer.
        questions: one for each input.
        inputs: the passages.
        max_tokens: length of a window, special tokens included.
        stride: tokens that neighbouring windows share.

    Raises:
        InputError: a window has no room for a question, the stride and some new tokens.
    """
    if not inputs:
        return []
    clipped = _clip_questions(tokenizer, questions, question_room(max_tokens, stride))
    prefixes = [f"{item.context}\n" if item.context else "" for item in inputs]
    encoded = tokenizer(
        clipped,
        [prefix + item.text for prefix, item in zip(prefixes, inputs, strict=True)],
        truncation="only_second",
        max_length=max_tokens,
        stride=stride,
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
        return_token_type_ids=True,
    )
    windows = []
    for row, passage in enumerate(encoded["overflow_to_sample_mapping"]):
        shift = len(prefixes[passage])
        offsets = np.asarray(encoded["offset_mapping"][row], dtype=np.int32)
        of_passage = np.array([part == 1 for part in encoded.sequence_ids(row)])
        of_passage &= (offsets[:, 0] >= shift) & (offsets[:, 1] > offsets[:, 0])
        starts = np.where(of_passage, offsets[:, 0] - shift, -1).astype(np.int32)
        ends = np.where(of_passage, offsets[:, 1] - shift, -1).astype(np.int32)
        _snap(inputs[passage].text, starts, ends)
        windows.append(
            Window(
                passage=int(passage),
                ids=encoded["input_ids"][row],
                types=encoded["token_type_ids"][row],
                starts=starts,
                ends=ends,
            )
        )
    return windows


def _snap(text: str, starts: npt.NDArray[np.int32], ends: npt.NDArray[np.int32]) -> None:
    """Widen tokens to whole graphemes, in place: a tokenizer that folds accents leaves the last one outside."""
    if _NO_MARKS.fullmatch(text):
        return
    for token in np.flatnonzero(starts >= 0):
        starts[token], ends[token] = whole_graphemes(text, int(starts[token]), int(ends[token]))


def question_room(max_tokens: int, stride: int) -> int:
    """Return how many tokens of a question a window takes; later ones are left out.

    Raises:
        InputError: a window has no room for a question, the stride and some new tokens.
    """
    # Beside the question a window holds the stride and at least some new tokens, or windows would not advance.
    room = max_tokens - _SPECIAL_TOKENS - stride - _LEAST_ADVANCE
    if room < 1:
        raise InputError(f"A window of {max_tokens} tokens is too short for a stride of {stride}.")
    return min(MAX_QUESTION_TOKENS, room)


def _clip_questions(tokenizer: Any, questions: Sequence[str], max_tokens: int) -> list[str]:
    clipped = []
    for question in questions:
        # No tokenizer makes more tokens than there are bytes; most questions skip the count.
        if len(question.encode()) > max_tokens:
            offsets = tokenizer(question, return_offsets_mapping=True, add_special_tokens=False)["offset_mapping"]
            if len(offsets) > max_tokens:
                question = question[: offsets[max_tokens - 1][1]]
        clipped.append(question)
    return clipped


def pad(
    windows: Sequence[Window], pad_id: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return ids, attention, types (each (windows, longest) int64) and answerable ((windows, longest) bool)."""
    longest = max(len(window.ids) for window in windows)
    shape = (len(windows), longest)
    ids = np.full(shape, pad_id, dtype=np.int64)
    attention = np.zeros(shape, dtype=np.int64)
    types = np.zeros(shape, dtype=np.int64)
    answerable = np.zeros(shape, dtype=np.bool_)
    for row, window in enumerate(windows):
        length = len(window.ids)
        ids[row, :length] = window.ids
        attention[row, :length] = 1
        types[row, :length] = window.types
        answerable[row, :length] = window.answerable
    return ids, attention, types, answerable


def batches_by_length(lengths: Sequence[int], tokens: int) -> list[list[int]]:
    """Return rows grouped by length, longest first, each group of about so many tokens.

    Args:
        lengths: of the rows, in tokens.
        tokens: of a group, padding included; a longer row stands alone.
    """
    order = sorted(range(len(lengths)), key=lambda row: (-lengths[row], row))
    batches: list[list[int]] = []
    at = 0
    while at < len(order):
        size = max(1, tokens // lengths[order[at]])
        batches.append(order[at : at + size])
        at += size
    return batches
