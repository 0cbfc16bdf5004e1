"""What reading more passages, and ranking values by more than votes, brings: readings of several readers compared.

`python -m pullquote.eval.benchmarks.combination --reader NAME TUNE,TUNE... REPORT [--reader ...]` takes readings that
`python -m pullquote.eval.fitting.combine read` kept. For each reader, a ranking is fitted on its tune readings and
judged on the report set's, by number of passages read; the first row (votes over all passages of the first reader) is
what the others are compared with. Everything is of the best value, given or not, on answerable questions.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from pullquote.commands import run
from pullquote.eval.fitting.combine import fit_combiner
from pullquote.eval.fitting.readings import QuestionRead, Readings, cut
from pullquote.eval.metrics.bootstrap import interval, paired
from pullquote.eval.runs.asking import judge_wording
from pullquote.eval.runs.rows import blank
from pullquote.qa.ranking.combining import Combiner
from pullquote.qa.ranking.evidence import candidates
from pullquote.qa.ranking.found import collect

_SEED = 7
_DEPTHS = (1, 2, 4, 6, 8, 12)
_FIGURES = ("EM", "F1", "right")

Outcomes = npt.NDArray[np.float64]


def outcomes(reads: Sequence[QuestionRead], combiner: Combiner | None, scorer: str) -> Outcomes:
    """Return (answerable questions, figures): EM, F1 and right of each one's best value."""
    rows = []
    for read in reads:
        if not read.question.answerable:
            continue
        first = candidates(collect(read.asked), read.asked, limit=1, combiner=combiner)
        row = judge_wording(blank(read.question), read.question, first[0].text if first else "", scorer=scorer)
        rows.append((row.exact_match, row.f1, row.right))
    return np.array(rows, dtype=np.float64)


def main(arguments: Sequence[str] | None = None) -> None:
    """Compare the readers named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reader", nargs=3, action="append", required=True, metavar=("NAME", "TUNE", "REPORT"))
    options = parser.parse_args(arguments)
    table = Table("reader", "ranked by", "read", *_FIGURES, "p (EM)")
    first: Outcomes | None = None
    for name, tune, report in options.reader:
        fitted_on = [read for file in tune.split(",") for read in Readings.load(Path(file)).reads]
        judged = Readings.load(Path(report))
        groups = [read.question.subject for read in judged.reads if read.question.answerable]
        for way, depth in [("votes", max(_DEPTHS)), *(("fit", depth) for depth in _DEPTHS)]:
            combiner = fit_combiner([cut(read, depth) for read in fitted_on], "") if way == "fit" else None
            found = outcomes([cut(read, depth) for read in judged.reads], combiner, judged.scorer)
            first = found if first is None else first
            p_value = paired(found[:, 0], first[:, 0], seed=_SEED, groups=groups).p_value
            table.add_row(name, way, str(depth), *(shown(found[:, at], groups) for at in range(3)), f"{p_value:.4f}")
    Console(width=120).print(table)


def shown(values: Outcomes, groups: Sequence[str]) -> str:
    """Return the mean of shares of 1 with its 95% interval, in percent."""
    figure = interval(100 * values, seed=_SEED, groups=groups)
    return f"{figure.value:.1f} ({figure.low:.1f}-{figure.high:.1f})"


if __name__ == "__main__":
    run(main)
