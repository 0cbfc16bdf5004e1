"""Bylines as pages' metadata have them, to the people who wrote the article."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pullquote.comparing_form import comparing_form
from pullquote.index.furniture.labels import AGENCIES
from pullquote.index.sources.fields.byline import clean_name, is_name, unique
from pullquote.index.sources.fields.foreign_dates import month_number

_APART = re.compile(r"\s*(?:;|\||/|\n|•|·|\s[–—-]\s)\s*")
_AND = re.compile(r"\s+(?:and|&|with|und|et|y|e|och|og|ja|en)\s+", re.IGNORECASE)
# "Von", "Di" and "Par" begin surnames, too: a name of two words must follow.
_BY = re.compile(
    r"^(?:(?:story|text|words|texte|texto|testo|tekst)?\s*(?:by|par|por|door|av|af|von|di)\s+)"
    r"(?=[^\W\d_][^\s,]*\s+[^\W\d_])"
    r"|^(?:text|story|texte|texto)\s*:\s*",
    re.IGNORECASE,
)

# Offices, as they stand behind a name.
_OFFICE = (
    r"(?:correspondent|reporter|editor|writer|columnist|contributor|photographer|producer|critic|journalist"
    r"|staff|korrespondent(?:in)?|redakteur(?:in)?|reporterin|envoyee?s? specia\w+|correspondante?"
    r"|redacteur|corresponsal|redactora?|periodista|inviato|inviata|corrispondente|correspondente|verslaggever|redacteur|journalistin?)s?"
)
_OFFICE_END = re.compile(rf"{_OFFICE}(?:\s+(?:in|at|for|a|à|aus|en|i)\s+.{{2,40}})?$")
_ADJECTIVES = re.compile(
    r"\s+(?:senior|chief|special|staff|political|deputy|assistant|associate|national|foreign|business|sports?|science"
    r"|health|education|environment|economics?|diplomatic|managing|crime|city|local|world|news|envoye\w*)\b.*$"
)
_PARTICLES = {"Von", "Van", "De", "Der", "Den", "Del", "Della", "Di", "Da", "Du", "La", "Le", "Al", "El", "Bin", "St."}
_CODE = re.compile(r"[=<>{}\"#_]")
_BRACKETED = re.compile(r"\s*[(\[][^()\[\]]{1,60}[)\]]")
_ABROAD = re.compile(r"(?<=\w)\s+in\s+[A-Z][\w .’'-]{1,30}$")

_NO_PERSON = re.compile(
    r"(?:and |other |news |wire )?agenc(?:y|ies)|agencias|agenturen|agences|agenzie|byraer"
    r"|(?:our |the )?(?:\w+ )?staff(?: reporters?| writers?)?|(?:the )?news(?:room| ?desk| team)"
    r"|(?:the )?editors?|editorial(?: board| team)?|(?:online[- ]?)?redak\w+|redaccion"
    r"|redazione|redactie|la redaction|admin(?:istrator)?|web ?(?:master|desk)"
    r"|(?:staff|wire|agency) (?:reports?|services?)|guest|author|unknown|anonymous|press release|others"
)

# Where agencies alone wrote it, they are its authors; beside people they are the source of their material.
_AGENCIES = AGENCIES | {"ansa", "efe", "lusa", "belga", "ntb", "tt", "ritzau", "stt", "anp", "apa", "sda"}


def people_in(bylines: Sequence[str], outlets: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the people that bylines name, in order, each once; agencies where there is nobody else.

    Surnames that stand first are turned round; offices, places and the outlet's own name are left out.

    >>> people_in(["Roe, Ann", "By Bo Lee, political correspondent, and agencies"])
    ('Ann Roe', 'Bo Lee')
    """
    own = {_plain(outlet) for outlet in outlets}
    found = [name for byline in bylines for name in _names(byline)]
    names = [name for name in found if _plain(name) not in own and not _NO_PERSON.fullmatch(comparing_form(name))]
    people = [name for name in names if comparing_form(name) not in _AGENCIES]
    return unique(people or names)


def _names(byline: str) -> list[str]:
    names: list[str] = []
    for piece in _APART.split(_BRACKETED.sub("", byline)):
        piece = clean_name(_BY.sub("", clean_name(piece)))
        if not is_name(piece.replace(",", "")[:80]):
            continue
        parts = [part.strip() for part in piece.split(",")]
        parts = [part for part in parts if part and not _is_office(part)]
        if turned := _turned_round(parts):
            names.extend(turned)
            continue
        if len(parts) == 2 and not all(" " in part or _is_no_person(part) for part in parts):
            parts = [", ".join(parts)]  # "García Márquez, Gabriel", or a place behind a name: left as it is printed
        for part in parts:
            names.extend(_and_split(part))
    names = [name for name in map(_without_office, names) if is_name(name) and not _CODE.search(name)]
    return [name for name in names if month_number(name.split()[0]) is None or " " in name]


def _is_no_person(part: str) -> bool:
    return comparing_form(part) in _AGENCIES or _NO_PERSON.fullmatch(comparing_form(part)) is not None


def _turned_round(parts: list[str]) -> list[str]:
    """Return "Ann Roe" for "Roe", "Ann", and for several such pairs; an empty list where they are no pairs."""
    if len(parts) % 2 or not parts:
        return []
    pairs = list(zip(parts[::2], parts[1::2], strict=True))
    if all(_is_surname(last) and _is_given(first) for last, first in pairs):
        return [f"{first} {last}" for last, first in pairs]
    return []


def _is_surname(part: str) -> bool:
    """Return whether this can be a surname alone: a word, or one with particles before it ("van der Roe")."""
    words = part.split()
    return (
        not _is_no_person(part)
        and part[:1].isalpha()
        and all(word.islower() or word in _PARTICLES for word in words[:-1])
    )


def _is_given(part: str) -> bool:
    words = part.split()
    return (
        not _is_no_person(part)
        and part[:1].isupper()
        and (len(words) == 1 or (len(words) == 2 and len(words[1].rstrip(".")) == 1))
    )


def _and_split(part: str) -> list[str]:
    pieces = [piece for piece in (clean_name(piece) for piece in _AND.split(f" {part} ")) if piece]
    kept = [piece for piece in pieces if not _NO_PERSON.fullmatch(comparing_form(piece))]
    if len(kept) < len(pieces):
        return kept
    return pieces if all(" " in piece for piece in pieces) else [part]


def _is_office(part: str) -> bool:
    low = comparing_form(part)
    office = _OFFICE_END.search(low) is not None
    return part.islower() or (office and _ADJECTIVES.sub("", low).count(" ") == 0)


def _without_office(name: str) -> str:
    low = comparing_form(name)
    if len(low) == len(name) and _OFFICE_END.search(low) and (cut := _ADJECTIVES.search(low)):
        name = name[: cut.start()]
    return _ABROAD.sub("", name).strip(" ,;|-–—")


def _plain(name: str) -> str:
    return "".join(re.findall(r"\w+", re.sub(r"^the\s+", "", comparing_form(name))))
