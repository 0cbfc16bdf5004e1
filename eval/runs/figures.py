"""A figure with its 95% interval, and what is drawn again and again to get it: stories, or questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pullquote.eval.metrics import bootstrap
from pullquote.eval.metrics.proportion import wilson
from pullquote.eval.runs.rows import Row

# Of fewer stories than this a resample says next to nothing: four can be drawn in 35 ways.
LEAST_STORIES = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95% interval, over n questions.

    Attributes:
        value, low, high: in the unit of the figure.
        n: questions.
        stories: that were resampled whole for the interval; 0 where questions were.
    """

    value: float
    low: float
    high: float
    n: int
    stories: int = 0


def stories_of(rows: Sequence[Row]) -> list[str] | None:
    """Return each row's story where whole stories are to be resampled: every row has one, and they are enough.

    Questions of one story are found, or missed, together: drawn one by one, they give intervals that are too narrow.
    None: questions are resampled.
    """
    stories = [row.story for row in rows]
    return stories if all(stories) and len(set(stories)) >= LEAST_STORIES else None


def percent(values: Sequence[float], rows: Sequence[Row], *, seed: int) -> Figure:
    """Return the mean of values, 0..1 each, in percent.

    Where the resamples come out all alike (all right, all wrong), the interval is Wilson's, over questions.

    Args:
        values: one a row.
        rows: whose values they are.
        seed: of the bootstrap.
    """
    stories = stories_of(rows)
    found = bootstrap.interval([100 * value for value in values], seed=seed, groups=stories)
    if found.high - found.low > 1e-9:
        return Figure(*found, len(values), len(set(stories or ())))
    low, high = wilson(min(1.0, max(0.0, found.value / 100)), len(values))
    return Figure(found.value, 100 * low, 100 * high, len(values))
