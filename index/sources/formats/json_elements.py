"""Where the elements of a JSON array end, whatever stands inside them."""

from __future__ import annotations

import re

# Possessive, so that an unclosed string is read once and not again from each of its characters.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{}"]', re.DOTALL)
_PLAIN_END = re.compile(r"[,\]}\s]|$")


def element_end(text: str, start: int) -> int | None:
    """Return one past the last character of the JSON value that begins at `start`, or None where it never ends.

    Brackets are counted and strings passed over; whether the value is valid is not looked at.
    """
    if text[start] == '"':
        string = _TOKEN.match(text, start)
        return string.end() if string and string[0] != '"' else None
    if text[start] not in "[{":
        plain = _PLAIN_END.search(text, start + 1)
        return plain.start() if plain else None
    depth = 0
    for token in _TOKEN.finditer(text, start):
        if token[0] in ("[", "{"):
            depth += 1
        elif token[0] in ("]", "}"):
            depth -= 1
            if depth == 0:
                return token.end()
        elif token[0] == '"':
            return None
    return None
