"""One batch shared out over threads: each takes whole questions, and their gradients are summed.

A step of a small encoder is many short operations, which two cores share badly if both work on each of them;
`train-reader` tells how many windows it learns a second.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType

import torch

from pullquote.qa.training.batches import TrainingWindow

# More threads than that have too few windows each.
_MOST_WORKERS = 4

Gradients = tuple[torch.Tensor, ...]
Objective = Callable[[Sequence[TrainingWindow]], torch.Tensor]


class GradientWorkers:
    """A pool that computes the gradient of a mean over questions.

    Args:
        parameters: to differentiate by; their `grad` is set.
        objective: loss of windows, a scalar: the mean over their questions.
        workers: how many threads; None takes those that torch may use, up to 4.
    """

    def __init__(
        self, parameters: Sequence[torch.nn.Parameter], objective: Objective, *, workers: int | None = None
    ) -> None:
        self._parameters, self._objective = list(parameters), objective
        self._threads = torch.get_num_threads()
        self._workers = min(self._threads, _MOST_WORKERS) if workers is None else workers
        each = max(1, self._threads // self._workers)
        # The number of threads inside an operation is a matter of the thread that calls it.
        self._pool = ThreadPoolExecutor(self._workers, initializer=torch.set_num_threads, initargs=(each,))

    def __enter__(self) -> GradientWorkers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._pool.shutdown()
        torch.set_num_threads(self._threads)

    def backward(self, rows: Sequence[TrainingWindow]) -> float:
        """Set the gradients of a batch and return its loss."""
        parts = shares(rows, self._workers)
        done = list(self._pool.map(self._gradients, parts))
        weights = [questions(part) / questions(rows) for part in parts]
        for parameter, *gradients in zip(self._parameters, *(gradients for _, gradients in done), strict=True):
            parameter.grad = sum(
                (weight * gradient for weight, gradient in zip(weights, gradients, strict=True)),
                start=torch.zeros_like(parameter),
            )
        return sum(weight * loss for weight, (loss, _) in zip(weights, done, strict=True))

    def _gradients(self, rows: Sequence[TrainingWindow]) -> tuple[float, Gradients]:
        loss = self._objective(rows)
        return float(loss.detach()), torch.autograd.grad(loss, self._parameters)


def shares(rows: Sequence[TrainingWindow], count: int) -> list[list[TrainingWindow]]:
    """Return the rows in up to `count` parts of about as many windows; a question's windows stay together."""
    units: dict[str, list[TrainingWindow]] = {}
    for at, row in enumerate(rows):
        units.setdefault(row.group or f"\n{at}", []).append(row)
    parts: list[list[TrainingWindow]] = [[] for _ in range(min(count, len(units)))]
    # Largest first, each to the part with the fewest windows so far.
    for unit in sorted(units.values(), key=len, reverse=True):
        min(parts, key=len).extend(unit)
    return parts


def questions(rows: Sequence[TrainingWindow]) -> int:
    """Return how many questions the windows are read for."""
    grouped = {row.group for row in rows if row.group}
    return len(grouped) + sum(not row.group for row in rows)
