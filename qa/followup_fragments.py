"""Questions that are no clause: "When?", "Who from?", "And for the prosecution?", "What about the mayor?"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pullquote.qa.followup_clauses import Clause, phrases_of
from pullquote.qa.followup_context import Past
from pullquote.qa.followup_kinds import Kind
from pullquote.qa.followup_phrases import make_phrase, names_in, phrase_at, phrases_in
from pullquote.qa.followup_statements import asked_of
from pullquote.qa.followup_words import (
    ADVERBS,
    DETERMINERS,
    PREPOSITIONS,
    Word,
    lower_first,
    upper_first,
    words_of,
)

_ABOUT = re.compile(r"(?:and |but |so |then |ok |okay )?,?\s*(?:what|how) about (.+)", re.IGNORECASE)
_YEAR = re.compile(r"\b(1[5-9]\d\d|20\d\d)\b")
_YEARS_APART = re.compile(
    r"(?:in )?the (?:(?P<before>year before|previous year|preceding year|last one)|year after|following year|next year)"
    r"(?: that)?",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"\bthe (?:first|second|third|fourth|last|next)\b")
_OPPOSITES = {"against": "for", "for": "against", "after": "before", "before": "after"}
# Of kinds that can stand in each other's place, for want of the same.
_AGENTS = {"person", "group"}
_INDEFINITE = {"anyone", "anybody", "someone", "somebody"}


def subject_of_what_about(question: str) -> str | None:
    """Return X of "What about X?", or None."""
    match = _ABOUT.fullmatch(question.strip().rstrip("?!. "))
    return match[1] if match and any(letter.isalnum() for letter in match[1]) else None


def ask_again(clause: Clause, past: Past) -> str | None:
    """Return an earlier question with the asking phrase of one that has no more than that ("When?", "Who from?").

    Returns None where the earlier one doesn't lend itself.
    """
    wh, tail = clause.wh, clause.rest
    before = past.clause
    if tail and tail.split(" ")[0].lower() not in PREPOSITIONS | ADVERBS | {"not"}:
        return None
    swapped = _opposite(before, wh, tail) if tail else None
    if swapped:
        return swapped
    if not before.wh and before.subject.lower() in _INDEFINITE and clause.word == "who":
        return replace(before, subject="", aux="", rest=f"{before.aux.lower()} {before.rest}").asked(wh)
    noun = clause.noun.lower()
    if noun in {"", "one", "ones"} and clause.word in {"which", "whose"} and before.noun:
        return before.asked(f"{wh.split(' ')[0]} {before.noun}")
    same = clause.word == before.word or (clause.word in {"who", "which", "what"} and before.counts)
    if same and (before.asks_subject or clause.noun or "else" in wh.lower() or not tail):
        return _with_tail(before.asked(wh), tail)
    given = past.given
    again = asked_of(before, wh, given.called if given else "", plural=bool(given and given.phrase.plural))
    return _with_tail(again, tail) if again else None


def _with_tail(question: str, tail: str) -> str:
    return f"{question.rstrip('?')} {tail}?" if tail else question


def _opposite(before: Clause, wh: str, tail: str) -> str | None:
    """Return the earlier question about the other side: "How many against?" after "How many voted for ...?"."""
    other = _OPPOSITES.get(tail.lower())
    pattern = re.compile(rf"\b{other}\b")
    if other is None or not pattern.search(before.rest) or before.word != wh.split(" ")[0].lower():
        return None
    return replace(before, rest=pattern.sub(tail.lower(), before.rest, count=1)).asked(before.wh)


def put_in(fragment: str, past: Past) -> str:
    """Return the earlier question asked of what a fragment names.

    Args:
        fragment: "for the prosecution", "the mayor", "in 2029", "the year before".
        past: the turn before.
    """
    question = past.question
    if year := _other_year(fragment, past):
        return year
    words = words_of(fragment, first=False)
    ordinal = _ORDINAL.search(question)
    if ordinal and _ORDINAL.fullmatch(fragment.lower().removesuffix(" one")):
        return question[: ordinal.start()] + fragment.removesuffix(" one") + question[ordinal.end() :]
    if words[0].lower in PREPOSITIONS and len(words) > 1:
        slot = _slot_after(words[0].lower, past, fragment)
        return _replaced(question, slot, fragment) if slot else question.rstrip("?") + f" {fragment}?"
    if holder := _holder(fragment, past):
        return holder
    if slot := _slot_like(words, past):
        return _replaced(question, slot, fragment)
    if words[-1].lower in {"ago", "earlier", "later"} or all(
        word.lower in ADVERBS | {"last", "this", "year", "month", "week", "in", "total"} for word in words
    ):
        return question.rstrip("?") + f" {fragment}?"
    return f"As for {fragment}, {lower_first(question)}"


def _replaced(question: str, slot: tuple[int, int], fragment: str) -> str:
    start, end = slot
    if question[end : end + 1] in {"'", "’"}:
        fragment = re.sub(r"['’]s?$", "", fragment)
    return upper_first(question[:start] + fragment + question[end:])


def _holder(fragment: str, past: Past) -> str | None:
    """Return who else holds an office: "Who is the deputy of the port authority?" after "Who chairs the ...?"."""
    new = phrases_in(words_of(fragment, first=False))
    body = next((one for one in past.phrases if one.kind in {"group", "place"} and one.named), None)
    fits = len(new) == 1 and new[0].kind == "person" and not new[0].named and past.clause.word == "who"
    return f"Who is {fragment} of {body.text}?" if fits and body and past.clause.asks_subject else None


def _other_year(fragment: str, past: Past) -> str | None:
    year = _YEAR.fullmatch(re.sub(r"^in ", "", fragment))
    apart = _YEARS_APART.fullmatch(fragment)
    there = list(_YEAR.finditer(past.question))
    if not (year or apart):
        return None
    if not there:
        if year:
            return past.question.rstrip("?") + f" in {year[1]}?"
        if apart and (answered := _YEAR.fullmatch(past.answer)):
            return past.question.rstrip("?") + f" in {int(answered[1]) + (-1 if apart['before'] else 1)}?"
        return past.question.rstrip("?") + f" {fragment}?"
    new = year[1] if year else str(int(there[-1][1]) + (-1 if apart and apart["before"] else 1))
    return past.question[: there[-1].start()] + new + past.question[there[-1].end() :]


def _slot_after(preposition: str, past: Past, fragment: str) -> tuple[int, int] | None:
    """Return where the earlier question has the same preposition with a phrase of the same kind, or any phrase."""
    wanted = _kind_of(fragment)
    words = words_of(past.question)
    found: list[tuple[bool, int, int]] = []
    for at, word in enumerate(words[:-1]):
        end = phrase_at(words, at + 1) if word.lower == preposition else None
        if end:
            same = make_phrase(words[at + 1 : end]).kind == wanted
            found.append((same, word.start, words[end - 1].end))
    same_kind = [slot for slot in found if slot[0]] or ([] if wanted == "time" else found)
    return same_kind[0][1:] if same_kind else None


def _slot_like(words: Sequence[Word], past: Past) -> tuple[int, int] | None:
    """Return where the earlier question names something of the fragment's kind: the last such place."""
    fragment = phrases_in(words)
    if len(fragment) != 1:
        return None
    new = fragment[0]
    if new.name:
        names = names_in(words_of(past.question))
        like = [one for one in names if one.kind == new.kind] or [one for one in names if _agents(one.kind, new.kind)]
        return (like[-1].start, like[-1].end) if like else None
    wholes = phrases_of(past.question, past.clause)
    wholes = [one for one in wholes if one.text.split(" ")[0].lower() in DETERMINERS or one.plural or one.name]
    wholes = [one for one in wholes if one.text not in past.clause.wh] or [one for one in wholes if one.plural]
    like = [one for one in wholes if one.kind == new.kind]
    like = like or [one for one in wholes if _agents(one.kind, new.kind)]
    chosen = next((one for one in like if one.text == past.clause.subject), like[-1] if like else None)
    if chosen is None:
        return None
    # "the deputy" takes the place of "the mayor" in "the mayor of Tarn".
    return chosen.start, chosen.head_end if new.simple and not new.named and not chosen.name else chosen.end


def _agents(one: Kind, other: Kind) -> bool:
    return {one, other} <= _AGENTS


def _kind_of(fragment: str) -> Kind:
    found = phrases_in(words_of(fragment))
    return found[0].kind if found else "thing"
