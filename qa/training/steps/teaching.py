"""What a larger reader says of each prepared window, kept on disk, for a smaller one to learn from.

`pullquote.qa.training.data.soft_targets` does the same for texts and models whose tokenizers differ; here teacher and
learner see the same pieces, so that what is said of a token is looked up by its place.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from pullquote.errors import InputError
from pullquote.qa.training.data.soft_targets import UNLIKELY
from pullquote.qa.training.data.token_windows import TokenWindows, WindowTable
from pullquote.qa.training.steps.machine import Machine
from pullquote.qa.training.steps.span_figures import by_length, margins

_TEACHER = "teacher.json"
# Windows a file: what an interruption loses at most.
_SHARD = {True: 16_384, False: 1_024}

Margins = npt.NDArray[np.float32]


class Teaching:
    """A folder of what one teacher said of the windows of one table.

    Args:
        folder: made where it isn't there.
        teacher: hash of the teacher's weights.
        windows: that the learner reads.
        table: which of them.

    Raises:
        InputError: the folder is another teacher's, or of other windows.
    """

    def __init__(self, folder: Path, teacher: str, windows: TokenWindows, table: WindowTable) -> None:
        self._folder, self._windows, self._table = folder, windows, table
        folder.mkdir(parents=True, exist_ok=True)
        facts = {"teacher": teacher, "windows": _digest(windows, table)}
        file = folder / _TEACHER
        if not file.exists():
            file.write_text(json.dumps(facts) + "\n", encoding="utf-8")
        if json.loads(file.read_text(encoding="utf-8")) != facts:
            raise InputError(f"{folder} holds what another teacher said, or of other windows; remove it.")
        # Long and short windows alike make a shard, so that the time left can be told.
        self._order = np.random.default_rng(0).permutation(len(table))
        # Of each window's tokens, where what is said of the first one lies.
        self._first = np.cumsum(np.append(0, table.length[self._order]))
        self._place = np.argsort(self._order)
        self._said = np.full((2, int(self._first[-1])), UNLIKELY, dtype=np.float16)

    def ask(
        self,
        model: Any,
        windows: TokenWindows,
        machine: Machine,
        *,
        stopped: Callable[[], None] = lambda: None,
        progress: Callable[[int, int], None] = lambda *_: None,
    ) -> None:
        """Ask the teacher what it hasn't been asked yet; interrupted, it goes on there when called again.

        Args:
            model: the teacher, where it is to be asked.
            windows: the same examples, cut for the teacher.
            machine: that it stands on.
            stopped: called after each shard; raises to stop.
            progress: called with the number of windows known and of all.
        """
        size = _SHARD[machine.cuda]
        model.eval()
        for at in range(0, len(self._order), size):
            progress(at, len(self._order))
            shard = self._folder / f"{size}-{at:09d}.npy"
            first, last = self._first[at], self._first[min(at + size, len(self._order))]
            if not shard.exists():
                said = self._ask(model, windows, machine, self._order[at : at + size])
                partial = shard.with_suffix(".partial")
                with partial.open("wb") as stream:
                    np.save(stream, said)
                partial.replace(shard)
                stopped()
            self._said[:, first:last] = np.load(shard)
        progress(len(self._order), len(self._order))

    def _ask(
        self, model: Any, windows: TokenWindows, machine: Machine, wanted: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float16]:
        table = self._table
        parts: list[npt.NDArray[np.float16]] = [np.empty((2, 0), dtype=np.float16)] * len(wanted)
        # The teacher may put more special tokens between question and passage than the learner.
        shift = windows.sequence_start(table, wanted) - self._windows.sequence_start(table, wanted)
        for rows in by_length(table.length[wanted], machine):
            batch = windows.batch(table, wanted[rows])
            starts, ends = margins(model, batch, machine)
            both = torch.stack([starts, ends]).clamp(min=UNLIKELY).half().cpu().numpy()
            for at, row in enumerate(rows):
                begin, length = int(shift[row]), int(table.length[wanted[row]])
                parts[row] = both[:, at, begin : begin + length]
        return np.concatenate(parts, axis=1)

    def of(self, numbers: npt.NDArray[np.int64], tokens: int) -> tuple[Margins, Margins]:
        """Return what was said of some windows: start and end margins over "not here", (windows, tokens) each."""
        said = np.full((2, len(numbers), tokens), UNLIKELY, dtype=np.float32)
        for at, number in enumerate(numbers):
            first, length = self._first[self._place[number]], self._table.length[number]
            said[:, at, :length] = self._said[:, first : first + length]
        return said[0], said[1]


def _digest(windows: TokenWindows, table: WindowTable) -> str:
    digest = hashlib.sha256(windows.prepared.fingerprint().encode())
    for array in (table.row, table.first, table.last, table.titled):
        digest.update(array.tobytes())
    return digest.hexdigest()
