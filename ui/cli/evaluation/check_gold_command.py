"""The command that looks for faults in a gold set: `check-gold`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from pullquote.commands import BAD_INPUT
from pullquote.ui.cli.evaluation.gold_runs import Gold, archive_for, load_gold
from pullquote.ui.cli.failures import Command, say
from pullquote.ui.cli.options import ArchiveDir, AsJson
from pullquote.ui.printable import write_json

if TYPE_CHECKING:
    from pullquote.eval.gold.problems import Problem

# So many places of one kind of problem are shown.
_SHOWN = 3


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("check-gold", cls=Command)(check_gold)


def check_gold(
    context: typer.Context,
    gold: Gold = None,
    every: Annotated[
        bool, typer.Option("--all", help="Name every place; else the first few of each kind of problem.")
    ] = False,
    archive: ArchiveDir = None,
    as_json: AsJson = False,
) -> None:
    """Check a gold set: every span against its article, counts by type, duplicates, leaks between its splits.

    Where a set brings no articles of its own, its places are compared with the archive's. Exits 1 if something is
    wrong; what a set may well lack is noted.
    """
    from pullquote.eval.gold.validate import validate

    asked = load_gold(gold, skip_bad=False)
    with ExitStack() as stack:
        among = archive_for(asked, context, archive)
        opened = None
        if among is not None:
            from pullquote.index.archive import Archive

            opened = stack.enter_context(Archive.open(among))
        found = validate(asked, opened)
    if as_json:
        write_json(asdict(found), sys.stdout)
    else:
        from pullquote.ui.cli.evaluation.eval_render import show_validation

        show_validation(found)
    for line in grouped(found.problems, every=every):
        say(line)
    for line in grouped(found.notes, every=False):
        say(f"note: {line}")
    raise typer.Exit(BAD_INPUT if found.problems else 0)


def grouped(problems: Sequence[Problem], *, every: bool) -> Iterator[str]:
    """Yield problems by kind: a line with their number, then the first of them, or all."""
    from pullquote.eval.gold.problems import by_kind

    for kind, those in by_kind(problems).items():
        if len(those) == 1:
            yield f"{kind}: {those[0]}"
            continue
        yield f"{kind}: {len(those):,}"
        shown = those if every else those[:_SHOWN]
        yield from (f"  {problem}" for problem in shown)
        if len(those) > len(shown):
            yield f"  and {len(those) - len(shown):,} more" + ("" if every else " (--all)")
