"""The command that fits confidence to gold sets: `calibrate`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pullquote.errors import InputError
from pullquote.printable import one_line
from pullquote.ui.cli.evaluation.gold_runs import (
    REPORT_SPLIT,
    TUNE_SPLIT,
    SkipBad,
    archive_for,
    chosen_questions,
    load_gold,
    read_run,
    run_gold,
)
from pullquote.ui.cli.failures import Command, say
from pullquote.ui.cli.options import ArchiveDir, Passages, ReaderName, chosen_archive
from pullquote.ui.wording import count

if TYPE_CHECKING:
    from pullquote.eval.runs.asking import Run
    from pullquote.eval.runs.rows import RunFacts


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
    limit: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Ask only N questions of each set, spread over stories and types."),
    ] = None,
    reader: ReaderName = None,
    passages: Passages = None,
    skip_bad: SkipBad = False,
    archive: ArchiveDir = None,
) -> None:
    """Fit confidence, so that it is the probability that an answer is right.

    Runs are taken as they are; of gold sets, the questions of --split are asked first. A fit needs at least 20 right
    and 20 wrong answers, and holds for the reader and the number of passages that it was made with.
    """
    from pullquote.eval.fitting.calibrate import LEAST_OF_EACH, fit
    from pullquote.eval.runs.run_files import FACTS_FILE
    from pullquote.qa.ranking.confidence import FILE_NAME

    path = chosen_archive(context, archive)
    if output is None and path is None:
        raise InputError("Where shall the fit go? Give --archive DIR, or --output FILE.")
    if output and not output.parent.is_dir():
        raise InputError(f"There is no folder {output.parent} to keep the fit in.")
    # All are read before anything is asked, which may take an hour: what can't come to a fit is told at once.
    kept = [read_run(one) if (one / FACTS_FILE).is_file() else None for one in gold]
    asked = [
        None if run else chosen_questions(load_gold(one, skip_bad=skip_bad), split, TUNE_SPLIT, limit)
        for one, run in zip(gold, kept, strict=True)
    ]
    _check_same_settings([run for run in kept if run])
    judged = [
        *(row.judged for run in kept if run for row in run.rows),
        *(question.judged for chosen in asked if chosen for question in chosen.questions),
    ]
    _check_enough(sum(judged), LEAST_OF_EACH, to_ask=any(asked))
    runs = [run for run in kept if run]
    for chosen in filter(None, asked):
        among = archive_for(chosen.gold, context, archive)
        runs.append(run_gold(chosen, archive=among, reader=reader, passages=passages))
    _check_same_settings(runs)
    facts = runs[0].facts
    fitted = fit(
        [row for run in runs for row in run.rows],
        facts.reader_sha256,
        fitted_on=", ".join(f"{run.facts.gold} {run.facts.split}" for run in runs),
        seed=facts.seed,
        passages_read=_passages_read(facts),
    )
    file = output or Path(str(path)) / FILE_NAME
    fitted.model.save(file)
    for run in runs:
        if any(row.split == REPORT_SPLIT for row in run.rows):
            say(f"{run.facts.gold}: fitted on questions of its report split, on which scores will now look better.")
    print(
        f"{file}: fitted on {fitted.n:,} questions, for the reader {one_line(facts.reader)}{_each(facts)}. Expected "
        f"calibration error {fitted.ece_before:.3f} before, {fitted.ece:.3f} on questions that a fit had not "
        "seen (cross-validation)."
    )


def _check_enough(judged: int, of_each: int, *, to_ask: bool) -> None:
    """Refuse what can't come to a fit however its questions are answered, and say what a fit needs.

    Raises:
        InputError: there are too few questions.
    """
    need = f"a fit needs at least {of_each} questions answered rightly and {of_each} answered wrongly"
    if judged < 2 * of_each:
        have = f"there {'is' if judged == 1 else 'are'} {count(judged, 'question')} with a known answer"
        raise InputError(f"{need.capitalize()}; {have}. Add questions, or give several sets.")
    if to_ask:
        say(f"{need}; {judged:,} are at hand.")


def _check_same_settings(runs: Sequence[Run]) -> None:
    """Refuse runs that no one fit can be of.

    Raises:
        InputError: they are of different readers, or read different numbers of passages.
    """
    if len({run.facts.reader_sha256 for run in runs}) > 1:
        raise InputError("The runs are of different readers; a confidence is fitted for one.")
    numbers = sorted({str(_passages_read(run.facts)) for run in runs})
    if len(numbers) > 1:
        raise InputError(
            f"The runs read different numbers of passages a question ({', '.join(numbers)}); a confidence is fitted "
            "for one."
        )


def _passages_read(facts: RunFacts) -> int | None:
    number = facts.settings.get("passages_read")
    return number if type(number) is int else None


def _each(facts: RunFacts) -> str:
    number = _passages_read(facts)
    return "" if number is None else f" with {count(number, 'passage')} a question"
