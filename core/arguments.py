"""Arguments checked at the call: one sentence that names the argument, before anything is done with it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pullquote.articles import Article
from pullquote.errors import InputError


def whole_number(value: object, name: str, *, low: int, high: int) -> int:
    """Return a number from `low` to `high`.

    Raises:
        InputError: it is none, such as 2.5, True or "10", or lies outside.
    """
    if type(value) is not int or not low <= value <= high:
        raise InputError(f"{name} must be a whole number from {low:,} to {high:,}, not {_short(value)}.")
    return value


def names(values: object, name: str) -> tuple[str, ...]:
    """Return the names in a list; one name by itself is a list of one.

    Raises:
        InputError: it is neither a text nor a list of texts.
    """
    given = _listed(values, (str,), f"{name} must be a name or a list of names")
    for value in given:
        if not isinstance(value, str):
            raise InputError(f"{name} must be names, and {_short(value)} is none{_of_article(value)}.")
    return tuple(given)


def sources(values: object, *further: type) -> list[Any]:
    """Return the sources in a list; one by itself is a list of one.

    Args:
        values: a str or a Path, or a list of them.
        further: other types that a source may have.

    Raises:
        InputError: one of them is neither a str nor a Path.
    """
    kinds = (str, Path, *further)
    given = _listed(values, kinds, "A source is a str or a Path, or a list of them")
    for value in given:
        if not isinstance(value, kinds):
            raise InputError(f"A source is a str or a Path, not {_short(value)}.")
    return given


def articles(values: object) -> Iterable[Any]:
    """Return what gives articles, as it is; one by itself is a list of one.

    Raises:
        InputError: it gives none: a name of a file, or nothing that can be iterated.
    """
    if isinstance(values, Article):
        return [values]
    if isinstance(values, (str, Path)):
        raise InputError(f"add_articles takes Article objects; for files, call add({str(values)[:60]!r}).")
    if not isinstance(values, Iterable) or isinstance(values, (bytes, dict)):
        raise InputError(f"Articles come as Article objects, or as anything that gives them, not {_short(values)}.")
    return values


def text(value: object, name: str) -> str:
    """Return a text.

    Raises:
        InputError: it is none.
    """
    if not isinstance(value, str):
        raise InputError(f"{name} must be a text, not {_short(value)}{_of_article(value)}.")
    return value


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that is most like another, in whatever case; "" where none is like it."""
    folded = {one.casefold(): one for one in known}
    found = get_close_matches(name.casefold(), folded, n=1)
    return folded[found[0]] if found else ""


def _listed(values: object, kinds: tuple[type, ...], expected: str) -> list[Any]:
    """Return what a list holds; something of the kinds by itself is a list of one."""
    if isinstance(values, kinds):
        return [values]
    if not isinstance(values, Iterable) or isinstance(values, (bytes, dict)):
        raise InputError(f"{expected}, not {_short(values)}.")
    return list(values)


def _short(value: object) -> str:
    told = repr(value)
    return told if len(told) <= 60 else f"{type(value).__name__} {told[:50]}…"


def _of_article(value: object) -> str:
    return "; give its .id" if isinstance(getattr(value, "id", None), str) else ""
