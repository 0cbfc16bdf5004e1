"""SIGTERM and SIGHUP end a command as Ctrl-C does: what is open is closed, and one sentence says so."""

from __future__ import annotations

import signal
from types import FrameType

from pullquote.commands import INTERRUPTED

_NAMES = ("SIGTERM", "SIGHUP")


class Stopped(KeyboardInterrupt):
    """A signal asked the process to end.

    Attributes:
        code: the exit code that shells know such an end by, 128 and the signal's number.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.code = 128 + number


def stop_on_signals() -> None:
    """Have SIGTERM and SIGHUP raise `Stopped` in the main thread; what `nohup` set to be ignored stays so."""
    for name in _NAMES:
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _stop)


def _stop(number: int, _: FrameType | None) -> None:
    # While things are closed, no other one comes between; SIGKILL ends what takes too long.
    for name in _NAMES:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    raise Stopped(number)


def exit_code(stop: KeyboardInterrupt) -> int:
    """Return how a command ends that was stopped so."""
    return stop.code if isinstance(stop, Stopped) else INTERRUPTED
