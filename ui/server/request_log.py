"""The chat's log: one line on stderr for each question, search, upload, refusal and error, as text or as JSON."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import sys
import time
import warnings
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TextIO

from pullquote.printable import one_line

_LOGGER = logging.getLogger("pullquote.chat")
# The attributes of a record that a line has beside its time, in this order.
_FACTS = ("what", "status", "ms", "visitor", "path", "question", "message", "traceback")


class LogFormat(StrEnum):
    """How a line looks; `none` keeps the log off."""

    TEXT = "text"
    JSON = "json"
    NONE = "none"


@dataclass(slots=True)
class RequestFacts:
    """What is known of the request that is being served, for the line about it.

    Attributes:
        logged: a line of its own was written already.
        refused: the sentence that it was refused with.
    """

    logged: bool = False
    refused: str = ""


request_facts: ContextVar[RequestFacts | None] = ContextVar("request_facts", default=None)


def note(what: str, *, status: int, begun: float, visitor: str, **more: str) -> None:
    """Write a line about something that a visitor asked for.

    Args:
        what: "question", "search", "article", "upload", "sign-in", "page", "refused" or "error".
        status: an HTTP status, also of a question that came otherwise.
        begun: when, by `time.perf_counter`.
        visitor: the account, else the address.
        more: "path", "question" (shown only where the log was told to) or "message"; empty ones are left out.
    """
    if facts := request_facts.get():
        facts.logged = True
    level = logging.ERROR if status == 500 else logging.INFO
    ms = round(1000 * (time.perf_counter() - begun))
    told = {"what": what, "status": status, "ms": ms, "visitor": visitor, **more}
    _LOGGER.log(level, "", extra={"facts": told}, exc_info=sys.exc_info()[0] is not None and status == 500)


@contextlib.contextmanager
def request_log(form: LogFormat, *, questions: bool = False) -> Iterator[None]:
    """Write the log to stderr inside the context, and as JSON also what others print there.

    Args:
        form: how a line looks.
        questions: show what was asked.
    """
    stream = sys.stderr
    handler: logging.Handler = logging.NullHandler() if form is LogFormat.NONE else logging.StreamHandler(stream)
    handler.setFormatter(_Json(questions) if form is LogFormat.JSON else _Text(questions))
    root, level = logging.getLogger(), _LOGGER.level
    # With the log off, faults of libraries are still told.
    (root if form is LogFormat.JSON else _LOGGER).addHandler(handler)
    _LOGGER.setLevel(logging.INFO)
    _LOGGER.propagate = form is LogFormat.JSON
    try:
        with contextlib.ExitStack() as told:
            if form is LogFormat.JSON:
                told.enter_context(warnings.catch_warnings())
                told.enter_context(contextlib.redirect_stderr(_Lines(stream)))
            yield
    finally:
        (root if form is LogFormat.JSON else _LOGGER).removeHandler(handler)
        _LOGGER.setLevel(level)
        _LOGGER.propagate = True


class _Text(logging.Formatter):
    """A line such as 2031-05-04T12:58:01.123Z question 200 1734 ms 127.0.0.1; a traceback follows on its own."""

    def __init__(self, questions: bool) -> None:
        super().__init__()
        self._questions = questions

    def format(self, record: logging.LogRecord) -> str:
        facts = _facts(record, self._questions)
        trace = str(facts.pop("traceback", ""))
        if "ms" in facts:
            facts["ms"] = f"{facts['ms']} ms"
        return " ".join([_time(record), *(one_line(str(value)) for value in facts.values())]) + (
            f"\n{trace}" if trace else ""
        )


class _Json(logging.Formatter):
    """An object a line; the traceback is one of its values."""

    def __init__(self, questions: bool) -> None:
        super().__init__()
        self._questions = questions

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps({"time": _time(record), **_facts(record, self._questions)})


def _time(record: logging.LogRecord) -> str:
    seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
    return f"{seconds}.{int(record.msecs):03d}Z"


def _facts(record: logging.LogRecord, questions: bool) -> dict[str, Any]:
    """Return what a line says beside its time; records of libraries are errors or warnings with a message."""
    other = {"what": "error" if record.levelno >= logging.ERROR else "note", "message": record.getMessage()}
    facts: dict[str, Any] = getattr(record, "facts", other)
    if record.exc_info and record.exc_info[0]:
        facts = {**facts, "traceback": logging.Formatter().formatException(record.exc_info)}
    shown = {name: facts[name] for name in _FACTS if facts.get(name) not in (None, "")}
    if not questions:
        shown.pop("question", None)
    return shown


class _Lines(io.TextIOBase):
    """A stream for what others print: each line becomes one of the log, so that nothing there is no JSON."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._begun = ""

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._stream.encoding

    def write(self, text: str) -> int:
        *lines, self._begun = (self._begun + text).split("\n")
        for line in filter(None, map(str.strip, lines)):
            logging.getLogger("pullquote.stderr").warning("%s", line)
        return len(text)
