"""Signs that a question leans on the turns before it; where in doubt, it doesn't."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from pullquote.qa.followup_antecedents import Scene
from pullquote.qa.followup_clauses import Clause
from pullquote.qa.followup_context import Sort
from pullquote.qa.followup_verbs import is_verb, may_be_verb
from pullquote.qa.followup_words import (
    ADVERBS,
    ARTICLES,
    AUXILIARIES,
    BE,
    DEMONSTRATIVES,
    DETERMINERS,
    MODALS,
    PERSON_PRONOUNS,
    PLURAL_PRONOUNS,
    POSSESSIVES,
    PREPOSITIONS,
    PRONOUNS,
    THING_PRONOUNS,
    Word,
    content_words,
    names_something,
)

# A question with as many content words or fewer, and no name, says too little by itself. Of the 450 standalone
# questions of the gold's tune split, 2 changes none, 3 one and 4 seven; of its 45 follow-ups, 2 finds 44 and 3 all.
_THIN = 3
_THIN_AFTER_AND = 5
# Typed small, names don't show: a question says more than its content words tell.
_THIN_SMALL = 2
_OPENERS = {"and", "but", "so", "also", "then", "or"}
_THIS_IS_NOW = {"year", "season", "week", "month", "summer", "autumn", "spring", "winter", "morning", "afternoon",
                "evening", "time", "weekend", "century", "decade", "days", "past", "coming", "upcoming"}  # fmt: skip
_WEATHER = {"hot", "cold", "warm", "wet", "windy", "dark", "late", "early", "cloudy"}
_EASE = {"possible", "impossible", "hard", "easy", "difficult", "clear", "necessary", "true", "likely",
         "legal", "illegal", "safe", "common", "best", "better", "good", "fair", "acceptable", "time"}  # fmt: skip
_TALKS_TO_US = {"you", "your", "i", "me", "my", "we", "us", "our", "thanks", "hello", "hi", "please"}
_POINTING = {
    "before",
    "after",
    "since",
    "of",
    "about",
    "from",
    "with",
    "for",
    "by",
    "than",
    "like",
    "despite",
    "besides",
}
_CHOICES = {"first", "second", "third", "other", "former", "latter"}


@dataclass(frozen=True, slots=True)
class Anaphor:
    """A word of a question that means something said before.

    Attributes:
        at: index of the word.
        sort: what it can mean; "that" is what an earlier turn states, "there" its place, "choice" one of several.
        until: index after its last word ("the other").
    """

    at: int
    sort: Sort | str
    until: int


def opener(words: Sequence[Word]) -> int:
    """Return how many words at the start only tie the question to the last one ("And", "But")."""
    if len(words) > 1 and words[0].lower in _OPENERS:
        return 2 if words[1].text == "," else 1
    return 0


def is_thin(words: Sequence[Word]) -> bool:
    """Return whether a question has too few words to say what it is about."""
    tied = opener(words)
    own = words[tied:]
    if names_something(own) or not own or any(word.lower in _TALKS_TO_US for word in own):
        return False
    if not tied and any(is_now(word.lower, following) for word, following in itertools.pairwise(own)):
        return False
    small = words[0].text[0].islower()
    return len(content_words(own)) <= (_THIN_AFTER_AND if tied else _THIN_SMALL if small else _THIN)


def is_now(word: str, following: Word | None) -> bool:
    """Return whether two words are "this week", "last year", "this past weekend"."""
    return (
        word in {"this", "these", "last", "past", "next"}
        and following is not None
        and following.bare.lower() in _THIS_IS_NOW
    )


def is_fragment(words: Sequence[Word]) -> bool:
    """Return whether what stands there is no clause: "for the prosecution", "the year before"."""
    return bool(words) and not any(
        word.lower in AUXILIARIES or (is_verb(word.text) and not word.capital) for word in words
    )


def anaphors(question: str, words: Sequence[Word], clause: Clause) -> list[Anaphor]:
    """Return the words that mean something which the question itself doesn't name before them."""
    found: list[Anaphor] = []
    scene = _Signs(question, words, clause)
    for at, word in enumerate(words):
        if word.quote or word.capital:
            continue
        if sort := _sort_of(word.lower):
            if not scene.resolves(at, sort) and not scene.is_empty_it(at):
                found.append(Anaphor(at, sort, at + 1))
        elif word.lower in DEMONSTRATIVES:
            found += scene.demonstrative(at)
        elif word.lower == "there" and scene.is_place(at):
            found.append(Anaphor(at, "there", at + 1))
        elif word.lower == "the" and scene.is_choice(at):
            found.append(Anaphor(at, "choice", at + 2))
    return found


def _sort_of(lower: str) -> Sort | None:
    if lower in PERSON_PRONOUNS:
        return "person"
    if lower in PLURAL_PRONOUNS:
        return "plural"
    return "thing" if lower in THING_PRONOUNS else None


class _Signs(Scene):
    """What in a question points to an earlier turn, beside pronouns of persons and things."""

    def is_empty_it(self, at: int) -> bool:
        """Return whether an "it" means nothing ("How hot did it get", "What does it cost X to", "Is it true that")."""
        words = self.words
        if words[at].lower != "it":
            return False
        after = [word.lower for word in words[at + 1 :]]
        before = {word.lower for word in words[:at]}
        if not after:
            return False
        if before & _WEATHER and after[0] in {"get", "is", "was", "be", "become"} | PREPOSITIONS:
            return True
        if after[0] in _EASE or (len(after) > 1 and after[1] in _EASE and after[0] in BE):
            return True
        if after[0] in {"take", "took", "takes", "cost", "costs", "mean"}:
            if "for" in after[1:2]:
                return True
            return "to" in after[1:] and any(
                is_verb(one) or may_be_verb(one) for one in after[after.index("to") + 1 :][:1]
            )
        if (
            words[at - 1].lower in BE
            and self.clause.word in {"whose", "how", "what"}
            and after[0] == "to"
            and len(after) > 1
        ):
            return may_be_verb(after[1])
        # "Who was it that ...", "When is it that ..."
        return bool(words[at - 1].lower in BE and {"that", "who"} & set(after[:5]))

    def demonstrative(self, at: int) -> list[Anaphor]:
        """Return the anaphor that a "that" or "this" is, if it is one and not a conjunction or an article of now."""
        word = self.words[at].lower
        following = next((one for one in self.words[at + 1 :] if not one.sign), None)
        ends = all(one.sign or one.lower in ADVERBS for one in self.words[at + 1 :])
        if self._is_now(word, following) or (word == "that" and not ends and not self._points_back(at, following)):
            return []
        does = at == self.aux + 1 and following is not None and may_be_verb(following.text)
        if ends or does or following is None or not following.plain or is_verb(following.text):
            return [Anaphor(at, "plural" if word in {"those", "these"} else "that", at + 1)]
        if at and self.words[at - 1].lower == "of":
            return []
        return [Anaphor(at, "noun", at + 1)] if not names_something(self.words[1:]) else []

    def _is_now(self, word: str, following: Word | None) -> bool:
        """Return whether it is "this year", "these days", "those who", "those waiting"."""
        if following is None:
            return False
        if is_now(word, following):
            return True
        return following.lower in {"who", "that", "which", "of"} or (word == "those" and is_verb(following.text))

    def _points_back(self, at: int, following: Word | None) -> bool:
        """Return whether a "that" within the question is a pronoun or article, not a conjunction."""
        if at == self.aux + 1 and self.aux >= 0:
            return True
        return at > 0 and self.words[at - 1].lower in _POINTING and not self._other_subject(following)

    def _other_subject(self, following: Word | None) -> bool:
        return following is not None and (
            following.capital or following.lower in ARTICLES | POSSESSIVES | PRONOUNS | DETERMINERS
        )

    def is_place(self, at: int) -> bool:
        """Return whether a "there" is a place that the question doesn't name."""
        around = [self.words[i].lower for i in (at - 1, at + 1) if 0 <= i < len(self.words)]
        if set(around) & (BE | MODALS | {"has", "had", "have"}):
            return False
        return not any(one.end <= self.words[at].start and (one.named or one.kind == "place") for one in self.phrases)

    def is_choice(self, at: int) -> bool:
        """Return whether "the first", "the other" ... stands for one of several that were named before."""
        words = self.words
        if at + 1 >= len(words) or words[at + 1].lower not in _CHOICES:
            return False
        after = words[at + 2] if at + 2 < len(words) else None
        stands_alone = after is None or after.sign or after.lower in AUXILIARIES | {"one"}
        stands_alone = stands_alone or (after is not None and is_verb(after.text) and not after.capital)
        known = any(word.lower in {"two", "both", "three", "one", "duo", "pair"} for word in words[:at])
        return stands_alone and not known and not (after and after.lower == "to")
