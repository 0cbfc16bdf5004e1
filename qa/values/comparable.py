"""Which printed values can compete for one question, and which are the same."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from pullquote.index.search.kinds import WEEKDAY_NAMES
from pullquote.qa.values.normalize import normalize_answer, value_key
from pullquote.qa.values.printed_values import ClockTime, Day, Number, Token, read_values


class ValueForm(StrEnum):
    """How a value is written."""

    NUMBER = "number"
    DAY = "day"
    CLOCK = "clock"
    NAME = "name"
    WEEKDAY = "weekday"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class ValueKind:
    """What a value can be compared with: others of its form and, of numbers, of its unit.

    Attributes:
        form: how it is written.
        unit: of a number, a currency's sign, "%" or the noun after it; "" where the text doesn't say.
        value: of a number; else 0.
    """

    form: ValueForm
    unit: str = ""
    value: Decimal = Decimal(0)


# A weekday alone is another day in each week's paper.
_WEEKDAY = re.compile(rf"(?:on )?(?:next |last |this )?(?:{WEEKDAY_NAMES})", re.IGNORECASE)
_FEW_WORDS = 6
# Of what is counted or costs so many times more, something else is said: a stand, and the fine for each day that it is
# late. On the gold's tune split what truly changed grew sixteenfold at most.
_MOST_TIMES = 20
# What can't be told to answer the same question: "left" and "ligament", one week's Monday and another's.
_ALONE = (ValueForm.WORDS, ValueForm.WEEKDAY)
# What papers write for the same unit, and words that stand after a number without being one.
_ALIKE = {"ton": "tonne", "person": "people", "of": "", "in": "", "to": "", "and": "", "or": ""}
_PART_OF_WHOLE = re.compile(r"(?<=\d) of (?:the |all |its |their )?\d.*|(?<=[a-z]) of (?:the |all )?\d.*", re.DOTALL)


def sort_of(text: str) -> ValueKind:
    """Return what a value can be compared with."""
    tokens = read_values(text)[0]
    if _WEEKDAY.fullmatch(text.strip()):
        return ValueKind(ValueForm.WEEKDAY)
    if any(isinstance(token, Day) for token in tokens):
        return ValueKind(ValueForm.DAY)
    if any(isinstance(token, ClockTime) for token in tokens):
        return ValueKind(ValueForm.CLOCK)
    for place, token in enumerate(tokens):
        if isinstance(token, Number):
            after = tokens[place + 1] if place + 1 < len(tokens) else ""
            unit = token.kind or (after if isinstance(after, str) else "")
            return ValueKind(ValueForm.NUMBER, _ALIKE.get(unit, unit), token.value)
    return ValueKind(ValueForm.NAME if _is_name(text) else ValueForm.WORDS)


def _is_name(text: str) -> bool:
    words = text.split()
    capitals = sum(word[0].isupper() for word in words)
    return 0 < len(words) <= _FEW_WORDS and capitals * 2 >= len(words) and words[-1][0].isupper()


def comparable(one: ValueKind, other: ValueKind) -> bool:
    """Return whether values of two sorts can compete for one question: "£3" with "£4", not with "three boats"."""
    if one.form is not other.form or one.form in _ALONE or not _near(one.value, other.value):
        return False
    return one.unit == other.unit or (
        # "eleven" and "19 passages" may count the same; "£38m" and "19 days" never do.
        not (one.unit and other.unit) and _counts(one.unit) and _counts(other.unit)
    )


def _near(one: Decimal, other: Decimal) -> bool:
    """Return whether two numbers may count the same thing; 0 with any other."""
    low, high = sorted((abs(one), abs(other)))
    return low == 0 or high <= _MOST_TIMES * low


def _counts(unit: str) -> bool:
    return not unit or unit.isalpha()


def same_value(one: str, other: str) -> bool:
    """Return whether two texts give the same value: equal, one a part of the other, or a day said with less.

    "19 of the 31 branches" is 19 branches.
    """
    one, other = _PART_OF_WHOLE.sub("", one), _PART_OF_WHOLE.sub("", other)
    if value_key(one) == value_key(other):
        return True
    here, there = _tokens(one), _tokens(other)
    if _days(here) and _days(there):
        return any(_same_day(left, right) for left in _days(here) for right in _days(there))
    numbers = _numbers(here), _numbers(there)
    if numbers[0] or numbers[1]:
        # "five" and "five points"; but "two to one" is not "one".
        return numbers[0] == numbers[1] and comparable(sort_of(one), sort_of(other))
    words = sorted((normalize_answer(one), normalize_answer(other)), key=len)
    return bool(words[0]) and f" {words[0]} " in f" {words[1]} "


def _tokens(text: str) -> tuple[Token, ...]:
    return read_values(text)[0]


def _days(tokens: tuple[Token, ...]) -> list[Day]:
    return [token for token in tokens if isinstance(token, Day)]


def _numbers(tokens: tuple[Token, ...]) -> list[Number]:
    return [token for token in tokens if isinstance(token, Number)]


def _same_day(one: Day, other: Day) -> bool:
    return one.month == other.month and all(
        left is None or right is None or left == right for left, right in ((one.day, other.day), (one.year, other.year))
    )
