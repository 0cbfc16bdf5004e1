"""The commands of the eval harness: `eval`, `calibrate`, `check-gold`."""

from __future__ import annotations

import math
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pullquote.errors import InputError, SourceError
from pullquote.ui.failures import BAD_INPUT, Command, say
from pullquote.ui.local_only import allow_hub_for
from pullquote.ui.options import ArchiveDir, AsJson, chosen_archive
from pullquote.ui.printable import write_json

if TYPE_CHECKING:
    from pullquote.eval.compare import Comparison
    from pullquote.eval.floors import Floors
    from pullquote.eval.gold import GoldSet
    from pullquote.eval.run import Run
    from pullquote.eval.scores import Scores
    from pullquote.index.archive import Archive

_TUNE_SPLIT, _REPORT_SPLIT = "tune", "report"
_SCORES_FILE = "scores.json"
_REPORT_FILE = "report.html"

Gold = Annotated[
    Path | None,
    typer.Argument(
        metavar="GOLD",
        help="Questions: a folder with gold.json, .jsonl, SQuAD .json, BEIR's folder (default: the set that ships).",
        show_default=False,
    ),
]
SkipBad = Annotated[bool, typer.Option("--skip-bad", help="Leave bad rows out, each named, instead of refusing.")]
ReaderName = Annotated[
    str | None, typer.Option("--reader", metavar="MODEL", help="A folder or hub name (default: the one that ships).")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("eval", cls=Command)(evaluate)
    app.command("calibrate", cls=Command)(calibrate)
    app.command("check-gold", cls=Command)(check_gold)


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
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="Ask only the first N questions.")] = None,
    reader: ReaderName = None,
    skip_bad: SkipBad = False,
    archive: ArchiveDir = None,
    as_json: AsJson = False,
) -> None:
    """Ask the questions of a gold set and score the answers, the abstentions, the citations and the search.

    Without --archive, the set's own articles are put into one (kept with --report). Exits 1 below the floors.
    """
    if pin and floors is None:
        raise InputError("--pin goes with --floors FILE.")
    if allow_regression and not pin:
        raise InputError("--allow-regression goes with --pin.")
    if baseline and report and baseline.resolve() == report.resolve():
        raise InputError("--baseline and --report are the same folder; a run would be compared with itself.")
    allow_hub_for(reader)
    from pullquote.eval import scores as scoring
    from pullquote.eval.floors import failures

    questions = _load(gold, skip_bad=skip_bad)
    # Read before asking, which may take an hour: what is wrong with them is told at once.
    before = _read_run(baseline) if baseline else None
    pinned = _read_floors(floors, may_be_missing=pin) if floors else None
    with ExitStack() as stack:
        run = _run(
            stack,
            questions,
            split=split,
            preferred=_REPORT_SPLIT,
            reader=reader,
            archive=_archive_for(questions, context, archive),
            limit=limit,
            folder=report,
        )
        scores = scoring.score(run.rows, seed=run.facts.seed, wrong_cost=wrong_cost)
        comparison = _compare(run, before) if before else None
        broken = failures(pinned, run.facts, scores) if pinned and not pin else []
        if report:
            _keep(report, run, scores, comparison, broken)
        if as_json:
            write_json(_json(run, scores, comparison, broken), sys.stdout)
        else:
            from pullquote.ui.eval_render import show_scores

            show_scores(run, scores, comparison)
            if report:
                say(f"the report: {report / _REPORT_FILE}")
        if pin and floors:
            _pin(floors, pinned, run, scores, reason=allow_regression)
    for sentence in broken:
        say(sentence)
    raise typer.Exit(BAD_INPUT if broken else 0)


def calibrate(
    context: typer.Context,
    gold: Annotated[
        list[Path],
        typer.Argument(metavar="GOLD", help="Gold sets, or folders that `eval --report` kept."),
    ],
    split: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Part of the sets to fit on (default: tune, where a set is split)."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to keep the fit (default: in the archive's folder).")
    ] = None,
    reader: ReaderName = None,
    skip_bad: SkipBad = False,
    archive: ArchiveDir = None,
) -> None:
    """Fit confidence, so that it is the probability that an answer is right.

    Runs are taken as they are; of gold sets, the questions of --split are asked first.
    """
    allow_hub_for(reader)
    from pullquote.eval.calibrate import fit
    from pullquote.eval.rows import FACTS_FILE
    from pullquote.qa.confidence import FILE_NAME

    path = chosen_archive(context, archive)
    if output is None and path is None:
        raise InputError("Where shall the fit go? Give --archive DIR, or --output FILE.")
    if output and not output.parent.is_dir():
        raise InputError(f"There is no folder {output.parent} to keep the fit in.")
    with ExitStack() as stack:
        runs = []
        for one in gold:
            if (one / FACTS_FILE).is_file():
                runs.append(_read_run(one))
                continue
            asked = _load(one, skip_bad=skip_bad)
            among = _archive_for(asked, context, archive)
            runs.append(_run(stack, asked, split=split, preferred=_TUNE_SPLIT, reader=reader, archive=among))
    readers = {run.facts.reader_sha256 for run in runs}
    if len(readers) > 1:
        raise InputError("The runs are of different readers; a confidence is fitted for one.")
    fitted = fit(
        [row for run in runs for row in run.rows],
        readers.pop(),
        fitted_on=", ".join(f"{run.facts.gold} {run.facts.split}" for run in runs),
        seed=runs[0].facts.seed,
    )
    file = output or Path(str(path)) / FILE_NAME
    fitted.model.save(file)
    for run in runs:
        if any(row.split == _REPORT_SPLIT for row in run.rows):
            say(f"{run.facts.gold}: fitted on questions of its report split, on which scores will now look better.")
    typer.echo(
        f"{file}: fitted on {fitted.n:,} questions. Expected calibration error {fitted.ece_before:.3f} before, "
        f"{fitted.ece:.3f} on questions that a fit had not seen (cross-validation)."
    )


def check_gold(gold: Gold = None, as_json: AsJson = False) -> None:
    """Check a gold set: every span against its article, counts by type, duplicates, leaks between its splits."""
    from pullquote.eval.validate import validate

    found = validate(_load(gold, skip_bad=False))
    if as_json:
        write_json(asdict(found), sys.stdout)
    else:
        from pullquote.ui.eval_render import show_validation

        show_validation(found)
    for problem in found.problems:
        say(problem)
    raise typer.Exit(BAD_INPUT if found.problems else 0)


def _archive_for(gold: GoldSet, context: typer.Context, after_command: Path | None) -> Path | None:
    """Return the archive to ask; of a set that brings its articles, PULLQUOTE_ARCHIVE says nothing."""
    if after_command is None and gold.brings_articles and (context.obj or {}).get("by_environment"):
        return None
    return chosen_archive(context, after_command)


def _load(path: Path | None, *, skip_bad: bool) -> GoldSet:
    from pullquote.eval.formats import load
    from pullquote.eval.gold import shipped_gold

    found = load(path or shipped_gold(), skip_bad=skip_bad)
    for sentence in found.skipped:
        say(f"left out: {sentence}")
    return found


def _run(
    stack: ExitStack,
    gold: GoldSet,
    *,
    split: str | None,
    preferred: str,
    reader: str | None,
    archive: Path | None,
    limit: int | None = None,
    folder: Path | None = None,
) -> Run:
    from pullquote.eval.run import ask_all
    from pullquote.qa.engine import Engine
    from pullquote.qa.reader import DEFAULT_READER
    from pullquote.ui.progress import Meter, show_count

    splits = {question.split for question in gold.questions}
    chosen = split or (preferred if splits & {_TUNE_SPLIT, _REPORT_SPLIT} else "all")
    questions = gold.of_split(chosen)[:limit]
    if not questions:
        known = ", ".join(sorted({"all", *splits} - {""}))
        raise InputError(f"{gold.name} has no questions of the split {chosen!r}; it has: {known}.")
    opened = stack.enter_context(_archive(stack, gold, archive, folder))
    with Meter("asking") as meter:
        return ask_all(
            Engine(opened, reader=reader or DEFAULT_READER),
            gold,
            questions,
            split=chosen if limit is None else f"{chosen}, first {limit}",
            folder=folder,
            progress=show_count(meter, "question"),
        )


def _archive(stack: ExitStack, gold: GoldSet, archive: Path | None, folder: Path | None) -> Archive:
    from pullquote.eval.run import archive_folder, build_archive
    from pullquote.index.archive import Archive
    from pullquote.ui.progress import Meter, show_adding

    if archive is not None:
        return Archive.open(archive)
    parent = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pullquote-eval-")))
    parent.mkdir(parents=True, exist_ok=True)
    with Meter("articles") as meter:
        return build_archive(gold, archive_folder(gold, parent), progress=show_adding(meter))


def _read_run(folder: Path) -> Run:
    from pullquote.eval.rows import ROWS_FILE, read_facts, read_rows
    from pullquote.eval.run import Run

    facts = read_facts(folder)
    rows = read_rows(folder / ROWS_FILE)
    if len(rows) != facts.n:
        raise SourceError(f"The run in {folder} isn't finished: {len(rows):,} of {facts.n:,} rows are there.")
    return Run(facts, tuple(rows))


def _compare(run: Run, before: Run) -> Comparison:
    from pullquote.eval.compare import compare

    return compare(run.rows, before.rows, seed=run.facts.seed, facts=run.facts, baseline_facts=before.facts)


def _read_floors(file: Path, *, may_be_missing: bool) -> Floors | None:
    from pullquote.eval.floors import read

    return None if may_be_missing and not file.exists() else read(file)


def _pin(file: Path, pinned: Floors | None, run: Run, scores: Scores, *, reason: str) -> None:
    from pullquote.eval import floors

    fresh = floors.pin(pinned, run.facts, scores, reason=reason)
    floors.write(fresh, file)
    say(f"pinned in {file}: " + ", ".join(f"{name} {value:g}" for name, value in fresh.floors.items()))


def _keep(folder: Path, run: Run, scores: Scores, comparison: Comparison | None, broken: list[str]) -> None:
    from pullquote.eval.report import write_report

    with (folder / _SCORES_FILE).open("w", encoding="utf-8") as stream:
        write_json(_json(run, scores, comparison, broken), stream)
    write_report(folder / _REPORT_FILE, run, scores, comparison=comparison, floors_broken=broken)


def _json(run: Run, scores: Scores, comparison: Comparison | None, broken: list[str]) -> dict[str, Any]:
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


def _comparison_json(comparison: Comparison) -> dict[str, Any]:
    return {
        "differences": [{**asdict(one), "noise": one.noise} for one in comparison.differences],
        "gained": [now.id for _, now in comparison.gained],
        "lost": [now.id for _, now in comparison.lost],
        "changed": list(comparison.changed_facts),
    }
