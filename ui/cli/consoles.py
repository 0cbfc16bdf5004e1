"""Rich consoles that end as the command line promises."""

from __future__ import annotations

from typing import Any

from rich.console import Console


class PipeConsole(Console):
    """A console that raises `BrokenPipeError` where nobody reads any more; rich itself would end with status 1."""

    def on_broken_pipe(self) -> None:
        """Raise the error that is being handled."""
        raise BrokenPipeError


def console(stream: Any) -> Console:
    """Return a console that prints text to a stream as it stands: no markup, no highlighting."""
    return PipeConsole(file=stream, markup=False, highlight=False, emoji=False)
