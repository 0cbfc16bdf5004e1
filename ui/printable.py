"""Text of articles made safe to print: control characters and text-direction overrides become visible."""

from __future__ import annotations

import json
import re
from typing import TextIO

# C0 and DEL drive terminals through ESC; C1 (U+009B is CSI) does so in some of them, too. The bidi
# embeddings, overrides and isolates let a text show in another order than it is stored ("Trojan Source",
# CVE-2021-42574).
_BIDI = "\u202a-\u202e\u2066-\u2069"
_UNSAFE = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_BIDI}\ud800-\udfff]")
_UNSAFE_IN_JSON = re.compile(f"[\x7f-\x9f{_BIDI}]")


def printable(text: str) -> str:
    """Return `text` with everything that could drive a terminal replaced by something that shows.

    Line feeds and tabs stay. C0 characters become their Unicode pictures (ESC is U+241B), the others
    `[U+202E]`.
    """
    return _UNSAFE.sub(_shown, text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """Return `printable(text)` on one line, with every run of white space as one space."""
    return printable(" ".join(text.split()))


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


def _shown(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"[U+{code:04X}]"
