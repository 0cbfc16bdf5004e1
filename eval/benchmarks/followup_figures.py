"""How well follow-ups are understood: what is carried, how near to people's rewrites, and what is found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from pullquote.eval.metrics.bootstrap import interval_of
from pullquote.eval.metrics.squad import f1
from pullquote.qa.followups.terms import left_out
from pullquote.qa.training.data.conversations import ConversationTurn, said_before

_SEED = 20310504


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one way makes of one turn.

    Attributes:
        turn: the question among its turns.
        text: the question as it is shown and read.
        queries: all that is searched.
        rank: 1-based, of the first passage that answers; None beyond the depth.
        searched: whether it is known what answers.
        time_ms: milliseconds that understanding took.
    """

    turn: ConversationTurn
    text: str
    queries: tuple[str, ...]
    rank: int | None = None
    searched: bool = False
    time_ms: float = 0.0

    @property
    def changed(self) -> bool:
        """Whether anything else than the question is shown, read or searched."""
        return self.text != self.turn.question or self.queries != (self.turn.question,)

    def carried(self) -> tuple[int, int, int]:
        """Return how many terms of the text are rightly carried, how many wrongly, and how many are missing.

        As in QuReTeC (Voskarides et al., SIGIR 2020): terms of the earlier turns that the question hasn't.
        """
        given = left_out(self.turn.question, self.text, said_before(self.turn.history))
        wanted = self.turn.carried
        return len(given & wanted), len(given - wanted), len(wanted - given)

    def row(self) -> tuple[float, ...]:
        """Return what figures are made of, by `_COLUMNS`."""
        return (
            *self.carried(),
            100 * f1(self.text, self.turn.rewrite),
            100 * self.changed,
            self.turn.needs,
            self.searched,
            100 * (self.rank is not None and self.rank <= 5),
            100 * (self.rank is not None and self.rank <= 12),
            self.time_ms,
        )


_COLUMNS = ("right", "wrong", "missing", "token_f1", "changed", "needs", "searched", "hit_5", "hit_12", "time_ms")
Rows = npt.NDArray[np.float64]


def _column(rows: Rows, name: str) -> Rows:
    return rows[:, _COLUMNS.index(name)]


def _share(rows: Rows, *others: str) -> float | None:
    """Return the terms rightly carried as a share of them and the others, in percent."""
    right = float(_column(rows, "right").sum())
    whole = right + sum(float(_column(rows, name).sum()) for name in others)
    return 100 * right / whole if whole else None


def _f1(rows: Rows) -> float | None:
    right = 2 * float(_column(rows, "right").sum())
    whole = right + float(_column(rows, "wrong").sum() + _column(rows, "missing").sum())
    return 100 * right / whole if whole else None


def _mean(rows: Rows, name: str, *, needs: bool | None = None, searched: bool = False) -> float | None:
    """Return the mean of a column, over turns that need something or don't, or over those that were searched for."""
    if needs is not None:
        rows = rows[_column(rows, "needs") == needs]
    if searched:
        rows = rows[_column(rows, "searched") == 1]
    return float(_column(rows, name).mean()) if len(rows) else None


def _left(rows: Rows) -> float | None:
    changed = _mean(rows, "changed", needs=True)
    return None if changed is None else 100 - changed


# Each figure of a source, in percent but for `ms`; None where it is undefined.
FIGURES: dict[str, Callable[[Rows], float | None]] = {
    "P": lambda rows: _share(rows, "wrong"),
    "R": lambda rows: _share(rows, "missing"),
    "F1": _f1,
    "token F1": lambda rows: _mean(rows, "token_f1"),
    "changed needlessly": lambda rows: _mean(rows, "changed", needs=False),
    "left though needed": _left,
    "hit@5": lambda rows: _mean(rows, "hit_5", searched=True),
    "hit@12": lambda rows: _mean(rows, "hit_12", searched=True),
    "ms": lambda rows: float(np.median(_column(rows, "time_ms"))),
}
_WITH_INTERVAL = ("F1", "token F1", "changed needlessly", "hit@5", "hit@12")


def rows_of(attempts: Sequence[Attempt]) -> Rows:
    """Return (attempts, columns) float64, what the figures are made of."""
    return np.array([one.row() for one in attempts], dtype=np.float64)


def figures(rows: Rows) -> dict[str, float | None]:
    """Return the figures of one way on one source, by `FIGURES`."""
    return {name: figure(rows) for name, figure in FIGURES.items()}


def figure_cells(attempts: Sequence[Attempt], *, resamples: int = 1000) -> list[str]:
    """Return the figures as cells of a table, some with 95% intervals over conversations."""
    rows = rows_of(attempts)
    dialogs = [one.turn.dialog for one in attempts]
    cells = []
    for name, value in figures(rows).items():
        cell = "" if value is None else f"{value:.1f}"
        if name in _WITH_INTERVAL:
            over = partial(_of_rows, FIGURES[name], rows)
            if found := interval_of(over, len(rows), seed=_SEED, groups=dialogs, resamples=resamples):
                cell += f" ({found.low:.1f} to {found.high:.1f})"
        cells.append(cell)
    return cells


def _of_rows(figure: Callable[[Rows], float | None], rows: Rows, numbers: npt.NDArray[np.int64]) -> float | None:
    return figure(rows[numbers])
