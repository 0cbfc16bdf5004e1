"""Answers that people call right though one says less than the other: a surname, a place without its country, a head.

The accepted answer may come without what a reader would not miss, and the given one may say more than the accepted:

- a nation by its people, government or forces: "Ukrainian" for "Ukraine", and the reverse;
- a surname for the full name and the reverse, a middle name more or less; never a first name alone;
- a name with what somebody is before it ("ferry owner Hanne Osterby"), or what a thing is before or after it
  ("Hurricane Osk", "the Ferrymen government");
- the place without its region ("Salem" for "Salem, Oregon"), a name without what is said of it after a comma;
  never the region alone;
- brackets, and what stands in them after "formerly" or "also known as";
- more before a common noun ("solid fuel stoves" for "fuel stoves"), or after it with a preposition;
- the parts of a pair in the other order, each of them with what it may come with; names of things in the singular and
  the plural; a first name and what people make of it ("Liz Quill");
- a sum of money with the time it is for ("$35 monthly");
- a day for its month or year, a year for its decade, never the reverse.

A number stays what it is: more words may follow it ("15 rounds of voting"), none may come before it. What runs over
several lines picks nothing out, and gets none of this.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from nicknames import NickNamer

from pullquote.eval.metrics.nations import country_of, is_region, nation_of
from pullquote.eval.metrics.part_words import (
    BEFORE_OFFICE,
    CHANGING,
    CUTTING,
    KINDS,
    KINDS_IN_CAPITALS,
    KINDS_OF_NOUNS,
    NO_OFFICES,
    NOT_FIRST,
    NOT_LAST,
    NUMBERS,
    OF_NUMBERS,
    PARTICLES,
    PERSONS,
    SUFFIXES,
    THINGS,
)
from pullquote.eval.metrics.word_forms import same_in_number
from pullquote.index.search.kinds import WEEKDAY_NAMES
from pullquote.qa.values.printed_values import Day, Number, read_values

Same = Callable[[str, str], bool]

_BRACKETS = re.compile(r"\s*\(([^()]*)\)")
_FORMER_NAME = re.compile(
    r"(?:formerly|previously|originally|aka|a\.k\.a\.|also|now|then)(?: known as| called)? (.+)", re.I
)
_STRIPPED = "\"'“”‘’«».,;:!?()[]–—-"
_COVID = re.compile(r"\bcovid(?:[- ]?19)?\b|\bcoronavirus\b", re.IGNORECASE)
_DECADE = re.compile(r"[12]\d\d0s")
_WEEKDAYS = WEEKDAY_NAMES.split("|")
_LEADING = re.compile(r"^(?:(?:in|at|on|to|from|by) (?:the )?|the )", re.IGNORECASE)
_QUOTES = "\"'“‘«"
_POSSESSIVE = re.compile(r"(?:['’]s|s['’])$")
_OF_NAMES = re.compile(r"(?<=\w)['’]s$")
_REGNAL = re.compile(r"((?:King|Queen|Pope|Emperor|Tsar) .+) [IVX]+")
_ROMAN = re.compile(r"[ivx]+")
# What somebody or something is, before a name.
_WHAT = PERSONS | THINGS
_APPOSED = frozenset({"the", "a", "an", "who", "which"})
_A_TIME = re.compile(
    r" (?:hourly|daily|weekly|monthly|yearly|annually"
    r"|(?:an?|per|each|every) (?:hour|day|week|month|year|person|head))$",
    re.IGNORECASE,
)
_PER = frozenset({"each", "every", "ten", "hundred"})
_HOW_MADE = re.compile(r"-(?:based|born|funded|backed|owned|led|run|made|built)$")
_OFFICES = re.compile(r"[a-z-]+(?:er|or|ist|ian|man|woman|maker)")


def same_but_for_parts(given: str, accepted: str, same: Same) -> bool:
    """Return whether people would call the given answer right, though it says more or less than the accepted one.

    Args:
        given: an answer.
        accepted: the one wording that a set gives.
        same: whether two texts say the same.
    """
    if "\n" in given.strip():
        return False
    nation = nation_of(given)
    if nation is not None and nation == nation_of(accepted):
        return True
    said, wanted = _wordings(given, more=True), _wordings(accepted, more=False)
    return (
        any(same(wording, accepted) for wording in said[1:])
        or any(same(given, wording) for wording in wanted[1:])
        or any(_same_name(one, other) for one in said for other in wanted)
        or _same_pair(given, accepted, same)
        or _same_in_number(given, accepted)
        or _is_within(given, accepted)
    )


@lru_cache(maxsize=2**15)
def _wordings(text: str, *, more: bool) -> tuple[str, ...]:
    """Return the text and what it says in fewer words, the text itself first.

    Args:
        text: an answer.
        more: whether it may say more than it has to, as a given answer may: its head is then enough.
    """
    # "Oxo's" are Oxos.
    spelt = [text, _LEADING.sub("", text), _COVID.sub("Covid-19", text), _OF_NAMES.sub("s", text)]
    texts = dict.fromkeys([*spelt, *_without_brackets(text)])
    steps: list[Callable[[str], Iterable[str]]] = [_before_comma if more else _before_any_comma]
    if more:
        steps += [_head, _number_and_noun]
    steps += [_without_kind, _without_time, _without_regnal, lambda one: _without_lead(one, more=more)]
    for step in steps:
        texts |= dict.fromkeys(found for one in list(texts) for found in step(one))
    return tuple(texts)


def _without_brackets(text: str) -> Iterator[str]:
    if "(" not in text:
        return
    bare = _BRACKETS.sub("", text).strip()
    if bare:
        yield bare
    for inside in _BRACKETS.findall(text):
        if former := _FORMER_NAME.fullmatch(inside.strip()):
            yield former[1]


def _before_any_comma(text: str) -> Iterator[str]:
    """Yield what stands before the comma of "Salem, Oregon"; lists and numbers have other commas."""
    head, comma, rest = text.partition(", ")
    words = _bare(rest)
    if comma and words and not {"and", "or"} & set(rest.lower().split()) and "&" not in rest and _is_name(_bare(head)):
        yield head


def _before_comma(text: str) -> Iterator[str]:
    """Yield what stands before a comma that a region, an age or an apposition follows."""
    head, comma, rest = text.partition(", ")
    words = rest.split()
    if not comma or not words or not _is_name(_bare(head)):
        return
    region = rest.split(",")[0].strip(" .")
    place = is_region(region) or (len(region) == 2 and region.isupper())
    is_list = (place and "and" in words) or (country_of(head) is not None and country_of(region) is not None)
    first = words[0].lower().strip(_STRIPPED)
    # "Austin, TX", "Austin, Texas", "Hanne Osterby, the owner", "Ida Mossop, 80"
    if not is_list and (place or first in _APPOSED or first in _WHAT or first.isdigit()):
        yield head


def _head(text: str) -> Iterator[str]:
    """Yield what stands before the first preposition or relative pronoun: "fuel stoves in new buildings"."""
    words = text.split()
    at = next((at for at, word in enumerate(words) if at and word.lower() in CUTTING), 0)
    if not at or text[0] in _QUOTES:
        return
    after = [word.strip(_STRIPPED) for word in words[at + 1 :] if word.lower() != "the"]
    before, following = words[at - 1], after[0] if after else ""
    is_share = _is_number(following) or following.lower() in _PER or before.lower() in ("one", "out")
    # The Bank of Oxmere is no bank.
    in_name = words[at] == "of" and before[:1].isupper() and following[:1].isupper()
    if not is_share and not in_name:
        yield " ".join(words[:at])


def _number_and_noun(text: str) -> Iterator[str]:
    """Yield number and noun of "six-month pause", "41 people were rescued"."""
    words = text.replace("-", " ").split()
    if 2 < len(words) <= 6 and _is_number(words[0]) and not any(map(_is_number, words[1:])):
        noun = words[1].strip(_STRIPPED).lower()
        rest = {word.strip(_STRIPPED).lower() for word in words[1:]}
        if noun.isalpha() and noun not in CUTTING and not rest & ((CHANGING - CUTTING) | OF_NUMBERS):
            yield " ".join(words[:2])


def _without_kind(text: str) -> Iterator[str]:
    head, _, last = text.rpartition(" ")
    bare = _bare(head)
    if not bare:
        return
    in_capitals = last in KINDS_IN_CAPITALS and nation_of(head) is None
    if (last in KINDS and _is_name(bare[-1:])) or last in KINDS_OF_NOUNS or in_capitals:
        yield head


def _without_time(text: str) -> Iterator[str]:
    """Yield the sum of "$35 monthly", "£4 per person"."""
    sum_of_money = _A_TIME.sub("", text)
    match read_values(sum_of_money)[0]:
        case [Number(_, unit)] if sum_of_money != text and unit not in ("", "%"):
            yield sum_of_money


def _without_regnal(text: str) -> Iterator[str]:
    if found := _REGNAL.fullmatch(text):
        yield found[1]


def _without_lead(text: str, *, more: bool) -> Iterator[str]:
    """Yield a name without what somebody is before it; where more may be said, a noun without adjectives."""
    words = text.split()
    bare = _bare(text)
    if len(bare) != len(words) or len(words) < 2:
        return
    common = more and bare[-1].isalpha() and bare[-1].islower()
    for at in range(1, min(len(words), 8)):
        rest = bare[at:]
        if rest[0].lower() in CUTTING or rest[0].lower() in SUFFIXES:
            continue
        if _is_name(rest):
            if _is_description(words[:at], bare[:at]):
                yield " ".join(words[at:])
        elif common and at <= 3 and not any(map(_is_number, rest)) and not _changes(bare[:at]):
            yield " ".join(words[at:])


def _is_description(words: Sequence[str], bare: Sequence[str]) -> bool:
    last = bare[-1]
    if words[-1].endswith(",") or last.lower() in CHANGING | NO_OFFICES:
        return False
    if any(word.lower() in CHANGING - BEFORE_OFFICE for word in bare):
        return False
    # "founder and chief executive", "Secretary of State", but not "Quill and Mayor", "the arrest of Mayor".
    if any(word in ("and", "of") and bare[at - 1].lower() not in _WHAT for at, word in enumerate(bare) if at):
        return False
    return (
        last.lower() in _WHAT
        or (last == "of" and len(bare) > 1 and bare[-2] in THINGS)  # city of, not Bank of
        or _OFFICES.fullmatch(last) is not None
        or _HOW_MADE.search(last) is not None
        or _POSSESSIVE.search(words[-1]) is not None
    )


def _changes(words: Iterable[str]) -> bool:
    """Return whether one of some words makes another thing of what follows, or begins a clause ("buying drinks")."""
    return any(
        word.lower() in CHANGING or word.lower() == "of" or word.endswith("ing") or _is_number(word) for word in words
    )


def _same_name(one: str, other: str) -> bool:
    left, right = _name(one), _name(other)
    short, long = sorted((left, right), key=len)
    if not short or not _is_person(long):
        return False
    if len(short) == len(long):
        return short[1:] == long[1:] and _same_first_name(short[0], long[0])
    if long[-len(short) :] == short:  # a surname, or more of the end
        return not _ROMAN.fullmatch(short[0])
    between = iter(long)
    return len(short) > 1 and short[0] == long[0] and short[-1] == long[-1] and all(word in between for word in short)


def _same_first_name(one: str, other: str) -> bool:
    """Return whether one first name is short for the other: "Liz", "Elizabeth"."""
    return other in _namer().nicknames_of(one) or one in _namer().nicknames_of(other)


@lru_cache(maxsize=1)
def _namer() -> NickNamer:
    return NickNamer()  # reads its table


@lru_cache(maxsize=2**15)
def _name(text: str) -> tuple[str, ...]:
    """Return the words of what may be a name, in small letters; none of anything else."""
    if "," in text or text[:1] in _QUOTES:
        return ()
    words = _bare(text)
    if len(words) > 1 and len(words[0]) > 2 and words[0].isupper():  # VBC
        return ()
    while len(words) > 1 and words[0].lower() in _WHAT:
        words = words[1:]
    if not words or not _is_name(words):
        return ()
    small = [_POSSESSIVE.sub("", word.lower()) for word in words]
    if small[-1] in SUFFIXES and len(small) > 1:
        small.pop()
    return tuple(small)


def _is_person(name: Sequence[str]) -> bool:
    return (
        2 <= len(name) <= 5
        and name[0] not in NOT_FIRST
        and name[-1] not in NOT_LAST
        and not any(char.isdigit() for word in name for char in word)
        and nation_of(name[0]) is None
        and not is_region(name[-1])
        and country_of(" ".join(name)) is None
    )


def _is_name(words: Sequence[str]) -> bool:
    """Return whether each word begins with a capital, but for particles within."""
    return (
        bool(words)
        and words[0][:1].isupper()
        and words[-1][:1].isupper()
        and all(word[:1].isupper() or word in PARTICLES for word in words)
    )


def _same_pair(one: str, other: str, same: Same) -> bool:
    """Return whether both name the same two things, in either order, the first of them with more words."""
    left, right = one.split(" and "), other.split(" and ")
    if len(left) != 2 or len(right) != 2:
        return False
    return any(
        all(_covers(said, wanted, same) for said, wanted in zip(left, order, strict=True))
        for order in (right, right[::-1])
    )


def _covers(given: str, accepted: str, same: Same) -> bool:
    return any(same(wording, accepted) for wording in _wordings(given, more=True))


def _same_in_number(one: str, other: str) -> bool:
    """Return whether names of several words differ in number alone: "Oxmere Cake"."""
    left, right = _noun(one), _noun(other)
    return len(left) > 1 and left[:-1] == right[:-1] and same_in_number(left[-1], right[-1])


@lru_cache(maxsize=2**15)
def _noun(text: str) -> tuple[str, ...]:
    return tuple(_bare(_LEADING.sub("", text).lower()))


def _is_within(given: str, accepted: str) -> bool:
    """Return whether the given date says when more exactly than the accepted one, and not otherwise."""
    wide = _date(accepted)
    if wide is None:
        return False
    narrow = _date(given)
    if narrow is None or narrow == wide:
        return False
    if wide[0][-1:] == "s":  # a decade
        return narrow[0][:3] == wide[0][:3]
    return all(part in ("", known) for part, known in zip(wide, narrow, strict=True))


@lru_cache(maxsize=2**15)
def _date(text: str) -> tuple[str, str, str, str] | None:
    """Return year (or decade), month, day and weekday of a date, "" for what it leaves out."""
    tokens = [token for token in read_values(text)[0] if token not in ("in", "on")]
    match tokens:
        case [Day(month, day, year, weekday)]:
            return str(year or ""), str(month), str(day or ""), "" if weekday is None else str(weekday)
        case [Number(value, "")] if 1000 <= value < 2100 and value == int(value):
            return str(value), "", "", ""
        case [str(word)] if _DECADE.fullmatch(word):
            return word, "", "", ""
        case [str(word)] if word in _WEEKDAYS:
            return "", "", "", str(_WEEKDAYS.index(word))
    return None


def _bare(text: str) -> list[str]:
    """Return the words without the punctuation around them."""
    return [bare for word in text.split() if (bare := word.strip(_STRIPPED))]


def _is_number(word: str) -> bool:
    return any(char.isdigit() for char in word) or word.lower() in NUMBERS
