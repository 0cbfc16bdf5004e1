"""A run on disk: its facts as JSON, its rows as JSON lines, so that one that was interrupted can go on."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pullquote.errors import SourceError
from pullquote.eval.runs.rows import CandidatePlace, CandidateRow, QuotationRow, Row, RunFacts

ROWS_FILE = "rows.jsonl"
FACTS_FILE = "run.json"
_ANEW = "run `pullquote eval --report` again, into a new or an emptied folder"
# What the fields of a run's facts hold, as JSON has it.
_HOLDS: dict[str, type] = {"str": str, "int": int, "bool": bool, "Mapping[str, Any]": dict}


def row_line(row: Row) -> str:
    """Return a row as a line of JSON."""
    return json.dumps(asdict(row), ensure_ascii=False) + "\n"


def read_rows(file: Path) -> list[Row]:
    """Return the rows of a file; a last line that was cut off by a kill is left out.

    Raises:
        SourceError: the file is missing, or another line is damaged or of another version of Pullquote.
    """
    try:
        # Not as text: a kill may cut a letter in two, and `str.splitlines` splits at U+2028, which JSON may hold.
        *lines, rest = file.read_bytes().split(b"\n")
    except OSError as error:
        raise SourceError(f"{file} cannot be read: {error.strerror}.") from error
    rows = []
    for number, line in enumerate([*lines, rest] if rest else lines, 1):
        try:
            rows.append(_row(json.loads(line)))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            if number > len(lines):
                break
            what = "is damaged, or of another version of Pullquote"
            raise SourceError(f"{file}:{number}: this row of a run {what}; {_ANEW}.") from error
    return rows


def _row(facts: dict[str, Any]) -> Row:
    facts["accepted"] = tuple(facts["accepted"])
    facts["hits"] = tuple(facts["hits"])
    facts["candidates"] = tuple(CandidateRow(**candidate) for candidate in facts["candidates"])
    facts["quotations"] = tuple(QuotationRow(**quotation) for quotation in facts.get("quotations", ()))
    facts["place"] = CandidatePlace(**facts["place"]) if facts["place"] else None
    return Row(**facts)


def begin(facts: RunFacts, rows: Iterable[Row], folder: Path) -> None:
    """Make a run's folder: its facts, and the rows that it has already. A kill leaves no row of another run."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = "".join(map(row_line, rows))
    if not kept:
        (folder / ROWS_FILE).unlink(missing_ok=True)
    _write(folder / FACTS_FILE, json.dumps(asdict(facts), indent=1) + "\n")
    _write(folder / ROWS_FILE, kept)


def _write(file: Path, text: str) -> None:
    """Write a file, whole or not at all."""
    temporary = file.with_suffix(".tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(file)


def read_facts(folder: Path) -> RunFacts:
    """Return a run's facts.

    Raises:
        SourceError: they are missing, damaged or of another version of Pullquote.
    """
    file = folder / FACTS_FILE
    try:
        facts = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SourceError(f"{file} cannot be read: {error.strerror}.") from error
    except ValueError:
        facts = None
    if not isinstance(facts, dict) or "pullquote" not in facts:
        raise SourceError(f"{file} does not describe a run; name a folder that `pullquote eval --report` made.")
    if strange := _strange(facts):
        raise SourceError(f"{file} was kept by another version of Pullquote ({'; '.join(strange)}); {_ANEW}.")
    return RunFacts(**facts)


def _strange(facts: dict[str, Any]) -> list[str]:
    """Return what facts lack or have that this version's have or lack, a few words each."""
    fields = {field.name: field for field in dataclasses.fields(RunFacts)}
    missing = [name for name, field in fields.items() if name not in facts and field.default is dataclasses.MISSING]
    unknown = sorted(map(str, facts.keys() - fields.keys()))
    other = [name for name in fields if name in facts and type(facts[name]) is not _HOLDS[str(fields[name].type)]]
    told = {"without": missing, "with the unknown": unknown, "with another kind of": other}
    return [f"{words} {', '.join(names)}" for words, names in told.items() if names]
