"""Every question of a run, each with what became of it: what the report lists and filters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pullquote.eval.report.cases import hint
from pullquote.eval.runs.rows import Row

# What can become of a question, in the order of the filters.
OUTCOMES = {
    "missed": "no value was given, and nothing that was found is right",
    "wrong": "a value was given and is wrong, or there is none to give",
    "withheld": "no value was given, though the best candidate or one of the first three quotations is right",
    "right": "a right value was given, or none where there is none",
}
# Of sets that judge articles: an article that should be found is among so many.
FOUND_AMONG = 10
_FOUND = {
    "missed": f"no article that should be found is among the first {FOUND_AMONG}",
    "right": f"an article that should be found is among the first {FOUND_AMONG}",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """One question of the list: its row, what became of it (a key of `OUTCOMES`), and how far search and reader came.

    Attributes:
        row: of the run.
        outcome: what became of it.
        rank: of sets that judge articles, the rank of the first article that should be found; else None.
        remark: what went wrong, where that is known; else "".
    """

    row: Row
    outcome: str
    rank: int | None
    remark: str


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice of the list: a key of `OUTCOMES`, what it means, and of how many questions."""

    outcome: str
    means: str
    n: int


def outcome_of(row: Row) -> str:
    """Return what became of a question: a key of `OUTCOMES`."""
    if row.error:
        return "missed"
    if not row.judged:
        rank = first_rank(row)
        return "right" if rank is not None and rank <= FOUND_AMONG else "missed"
    if row.good:
        return "right"
    if not row.abstained:
        return "wrong"
    return "withheld" if row.right or row.quoted(3) else "missed"


def first_rank(row: Row) -> int | None:
    """Return the 1-based rank of the first article found that should be found, or None."""
    return next((rank for rank, key in enumerate(row.hits, 1) if key in row.relevant), None)


def every_question(rows: Sequence[Row]) -> list[Listed]:
    """Return all questions of a run, in their order."""
    return [_listed(row) for row in rows]


def _listed(row: Row) -> Listed:
    outcome = outcome_of(row)
    remark = hint(row) if row.judged and outcome in ("missed", "wrong") and not row.error else ""
    return Listed(row, outcome, None if row.judged else first_rank(row), remark)


def filters(listed: Sequence[Listed]) -> list[Filter]:
    """Return the choices of the list, with how many questions each has; those that a set can't have are left out."""
    numbers = Counter(one.outcome for one in listed)
    means = OUTCOMES if any(one.row.judged for one in listed) else _FOUND
    return [Filter(outcome, words, numbers[outcome]) for outcome, words in means.items()]
