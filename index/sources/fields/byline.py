"""A byline as printed, to names."""

from __future__ import annotations

import re

_BY = re.compile(r"^\s*(?:written\s+by|reported\s+by|by)\b[\s:]*", re.IGNORECASE)
_AND = re.compile(r"\s+(?:and|&|with)\s+", re.IGNORECASE)
_NOT_A_NAME = re.compile(r"https?://|www\.|@|\d{3}", re.IGNORECASE)
_MAX_NAME_CHARS = 80  # "The Associated Press-NORC Center for Public Affairs Research" has 60


def split_byline(byline: str) -> tuple[str, ...]:
    """Return the names in a byline, in order, each once, without "By".

    ";" always separates. "," and "and" separate only where that leaves full names on both sides:
    "Ann Roe, Bo Lee and Cy Poe" is three people, "Roe, Ann" is one and so is "Smith and Sons".

    >>> split_byline("By Ann Roe, Bo Lee and Cy Poe")
    ('Ann Roe', 'Bo Lee', 'Cy Poe')
    """
    names: list[str] = []
    for piece in byline.split(";"):
        names.extend(_split_if_full_names(clean_name(piece)))
    return unique(names)


def clean_name(name: str) -> str:
    """Return one name with spaces evened out and a leading "By" dropped."""
    return _BY.sub("", " ".join(name.split())).strip(" ,;|")


def is_name(name: str) -> bool:
    """Return whether this can be a name: pages put links, handles and telephone numbers into bylines."""
    return bool(name) and len(name) <= _MAX_NAME_CHARS and not _NOT_A_NAME.search(name)


def unique(names: list[str]) -> tuple[str, ...]:
    """Return the names that aren't empty, each once, in the order of first mention."""
    return tuple(dict.fromkeys(name for name in names if name))


def _split_if_full_names(text: str) -> list[str]:
    parts = [part.strip(" ,") for chunk in _AND.split(text) for part in chunk.split(",")]
    parts = [part for part in parts if part]
    return parts if all(" " in part for part in parts) else [text]
