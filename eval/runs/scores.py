"""From rows to figures, each with its 95% bootstrap interval."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pullquote.answers import State
from pullquote.eval.gold.questions import WHYS
from pullquote.eval.metrics import bootstrap
from pullquote.eval.metrics.abstention import (
    Point,
    Threshold,
    aurc,
    auroc,
    best_threshold,
    coverage_at_precision,
    risk_coverage,
)
from pullquote.eval.metrics.calibration import (
    Bin,
    brier_score,
    error_if_calibrated,
    expected_calibration_error,
    reliability_bins,
)
from pullquote.eval.metrics.outcomes import Bools, Floats
from pullquote.eval.runs.figures import Figure as Figure
from pullquote.eval.runs.figures import percent, stories_of
from pullquote.eval.runs.rows import Row
from pullquote.eval.runs.search_values import search_values

PRECISION_ASKED = 0.9
# How many of an answer's quotations are looked at.
_QUOTATIONS_AT = (1, 3, 5)


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
        useful: share of questions after which a user has what he needs (see `Row.useful`).
        quotation: share of answerable questions whose first quotation is right.
        quotation_in_3: the same of the first three.
        states: by state, how many questions ended in it, and how many of them usefully (see `Row.useful`).
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
    useful: Figure
    quotation: Figure | None
    quotation_in_3: Figure | None
    states: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Scores:
    """Everything that is known of a run.

    Attributes:
        groups: "all", "answerable", "unanswerable", then each type, then "far": those worded far from the article.
        why: of unanswerable questions, by why there is no answer, the share withheld, in percent.
        retrieval: hit@k, recall@k, MRR@10 and nDCG@10 (see `search_values`), in percent.
        abstention: AUROC and AURC (0..1) of confidence, coverage at 90% precision in percent; over all
            questions, an answer to an unanswerable one being wrong.
        curve: (coverage, risk) 0..1, by falling confidence.
        threshold: the best threshold of confidence by the cost asked for, with its mean cost a question.
        calibration: ECE and Brier score, 0..1.
        bins: of the reliability diagram.
        citations: share of rows whose citations are all verbatim (of those with a candidate to cite), and whose
            origins are counted right, in percent.
        lists: of lists the share of items among the candidates and the list's items, of changing answers the share of
            values among the candidates, in percent.
        quotations: share of answerable questions with a right one among the first 1, 3 and 5, in percent; AUROC of the
            first one's confidence (0..1), and coverage at 90% precision in percent, over all questions.
        latency_ms: by stage, median and 95th percentile.
        errors: questions that could not be asked or are missing; they count as answered wrongly.
        wrong_cost: how many missing answers one wrong answer is worth, for `threshold`.
        stories: of the questions, that intervals resample whole; 0 where they resample questions. (A figure over
            too few of them resamples questions all the same: see `Figure.stories`.)
    """

    groups: Mapping[str, Group]
    why: Mapping[str, Figure]
    retrieval: Mapping[str, Figure]
    abstention: Mapping[str, Figure]
    curve: tuple[Point, ...]
    threshold: Threshold | None
    calibration: Mapping[str, Figure]
    bins: tuple[Bin, ...]
    citations: Mapping[str, Figure]
    lists: Mapping[str, Figure]
    quotations: Mapping[str, Figure]
    latency_ms: Mapping[str, tuple[float, float]]
    errors: int
    wrong_cost: float = 1.0
    stories: int = 0


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
    stories = stories_of(judged)
    return Scores(
        groups=_groups(judged, seed),
        why=_why(judged, seed),
        retrieval=_retrieval(rows, seed),
        abstention=_abstention(confidence, right, stories, seed) if judged else {},
        curve=risk_coverage(confidence, right) if judged else (),
        threshold=best_threshold(confidence, right, answerable, wrong_cost=wrong_cost) if judged else None,
        calibration=_calibration(confidence, right, stories, seed) if judged else {},
        bins=reliability_bins(confidence, right) if judged else (),
        citations=_shares(
            {
                "verbatim": lambda row: row.verbatim if row.best else None,
                "origins_right": lambda row: row.origins_right,
            },
            judged,
            seed,
        ),
        lists=_shares(
            {"items_found": lambda row: row.items_found, "values_found": lambda row: row.values_found},
            judged,
            seed,
        ),
        quotations=_quotations(judged, seed),
        latency_ms=_latency(judged),
        errors=sum(bool(row.error) for row in rows),
        wrong_cost=wrong_cost,
        stories=len(set(stories_of(rows) or ())),
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

    def over(group: Sequence[Row], value: Callable[[Row], float]) -> Figure:
        return percent([value(row) for row in group], group, seed=seed)

    return Group(
        n=len(rows),
        exact_match=over(rows, lambda row: row.given(row.exact_match)),
        f1=over(rows, lambda row: row.given(row.f1)),
        right=over(rows, lambda row: float(row.good)),
        right_source=over(sourced, lambda row: row.given(bool(row.right_source))) if sourced else None,
        answered=over(rows, lambda row: float(not row.abstained)),
        best_exact_match=over(answerable, lambda row: row.exact_match) if answerable else None,
        best_f1=over(answerable, lambda row: row.f1) if answerable else None,
        best_right=over(answerable, lambda row: float(row.right)) if answerable else None,
        useful=over(rows, lambda row: float(row.useful)),
        quotation=over(answerable, lambda row: float(row.quoted(1))) if answerable else None,
        quotation_in_3=over(answerable, lambda row: float(row.quoted(3))) if answerable else None,
        states={
            state.value: (
                sum(row.state == state.value for row in rows),
                sum(row.state == state.value and row.useful for row in rows),
            )
            for state in State
        },
    )


def _quotations(rows: Sequence[Row], seed: int) -> dict[str, Figure]:
    answerable = [row for row in rows if row.answerable]
    figures = {}
    if answerable:
        for count in _QUOTATIONS_AT:
            held = [float(row.quoted(count)) for row in answerable]
            figures[f"right_at_{count}"] = percent(held, answerable, seed=seed)
    if rows:
        confidence = np.array([row.quotations[0].confidence if row.quotations else 0.0 for row in rows])
        right = np.array([row.quoted(1) for row in rows], dtype=bool)
        told = _abstention(confidence, right, stories_of(rows), seed)
        figures |= {f"quotation_{name}": figure for name, figure in told.items() if name != "aurc"}
    return figures


def _why(rows: Sequence[Row], seed: int) -> dict[str, Figure]:
    told = [row for row in rows if row.why and not row.answerable]
    names = [*WHYS, *sorted({row.why for row in told} - set(WHYS))]
    parts = {name: [row for row in told if row.why == name] for name in names}
    return {name: percent([float(row.good) for row in part], part, seed=seed) for name, part in parts.items() if part}


def _retrieval(rows: Sequence[Row], seed: int) -> dict[str, Figure]:
    by_id = {row.id: row for row in rows}
    return {
        name: percent(list(values.values()), [by_id[one] for one in values], seed=seed)
        for name, values in search_values(rows).items()
    }


def _abstention(confidence: Floats, right: Bools, stories: list[str] | None, seed: int) -> dict[str, Figure]:
    def coverage(sure: Floats, good: Bools) -> float:
        return 100 * coverage_at_precision(sure, good, precision=PRECISION_ASKED)

    return _over(
        {"auroc": auroc, "aurc": aurc, "coverage_at_90_precision": coverage},
        confidence,
        right,
        stories,
        seed,
    )


def _calibration(confidence: Floats, right: Bools, stories: list[str] | None, seed: int) -> dict[str, Figure]:
    figures = _over({"ece": expected_calibration_error, "brier": brier_score}, confidence, right, stories, seed)
    if confidence.size:
        figures["ece_if_calibrated"] = Figure(*error_if_calibrated(confidence, seed=seed), confidence.size)
    return figures


def _over(
    measures: Mapping[str, Callable[[Floats, Bools], float | None]],
    confidence: Floats,
    right: Bools,
    stories: list[str] | None,
    seed: int,
) -> dict[str, Figure]:
    """Return the figures that are defined here, such as AUROC where some are right and some wrong."""
    figures = {}
    for name, measure in measures.items():
        found = bootstrap.interval_of(
            lambda rows, measure=measure: measure(confidence[rows], right[rows]),  # type: ignore[misc]
            confidence.size,
            seed=seed,
            groups=stories,
        )
        if found:
            figures[name] = Figure(*found, confidence.size, len(set(stories or ())))
    return figures


def _shares(columns: Mapping[str, Callable[[Row], float | None]], rows: Sequence[Row], seed: int) -> dict[str, Figure]:
    figures = {}
    for name, value in columns.items():
        known = [(float(found), row) for row in rows if (found := value(row)) is not None]
        if known:
            figures[name] = percent([share for share, _ in known], [row for _, row in known], seed=seed)
    return figures


def _latency(rows: Sequence[Row]) -> dict[str, tuple[float, float]]:
    stages = dict.fromkeys(stage for row in rows for stage in row.timings_ms)
    times = {stage: [row.timings_ms[stage] for row in rows if stage in row.timings_ms] for stage in stages}
    return {
        stage: (round(float(np.median(values)), 1), round(float(np.percentile(values, 95)), 1))
        for stage, values in times.items()
    }
