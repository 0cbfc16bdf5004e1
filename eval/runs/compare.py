"""Two runs over the same questions: what changed, and whether it is more than noise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from pullquote.errors import InputError
from pullquote.eval.metrics import bootstrap
from pullquote.eval.runs.figures import stories_of
from pullquote.eval.runs.rows import Row, RunFacts
from pullquote.eval.runs.search_values import search_values

# A difference whose paired bootstrap p-value is above this is called noise.
NOISE_ABOVE = 0.05

Pairs = Sequence[tuple[Row, Row]]

# What is compared of answers, with the questions that it is defined for.
_FIGURES: dict[str, tuple[Callable[[Row], float], Callable[[Row], bool]]] = {
    "exact_match": (lambda row: row.given(row.exact_match), lambda row: True),
    "f1": (lambda row: row.given(row.f1), lambda row: True),
    "right": (lambda row: float(row.good), lambda row: True),
    "right_source": (lambda row: row.given(bool(row.right_source)), lambda row: row.right_source is not None),
    "best_right": (lambda row: float(row.right), lambda row: row.answerable),
}


@dataclass(frozen=True, slots=True)
class RowDifference:
    """A figure of two runs over n questions, in percent: the run's minus the baseline's, its 95% interval, p-value."""

    name: str
    baseline: float
    run: float
    difference: float
    low: float
    high: float
    p_value: float
    n: int

    @property
    def noise(self) -> bool:
        """Whether the difference may well be chance."""
        return self.p_value > NOISE_ABOVE

    @property
    def remark(self) -> str:
        """What there is to say of the difference, in a few words."""
        if self.low == self.high == 0:
            return "the same"
        return "may be chance" if self.noise else "more than noise"


@dataclass(frozen=True, slots=True)
class RunComparison:
    """Differences of a run to a baseline, and the questions that went from wrong to right and back.

    Attributes:
        differences: one a figure: of answers, where the set judges any, then of the search. Stories are resampled, or
            questions, as for the figures themselves (see `stories_of`).
        gained, lost: (baseline's row, run's row) of each question whose outcome changed.
        changed_facts: what differs between the runs besides the rows, as "name: before -> now".
    """

    differences: tuple[RowDifference, ...]
    gained: tuple[tuple[Row, Row], ...]
    lost: tuple[tuple[Row, Row], ...]
    changed_facts: tuple[str, ...]


def compare(
    run: Sequence[Row], baseline: Sequence[Row], *, seed: int, facts: RunFacts, baseline_facts: RunFacts
) -> RunComparison:
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
    everything = [(before_by_id[row.id], row) for row in run]
    pairs = [pair for pair in everything if pair[1].judged]
    differences = []
    for name, (value, defined) in _FIGURES.items():
        if of := [pair for pair in pairs if defined(pair[1])]:
            before, now = ([value(pair[side]) for pair in of] for side in (0, 1))
            differences.append(_difference(name, of, before, now, seed))
    return RunComparison(
        differences=(*differences, *_search_differences(everything, seed)),
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


def _search_differences(pairs: Pairs, seed: int) -> Iterator[RowDifference]:
    by_id = {pair[1].id: pair for pair in pairs}
    before = search_values([pair[0] for pair in pairs])
    for name, now in search_values([pair[1] for pair in pairs]).items():
        known = [one for one in now if one in before.get(name, {})]
        if known:
            of = [by_id[one] for one in known]
            yield _difference(name, of, [before[name][one] for one in known], [now[one] for one in known], seed)


def _difference(name: str, pairs: Pairs, before: Sequence[float], now: Sequence[float], seed: int) -> RowDifference:
    """Return the difference of values, 0..1, one a pair; stories are those of the later run's rows."""
    left, right = 100 * np.array(now), 100 * np.array(before)
    paired = bootstrap.paired(left, right, seed=seed, groups=stories_of([row for _, row in pairs]))
    return RowDifference(name, float(right.mean()), float(left.mean()), *paired, n=len(pairs))
