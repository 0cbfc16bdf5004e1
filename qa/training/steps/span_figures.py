"""How well a model finds spans in prepared examples: by the places of tokens, without the texts."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from pullquote.qa.reading.span_reader import MAX_SPAN_TOKENS
from pullquote.qa.training.data.token_windows import TokenWindows, WindowTable
from pullquote.qa.training.steps.machine import Machine

_MASKED = -1e4
# Tokens of one forward pass, on a GPU and on a processor.
_BATCH_TOKENS = {True: 65_536, False: 3_072}


def span_figures(model: Any, windows: TokenWindows, table: WindowTable, machine: Machine) -> dict[str, float]:
    """Return F1 and exact match of each question's best span among all of its passages, in percent.

    Both are of the places of tokens, against the right span that fits best; a span of another passage has 0. Questions
    without an answer don't count.

    Args:
        model: a question-answering model, where it is to be asked.
        windows: of the examples, cut for that model.
        table: which of them.
        machine: that it stands on.
    """
    prepared = windows.prepared
    scores, first, last = _best_spans(model, windows, table, machine)
    shift = np.append(prepared.lengths, 0)[prepared.title[table.row]] * table.titled
    f1, exact = [], []
    for group in np.unique(table.group):
        own = np.flatnonzero(table.group == group)
        if not any(len(prepared.targets_of(int(table.row[at]))) for at in own):
            continue
        best = own[np.argmax(scores[own])]
        spans = prepared.targets_of(int(table.row[best]))
        found = np.array([first[best], last[best]]) - shift[best]
        f1.append(max((_overlap(found, span) for span in spans), default=0.0))
        exact.append(any(np.array_equal(found, span) for span in spans))
    return {"F1": 100 * float(np.mean(f1)), "EM": 100 * float(np.mean(exact))}


def _overlap(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> float:
    """Return the F1 of two ranges of places, first and last."""
    common = min(one[1], other[1]) - max(one[0], other[0]) + 1
    return float(max(0, 2 * common / (one[1] - one[0] + other[1] - other[0] + 2)))


def by_length(lengths: npt.NDArray[np.int64], machine: Machine) -> list[npt.NDArray[np.int64]]:
    """Return numbers of windows in batches for one forward pass each, longest first."""
    order = np.argsort(-lengths, kind="stable")
    batches, at = [], 0
    while at < len(order):
        size = max(1, _BATCH_TOKENS[machine.cuda] // int(lengths[order[at]]))
        batches.append(order[at : at + size])
        at += size
    return batches


def _best_spans(
    model: Any, windows: TokenWindows, table: WindowTable, machine: Machine
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return score (over "not here"), first and last token of the sequence of each window's best span."""
    scores = np.full(len(table), -np.inf, dtype=np.float32)
    first, last = np.zeros(len(table), dtype=np.int64), np.zeros(len(table), dtype=np.int64)
    model.eval()
    for numbers in by_length(table.length, machine):
        batch = windows.batch(table, numbers)
        starts, ends = margins(model, batch, machine)
        allowed = machine.tensor(batch.answerable)
        starts, ends = starts.masked_fill(~allowed, _MASKED), ends.masked_fill(~allowed, _MASKED)
        tokens = starts.shape[1]
        # (windows, lengths, tokens): the span that begins there and has so many tokens more.
        sums = torch.full((len(numbers), min(MAX_SPAN_TOKENS, tokens), tokens), 2 * _MASKED, device=starts.device)
        for extra in range(sums.shape[1]):
            sums[:, extra, : tokens - extra] = starts[:, : tokens - extra] + ends[:, extra:]
        best, places = sums.flatten(1).max(dim=1)
        longer, begin = np.divmod(places.cpu().numpy(), tokens)
        # Of the window, then of the sequence that begins where types do.
        sequence = table.first[numbers] - windows.sequence_start(table, numbers)
        scores[numbers], first[numbers] = best.cpu().numpy(), begin + sequence
        last[numbers] = first[numbers] + longer
    return scores, first, last


def margins(model: Any, batch: Any, machine: Machine) -> tuple[torch.Tensor, torch.Tensor]:
    """Return start and end logits over those of "not here", (windows, tokens) float32 each, without gradients."""
    with torch.inference_mode(), machine.autocast():
        output = model(**model_arguments(model, batch, machine))
    starts, ends = output.start_logits.float(), output.end_logits.float()
    return starts - starts[:, :1], ends - ends[:, :1]


def model_arguments(model: Any, batch: Any, machine: Machine) -> dict[str, torch.Tensor]:
    """Return what a model takes of a batch."""
    arguments = {"input_ids": machine.tensor(batch.ids), "attention_mask": machine.tensor(batch.attention)}
    if getattr(model.config, "type_vocab_size", 0) > 1:
        arguments["token_type_ids"] = machine.tensor(batch.types)
    return arguments


def auc(scores: npt.NDArray[Any], right: npt.NDArray[np.bool_]) -> float:
    """Return the area under the ROC curve; nan where all are right, or none."""
    positive, negative = scores[right], np.sort(scores[~right])
    if not len(positive) or not len(negative):
        return float("nan")
    below = np.searchsorted(negative, positive, side="left")
    ties = np.searchsorted(negative, positive, side="right") - below
    return float((below + ties / 2).mean() / len(negative))
