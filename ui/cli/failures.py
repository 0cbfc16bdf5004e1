"""How the command line ends: exit codes, and one sentence on stderr in place of a traceback."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import sqlite3
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup

from pullquote.commands import BAD_INPUT, WRONG_USAGE
from pullquote.errors import InputError, PullquoteError
from pullquote.paths import expanded
from pullquote.printable import one_line
from pullquote.ui.cli.signals import exit_code
from pullquote.ui.printable import shorten

if TYPE_CHECKING:
    from pullquote.index.archive import Archive

# Beside those of `pullquote.commands`.
NOT_IN_ARCHIVE = 3
PIPE_CLOSED = 141
# PyTorch on a processor and on a GPU, the loader of shared libraries, C++, threads that can't be started.
_NO_MEMORY = re.compile(
    r"(?:not enough|out of|can(?:no|')t allocate) memory|bad_alloc|failed to map segment|can't start new thread", re.I
)


class Command(TyperCommand):
    """A command that tells what went wrong in one sentence, and reads "~" as the home folder in every path."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command and end with the right exit code."""
        with failures_told():
            ctx.params = {name: _at_home(value) for name, value in ctx.params.items()}
            return super().invoke(ctx)

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        """Return the context; `--help` prints in here."""
        with pipe_closed():
            return super().make_context(*args, **kwargs)


class Commands(TyperGroup):
    """The commands; `--help` and `--version` print while the context is made."""

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        """Return the context; ends as every command does where nobody reads what is printed."""
        with pipe_closed():
            return super().make_context(*args, **kwargs)


def _at_home(value: Any) -> Any:
    """Return a parameter with each path's "~" replaced: only a shell does that, and not in `--archive=~/news.pq`."""
    if isinstance(value, list):
        return [_at_home(one) for one in value]
    return expanded(value) if isinstance(value, Path) else value


@contextlib.contextmanager
def pipe_closed() -> Iterator[None]:
    """End with `PIPE_CLOSED` where whoever read our output has gone, be it only when the last of it is written."""
    try:
        try:
            yield
        except SystemExit:
            _flush()
            raise
        _flush()
    except BrokenPipeError:
        _silence()
        raise SystemExit(PIPE_CLOSED) from None


def _flush() -> None:
    if sys.stdout is not None:
        sys.stdout.flush()


def _silence() -> None:
    """Let what is still buffered go nowhere: it would raise again when Python exits."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextlib.contextmanager
def failures_told() -> Iterator[None]:
    """Turn every exception into a sentence on stderr and an exit code."""
    try:
        with pipe_closed():
            yield
    except typer.Exit:
        raise
    except KeyboardInterrupt as stop:
        say("; ".join(["stopped", *getattr(stop, "__notes__", ())]) + ".")
        raise typer.Exit(exit_code(stop)) from None
    except Exception as error:
        if os.environ.get("PULLQUOTE_DEBUG", "0") not in ("", "0"):
            traceback.print_exc()
        say(f"error: {_sentence(error)}")
        raise typer.Exit(WRONG_USAGE if isinstance(error, InputError) else BAD_INPUT) from None


@contextlib.contextmanager
def when_stopped(note: str) -> Iterator[None]:
    """Have "stopped" followed by what that leaves, where the body is interrupted."""
    try:
        yield
    except KeyboardInterrupt as stop:
        stop.add_note(note)
        raise


def say(message: str) -> None:
    """Print a line on stderr."""
    # Not through click, which takes a terminal without UTF-8 for a mistake and writes UTF-8 to it. A terminal that was
    # closed takes nothing any more.
    with contextlib.suppress(OSError):
        print(f"pullquote: {one_line(message)}", file=sys.stderr, flush=True)


def advise(archive: Archive) -> None:
    """Tell what to run where an archive was made by an earlier version; say nothing of any other."""
    if advice := archive.advice():
        say(f"{advice}.")


def _lacks_memory(error: BaseException) -> bool:
    """Return whether it was memory that an error was about; PyTorch and faiss say so in a `RuntimeError`."""
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return True
    return isinstance(error, (RuntimeError, ImportError, OSError)) and bool(_NO_MEMORY.search(str(error)))


def _sentence(error: Exception) -> str:
    if isinstance(error, PullquoteError):
        return str(error) or type(error).__name__
    if _lacks_memory(error):
        cause = (error.strerror if isinstance(error, OSError) else "") or str(error) or "nothing was left"
        return (
            f"There is not enough memory to go on: {shorten(cause, 160).removesuffix('.')}. "
            "Close other programs, or read with less: --reader small."
        )
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}."
    if isinstance(error, sqlite3.Error):
        return f"The archive's database failed ({error}); `pullquote check` tells whether it is sound."
    return (
        f"Something unexpected happened ({type(error).__name__}: {error}); this is a bug. "
        "PULLQUOTE_DEBUG=1 shows the traceback."
    )
