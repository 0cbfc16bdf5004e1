"""What a question and its answer state, and the question asked otherwise with its answer in it."""

from __future__ import annotations

from pullquote.qa.followup_clauses import Clause, joined
from pullquote.qa.followup_phrases import phrase_at
from pullquote.qa.followup_verbs import base_of, gerund, is_verb, may_be_verb, past, third_person
from pullquote.qa.followup_words import AUXILIARIES, BE, DO, words_of

# Before these an object stands ("take nine points | from Athletic").
_ADJUNCTS = {"since", "before", "after", "when", "during", "in", "on", "at", "for", "from", "against", "because", "to",
             "while", "until", "by", "with", "over", "last", "per", "if"}  # fmt: skip
_TIME_ADJUNCTS = {"since", "before", "after", "during", "when"}
_PLURAL_BE = {"is": "are", "was": "were", "has": "have", "isn't": "aren't", "wasn't": "weren't"}


def statement(clause: Clause, answer: str, *, plural: bool = False) -> str | None:
    """Return what a question and its answer state ("Hettie Grice found The Blue Pilot"), or None if that is unclear.

    Args:
        clause: the question.
        answer: as it reads in a sentence; "" for none.
        plural: the answer stands for several.
    """
    if clause.asks_subject:
        return f"{answer} {agreeing(clause.rest, plural)}" if answer else None
    if not clause.subject or (not answer and not clause.asks_adverb and clause.wh) or _has_relative(clause):
        return None
    if clause.copular:
        return f"{answer} {agreeing(clause.aux, plural)} {clause.subject}" if not clause.rest else None
    rest = _with_object(clause, answer)
    verb, _, tail = rest.partition(" ")
    aux = clause.aux.lower()
    if aux in DO:
        base = base_of(verb)
        if base is None or aux.endswith("n't"):
            return None
        verb = {"did": past, "does": third_person}.get(aux, lambda same: same)(base)
        return f"{clause.subject} {verb} {tail}".rstrip()
    return f"{clause.subject} {clause.aux.lower()} {rest}".rstrip()


def _has_relative(clause: Clause) -> bool:
    return clause.rest.partition(" ")[0].lower() in {"that", "who", "which", "whose", "where"}


def _with_object(clause: Clause, answer: str) -> str:
    """Return what follows the subject, with the answer where the object belongs."""
    if clause.asks_adverb or not answer or not clause.wh:
        return clause.rest
    words = words_of(clause.rest)
    for word in words[1:]:
        if word.lower in _ADJUNCTS and not clause.rest[word.end :].lstrip().startswith("be "):
            if word.lower == "to" and word.end < len(clause.rest) and may_be_verb(clause.rest[word.end :].split()[0]):
                continue
            return f"{clause.rest[: word.start]}{answer} {clause.rest[word.start :]}"
    return f"{clause.rest} {answer}".strip()


def agreeing(verb: str, plural: bool) -> str:
    """Return what begins with a verb, "were arrested" for "was arrested" if several are the subject."""
    first, _, tail = verb.partition(" ")
    return f"{_PLURAL_BE.get(first.lower(), first)} {tail}".rstrip() if plural else verb


def asked_of(clause: Clause, wh: str, answer: str, *, plural: bool = False) -> str | None:
    """Return a question with another asking phrase, its old one replaced by its answer; or None if that is unclear.

    Args:
        clause: the question.
        wh: the new asking phrase.
        answer: as it reads in a sentence; "" for none.
        plural: the answer stands for several.
    """
    if not clause.wh:
        return joined(clause, [wh, clause.aux.lower(), clause.subject, clause.rest])
    if clause.copular:
        words = [wh, agreeing(clause.aux, plural), answer, clause.subject, clause.rest]
        return joined(clause, words) if answer and clause.word == "who" else None
    if not clause.asks_subject:
        answer = "" if _has_relative(clause) else answer
        return joined(clause, [wh, clause.aux, clause.subject, _with_object(clause, answer)])
    if not answer:
        return None
    verb, _, tail = agreeing(clause.rest, plural).partition(" ")
    if verb.lower() in AUXILIARIES - DO:
        return joined(clause, [wh, verb, answer, tail])
    base = base_of(verb)
    if base is None:
        return joined(clause, [wh, "was it that", answer, verb, tail])
    now = verb in {base, third_person(base)} and verb != past(base)
    return joined(clause, [wh, ("do" if plural else "does") if now else "did", answer, base, tail])


def doing(clause: Clause) -> str | None:
    """Return what the answer to "Who found it?" did, as a gerund ("finding it"); None for other questions."""
    if not clause.asks_subject:
        return None
    verb, _, tail = clause.rest.partition(" ")
    if verb.lower() in BE:
        first, _, further = tail.partition(" ")
        return f"{first} {further}".strip() if is_verb(first) and first.endswith("ing") else f"being {tail}".strip()
    base = None if verb.lower() in AUXILIARIES else base_of(verb)
    return f"{gerund(base)} {tail}".strip() if base else None


def happening(clause: Clause, answer: str) -> str | None:
    """Return what a question and its answer tell of, as a phrase: "Orlund rescuing Halden Trust Bank"; or None."""
    if clause.asks_subject:
        done = doing(clause)
        return f"{answer} {done}" if done and answer else None
    if clause.aux.lower() not in DO or _has_relative(clause):
        return None
    verb, _, tail = _with_object(clause, answer).partition(" ")
    base = base_of(verb)
    return f"{clause.subject} {gerund(base)} {tail}".strip() if base else None


def time_adjunct(clause: Clause) -> str:
    """Return the phrase of time at a question's end, without its preposition ("the herring ban"), or ""."""
    words = words_of(clause.rest)
    for at in range(len(words) - 1, -1, -1):
        if words[at].lower in _TIME_ADJUNCTS and phrase_at(words, at + 1) == len(words):
            return clause.rest[words[at + 1].start :]
    return ""
