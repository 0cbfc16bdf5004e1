"""What kind of thing a question asks for, and whether a span is one.

Rules on the wording alone: they say what would be odd (a number for "who", no number for "how many"), not what
is right. Measured on the tune splits as features of both rankings: of passages (`pullquote.index.search.ranking`) and
of values (`pullquote.qa.ranking.combining`).
"""

from __future__ import annotations

import re
from enum import StrEnum

MONTH_NAMES = "january|february|march|april|may|june|july|august|september|october|november|december"
WEEKDAY_NAMES = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"


class AskedKind(StrEnum):
    """What is asked for."""

    SHARE = "share"
    NUMBER = "number"
    AMOUNT = "amount"
    TIME = "time"
    PERSON = "person"
    PLACE = "place"
    MANNER = "manner"
    THING = "thing"


_PERSONS = (
    "person|man|woman|actor|actress|singer|rapper|musician|artist|author|writer|director|player|athlete|coach|star|"
    "celebrity|comedian|politician|senator|president|governor|mayor|minister|prime minister|leader|candidate|justice|"
    "judge|king|queen|billionaire|chief executive|ceo|executive|officer|official|spokesman|spokeswoman|councillor"
)
_PLACES = (
    "country|countries|nation|nations|state|states|city|cities|town|village|continent|region|island|province|"
    "territory|county|place|street|district|port|river"
)
_TIMES = "year|date|day|month|time|week|century|decade"
_MEASURES = "often|long|old|far|tall|high|fast|big|deep|wide|heavy|large|late|early"
# The first that matches; the narrow before the wide.
_ASKS = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (AskedKind.SHARE, r"\b(what|which) (\w+ )?(per ?cent|percentage|share|proportion)\b"),
        (AskedKind.NUMBER, rf"\bhow many\b|\bhow ({_MEASURES})\b|\b(what|which) (number|age|height|length)\b"),
        (AskedKind.AMOUNT, r"\bhow much\b|\b(what|which) (price|sum|amount|salary|fee|fine|cost)\b"),
        (AskedKind.TIME, rf"((^|[.?!,:;] |\b(since|until|till|by|from) )when|\b(what|which) ({_TIMES}))\b"),
        (AskedKind.PERSON, rf"\b(who|whose|whom)\b|\b(what|which) (\w+ ){{0,3}}({_PERSONS})\b"),
        (AskedKind.PLACE, rf"\bwhere\b|\b(what|which) (\w+ ){{0,2}}({_PLACES})\b"),
        (AskedKind.MANNER, r"\bwhy\b|\bhow\b"),
    )
)

_SHORT_MONTHS = "jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
_SPANS_OF_TIME = (
    "yesterday|today|tomorrow|tonight|noon|midnight|morning|afternoon|evening|night|week|weekend|month|year|spring|"
    "summer|autumn|fall|winter"
)
_NUMBER_WORDS = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    "seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|"
    "millions?|billions?|trillions?|dozens?|half|third|quarter|once|twice|none"
)
_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(rf"\d|\b({_NUMBER_WORDS})\b", re.IGNORECASE)
_TIME = re.compile(
    rf"\b({MONTH_NAMES}|{_SHORT_MONTHS}|{WEEKDAY_NAMES}|{_SPANS_OF_TIME})s?\b|\b(1[5-9]|20)\d\ds?\b|"
    r"\d ?[ap]\.?m\b|\d[:.]\d\d\b",
    re.IGNORECASE,
)
_SHARE = re.compile(r"%|\bper ?cent\b|\b(half|third|quarter|fifth|tenth)s?\b", re.IGNORECASE)
_NAME = re.compile(r"\b[^\W\d_a-z]")


# A question that begins with its verb asks whether, unless it names two things to choose from.
_WHETHER = re.compile(
    r"\W*(?:(?:and|but|so|then|well|ok|okay)\W+)*"
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must)(?:n['’]t)?\b"
    r"(?!.*\bor\b)",
    re.IGNORECASE | re.DOTALL,
)


def asks_whether(question: str) -> bool:
    """Return whether a question wants a yes or a no, as far as English word order tells."""
    return _WHETHER.match(question) is not None


def kind_of(question: str) -> AskedKind:
    """Return what a question asks for; THING where its wording doesn't say."""
    return next((kind for kind, asks in _ASKS if asks.search(question)), AskedKind.THING)


def suits(kind: AskedKind, span: str) -> bool | None:
    """Return whether a span is of a kind; None where the kind says nothing about its form."""
    match kind:
        case AskedKind.SHARE:
            return bool(_SHARE.search(span))
        case AskedKind.NUMBER:
            return bool(_NUMBER.search(span))
        case AskedKind.AMOUNT:
            return bool(_NUMBER.search(span) or _SHARE.search(span))
        case AskedKind.TIME:
            return bool(_TIME.search(span))
        case AskedKind.PERSON | AskedKind.PLACE:
            return bool(_NAME.search(span)) and not _DIGIT.search(span)
        case _:
            return None
