"""The `pullquote` command: results on stdout, everything else on stderr.

Exit codes: 0 done, 1 the archive or the input is bad, 2 wrong usage, 3 not in the archive (a single `ask`),
130 interrupted, 143 and 129 ended by SIGTERM and SIGHUP. Nothing heavy is imported before a command needs it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

import pullquote
from pullquote.answers import Answer, RemarkKind, State
from pullquote.commands import BAD_INPUT
from pullquote.errors import ArchiveDamaged, InputError
from pullquote.printable import one_line
from pullquote.ui.cli import archive_commands, chat_commands, failures, following_commands, training_commands
from pullquote.ui.cli.evaluation import eval_commands
from pullquote.ui.cli.failures import Command, Commands, advise, say
from pullquote.ui.cli.options import (
    ArchiveDir,
    AsJson,
    AsOf,
    Authors,
    Outlets,
    Passages,
    ReaderName,
    Since,
    Sure,
    Until,
    archive_dir,
    filters_of,
    reading,
)
from pullquote.ui.cli.signals import stop_on_signals
from pullquote.ui.cli.streams import open_missing_streams
from pullquote.ui.local_only import allow_hub_for, stay_local
from pullquote.ui.printable import PLAIN, plain_letters, write_json

app = typer.Typer(
    name="pullquote",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
)


def main() -> None:
    """Run the command line."""
    stop_on_signals()
    open_missing_streams()
    stay_local()
    plain_letters()
    for stream in filter(None, (sys.stdout, sys.stderr)):
        # A terminal that cannot show a letter gets a like one or an escape, not a traceback.
        stream.reconfigure(errors=PLAIN)
    with failures.pipe_closed():
        app()


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"pullquote {pullquote.__version__}")
        raise typer.Exit


@app.callback()
def _pullquote(
    context: typer.Context,
    archive: Annotated[
        Path | None,
        typer.Option(metavar="DIR", envvar="PULLQUOTE_ARCHIVE", help="The archive's folder; also after the command."),
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_show_version, help="Print the version and stop."),
    ] = False,
) -> None:
    """Ask a news archive questions and get the exact words that were printed, with their source."""
    source = context.get_parameter_source("archive")
    context.obj = {"archive": archive, "by_environment": source is not None and source.name == "ENVIRONMENT"}


@app.command(cls=Command)
def add(
    context: typer.Context,
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE",
            help="Files or folders: text, pages, PDF, Word, mail, JSON, tables, feeds, ZIP and more; - is stdin.",
        ),
    ],
    archive: ArchiveDir = None,
    index: Annotated[
        str | None,
        typer.Option(
            "--index",
            metavar="ADDRESS",
            help="Where the archive is searched from now on: http://HOST:19530, FILE.db (Milvus Lite), or local.",
        ),
    ] = None,
    embedder: Annotated[
        str | None,
        typer.Option(
            "--embedder",
            metavar="MODEL",
            help="What embeds a new archive: all-MiniLM-L6-v2 (the default), fast, a folder or a hub name.",
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 1 if anything that should be readable was not.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Add articles; the archive is made if there is none.

    An article that changed replaces its older version. Exits 1 if something could not be read and no article
    was taken at all, or with --strict if anything could not be read.
    """
    from pullquote.ui.cli.progress import Meter, show_adding
    from pullquote.ui.cli.render import show_added

    path = archive_dir(context, archive)
    from pullquote.index.archive import Archive

    kept = failures.when_stopped("what was committed before is kept, and the same command goes on from there")
    allow_hub_for(embedder)
    with kept, Archive.open(path, create=True, embedder=embedder, index=index) as opened, Meter("adding") as meter:
        report = opened.add(sources, progress=show_adding(meter))
        advise(opened)
    if as_json:
        write_json(report.to_json(), sys.stdout)
    else:
        show_added(report)
    bad = any(not skipped.unsupported for skipped in report.skipped)
    taken = len(report.added) + len(report.updated) + report.unchanged
    if bad and (strict or not taken):
        raise typer.Exit(BAD_INPUT)


@app.command(cls=Command)
def remove(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="ID|URL", help="Articles, by id or by URL.")],
    archive: ArchiveDir = None,
    erase: Annotated[
        bool, typer.Option("--erase", help="Leave nothing of them, or of earlier versions, in any file of the archive.")
    ] = False,
) -> None:
    """Remove articles. Exits 1 if one of them is not in the archive; the others are removed all the same.

    A removed article is no longer found, but its text stays in the archive's files until it is erased.
    """
    path = archive_dir(context, archive)
    from pullquote.index.archive import Archive

    with Archive.open(path) as opened:
        report = opened.remove(names, erase=erase)
    for name in report.removed:
        print(one_line(name))
    for name in report.missing:
        say(f"{name} is not in the archive.")
    if report.missing:
        raise typer.Exit(BAD_INPUT)


@app.command(cls=Command)
def search(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="Words or a question.")],
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="How many passages at most.")] = 10,
    since: Since = None,
    until: Until = None,
    outlet: Outlets = None,
    author: Authors = None,
    as_of: AsOf = None,
    archive: ArchiveDir = None,
    as_json: AsJson = False,
) -> None:
    """List the passages nearest to a query, with the scores of both searches; --json prints one a line."""
    path = archive_dir(context, archive)
    filters = filters_of(since, until, outlet, author, as_of)
    if not query.strip():
        raise InputError("The query is empty.")
    from pullquote.index.archive import Archive
    from pullquote.ui.cli.render import show_hits
    from pullquote.ui.wording import limits_of

    with Archive.open(path) as opened:
        advise(opened)
        hits, scope = opened.search_with_scope(query, limit=limit, filters=filters)
    for sentence in limits_of(scope):
        say(sentence)
    if as_json:
        for hit in hits:
            write_json(hit.to_json(), sys.stdout)
    else:
        show_hits(hits)
    if not hits:
        say("no passage found.")


@app.command(cls=Command)
def ask(
    context: typer.Context,
    question: Annotated[str | None, typer.Argument(help="The question.", show_default=False)] = None,
    questions: Annotated[
        str | None,
        typer.Option(metavar="IN.jsonl", help='Ask every "question" of this file (- is stdin) instead.'),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(metavar="OUT.jsonl", help="Where the answers to --questions go (- is stdout)."),
    ] = None,
    restart: Annotated[
        bool,
        typer.Option("--restart", help="Ask anew what --output has answers to already; without it, a run goes on."),
    ] = False,
    since: Since = None,
    until: Until = None,
    outlet: Outlets = None,
    author: Authors = None,
    as_of: AsOf = None,
    reader: ReaderName = None,
    passages: Passages = None,
    sure: Sure = None,
    archive: ArchiveDir = None,
    as_json: AsJson = False,
) -> None:
    """Answer a question with the words that were printed: a value that is sure, else the sentences that speak to it.

    Exits 3 if the archive is silent on it.

    With --questions, each line {"id", "question", "as_of"?, "since"?, "until"?} gives one line of JSON; a bad
    line gives {"id", "error"}, and the exit code is 1 if there was one. Interrupted, it goes on when called again.
    """
    _check_ask(question, questions, output, restart=restart)
    path = archive_dir(context, archive)
    how = reading(reader, passages, sure)
    filters = filters_of(since, until, outlet, author, as_of)
    from pullquote.index.archive import Archive
    from pullquote.qa.engine import Engine
    from pullquote.ui.wording import limits_of

    with Archive.open(path) as opened:
        advise(opened)
        engine = Engine(opened, **how)
        engine.load_ahead()
        if questions is not None:
            from pullquote.ui.cli.question_files import ask_all

            code = BAD_INPUT if ask_all(engine, questions, output or "-", filters, restart=restart) else 0
        else:
            answer = engine.ask(question or "", filters=filters)
            for sentence in limits_of(answer.searched):
                say(sentence)
            code = failures.NOT_IN_ARCHIVE if _silent(answer) else 0
            if as_json:
                write_json(answer.to_json(), sys.stdout)
            else:
                from pullquote.ui.cli.render import show_answer

                show_answer(answer)
    raise typer.Exit(code)


def _silent(answer: Answer) -> bool:
    """Return whether the archive is silent on a question; a greeting is none."""
    if answer.parts:
        return answer.state is State.SILENT and any(map(_silent, answer.parts))
    talk = answer.remark is not None and answer.remark.kind is not RemarkKind.LANGUAGE
    return answer.state is State.SILENT and not talk


def _check_ask(question: str | None, questions: str | None, output: str | None, *, restart: bool) -> None:
    if (question is None) == (questions is None):
        raise InputError("Give one QUESTION, or --questions FILE.")
    if output is not None and questions is None:
        raise InputError("--output goes with --questions.")
    if restart and output in (None, "-"):
        raise InputError("--restart goes with --output FILE.")


@app.command(cls=Command)
def check(
    context: typer.Context,
    repair: Annotated[bool, typer.Option("--repair", help="Mend what the database can tell.")] = False,
    archive: ArchiveDir = None,
) -> None:
    """Check that everything in the archive is what was stored. Exits 1 if it is not."""
    path = archive_dir(context, archive)
    from pullquote.index.archive import Archive
    from pullquote.ui.wording import REPAIR

    try:
        with Archive.open(path) as opened:
            report = opened.check(repair=repair)
    except ArchiveDamaged as error:
        if not repair:
            raise
        from pullquote.index.integrity.repair import advice

        raise ArchiveDamaged(f"{str(error).partition('; run:')[0]}. {advice(path)}") from error
    for word, notes in (("problem", report.problems), ("repaired", report.repaired), ("note", report.notes)):
        for note in notes:
            print(f"{word}: {one_line(note)}")
    if report.ok:
        print("The archive is sound.")
    else:
        say(f"the archive is not sound. {report.advice}" if repair else "the archive is not sound; run: " + REPAIR)
        raise typer.Exit(BAD_INPUT)


@app.command(cls=Command)
def optimize(context: typer.Context, archive: ArchiveDir = None) -> None:
    """Bring the search indexes up to date and compact, so that searches are fast."""
    path = archive_dir(context, archive)
    from pullquote.index.archive import Archive

    with Archive.open(path) as opened:
        opened.optimize()
    say("the archive is optimized.")


@app.command(cls=Command)
def info(context: typer.Context, archive: ArchiveDir = None, as_json: AsJson = False) -> None:
    """Tell what the archive holds and how it was made."""
    path = archive_dir(context, archive)
    from pullquote.index.archive import Archive
    from pullquote.ui.cli.render import show_info

    with Archive.open(path) as opened:
        advise(opened)
        facts = opened.info()
    if as_json:
        write_json(facts.to_json(), sys.stdout)
    else:
        show_info(facts)


chat_commands.register(app)
following_commands.register(app)
archive_commands.register(app)
training_commands.register(app)
eval_commands.register(app)


if __name__ == "__main__":
    main()
