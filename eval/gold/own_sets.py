"""A gold set of one's own on disk: made, added to and changed a row at a time, whole or not at all.

A change replaces one line; every other line stays byte for byte, understood or not. What is dropped goes to a file
beside the questions, and isn't proposed again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from pullquote.comparing_form import comparing_form
from pullquote.errors import InputError, SourceError
from pullquote.eval.gold.files import MANIFEST
from pullquote.whole_files import write_whole

QUESTIONS_FILE, README_FILE = "questions.jsonl", "README.md"
_REALTIME_QA = frozenset({"choices", "evidence", "date"})
_LOCK_TIMEOUT_S = 10
_README = """# {name}: a gold set

Questions with their known answers, for `pullquote eval`. Nothing here is asked of anybody else.

- `questions.jsonl`: a question a line. `docs/evaluating.md` of Pullquote says what a line may have.
- `gold.json`: the set's name, and the archive that it is asked of.
- `questions.dropped.jsonl`: what a review has dropped, if anything.

    pullquote gold add {name} "Who chairs the port authority?"      # shows passages, asks which words answer
    pullquote gold add {name} --from-feedback                       # the chat's verdicts
    pullquote gold add {name} --from-table questions.csv            # columns: question, answer, as_of, article
    pullquote gold review {name}                                    # keep, edit or drop, one by one
    pullquote check-gold {name}
    pullquote eval {name} --report runs/first
"""


@dataclass(frozen=True, slots=True)
class SetLine:
    """A line of a set's questions: its number, its bytes, and its row, None where it isn't understood."""

    number: int
    raw: bytes
    row: dict[str, Any] | None

    @property
    def id(self) -> str:
        """The row's id, or ""."""
        return str((self.row or {}).get("id", ""))


@dataclass(frozen=True, slots=True)
class Added:
    """What came of adding rows: the ids of those added, and how many were known or had been dropped."""

    ids: tuple[str, ...]
    known: int
    dropped: int


def make_set(path: Path, archive: Path | None = None) -> Path:
    """Make an empty set and return its questions file.

    Args:
        path: a folder, or a file whose name ends in .jsonl.
        archive: the one that its questions will be asked of; kept in a folder's manifest.

    Raises:
        InputError: something is there already, or there is no such archive.
    """
    if archive is not None and not archive.is_dir():
        raise InputError(f"There is no archive at {archive}.")
    if path.suffix == ".jsonl":
        if path.exists():
            raise InputError(f"There is a file {path} already.")
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, b"")
        return path
    if path.exists() and (not path.is_dir() or any(one.name != QUESTIONS_FILE for one in path.iterdir())):
        raise InputError(f"There is something at {path} already; name a new folder, or a file ending in .jsonl.")
    path.mkdir(parents=True, exist_ok=True)
    questions = path / QUESTIONS_FILE
    if not questions.exists():
        write_whole(questions, b"")
    facts: dict[str, Any] = {"name": path.resolve().name, "questions": QUESTIONS_FILE, "articles": []}
    if archive is not None:
        facts["archive"] = os.path.relpath(archive.resolve(), path.resolve())
    write_whole(path / README_FILE, _README.format(name=path.resolve().name).encode())
    write_whole(path / MANIFEST, (json.dumps(facts, indent=1, ensure_ascii=False) + "\n").encode())
    return questions


class OwnSet:
    """A set in the project's own format that can be changed.

    Args:
        path: a folder with a manifest, or a .jsonl file.

    Attributes:
        questions_file: holds the questions.
        dropped_file: holds those that were dropped; it needn't be there.
        archive: the one that the set's manifest names, or None.
        sources: files and folders of articles that the set brings.

    Raises:
        SourceError: there is none, or it can't be read.
        InputError: it is in another format, or compressed.
    """

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise SourceError(f"There is no gold set at {path}; make one: pullquote gold init {path}")
        self.path = path
        self.questions_file = path
        self.archive: Path | None = None
        self.sources: tuple[Path, ...] = ()
        if path.is_dir():
            self._read_manifest(path)
        elif path.suffix != ".jsonl":
            raise InputError(f"{path} can't be changed: only JSON lines in Pullquote's own format can (a .jsonl file).")
        self.dropped_file = self.questions_file.with_suffix(".dropped.jsonl")
        first = next((line.row for line in self.lines() if line.row is not None), {})
        if first.keys() >= _REALTIME_QA:
            raise InputError(f"{path} is a set of RealTime QA's; only sets in Pullquote's own format can be changed.")

    def _read_manifest(self, folder: Path) -> None:
        manifest = folder / MANIFEST
        if not manifest.is_file():
            raise InputError(f"{folder} has no {MANIFEST}; make a set: pullquote gold init {folder / 'gold'}")
        try:
            facts = json.loads(manifest.read_text(encoding="utf-8"))
            self.questions_file = folder / facts["questions"]
            self.archive = folder / facts["archive"] if facts.get("archive") else None
            self.sources = tuple((folder / source).resolve() for source in facts.get("articles", ()))
        except OSError as error:
            raise SourceError(f"{manifest} cannot be read: {error.strerror}.") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SourceError(f"{manifest} is not the manifest of a gold set ({error!r}).") from error

    def lines(self) -> list[SetLine]:
        """Return the lines that aren't blank.

        Raises:
            SourceError: the file can't be read.
        """
        return [line for line in _lines(self.questions_file) if line.raw.strip()]

    def add(self, rows: Sequence[Mapping[str, Any]], *, dropped_too: bool = False) -> Added:
        """Add rows behind the others; one that asks what another asks already, as of the same day, is left out.

        Args:
            rows: of the format; one without an id gets a number.
            dropped_too: also what was dropped before.

        Raises:
            SourceError, OSError: the set can't be read or written; it is as it was.
        """
        with self._alone():
            lines = _lines(self.questions_file)
            gone = _lines(self.dropped_file, may_be_missing=True)
            asked = {_asked(line.row) for line in lines if line.row}
            gone_asked = {_asked(line.row) for line in gone if line.row}
            taken = {line.id for line in lines} - {""}
            ids = {line.id for line in (*lines, *gone)}
            added: list[dict[str, Any]] = []
            known = dropped = 0
            for row in rows:
                key = _asked(row)
                if key in asked or str(row.get("id", "")) in taken:
                    known += 1
                elif key in gone_asked and not dropped_too:
                    dropped += 1
                else:
                    asked.add(key)
                    taken |= {str(row.get("id", ""))} - {""}
                    added.append({"id": row.get("id") or _free_id(ids)} | dict(row))
                    ids.add(str(added[-1]["id"]))
            if added:
                self._write([*(line.raw for line in lines), *map(_line, added)])
        return Added(tuple(str(row["id"]) for row in added), known, dropped)

    def change(self, line: SetLine, row: Mapping[str, Any]) -> SetLine:
        """Put a row in place of a line, and return the line that it makes.

        Raises:
            SourceError: the line is gone or was changed by somebody else, or the set can't be read.
            OSError: the set can't be written; it is as it was.
        """
        with self._alone():
            lines = _lines(self.questions_file)
            at = self._place(lines, line)
            lines[at] = SetLine(lines[at].number, _line(row), dict(row))
            self._write(one.raw for one in lines)
            return lines[at]

    def drop(self, line: SetLine) -> None:
        """Move a line to the file of those dropped. Errors as of `change`."""
        with self._alone():
            lines = _lines(self.questions_file)
            at = self._place(lines, line)
            gone = _lines(self.dropped_file, may_be_missing=True)
            # First there, then not here: a kill between leaves it in both, and it can be dropped again.
            write_whole(self.dropped_file, _joined([*(one.raw for one in gone), lines[at].raw]))
            self._write(one.raw for number, one in enumerate(lines) if number != at)

    def _place(self, lines: Sequence[SetLine], line: SetLine) -> int:
        places = [at for at, one in enumerate(lines) if one.raw == line.raw]
        if not places:
            raise SourceError(
                f"{self.questions_file}: somebody else has changed the question {line.id!r} meanwhile; call the review "
                "again."
            )
        return min(places, key=lambda at: abs(lines[at].number - line.number))

    def _write(self, raw: Iterable[bytes]) -> None:
        write_whole(self.questions_file, _joined(raw))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        file = self.questions_file.resolve()
        try:
            with FileLock(file.with_name(f".{file.name}.lock"), timeout=_LOCK_TIMEOUT_S):
                yield
        except Timeout as error:
            raise SourceError(f"Another process is changing {self.questions_file}; try again.") from error


def _lines(file: Path, *, may_be_missing: bool = False) -> list[SetLine]:
    try:
        data = file.read_bytes()
    except FileNotFoundError as error:
        if may_be_missing:
            return []
        raise SourceError(f"{file} cannot be read: {error.strerror}.") from error
    except OSError as error:
        raise SourceError(f"{file} cannot be read: {error.strerror}.") from error
    *whole, rest = data.split(b"\n")
    return [SetLine(number, raw, _row(raw)) for number, raw in enumerate([*whole, rest] if rest else whole, 1)]


def _row(raw: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) and isinstance(row.get("question"), str) else None


def _joined(raw: Iterable[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in raw)


def _line(row: Mapping[str, Any]) -> bytes:
    # Half of a surrogate pair is no character, and gold sets refuse it.
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "replace")


def _asked(row: Mapping[str, Any]) -> tuple[str, str, str]:
    history = json.dumps(row.get("history") or [], sort_keys=True)
    return comparing_form(str(row["question"])).rstrip(" ?"), str(row.get("as_of") or ""), history


def _free_id(taken: set[str]) -> str:
    number = len(taken) + 1
    while f"q{number}" in taken:
        number += 1
    return f"q{number}"
