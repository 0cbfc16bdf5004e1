"""Calls in a process that can be ended: a hostile page or feed costs seconds, not the whole `add`.

Parsers of web pages and feeds are other people's, and each has inputs that it takes hours for or crashes on. One
process is kept for them: started at the first call, used again and again, ended and started anew when an input takes
too long. It talks in JSON, so that nothing it is made to say can run here. Where no process can be started, calls are
made here, without a bound.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import queue
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from typing import IO, Any

from pullquote.index.sources.files import Unreadable
from pullquote.index.sources.reasons import reason_for

# Of the processor's time. The slowest honest pages met (5 MB of links) take 2 s; feeds of short entries 1.3 s a MB.
BASE_LIMIT_S = 20.0
LIMIT_S_PER_MB = 5.0

# By the clock, where the system can't bound the processor's time and as a net beneath it; machines are busy.
_CLOCK_FACTOR = 4.0
_START_LIMIT_S = 60.0

# The process holds 60 MB, and a chat that runs for weeks is sent a page now and then.
_IDLE_LIMIT_S = 120
_DIED_OF_IDLENESS = -getattr(signal, "SIGALRM", 0) or None

# A page of 20 MB takes 0.7 GB to parse; what wants more than this is left out, before the machine starts to swap.
_MEMORY_LIMIT_BYTES = 4_000_000_000

_HEADER = struct.Struct("!HQd")  # characters of the task's name, bytes of the input, seconds
_REPLY = struct.Struct("!Q")  # bytes of the answer
_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from pullquote.index.sources.timed import serve; serve()"
)


def time_limit_s(size_bytes: int) -> float:
    """Return how many seconds of the processor's time an input of this size may take."""
    return BASE_LIMIT_S + LIMIT_S_PER_MB * size_bytes / 1e6


def timed_call(task: str, data: bytes, *, limit_s: float | None = None) -> Any:
    """Return what a function makes of `data`, in a process that is ended when it takes too long.

    Args:
        task: "module:function" of this package; the function takes bytes and returns what JSON has.
        data: its one argument.
        limit_s: seconds of the processor's time; by default as many as its size allows.

    Raises:
        Unreadable: the function raised, took too long, or the process died of the input.
    """
    return _PROCESS.call(task, data, time_limit_s(len(data)) if limit_s is None else limit_s)


def end_process() -> None:
    """End the process, whatever it is doing; the next call starts another."""
    _PROCESS.end()


def stay_in_this_process() -> None:
    """Make all further calls here, without a bound: for fuzzing and debugging, where nothing is to be hidden."""
    _PROCESS.end()
    _PROCESS.can_start = False


class _TimedProcess:
    """The process, and who is talking to it: one caller at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._replies: queue.Queue[bytes | None] = queue.Queue()
        self.can_start = bool(sys.executable) and not getattr(sys, "frozen", False)

    def call(self, task: str, data: bytes, limit_s: float) -> Any:
        with self._lock:
            reply, code = self._reply(task, data, limit_s)
            if reply is None and code == _DIED_OF_IDLENESS:  # just as it was called
                reply, code = self._reply(task, data, limit_s)
        if reply is None:
            raise Unreadable(_death(code, limit_s))
        return _result(json.loads(reply))

    def end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            with contextlib.suppress(OSError):  # what it hadn't read yet
                process.stdin.close()  # type: ignore[union-attr]

    def _running(self) -> subprocess.Popen[bytes] | None:
        """Return the process, started if need be, or None where none can be."""
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.end()
        if not self.can_start:
            return None
        self._replies = queue.Queue()
        try:
            process = subprocess.Popen(
                [sys.executable, "-c", _START, json.dumps(sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError:
            self.can_start = False
            return None
        self._process = process
        reading = (process.stdout, self._replies)
        threading.Thread(target=_read_replies, args=reading, name="pullquote-replies", daemon=True).start()
        try:
            ready = self._wait(_START_LIMIT_S) is not None  # its first word
        except TimeoutError:
            ready = False
        if self._process is not process:  # `end` was called meanwhile: nobody waits for the answer
            raise Unreadable("is not read, since reading was stopped")
        if not ready:
            self.end()
            self.can_start = False
        return process if ready else None

    def _reply(self, task: str, data: bytes, limit_s: float) -> tuple[bytes | None, int | None]:
        """Return the answer as JSON, or None and the exit code where the process died of the input.

        Raises:
            Unreadable: it does neither, and was ended.
        """
        process = self._running()
        if process is None:
            return json.dumps(_answer(task, data), default=str).encode("ascii"), None
        stdin: IO[bytes] = process.stdin  # type: ignore[assignment]
        try:
            stdin.write(_HEADER.pack(len(task), len(data), limit_s) + task.encode("ascii") + data)
            stdin.flush()
            reply = self._wait(limit_s * _CLOCK_FACTOR)
        except TimeoutError as error:
            self.end()
            raise Unreadable(_too_long(limit_s)) from error
        except OSError:  # it is no longer there
            reply = None
        if reply is None:
            self.end()
        return reply, process.returncode

    def _wait(self, seconds: float) -> bytes | None:
        try:
            return self._replies.get(timeout=seconds)
        except queue.Empty as error:
            raise TimeoutError from error


def _read_replies(stream: IO[bytes], replies: queue.Queue[bytes | None]) -> None:
    with stream:
        while (header := stream.read(_REPLY.size)) and len(header) == _REPLY.size:
            (length,) = _REPLY.unpack(header)
            replies.put(stream.read(length))
    replies.put(None)


def _too_long(limit_s: float) -> str:
    return f"takes more than the {limit_s:,.0f} seconds allowed for its size"


def _death(code: int | None, limit_s: float) -> str:
    if code is not None and code == -getattr(signal, "SIGPROF", 0):
        return _too_long(limit_s)
    return f"made its reader crash (exit code {code})"


def _result(answer: dict[str, Any]) -> Any:
    if "unreadable" in answer:
        raise Unreadable(answer["unreadable"])
    return answer["value"]


def _answer(task: str, data: bytes) -> dict[str, Any]:
    try:
        return {"value": _function(task)(data)}
    except Exception as error:
        return {"unreadable": reason_for(error)}


def _function(task: str) -> Callable[[bytes], Any]:
    module, _, name = task.partition(":")
    function: Callable[[bytes], Any] = getattr(import_module(f"pullquote.index.sources.{module}"), name)
    return function


# -- in the process


def serve() -> None:
    """Answer calls from the standard input until it ends: what the process does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever called; it ends this process
    _bound_memory()
    source, target = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # a library that prints must not talk into the answers
    _send(target, {})
    while len(header := _next_call(source)) == _HEADER.size:
        name_chars, size_bytes, limit_s = _HEADER.unpack(header)
        task, data = source.read(name_chars).decode("ascii"), source.read(size_bytes)
        _bound_time(limit_s)
        answer = _answer(task, data)
        _bound_time(0)
        _send(target, answer)


def _send(target: IO[bytes], answer: dict[str, Any]) -> None:
    written = json.dumps(answer, default=str).encode("ascii")
    target.write(_REPLY.pack(len(written)) + written)
    target.flush()


def _next_call(source: IO[bytes]) -> bytes:
    """Return the header of the next call; b"" at the end. The system ends this process if there is none for long."""
    if hasattr(signal, "alarm"):
        signal.alarm(_IDLE_LIMIT_S)
    header = source.read(_HEADER.size)
    if hasattr(signal, "alarm"):
        signal.alarm(0)
    return header


def _bound_time(limit_s: float) -> None:
    """Let the system end this process after so many seconds of the processor's time; 0 takes the bound away."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, limit_s)


def _bound_memory() -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    with contextlib.suppress(ValueError, OSError):  # a lower bound is set already
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_LIMIT_BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))


_PROCESS = _TimedProcess()
atexit.register(end_process)
