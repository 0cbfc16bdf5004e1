"""Questions from a spreadsheet that was saved as CSV or TSV: a row each, the columns named in the first line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pullquote.errors import InputError, SourceError
from pullquote.filters import parse_date
from pullquote.index.sources.decoding import decode
from pullquote.index.sources.files import Unreadable

# What people call the columns: small letters and figures alone count ("As of" is "asof").
_NAMES = {
    "question": ("question", "questions", "query", "q"),
    "answers": (
        "answer",
        "answers",
        "accepted",
        "acceptedanswer",
        "acceptedanswers",
        "expected",
        "expectedanswer",
        "a",
    ),
    "as_of": ("asof", "date", "day", "askedon", "askedasof"),
    "article": ("article", "url", "link", "source", "address", "articleurl", "articleid"),
    "unanswerable": ("unanswerable", "noanswer", "notinarchive", "notinthearchive"),
    "id": ("id", "number", "no", "nr"),
    "story": ("story", "topic", "subject"),
    "split": ("split",),
    "type": ("type", "kind"),
    "why": ("why",),
}
_COLUMN = {alias: name for name, aliases in _NAMES.items() for alias in aliases}
_NUMBERED = re.compile(r"(answers?|accepted|expected)\d+")
_SEPARATORS = re.compile(r"[|\n]")
_YES = frozenset({"yes", "y", "true", "x", "1"})
_NO = frozenset({"", "no", "n", "false", "0", "-"})
_ABSENT = frozenset({"no answer", "unanswerable", "not in the archive", "not in archive"})
_MAX_BYTES = 50_000_000
_MAX_CELL_CHARS = 1_000_000


@dataclass(frozen=True, slots=True)
class TableRow:
    """A question of a table.

    Attributes:
        where: `file:line` of the line on which the row begins.
        row: as gold sets have it; open where it has neither an answer nor says that there is none.
        article: the article that the row names, or "".
    """

    where: str
    row: dict[str, Any]
    article: str


@dataclass(slots=True)
class Table:
    """What a table holds: its questions, a sentence for each bad row, and the columns that nothing was made of."""

    rows: list[TableRow] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    unused: tuple[str, ...] = ()


class _BadRow(ValueError):  # noqa: N818 - names what it is about
    """A row that can't be used; its text is a clause."""


def read_table(file: Path) -> Table:
    """Return the questions of a table.

    Several answers stand in one cell, parted by "|" or line ends, or in columns `answer 1`, `answer 2`. Columns that
    aren't known are kept in the row under `table`.

    Raises:
        InputError: the file is no table, or has no column of questions.
        SourceError: it can't be read.
    """
    if file.suffix.lower() in (".xlsx", ".xls", ".ods", ".numbers"):
        raise InputError(f"{file} is a spreadsheet's own file; save the sheet as CSV, and give that.")
    text = _text(file)
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    limit_before = csv.field_size_limit(_MAX_CELL_CHARS)
    try:
        return _read(file, csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise SourceError(f"{file} is not a table as spreadsheets save them ({error}).") from error
    finally:
        csv.field_size_limit(limit_before)


def _text(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            data = stream.read(_MAX_BYTES + 1)
    except OSError as error:
        raise SourceError(f"The table {file} cannot be read: {error.strerror}.") from error
    if len(data) > _MAX_BYTES:
        raise InputError(f"{file} is larger than the {_MAX_BYTES // 1_000_000} MB allowed for a table.")
    try:
        return decode(data)
    except Unreadable as error:
        raise InputError(f"{file} {error}; save the sheet as CSV, and give that.") from error


def _read(file: Path, records: Any) -> Table:
    header: list[str] = next(records, [])
    columns = [_column(name) for name in header]
    if "question" not in columns:
        shown = ", ".join(name.strip() for name in header[:20])[:120]
        raise InputError(f'{file} has no column "question" in its first line ({shown}).')
    twice = next((name for name in columns if name not in (None, "answers") and columns.count(name) > 1), None)
    if twice:
        raise InputError(f'{file} has two columns for "{twice}" in its first line.')
    table = Table(unused=tuple(name.strip() for name, known in zip(header, columns, strict=True) if not known and name))
    while True:
        where = f"{file}:{records.line_num + 1}"
        record = next(records, None)
        if record is None:
            return table
        if not any(cell.strip() for cell in record):
            continue
        try:
            table.rows.append(_row(header, columns, record, where))
        except _BadRow as error:
            table.skipped.append(f"{where}: {error}.")


def _column(name: str) -> str | None:
    plain = re.sub(r"[^a-z0-9]", "", name.casefold())
    return "answers" if _NUMBERED.fullmatch(plain) else _COLUMN.get(plain)


def _row(header: Sequence[str], columns: Sequence[str | None], record: Sequence[str], where: str) -> TableRow:
    if any(cell.strip() for cell in record[len(columns) :]):
        raise _BadRow(f"it has {len(record)} columns where the first line names {len(columns)}")
    cells: dict[str, str] = {}
    answers: list[str] = []
    others: dict[str, str] = {}
    for name, column, cell in zip(header, columns, record, strict=False):
        if column == "answers":
            answers += [part.strip() for part in _SEPARATORS.split(cell) if part.strip()]
        elif column:
            cells[column] = cell.strip()
        elif name.strip() and cell.strip():
            others[name.strip()] = cell.strip()
    if not cells["question"]:
        raise _BadRow("it has no question")
    row: dict[str, Any] = {"question": cells["question"]}
    row |= {name: cells[name] for name in ("id", "story", "split", "type", "why") if cells.get(name)}
    if day := cells.get("as_of"):
        row["as_of"] = _day(day)
    row |= _answered(answers, cells.get("unanswerable", ""), row.get("type", ""))
    if others:
        row["table"] = others
    return TableRow(where, row, cells.get("article", ""))


def _answered(answers: Sequence[str], flag: str, kind: str) -> dict[str, Any]:
    """Return what a row says of its answers: some, that there is none, or nothing yet."""
    absent = _flag(flag) or kind == "unanswerable"
    if len(answers) == 1 and answers[0].casefold() in _ABSENT:
        absent, answers = True, []
    if absent and answers:
        raise _BadRow("it has an answer, and says that there is none")
    if absent:
        return {"type": "unanswerable"}
    return {"answers": list(dict.fromkeys(answers))} if answers else {"open": True}


def _day(text: str) -> str:
    try:
        found = parse_date(text)
    except InputError as error:
        raise _BadRow(f"its day is {text[:40]!r}; write it as 2031-05-04") from error
    return str(found)


def _flag(text: str) -> bool:
    folded = text.casefold()
    if folded in _YES or folded in _NO:
        return folded in _YES
    raise _BadRow(f'"unanswerable" is {text[:40]!r}; write yes or leave it empty')
