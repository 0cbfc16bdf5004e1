"""Many questions from a JSON-lines file, one answer object a line."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TextIO

from pullquote.errors import InputError, SourceError
from pullquote.filters import Filters
from pullquote.paths import expanded
from pullquote.ui.cli.failures import say, when_stopped
from pullquote.ui.cli.progress import Meter
from pullquote.ui.printable import write_json
from pullquote.ui.wording import count

if TYPE_CHECKING:
    from pullquote.qa.engine import Engine

_STREAM = "-"
_BOUNDS = ("since", "until", "as_of")
_KEYS = ("id", "question", *_BOUNDS)


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One line of a questions file.

    Attributes:
        where: `file:line`, for messages.
        id: the row's own, whatever JSON value it is; None where it has none.
        question: as asked; "" for a bad row.
        bounds: the row's `since`, `until` and `as_of`.
        error: what is wrong with the row, or "".
        bytes_read: of the file so far, this row included.
    """

    where: str
    id: Any
    question: str
    bounds: dict[str, str]
    error: str
    bytes_read: int


def ask_all(engine: Engine, source: str, output: str, filters: Filters) -> int:
    """Answer the questions of `source` into `output` ("-": stdin, stdout) and return how many rows were bad.

    Every row gives one line, in the order of the file: an answer object with the row's `id` first, or
    `{"id", "error"}`. A line is flushed before the next question is asked.

    Raises:
        SourceError: `source` cannot be read.
        InputError: both are the same file.
    """
    source, output = (name if name == _STREAM else str(expanded(name)) for name in (source, output))
    if _same_file(source, output):
        raise InputError(f"{output} holds the questions; name another file for the answers.")
    done = bad = 0
    kept = when_stopped("the answers written so far are kept")
    with kept, _input(source) as lines, _output(output) as answers, Meter("answering") as meter:
        size = os.fstat(lines.fileno()).st_size if source != _STREAM else None
        for row in read_rows(lines, "stdin" if source == _STREAM else source):
            answer = _answer(engine, row, filters)
            if "error" in answer:
                say(f"{row.where}: {answer['error']}")
                bad += 1
            write_json(answer, answers)
            done += 1
            meter.update(row.bytes_read, size, count(done, "question"))
    say(f"{count(done, 'question')} in all, {bad:,} of them bad.")
    return bad


def _same_file(source: str, output: str) -> bool:
    named = _STREAM not in (source, output) and Path(source).exists() and Path(output).exists()
    return named and os.path.samefile(source, output)


def read_rows(lines: IO[bytes], name: str) -> Iterator[QuestionRow]:
    """Yield the rows of a JSON-lines file; blank lines are passed over."""
    bytes_read = 0
    for number, line in enumerate(lines, 1):
        bytes_read += len(line)
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if line.strip():
            yield replace(_row(line), where=f"{name}:{number}", bytes_read=bytes_read)


def _row(line: bytes) -> QuestionRow:
    bad = QuestionRow(where="", id=None, question="", bounds={}, error="", bytes_read=0)
    try:
        row = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        return replace(bad, error=f"not a line of JSON ({error})")
    if not isinstance(row, dict):
        return replace(bad, error='not a JSON object with a "question"')
    bad = replace(bad, id=row.get("id"))
    if foreign := sorted(row.keys() - set(_KEYS)):
        return replace(bad, error=f"there is no key {foreign[0][:80]!r} in a question; there are {', '.join(_KEYS)}")
    question = row.get("question")
    if not isinstance(question, str):
        return replace(bad, error='"question" must be a string')
    bounds = {key: row[key] for key in _BOUNDS if row.get(key) is not None}
    for key, value in bounds.items():
        if not isinstance(value, str):
            return replace(bad, error=f'"{key}" must be a day such as "2031-05-04"')
    return replace(bad, question=question, bounds=bounds)


def _answer(engine: Engine, row: QuestionRow, filters: Filters) -> dict[str, Any]:
    if row.error:
        return {"id": row.id, "error": row.error}
    try:
        bounds = Filters.of(
            since=row.bounds.get("since", filters.since),
            until=row.bounds.get("until", filters.until),
            as_of=row.bounds.get("as_of", filters.as_of),
            outlets=filters.outlets,
            authors=filters.authors,
        )
        return {"id": row.id, **engine.ask(row.question, filters=bounds).to_json()}
    except InputError as error:
        return {"id": row.id, "error": str(error)}


@contextlib.contextmanager
def _input(source: str) -> Iterator[IO[bytes]]:
    if source == _STREAM:
        yield sys.stdin.buffer
        return
    try:
        lines = open(source, "rb")  # noqa: SIM115 - closed below; only the opening may fail as a bad source
    except OSError as error:
        raise SourceError(f"The questions file {source} cannot be read: {error.strerror}.") from error
    with lines:
        yield lines


@contextlib.contextmanager
def _output(output: str) -> Iterator[TextIO]:
    if output == _STREAM:
        yield sys.stdout
        return
    with open(output, "w", encoding="utf-8", newline="\n") as answers:
        yield answers
