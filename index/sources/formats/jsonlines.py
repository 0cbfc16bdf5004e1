"""JSON articles: .jsonl and .ndjson with one object a line; .json with one object or an array."""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NoReturn, TypeVar

from pullquote.articles import Article, Skipped
from pullquote.index.sources.decoding import byte_order_mark, decode, looks_binary
from pullquote.index.sources.files import MAX_ARTICLE_BYTES, SourceFile, Unreadable, megabytes
from pullquote.index.sources.formats.json_elements import element_end
from pullquote.index.sources.other_tools import article_record, records_within
from pullquote.index.sources.reasons import article_or_skipped, reason_for
from pullquote.index.sources.record import kind_of, to_article
from pullquote.index.sources.streams import (
    BLANK_LINES,
    MAX_BLANK_LINES,
    MAX_WHOLE_FILE_BYTES,
    LineStream,
    bounded_lines,
    open_bytes,
    read_whole,
)

# Above 4,300 digits Python refuses to convert a number, since that takes quadratic time.
_MAX_DIGITS = 4_000

_NO_SPACE = re.compile(r"[^ \t\r\n]")
_T = TypeVar("_T")


def read(source: SourceFile) -> Iterator[Article | Skipped]:
    """Yield the articles of a JSON file; each line or element that cannot be used becomes a Skipped.

    Raises:
        Unreadable: the file as a whole cannot be read.
    """
    lines = source.extension in (".jsonl", ".ndjson")
    return _read_lines(source) if lines or _starts_with_object_line(source) else _read_elements(source)


def parse(text: str, *, shift: int = 0) -> Any:
    """Return the JSON value that `text` is; `shift` is added to the characters that messages name.

    Raises:
        Unreadable: `text` is not JSON, or nested too deep.
    """
    return _explained(lambda: _DECODER.decode(text), text, shift)


def _read_lines(source: SourceFile) -> Iterator[Article | Skipped]:
    number = blank = 0
    empty = True
    try:
        with open_bytes(source) as stream:
            lines = _as_utf8(stream)  # named, so that it outlives the loop: freed earlier, it closes the file
            for number, line in bounded_lines(lines):
                place = f"{source.name}:{number}"
                if line is None:
                    reason = f"is longer than the {megabytes(MAX_ARTICLE_BYTES)} allowed for one article"
                    yield Skipped(place, reason)
                elif line.strip():
                    yield from _items(partial(_line_record, line), place)
                blank = blank + 1 if line is not None and line.isspace() else 0
                if blank > MAX_BLANK_LINES:
                    raise Unreadable(BLANK_LINES)
                empty = empty and line is not None and not line.strip()
    except Unreadable as error:
        # What stood before the damage was read in full, and is kept.
        yield Skipped(f"{source.name}:{number + 1}" if number else source.name, str(error))
    except UnicodeDecodeError as error:
        reason = f"is not valid {error.encoding.upper()}; nothing is read from this line on"
        yield Skipped(f"{source.name}:{number + 1}", reason)
    else:
        if empty:
            yield Skipped(source.name, "is empty")


def _line_record(line: bytes) -> dict[str, Any]:
    return _record(parse(_utf8(line)))


def _items(record: Callable[[], dict[str, Any]], place: str) -> Iterator[Article | Skipped]:
    """Yield the article of a record, or those of the list that it wraps."""
    try:
        found = record()
        within = records_within(found)
    except Exception as error:  # one record of many
        yield Skipped(place, reason_for(error))
        return
    if within is None:
        yield article_or_skipped(partial(_article, found, place), place)
        return
    for number, inner in enumerate(within, start=1):
        yield article_or_skipped(partial(_article, inner, place), place, entry=f"article {number}")


def _article(value: object, place: str) -> Article:
    return to_article(article_record(_record(value)), source=place)


def _read_elements(source: SourceFile) -> Iterator[Article | Skipped]:
    data = read_whole(
        source,
        limit_bytes=MAX_WHOLE_FILE_BYTES,
        what="a JSON array; put one object on each line of a .jsonl file",
    )
    text = decode(data)
    place = _skip_space(text, 0)
    if place == len(text):
        raise Unreadable("is empty")
    in_array = text[place] == "["
    if in_array:
        place = _skip_space(text, place + 1)
    line = 1 + text.count("\n", 0, place)
    while place < len(text) and not (in_array and text[place] == "]"):
        name = f"{source.name}:{line}"
        # Cut out before it is parsed: a bad element then ends where it ends, and the next one is read.
        end = element_end(text, place)
        yield from _items(partial(_element_record, text, place, end), name)
        if end is None or (not in_array and text[place] != "{"):
            return  # prose under .json is one mistake, not one a word
        following = _next_element(text, end, in_array)
        if following is None:
            yield Skipped(f"{source.name}:{line + text.count(chr(10), place, end)}", _CUT_OFF)
            return
        line += text.count("\n", place, following)
        place = following


def _element_record(text: str, start: int, end: int | None) -> dict[str, Any]:
    return _record(parse(text[start:end], shift=start))


_CUT_OFF = "is cut off or garbled after this point (not valid JSON: a comma or ']' is missing)"


def _next_element(text: str, end: int, in_array: bool) -> int | None:
    """Return where the next element (or the end) is, or None where the array stops in the middle."""
    place = _skip_space(text, end)
    if not in_array:
        return place
    if place == len(text) or text[place] not in ",]":
        return None
    if text[place] == "]":
        return place
    place = _skip_space(text, place + 1)
    return None if place == len(text) else place


def _starts_with_object_line(source: SourceFile) -> bool:
    """Return whether the first line is an object by itself and more follows: JSON lines under .json."""
    with open_bytes(source) as stream:
        recoded = _as_utf8(stream)
        lines = (line for _, line in bounded_lines(recoded) if line is None or line.strip())
        first = next(lines, None)
        if first is None or not first.lstrip().startswith(b"{"):
            return False
        try:
            record = parse(_utf8(first))
        except Unreadable:
            return False
        return isinstance(record, dict) and next(lines, b"") != b""


def _record(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable(f"is {kind_of(value)}, not an object with a text")
    return value


def _utf8(line: bytes) -> str:
    try:
        return line.rstrip(b"\r\n").decode()
    except UnicodeDecodeError as error:
        if looks_binary(line):
            raise Unreadable("looks like a binary file") from error
        where = f"byte 0x{line[error.start]:02x} at position {error.start}"
        raise Unreadable(f"is not valid UTF-8 ({where}), which JSON lines must be") from error


def _as_utf8(stream: io.BufferedReader) -> LineStream:
    """Return the stream without its byte-order mark; UTF-16 and UTF-32 are recoded to UTF-8."""
    mark = byte_order_mark(stream.peek(4)[:4])
    if mark is None:
        return stream
    encoding, length = mark
    stream.read(length)
    return stream if encoding == "utf-8" else _Recoded(stream, encoding)


class _Recoded:
    """Lines of a stream in another Unicode encoding, as UTF-8."""

    def __init__(self, stream: io.BufferedReader, encoding: str) -> None:
        self._text = io.TextIOWrapper(stream, encoding=encoding, newline="\n")

    def readline(self, size: int, /) -> bytes:
        return self._text.readline(size).encode()


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")


def _whole_number(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise ValueError(f"a number of {len(digits):,} digits is too large")
    return int(digits)


def _number(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        shown = digits if len(digits) <= 40 else digits[:37] + "..."
        raise ValueError(f"the number {shown} is too large")
    return value


# Python's decoder takes NaN and Infinity, which no other program could read back from the archive, and makes an
# infinity of 1e999.
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_int=_whole_number, parse_float=_number)


def _explained(decode_json: Callable[[], _T], text: str, shift: int) -> _T:
    try:
        return decode_json()
    except json.JSONDecodeError as error:
        what = f"not valid JSON: {error.msg.lower().removesuffix(' at')} at character {error.pos + shift}"
        cut = error.msg.startswith("Unterminated string") or error.pos >= len(text.rstrip())
        raise Unreadable(f"is cut off in the middle ({what})" if cut else f"is {what}") from error
    except RecursionError as error:
        raise Unreadable("is nested too deep to be an article") from error
    except ValueError as error:
        raise Unreadable(f"is not valid JSON: {error}") from error


def _skip_space(text: str, place: int) -> int:
    found = _NO_SPACE.search(text, place)
    return found.start() if found else len(text)
