"""The values that a text names (numbers, money, shares, days, times of day), apart from how they are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from pullquote.comparing_form import comparing_form, composed
from pullquote.index.search.kinds import MONTH_NAMES, WEEKDAY_NAMES
from pullquote.qa.values.number_words import digits


@dataclass(frozen=True, slots=True)
class Number:
    """A number; `kind` is a currency's sign, "%" or "" for neither."""

    value: Decimal
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """A date as far as it is given: month and weekday count from 0, January and Monday."""

    month: int
    day: int | None = None
    year: int | None = None
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class ClockTime:
    """A time of day, in minutes after midnight."""

    minutes: int


Token = str | Number | Day | ClockTime

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CURRENCIES = {
    "£": ("£", "gbp", "pounds sterling", "pound sterling", "pounds", "pound", "quid"),
    "$": ("$", "us$", "usd", "us dollars", "us dollar", "dollars", "dollar"),
    "€": ("€", "eur", "euros", "euro"),
    "¥": ("¥", "jpy", "yen"),
    "₹": ("₹", "inr", "rupees", "rupee"),
    "c$": ("c$", "cad", "canadian dollars"),
    "a$": ("a$", "aud", "australian dollars"),
}
_CURRENCY = {name: sign for sign, names in _CURRENCIES.items() for name in names}
_UNITS = {
    "metre": ("m", "meter", "meters"),
    "kilometre": ("km", "kms", "kilometer", "kilometers"),
    "centimetre": ("cm", "centimeter", "centimeters"),
    "kilogram": ("kg", "kgs", "kilo", "kilos", "kilogramme", "kilogrammes"),
    "foot": ("ft", "feet"),
    "hour": ("hr", "hrs"),
    "minute": ("min", "mins"),
    "penny": ("p", "pence", "pennies"),
}
_UNIT = {name: unit for unit, names in _UNITS.items() for name in names}
# 10² is neither 102 nor 10.
_POWER = re.compile(r"(?<=[\w)])\^(?=[+-]?\d)")


def _either(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


_MONTH = rf"(?P<month>{MONTH_NAMES}|{'|'.join(_MONTHS)}|sept)\b\.?"
_DAY = r"(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?(?![\w:]|\.\d| ?[ap]m\b)"
_YEAR = r"(?P<year>[12]\d{3})(?![\w%]|\.\d)"
_BEFORE = rf"(?:(?P<before>{WEEKDAY_NAMES}|{'|'.join(_WEEKDAYS)}|tues|thurs?)\b\.?,? (?:the )?)?"
_AFTER = rf"(?:,? \(?(?P<after>{WEEKDAY_NAMES})\b)?"
_AMOUNT = r"(?P<amount>\d++(?:\.\d++)?+)"
# text2num makes "2 3rds" of two thirds; the lowest names stay.
_PART = r"(?P<part>half|halves|quarters?|3rds?|[4-9]ths?|10ths?)(?!\w)"
_PARTS = {"half": 2, "halve": 2, "quarter": 4}


def _day(found: re.Match[str]) -> Day:
    part = found.groupdict()
    weekday = part.get("before") or part.get("after")
    return Day(
        month=_MONTHS.index(part["month"][:3]),
        day=int(part["day"]) if part.get("day") else None,
        year=int(part["year"]) if part.get("year") else None,
        weekday=_WEEKDAYS.index(weekday[:3]) if weekday else None,
    )


def _clock(found: re.Match[str]) -> ClockTime:
    part = found.groupdict()
    if part.get("named"):
        return ClockTime(0 if part["named"] == "midnight" else 12 * 60)
    hour = int(part["hour"])
    if part.get("half"):
        hour = hour % 12 + (12 if part["half"] == "pm" else 0)
    return ClockTime(60 * hour + int(part.get("minute") or 0))


def _fraction(found: re.Match[str]) -> Token:
    part = found.groupdict()
    name = (part.get("part") or "half").removesuffix("s")
    whole = int(part.get("whole") or _PARTS.get(name) or name.rstrip("dhrt"))
    return Number(Decimal(100 * int(part.get("parts") or 1)) / whole, "%")


def _money(found: re.Match[str]) -> Number:
    return Number(Decimal(found["amount"]), _CURRENCY[found["currency"]])


# Tried in this order at each place; what none of them takes is punctuation.
_KINDS: list[tuple[re.Pattern[str], Callable[[re.Match[str]], Token]]] = [
    (re.compile(pattern), make)
    for pattern, make in (
        (rf"{_BEFORE}{_DAY}(?: of)? {_MONTH}(?:,? {_YEAR})?{_AFTER}", _day),
        (rf"{_BEFORE}{_MONTH},? (?:the )?{_DAY}(?:,? {_YEAR})?{_AFTER}", _day),
        (rf"{_MONTH}(?:,| of)? {_YEAR}", _day),
        (r"(?P<hour>1[0-2]|0?\d)(?:[:.](?P<minute>[0-5]\d))? ?(?P<half>[ap]m)\b", _clock),
        (r"(?P<hour>2[0-3]|[01]?\d):(?P<minute>[0-5]\d)(?![\d:])", _clock),
        (r"(?:12 )?(?P<named>noon|midday|midnight)\b", _clock),
        (r"(?P<parts>[1-9])⁄(?P<whole>10|[2-9])(?!\w)", _fraction),
        (rf"(?P<parts>[1-9]) {_PART}", _fraction),
        (rf"an? {_PART}(?= of\b|\W*$)", _fraction),
        (r"(?P<part>half|quarter)(?= of\b)|^half$", _fraction),
        (rf"(?P<currency>{_either(name for name in _CURRENCY if len(name) < 4)}) ?{_AMOUNT}(?!\w)", _money),
        (rf"{_AMOUNT} ?(?P<currency>{_either(_CURRENCY)})(?!\w)", _money),
        (rf"{_AMOUNT} ?(?:%|(?:percent|per cent|pct|pc)\b)", lambda found: Number(Decimal(found["amount"]), "%")),
        (rf"{_AMOUNT}(?!\w)", lambda found: Number(Decimal(found["amount"]))),
        (rf"(?P<month>{MONTH_NAMES})\b", _day),
        (r"[^\W_]+", lambda found: found[0]),
    )
]

_REWRITES = [
    (re.compile(pattern), by)
    for pattern, by in (
        (r"(?:['’]s?)\W*$", ""),  # Quill's
        (r"['’‘ʼ`´]", ""),
        (r"&", " and "),
        (r"(?<![\w)])[-−](?=[$£€¥₹]?\d)", "minus "),
        (r"(?<=[\d%]) ?[-–—] ?(?=[$£€¥₹]?\d)", " to "),
        (r"(?<=\d)\+", " plus "),
        (r"<", " under "),
        (r">", " over "),
        (r"[-‐‑–—/]", " "),
        (r"\b([a-z])\. ?(?=[a-z]\.)", r"\1"),  # a.m., U.S., J. K. Rowling
        (r"\bmiles (?:per|an) hour\b", "mph"),
        (r"° ?(?:c\b|celsius)", " degrees celsius"),
        (r"° ?(?:f\b|fahrenheit)", " degrees fahrenheit"),
        (r"°", " degrees"),
        (r"(\d)(km|cm|mm|kg|g|mph|kph|ft|mins?|hrs?|p)\b", r"\1 \2"),
    )
]
# A small fraction keeps its stroke: "2/3" is two thirds, but 9/11 a date.
_STROKE = re.compile(r"(?<![\d/.,])([1-9])/(10|[2-9])(?![\d/])")
_TENS, _ONES = ("", "X"), ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
_ROMAN = [ten + one for ten in _TENS for one in _ONES] + ["XX"]
_ROMAN_NUMBER = {roman: str(number) for number, roman in enumerate(_ROMAN) if roman not in ("", "I", "X")}
# After a word only, and in capitals: Xi is a name. X alone is one too often (Malcolm X, SpaceX).
_AFTER_WORD = re.compile(rf"(?<=[^\W\d_] )(?:{'|'.join(sorted(_ROMAN_NUMBER, key=len, reverse=True))})\b")
_ISO = re.compile(r"\b([12]\d{3})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])\b")
# The days of a range each get the month: "4 to 6 May", "May 4 to 6".
_RANGES = [
    (re.compile(rf"\b(\d\d?)(?:st|nd|rd|th)? to (?=\d\d?(?:st|nd|rd|th)?(?: of)? {_MONTH})"), r"\1 \g<month> to "),
    (re.compile(rf"\b{_MONTH} (\d\d?)(?:st|nd|rd|th)? to (?={_DAY})"), r"\g<month> \2 to \g<month> "),
]


@lru_cache(maxsize=2**15)
def read_values(text: str) -> tuple[tuple[Token, ...], ...]:
    """Return the ways to read a text, one or two, each as its values and its words in order.

    Words come lower-cased and without accents, the articles a, an and the not at all. "100m" can be read as
    100 million and as 100 metres.
    """
    ways = [_tokens(text, m_is_million=True), _tokens(text, m_is_million=False)]
    return tuple(dict.fromkeys(ways))


def _tokens(text: str, *, m_is_million: bool) -> tuple[Token, ...]:
    prepared = _prepared(text, m_is_million=m_is_million)
    tokens: list[Token] = []
    at = 0
    while at < len(prepared):
        for pattern, make in _KINDS:
            if found := pattern.match(prepared, at):
                token = make(found)
                if isinstance(token, str) and tokens and isinstance(tokens[-1], Number):
                    token = _unit(token)
                if token not in ("a", "an", "the"):
                    tokens.append(token)
                at = found.end()
                break
        else:
            at += 1
    return tuple(tokens)


def _prepared(text: str, *, m_is_million: bool) -> str:
    text = _AFTER_WORD.sub(lambda found: _ROMAN_NUMBER[found[0]], composed(text)).lower()
    text = _ISO.sub(lambda found: f"{int(found[3])} {_MONTHS[int(found[2]) - 1]} {found[1]}", text)
    text = _STROKE.sub(_proper_fraction, text)
    for pattern, by in _REWRITES:
        text = pattern.sub(by, text)
    text = comparing_form(_POWER.sub(" power ", digits(text, m_is_million=m_is_million)))
    for pattern, by in _RANGES:
        text = pattern.sub(by, text)
    return text


def _proper_fraction(found: re.Match[str]) -> str:
    return f"{found[1]}⁄{found[2]}" if int(found[1]) < int(found[2]) else found[0]


def _unit(word: str) -> str:
    """Return the singular, spelled out: a unit after a number is written in many ways."""
    if word in _UNIT:
        return _UNIT[word]
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us")) else word
