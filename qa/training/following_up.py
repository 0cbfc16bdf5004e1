"""Train the term classifier, which says what a question leaves to the turns before it.

    python -m pullquote.qa.training.following_up turns.jsonl.gz more.jsonl --epochs 3 --output runs/followups [--fold 0]

The files are of `pullquote.qa.training.data.conversations`. With `--fold K`, the conversations of one of five folds (by
a hash of their names) are left out, so that `pullquote.eval.benchmarks.followups` can measure on what was never learnt.
The lower layers of the small reader stay as they are; what they make of each example is computed once. A run that was
stopped goes on from its last checkpoint when the same command is given again. What comes out is
OUTPUT/terms.safetensors. With `--start`, weights that came out before are trained further; another `--seed` then draws
other changes of the same conversations.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console
from rich.progress import track
from torch.nn.functional import binary_cross_entropy_with_logits

from pullquote.commands import run
from pullquote.errors import InputError
from pullquote.index.embedding.memory import keep_freed
from pullquote.index.embedding.precision import has_fast_bfloat16
from pullquote.qa.followups.term_classifier import FILE_NAME, TermsFile, padded_rows
from pullquote.qa.followups.term_model import TermModel, lower_part
from pullquote.qa.followups.terms import terms_of
from pullquote.qa.followups.turn_input import ConversationRow, conversation_row
from pullquote.qa.reading.shipped import SMALL_READER, shipped_reader_folder
from pullquote.qa.reading.weights import load_packed
from pullquote.qa.training.data.batches import passes
from pullquote.qa.training.data.conversations import FollowUpExample, read_conversations, training_examples
from pullquote.qa.training.steps.base import load_base
from pullquote.qa.training.steps.loop import Loop, LoopOptions, TrainingProgress

FOLDS = 5
# How many of the reader's six layers are trained.
_LAYERS = 4
# How much one question's need counts beside one word.
_NEEDS_WEIGHT = 1.0
_BATCH_SIZE, _AT_ONCE, _POOL_BATCHES = 16, 32, 30
_SEED = 20310504


def fold_of(dialog: str) -> int:
    """Return which of the folds a conversation is in, 0..4."""
    return int.from_bytes(hashlib.sha256(dialog.encode()).digest()[:4], "big") % FOLDS


class TermsTask:
    """Examples to learn from, on the small reader's encoder.

    Args:
        base: folder of the reader.
        examples: what is learnt.
        epochs: passes over them; may be a fraction.
        seed: for everything drawn by lot.
        start: weights to go on from; None for the reader's own layers.

    Attributes:
        model: what is trained.
        batches: numbers of examples, all steps.
    """

    def __init__(
        self,
        base: Path,
        examples: Sequence[FollowUpExample],
        *,
        epochs: float,
        seed: int,
        start: TermsFile | None = None,
    ) -> None:
        reader, tokenizer = load_base(str(base), dropout=0.0, freeze_embeddings=True, keep_layers=(), freeze_layers=0)
        encoder = reader.base_model.eval()
        layers = encoder.encoder.layer
        torch.manual_seed(seed)
        self.model = TermModel(layers[len(layers) - _LAYERS :], encoder.config.hidden_size)
        if start:
            self.model.load_state_dict(dict(start.tensors))
        self._width = encoder.config.hidden_size
        self._bfloat16 = has_fast_bfloat16()
        self._rows = [conversation_row(tokenizer, one.question, one.history) for one in examples]
        self._targets = [_targets(one, row) for one, row in zip(examples, self._rows, strict=True)]
        self._needs = [one.needs for one in examples]
        self._below = self._lower(encoder, len(layers) - _LAYERS)
        self.batches = passes(
            np.arange(len(self._rows)),
            [len(row.ids) for row in self._rows],
            epochs=epochs,
            batch_size=_BATCH_SIZE,
            pool_batches=_POOL_BATCHES,
            seed=seed,
        )

    def _lower(self, encoder: Any, layers: int) -> list[torch.Tensor]:
        """Return what the layers below make of each row, (tokens, width) bfloat16 each."""
        made: list[torch.Tensor] = [torch.empty(0)] * len(self._rows)
        order = sorted(range(len(self._rows)), key=lambda at: len(self._rows[at].ids))
        starts = range(0, len(order), _AT_ONCE)
        for first in track(starts, "lower layers", console=Console(stderr=True)):
            at = order[first : first + _AT_ONCE]
            ids, _, _, attention = map(torch.from_numpy, padded_rows([self._rows[row] for row in at]))
            with torch.no_grad(), self._autocast():
                hidden = lower_part(encoder, ids, attention, layers=layers)
            for place, row in enumerate(at):
                made[row] = hidden[place, : len(self._rows[row].ids)].to(torch.bfloat16).clone()
        return made

    def _autocast(self) -> Any:
        return torch.autocast("cpu", torch.bfloat16, enabled=self._bfloat16)

    def loss(self, numbers: Sequence[int]) -> torch.Tensor:
        """Return the mean over the words of some examples, and over their needs."""
        _, roles, ages, attention = map(torch.from_numpy, padded_rows([self._rows[at] for at in numbers]))
        lower = torch.zeros(*attention.shape, self._width)
        for place, at in enumerate(numbers):
            lower[place, : len(self._below[at])] = self._below[at].float()
        with self._autocast():
            carried, needs = self.model(lower, roles, ages, attention)
        rows = [place for place, at in enumerate(numbers) for _ in self._targets[at][0]]
        tokens = [token for at in numbers for token in self._targets[at][0]]
        wanted = torch.tensor([right for at in numbers for right in self._targets[at][1]])
        total = binary_cross_entropy_with_logits(carried[rows, tokens], wanted)
        known = [place for place, at in enumerate(numbers) if self._needs[at] is not None]
        if known:
            told = torch.tensor([float(bool(self._needs[numbers[place]])) for place in known])
            total = total + _NEEDS_WEIGHT * binary_cross_entropy_with_logits(needs[known], told)
        return total


def _targets(example: FollowUpExample, row: ConversationRow) -> tuple[list[int], list[float]]:
    """Return the tokens of the words that are judged, and 1 or 0: carried or not. The question's own aren't judged."""
    asked = terms_of(example.question)
    judged = [word for word in row.words if word.word.term is None or word.word.term not in asked]
    return [word.token for word in judged], [float(word.word.term in example.carried) for word in judged]


def train(task: TermsTask, output: Path, *, learning_rate: float, seed: int, facts: dict[str, Any]) -> None:
    """Train a task to its end and write its weights.

    Raises:
        InputError: there is a checkpoint of another run.
        KeyboardInterrupt: it was told to stop, and has written a checkpoint.
    """
    loop: Loop[int] = Loop(
        task.model,
        task.batches,
        loss=task.loss,
        key=lambda _: None,
        options=LoopOptions(learning_rate=learning_rate, seed=seed, workers=1),
        checkpoint=output / "checkpoint.pt",
        fingerprint=hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest(),
    )
    if loop.resume():
        print(f"goes on after step {loop.step:,}", flush=True)

    def tell(at: TrainingProgress) -> None:
        stamp = time.strftime("%H:%M:%S")
        print(f"{stamp} step {at.step:,} of {at.steps:,}, loss {at.loss:.3f}, {at.windows_per_s:.1f}/s", flush=True)

    loop.train(checkpoint_every_s=120.0, progress=tell, progress_every_s=30.0)
    TermsFile.save(
        output / FILE_NAME,
        task.model.state_dict(),
        reader_sha256=facts["reader_sha256"],
        layers=_LAYERS,
        made={**facts, "steps": loop.steps, "loss": loop.loss},
    )
    loop.save_checkpoint()


def main(arguments: Sequence[str] | None = None) -> None:
    """Train as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("conversations", type=Path, nargs="+")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--fold", type=int, choices=range(FOLDS), help="leave this fold's conversations out")
    parser.add_argument("--start", type=Path, help="weights to go on from")
    parser.add_argument("--epochs", type=float, default=2.0)
    parser.add_argument("--learning-rate", type=float, default=2.5e-4)
    parser.add_argument("--seed", type=int, default=_SEED)
    options = parser.parse_args(arguments)
    keep_freed()
    turns = [turn for file in options.conversations for turn in read_conversations(file)]
    learnt = [turn for turn in turns if options.fold is None or fold_of(turn.dialog) != options.fold]
    if not learnt:
        raise InputError("There are no conversations to learn from.")
    base = shipped_reader_folder(SMALL_READER)
    start = TermsFile.load(options.start) if options.start else None
    examples = training_examples(learnt, seed=options.seed)
    facts = {
        "files": [hashlib.sha256(file.read_bytes()).hexdigest() for file in options.conversations],
        "turns": len(learnt),
        "examples": len(examples),
        "fold": options.fold,
        "epochs": options.epochs,
        "learning_rate": options.learning_rate,
        "batch_size": _BATCH_SIZE,
        "layers": _LAYERS,
        "seed": options.seed,
        "start": start.sha256 if start else "",
        "reader_sha256": load_packed(base)[1],
    }
    print(json.dumps(facts), flush=True)
    task = TermsTask(base, examples, epochs=options.epochs, seed=options.seed, start=start)
    train(task, options.output, learning_rate=options.learning_rate, seed=options.seed, facts=facts)


if __name__ == "__main__":
    run(main)
