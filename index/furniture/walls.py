"""The sentence at which a page ends for those who don't pay: no part of the article that it cuts short."""

from __future__ import annotations

import re

from pullquote.index.furniture.lines import REPORTING, Line, lines_of

# A wall stands at the end, with the offer below it.
_END_LINES = 8
_MAX_WALL_CHARS = 250

_WALL = re.compile(
    r"\b(?:subscri\w+|free trial|register(?:ed)?(?: now)?\b.{0,30}\b(?:free|read)|(?:to )?(?:continue|keep) reading"
    r"|(?:continue|read|unlock|finish) (?:reading )?(?:the (?:rest|full)|this|your) (?:of )?(?:the |this )?"
    r"(?:article|story)"
    r"|(?:left|remaining) to read|already a (?:subscriber|member)|members? only|for members\b|log ?in|sign in|paywall"
    r"|abonn\w+|abo\b|weiterlesen|jetzt (?:testen|lesen)|anmelden"
    r"|reserve aux|lire la suite|il vous reste .{2,20} a lire"
    r"|suscri\w+|para seguir leyendo"
    r"|inicia(?:r)? sesion|assin\w+|para continuar lendo|abbona\w+|per continuare a leggere"
    r"|prenumer\w+|logga in|logg inn|log ind|tilaa\w*|verder lezen|probeer)\b"
)
_ACCENTS = str.maketrans("àâäåáçèéêëìíîïñòóôöøùúûü", "aaaaaceeeeiiiinooooouuuu")


def is_wall_line(line: Line) -> bool:
    """Return whether a line asks the reader to pay or to log in before reading on."""
    low = line.low.translate(_ACCENTS)
    return bool(low) and len(low) <= _MAX_WALL_CHARS and bool(_WALL.search(low)) and not REPORTING.search(low)


def mark_wall(lines: list[Line]) -> None:
    """Mark the wall and the offers around it at the end of a page that says of itself that it isn't free."""
    for line in lines[-_END_LINES:]:
        line.marked = line.marked or is_wall_line(line)


def ends_at_a_wall(text: str) -> bool:
    """Return whether a text has a wall among its last lines."""
    return any(is_wall_line(line) for line in lines_of(text)[-_END_LINES:])
