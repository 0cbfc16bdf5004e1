"""Heads that judge a question beside a passage, on one encoder: does this answer, and which of fifty comes first?

A pair is read as the readers read it, with the title before the passage; for `verifier` the span in question stands
between two marks. Each head is one number a pair, from the first token (Nogueira and Cho 2019, "Passage Re-ranking with
BERT").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from pullquote.errors import ModelError
from pullquote.qa.training.data.prepared import Prepared
from pullquote.qa.training.data.token_windows import TokenWindows, WindowTable
from pullquote.qa.training.steps.base import load_base
from pullquote.qa.training.steps.losses import listwise_losses
from pullquote.qa.training.steps.machine import Machine
from pullquote.qa.training.steps.reading_tasks import mixed_batches, to_machine
from pullquote.qa.training.steps.settings import HEADS, ORDER, VERIFIER, Settings
from pullquote.qa.training.steps.span_figures import auc, by_length, model_arguments

# One question in so many tells which weights are best, and is not learnt.
_HELD_OUT = 60


class HeadsTask:
    """One encoder with a head for each kind of judgement.

    Args:
        base: folder of the reader whose encoder it starts from.
        parts: prepared examples by head, `verifier` and `order`; either may be missing.
        settings: how.
        machine: where.

    Attributes:
        model, tokenizer: of the encoder.
        batches: numbers of pairs, all steps; each batch is of one head.
    """

    def __init__(self, base: Path, parts: Mapping[str, Prepared], settings: Settings, machine: Machine) -> None:
        self._settings, self._machine = settings, machine
        self.model, self.tokenizer = _with_heads(base, settings)
        to_machine(self.model, machine)
        self._heads = [head for head in HEADS if head in parts]
        self._windows = {head: self._cutter(parts[head]) for head in self._heads}
        self._learnt, self._selected = {}, {}
        for head, windows in self._windows.items():
            table = windows.cut(np.ones(len(windows.prepared), dtype=np.bool_))
            # Of a passage that takes several windows, only the first is judged.
            table = table.only(table.first == 0)
            _, question = np.unique(table.group, return_inverse=True)
            held_out = question % _HELD_OUT == 0
            self._learnt[head], self._selected[head] = table.only(~held_out), table.only(held_out)
        self._first = dict(zip(self._heads, np.cumsum([0, *map(len, self._learnt.values())]), strict=False))
        self.batches = self._plan()

    def _cutter(self, prepared: Prepared) -> TokenWindows:
        settings, multiple = self._settings, 8 if self._machine.cuda else 1
        return TokenWindows(
            prepared, self.tokenizer, max_tokens=settings.max_tokens, stride=settings.stride, multiple=multiple
        )

    def _plan(self) -> list[list[int]]:
        settings = self._settings
        whole, part = divmod(settings.epochs, 1.0)
        batches: list[list[int]] = []
        for epoch in range(int(whole) + (part > 0)):
            seed = settings.seed + epoch
            mixed = [
                [int(self._first[head]) + number for number in batch]
                for head in self._heads
                for batch in mixed_batches(self._learnt[head], settings.batch_size, seed)
            ]
            order = np.random.default_rng(seed).permutation(len(mixed))
            kept = order if epoch < whole else order[: int(len(mixed) * part)]
            batches += [mixed[at] for at in kept]
        return batches

    @property
    def held_out(self) -> int:
        """How many pairs `figures` reads."""
        return sum(len(table) for table in self._selected.values())

    def _place(self, number: int) -> tuple[str, int]:
        """Return the head and the number in its table."""
        head = [name for name in self._heads if self._first[name] <= number][-1]
        return head, number - int(self._first[head])

    def key(self, number: int) -> tuple[str, int]:
        """Return what the pairs of one question have in common."""
        head, at = self._place(number)
        return head, int(self._learnt[head].group[at])

    def loss(self, numbers: Sequence[int]) -> torch.Tensor:
        """Return the mean over the questions of some pairs, all of one head."""
        head, first = self._place(numbers[0])
        at = np.asarray(numbers, dtype=np.int64) - (numbers[0] - first)
        scores, groups = self._scores(head, self._learnt[head], at)
        right = self._machine.tensor(self._windows[head].prepared.right[self._learnt[head].row[at]])
        if head == ORDER:
            return listwise_losses(scores, right, groups).mean()
        return binary_cross_entropy_with_logits(scores, right.float())

    def _scores(
        self, head: str, table: WindowTable, at: npt.NDArray[np.int64]
    ) -> tuple[torch.Tensor, npt.NDArray[np.int64]]:
        batch = self._windows[head].batch(table, at, marked=head == VERIFIER)
        with self._machine.autocast():
            output = self.model(**model_arguments(self.model, batch, self._machine))
        return output.logits[:, HEADS.index(head)].float(), batch.groups

    def figures(self) -> dict[str, float]:
        """Return, for each head, how well it does on the questions held out, in percent.

        `order`: how often a right passage comes first; `verifier`: how often a right span is put above a wrong one
        (the area under the ROC curve).
        """
        self.model.eval()
        figures = {}
        for head in self._heads:
            table = self._selected[head]
            scores = np.empty(len(table), dtype=np.float32)
            for at in by_length(table.length, self._machine):
                with torch.inference_mode():
                    scores[at] = self._scores(head, table, at)[0].cpu().numpy()
            right = self._windows[head].prepared.right[table.row]
            figures[head] = 100 * (_first_right(scores, right, table.group) if head == ORDER else _auc(scores, right))
        return {"mean": float(np.mean(list(figures.values()))), **figures}


def _with_heads(base: Path, settings: Settings) -> tuple[Any, Any]:
    """Return (the base's encoder with new heads, its tokenizer)."""
    from transformers import AutoModelForSequenceClassification

    reader, tokenizer = load_base(
        str(base), dropout=settings.dropout, freeze_embeddings=False, keep_layers=(), freeze_layers=0
    )
    config = reader.config
    config.num_labels = len(HEADS)
    config.id2label = dict(enumerate(HEADS))
    config.label2id = {head: at for at, head in enumerate(HEADS)}
    torch.manual_seed(settings.seed)
    model = AutoModelForSequenceClassification.from_config(config).float()  # type: ignore[no-untyped-call]
    missing = model.base_model.load_state_dict(reader.base_model.state_dict(), strict=False)
    if missing.unexpected_keys:
        raise ModelError(f"The encoder in {base} can't carry heads: it has {missing.unexpected_keys[0]}.")
    model.get_input_embeddings().requires_grad_(False)
    return model, tokenizer


def _first_right(scores: npt.NDArray[Any], right: npt.NDArray[np.bool_], groups: npt.NDArray[np.int64]) -> float:
    hits = []
    for group in np.unique(groups):
        own = np.flatnonzero(groups == group)
        if right[own].any():
            hits.append(bool(right[own[np.argmax(scores[own])]]))
    return float(np.mean(hits)) if hits else 0.0


def _auc(scores: npt.NDArray[Any], right: npt.NDArray[np.bool_]) -> float:
    value = auc(scores, right)
    return value if np.isfinite(value) else 0.0
