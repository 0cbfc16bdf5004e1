"""Spreadsheets: .xlsx, read by python-calamine; a sheet's first row names an article's keys, as in a .csv file."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from pullquote.articles import Article, Skipped
from pullquote.index.sources.containers.members import shown
from pullquote.index.sources.documents.document import MAX_DOCUMENT_BYTES
from pullquote.index.sources.documents.extra import library
from pullquote.index.sources.documents.xml_parts import DocumentParts
from pullquote.index.sources.files import SourceFile, Unreadable, megabytes
from pullquote.index.sources.other_tools import article_record, list_without_texts, text_column
from pullquote.index.sources.reasons import article_or_skipped
from pullquote.index.sources.record import KNOWN_KEYS, to_article
from pullquote.index.sources.streams import read_whole
from pullquote.index.sources.timed import timed_call

# A million rows of a sentence each; cells with articles reach it after some ten thousand.
_MAX_UNPACKED_BYTES = 500_000_000
# What a cell can hold (Excel's own specification): a longer article was cut off when it was put there.
_MAX_CELL_CHARS = 32_767


def read(source: SourceFile) -> Iterator[Article | Skipped]:
    """Yield the articles of a spreadsheet, one a row; places are the file, the sheet and the row.

    Raises:
        Unreadable: the file cannot be read, or no sheet has a column with texts.
    """
    data = read_whole(source, limit_bytes=MAX_DOCUMENT_BYTES, what="a spreadsheet")
    sheets = timed_call("documents.spreadsheet:sheet_rows", data)
    with_texts = [sheet for sheet in sheets if sheet["rows"] and text_column(sheet["rows"][0])]
    if not with_texts:
        header: list[str] = next((sheet["rows"][0] for sheet in sheets if sheet["rows"]), [])
        told = list_without_texts(header)
        kind = f"; it is {told}" if told else ""
        raise Unreadable(f"has no column named text in its first row ({', '.join(header)[:120]}){kind}")
    for sheet in with_texts:
        columns = [name.lower() if name.lower() in KNOWN_KEYS else name for name in sheet["rows"][0]]
        for number, row in enumerate(sheet["rows"][1:], start=sheet["first"] + 1):
            if any(row):
                place = f"{source.name}/{shown(sheet['name'])}:{number}"
                yield article_or_skipped(partial(_article, columns, row, place), place)


def sheet_rows(data: bytes) -> list[dict[str, Any]]:
    """Return each sheet's name, rows from the first with anything in it, and that one's number.

    Raises:
        Unreadable: it is no spreadsheet.
    """
    parts = DocumentParts(data)
    if sum(info.file_size for info in parts.infos) > _MAX_UNPACKED_BYTES:
        raise Unreadable(f"unpacks to more than the {megabytes(_MAX_UNPACKED_BYTES)} allowed for a spreadsheet")
    calamine = library("python_calamine", "a spreadsheet")
    try:
        workbook = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [
            (name, workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in workbook.sheet_names
        ]
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise Unreadable(f"is no spreadsheet that can be read ({str(error)[:120]})") from error
    found = []
    for name, rows in sheets:
        written = [[_written(value) for value in row] for row in rows]
        first = next((number for number, row in enumerate(written) if any(row)), len(written))
        found.append({"name": name, "first": first + 1, "rows": written[first:]})
    return found


def _written(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, (dt.date, dt.time)) else str(value).strip()


def _article(columns: Sequence[str], row: Sequence[str], place: str) -> Article:
    record = {name: value or None for name, value in zip(columns, row, strict=False) if name}
    article = to_article(article_record(record), source=place)
    if len(article.text) < _MAX_CELL_CHARS:
        return article
    note = f"may be cut off: a cell of a spreadsheet holds no more than {_MAX_CELL_CHARS:,} characters"
    return replace(article, notes=(*article.notes, note))
