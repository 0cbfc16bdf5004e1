"""docs/measurements.md made again: its commands are run, and what they print now takes the place of the older.

    python -m pullquote.eval.benchmarks.measurements docs/measurements.md                     # all of them
    python -m pullquote.eval.benchmarks.measurements docs/measurements.md "Opening" "Gold"    # sections that begin so

A section of the page begins with "## NAME" and has a block whose first line is "$ COMMAND". What the command prints on
stdout follows that line. The line below the block tells the day, the processor and the versions. A section stays as it
was where its command fails, or needs the folder that the variable PULLQUOTE_SHARED names and that isn't set. The page
is written after each section, so an interrupted run loses only the one it was at. Nothing else should run meanwhile.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from pullquote.commands import run
from pullquote.errors import InputError
from pullquote.index.embedding.precision import has_fast_bfloat16

_SECTION = re.compile(
    r"^## (?P<name>[^\n]+)\n(?P<before>(?:(?!^## |^```).*\n)*)"
    r"^```\n\$ (?P<command>[^\n]+)\n(?P<printed>(?:(?!^```).*\n)*)^```\n(?:\n_[^\n]*_\n)?",
    re.MULTILINE,
)
_SHARED = "PULLQUOTE_SHARED"
_PACKAGES = ("torch", "transformers", "sentence-transformers", "faiss-cpu", "tantivy")


def conditions(day: dt.date) -> str:
    """Return what a figure was measured with, as the line below a block."""
    cores = os.cpu_count() or 1
    bfloat16 = "bfloat16" if has_fast_bfloat16() else "no bfloat16"
    versions = ", ".join(f"{name} {version(name).partition('+')[0]}" for name in _PACKAGES)
    return f"{day.isoformat()}; {cores} cores, {bfloat16}; {versions}"


def measured(section: re.Match[str], printed: str, told: str) -> str:
    """Return a section with what its command printed now, and the conditions below it."""
    return f"## {section['name']}\n{section['before']}```\n$ {section['command']}\n{printed.strip()}\n```\n\n_{told}_\n"


def printed_by(command: str) -> str:
    """Return what a command prints on stdout.

    Raises:
        InputError: it fails, or needs data that isn't there.
    """
    if f"${_SHARED}" in command and not os.environ.get(_SHARED):
        raise InputError(f"it needs the folder of development data that {_SHARED} names")
    words = [os.path.expandvars(word) for word in shlex.split(command)]
    beside = Path(sys.executable).with_name(words[0])
    words[0] = sys.executable if words[0] == "python" else str(beside) if beside.exists() else words[0]
    try:
        done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False)
    except OSError as error:
        raise InputError(f"it can't be run ({error.strerror})") from error
    if done.returncode:
        raise InputError(f"it ended with exit code {done.returncode}")
    return done.stdout


def measure(page: Path, names: Sequence[str] = (), *, today: dt.date | None = None) -> int:
    """Run the page's commands, write what they print, and return how many could not be run.

    Args:
        page: a Markdown file.
        names: of sections, or how they begin; by default all.
        today: by default today.

    Raises:
        InputError: the page can't be read, or no section has that name.
    """
    try:
        text = page.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{page} cannot be read ({error.strerror}).") from error
    wanted = [found["name"] for found in _SECTION.finditer(text) if not names or found["name"].startswith(tuple(names))]
    if not wanted:
        raise InputError(f"{page} has no section with a command, or none that begins with {' or '.join(names)}.")
    failed = 0
    for name in wanted:
        section = next(found for found in _SECTION.finditer(text) if found["name"] == name)
        print(f"{name}: {section['command']}", file=sys.stderr, flush=True)
        try:
            new = measured(section, printed_by(section["command"]), conditions(today or dt.date.today()))
        except InputError as error:
            print(f"{name}: {error}; left as it was.", file=sys.stderr)
            failed += 1
            continue
        text = text[: section.start()] + new + text[section.end() :]
        page.write_text(text, encoding="utf-8")
    return failed


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command of the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m pullquote.eval.benchmarks.measurements", description=__doc__)
    parser.add_argument("page", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME")
    given = parser.parse_args(arguments)
    if measure(given.page, given.names):
        raise InputError("Some sections could not be measured; the lines above say why.")


if __name__ == "__main__":
    run(main)
