"""What a conversation has spoken of so far, and which of it a pronoun means."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pullquote.qa.followup_answers import NAMED, Referent, given_by, tidy
from pullquote.qa.followup_clauses import Clause, parse, phrases_of
from pullquote.qa.followup_kinds import Kind, noun_kind
from pullquote.qa.followup_phrases import Phrase, names_in, phrases_in
from pullquote.qa.followup_words import PRONOUNS, words_of

Sort = Literal["person", "plural", "thing"]

# How well a kind suits a sort of pronoun; what is missing never does.
_FIT: dict[Sort, dict[Kind, float]] = {
    "person": {"person": 4, "thing": 1.5},
    "plural": {"group": 3, "person": 0.5, "thing": 0.5, "ship": 0.5},
    "thing": {"group": 3, "work": 3, "ship": 3, "thing": 3, "event": 3, "place": 2.5},
}
_TOPIC_PHRASES = 3
_SUBJECT, _BARE_NAME, _HINTED, _PER_TURN = 1.5, -0.5, 3.0, -2.5
# What the rest of a question says of what its pronoun means.
_HINTING: tuple[tuple[str, tuple[Kind, ...]], ...] = (
    ("members?|chairs?|chaired|leads?|led|employs?|employees|staff|boss|headquarters|founded|runs?", ("group",)),
    (
        "begin|began|begun|starts?|started|ends?|ended|last|lasted|happen|happened|break out|broke out|take place"
        "|took place|held|over|causes?|caused|put out|called off|finish|finished",
        ("event",),
    ),
    ("wrote|written|write|author|publish|published|pages|title|filmed|painted", ("work",)),
    (
        "how (?:long|wide|tall|high|deep|big|heavy|fast|large) (?:is|are|was|were|will)",
        ("thing", "place", "ship", "work", "event"),
    ),
    ("built|costs?|sail|sailed|sank|sink|weigh|repaired|damaged", ("ship", "thing", "place")),
)
_HINTS = tuple((re.compile(rf"\b(?:{words})\b", re.IGNORECASE), kinds) for words, kinds in _HINTING)


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier turn, standing on its own.

    Attributes:
        question: as it was understood.
        clause: its parts.
        given: the answer as a phrase, or None.
        answer: the answer as it was given, or "".
        sentence: the printed sentence around it, or "".
        phrases: of the question, in its order.
        genders: pronouns that were found to mean somebody, by name.
    """

    question: str
    clause: Clause
    given: Referent | None
    answer: str
    sentence: str
    phrases: tuple[Phrase, ...]
    genders: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(
        cls,
        question: str,
        answer: str,
        sentence: str,
        *,
        genders: Iterable[tuple[str, str]] = (),
    ) -> Past:
        """Return a turn, read."""
        clause = parse(question)
        text = tidy(answer)
        given = given_by(clause, text)
        found = [one for one in phrases_of(question, clause, asked=given is None) if one.text.lower() not in PRONOUNS]
        if given is None and clause.noun and clause.noun in {one.text for one in found}:
            found = [replace(one, text=f"the {one.text}") if one.text == clause.noun else one for one in found]
        return cls(question, clause, given, text, sentence, tuple(_apposed(found)), tuple(genders))


def _apposed(phrases: Sequence[Phrase]) -> list[Phrase]:
    """Return phrases with the kind that the one before gives a name: "his boat, the Guillemot"."""
    told = list(phrases)
    for at, (before, name) in enumerate(itertools.pairwise(phrases), 1):
        kind = noun_kind(before.text.rsplit(" ", 1)[-1])
        if name.name and kind and not before.named and 0 < name.start - before.end <= len(", the"):
            told[at] = replace(name, kind=kind)
    return told


def referents(past: Past) -> list[Referent]:
    """Return what a turn spoke of, the answer first."""
    found = [past.given] if past.given else []
    named = past.given is not None and past.given.phrase.named
    for phrase in past.phrases:
        if named and past.clause.copular and phrase.text == past.clause.subject:
            found += _within(phrase, 0.0)  # "the head of the commission" is the name that was answered
            continue
        weight = _SUBJECT * (phrase.text == past.clause.subject) + NAMED * phrase.named
        found.append(_referent(phrase, weight))
        found += _within(phrase, NAMED * phrase.named)
    return found


def _within(phrase: Phrase, weight: float) -> list[Referent]:
    """Return the phrases and names within a phrase: the fire and the moor of "the cause of the fire on the moor"."""
    if phrase.name:
        return []
    hanging = phrases_in(words_of(phrase.text[phrase.head_end - phrase.start :])) if not phrase.simple else []
    # "the state of Orlund": nobody.
    hanging = [replace(one, kind="place") if one.name and one.kind == "thing" else one for one in hanging]
    inner = [one for whole in hanging for one in (whole, *(further.phrase for further in _within(whole, 0.0)))]
    seen = {one.text for one in inner}
    for name in names_in(words_of(phrase.text)):
        # "the ship Lady Imre" is its own name.
        if name.text not in seen and not (phrase.simple and phrase.text.endswith(name.text)):
            inner.append(name)
    return [_referent(one, weight + _BARE_NAME) for one in inner]


def _referent(phrase: Phrase, weight: float) -> Referent:
    return Referent(phrase, phrase.text, phrase.text, weight)


def resolve(
    pronoun: str, sort: Sort, question: str, pasts: Sequence[Past], *, without: Collection[str] = ()
) -> Referent | None:
    """Return what a pronoun of a question most likely means, or None.

    Args:
        pronoun: in lower case.
        sort: what it can mean.
        question: that holds it.
        pasts: the turns before, oldest first.
        without: what other pronouns of the question mean.
    """
    hinted = [kind for pattern, kinds in _HINTS if pattern.search(question) for kind in kinds]
    genders = dict(pair for past in pasts for pair in past.genders)
    answers = [past.given for past in pasts if past.given]
    known = {called: one for one in answers for called in (one.short, f"the {one.short}", one.called)}
    best: tuple[float, Referent] | None = None
    for age, past in enumerate(reversed(pasts)):
        for one in referents(past):
            if same := known.get(one.text):
                one = replace(same, weight=one.weight)
            if one.short in without or not (fit := _fit(pronoun, sort, one, genders)):
                continue
            score = fit + one.weight + _PER_TURN * age + _HINTED * (sort != "person" and one.phrase.kind in hinted)
            if best is None or score > best[0]:
                best = score, one
    return best[1] if best else _printed(sort, pasts, without)


def _fit(pronoun: str, sort: Sort, one: Referent, genders: dict[str, str]) -> float:
    phrase = one.phrase
    if sort == "plural" and phrase.plural:
        return 4.0 if phrase.kind != "number" or one.counted in {"person", "group", "ship"} else 1.0 - one.weight
    if sort == "thing" and phrase.kind == "place" and one.asked_where:
        return 1.0 - one.weight
    if sort != "plural" and phrase.plural:
        return 0.5 if sort == "thing" and phrase.kind not in {"person", "number"} else 0.0
    if sort == "person":
        gender = phrase.gender or genders.get(one.short, "")
        wanted = "he" if pronoun in {"he", "him", "his"} else "she"
        if phrase.kind == "person":
            return 0.0 if gender and gender != wanted else _FIT[sort]["person"] + bool(gender)
        # A ship is "she"; "thing" may be a name that does not tell.
        return 4.0 * (wanted == "she") if phrase.kind == "ship" else 1.5 * (phrase.kind == "thing" and phrase.name)
    if sort == "plural" and phrase.kind == "person":
        return 1.0 - one.weight  # "they" for one person: where nothing else is there
    return _FIT[sort].get(phrase.kind, 0.0) - (sort == "thing" and phrase.kind == "place" and phrase.name)


def _printed(sort: Sort, pasts: Sequence[Past], without: Collection[str]) -> Referent | None:
    """Return a person whom the sentence around the last answer names, where question and answer name none."""
    if sort != "person" or not pasts:
        return None
    words = words_of(pasts[-1].sentence)
    for name in names_in(words):
        if name.kind == "person" and " " in name.text and name.text not in without:
            return _referent(name, 0.0)
    return None


def topic(past: Past, *, answered: bool = True) -> tuple[str, ...]:
    """Return what a turn is about, in at most three phrases: its names and events, the name it was answered with first.

    Args:
        past: the turn.
        answered: with that name.
    """
    if past.clause.lead.startswith("As for "):
        return (past.clause.lead.removeprefix("As for ").rstrip(", "),)
    about: list[str] = []
    if answered and past.given and past.given.phrase.named and past.given.phrase.kind not in {"time", "number"}:
        about.append(past.given.text.rstrip(","))
    if past.clause.noun and not about:
        about += [one.text for one in phrases_in(words_of(f"the {past.clause.noun}")) if one.named]
    known = " ".join(about)
    for one in past.phrases:
        scene = one.kind == "event" or (one.text == past.clause.subject and one.text.lower().startswith("the "))
        if (one.named or scene) and one.text not in known:
            about.append(one.text)
    about = about or [one.text for one in past.phrases if one.text.lower().startswith("the ")][:1]
    return tuple(dict.fromkeys(about))[:_TOPIC_PHRASES]
