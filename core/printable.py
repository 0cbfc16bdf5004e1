"""Text of articles made safe to show: control characters and text-direction overrides become visible."""

from __future__ import annotations

import re

# Bidi embeddings, overrides and isolates let a text show in another order than it is stored ("Trojan Source",
# CVE-2021-42574).
BIDI = "\u202a-\u202e\u2066-\u2069"
# C0 and DEL drive terminals through ESC; C1 (U+009B is CSI) does so in some of them, too. Surrogates that came out
# of JSON alone can't be encoded.
_UNSAFE = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{BIDI}\ud800-\udfff]")


def printable(text: str) -> str:
    """Return `text` with everything that could drive a terminal, or mislead a reader, replaced by something that shows.

    Line feeds and tabs stay. C0 characters become their Unicode pictures (ESC is U+241B), the others
    `[U+202E]`.
    """
    return _UNSAFE.sub(_shown, text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """Return `printable(text)` on one line, with every run of white space as one space."""
    return printable(" ".join(text.split()))


def _shown(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"[U+{code:04X}]"
