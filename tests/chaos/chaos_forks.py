"""Work in a process of its own: forked, so that nothing is loaded anew, and killed at will."""

from __future__ import annotations

import os
import pickle
import select
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Outcome:
    """How a process ended.

    Attributes:
        told: what it told by `tell`, in order.
        value: what its function returned.
        error: the traceback of what it raised.
        signal: what it died of, 0 where it ended by itself.
    """

    told: list[Any] = field(default_factory=list)
    value: Any = None
    error: str = ""
    signal: int = 0


def in_child(
    work: Callable[..., Any], *arguments: Any, kill_after_s: float | None = None, limit_s: float = 120.0
) -> Outcome:
    """Return how `work(tell, *arguments)` went in a forked process, killed after some seconds.

    One that takes longer than `limit_s` is killed, too, and has died of SIGALRM: it hung.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _work(work, arguments, writing)
    os.close(writing)
    outcome, data = Outcome(), bytearray()
    begun = time.monotonic()
    until = begun + (limit_s if kill_after_s is None else kill_after_s)
    while True:
        left = until - time.monotonic()
        ready, _, _ = select.select([reading], [], [], max(0.0, left))
        if not ready:
            os.kill(child, signal.SIGKILL)
            break
        part = os.read(reading, 1 << 20)
        if not part:
            break
        data += part
    while part := os.read(reading, 1 << 20):
        data += part
    os.close(reading)
    _, status = os.waitpid(child, 0)
    outcome.signal = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if outcome.signal == signal.SIGKILL and kill_after_s is None:
        outcome.signal = signal.SIGALRM
    _read(bytes(data), outcome)
    return outcome


def _work(work: Callable[..., Any], arguments: tuple[Any, ...], writing: int) -> None:
    def send(kind: str, value: Any) -> None:
        packed = pickle.dumps((kind, value))
        os.write(writing, len(packed).to_bytes(4, "big") + packed)

    try:
        send("value", work(lambda value: send("told", value), *arguments))
    except BaseException:
        send("error", traceback.format_exc())
    finally:
        os._exit(0)


def _read(data: bytes, outcome: Outcome) -> None:
    while len(data) >= 4 and len(data) >= 4 + (length := int.from_bytes(data[:4], "big")):
        kind, value = pickle.loads(data[4 : 4 + length])
        data = data[4 + length :]
        if kind == "told":
            outcome.told.append(value)
        else:
            setattr(outcome, kind, value)
