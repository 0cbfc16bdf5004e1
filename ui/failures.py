"""How the command line ends: exit codes, and one sentence on stderr in place of a traceback."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
import traceback
from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperCommand

from pullquote.commands import BAD_INPUT, INTERRUPTED, WRONG_USAGE
from pullquote.errors import InputError, PullquoteError
from pullquote.printable import one_line

# Beside those of `pullquote.commands`.
NOT_IN_ARCHIVE = 3
PIPE_CLOSED = 141


class Command(TyperCommand):
    """A command that tells what went wrong in one sentence."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command and end with the right exit code."""
        with failures_told():
            return super().invoke(ctx)


@contextlib.contextmanager
def failures_told() -> Iterator[None]:
    """Turn every exception into a sentence on stderr and an exit code."""
    try:
        yield
        sys.stdout.flush()
    except typer.Exit:
        raise
    except BrokenPipeError:
        # Whoever read our output has gone. What is still buffered would raise again when Python exits.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(PIPE_CLOSED) from None
    except KeyboardInterrupt:
        say("stopped.")
        raise typer.Exit(INTERRUPTED) from None
    except Exception as error:
        if os.environ.get("PULLQUOTE_DEBUG", "0") not in ("", "0"):
            traceback.print_exc()
        say(f"error: {_sentence(error)}")
        raise typer.Exit(WRONG_USAGE if isinstance(error, InputError) else BAD_INPUT) from None


def say(message: str) -> None:
    """Print a line on stderr."""
    typer.echo(f"pullquote: {one_line(message)}", err=True)


def _sentence(error: Exception) -> str:
    if isinstance(error, PullquoteError):
        return str(error) or type(error).__name__
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}."
    if isinstance(error, sqlite3.Error):
        return f"The archive's database failed ({error}); `pullquote check` tells whether it is sound."
    return (
        f"Something unexpected happened ({type(error).__name__}: {error}); this is a bug. "
        "PULLQUOTE_DEBUG=1 shows the traceback."
    )
