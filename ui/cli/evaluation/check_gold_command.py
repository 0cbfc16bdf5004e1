"""The command that looks for faults in a gold set: `check-gold`."""

from __future__ import annotations

import sys
from dataclasses import asdict

import typer

from pullquote.commands import BAD_INPUT
from pullquote.ui.cli.evaluation.gold_runs import Gold, load_gold
from pullquote.ui.cli.failures import Command, say
from pullquote.ui.cli.options import AsJson
from pullquote.ui.printable import write_json


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("check-gold", cls=Command)(check_gold)


def check_gold(gold: Gold = None, as_json: AsJson = False) -> None:
    """Check a gold set: every span against its article, counts by type, duplicates, leaks between its splits."""
    from pullquote.eval.gold.validate import validate

    found = validate(load_gold(gold, skip_bad=False))
    if as_json:
        write_json(asdict(found), sys.stdout)
    else:
        from pullquote.ui.cli.evaluation.eval_render import show_validation

        show_validation(found)
    for problem in found.problems:
        say(problem)
    raise typer.Exit(BAD_INPUT if found.problems else 0)
