"""The two readers as tasks of the recipe: the large one learns from labels, the small one from the large one too."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from pullquote.index.embedding.precision import has_int8
from pullquote.qa.training.data.batches import TITLE_SHARE, arrange
from pullquote.qa.training.data.prepared import Prepared
from pullquote.qa.training.data.token_windows import TokenWindows, WindowTable
from pullquote.qa.training.steps.base import load_base
from pullquote.qa.training.steps.losses import soft_losses, span_losses, taught_losses
from pullquote.qa.training.steps.machine import Machine
from pullquote.qa.training.steps.settings import Settings
from pullquote.qa.training.steps.span_figures import model_arguments, span_figures
from pullquote.qa.training.steps.teaching import Teaching

# Of a labelled passage's windows, so many of those that lack the answer are learnt.
_EMPTY_WINDOWS = 0.15
# How much the teacher counts beside the labels, and what scores are divided by before they are compared: as the small
# reader that ships was taught (qa/reader-small/README.md).
_SOFT_SHARE, _TEMPERATURE = 0.8, 2.0


class ReadingTask:
    """A reader that learns to find spans.

    Args:
        base: folder to start from.
        prepared: what it learns.
        selection: questions to tell by which weights are best.
        settings: how.
        machine: where.

    Attributes:
        model, tokenizer: of the reader.
        batches: numbers of windows, all steps.
    """

    def __init__(
        self, base: Path, prepared: Prepared, selection: Prepared, settings: Settings, machine: Machine
    ) -> None:
        self._settings, self._machine = settings, machine
        self.model, self.tokenizer = load_base(
            str(base),
            dropout=settings.dropout,
            freeze_embeddings=True,
            keep_layers=(),
            freeze_layers=settings.freeze_layers,
        )
        to_machine(self.model, machine)
        self.windows, self._selection = (self._windows(part, self.tokenizer) for part in (prepared, selection))
        rng = np.random.default_rng(settings.seed)
        self._selection_table = self._selection.cut(rng.random(len(selection)) < TITLE_SHARE)
        self.table, self.batches = self._plan()
        self.teaching: Teaching | None = None

    def _windows(self, prepared: Prepared, tokenizer: Any) -> TokenWindows:
        settings = self._settings
        return TokenWindows(
            prepared,
            tokenizer,
            max_tokens=settings.max_tokens,
            stride=settings.stride,
            multiple=8 if self._machine.cuda else 1,
        )

    def _plan(self) -> tuple[WindowTable, list[list[int]]]:
        """Return the windows of all epochs, and the batches of all steps."""
        settings = self._settings
        tables: list[WindowTable] = []
        batches: list[list[int]] = []
        before = 0
        whole, part = divmod(settings.epochs, 1.0)
        for epoch in range(int(whole) + (part > 0)):
            if not tables or not settings.same_windows:
                before = sum(len(table) for table in tables)
                tables.append(self._epoch_windows(settings.seed + epoch))
            mixed = mixed_batches(tables[-1], settings.batch_size, settings.seed + epoch)
            kept = mixed if epoch < whole else mixed[: int(len(mixed) * part)]
            batches += [[before + number for number in batch] for batch in kept]
        return WindowTable.joined(tables), batches

    def _epoch_windows(self, seed: int) -> WindowTable:
        rng = np.random.default_rng(seed)
        prepared = self.windows.prepared
        table = self.windows.cut(rng.random(len(prepared)) < TITLE_SHARE)
        wanted = (prepared.labelled & prepared.right)[table.row]
        kept = ~wanted | self.windows.answered(table) | (rng.random(len(table)) < _EMPTY_WINDOWS)
        return table.only(kept)

    @property
    def held_out(self) -> int:
        """How many windows `figures` reads."""
        return len(self._selection_table)

    def key(self, number: int) -> int:
        """Return what windows of one question have in common."""
        return int(self.table.group[number])

    def ask_teacher(self, folder: Path, sha256: str, model: Any, tokenizer: Any, **options: Any) -> None:
        """Have a teacher read all windows, and learn from what it says.

        Args:
            folder: where what it says is kept.
            sha256: of its weights.
            model: the teacher, on the machine.
            tokenizer: the teacher's.
            options: of `Teaching.ask`.
        """
        teaching = Teaching(folder, sha256, self.windows, self.table)
        teaching.ask(model, self._windows(self.windows.prepared, tokenizer), self._machine, **options)
        self.teaching = teaching

    def loss(self, numbers: Sequence[int]) -> torch.Tensor:
        """Return the mean over the questions of some windows."""
        at = np.asarray(numbers, dtype=np.int64)
        batch = self.windows.batch(self.table, at)
        with self._machine.autocast():
            output = self.model(**model_arguments(self.model, batch, self._machine))
        logits = output.start_logits.float(), output.end_logits.float()
        answerable = self._machine.tensor(batch.answerable)
        targets = self._machine.tensor(batch.starts), self._machine.tensor(batch.ends)
        losses = span_losses(logits, targets, answerable, batch.groups)
        if self.teaching is None:
            return losses.mean()
        starts, ends = self.teaching.of(at, batch.ids.shape[1])
        said = self._machine.tensor(starts), self._machine.tensor(ends)
        soft = soft_losses(logits, said, answerable, batch.groups, temperature=_TEMPERATURE)
        return taught_losses(soft, losses, batch.labelled, batch.groups, share=_SOFT_SHARE).mean()

    def figures(self) -> dict[str, float]:
        """Return F1 and exact match on the questions held out; see `span_figures`."""
        return span_figures(self.model, self._selection, self._selection_table, self._machine)

    def figures_on(self, prepared: Prepared) -> dict[str, float]:
        """Return the same of other questions, each passage with its title."""
        windows = self._windows(prepared, self.tokenizer)
        return span_figures(self.model, windows, windows.cut(np.ones(len(prepared), dtype=np.bool_)), self._machine)


def mixed_batches(table: WindowTable, batch_size: int, seed: int) -> list[list[int]]:
    """Return the numbers of all windows in batches, questions whole and in any order, the same for the same seed."""
    _, number = np.unique(table.group, return_inverse=True)
    shuffled = np.random.default_rng(seed).permutation(int(number.max(initial=-1)) + 1)[number]
    order = np.argsort(shuffled, kind="stable")
    arranged = arrange(
        shuffled[order].tolist(), table.length[order].tolist(), batch_size=batch_size, rng=random.Random(seed)
    )
    return [order[batch].tolist() for batch in arranged]


def to_machine(model: Any, machine: Machine, *, learning: bool = True, tokenizer: Any = None) -> None:
    """Move a model to where it is used, with what is faster there, in place.

    Args:
        model: a reader, or an encoder with heads.
        machine: where it is used.
        learning: whether it is trained; if not, weights are rounded to what the machine multiplies fastest.
        tokenizer: the model's, for one that isn't trained.
    """
    if machine.cuda or not learning:
        # Needs transformers' MPNet, which takes a second to import.
        from pullquote.qa.reading.attention import fuse_attention

        for name, parameter in model.named_parameters():
            if "relative_attention_bias" in name:
                parameter.requires_grad_(False)
        fuse_attention(model)
    model.to(machine.device)
    if learning:
        return
    if machine.bfloat16:
        model.to(torch.bfloat16)
    elif not machine.cuda and has_int8():
        # Registers operators, which only such processors have.
        from pullquote.qa.reading.int8 import to_int8

        to_int8(model, tokenizer, max_tokens=model.config.max_position_embeddings)
