"""Putting what a question's pronouns mean in their place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast

from pullquote.qa.followup_answers import SAYING, Referent
from pullquote.qa.followup_clauses import Clause, phrases_of
from pullquote.qa.followup_context import Past, Sort, referents, resolve
from pullquote.qa.followup_phrases import phrase_at
from pullquote.qa.followup_signs import Anaphor, anaphors
from pullquote.qa.followup_statements import doing, happening, statement, time_adjunct
from pullquote.qa.followup_verbs import base_of, is_verb
from pullquote.qa.followup_words import AFTER_ARTICLES, Word, upper_first, words_of

_GENDERED = {"he": "he", "him": "he", "his": "he", "she": "she", "her": "she", "hers": "she"}
_POSSESSIVE = {"his", "her", "its", "their"}
_CHOICE_AT = {"first": 0, "former": 0, "second": 1, "third": 2, "latter": -1}
_LONGEST_STATEMENT_WORDS = 12
# What an act does, rather than a thing.
_OF_EVENTS = {"cost", "mean", "take", "help", "affect", "change", "lead", "cause", "hurt", "need"}


class Substitution:
    """A question with its pronouns replaced.

    Args:
        own: the question, without its mark.
        clause: its parts.
        pasts: the turns before, oldest first; at least one.
        thin: it says too little by itself, so that "the barn" and "then" mean something said before, too.

    Attributes:
        text: the question, filled in; the same where nothing was found.
        complete: each pronoun means something known.
        genders: who was meant by "he" or "she": (name, pronoun).
    """

    def __init__(self, own: str, clause: Clause, pasts: Sequence[Past], *, thin: bool = False) -> None:
        self.genders: list[tuple[str, str]] = []
        self.complete = True
        self._pasts = pasts
        self._past = pasts[-1]
        self._own = own
        self._words = words_of(own)
        self._clause = clause
        self._edits: list[tuple[int, int, str]] = []
        self._meant: dict[str, Referent] = {}
        found = anaphors(own, self._words, clause)
        for one in found:
            self.complete &= self._replace_one(one, alone=not any(other.sort == "person" for other in found))
        if found or thin:
            self._last_word()
        if thin and not found:
            self._repeated()
        self.text = self._edited()

    def _edited(self) -> str:
        text = self._own
        for start, end, new in sorted(self._edits, reverse=True):
            text = text[:start] + new + text[end:]
        text = re.sub(r",(?=$| ?[,?])", "", text)
        return upper_first(text) if self._own[:1].isupper() else text

    def _replace_one(self, one: Anaphor, *, alone: bool) -> bool:
        """Return whether an anaphor could be replaced."""
        word = self._words[one.at]
        if one.sort in {"person", "plural", "thing"}:
            return self._pronoun(one)
        if one.sort == "that":
            return self._that(one, alone=alone)
        if one.sort == "there":
            return self._there(word)
        if one.sort == "choice":
            return self._choice(one)
        self._put(word, "the")
        return False

    def _put(self, word: Word, text: str) -> None:
        self._edits.append((word.start, word.end, text))

    def _pronoun(self, one: Anaphor) -> bool:
        word = self._words[one.at]
        lower, sort = word.lower, cast(Sort, one.sort)
        key = _GENDERED.get(lower, one.sort)
        if key in self._meant:
            return True
        given = self._past.given
        if sort == "thing" and self._before(one.at) == "of" and given and given.phrase.kind == "number":
            self._put(word, f"the {given.short}")
            return True
        without = [other.short for other in self._meant.values()]
        meant = resolve(lower, sort, self._own, self._pasts, without=without)
        if meant is None or (lower in {"these", "those"} and not meant.phrase.plural):
            return meant is not None
        self._meant[key] = meant
        if sort == "person":
            self.genders.append((meant.short, key))
        following = self._words[one.at + 1] if one.at + 1 < len(self._words) else None
        owns = lower in _POSSESSIVE and following is not None and not is_verb(following.text)
        owns = owns and following is not None and (following.plain or following.lower in AFTER_ARTICLES)
        if owns or lower in {"hers", "theirs"}:
            self._own_by(one.at, meant)
        else:
            self._put(word, meant.text)
        return True

    def _before(self, at: int) -> str:
        return self._words[at - 1].lower if at else ""

    def _own_by(self, at: int, meant: Referent) -> None:
        """Put a possessive: "Odile Brandt's deputy", "the crew of the ship in the harbour"."""
        text = meant.text.rstrip(",")
        after = phrase_at(self._words, at + 1)
        if meant.phrase.simple or after is None:
            self._put(self._words[at], text + ("'" if meant.phrase.plural and text.endswith("s") else "'s"))
            return
        end = self._words[after - 1].end
        self._put(self._words[at], "the")
        self._edits.append((end, end, f" of {meant.text}"))

    def _that(self, one: Anaphor, *, alone: bool) -> bool:
        before, word, given = self._before(one.at), self._words[one.at], self._past.given
        if before in {"before", "after", "since"}:
            happened = self._happened()
            if happened:
                self._put(word, happened)
            return bool(happened)
        if base_of(before) in SAYING and self._past.answer and (given is None or not given.phrase.named):
            self._put(word, f'"{self._past.answer}"')
            return True
        quoted = next((one.text for one in words_of(self._past.clause.rest) if one.quote), None)
        if quoted and before == "by":
            self._put(word, quoted)
            return True
        if not alone:
            return True
        measured = self._clause.word == "how" and not self._clause.counts
        if measured and given and given.phrase.kind in {"place", "thing", "ship"}:
            self._put(word, given.text)
            return True
        following = self._words[one.at + 1].lower if one.at + 1 < len(self._words) else ""
        told = happening(self._past.clause, given.called if given else "")
        if told and base_of(following) in _OF_EVENTS and len(told.split()) <= _LONGEST_STATEMENT_WORDS:
            self._put(word, told)
            return True
        meant = resolve("it", "thing", self._own, self._pasts)
        if meant:
            self._put(word, meant.text)
        return meant is not None

    def _means_the_answer(self) -> bool:
        given = self._past.given
        return given is not None and any(meant.short == given.short for meant in self._meant.values())

    def _happened(self) -> str | None:
        """Return what "that" means after before, after or since."""
        if self._means_the_answer() and (done := doing(self._past.clause)):
            return done
        if when := time_adjunct(self._past.clause):
            return when
        given = self._past.given
        stated = statement(self._past.clause, given.called if given else "", plural=bool(given and given.phrase.plural))
        if stated and len(stated.split()) <= _LONGEST_STATEMENT_WORDS:
            return self._with_pronoun(stated)
        return next((phrase.text for phrase in self._past.phrases if phrase.kind == "event"), None)

    def _with_pronoun(self, stated: str) -> str:
        """Return a statement with a pronoun for the one whose name stands before it already."""
        for key, meant in self._meant.items():
            if stated.startswith(f"{meant.short} "):
                return {"plural": "they", "thing": "it"}.get(key, key) + stated[len(meant.short) :]
        return stated

    def _last_word(self) -> None:
        """Say before, after or when what, where a question ends in such a word."""
        last, clause, given = self._words[-1], self._past.clause, self._past.given
        done = doing(clause) if self._means_the_answer() else None
        if last.lower in {"before", "beforehand", "afterwards"} and done:
            self._put(last, f"{'after' if last.lower == 'afterwards' else 'before'} {done}")
        elif last.lower == "then" and done and not clause.rest.startswith(("is ", "are ")):
            pronoun = next(iter(self._meant))
            if pronoun in {"he", "she"}:
                self._put(last, f"when {pronoun} {clause.rest}")
        elif last.lower == "then" and given and given.phrase.kind == "time":
            self._put(last, f"{'in' if given.short.isdigit() else 'on'} {given.short}")

    def _repeated(self) -> None:
        """Give "the barn" the rest of "the barn near Ostrel"."""
        for phrase in phrases_of(self._own, self._clause):
            if phrase.named or not phrase.simple or not phrase.text.lower().startswith("the "):
                continue
            noun = phrase.text.lower().rsplit(" ", 1)[-1]
            for one in (one for past in reversed(self._pasts) for one in referents(past)):
                head = one.text[: one.phrase.head_end - one.phrase.start] if not one.phrase.simple else one.text
                of_it = noun in {head.lower().rsplit(" ", 1)[-1], *head.lower().removeprefix("the ").split(" ")[:1]}
                if one.phrase.named and of_it and one.phrase.kind != "number":
                    article = "" if one.text.startswith("the ") else "the "
                    self._edits.append((phrase.start, phrase.end, article + one.text))
                    return

    def _there(self, word: Word) -> bool:
        given = self._past.given
        places = [given.text] if given and given.phrase.kind in {"place", "group"} else []
        places += [phrase.text for phrase in self._past.phrases if phrase.kind == "place"]
        if not places:
            return False
        self._put(word, f"{'in' if places[0][0].isupper() else 'at'} {places[0]}")
        return True

    def _choice(self, one: Anaphor) -> bool:
        """Replace "the first" or "the other" by the one of an answer's several that it means."""
        which = self._words[one.at + 1].lower
        for past in reversed(self._pasts):
            parts = several(past.answer)
            if len(parts) < 2:
                continue
            if which == "other":
                rest = [part for part in parts if part not in self._past.question]
                chosen = rest[0] if len(rest) == 1 else parts[-1]
            else:
                chosen = parts[min(_CHOICE_AT[which], len(parts) - 1)]
            end = one.until + (one.until < len(self._words) and self._words[one.until].lower == "one")
            self._edits.append((self._words[one.at].start, self._words[end - 1].end, chosen))
            return True
        return False


def several(answer: str) -> list[str]:
    """Return the items of an answer that lists some."""
    return [part for part in re.split(r",\s+(?:and\s+)?|\s+and\s+", answer) if part]
