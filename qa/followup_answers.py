"""An answer as a phrase: what it stands for, and how it reads in another sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from pullquote.qa.followup_clauses import Clause
from pullquote.qa.followup_kinds import Kind, is_number, noun_kind
from pullquote.qa.followup_phrases import Phrase, make_phrase, phrases_in
from pullquote.qa.followup_statements import agreeing
from pullquote.qa.followup_verbs import base_of, is_participle, is_verb
from pullquote.qa.followup_words import (
    ARTICLES,
    BE,
    DETERMINERS,
    POSSESSIVES,
    PREPOSITIONS,
    listed,
    lower_first,
    words_of,
)

# Longer answers are statements: no phrase to put in a pronoun's place.
_LONGEST_PHRASE_WORDS = 9
# Of more words, one with a verb among them is one, too.
_SURE_PHRASE_WORDS = 4
# Bodies whose name takes an article.
_THE = listed("""
    commission authority association council inspectorate service trust board union federation committee fund court
    ministry department agency foundation society tribunal police government
    """)
SAYING = listed("say write claim tell report announce declare remark warn call describe")
# How much an answer, and a name, is in focus.
_ANSWER, NAMED = 2.0, 1.0


@dataclass(frozen=True, slots=True)
class Referent:
    """Something that was spoken of.

    Attributes:
        phrase: its words, as they read in a sentence, with what tells it from others: "the ship Lady Imre", "the two
            people arrested over the fire".
        short: without that: "the Lady Imre", "two".
        called: with what it is, but not what it did: "the ship Lady Imre", "two people".
        weight: how much it is in focus, higher is more.
        counted: what it is a number of.
        asked_where: it answered where something is.
    """

    phrase: Phrase
    short: str
    called: str
    weight: float
    counted: Kind | None = None
    asked_where: bool = False

    @property
    def text(self) -> str:
        """Its words."""
        return self.phrase.text


def tidy(answer: str) -> str:
    """Return an answer without white space, punctuation and quotation marks around it, and without yes or no."""
    text = " ".join(answer.split()).rstrip(".,;:!?")
    text = re.sub(r"^(?:yes|no)\b[,;:]?\s*", "", text, flags=re.IGNORECASE)
    return text if text.count('"') == 1 else text.strip('"“”‘’')


def given_by(clause: Clause, text: str) -> Referent | None:
    """Return an answer as a phrase that stands for it in a sentence, or None for none or a statement."""
    words = words_of(text, first=False)
    if len(words) > 1 and words[0].lower in ARTICLES and not words[1].capital:
        text = lower_first(text)
        words = words_of(text, first=False)
    while words and words[0].lower in PREPOSITIONS and not words[0].capital:
        words = words[1:]
    if not words or len(words) > _LONGEST_PHRASE_WORDS:
        return None
    if len(words) > _SURE_PHRASE_WORDS and any(is_verb(word.text) and not word.capital for word in words):
        return None
    told = phrases_in(words)
    said = clause.word in {"what", "how"} and base_of(clause.rest.split(" ")[0]) in SAYING
    text = text[words[0].start : words[-1].end]
    phrase = told[0] if len(told) == 1 and told[0].text == text else make_phrase(words)
    if said or not (clause.wh or phrase.name or phrase.kind == "person"):
        return None
    simple = phrase.simple or phrase.named
    phrase = replace(phrase, start=0, end=len(text), head_end=len(text) if simple else 0, text=text)
    kind = _answer_kind(clause, phrase)
    plural = phrase.plural or " and " in text or (kind == "number" and text.lower() not in {"one", "1"})
    phrase = replace(phrase, kind=kind, plural=plural, text=_definite(text, phrase))
    short = called = phrase.text
    if kind == "number" and clause.counts and clause.noun and len(words) == 1 and words[0].text[0] not in "£$€":
        called = f"{text} {clause.noun}"
    apposed = phrase.named and kind not in {"person", "number", "time"} and clause.word in {"which", "what"}
    if apposed and clause.noun and " and " not in text:
        phrase = _with_noun(phrase, clause.noun)
        called = phrase.text
    described = _described(clause, phrase, called)
    first = described.text.partition(" ")[0].lower()
    if described.plural and not described.named and kind != "number" and first not in DETERMINERS | POSSESSIVES:
        described = replace(described, text=f"the {described.text}")
    return Referent(
        described,
        short,
        called,
        _ANSWER + NAMED * phrase.named,
        counted=noun_kind(_head(clause.noun)) if clause.counts else None,
        asked_where=clause.word == "where",
    )


def _described(clause: Clause, phrase: Phrase, called: str) -> Phrase:
    """Return an answer that is no name with what it did: "the two people arrested over the fire"."""
    if phrase.named or not clause.asks_subject or len(clause.rest.split()) > _LONGEST_PHRASE_WORDS + 2:
        return phrase
    who = phrase.kind == "person" or "people" in called
    verb, _, tail = clause.rest.partition(" ")
    participle = verb in BE and is_participle(tail.split(" ")[0])
    relative = tail if participle else f"{'who' if who else 'that'} {agreeing(clause.rest, plural=phrase.plural)}"
    name = called if called.startswith("the ") else f"the {called}"
    text = f"{name} {relative}"
    return replace(phrase, text=text, end=len(text), head_end=0)


def _answer_kind(clause: Clause, phrase: Phrase) -> Kind:
    of_noun = noun_kind(_head(clause.noun))
    if clause.word in {"which", "what"} and of_noun and of_noun != "number":
        return of_noun
    if clause.word == "when" or phrase.kind == "time":
        return "time"
    if clause.counts or (phrase.kind != "person" and is_number(phrase.text)):
        return "number"
    if clause.word == "where":
        return "place"
    if clause.word in {"who", "whom"} and phrase.kind == "thing":
        return "person" if (phrase.name and not phrase.text.lower().startswith("the ")) or not phrase.named else "group"
    return phrase.kind


def _head(noun: str) -> str:
    """Return the word that says what a noun phrase is: "branch" of "small branch of Corran Mutual"."""
    head = ""
    for word in words_of(noun):
        if word.lower in PREPOSITIONS:
            break
        head = word.bare
    return head


def _definite(text: str, phrase: Phrase) -> str:
    """Return an answer as known by now: "the agreement" for "an agreement" or "agreement"."""
    first, _, rest = text.partition(" ")
    if first in {"a", "an"}:
        return f"the {rest}"
    last = text.rsplit(" ", 1)[-1].lower()
    bare_body = phrase.name and last in _THE and first not in {"the", "The"}
    bare_noun = not phrase.named and not phrase.plural and phrase.kind not in {"number", "time"}
    if text[-1].isdigit():
        return text
    if bare_body or (bare_noun and first.lower() not in ARTICLES | POSSESSIVES and first.isalpha()):
        return f"the {text}"
    return text


def _with_noun(phrase: Phrase, noun: str) -> Phrase:
    """Return a name with what it names: "the ship Lady Imre", or "St Aubrey, the branch of Corran Mutual,"."""
    bare = re.sub(r"^the ", "", phrase.text)
    if bare.lower().startswith(noun.lower()) or noun.lower().rsplit(" ", 1)[-1] in bare.lower():
        return phrase
    noun = noun.removeprefix("the ")
    hangs = any(word.lower in PREPOSITIONS for word in words_of(noun))
    text = f"{phrase.text}, the {noun}," if hangs else f"the {noun} {bare}"
    return replace(phrase, text=text, end=len(text), head_end=0 if hangs else len(text))
