"""What the commands that ask gold sets share: the set, the archive to ask it of, a run, and one that was kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pullquote.errors import InputError, SourceError
from pullquote.ui.cli.failures import say
from pullquote.ui.cli.options import chosen_archive, reading

if TYPE_CHECKING:
    from pullquote.eval.gold.questions import GoldQuestion, GoldSet
    from pullquote.eval.runs.asking import Run
    from pullquote.index.archive import Archive

TUNE_SPLIT, REPORT_SPLIT = "tune", "report"

Gold = Annotated[
    Path | None,
    typer.Argument(
        metavar="GOLD",
        help="Questions: a folder with gold.json, .jsonl, SQuAD .json, BEIR's folder (default: the set that ships).",
        show_default=False,
    ),
]
SkipBad = Annotated[bool, typer.Option("--skip-bad", help="Leave bad rows out, each named, instead of refusing.")]


def load_gold(path: Path | None, *, skip_bad: bool) -> GoldSet:
    """Return the gold set at a path, the one that ships by default; rows left out are named on stderr.

    Raises:
        SourceError: it cannot be used.
    """
    from pullquote.eval.gold.formats import load
    from pullquote.eval.gold.questions import shipped_gold

    found = load(path or shipped_gold(), skip_bad=skip_bad)
    for sentence in found.skipped:
        say(f"left out: {sentence}")
    return found


def archive_for(gold: GoldSet, context: typer.Context, after_command: Path | None) -> Path | None:
    """Return the archive to ask: the one named, else the one that the set names.

    Of a set that brings its articles, or names its archive, PULLQUOTE_ARCHIVE says nothing.
    """
    own = gold.brings_articles or gold.archive is not None
    if after_command is None and own and (context.obj or {}).get("by_environment"):
        return gold.archive
    return chosen_archive(context, after_command) or gold.archive


@dataclass(frozen=True, slots=True)
class ChosenQuestions:
    """The part of a gold set that is asked: its questions, and what part they are, for people."""

    gold: GoldSet
    questions: tuple[GoldQuestion, ...]
    split: str


def chosen_questions(gold: GoldSet, split: str | None, preferred: str, limit: int | None = None) -> ChosenQuestions:
    """Return the part of a gold set that is to be asked.

    Args:
        gold: the set.
        split: part of it; None takes `preferred`, where the set is split.
        preferred: a split.
        limit: choose an even sample of so many questions.

    Raises:
        InputError: there are no such questions.
    """
    from pullquote.eval.gold.sampling import sample
    from pullquote.eval.runs.asking import DEFAULT_SEED

    splits = {question.split for question in gold.questions}
    usual = preferred if splits & {TUNE_SPLIT, REPORT_SPLIT} else "all"
    chosen = usual if split is None else split
    whole = gold.of_split(chosen) if chosen else ()
    if not whole:
        known = ", ".join(sorted({"all", *splits} - {""}))
        raise InputError(f"{gold.name} has no questions of the split {chosen!r}; it has: {known}.")
    questions = whole if limit is None else sample(whole, limit, seed=DEFAULT_SEED)
    told = chosen if len(questions) == len(whole) else f"{chosen}, sample of {len(questions):,}"
    return ChosenQuestions(gold, questions, told)


def run_gold(
    chosen: ChosenQuestions,
    *,
    archive: Path | None,
    reader: str | None = None,
    passages: int | None = None,
    sure: float | None = None,
    folder: Path | None = None,
    rebuild: bool = False,
) -> Run:
    """Ask questions of a gold set and return their rows.

    Args:
        chosen: the questions.
        archive: to ask; None for one of the set's own articles.
        reader: name of the reader; None for the one that ships.
        passages: how many to read for a question; None for as many as usual.
        sure: of the values given, the share that has to be right; None for the usual one.
        folder: keeps the rows.
        rebuild: build the archive of the set's own articles anew.

    Raises:
        InputError: there are no articles, or nothing to rebuild.
        PullquoteError: as `gold_archive` and `ask_all`.
    """
    how = reading(reader, passages, sure)
    from pullquote.eval.runs.asking import ask_all
    from pullquote.qa.engine import Engine
    from pullquote.ui.cli.progress import Meter, show_count

    if rebuild and archive is not None:
        raise InputError("--rebuild is for the archive of the set's own articles; with --archive, none is built.")
    with _archive(chosen.gold, archive, rebuild=rebuild) as opened, Meter("asking") as meter:
        return ask_all(
            Engine(opened, **how),
            chosen.gold,
            chosen.questions,
            split=chosen.split,
            folder=folder,
            progress=show_count(meter, "question"),
        )


@contextmanager
def _archive(gold: GoldSet, archive: Path | None, *, rebuild: bool) -> Iterator[Archive]:
    from pullquote.eval.gold.archives import gold_archive
    from pullquote.index.archive import Archive
    from pullquote.ui.cli.progress import Meter, show_adding

    with ExitStack() as stack:
        if archive is not None:
            yield stack.enter_context(Archive.open(archive))
            return
        with Meter("articles") as meter:
            built = gold_archive(gold, rebuild=rebuild, progress=show_adding(meter), tell=say)
            opened = stack.enter_context(built)
        yield opened


def read_run(folder: Path) -> Run:
    """Return a run that `eval --report` kept.

    Raises:
        SourceError: it is missing, damaged, of another version of Pullquote or isn't finished.
    """
    from pullquote.eval.runs.asking import Run
    from pullquote.eval.runs.run_files import ROWS_FILE, read_facts, read_rows

    facts = read_facts(folder)
    rows = read_rows(folder / ROWS_FILE)
    if len(rows) != facts.n:
        raise SourceError(f"The run in {folder} isn't finished: {len(rows):,} of {facts.n:,} rows are there.")
    return Run(facts, tuple(rows))
