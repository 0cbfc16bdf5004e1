"""The words of a question: where they stand, and which of them are grammar."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

# A quotation is one word: what is in it is not the asker's.
_WORD = re.compile(
    r"""(?P<quote>“[^”]*”|"[^"]*"|(?<![\w’'])‘.*?’(?!\w)|(?<![\w’'])'.*?'(?!\w))
    |[£$€]?\w+(?:[-–.,:/]\w+|['’]\w+)*(?:['’](?=\s|$|\?))?%?
    |&|[^\w\s]""",
    re.VERBOSE,
)


def listed(words: str) -> frozenset[str]:
    """Return the words of a list as a set."""
    return frozenset(words.split())


WH = listed("who whom whose what which when where why how")
BE = listed("am is are was were be been being isn't wasn't aren't weren't")
DO = listed("do does did don't doesn't didn't")
HAVE = listed("has have had hasn't haven't hadn't having")
MODALS = listed("will would can could shall should may might must won't wouldn't can't couldn't shouldn't cannot")
AUXILIARIES = BE | DO | HAVE | MODALS
ARTICLES = listed("the a an")
DETERMINERS = ARTICLES | listed("some any no every each all both another either neither several many few most such")
PERSON_PRONOUNS = listed("he she him her his hers")
PLURAL_PRONOUNS = listed("they them their theirs")
THING_PRONOUNS = listed("it its")
DEMONSTRATIVES = listed("that this those these")
POSSESSIVES = listed("his her its their my our your whose")
PRONOUNS = (
    PERSON_PRONOUNS
    | PLURAL_PRONOUNS
    | THING_PRONOUNS
    | listed(
        "i you we me us himself herself itself themselves someone anyone nobody everyone one something anything nothing"
    )
)
CONJUNCTIONS = listed("and or but nor because if whether while although though unless than as so until")
PREPOSITIONS = listed(
    """about above across after against along among around at before behind below beside besides between beyond by
    despite down during except for from in inside into like near of off on onto out outside over past since through
    throughout till to toward towards under until up upon via with within without according"""
)
ADVERBS = listed(
    """again afterwards ago already also altogether always anywhere away back either else elsewhere even ever exactly
    first here instead just last later least long longer more most much never not now off often once only out
    actually originally finally eventually currently previously recently reportedly so soon still then there
    together too twice up yet earlier initially today yesterday tomorrow down very quite really"""
)
_FUNCTION = (
    WH | AUXILIARIES | PREPOSITIONS | CONJUNCTIONS | PRONOUNS | ADVERBS | DETERMINERS | DEMONSTRATIVES | POSSESSIVES
)
# Words that ask rather than tell: a question of these alone does not say what it is about.
_LIGHT = listed(
    """people person persons thing things many much kind sort exact exactly name named called happen happens happened
    do done get got go going went say says said tell told mean other others one ones way reason
    part percent time times day date year month week place number amount total made make come came take took
    anyone anything else supposed long old big far often high large soon possible likely true correct sure"""
)
_PLURALS = listed("people police men women children fishermen councillors trustees talks")
_POSSESSIVE_END = re.compile(r"['’]s?$")


@dataclass(frozen=True, slots=True)
class Word:
    """A word, a quotation or a sign of a question, at `[start, end)` of it."""

    text: str
    start: int
    end: int
    first: bool = False

    @property
    def lower(self) -> str:
        """Its letters in lower case, with a plain apostrophe."""
        return self.text.lower().replace("’", "'")

    @property
    def bare(self) -> str:
        """The word without a possessive ending."""
        return _POSSESSIVE_END.sub("", self.text)

    @property
    def possessive(self) -> bool:
        """Whether it ends in 's or s'."""
        return bool(_POSSESSIVE_END.search(self.text)) and self.text[0].isalpha()

    @property
    def quote(self) -> bool:
        """Whether it is a quotation."""
        return len(self.text) > 2 and self.text[0] in "“\"‘'" and self.text[-1] in "”\"’'"

    @property
    def sign(self) -> bool:
        """Whether it is a punctuation mark."""
        return not self.quote and self.text != "&" and not any(letter.isalnum() for letter in self.text)

    @property
    def capital(self) -> bool:
        """Whether it is written as a name is; "The" and "A" within a sentence may begin a title."""
        if not self.text[0].isupper() or self.first:
            return False
        if len(self.text) > 1 and self.text.isupper():
            return True  # "US", "WHO"
        return self.lower not in _FUNCTION or self.text in {"The", "A", "An"} or self.lower in MODALS  # May, Will

    @property
    def number(self) -> bool:
        """Whether it starts with a digit or a currency sign."""
        return self.text[0].isdigit() or self.text[0] in "£$€"

    @property
    def function(self) -> bool:
        """Whether it is grammar: neither names nor describes anything."""
        return not self.quote and not self.capital and self.lower in _FUNCTION

    @property
    def plain(self) -> bool:
        """Whether it can be part of a noun phrase: a noun, an adjective, a number or a name."""
        return self.text == "&" or not (self.quote or self.sign or self.function)


def words_of(text: str) -> list[Word]:
    """Return the words of a question; its first one is large for being the first, unless another name follows."""
    found = [Word(match.group(), match.start(), match.end()) for match in _WORD.finditer(text)]
    if found and not (found[0].possessive or found[0].text[1:2].isupper()):
        named = len(found) > 1 and found[1].capital and found[0].lower not in _FUNCTION
        found[0] = replace(found[0], first=not named)
    return found


def content_words(words: Sequence[Word]) -> list[Word]:
    """Return the words that say what a question is about."""
    return [word for word in words if word.quote or (word.plain and word.text != "&" and word.lower not in _LIGHT)]


def upper_first(text: str) -> str:
    """Return a text with its first letter large."""
    return text[:1].upper() + text[1:]


def is_plural(noun: str) -> bool:
    """Return whether a common noun looks plural."""
    lower = noun.lower()
    return lower in _PLURALS or (lower.endswith("s") and not lower.endswith(("ss", "us", "is", "news")))
