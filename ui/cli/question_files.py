"""Many questions from a JSON-lines file, one answer object a line."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pullquote
from pullquote.arguments import nearest
from pullquote.errors import InputError, SourceError
from pullquote.filters import Filters
from pullquote.paths import expanded
from pullquote.ui.cli.answers_kept import KeptAnswers, NumberedHashes, asked_hash
from pullquote.ui.cli.failures import say, when_stopped
from pullquote.ui.cli.progress import Meter
from pullquote.ui.printable import write_json
from pullquote.ui.wording import count

if TYPE_CHECKING:
    from pullquote.qa.engine import Engine

_STREAM = "-"
_BOUNDS = ("since", "until", "as_of")
_KEYS = ("id", "question", *_BOUNDS)
# So many unknown keys of one row are named.
_NAMED = 3


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


def ask_all(engine: Engine, source: str, output: str, filters: Filters, *, restart: bool = False) -> int:
    """Answer the questions of `source` into `output` ("-": stdin, stdout) and return how many rows were bad.

    Every row gives one line, in the order of the file: an answer object with the row's `id` first, or
    `{"id", "error"}`. A line is flushed before the next question is asked. Questions that a file of answers has
    already, asked of the same articles with the same bounds, reader and settings, are not asked again.

    Raises:
        SourceError: `source` cannot be read.
        InputError: both are the same file, or the output holds something else than answers.
    """
    source, output = (name if name == _STREAM else str(expanded(name)) for name in (source, output))
    if _same_file(source, output):
        raise InputError(f"{output} holds the questions; name another file for the answers.")
    name = "stdin" if source == _STREAM else source
    decides = _decides(engine)
    kept = when_stopped("the answers written so far are kept")
    with kept, _input(source) as lines, Meter("answering") as meter:
        size = os.fstat(lines.fileno()).st_size if source != _STREAM else None
        if output == _STREAM:
            counted = _Counted(meter, size)
            for row in read_rows(lines, name):
                answer = _answer(engine, row, filters, _hash_of(row, filters, decides))
                write_json(answer, sys.stdout)
                counted.add(row, answer)
        else:
            # All of them first: only so is it known which lines of an earlier output are still wanted.
            counted = _into_file(engine, list(read_rows(lines, name)), Path(output), filters, decides, restart, meter)
    say(f"{count(counted.done, 'question')} in all, {counted.bad:,} of them bad.")
    return counted.bad


class _Counted:
    """How many rows are answered, and how many of them were bad."""

    def __init__(self, meter: Meter, size: int | None) -> None:
        self.done = self.bad = 0
        self._meter, self._size = meter, size

    def add(self, row: QuestionRow, answer: Mapping[str, Any] | None) -> None:
        """Count a row; its answer is None where an earlier run has given it."""
        if answer and "error" in answer:
            say(f"{row.where}: {answer['error']}")
            self.bad += 1
        self.done += 1
        self._meter.update(row.bytes_read, self._size, count(self.done, "question"))


def _into_file(
    engine: Engine,
    rows: Sequence[QuestionRow],
    output: Path,
    filters: Filters,
    decides: Mapping[str, Any],
    restart: bool,
    meter: Meter,
) -> _Counted:
    numbered = NumberedHashes()
    keys = [numbered.key(_hash_of(row, filters, decides)) for row in rows]
    counted = _Counted(meter, rows[-1].bytes_read if rows else None)
    kept = KeptAnswers(output, keys, restart=restart)
    if kept.left_out:
        say(
            f"{count(kept.left_out, 'line')} of {output} {'was' if kept.left_out == 1 else 'were'} left out: errors, "
            "other questions, or answers of other articles, another reader or other settings."
        )
    if len(kept):
        say(f"{output} has {count(len(kept), 'answer')} already; these are not asked again (--restart begins anew).")
    try:
        for row, key in zip(rows, keys, strict=True):
            answer = None
            if key not in kept:
                answer = _answer(engine, row, filters, key[0])
                kept.append(key, answer)
            counted.add(row, answer)
    finally:
        kept.close()
    return counted


def _decides(engine: Engine) -> dict[str, Any]:
    """Return what of an engine decides its answers."""
    confidence = engine.confidence
    return {
        "pullquote": pullquote.__version__,
        "articles": engine.archive.info().content_sha256,
        "reader": engine.reader.sha256,
        "confidence": confidence.sha256 if confidence else "",
        "settings": engine.settings(),
    }


def _hash_of(row: QuestionRow, filters: Filters, decides: Mapping[str, Any]) -> str:
    bounds = {name: row.bounds.get(name, getattr(filters, name)) for name in _BOUNDS}
    return asked_hash(row.id, row.question, row.error, bounds, filters.outlets, filters.authors, decides)


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
        return replace(bad, error=_no_such_keys(foreign))
    question = row.get("question")
    if not isinstance(question, str):
        return replace(bad, error='"question" must be a string')
    bounds = {key: row[key] for key in _BOUNDS if row.get(key) is not None}
    for key, value in bounds.items():
        if not isinstance(value, str):
            return replace(bad, error=f'"{key}" must be a day such as "2031-05-04"')
    return replace(bad, question=question, bounds=bounds)


def _no_such_keys(foreign: Sequence[str]) -> str:
    """Return the clause that refuses keys, with the known ones that are most like them."""
    told = ", ".join(repr(name[:80]) for name in foreign[:_NAMED])
    more = f" and {len(foreign) - _NAMED} more" if len(foreign) > _NAMED else ""
    like = dict.fromkeys(filter(None, (nearest(name[:80], _KEYS) for name in foreign)))
    hint = f"; did you mean {' and '.join(map(repr, like))}?" if like else ";"
    return f"there is no key {told}{more} in a question{hint} there are {', '.join(_KEYS)}"


def _answer(engine: Engine, row: QuestionRow, filters: Filters, asked: str) -> dict[str, Any]:
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
        return {"id": row.id, "asked": asked, **engine.ask(row.question, filters=bounds).to_json()}
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
