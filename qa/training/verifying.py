"""Train the verifier on spans that are known to answer or not.

    python -m pullquote.qa.training.verifying mistakes.jsonl made.jsonl --minutes 45 --output runs/verifier

The files are of `pullquote.qa.training.data.judged_spans`, or of `pullquote.eval.fitting.judged_readings`. The lower
layers of the larger reader stay as they are, the upper ones learn matrices of low rank beside theirs (Hu et al.,
"LoRA", ICLR 2022). The plan is cut to the minutes. A run that was stopped goes on from its last checkpoint when it is
called again. What comes out is OUTPUT/verifier.safetensors, the weights that were best on questions held out (with
`--last`, the last).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from rich.console import Console
from rich.progress import track
from torch.nn.functional import binary_cross_entropy_with_logits

from pullquote.commands import run
from pullquote.errors import InputError
from pullquote.index.embedding.memory import keep_freed
from pullquote.index.embedding.precision import has_fast_bfloat16
from pullquote.qa.ranking.verifier import (
    FILE_NAME,
    Claim,
    VerifierFile,
    key,
    layers_of,
    low_rank_names,
    marked_ids,
    padded,
    pooled,
)
from pullquote.qa.reading.paired import ACCURATE_READER
from pullquote.qa.reading.shipped import shipped_reader_folder
from pullquote.qa.reading.weights import load_packed
from pullquote.qa.reading.windows import MARKS
from pullquote.qa.training.data.batches import passes
from pullquote.qa.training.data.examples import Example, read_examples
from pullquote.qa.training.steps.base import load_base
from pullquote.qa.training.steps.loop import Loop, LoopOptions, TrainingProgress
from pullquote.qa.training.steps.span_figures import auc

_LAYERS, _RANK = 6, 16
# Every so many steps the weights are measured on the questions held out, one in so many.
_MARK_STEPS, _HELD_OUT, _MOST_HELD_OUT = 250, 40, 1500
_POOL_BATCHES = 40
_TOKENIZED_AT_ONCE = 2000


class LowRank(torch.nn.Module):
    """A linear layer that stays as it is, and what is learnt beside it.

    Args:
        linear: the layer; it isn't a part of this module, so that only what is learnt counts among its weights.
        rank: of what is learnt.
    """

    def __init__(self, linear: torch.nn.Linear, rank: int) -> None:
        super().__init__()
        self._linear = [linear]
        self.down = torch.nn.Parameter(torch.randn(rank, linear.in_features) / linear.in_features**0.5)
        self.up = torch.nn.Parameter(torch.zeros(linear.out_features, rank))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return (..., out) for (..., in)."""
        own = (x @ self.down.to(x.dtype).T) @ self.up.to(x.dtype).T
        return torch.add(self._linear[0](x), own)


class Learnt(torch.nn.Module):
    """All that is learnt: the matrices of low rank, and the head.

    Args:
        model: a reader's model; its upper layers get the matrices.
        layers: how many of them.
        rank: of the matrices.
    """

    def __init__(self, model: Any, *, layers: int, rank: int) -> None:
        super().__init__()
        parts = layers_of(model)
        self.matrices = torch.nn.ModuleDict()
        self._named: dict[tuple[int, str], LowRank] = {}
        for layer, name in low_rank_names(layers, len(parts)):
            parent, _, own = name.rpartition(".")
            matrix = LowRank(parts[layer].get_submodule(name), rank)
            setattr(parts[layer].get_submodule(parent), own, matrix)
            self.matrices[f"{layer}_{name}".replace(".", "_")] = matrix
            self._named[layer, name] = matrix
        self.head = torch.nn.Linear(3 * model.config.hidden_size, 1)
        torch.nn.init.normal_(self.head.weight, std=0.02)
        torch.nn.init.zeros_(self.head.bias)

    def tensors(self) -> dict[str, torch.Tensor]:
        """Return what `VerifierFile` keeps, by name."""
        made: dict[str, torch.Tensor] = {"head.weight": self.head.weight, "head.bias": self.head.bias}
        for (layer, name), matrix in self._named.items():
            made[key(layer, name, "down")] = matrix.down
            made[key(layer, name, "up")] = matrix.up
        return {name: tensor.detach().clone() for name, tensor in made.items()}

    def start_from(self, tensors: Mapping[str, torch.Tensor]) -> None:
        """Take over what another verifier learnt."""
        with torch.no_grad():
            self.head.weight.copy_(tensors["head.weight"])
            self.head.bias.copy_(tensors["head.bias"])
            for (layer, name), matrix in self._named.items():
                matrix.down.copy_(tensors[key(layer, name, "down")])
                matrix.up.copy_(tensors[key(layer, name, "up")])


class VerifierTask:
    """Spans to learn from, on the encoder of a reader.

    Args:
        base: folder of the reader.
        examples: spans with `right`.
        epochs: passes over them; may be a fraction.
        batch_size: spans a step.
        seed: for everything drawn by lot.
        start: a verifier to go on from.

    Attributes:
        learnt: the weights that are trained.
        batches: numbers of spans, all steps.
    """

    def __init__(
        self,
        base: Path,
        examples: Sequence[Example],
        *,
        epochs: float,
        batch_size: int,
        seed: int,
        start: Mapping[str, torch.Tensor] | None = None,
    ) -> None:
        self._bfloat16 = has_fast_bfloat16()
        model, self._tokenizer = load_base(
            str(base), dropout=0.0, freeze_embeddings=True, keep_layers=(), freeze_layers=0
        )
        model.requires_grad_(False)
        if self._bfloat16:
            model.to(torch.bfloat16)
        torch.manual_seed(seed)
        self.learnt = Learnt(model, layers=_LAYERS, rank=_RANK)
        if start:
            self.learnt.start_from(start)
        self._model = model.base_model.eval()
        self._marks = self._tokenizer.convert_tokens_to_ids(list(MARKS))
        self.rows = _tokenized(self._tokenizer, examples)
        self.right = np.array([bool(one.right) for one in examples])
        self._sources = np.array([one.source for one in examples])
        groups = [hashlib.sha256(f"{seed} {one.text}".encode()).digest()[0] for one in examples]
        held_out = np.array(groups) < 256 / _HELD_OUT
        self._selected = np.flatnonzero(held_out)[:_MOST_HELD_OUT]
        self.batches = passes(
            np.flatnonzero(~held_out),
            [len(row) for row in self.rows],
            epochs=epochs,
            batch_size=batch_size,
            pool_batches=_POOL_BATCHES,
            seed=seed,
        )

    def loss(self, numbers: Sequence[int]) -> torch.Tensor:
        """Return the mean over some spans."""
        right = torch.from_numpy(self.right[np.asarray(numbers)]).float()
        return binary_cross_entropy_with_logits(self._scores(numbers), right)

    def _scores(self, numbers: Sequence[int]) -> torch.Tensor:
        ids, attention = padded([self.rows[at] for at in numbers], self._tokenizer.pad_token_id or 0)
        given = torch.from_numpy(ids)
        hidden = self._model(input_ids=given, attention_mask=torch.from_numpy(attention)).last_hidden_state
        scores: torch.Tensor = self.learnt.head(pooled(hidden, given, self._marks).float())[:, 0]
        return scores

    def score(self, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Return the logarithm of the odds that each of some spans answers."""
        scores = np.empty(len(numbers))
        order = np.argsort([-len(self.rows[at]) for at in numbers], kind="stable")
        for first in range(0, len(order), 32):
            at = order[first : first + 32]
            with torch.inference_mode():
                scores[at] = self._scores(numbers[at].tolist()).numpy()
        return scores

    def figures(self) -> dict[str, float]:
        """Return how often a right span is put above a wrong one, in percent: of all held out, and by source."""
        scores, right, sources = self.score(self._selected), self.right[self._selected], self._sources[self._selected]
        told = {"all": auc(scores, right)}
        for source in np.unique(sources):
            own = sources == source
            told[str(source)] = auc(scores[own], right[own])
        return {name: 100 * value for name, value in told.items() if np.isfinite(value)}


def _tokenized(tokenizer: Any, examples: Sequence[Example]) -> list[list[int]]:
    rows: list[list[int]] = []
    starts = range(0, len(examples), _TOKENIZED_AT_ONCE)
    for first in track(starts, "tokenizing", console=Console(stderr=True)):
        part = examples[first : first + _TOKENIZED_AT_ONCE]
        claims = [
            Claim(one.text, one.answers[0][0], one.answers[0][0] + len(one.answers[0][1]), one.title).clipped()
            for one in part
        ]
        # Half of the time without the title: much of what is read later has none that helps.
        shown = [
            claim if hashlib.sha256(one.id.encode()).digest()[0] % 2 else Claim(claim.text, claim.start, claim.end)
            for one, claim in zip(part, claims, strict=True)
        ]
        rows += marked_ids(tokenizer, [one.question for one in part], shown)
    return rows


def train(
    task: VerifierTask,
    output: Path,
    *,
    reader_sha256: str,
    fingerprint: str,
    minutes: float,
    learning_rate: float,
    seed: int,
    facts: Mapping[str, Any],
    keep_last: bool = False,
) -> dict[str, float]:
    """Train a task, write the best weights to a folder, or with `keep_last` the last, and return their figures.

    Raises:
        InputError: there is a checkpoint of another run.
        KeyboardInterrupt: it was told to stop, and has written a checkpoint.
    """
    loop: Loop[int] = Loop(
        task.learnt,
        task.batches,
        loss=task.loss,
        key=lambda _: None,
        options=LoopOptions(learning_rate=learning_rate, seed=seed),
        checkpoint=output / "checkpoint.pt",
        fingerprint=fingerprint,
    )
    if loop.resume():
        _log(output, f"goes on after step {loop.step:,}")

    def measure() -> None:
        figures = task.figures()
        _log(output, f"step {loop.step:,}, held out: {_shown(figures)}")
        # Too few may be held out to compare by: the latest are the best then.
        if keep_last or not loop.best or figures.get("all", 0.0) >= loop.best["figures"].get("all", 0.0):
            loop.best = {"step": loop.step, "figures": figures}
            VerifierFile.save(
                output / FILE_NAME,
                task.learnt.tensors(),
                reader_sha256=reader_sha256,
                layers=_LAYERS,
                made={**facts, "step": loop.step, "steps": loop.steps, "held_out": figures},
            )

    def tell(at: TrainingProgress) -> None:
        _log(output, f"step {at.step:,} of {at.steps:,}, loss {at.loss:.3f}, {at.windows_per_s:.1f} spans/s")

    loop.train(
        checkpoint_every_s=120.0,
        progress=tell,
        progress_every_s=30.0,
        deadline=time.monotonic() + minutes * 60,
        mark_every=_MARK_STEPS,
        at_mark=measure,
    )
    loop.save_checkpoint()
    return dict(loop.best["figures"])


def _shown(figures: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.1f}" for name, value in figures.items())


def _log(output: Path, line: str) -> None:
    stamped = f"{time.strftime('%H:%M:%S')} {line}"
    print(stamped, flush=True)
    output.mkdir(parents=True, exist_ok=True)
    with (output / "log.txt").open("a", encoding="utf-8") as stream:
        stream.write(stamped + "\n")


def main(arguments: Sequence[str] | None = None) -> None:
    """Train as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("examples", type=Path, nargs="+")
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="a verifier.safetensors to go on from")
    parser.add_argument("--last", action="store_true", help="keep the last weights, not the best on those held out")
    parser.add_argument("--epochs", type=float, default=1.0)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--learning-rate", type=float, default=3e-4)
    parser.add_argument("--seed", type=int, default=20310504)
    options = parser.parse_args(arguments)
    keep_freed()
    examples = [
        one for file in options.examples for one in read_examples(file) if one.right is not None and one.answers
    ]
    if not examples:
        raise InputError("There are no spans that are said to be right or wrong.")
    base = shipped_reader_folder(ACCURATE_READER)
    _, reader_sha256 = load_packed(base)
    start = VerifierFile.load(options.start) if options.start else None
    if start and start.reader_sha256 != reader_sha256:
        raise InputError(f"{options.start} stands on other weights than those of {base.name}.")
    facts = {
        "files": [file.name for file in options.examples],
        "spans": len(examples),
        "start": start.sha256 if start else "",
        "epochs": options.epochs,
        "batch_size": options.batch_size,
        "learning_rate": options.learning_rate,
        "layers": _LAYERS,
        "rank": _RANK,
        "seed": options.seed,
    }
    _log(options.output, json.dumps(facts))
    task = VerifierTask(
        base,
        examples,
        epochs=options.epochs,
        batch_size=options.batch_size,
        seed=options.seed,
        start=start.tensors if start else None,
    )
    _log(options.output, f"{len(task.batches):,} steps, longest {max(map(len, task.rows))} tokens")
    figures = train(
        task,
        options.output,
        reader_sha256=reader_sha256,
        fingerprint=hashlib.sha256(json.dumps([facts, reader_sha256]).encode()).hexdigest(),
        minutes=options.minutes,
        learning_rate=options.learning_rate,
        seed=options.seed,
        facts=facts,
        keep_last=options.last,
    )
    _log(options.output, f"best: {_shown(figures)}")


if __name__ == "__main__":
    run(main)
