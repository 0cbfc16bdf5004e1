"""The sentence at which a page ends for those who don't pay: no part of the article that it cuts short."""

from __future__ import annotations

import re

from pullquote.index.furniture.lines import REPORTING, Line, lines_of

# A wall stands at the end, with the offer below it.
_END_LINES = 8
_MAX_WALL_CHARS = 250

# Each asks the reader for something; that a club has subscribers is news.
_WALL = re.compile(
    r"\b(?:subscribe (?:now|today|to|for|and)|(?:only|exclusive(?:ly)?|reserved|is|are) (?:to|for) (?:our )?subscribers"
    r"|subscri(?:bers? only|ption (?:to|required))|free trial|register(?:ed)?(?: now)?\b.{0,30}\b(?:free|read)"
    r"|to (?:continue|keep) reading|(?:continue|keep) reading (?:with|for|this|your)"
    r"|(?:read|unlock|finish) (?:reading )?(?:the (?:rest|full)|this) (?:of )?(?:the |this )?(?:article|story)"
    r"|(?:left|remaining) to read|already a (?:subscriber|member)|log ?in (?:or|to)|sign in (?:or|to)"
    r"|abonnez-vous|reserve aux abonnes|pour lire la suite|il vous reste .{2,20} a lire|(?:mit|im|zum) .{0,20}abo\b"
    r"|weiterlesen|jetzt (?:testen|abonnieren)|nur fur abonnent\w+|suscribete|solo para suscriptores"
    r"|para seguir leyendo|para continuar lendo|assine (?:agora|ja|o)|abbonati (?:ora|per|a)|per continuare a leggere"
    r"|bli (?:prenumerant|abonnent|medlem)|prenumerera (?:nu|for)|las hela|les hele|laes hele|logga in|logg inn|log ind"
    r"|tilaa nyt|verder lezen|word abonnee)\b"
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
