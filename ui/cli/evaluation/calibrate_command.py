"""The command that fits confidence to gold sets: `calibrate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pullquote.errors import InputError
from pullquote.ui.cli.evaluation.gold_runs import (
    REPORT_SPLIT,
    TUNE_SPLIT,
    SkipBad,
    archive_for,
    load_gold,
    read_run,
    run_gold,
)
from pullquote.ui.cli.failures import Command, say
from pullquote.ui.cli.options import ArchiveDir, ReaderName, chosen_archive


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("calibrate", cls=Command)(calibrate)


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
    from pullquote.eval.fitting.calibrate import fit
    from pullquote.eval.runs.run_files import FACTS_FILE
    from pullquote.qa.ranking.confidence import FILE_NAME

    path = chosen_archive(context, archive)
    if output is None and path is None:
        raise InputError("Where shall the fit go? Give --archive DIR, or --output FILE.")
    if output and not output.parent.is_dir():
        raise InputError(f"There is no folder {output.parent} to keep the fit in.")
    runs = []
    for one in gold:
        if (one / FACTS_FILE).is_file():
            runs.append(read_run(one))
            continue
        asked = load_gold(one, skip_bad=skip_bad)
        among = archive_for(asked, context, archive)
        runs.append(run_gold(asked, split=split, preferred=TUNE_SPLIT, archive=among, reader=reader))
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
        if any(row.split == REPORT_SPLIT for row in run.rows):
            say(f"{run.facts.gold}: fitted on questions of its report split, on which scores will now look better.")
    print(
        f"{file}: fitted on {fitted.n:,} questions. Expected calibration error {fitted.ece_before:.3f} before, "
        f"{fitted.ece:.3f} on questions that a fit had not seen (cross-validation)."
    )
