"""Two runs over the same questions: what changed, and whether it is more than noise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from pullquote.errors import InputError
from pullquote.eval.metrics import bootstrap
from pullquote.eval.rows import Row, RunFacts

# A difference whose paired bootstrap p-value is above this is called noise.
NOISE_ABOVE = 0.05

_FIGURES: dict[str, Callable[[Row], float]] = {
    "exact_match": lambda row: row.given(row.exact_match),
    "f1": lambda row: row.given(row.f1),
    "right": lambda row: float(row.good),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of two runs, in percent: the run's minus the baseline's, its 95% interval and p-value."""

    name: str
    baseline: float
    run: float
    difference: float
    low: float
    high: float
    p_value: float

    @property
    def noise(self) -> bool:
        """Whether the difference may well be chance."""
        return self.p_value > NOISE_ABOVE


@dataclass(frozen=True, slots=True)
class Comparison:
    """Differences of a run to a baseline, and the questions that went from wrong to right and back.

    Attributes:
        differences: one a figure, over the questions whose answer the set judges; none where it judges articles only.
        gained, lost: (baseline's row, run's row) of each question whose outcome changed.
        changed_facts: what differs between the runs besides the rows, as "name: before -> now".
    """

    differences: tuple[Difference, ...]
    gained: tuple[tuple[Row, Row], ...]
    lost: tuple[tuple[Row, Row], ...]
    changed_facts: tuple[str, ...]


def compare(
    run: Sequence[Row], baseline: Sequence[Row], *, seed: int, facts: RunFacts, baseline_facts: RunFacts
) -> Comparison:
    """Return how a run differs from a baseline on the same questions.

    Raises:
        InputError: the runs are not of the same questions.
    """
    before_by_id = {row.id: row for row in baseline}
    if facts.gold_sha256 != baseline_facts.gold_sha256 or before_by_id.keys() != {row.id for row in run}:
        raise InputError(
            f"The runs can't be compared: one asked {facts.n:,} questions of {facts.gold} ({facts.split}), the other "
            f"{baseline_facts.n:,} of {baseline_facts.gold} ({baseline_facts.split}), and they are not the same."
        )
    pairs = [(before_by_id[row.id], row) for row in run if row.judged]
    differences = [_difference(name, pairs, figure, seed) for name, figure in _FIGURES.items() if pairs]
    if answerable := [pair for pair in pairs if pair[1].answerable]:
        differences.append(_difference("best_right", answerable, lambda row: float(row.right), seed))
    return Comparison(
        differences=tuple(differences),
        gained=tuple(pair for pair in pairs if pair[1].good and not pair[0].good),
        lost=tuple(pair for pair in pairs if pair[0].good and not pair[1].good),
        changed_facts=_changed(_flat(baseline_facts), _flat(facts)),
    )


def _flat(facts: RunFacts) -> dict[str, object]:
    return {name: value for name, value in asdict(facts).items() if name != "settings"} | dict(facts.settings)


def _changed(before: dict[str, object], now: dict[str, object]) -> tuple[str, ...]:
    return tuple(
        f"{name}: {before.get(name)} -> {now.get(name)}"
        for name in {**before, **now}
        if before.get(name) != now.get(name)
    )


def _difference(name: str, pairs: Sequence[tuple[Row, Row]], figure: Callable[[Row], float], seed: int) -> Difference:
    before = np.array([100 * figure(row) for row, _ in pairs])
    now = np.array([100 * figure(row) for _, row in pairs])
    paired = bootstrap.paired(now, before, seed=seed)
    return Difference(
        name, float(before.mean()), float(now.mean()), paired.difference, paired.low, paired.high, paired.p_value
    )
