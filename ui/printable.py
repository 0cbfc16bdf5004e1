"""Text of articles on one line of a terminal, objects as lines of JSON, and what a terminal without UTF-8 gets."""

from __future__ import annotations

import codecs
import json
import re
from typing import TextIO

from pullquote.printable import BIDI, one_line

_UNSAFE_IN_JSON = re.compile(f"[\x7f-\x9f{BIDI}]")
# What the command line itself prints between and around words. Everything else becomes an escape, as \xe4.
_IN_ASCII = str.maketrans(
    {"·": "-", "–": "-", "—": "-", "…": "...", "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "×": "x"}
    | {"→": "->", "≥": ">=", "≤": "<=", "\u00a0": " ", "\u202f": " ", "−": "-"}
)
# The name of the error handler that `plain_letters` adds to Python's own.
PLAIN = "pullquote-plain"


def shorten(text: str, length_chars: int) -> str:
    """Return `one_line(text)`, cut at a word and with an ellipsis where it is longer than `length_chars`."""
    line = one_line(text)
    if len(line) <= length_chars:
        return line
    head = line[: length_chars - 1]
    return (head[: head.rfind(" ")] if " " in head[length_chars // 2 :] else head) + "…"


def write_json(value: object, stream: TextIO) -> None:
    """Write `value` as one line of JSON and flush.

    Letters stay as they are where the stream's encoding has them; what could drive a terminal is escaped,
    which is the same JSON value.
    """
    line = json.dumps(value, ensure_ascii=False)
    try:
        line.encode(stream.encoding or "utf-8")
    except UnicodeEncodeError:
        line = json.dumps(value)
    stream.write(_UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", line) + "\n")
    stream.flush()


def plain_letters() -> None:
    """Make the error handler `PLAIN` known: a letter that an encoding lacks becomes a like one, else an escape."""
    codecs.register_error(PLAIN, _plain)


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    told = lacking.translate(_IN_ASCII)
    # What is no ASCII yet has no like letter here.
    return told.encode("ascii", "backslashreplace").decode("ascii"), error.end
