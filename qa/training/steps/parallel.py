"""One batch shared out over threads: each takes whole questions, and their gradients are summed.

A step of a small encoder is many short operations, which two cores share badly if both work on each of them;
`train-reader` tells how many windows it learns a second.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Generic, TypeVar

import torch

# More threads than that have too few windows each.
_MOST_WORKERS = 4

Gradients = tuple[torch.Tensor, ...]
Row = TypeVar("Row")


class GradientWorkers(Generic[Row]):
    """A pool that computes the gradient of a mean over questions.

    Args:
        parameters: to differentiate by; their `grad` is set.
        objective: loss of windows, a scalar: the mean over their questions.
        key: equal for the windows of one question, None for one that stands alone.
        workers: how many threads; None takes those that torch may use, up to 4.
    """

    def __init__(
        self,
        parameters: Sequence[torch.nn.Parameter],
        objective: Callable[[Sequence[Row]], torch.Tensor],
        *,
        key: Callable[[Row], Hashable | None],
        workers: int | None = None,
    ) -> None:
        self._parameters, self._objective, self._key = list(parameters), objective, key
        self._threads = torch.get_num_threads()
        self._workers = min(self._threads, _MOST_WORKERS) if workers is None else workers
        each = max(1, self._threads // self._workers)
        # The number of threads inside an operation is a matter of the thread that calls it.
        self._pool = ThreadPoolExecutor(self._workers, initializer=torch.set_num_threads, initargs=(each,))

    def __enter__(self) -> GradientWorkers[Row]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._pool.shutdown()
        torch.set_num_threads(self._threads)

    def backward(self, rows: Sequence[Row]) -> torch.Tensor:
        """Set the gradients of a batch and return its loss, a scalar without a gradient."""
        parts = shares(rows, self._workers, self._key)
        done = list(self._pool.map(self._gradients, parts))
        weights = [questions(part, self._key) / questions(rows, self._key) for part in parts]
        for parameter, *gradients in zip(self._parameters, *(gradients for _, gradients in done), strict=True):
            parameter.grad = sum(
                (weight * gradient for weight, gradient in zip(weights, gradients, strict=True)),
                start=torch.zeros_like(parameter),
            )
        return torch.stack([weight * loss for weight, (loss, _) in zip(weights, done, strict=True)]).sum()

    def _gradients(self, rows: Sequence[Row]) -> tuple[torch.Tensor, Gradients]:
        loss = self._objective(rows)
        return loss.detach(), torch.autograd.grad(loss, self._parameters)


def shares(rows: Sequence[Row], count: int, key: Callable[[Row], Hashable | None]) -> list[list[Row]]:
    """Return the rows in up to `count` parts of about as many windows; a question's windows stay together."""
    units = list(_units(rows, key).values())
    parts: list[list[Row]] = [[] for _ in range(min(count, len(units)))]
    # Largest first, each to the part with the fewest windows so far.
    for unit in sorted(units, key=len, reverse=True):
        min(parts, key=len).extend(unit)
    return parts


def questions(rows: Sequence[Row], key: Callable[[Row], Hashable | None]) -> int:
    """Return how many questions the windows are read for."""
    return len(_units(rows, key))


def _units(rows: Sequence[Row], key: Callable[[Row], Hashable | None]) -> dict[tuple[bool, Hashable], list[Row]]:
    units: dict[tuple[bool, Hashable], list[Row]] = {}
    for at, row in enumerate(rows):
        own = key(row)
        units.setdefault((own is None, at if own is None else own), []).append(row)
    return units
