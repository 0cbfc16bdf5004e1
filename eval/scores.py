"""From rows to figures, each with its 95% bootstrap interval."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pullquote.eval.metrics import bootstrap, retrieval
from pullquote.eval.metrics.abstention import (
    Point,
    Threshold,
    aurc,
    auroc,
    best_threshold,
    coverage_at_precision,
    risk_coverage,
)
from pullquote.eval.metrics.calibration import Bin, brier_score, expected_calibration_error, reliability_bins
from pullquote.eval.metrics.outcomes import Bools, Floats
from pullquote.eval.rows import Row

HIT_DEPTHS = (1, 5, 20, 50)
RECALL_DEPTHS = (1, 5, 20)
PRECISION_ASKED = 0.9


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95% interval, over n questions."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Group:
    """End-to-end figures of a group of questions, in percent.

    An answer withheld counts as wrong where there is one; where there is none, withholding it is right and
    any answer wrong. The `best_` figures judge the top candidate whether it was given or not, over
    answerable questions only.

    Attributes:
        n: questions.
        exact_match, f1: SQuAD's, of what was given.
        right: the right thing was done, accepted wordings loosely normalised.
        right_source: right, and the first citation supports it; over questions with known spans.
        answered: share of questions that were given an answer.
    """

    n: int
    exact_match: Figure
    f1: Figure
    right: Figure
    right_source: Figure | None
    answered: Figure
    best_exact_match: Figure | None
    best_f1: Figure | None
    best_right: Figure | None


@dataclass(frozen=True, slots=True)
class Scores:
    """Everything that is known of a run.

    Attributes:
        groups: "all", "answerable", "unanswerable", then each type, then "far": those worded far from the article.
        retrieval: hit@k (a passage in the top k holds an accepted answer), recall@k, MRR@10 and nDCG@10
            (articles; by ir-measures), in percent.
        abstention: AUROC and AURC (0..1) of confidence, coverage at 90% precision in percent; over all
            questions, an answer to an unanswerable one being wrong.
        curve: (coverage, risk) 0..1, by falling confidence.
        threshold: the best threshold of confidence by the cost asked for, with its mean cost a question.
        calibration: ECE and Brier score, 0..1.
        bins: of the reliability diagram.
        citations: share of rows whose citations are all verbatim (of those with a candidate to cite), and whose
            origins are counted right, in percent.
        lists: of lists the share of items, of changing answers the share of values, among the candidates, in percent.
        latency_ms: by stage, median and 95th percentile.
        errors: questions that could not be asked or are missing; they count as answered wrongly.
        wrong_cost: how many missing answers one wrong answer is worth, for `threshold`.
    """

    groups: Mapping[str, Group]
    retrieval: Mapping[str, Figure]
    abstention: Mapping[str, Figure]
    curve: tuple[Point, ...]
    threshold: Threshold | None
    calibration: Mapping[str, Figure]
    bins: tuple[Bin, ...]
    citations: Mapping[str, Figure]
    lists: Mapping[str, Figure]
    latency_ms: Mapping[str, tuple[float, float]]
    errors: int
    wrong_cost: float = 1.0


def score(rows: Sequence[Row], *, seed: int, wrong_cost: float = 1.0) -> Scores:
    """Return the figures of a run.

    Args:
        rows: one for each question that was to be asked.
        seed: of the bootstrap.
        wrong_cost: how many missing answers one wrong answer is worth.

    Raises:
        ValueError: there are no rows.
    """
    if not rows:
        raise ValueError("A run without rows has no scores.")
    judged = [row for row in rows if row.judged]
    confidence = np.array([row.confidence for row in judged])
    right = np.array([row.right for row in judged], dtype=bool)
    answerable = np.array([row.answerable for row in judged], dtype=bool)
    return Scores(
        groups=_groups(judged, seed),
        retrieval=_retrieval(rows, seed),
        abstention=_abstention(confidence, right, seed) if judged else {},
        curve=risk_coverage(confidence, right) if judged else (),
        threshold=best_threshold(confidence, right, answerable, wrong_cost=wrong_cost) if judged else None,
        calibration=_calibration(confidence, right, seed) if judged else {},
        bins=reliability_bins(confidence, right) if judged else (),
        citations=_shares(
            {
                "verbatim": [row.verbatim for row in judged if row.best],
                "origins_right": [row.origins_right for row in judged],
            },
            seed,
        ),
        lists=_shares(
            {
                "items_found": [row.items_found for row in judged],
                "values_found": [row.values_found for row in judged],
            },
            seed,
        ),
        latency_ms=_latency(judged),
        errors=sum(bool(row.error) for row in rows),
        wrong_cost=wrong_cost,
    )


def _groups(rows: Sequence[Row], seed: int) -> dict[str, Group]:
    chosen: dict[str, list[Row]] = {"all": list(rows)}
    for name, wanted in (("answerable", True), ("unanswerable", False)):
        chosen[name] = [row for row in rows if row.answerable is wanted]
    for kind in dict.fromkeys(row.type for row in rows):
        chosen.setdefault(kind, [row for row in rows if row.type == kind])
    chosen.setdefault("far", [row for row in rows if row.far])
    return {name: _group(group, seed) for name, group in chosen.items() if group}


def _group(rows: Sequence[Row], seed: int) -> Group:
    sourced = [row for row in rows if row.right_source is not None]
    answerable = [row for row in rows if row.answerable]

    def over(group: Sequence[Row], value: Callable[[Row], float]) -> Figure | None:
        return _percent([value(row) for row in group], seed) if group else None

    return Group(
        n=len(rows),
        exact_match=_percent([row.given(row.exact_match) for row in rows], seed),
        f1=_percent([row.given(row.f1) for row in rows], seed),
        right=_percent([float(row.good) for row in rows], seed),
        right_source=over(sourced, lambda row: row.given(bool(row.right_source))),
        answered=_percent([float(not row.abstained) for row in rows], seed),
        best_exact_match=over(answerable, lambda row: row.exact_match),
        best_f1=over(answerable, lambda row: row.f1),
        best_right=over(answerable, lambda row: float(row.right)),
    )


def _retrieval(rows: Sequence[Row], seed: int) -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    answerable = [row for row in rows if row.answerable]
    for depth in HIT_DEPTHS if answerable else ():
        found = [float(row.answer_rank is not None and row.answer_rank <= depth) for row in answerable]
        figures[f"hit@{depth}"] = _percent(found, seed)
    judged = [row for row in rows if row.relevant]
    if judged:
        qrels = {row.id: dict(row.relevant) for row in judged}
        run = {row.id: {key: 1.0 / rank for rank, key in enumerate(row.hits, 1)} for row in judged if row.hits}
        measured = {f"recall@{depth}": retrieval.recall(qrels, run, k=depth) for depth in RECALL_DEPTHS}
        measured |= {"MRR@10": retrieval.reciprocal_rank(qrels, run), "nDCG@10": retrieval.ndcg(qrels, run)}
        for name, values in measured.items():
            figures[name] = _percent([values[row.id] for row in judged], seed)
    return figures


def _abstention(confidence: Floats, right: Bools, seed: int) -> dict[str, Figure]:
    def coverage(sure: Floats, good: Bools) -> float:
        return 100 * coverage_at_precision(sure, good, precision=PRECISION_ASKED)

    return _over(
        {"auroc": auroc, "aurc": aurc, "coverage_at_90_precision": coverage},
        confidence,
        right,
        seed,
    )


def _calibration(confidence: Floats, right: Bools, seed: int) -> dict[str, Figure]:
    return _over({"ece": expected_calibration_error, "brier": brier_score}, confidence, right, seed)


def _over(
    measures: Mapping[str, Callable[[Floats, Bools], float | None]], confidence: Floats, right: Bools, seed: int
) -> dict[str, Figure]:
    """Return the figures that are defined here, such as AUROC where some are right and some wrong."""
    figures = {}
    for name, measure in measures.items():
        found = bootstrap.interval_of(
            lambda rows, measure=measure: measure(confidence[rows], right[rows]),  # type: ignore[misc]
            confidence.size,
            seed=seed,
        )
        if found:
            figures[name] = Figure(*found, confidence.size)
    return figures


def _shares(columns: Mapping[str, Sequence[float | None]], seed: int) -> dict[str, Figure]:
    known = {name: [float(value) for value in values if value is not None] for name, values in columns.items()}
    return {name: _percent(values, seed) for name, values in known.items() if values}


def _percent(values: Sequence[float], seed: int) -> Figure:
    found = bootstrap.interval([100 * value for value in values], seed=seed)
    return Figure(*found, len(values))


def _latency(rows: Sequence[Row]) -> dict[str, tuple[float, float]]:
    stages = dict.fromkeys(stage for row in rows for stage in row.timings_ms)
    times = {stage: [row.timings_ms[stage] for row in rows if stage in row.timings_ms] for stage in stages}
    return {
        stage: (round(float(np.median(values)), 1), round(float(np.percentile(values, 95)), 1))
        for stage, values in times.items()
    }
