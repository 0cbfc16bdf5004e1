"""Steps of AdamW over batches, with checkpoints, a schedule that keeps to a deadline, and the best weights kept."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Generic, TypeVar

import torch

from pullquote.errors import InputError
from pullquote.qa.training.steps.parallel import GradientWorkers
from pullquote.qa.training.steps.rounding import Rounding

Row = TypeVar("Row")
# Losses that the shown one is the mean of.
_SHOWN_LOSSES = 200
# A rate is measured over so many seconds before the plan is cut to the deadline, and anew each time they have gone by.
_REPLAN_S = 20.0


@dataclass(frozen=True, slots=True)
class LoopOptions:
    """How steps are made.

    Attributes:
        learning_rate: the peak, reached after `warmup` of the steps and falling linearly to 0.
        warmup: share of the steps.
        weight_decay: of AdamW, on everything but biases and layer norms.
        packed_bits: weights are rounded as packing with so many bits rounds them, 8 or 4; 0 for exact ones.
        rounded_share: of the steps, the last ones, that are made with rounded weights, 0..1.
        workers: threads that a batch is shared out over; None takes those that torch may use, up to 4.
        seed: of dropout.
    """

    learning_rate: float
    warmup: float = 0.06
    weight_decay: float = 0.01
    packed_bits: int = 0
    rounded_share: float = 1.0
    workers: int | None = None
    seed: int = 20310504


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """Where training stands: steps done and in all, the running loss, windows a second, seconds so far."""

    step: int
    steps: int
    loss: float
    windows_per_s: float
    seconds: float


class Loop(Generic[Row]):
    """A training that can be stopped and gone on with.

    Args:
        model: with float32 parameters, where it is trained.
        batches: all of the training.
        loss: of rows, a scalar: the mean over their questions.
        key: equal for rows of one question, None for a row that stands alone.
        options: how steps are made.
        checkpoint: file of the state to resume from.
        fingerprint: of the data and everything that has to stay the same when it is gone on with.

    Attributes:
        step: steps done.
        steps: steps in all; fewer than there are batches where the deadline cuts the plan.
        seconds: of training, in all sittings.
        best: what `at_mark` wants kept with the checkpoint.
    """

    def __init__(
        self,
        model: Any,
        batches: Sequence[Sequence[Row]],
        *,
        loss: Callable[[Sequence[Row]], torch.Tensor],
        key: Callable[[Row], Hashable | None],
        options: LoopOptions,
        checkpoint: Path,
        fingerprint: str,
    ) -> None:
        self.model, self.batches, self.options = model, batches, options
        self.step, self.steps, self.seconds = 0, len(batches), 0.0
        self.best: dict[str, Any] = {}
        self._loss, self._key = loss, key
        self._checkpoint, self._fingerprint = checkpoint, fingerprint
        self._rounding = Rounding(model, bits=options.packed_bits) if options.packed_bits else None
        groups = _parameter_groups(model, options.weight_decay)
        self._optimizer = torch.optim.AdamW(groups, lr=options.learning_rate, fused=True)
        self._losses: list[torch.Tensor] = []
        self._sitting_s, self._sitting_steps, self._sitting_windows = 0.0, 0, 0

    @property
    def loss(self) -> float | None:
        """The mean over the last steps; None before the first."""
        return float(torch.stack(self._losses).mean()) if self._losses else None

    @contextlib.contextmanager
    def rounded(self) -> Iterator[None]:
        """Have the weights inside the `with` as packing will round them."""
        with self._rounding.applied(None) if self._rounding else contextlib.nullcontext():
            yield

    def resume(self) -> bool:
        """Go on from the checkpoint if there is one; return whether there was.

        Raises:
            InputError: it is of another run.
        """
        if not self._checkpoint.exists():
            return False
        place = next(self.model.parameters()).device
        state = torch.load(self._checkpoint, weights_only=True, map_location=place)
        if state["fingerprint"] != self._fingerprint:
            raise InputError(f"{self._checkpoint} is of another run; remove it or name another folder.")
        self.model.load_state_dict(state["model"])
        self._optimizer.load_state_dict(state["optimizer"])
        self.step, self.seconds, self.best = state["step"], state["seconds"], state.get("best", {})
        if self._rounding:
            self._rounding.added = state["rounding"]
        return True

    def save_checkpoint(self) -> None:
        """Write the state to resume from, whole or not at all."""
        self._checkpoint.parent.mkdir(parents=True, exist_ok=True)
        partial = self._checkpoint.with_suffix(".partial")
        state = {
            "fingerprint": self._fingerprint,
            "model": self.model.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
            "best": self.best,
            "rounding": self._rounding.added if self._rounding else [],
        }
        torch.save(state, partial)
        partial.replace(self._checkpoint)

    def train(
        self,
        *,
        checkpoint_every_s: float,
        progress: Callable[[TrainingProgress], None],
        progress_every_s: float = 1.0,
        deadline: float | None = None,
        whole_plan: bool = False,
        mark_every: int = 0,
        at_mark: Callable[[], None] = lambda: None,
    ) -> bool:
        """Make the steps that are left; return whether all were made.

        Args:
            checkpoint_every_s: seconds between checkpoints.
            progress: called every `progress_every_s`, and at the end.
            progress_every_s: seconds.
            deadline: of `time.monotonic()`, when it has to end; None for no end.
            whole_plan: what doesn't fit before the deadline waits for another call; if not, the plan is cut so that
                the learning rate has fallen to 0 by then.
            mark_every: steps after which `at_mark` is called, besides at the end; 0 for never.
            at_mark: looks at the weights, such as to keep the best.

        Raises:
            KeyboardInterrupt: it was told to stop, by SIGINT or SIGTERM, and has written a checkpoint.
        """
        self.model.train()
        sat_down = last_saved = last_shown = last_planned = time.monotonic()
        learnt = [parameter for parameter in self.model.parameters() if parameter.requires_grad]
        workers = GradientWorkers(learnt, self._loss, key=self._key, workers=self.options.workers)
        with _stop_signals() as stopped, workers as pool:
            while self.step < self.steps:
                begun = time.monotonic()
                if deadline is not None and begun >= deadline:
                    self.save_checkpoint()
                    break
                self._one_step(pool, self.batches[self.step])
                now = time.monotonic()
                self.seconds += now - begun
                self._sitting_s += now - begun
                if deadline is not None and not whole_plan and now - last_planned >= _REPLAN_S:
                    last_planned = now
                    self._replan(now - sat_down, deadline - now)
                if now - last_shown >= progress_every_s or self.step == self.steps:
                    last_shown = now
                    progress(self._progress())
                if mark_every and (self.step % mark_every == 0 or self.step == self.steps):
                    at_mark()
                    self.model.train()
                if stopped() or now - last_saved >= checkpoint_every_s:
                    last_saved = now
                    self.save_checkpoint()
                if stopped():
                    raise KeyboardInterrupt
        return self.step >= self.steps

    def _replan(self, seconds: float, seconds_left: float) -> None:
        """Make as many steps the last as there is time for, if all goes on as it went for `seconds`."""
        fitting = self.step + int(seconds_left * self._sitting_steps / seconds)
        self.steps = min(len(self.batches), max(self.step + 1, fitting))

    def _one_step(self, pool: GradientWorkers[Row], rows: Sequence[Row]) -> None:
        options = self.options
        torch.manual_seed(options.seed + self.step)  # the same dropout whether or not it was interrupted
        for group in self._optimizer.param_groups:
            group["lr"] = options.learning_rate * self._learning_rate_factor()
        rounds = self._rounding is not None and self.step >= self.steps * (1 - options.rounded_share)
        with self._rounding.applied(self.step) if self._rounding and rounds else contextlib.nullcontext():
            loss = pool.backward(rows)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        self.step += 1
        self._sitting_steps += 1
        self._sitting_windows += len(rows)
        self._losses = [*self._losses[1 - _SHOWN_LOSSES :], loss]

    def _learning_rate_factor(self) -> float:
        warm = max(1, int(self.steps * self.options.warmup))
        return min((self.step + 1) / warm, max(0.0, (self.steps - self.step) / max(1, self.steps - warm)))

    def _progress(self) -> TrainingProgress:
        rate = self._sitting_windows / max(self._sitting_s, 1e-9)
        return TrainingProgress(self.step, self.steps, self.loss or 0.0, rate, self.seconds)


def _parameter_groups(model: Any, weight_decay: float) -> list[dict[str, Any]]:
    decayed: list[Any] = []
    plain: list[Any] = []
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        (plain if name.endswith("bias") or "LayerNorm" in name else decayed).append(parameter)
    return [{"params": decayed, "weight_decay": weight_decay}, {"params": plain, "weight_decay": 0.0}]


@contextlib.contextmanager
def _stop_signals() -> Iterator[Callable[[], bool]]:
    """Turn SIGINT and SIGTERM into a flag that is looked at between steps."""
    asked: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
