"""Whether an answer says the same as an accepted one in other words: differences of writing don't count, facts do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import groupby, product

from pullquote.eval.metrics.nations import country_of
from pullquote.eval.metrics.parts import same_but_for_parts
from pullquote.eval.metrics.word_forms import same_in_number, stands_for, without_company
from pullquote.qa.values.printed_values import ClockTime, Day, Number, Token, read_values

# Where the question asks for the thing, these say nothing; "before", "until", "since", "near" do, and stay.
_PREPOSITIONS = frozenset({"in", "on", "at", "by", "to", "of", "for", "from", "with"})
_ABOUT = frozenset({"about", "around", "roughly", "approximately", "approx", "circa", "some"})
# Not "king", "pope", "lord": those belong to the name; nor "general", "major", "chief": too often adjectives.
_TITLE = re.compile(
    "mr|mrs|ms|miss|mx|dr|doctor|prof|professor|sir|dame|rev|reverend|cllr|councillor|councilor|(deputy )?mayor|"
    "governor|gov|(vice )?president|chancellor|(prime |first |1st )?minister|(foreign |home )?secretary|"
    "secretary general|attorney general|senator|sen|congressman|congresswoman|representative|rep|ambassador|"
    "commissioner|captain|capt|colonel|col|lieutenant|lt|sergeant|sgt|(chief )?inspector|superintendent|supt|detective|"
    "constable|judge|justice|bishop|archbishop|canon|firefighter|(chief )?fire officer|(crew|watch|station) manager|"
    "chairman|chairwoman|chairperson|chief executive|chief constable|police chief|fire chief"
)
_FORMER = frozenset({"former", "ex"})
_AFTER_NO_TITLE = frozenset({"of", "and", "or", "for", "to", "elect"})
_NO_UNIT = re.compile(
    "and|or|to|plus|minus|more|fewer|less|half|quarter|third|point|percentage|hundred|thousand|million|billion|trillion|"
    "dozen"
)


def is_right(prediction: str, accepted: Sequence[str], *, lenient: bool = False) -> bool:
    """Return whether the prediction says the same as one of the accepted answers.

    The rules are symmetrical: swapping prediction and answer changes nothing. The same are

    - texts that differ in case, accents, punctuation, quotation marks, the words a, an and the, hyphens or spaces
      within words ("life-boat"), a possessive at the end ("Quill's");
    - numbers in words and digits, with thousands separators or scales: "forty-one", "two and a half million", "2.5m",
      "half a dozen" ("100m" is both 100 million and 100 metres); "about", "around", "some" before one don't count,
      "nearly", "over", "at least" do; after a word, roman ones from II to XX ("Artemis II");
    - amounts of money: "£3.2m", "3.2 million pounds"; never of two currencies ("$5" is US$5);
    - shares: "5%", "5 per cent", "five percent", "a quarter", "2/3"; never "5" alone, nor percentage points;
    - dates in any order: "Sunday 4 May", "May 4th", "2031-05-04". Day and month must both be given or both be
      missing; year and weekday may be missing on one side, and must agree where both have them. Numeric dates
      other than 2031-05-04 are not read;
    - times of day: "5am", "5.00 a.m.", "05:00"; "noon", "12pm". Without am or pm the clock has 24 hours;
    - names with and without a title: "Dr Hanne Osterby", "former Vice President Mike Pence"; with and without a
      company's suffix ("Tidewire Inc.", "Vellmouth FC");
    - a country's names ("the UK", "United Kingdom", "Britain"), an acronym and what it stands for ("USPS", "US Postal
      Service"), singular and plural of the last word ("egg", "eggs"), unless both are capitalised as names are;
    - an answer and the same after one or more of in, on, at, by, to, of, for, from, with;
    - a number and the same number with one word after it, or a currency: "41", "41 people"; but not "41 dead" and
      "41 injured". Right after a number, singular and plural are one ("12-mile", "12 miles"), and so are km and
      kilometres and a few units more.

    Never a surname and a full name, a place and its part, a thing and a longer description of it: a set lists what it
    accepts, and may tell namesakes apart. Where a set gives one wording only, `lenient` accepts these as well (see
    `pullquote.eval.metrics.parts`).

    Not covered: years said in pairs ("twenty thirty-one"), other spellings and synonyms: list those as accepted
    answers.

    Args:
        prediction: an answer; an empty one is never right.
        accepted: accepted wordings; with none, nothing is right.
        lenient: whether they are one wording of many that people would accept.

    Raises:
        TypeError: accepted is one string.
    """
    if isinstance(accepted, str):
        raise TypeError("accepted must be a sequence of answers, not one string.")
    if any(_same(prediction, answer) for answer in accepted):
        return True
    return lenient and any(same_but_for_parts(prediction, answer, _same) for answer in accepted)


def distinct(wordings: Iterable[str]) -> list[tuple[str, ...]]:
    """Return the different values of some texts, each as its wordings, in the order of their first ones.

    Two wordings are of one value if `is_right` says so of them, or of each and a third.
    """
    groups: list[list[str]] = []
    for wording in dict.fromkeys(wordings):
        same = [group for group in groups if is_right(wording, group)]
        for group in same[1:]:
            same[0].extend(group)
            groups.remove(group)
        if same:
            same[0].append(wording)
        else:
            groups.append([wording])
    return [tuple(group) for group in groups]


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to read a text.

    Attributes:
        joined: the tokens, neighbouring words made one, so that spaces and hyphens don't count.
        number: the number and its unit, where the text is no more than that.
        words: the words, where it has nothing else.
    """

    joined: tuple[Token, ...]
    number: tuple[Decimal, str] | None
    words: tuple[str, ...]


@lru_cache(maxsize=2**16)
def _ways(text: str) -> tuple[_Way, ...]:
    return tuple(_way(_core(tokens)) for tokens in read_values(text))


def _way(tokens: Sequence[Token]) -> _Way:
    words = tuple(token for token in tokens if isinstance(token, str))
    if len(words) == len(tokens):
        words = tuple(without_company(words))
        tokens = words
    else:
        words = ()
    return _Way(_joined(tokens), _number_and_unit(tokens), words)


def _same(one: str, other: str) -> bool:
    if one.strip().casefold() == other.strip().casefold():
        return bool(one.strip())
    left, right = _ways(one), _ways(other)
    return (
        any(_same_values(*pair) for pair in product(left, right))
        or (country_of(one) or "none") == country_of(other)
        or stands_for(one, other)
        or _same_in_number(one, other, left[0].words, right[0].words)
    )


def _same_in_number(one: str, other: str, left: Sequence[str], right: Sequence[str]) -> bool:
    if not left or left[:-1] != right[:-1] or not right or not same_in_number(left[-1], right[-1]):
        return False
    # Edward and Edwards, Apple and Apples are two names.
    return not (one.split()[-1][:1].isupper() and other.split()[-1][:1].isupper())


def _same_values(one: _Way, other: _Way) -> bool:
    left, right = one.joined, other.joined
    if len(left) == len(right) and (left == right or all(map(_agree, left, right))):
        return bool(left)
    if one.number is None or other.number is None:
        return False
    return one.number[0] == other.number[0] and "" in (one.number[1], other.number[1])


def _joined(tokens: Sequence[Token]) -> tuple[Token, ...]:
    joined: list[Token] = []
    for is_word, group in groupby(tokens, key=lambda token: isinstance(token, str)):
        run = list(group)
        joined += ["".join(map(str, run))] if is_word else run
    return tuple(joined)


def _agree(one: Token, other: Token) -> bool:
    if not (isinstance(one, Day) and isinstance(other, Day)):
        return one == other
    return (
        (one.month, one.day) == (other.month, other.day)
        and (one.year == other.year or None in (one.year, other.year))
        and (one.weekday == other.weekday or None in (one.weekday, other.weekday))
    )


def _number_and_unit(tokens: Sequence[Token]) -> tuple[Decimal, str] | None:
    match tokens:
        case [Number(value, kind)] if kind != "%":
            return value, kind
        case [Number(value, ""), str(unit)] if unit.isalpha() and not _NO_UNIT.fullmatch(unit):
            return value, unit
    return None


def _core(tokens: Sequence[Token]) -> Sequence[Token]:
    """Return the tokens without leading prepositions, "about" before a number and titles; never none of some."""
    while len(tokens) > 1:
        dropped = _to_drop(tokens)
        if not dropped:
            break
        tokens = tokens[dropped:]
    return tokens


def _to_drop(tokens: Sequence[Token]) -> int:
    if tokens[0] in _PREPOSITIONS:
        return 1
    if tokens[0] in _ABOUT and isinstance(tokens[1], Number | ClockTime):
        return 1
    if tokens[0] in _FORMER:
        title = _title_length(tokens[1:])
        return title and 1 + title
    return _title_length(tokens)


def _title_length(tokens: Sequence[Token]) -> int:
    """Return of how many tokens the title at the beginning is, 0 where no name follows it."""
    for length in (3, 2, 1):
        title, name = tokens[:length], tokens[length : length + 1]
        if all(isinstance(word, str) for word in [*title, *name]) and _TITLE.fullmatch(" ".join(map(str, title))):
            return length if name and name[0] not in _AFTER_NO_TITLE else 0
    return 0
