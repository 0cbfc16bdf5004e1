"""Progress on stderr: a bar on a terminal, otherwise a line now and then."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from pullquote.ui.cli.consoles import console
from pullquote.ui.wording import count

if TYPE_CHECKING:
    from pullquote.qa.training.steps.loop import TrainingProgress
    from pullquote.reports import AddProgress

# Often enough to show life in a log, seldom enough to keep an hour's run at 360 lines.
_LINE_EVERY_S = 10.0


class Meter:
    """Shows how far one long job is: use it as a context and call `update`."""

    def __init__(self, what: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._what, self._clock = what, clock
        self._begun = self._last_line = clock()
        self._first: tuple[float, float] | None = None  # when, and how much an earlier sitting had done by then
        self._console = console(sys.stderr)
        self._bar = (
            Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(bar_width=24),
                TaskProgressColumn(),
                TextColumn("{task.fields[note]}", markup=False),
                TimeRemainingColumn(compact=True),
                console=self._console,
                transient=True,
            )
            if self._console.is_terminal
            else None
        )
        self._task = self._bar.add_task(what, total=None, note="") if self._bar else None

    def __enter__(self) -> Meter:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    def now(self, what: str) -> Meter:
        """Return this meter; from the first call on, what it counts is another job with its own time."""
        if what != self._what:
            self._what, self._first = what, None
            self._begun = self._clock()
            if self._bar and self._task is not None:
                self._bar.remove_task(self._task)
                self._task = self._bar.add_task(what, total=None, note="")
        return self

    @property
    def seconds(self) -> float:
        """Seconds since the job began."""
        return self._clock() - self._begun

    def update(self, done: float, total: float | None, note: str) -> None:
        """Show that `done` of `total` is behind us (None or 0: nobody knows how much there is)."""
        if self._bar and self._task is not None:
            self._bar.update(self._task, completed=done, total=total or None, note=note)
            return
        self._first = self._first or (self._clock(), done)
        if self._clock() - self._last_line >= _LINE_EVERY_S:
            self._last_line = self._clock()
            parts = [f"{100 * min(1.0, done / total):.0f} %", note, self._left(done, total)] if total else [note]
            self._console.print(f"{self._what}: " + ", ".join(part for part in parts if part), soft_wrap=True)

    def _left(self, done: float, total: float) -> str:
        begun, before = self._first or (self._begun, 0.0)
        if not before < done < total:
            return ""
        return f"about {duration((self._clock() - begun) * (total - done) / (done - before))} left"


def duration(seconds: float) -> str:
    """Return a length of time as people say it: "8 s", "3 min 20 s", "2 h 5 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s" if whole >= 10 or seconds == whole else f"{seconds:.1f} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def show_adding(meter: Meter) -> Callable[[AddProgress], None]:
    """Return the callback for `Archive.add`."""

    def show(progress: AddProgress) -> None:
        if progress.to_embed:
            note = f"{progress.embedded:,} of {progress.to_embed:,} passages; all can be asked about meanwhile"
            meter.now("embedding").update(progress.embedded, progress.to_embed, note)
            return
        rate = progress.articles / max(meter.seconds, 1e-9)
        meter.update(progress.bytes_done, progress.bytes_total, f"{progress.articles:,} articles, {rate:,.0f} a second")

    return show


def show_training(meter: Meter) -> Callable[[TrainingProgress], None]:
    """Return the callback for `train_reader`."""

    def show(progress: TrainingProgress) -> None:
        meter.update(
            progress.step,
            progress.steps,
            f"step {progress.step:,} of {progress.steps:,}, loss {progress.loss:.3f}, "
            f"{progress.windows_per_s:,.0f} windows a second",
        )

    return show


def show_count(meter: Meter, noun: str) -> Callable[[int, int], None]:
    """Return a callback that takes how many are done, and how many there are."""

    def show(done: int, total: int) -> None:
        meter.update(done, total, count(done, noun))

    return show
