"""What a larger reader thinks of each window, for a smaller one to learn from (Hinton, Vinyals and Dean 2015).

A teacher says more than where the answer is: how sure it is, what else could be meant, and what it makes of passages
that nobody labelled. It reads each window's part of the passage once; what it says is kept by character, so that the
learner may cut words into other tokens, and kept on disk, so that it is asked but once.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pullquote.errors import InputError
from pullquote.qa.reading.span_reader import TransformersReader
from pullquote.qa.reading.windows import ReaderInput

# What an unlikely place gets instead of a margin that nobody named.
UNLIKELY = -1e4
_TEACHER = "teacher.json"
# Windows a file, and between two calls of `progress`: what an interruption loses at most.
_SHARD = 512


@dataclass(frozen=True, slots=True)
class Question:
    """What the teacher is asked: a question of a part of a passage."""

    question: str
    passage: ReaderInput

    @property
    def key(self) -> str:
        """The same for the same words."""
        parts = (self.question, self.passage.context, self.passage.text)
        return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True, slots=True)
class SoftTarget:
    """What the teacher says of one text.

    Attributes:
        starts: (places,) int32, the characters at which its tokens start.
        ends: (places,) int32, the characters one past which they end.
        start_margins: (places,) float32, how much higher the token's start logit is than that of "not here".
        end_margins: (places,) float32, likewise.
    """

    starts: npt.NDArray[np.int32]
    ends: npt.NDArray[np.int32]
    start_margins: npt.NDArray[np.float32]
    end_margins: npt.NDArray[np.float32]

    def at(
        self, starts: npt.NDArray[np.int32], ends: npt.NDArray[np.int32]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Return the margins, (tokens,) each, of tokens that start and end at those characters of the text."""
        return _looked_up(self.starts, self.start_margins, starts), _looked_up(self.ends, self.end_margins, ends)


def _looked_up(
    known: npt.NDArray[np.int32], margins: npt.NDArray[np.float32], wanted: npt.NDArray[np.int32]
) -> npt.NDArray[np.float32]:
    if not len(known):
        return np.full(len(wanted), UNLIKELY, dtype=np.float32)
    places = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[places] == wanted, margins[places], UNLIKELY).astype(np.float32)


class SoftTargets:
    """A folder of what one teacher said.

    Args:
        folder: made where it isn't there.
        teacher: a reader.

    Raises:
        InputError: the folder is another teacher's.
    """

    def __init__(self, folder: Path, teacher: TransformersReader) -> None:
        self._folder, self._teacher = folder, teacher
        self._known: dict[str, SoftTarget] = {}
        folder.mkdir(parents=True, exist_ok=True)
        name = folder / _TEACHER
        if not name.exists():
            name.write_text(json.dumps({"sha256": teacher.sha256}) + "\n", encoding="utf-8")
        if json.loads(name.read_text(encoding="utf-8"))["sha256"] != teacher.sha256:
            raise InputError(f"{folder} holds what another teacher said; remove it or name another folder.")
        self._shards = sorted(folder.glob("*.npz"))
        for shard in self._shards:
            self._known |= _load(shard)

    def __getitem__(self, question: Question) -> SoftTarget:
        """Return what the teacher said of a question that it was asked."""
        return self._known[question.key]

    def ask(self, questions: Iterable[Question], *, progress: Callable[[int, int], None] = lambda *_: None) -> None:
        """Ask the teacher what it hasn't been asked yet; interrupted, it goes on there when called again.

        Args:
            questions: each is asked once.
            progress: called with the number of questions known and of all.
        """
        wanted = {question.key: question for question in questions}
        missing = [question for key, question in wanted.items() if key not in self._known]
        # By key, short and long ones alike make a shard, so that the time left can be told.
        missing.sort(key=lambda question: question.key)
        for first in range(0, len(missing), _SHARD):
            progress(len(wanted) - len(missing) + first, len(wanted))
            said = self._said(missing[first : first + _SHARD])
            self._keep(said)
            self._known |= said
        progress(len(wanted), len(wanted))

    def _said(self, questions: Sequence[Question]) -> dict[str, SoftTarget]:
        parts: list[list[npt.NDArray[np.float64]]] = [[] for _ in questions]
        scores = self._teacher.token_scores([one.question for one in questions], [one.passage for one in questions])
        for window, starts, ends in scores:
            tokens = window.answerable
            count = int(tokens.sum())
            # Where windows overlap, the one counts in which the token has more words around it.
            room = np.minimum(np.arange(count), np.arange(count)[::-1])
            columns = (window.starts[tokens], window.ends[tokens], starts[tokens] - starts[0], ends[tokens] - ends[0])
            parts[window.passage].append(np.array([*columns, room], dtype=np.float64))
        return {one.key: _joined(windows) for one, windows in zip(questions, parts, strict=True)}

    def _keep(self, said: dict[str, SoftTarget]) -> None:
        shard = self._folder / f"{time.time_ns():020d}.npz"
        partial = shard.with_suffix(".partial")
        with partial.open("wb") as stream:
            np.savez(
                stream,
                keys=np.array(list(said)),
                lengths=np.array([len(target.starts) for target in said.values()]),
                starts=np.concatenate([target.starts for target in said.values()]),
                ends=np.concatenate([target.ends for target in said.values()]),
                start_margins=np.concatenate([target.start_margins for target in said.values()]).astype(np.float16),
                end_margins=np.concatenate([target.end_margins for target in said.values()]).astype(np.float16),
            )
        partial.replace(shard)


def _joined(windows: Sequence[npt.NDArray[np.float64]]) -> SoftTarget:
    """Return one target out of a text's windows, each (5, tokens): start, end, start margin, end margin, room."""
    starts, ends, start_margins, end_margins, room = np.concatenate(windows, axis=1)
    order = np.lexsort((-room, starts))
    first = order[np.r_[True, np.diff(starts[order]) > 0]] if len(order) else order
    return SoftTarget(
        starts[first].astype(np.int32),
        ends[first].astype(np.int32),
        start_margins[first].astype(np.float32),
        end_margins[first].astype(np.float32),
    )


def _load(shard: Path) -> dict[str, SoftTarget]:
    with np.load(shard) as kept:
        at = np.cumsum(kept["lengths"])[:-1]
        columns = [
            np.split(kept[name].astype(kind), at)
            for name, kind in (
                ("starts", np.int32),
                ("ends", np.int32),
                ("start_margins", np.float32),
                ("end_margins", np.float32),
            )
        ]
        return {str(key): SoftTarget(*arrays) for key, *arrays in zip(kept["keys"], *columns, strict=True)}
