"""Tables of articles: .csv and .tsv with a header row that names an article's keys, or those of other tools."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from functools import partial

from pullquote.articles import Article, Skipped
from pullquote.index.sources.decoding import byte_order_mark, guess_encoding, looks_binary
from pullquote.index.sources.files import MAX_ARTICLE_BYTES, SourceFile, Unreadable, megabytes
from pullquote.index.sources.other_tools import article_record, list_without_texts, text_column
from pullquote.index.sources.reasons import article_or_skipped
from pullquote.index.sources.record import KNOWN_KEYS, to_article
from pullquote.index.sources.streams import BLANK_LINES, MAX_BLANK_LINES, open_bytes

_CHUNK_BYTES = 1 << 20
# The widest tables of articles have some hundred columns; as many as there may be keys in a JSON line.
_MAX_COLUMNS = 10_000
# GDELT's tables have no header: the knowledge graph has 27 columns, events have 58 or, with addresses' places, 61.
_GKG_ID = re.compile(r"\d{14}-T?\d+")
_GKG_COLUMNS = 27
_EVENT_COLUMNS = (58, 61)
_LINE_ENDS = ("\n", "\r")
_TOO_LONG = f"is longer than the {megabytes(MAX_ARTICLE_BYTES)} allowed for one article"


def read(source: SourceFile) -> Iterator[Article | Skipped]:
    """Yield the articles of a table, one a record; a record that cannot be used becomes a Skipped.

    Places are `name:line` with the line on which the record begins (a quoted text may span many).

    Raises:
        Unreadable: the table as a whole cannot be read: no header, no text column, no known encoding.
    """
    encoding = _encoding(source)
    with open_bytes(source) as stream:
        lines = _TextLines(io.TextIOWrapper(stream, encoding=encoding, newline=""))
        yield from _Table(source, lines).articles()


class _TextLines:
    """Lines with their line ends; goes on after a line that is too long, which a generator couldn't."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self._stream = stream
        self._held: str | None = None

    def __iter__(self) -> _TextLines:
        return self

    def __next__(self) -> str:
        held, self._held = self._held, None
        line = held or self._stream.readline(MAX_ARTICLE_BYTES + 1)
        if not line:
            raise StopIteration
        if len(line) <= MAX_ARTICLE_BYTES or line.endswith(_LINE_ENDS):
            return line
        while line and not line.endswith(_LINE_ENDS):
            line = self._stream.readline(_CHUNK_BYTES)
        raise Unreadable(_TOO_LONG)

    def peek(self) -> str:
        """Return the next line without taking it; "" at the end."""
        self._held = next(self, "")
        return self._held


class _Table:
    """The records of one table, read one by one."""

    def __init__(self, source: SourceFile, lines: _TextLines) -> None:
        self._name = source.name
        header = lines.peek()
        tab = source.extension == ".tsv" or header.count("\t") > max(header.count(","), header.count(";"))
        # Spreadsheets set to a decimal comma write ";" between the columns of a .csv.
        delimiter = "\t" if tab else ";" if header.count(";") > header.count(",") else ","
        self._rows = csv.reader(lines, delimiter=delimiter, strict=True)

    def articles(self) -> Iterator[Article | Skipped]:
        columns = self._columns()
        blank = 0
        while True:
            place = f"{self._name}:{self._rows.line_num + 1}"
            try:
                row = self._next_row()
                if row is None:
                    return
            except Unreadable as error:
                yield Skipped(place, str(error))
                continue
            blank = 0 if row else blank + 1
            if blank > MAX_BLANK_LINES:
                raise Unreadable(BLANK_LINES)
            if any(row):
                yield article_or_skipped(partial(_article, columns, row, place), place)

    def _columns(self) -> list[str]:
        row = self._next_row()
        if not row:
            raise Unreadable("is empty" if row is None else "has no header in its first line")
        if len(row) > _MAX_COLUMNS:
            raise Unreadable(f"has {len(row):,} columns in its header, more than the {_MAX_COLUMNS:,} allowed")
        names = [name.strip() for name in row]
        columns = [name.lower() if name.lower() in KNOWN_KEYS else name for name in names]
        shown = ", ".join(names[:40])[:120]
        counts = Counter(columns)
        if text_column(columns) is None:
            told = _list_of(row) or list_without_texts(columns)
            kind = f"; it is {told}" if told else ""
            raise Unreadable(f"has no column named text in its header ({shown}){kind}")
        twice = next((name for name in columns if name and counts[name] > 1), None)
        if twice:
            raise Unreadable(f"has two columns named {twice} in its header ({shown})")
        return columns

    def _next_row(self) -> list[str] | None:
        # The limit is one for the whole process, so it is put back after each record.
        limit_before = csv.field_size_limit(MAX_ARTICLE_BYTES)
        try:
            return next(self._rows, None)
        except csv.Error as error:
            raise Unreadable(_explained(error)) from error
        finally:
            csv.field_size_limit(limit_before)


def _article(columns: list[str], row: list[str], place: str) -> Article:
    return to_article(article_record(_record(columns, row)), source=place)


def _record(columns: list[str], row: list[str]) -> dict[str, str | None]:
    if len(row) < len(columns) or any(row[len(columns) :]):
        raise Unreadable(f"has {len(row)} columns where the header names {len(columns)}")
    return {name: value or None for name, value in zip(columns, row, strict=False) if name}


def _list_of(header: list[str]) -> str:
    """Return what a table without a header is, by its first row; "" where it is none that is known."""
    if len(header) >= _GKG_COLUMNS and _GKG_ID.fullmatch(header[0]):
        return "a knowledge graph of GDELT's: addresses without their texts"
    return "a list of GDELT's events, without texts" if len(header) in _EVENT_COLUMNS and header[0].isdigit() else ""


def _explained(error: csv.Error) -> str:
    message = str(error)
    if "field larger" in message:
        return _TOO_LONG
    if "unexpected end" in message:
        return "is cut off in the middle (a quotation mark opens here that never closes)"
    return f"is not a valid record ({message})"


def _encoding(source: SourceFile) -> str:
    """Return the table's encoding: from its byte-order mark, else UTF-8 if it holds throughout, else a guess.

    The table is read through once for this, in constant memory: what a spreadsheet saved in a national
    code page shows in its first accented letter, which may stand anywhere.
    """
    check = codecs.getincrementaldecoder("utf-8")()
    with open_bytes(source) as stream:
        chunk = stream.read(_CHUNK_BYTES)
        mark = byte_order_mark(chunk)
        if mark:
            # These three take the mark off; the codecs with an explicit byte order would keep it.
            return {"utf-8": "utf-8-sig", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(mark[0], "utf-32")
        if looks_binary(chunk):
            raise Unreadable("looks like a binary file")
        while chunk:
            try:
                check.decode(chunk)
            except UnicodeDecodeError:
                return guess_encoding(chunk)
            chunk = stream.read(_CHUNK_BYTES)
    return "utf-8"
