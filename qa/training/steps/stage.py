"""One stage of the recipe from start to packed weights: steps, figures each minute, checkpoints, the best kept."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch

from pullquote.index.embedding.memory import give_back
from pullquote.qa.reading.weights import pack
from pullquote.qa.training.steps.loop import Loop, LoopOptions, TrainingProgress
from pullquote.qa.training.steps.machine import Machine
from pullquote.qa.training.steps.settings import Settings

_CHECKPOINT, _BEST = "checkpoint.pt", "best.safetensors"
# Weights are measured on the questions held out so often in a stage, and at least after so many steps (forty minutes of
# the large reader on two cores); but not before so many windows have been learnt for each that is read for it.
_MARKS, _MARK_STEPS, _LEARNT_FOR_READ = 24, 400, 5
_FIGURES_EVERY_S = 60.0
# Kept free before the deadline: packing the large reader takes two cores ten seconds. Measuring it takes time besides,
# which the first measure tells.
_RESERVED_S = 20.0


class Task(Protocol):
    """What is trained in a stage."""

    model: Any
    tokenizer: Any

    @property
    def batches(self) -> Sequence[Sequence[int]]:
        """Numbers of windows, all steps."""

    @property
    def held_out(self) -> int:
        """How many windows `figures` reads."""

    def loss(self, numbers: Sequence[int]) -> torch.Tensor:
        """Return the mean over the questions of some windows."""

    def key(self, number: int) -> Any:
        """Return what windows of one question have in common."""

    def figures(self) -> dict[str, float]:
        """Return how good the weights are, the figure that decides first."""


@dataclass(frozen=True, slots=True)
class StageTime:
    """How long a stage may take and how often it writes.

    Attributes:
        deadline: of `time.monotonic()`; None for none.
        whole_plan: what doesn't fit before the deadline waits for another call.
        checkpoint_every_s: seconds between checkpoints.
    """

    deadline: float | None = None
    whole_plan: bool = False
    checkpoint_every_s: float = 300.0


@dataclass(frozen=True, slots=True)
class StageResult:
    """What a stage came to.

    Attributes:
        folder: of the packed weights.
        figures: of the best weights, on the questions held out.
        step: of the best weights.
        steps: of the stage, as it was planned at the end.
        finished: whether all of them were made.
    """

    folder: Path
    figures: dict[str, float]
    step: int
    steps: int
    finished: bool


def run_stage(
    name: str,
    task: Task,
    settings: Settings,
    output: Path,
    *,
    machine: Machine,
    facts: dict[str, Any],
    clock: StageTime,
    log: Callable[[str], None],
) -> StageResult:
    """Train a task and pack its best weights to `output/packed`.

    Args:
        name: of the stage.
        task: what is trained.
        settings: how.
        output: folder of the stage; what is needed to go on is kept there, too.
        machine: where.
        facts: what the weights are made from; a checkpoint made from anything else is refused.
        clock: how long it may take.
        log: takes a line.

    Raises:
        InputError: there is a checkpoint of another run.
        KeyboardInterrupt: it was told to stop, and has written a checkpoint.
    """
    told = json.dumps({"settings": settings.to_json(), **facts}, sort_keys=True)
    loop: Loop[int] = Loop(
        task.model,
        task.batches,
        loss=task.loss,
        key=task.key,
        options=LoopOptions(
            learning_rate=settings.learning_rate,
            packed_bits=settings.packed_bits,
            rounded_share=settings.rounded_share,
            # Threads would draw their dropout in any order, and a GPU has threads of its own.
            workers=1 if settings.dropout or machine.cuda else None,
            seed=settings.seed,
        ),
        checkpoint=output / _CHECKPOINT,
        fingerprint=hashlib.sha256(told.encode()).hexdigest(),
    )
    if loop.resume():
        log(f"{name}: goes on after step {loop.step:,}")
    begun = time.monotonic()

    def measure() -> None:
        started = time.monotonic()
        with loop.rounded():
            figures = task.figures()
        decisive = next(iter(figures.values()))
        if not loop.best or decisive > next(iter(loop.best["figures"].values())):
            _keep(task.model, output / _BEST)
            loop.best = {"step": loop.step, "figures": figures}
        loop.best["seconds"] = time.monotonic() - started
        log(f"{name}: step {loop.step:,}, held out, packed: {_shown(figures)}; best {_shown(loop.best['figures'])}")

    def tell(at: TrainingProgress) -> None:
        give_back()
        left = "" if clock.deadline is None else f", {_minutes(clock.deadline - time.monotonic())} left"
        log(
            f"{name}: step {at.step:,} of {at.steps:,}, loss {at.loss:.3f}, {at.windows_per_s:,.1f} windows/s, "
            f"{_minutes(time.monotonic() - begun)}{left}, {machine.peak_bytes() / 2**30:.1f} GiB"
        )

    if not loop.best:
        measure()  # of what it starts from
    reserved = _RESERVED_S + loop.best["seconds"]
    finished = loop.train(
        checkpoint_every_s=clock.checkpoint_every_s,
        progress=tell,
        progress_every_s=_FIGURES_EVERY_S,
        deadline=None if clock.deadline is None else clock.deadline - reserved,
        whole_plan=clock.whole_plan,
        mark_every=_mark_every(task, settings),
        at_mark=measure,
    )
    if not finished:
        measure()
    loop.save_checkpoint()
    record = {
        "stage": name,
        "settings": settings.to_json(),
        **facts,
        "machine": machine.name,
        "steps": loop.steps,
        "best_step": loop.best["step"],
        "held_out": loop.best["figures"],
        "seconds": round(loop.seconds),
        "finished": finished,
    }
    folder = _pack(task, output, record, bits=settings.packed_bits)
    return StageResult(folder, loop.best["figures"], loop.best["step"], loop.steps, finished)


def _mark_every(task: Task, settings: Settings) -> int:
    """Return after how many steps the weights are measured."""
    paid = -(-_LEARNT_FOR_READ * task.held_out // settings.batch_size)
    return max(paid, min(-(-len(task.batches) // _MARKS), _MARK_STEPS))


def _keep(model: Any, file: Path) -> None:
    """Write a model's exact weights, whole or not at all."""
    from safetensors.torch import save_file

    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    save_file({name: tensor.contiguous().cpu() for name, tensor in model.state_dict().items()}, partial)
    partial.replace(file)


def _pack(task: Task, output: Path, record: dict[str, Any], *, bits: int) -> Path:
    """Write the best weights to `trained`, in float16, and packed to `packed`; return that folder."""
    from safetensors.torch import load_file

    task.model.load_state_dict(load_file(output / _BEST))
    trained = output / "trained"
    # A copy: the model itself may be gone on with.
    state = {name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in _state(task.model)}
    task.model.config.dtype = torch.float16
    task.model.save_pretrained(trained, state_dict=state)
    task.tokenizer.save_pretrained(trained)
    (trained / "training.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return pack(trained, output / "packed", bits=bits).parent


def _state(model: Any) -> list[tuple[str, torch.Tensor]]:
    return [(name, tensor.cpu()) for name, tensor in model.state_dict().items()]


def _shown(figures: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.1f}" for name, value in figures.items())


def _minutes(seconds: float) -> str:
    whole = max(0, round(seconds))
    return f"{whole // 60} min {whole % 60:02d} s"
