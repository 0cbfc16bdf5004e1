"""The command that scores answers on a gold set, `eval`; the harness's other two are registered with it."""

from __future__ import annotations

import math
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pullquote.commands import BAD_INPUT
from pullquote.errors import InputError
from pullquote.ui.cli.evaluation import calibrate_command, check_gold_command, gold_commands
from pullquote.ui.cli.evaluation.gold_runs import (
    REPORT_SPLIT,
    Gold,
    SkipBad,
    archive_for,
    chosen_questions,
    load_gold,
    read_run,
    run_gold,
)
from pullquote.ui.cli.failures import Command, say
from pullquote.ui.cli.options import ArchiveDir, AsJson, Passages, ReaderName, Sure
from pullquote.ui.printable import write_json

if TYPE_CHECKING:
    from pullquote.eval.runs.asking import Run
    from pullquote.eval.runs.compare import RunComparison
    from pullquote.eval.runs.floors import Floors
    from pullquote.eval.runs.scores import Scores

_SCORES_FILE = "scores.json"
_REPORT_FILE = "report.html"


def register(app: typer.Typer) -> None:
    """Add `eval`, `calibrate`, `check-gold` and `gold` to the command line."""
    app.command("eval", cls=Command)(evaluate)
    calibrate_command.register(app)
    check_gold_command.register(app)
    gold_commands.register(app)


def evaluate(
    context: typer.Context,
    gold: Gold = None,
    split: Annotated[
        str | None,
        typer.Option(metavar="NAME", help='"tune", "report" or "all" (default: report, where the set is split).'),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Keep rows, scores and the HTML report here; a run that stopped goes on."),
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Compare with the run that an earlier --report kept there.")
    ] = None,
    floors: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Exit 1 if a score falls below the floors pinned there.")
    ] = None,
    pin: Annotated[bool, typer.Option("--pin", help="Pin the floors of --floors at this run's scores.")] = False,
    allow_regression: Annotated[
        str, typer.Option(metavar="WHY", help="The reason why --pin may lower a floor; it is kept in the file.")
    ] = "",
    wrong_cost: Annotated[
        float, typer.Option(min=0, metavar="N", help="A wrong answer costs as much as N missing ones.")
    ] = 1.0,
    limit: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Ask only N questions, always the same, spread over stories and types."),
    ] = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Build the archive of the set's articles anew, not from the cache.")
    ] = False,
    reader: ReaderName = None,
    passages: Passages = None,
    sure: Sure = None,
    skip_bad: SkipBad = False,
    archive: ArchiveDir = None,
    as_json: AsJson = False,
) -> None:
    """Ask the questions of a gold set and score the answers, the abstentions, the citations and the search.

    Without --archive, the set's own articles are put into one, which is kept in the user's cache folder (or the one
    that PULLQUOTE_CACHE names) while articles, embedder and code are the same. Exits 1 below the floors.
    """
    _check_usage(floors, pin=pin, reason=allow_regression)
    if baseline and report and baseline.resolve() == report.resolve():
        raise InputError("--baseline and --report are the same folder; a run would be compared with itself.")
    from pullquote.eval.runs import scores as scoring
    from pullquote.eval.runs.floors import failures

    questions = load_gold(gold, skip_bad=skip_bad)
    # Read before asking, which may take an hour: what is wrong with them is told at once.
    before = read_run(baseline) if baseline else None
    pinned = _read_floors(floors, may_be_missing=pin) if floors else None
    if report:
        _check_earlier(report)
    run = run_gold(
        chosen_questions(questions, split, REPORT_SPLIT, limit),
        archive=archive_for(questions, context, archive),
        reader=reader,
        passages=passages,
        sure=sure,
        folder=report,
        rebuild=rebuild,
    )
    scores = scoring.score(run.rows, seed=run.facts.seed, wrong_cost=wrong_cost)
    comparison = _compare(run, before) if before else None
    broken = failures(pinned, run.facts, scores) if pinned and not pin else []
    if report:
        _keep(report, run, scores, comparison, broken)
    if as_json:
        write_json(_json(run, scores, comparison, broken), sys.stdout)
    else:
        from pullquote.ui.cli.evaluation.eval_render import show_scores

        show_scores(run, scores, comparison)
        if report:
            say(f"the report: {report / _REPORT_FILE}")
    if pin and floors:
        _pin(floors, pinned, run, scores, reason=allow_regression)
    for sentence in broken:
        say(sentence)
    raise typer.Exit(BAD_INPUT if broken else 0)


def _check_usage(floors: Path | None, *, pin: bool, reason: str) -> None:
    if pin and floors is None:
        raise InputError("--pin goes with --floors FILE.")
    if reason and not pin:
        raise InputError("--allow-regression goes with --pin.")


def _check_earlier(folder: Path) -> None:
    """Refuse a report's folder whose run can't be read: neither to go on with nor to be written over."""
    from pullquote.eval.runs.run_files import FACTS_FILE, read_facts

    if (folder / FACTS_FILE).exists():
        read_facts(folder)


def _compare(run: Run, before: Run) -> RunComparison:
    from pullquote.eval.runs.compare import compare

    return compare(run.rows, before.rows, seed=run.facts.seed, facts=run.facts, baseline_facts=before.facts)


def _read_floors(file: Path, *, may_be_missing: bool) -> Floors | None:
    from pullquote.eval.runs.floors import read

    if may_be_missing and not file.exists():
        return None
    pinned = read(file)
    if pinned.older and not may_be_missing:
        say(f"{file} is of an older layout, which pins no types of question; --pin adds them.")
    return pinned


def _pin(file: Path, pinned: Floors | None, run: Run, scores: Scores, *, reason: str) -> None:
    from pullquote.eval.runs import floors

    fresh = floors.pin(pinned, run.facts, scores, reason=reason)
    floors.write(fresh, file)
    say(f"pinned in {file}: " + ", ".join(f"{name} {value:g}" for name, value in floors.pin_names(fresh).items()))


def _keep(folder: Path, run: Run, scores: Scores, comparison: RunComparison | None, broken: list[str]) -> None:
    from pullquote.eval.report.page import write_report

    with (folder / _SCORES_FILE).open("w", encoding="utf-8") as stream:
        write_json(_json(run, scores, comparison, broken), stream)
    write_report(folder / _REPORT_FILE, run, scores, comparison=comparison, floors_broken=broken)


def _json(run: Run, scores: Scores, comparison: RunComparison | None, broken: list[str]) -> dict[str, Any]:
    return {
        "run": asdict(run.facts),
        "scores": _without_infinity(asdict(scores)),
        "comparison": _comparison_json(comparison) if comparison else None,
        "below_floors": broken,
    }


def _without_infinity(scores: dict[str, Any]) -> dict[str, Any]:
    """Return the scores with None for the threshold above every confidence: JSON has no infinity."""
    if scores["threshold"] and not math.isfinite(scores["threshold"][0]):
        scores["threshold"] = (None, scores["threshold"][1])
    return scores


def _comparison_json(comparison: RunComparison) -> dict[str, Any]:
    return {
        "differences": [{**asdict(one), "noise": one.noise, "remark": one.remark} for one in comparison.differences],
        "gained": [now.id for _, now in comparison.gained],
        "lost": [now.id for _, now in comparison.lost],
        "changed": list(comparison.changed_facts),
    }
