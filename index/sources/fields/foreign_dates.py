"""Names of months and weekdays in other languages than English, as feeds print them; from CLDR, by Babel."""

from __future__ import annotations

from functools import lru_cache

# Languages that write a date as day, month, year in words, in the Latin, Greek or Cyrillic alphabet.
# fmt: off
_LOCALES = (
    "bg", "ca", "cs", "da", "de", "el", "es", "et", "fi", "fr", "ga", "hr", "id", "is", "it", "lt", "lv", "nl", "no",
    "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "tr", "uk",
)
# fmt: on


def month_number(word: str) -> int | None:
    """Return the month (1 to 12) that a word names in one of the languages, or None.

    A word that names two months is None: "listopad" is October in Croatian and November in Polish.
    """
    return _months().get(_form(word))


def is_weekday(word: str) -> bool:
    """Return whether a word, whole or abbreviated, names a day of the week in one of the languages."""
    return _form(word) in _weekdays()


@lru_cache(1)
def _months() -> dict[str, int]:
    from babel.dates import get_month_names

    found: dict[str, set[int]] = {}
    for locale in _LOCALES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context, locale).items():
                    found.setdefault(_form(name), set()).add(number)
    return {name: next(iter(numbers)) for name, numbers in found.items() if len(numbers) == 1}


@lru_cache(1)
def _weekdays() -> frozenset[str]:
    from babel.dates import get_day_names

    return frozenset(
        _form(name)
        for locale in _LOCALES
        for width in ("wide", "abbreviated", "short")
        for context in ("format", "stand-alone")
        for name in get_day_names(width, context, locale).values()
    )


def _form(word: str) -> str:
    return word.casefold().rstrip(".")
