"""Whether a question itself says what its pronouns mean."""

from __future__ import annotations

from collections.abc import Sequence

from pullquote.qa.followup_clauses import Clause, phrases_of
from pullquote.qa.followup_context import Sort
from pullquote.qa.followup_kinds import is_plural, noun_kind
from pullquote.qa.followup_phrases import Phrase, names_in
from pullquote.qa.followup_verbs import is_participle, is_verb
from pullquote.qa.followup_words import (
    AFTER_ARTICLES,
    AUXILIARIES,
    BE,
    CLAUSE_STARTS,
    DETERMINERS,
    POSSESSIVES,
    WH,
    Word,
    names_something,
)


class Scene:
    """A question as its pronouns see it.

    Args:
        question: the text.
        words: of it.
        clause: its parts.
    """

    def __init__(self, question: str, words: Sequence[Word], clause: Clause) -> None:
        self.words = words
        self.clause = clause
        whole = [one for one in phrases_of(question, clause) if not one.name]
        self.phrases: list[Phrase] = [*names_in(words), *whole]
        self.aux = self._aux_at()
        self._by_start = {word.start: at for at, word in enumerate(words)}

    def _aux_at(self) -> int:
        """Return the index of the auxiliary before the subject, or -1."""
        if not self.clause.subject:
            return -1
        wh = next((at for at, word in enumerate(self.words) if word.lower == self.clause.word), -1)
        first = self.clause.aux.split(" ")[0].lower()
        return next((at for at in range(wh + 1, len(self.words)) if self.words[at].lower == first), -1)

    def resolves(self, at: int, sort: Sort) -> bool:
        """Return whether the question itself says what the pronoun at `at` means."""
        before = [one for one in self.phrases if one.end <= self.words[at].start and self._suits(one, sort, at)]
        if self._is_subject(at):
            lead = self.words[self.aux].start - len(self.clause.wh) - 1
            before = [one for one in before if one.end <= lead]
        elif self._is_object(at):
            before = [one for one in before if not self._same_clause_subject(one, at)]
        return bool(before) or self._asked_about(at, sort) or self._named_later(at)

    def _suits(self, phrase: Phrase, sort: Sort, at: int) -> bool:
        first = phrase.text.split(" ", 1)[0].lower()
        if not (phrase.named or phrase.plural or first in DETERMINERS | POSSESSIVES):
            return phrase.text == self.clause.subject or (
                phrase.kind in {"person", "group", "ship"} and self._in_wh(phrase)
            )
        if sort == "person":
            return phrase.kind in {"person", "thing", "ship"} and not (phrase.plural and not phrase.named)
        if sort == "thing":
            return phrase.kind not in {"person", "time"} or (
                phrase.named and not self._is_object(at) and not phrase.gender
            )
        several = any(is_plural(word) for word in phrase.text.split())
        return several or phrase.named or phrase.kind in {"group", "person"}

    def _in_wh(self, phrase: Phrase) -> bool:
        return bool(self.clause.noun) and phrase.text in self.clause.wh

    def _is_subject(self, at: int) -> bool:
        return (
            self.aux >= 0
            and self.aux < at <= self.aux + 2
            and self.clause.subject.lower().startswith(self.words[at].lower)
        )

    def _is_object(self, at: int) -> bool:
        lower = self.words[at].lower
        following = self.words[at + 1] if at + 1 < len(self.words) else None
        if lower == "her":
            return following is None or is_verb(following.text) or not _may_be_owned(following)
        starts = (at > 0 and self.words[at - 1].lower in CLAUSE_STARTS - {"by"} | AUXILIARIES) or (
            following and following.lower in AUXILIARIES
        )
        return lower in {"him", "them"} or (lower == "it" and not starts)

    def _same_clause_subject(self, phrase: Phrase, at: int) -> bool:
        """Return whether a phrase is the subject of the clause whose object the pronoun is: then it means another."""
        start = self._by_start.get(phrase.start, -1)
        subject = (self.aux >= 0 and start == self.aux + 1) or phrase.text == self.clause.subject
        return subject and not self._other_clause(start, at)

    def _other_clause(self, start: int, at: int) -> bool:
        """Return whether another clause begins between two words."""
        return any(
            word.lower in CLAUSE_STARTS or word.text in {",", ";", ":"} or (place > 1 and is_participle(word.text))
            for place, word in enumerate(self.words[max(0, start + 1) : at])
        )

    def _asked_about(self, at: int, sort: Sort) -> bool:
        """Return whether the asking phrase is what the pronoun means ("Who said that she ...")."""
        if not self.clause.asks_subject or not self._asks_for(sort):
            return False
        if self.clause.noun and not self._is_object(at):
            return True
        verb = self.clause.rest.split(" ")[0].lower()
        start = next((i for i, word in enumerate(self.words) if word.lower == verb), at)
        complement = start < at and is_verb(self.words[at - 1].text) and self._is_subject_of(at)
        if self._other_clause(start, at) or complement:
            return True
        owns = self.words[at].lower in POSSESSIVES and not self._is_object(at)
        return owns and verb not in BE and names_something(self.words[1:])

    def _is_subject_of(self, at: int) -> bool:
        following = self.words[at + 1].lower if at + 1 < len(self.words) else ""
        return self.words[at].lower in {"he", "she", "they", "it"} and following in AUXILIARIES

    def _asks_for(self, sort: Sort) -> bool:
        kind = next((known for part in reversed(self.clause.noun.split()) if (known := noun_kind(part))), None)
        if sort == "person":
            return self.clause.word in {"who", "whose"} or (bool(self.clause.noun) and kind in {"person", None})
        if sort == "thing":
            return bool(self.clause.noun) and kind != "person"
        return True

    def _named_later(self, at: int) -> bool:
        """Return whether the pronoun stands in a fronted part and its name follows ("By his own account, X ...")."""
        ends = (word.end for word in self.words[at:] if word.text == "," or (word.quote and "," in word.text[-3:]))
        comma = next(ends, None)
        asks_first = self.words[0].lower in WH | AUXILIARIES
        return comma is not None and not asks_first and any(one.named and one.start >= comma for one in self.phrases)


def _may_be_owned(word: Word) -> bool:
    return word.plain or word.lower in AFTER_ARTICLES
