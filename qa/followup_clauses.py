"""A question taken apart at its joints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pullquote.qa.followup_kinds import is_plural
from pullquote.qa.followup_phrases import Phrase, moved, phrase_at, phrases_in
from pullquote.qa.followup_verbs import is_participle, is_verb, may_be_verb
from pullquote.qa.followup_words import (
    ADVERBS,
    AUXILIARIES,
    BE,
    DEMONSTRATIVES,
    DETERMINERS,
    DO,
    POSSESSIVES,
    PREPOSITIONS,
    PRONOUNS,
    WH,
    Word,
    lower_first,
    upper_first,
    words_of,
)

_ADVERBIAL = {"when", "where", "why", "how"}


@dataclass(frozen=True, slots=True)
class Clause:
    """A question in parts: "[As for X,] [In which room] [was] [the deal] [signed]?".

    Attributes:
        lead: what stands before the question word, with its comma; or "".
        wh: the asking phrase, preposition and noun included; "" in a yes-or-no question.
        word: its question word, in lower case.
        noun: what it counts or chooses among ("room", "branch of Corran Mutual").
        aux: the auxiliary before the subject; "" where the asking phrase is the subject.
        subject: "" where the asking phrase is the subject.
        rest: what follows, from the verb on.
    """

    lead: str = ""
    wh: str = ""
    word: str = ""
    noun: str = ""
    aux: str = ""
    subject: str = ""
    rest: str = ""

    @property
    def asks_subject(self) -> bool:
        """Whether the asking phrase is the subject ("Who found it?")."""
        return not self.subject and bool(self.wh) and bool(self.rest)

    @property
    def asks_adverb(self) -> bool:
        """Whether when, where, why or how is asked, which a sentence can do without."""
        return (self.word in _ADVERBIAL and not self.noun and not self.counts) or self.prepositional

    @property
    def counts(self) -> bool:
        """Whether a number or an amount is asked for."""
        return self.word == "how" and any(part in {"many", "much"} for part in self.wh.lower().split())

    @property
    def prepositional(self) -> bool:
        """Whether a preposition stands before the question word."""
        return self.wh.split(" ")[0].lower() in PREPOSITIONS

    @property
    def copular(self) -> bool:
        """Whether the question is "Who is X?" or "What was X?"."""
        return self.word in {"who", "what", "which"} and self.aux.lower() in BE and bool(self.subject) and not self.noun

    @property
    def tail(self) -> str:
        """All that follows the asking phrase."""
        return " ".join(part for part in (self.aux, self.subject, self.rest) if part)

    def asked(self, wh: str) -> str:
        """Return the question with another asking phrase."""
        return joined(self, [wh, self.tail])


def parse(question: str) -> Clause:
    """Return a question's parts, as far as its small words show them."""
    words = words_of(question)
    while words and words[-1].sign:
        words.pop()
    if not words:
        return Clause()
    start = _lead_end(words)
    lead = question[: words[start].start]
    asking = _wh_end(words, start)
    clause = Clause(lead=lead)
    if asking:
        at, noun = asking
        wh_at = next(index for index in range(start, at) if words[index].lower in WH)
        clause = replace(clause, wh=_text(words[start:at]), word=words[wh_at].lower, noun=_text(words[noun:at]))
    else:
        at = start
        if words[start].lower not in AUXILIARIES:
            return replace(clause, rest=_text(words[start:]))
    return _after_wh(words, at, clause)


def _lead_end(words: Sequence[Word]) -> int:
    """Return where the question proper begins: after "And" and after a fronted part with its comma."""
    if start := _last_sentence(words):
        return start
    first = 1 if words[0].lower in {"and", "but", "so", "or", "then", "also", "ok", "okay"} and len(words) > 1 else 0
    first += first < len(words) - 1 and words[first].text == ","
    if words[first].lower in WH | AUXILIARIES:
        return first
    fronted = [word.lower for word in words[:2]] == ["as", "for"]
    for at in range(first, len(words) - 1):
        asks = words[at].text == "," and (_wh_end(words, at + 1) or (fronted and words[at + 1].lower in AUXILIARIES))
        if asks:
            return at + 1
    return first


def _last_sentence(words: Sequence[Word]) -> int:
    """Return where the last of several sentences begins, or 0."""
    for at in range(len(words) - 2, 2, -1):
        after_name = words[at - 1].capital and len(words[at - 1].text) < 4  # "Dr.", "No."
        if words[at].text in {".", "!", "?"} and words[at + 1].text[0].isupper() and not after_name:
            return at + 1
    return 0


def _wh_end(words: Sequence[Word], start: int) -> tuple[int, int] | None:
    """Return the index after the asking phrase, and the one at which its noun begins; or None without one."""
    at = start
    while at < len(words) and at - start < 2 and words[at].lower in PREPOSITIONS:
        at += 1
    if at >= len(words) or words[at].lower not in WH:
        return None
    word, at = words[at].lower, at + 1
    if word == "how" and at < len(words) and not _opens_clause(words, at):
        at += 1
        if at < len(words) and words[at].lower == "of":
            return phrase_at(words, at + 1) or min(at + 2, len(words)), at
        if words[at - 1].lower in {"many", "much", "more"} or (at < len(words) and words[at].lower in {"a", "an"}):
            noun = at + (at < len(words) and words[at].lower == "more")
            return _noun_end(words, noun), noun
    elif word == "which" and at < len(words) and words[at].lower == "of":
        return phrase_at(words, at + 1) or min(at + 2, len(words)), at
    elif word in {"what", "which", "whose"}:
        return _noun_end(words, at), at
    while at < len(words) and words[at].lower in {"else", "exactly", "first", "soon"}:
        at += 1
    return at, at


def _opens_clause(words: Sequence[Word], at: int) -> bool:
    return words[at].lower in AUXILIARIES | PRONOUNS | PREPOSITIONS or words[at].capital


def _noun_end(words: Sequence[Word], at: int) -> int:
    if at >= len(words) or words[at].lower in AUXILIARIES:
        return at
    describes = at + 1 < len(words) and words[at + 1].plain and not is_verb(words[at + 1].text)
    if is_verb(words[at].text) and not (is_participle(words[at].text) and describes and words[at - 1].lower == "which"):
        return at
    return phrase_at(words, at, participles=False, determined=words[at - 1].lower != "what") or at


def _after_wh(words: Sequence[Word], at: int, clause: Clause) -> Clause:
    if at >= len(words):
        return clause
    if words[at].lower not in AUXILIARIES or (clause.wh and at + 1 == len(words)):
        return replace(clause, rest=_text(words[at:]))
    subject = at + 1
    while subject < len(words) - 1 and words[subject].lower in ADVERBS - {"there"}:
        subject += 1
    if subject == len(words) or not _begins_subject(words, at, subject, clause):
        return replace(clause, rest=_text(words[at:]))
    aux = words[at].lower
    # "What was the figure for the area burnt on the moor?", but "When was the area burnt on the moor?".
    participles = aux in DO or (clause.word in {"who", "what"} and not clause.noun)
    end = _subject_end(words, subject, aux, participles=participles)
    return replace(clause, aux=_text(words[at:subject]), subject=_text(words[subject:end]), rest=_text(words[end:]))


def _begins_subject(words: Sequence[Word], aux: int, at: int, clause: Clause) -> bool:
    word = words[at]
    if word.capital or word.quote or word.lower in DETERMINERS | POSSESSIVES | DEMONSTRATIVES | PRONOUNS | {"there"}:
        return True
    if clause.asks_adverb or not clause.wh or words[aux].lower in DO:
        return word.plain
    # "had detectives collected", but not "had detectives".
    verb_follows = at + 1 < len(words) and is_participle(words[at + 1].text)
    return word.plain and not is_verb(word.text) and is_plural(word.text) and verb_follows


def _subject_end(words: Sequence[Word], start: int, aux: str, *, participles: bool) -> int:
    """Return the index after the subject that begins at `start`, leaving a verb where the auxiliary wants one."""
    possessive = words[start].lower in POSSESSIVES and start + 1 < len(words) and words[start + 1].plain
    if words[start].lower in PRONOUNS | {"there"} and not possessive:
        return start + 1
    end = phrase_at(words, start, participles=participles) or start + 1
    while end < len(words) - 1 and words[end].lower == "and" and (more := phrase_at(words, end + 1)):
        end = more
    verb = next((word for word in words[end:] if word.lower not in ADVERBS), None)
    if aux in BE or (verb and may_be_verb(verb.text)):
        return end
    for at in range(end - 1, start, -1):
        if not words[at].capital and may_be_verb(words[at].text):
            return at
    # An unknown verb: "did Odile Brandt gavel ...".
    unknown = (at for at in range(start + 1, end) if words[at - 1].capital and not words[at].capital)
    return next((at for at in unknown if words[at].plain and words[at].text != "&"), end) if not verb else end


def _text(words: Sequence[Word]) -> str:
    text = ""
    for before, word in zip((None, *words), words, strict=False):
        text += (" " * (word.start - before.end) if before else "") + word.text
    return text


def phrases_of(question: str, clause: Clause, *, asked: bool = True) -> list[Phrase]:
    """Return the noun phrases of a question, with their places in it; its verb is none of them.

    Args:
        question: as it stands.
        clause: its parts.
        asked: with what the asking phrase counts or chooses among.
    """
    found: list[Phrase] = []
    at = 0
    parts = (clause.lead.removeprefix("As for "), clause.noun, clause.aux, clause.subject, clause.rest)
    for number, part in enumerate(parts):
        at = max(at, question.find(part, at)) if part else at
        skipped = len(part.partition(" ")[0]) if number == len(parts) - 1 and _begins_with_verb(clause) else 0
        if part and number != 2 and (asked or number != 1):
            found += [moved(one, at + skipped) for one in phrases_in(words_of(part[skipped:], first=False))]
        at += len(part)
    return found


def _begins_with_verb(clause: Clause) -> bool:
    first = clause.rest.partition(" ")[0]
    return may_be_verb(first) or clause.aux.lower() in DO or (clause.asks_subject and first.lower() not in AUXILIARIES)


def joined(clause: Clause, parts: Sequence[str]) -> str:
    """Return a question made of parts, after what stands before it."""
    text = " ".join(part for part in parts if part)
    text = clause.lead + (lower_first(text) if clause.lead.endswith(", ") else text)
    return upper_first(text.rstrip(",") + "?")
