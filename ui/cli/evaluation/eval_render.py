"""Scores of the eval harness as tables on the terminal."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pullquote.printable import one_line
from pullquote.ui.cli import consoles
from pullquote.ui.wording import count

if TYPE_CHECKING:
    from pullquote.eval.gold.validate import Validation
    from pullquote.eval.runs.asking import Run
    from pullquote.eval.runs.compare import RunComparison
    from pullquote.eval.runs.scores import Figure, Scores

# A pipe or a file has no width of its own; the widest table needs about this much.
_PIPE_WIDTH = 110
_DASH = "-"
# Those that name themselves badly; the others are shown by their key.
_NAMES = {
    "auroc": "AUROC (0 to 1, higher is better)",
    "quotation_auroc": "AUROC (0 to 1, higher is better)",
    "quotation_coverage_at_90_precision": "coverage at 90% precision, %",
    "aurc": "AURC (0 to 1, lower is better)",
    "coverage_at_90_precision": "coverage at 90% precision, %",
    "ece": "ECE (0 to 1, lower is better)",
    "ece_if_calibrated": "ECE by chance, were each confidence true",
    "brier": "Brier score (0 to 1, lower is better)",
}
_UP_TO_ONE = frozenset({"auroc", "quotation_auroc", "aurc", "ece", "ece_if_calibrated", "brier"})


def show_scores(run: Run, scores: Scores, comparison: RunComparison | None) -> None:
    """Print a run's scores with their 95% intervals."""
    console = _console()
    facts = run.facts
    console.print(
        f"{one_line(facts.gold)}, {one_line(facts.split)}: {count(facts.n, 'question')} over "
        f"{count(facts.articles, 'article')}; reader {one_line(facts.reader)}, embedder {one_line(facts.embedder)}."
    )
    _show_reading(console, scores)
    for table in (
        _groups(scores),
        _states(scores),
        _figures("Quotations, percent", scores.quotations),
        _figures("Withheld, of unanswerable ones", scores.why),
        _figures("Search", scores.retrieval),
        _figures("Knowing when not to answer", {**scores.abstention, **scores.calibration}),
        _figures("Citations, lists, values", {**scores.citations, **scores.lists}),
    ):
        if table.row_count:
            console.print(table)
    judged = bool(scores.groups)
    if facts.confidence_fitted_on and judged:
        console.print(f"Confidence was fitted on {one_line(facts.confidence_fitted_on)}.")
    elif judged and not facts.confidence_sha256:
        console.print("Confidence is not fitted for this reader: it orders answers, and is no probability.")
    if scores.threshold:
        least = scores.threshold.confidence
        cheapest = f"answers from a confidence of {least:.2f}" if math.isfinite(least) else "no answer at all"
        console.print(
            f"Cheapest on these questions, a wrong answer costing {scores.wrong_cost:g} times a missing one: to give "
            f"{cheapest} (mean cost {scores.threshold.mean_cost:.3f} a question)."
        )
    for stage, (median, p95) in scores.latency_ms.items():
        console.print(f"{stage}: median {median:,.0f} ms, 95th percentile {p95:,.0f} ms")
    if scores.errors:
        console.print(f"{count(scores.errors, 'question')} could not be asked or are missing; they count as wrong.")
    if comparison:
        _show_comparison(console, comparison)


def _show_reading(console: Console, scores: Scores) -> None:
    """Print how the tables are to be read."""
    if scores.groups:
        console.print("Percent, with 95% intervals; an answer withheld counts as wrong where the archive holds one.")
    else:
        console.print("The set says which articles should be found, not what the answers are: the search is judged.")
    console.print(f"Intervals and p-values: {_resampling(scores)}.")
    if scores.groups:
        console.print(
            "Right source: of questions whose supporting words are known. Best right: of answerable ones, given or "
            "not. Quoted: the first quotation is right. Useful: sure and right, or a right quotation among three, or "
            "silent where there is nothing.\n"
        )


def _show_comparison(console: Console, comparison: RunComparison) -> None:
    if comparison.differences:
        console.print(_differences(comparison))
    else:
        console.print("There is nothing to compare: the set names neither answers nor articles.")
    if any(one.name == "right" for one in comparison.differences):
        console.print(f"gained {len(comparison.gained):,}, lost {len(comparison.lost):,}")
    for change in comparison.changed_facts:
        console.print(f"changed: {one_line(change)}")


def _resampling(scores: Scores) -> str:
    if not scores.stories:
        return "resampling questions"
    return f"resampling stories ({scores.stories:,}), since questions of one come out alike"


def show_validation(found: Validation) -> None:
    """Print what the validator counted."""
    console = _console()
    table = _table("Questions", "n")
    for name, number in found.counts.items():
        if not number:
            continue
        table.add_row(Text(one_line(name)), f"{number:,}")
    console.print(table)
    console.print(f"{count(found.articles, 'article')}, {count(found.spans, 'span')} checked.")
    if found.closest:
        overlap, left, right = found.closest
        console.print(
            f"Closest questions of different splits (overlap {overlap:.2f}): “{one_line(left)}” / “{one_line(right)}”"
        )
    console.print(f"{count(len(found.problems), 'problem')}." if found.problems else "No problem found.")


def _console() -> Console:
    console = consoles.console(sys.stdout)
    if not console.is_terminal:
        console.width = _PIPE_WIDTH
    return console


def _table(*columns: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for at, column in enumerate(columns):
        table.add_column(column, justify="right" if at else "left", no_wrap=True)
    return table


def _groups(scores: Scores) -> Table:
    table = _table("", "n", "right", "right source", "EM", "F1", "answered", "best right", "quoted", "useful")
    for name, group in scores.groups.items():
        table.add_row(
            Text(one_line(name)),
            f"{group.n:,}",
            _with_interval(group.right),
            _with_interval(group.right_source),
            _plain(group.exact_match),
            _plain(group.f1),
            _plain(group.answered),
            _plain(group.best_right),
            _plain(group.quotation),
            _plain(group.useful),
        )
    return table


def _states(scores: Scores) -> Table:
    table = _table("Right, of questions in each state", "sure", "speaks", "silent")
    for name, group in scores.groups.items():
        told = (group.states.get(state, (0, 0)) for state in ("sure", "speaks", "silent"))
        table.add_row(Text(one_line(name)), *(f"{right:,} of {number:,}" for number, right in told))
    return table


def _figures(title: str, figures: Mapping[str, Figure]) -> Table:
    table = _table(title, "", "95%", "n")
    for name, figure in figures.items():
        digits = 3 if name in _UP_TO_ONE else 1
        table.add_row(
            Text(_NAMES.get(name, one_line(name).replace("_", " "))),
            f"{figure.value:.{digits}f}",
            f"{figure.low:.{digits}f} to {figure.high:.{digits}f}",
            f"{figure.n:,}",
        )
    return table


def _differences(comparison: RunComparison) -> Table:
    table = _table("Against the baseline", "before", "now", "difference", "p", "")
    for one in comparison.differences:
        table.add_row(
            one.name.replace("_", " "),
            f"{one.baseline:.1f}",
            f"{one.run:.1f}",
            f"{one.difference:+.1f} ({one.low:+.1f} to {one.high:+.1f})",
            f"{one.p_value:.4f}",
            one.remark,
        )
    return table


def _with_interval(figure: Figure | None) -> str:
    return f"{figure.value:.1f} ({figure.low:.1f}-{figure.high:.1f})" if figure else _DASH


def _plain(figure: Figure | None) -> str:
    return f"{figure.value:.1f}" if figure else _DASH
