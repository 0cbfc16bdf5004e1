"""Questions to the person at the terminal: a key, a line; told on stderr, answered on stdin."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import typer

from pullquote.printable import one_line, printable


class DialogueEnded(Exception):  # noqa: N818 - says what happened
    """Nobody answers any more: the input is at its end."""


def has_terminal() -> bool:
    """Return whether somebody can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()


def tell(text: str = "") -> None:
    """Print lines on stderr, made safe to show."""
    print(printable(text), file=sys.stderr)


def ask_line(prompt: str) -> str:
    """Return a line that is typed, without white space around it.

    Raises:
        DialogueEnded: there is none.
    """
    print(f"{one_line(prompt)} ", end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        tell()
        raise DialogueEnded
    return line.encode("utf-8", "replace").decode("utf-8").strip()


def ask_key(choices: Mapping[str, str]) -> str:
    """Return one of some keys: pressed on a terminal, else the first letter of a line.

    Args:
        choices: keys to what they do.

    Raises:
        DialogueEnded: there is none.
    """
    prompt = " · ".join(f"{name} ({key})" for key, name in choices.items()) + ":"
    while True:
        if not has_terminal():
            key = ask_line(prompt)[:1].lower()
        else:
            print(f"{prompt} ", end="", file=sys.stderr, flush=True)
            try:
                key = typer.getchar().lower()
            except EOFError:
                key = ""
            tell(choices.get(key, ""))
            if key in ("", "\x04"):
                raise DialogueEnded
        if key in choices:
            return key
        tell(f"Press one of: {', '.join(choices)}.")
