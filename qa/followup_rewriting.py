"""One question put so that it needs no other."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pullquote.qa import followup_fragments as fragments
from pullquote.qa.followup_answers import SAYING
from pullquote.qa.followup_clauses import Clause, parse
from pullquote.qa.followup_context import Past, referents, topic
from pullquote.qa.followup_phrases import names_in, phrases_in
from pullquote.qa.followup_pronouns import Substitution, several
from pullquote.qa.followup_signs import is_fragment, is_thin, opener
from pullquote.qa.followup_statements import asked_of, statement
from pullquote.qa.followup_topics import home_of
from pullquote.qa.followup_verbs import base_of
from pullquote.qa.followup_words import ADVERBS, PREPOSITIONS, Word, content_words, lower_first, upper_first, words_of

# Longer questions say what they mean.
_LONGEST_WORDS = 40
_SAYING = SAYING | {"think", "suggest", "know", "discover", "reveal", "confirm", "prove", "decide", "deny", "predict"}
_HAPPENS = {"happen", "be done", "take place", "occur", "happening", "done", "come about"}
_STATEMENT_WORDS = 4
# Of more words without a question mark, "in Tarn harbour fire 2031" is a search.
_LONGEST_HANGING_WORDS = 4


class Rewriting:
    """A question among earlier turns.

    Args:
        question: as asked.
        pasts: the turns before, oldest first.

    Attributes:
        text: the question so that it stands on its own, or None where it does already or nothing helps.
        genders: who was meant by "he" or "she": (name, pronoun).
    """

    def __init__(self, question: str, pasts: Sequence[Past]) -> None:
        self.genders: tuple[tuple[str, str], ...] = ()
        self._pasts = pasts
        self.text = self._stand_alone(question) if pasts else None

    @property
    def carried(self) -> tuple[str, ...]:
        """The phrases of earlier turns that the text holds, the longest of each place."""
        known = {one.short.rstrip(",") for past in self._pasts for one in referents(past)}
        for past in self._pasts:
            known |= {past.answer, *several(past.answer), *(name.text for name in names_in(words_of(past.question)))}
        known.discard("")
        here = sorted((one for one in known if one in (self.text or "")), key=lambda one: (-len(one), one))
        kept = [one for at, one in enumerate(here) if not any(one in longer for longer in here[:at])]
        return tuple(sorted(kept, key=lambda one: (self.text or "").index(one)))

    def _stand_alone(self, question: str) -> str | None:
        words = words_of(question)
        while words and words[-1].sign:
            words.pop()
        if not words or len(words) > _LONGEST_WORDS:
            return None
        if about := fragments.subject_of_what_about(question):
            return self._put_in(about)
        tied = opener(words)
        first = words[tied].start
        own = upper_first(question[first : words[-1].end])
        clause, thin = parse(own), is_thin(words)
        words = words_of(own)
        home = home_of(words, self._pasts) if thin else None
        if not clause.wh and not clause.aux and is_fragment(words):
            return self._put_in(question[first : first + len(own)]) if tied or _hangs(words, question) else None
        if _speaks_for_itself(clause):
            return None
        if clause.wh and not clause.subject and _only_ties(clause.rest):
            return fragments.ask_again(clause, self._pasts[-1]) or self._with_topic(own + "?")
        if clause.word == "who" and clause.subject == "it" and clause.rest.split(" ")[0] in {"before", "after"}:
            return self._held_before(clause.rest)
        return self._asked_of_that(clause) or self._said(clause) or self._filled_in(own, clause, home)

    def _put_in(self, fragment: str) -> str | None:
        past = self._pasts[-1]
        filled = Substitution(fragment, Clause(), self._pasts).text
        if (
            filled != fragment
            and past.given
            and past.clause.word in {"who", "whose"}
            and not _hangs(words_of(fragment), "")
        ):
            return f"Who is {filled}?"
        text = fragments.put_in(filled, past)
        return self._with_topic(text, answered=False) or text if is_thin(words_of(text)) else text

    def _held_before(self, when: str) -> str | None:
        """Return who came before or after, for "Who was it before?" and "Who was it before her?"."""
        given = self._pasts[-1].given
        if when in {"before", "after"} and given:
            when += f" {given.called}"
        asked = self._put_in(when)
        return re.sub(r"^(Who|Which \w+) (?:is|are) ", r"\1 was ", asked) if asked else None

    def _asked_of_that(self, clause: Clause) -> str | None:
        """Return the last question asked otherwise, for "When was that?"."""
        past = self._pasts[-1]
        bare = _only_ties(clause.rest) or clause.rest.lower() in _HAPPENS
        adverbial = clause.asks_adverb or _of_time(clause)
        if clause.subject.lower() not in {"that", "this", "it"} or not bare or not adverbial:
            return None
        if clause.word == "how" or (clause.word == past.clause.word and not clause.noun):
            return None
        given = past.given
        return asked_of(
            past.clause, clause.wh, given.called if given else "", plural=bool(given and given.phrase.plural)
        )

    def _said(self, clause: Clause) -> str | None:
        """Return what "Who said that?" asks, with what was said."""
        verb, _, what = clause.rest.partition(" ")
        if not clause.asks_subject or base_of(verb) not in _SAYING or what.lower() not in {"that", "this", "so", "it"}:
            return None
        past = self._pasts[-1]
        asked = f"{clause.wh} {verb}"
        if len(past.answer.split()) >= _STATEMENT_WORDS and (past.given is None or not past.given.phrase.named):
            quoted = f'{asked} "{past.answer}"?'
            return self._with_topic(quoted) or quoted
        given = past.given
        stated = statement(past.clause, given.called, plural=given.phrase.plural) if given else None
        if stated:
            return upper_first(f"{past.clause.lead}{lower_first(asked) if past.clause.lead else asked} that {stated}?")
        return self._with_topic(f"{asked} that?")

    def _filled_in(self, own: str, clause: Clause, home: Past | None) -> str | None:
        """Return the question with its pronouns replaced, and an earlier one's topic in front where that isn't enough.

        Args:
            own: the question, without its mark.
            clause: its parts.
            home: the turn that a question with few words is about; None for one that says enough.
        """
        thin = home is not None
        done = Substitution(own, clause, self._pasts, thin=thin)
        self.genders = tuple(done.genders)
        if done.text == own and not thin and done.complete:
            return None
        text = (self._counted(done.text, clause) if done.text != own else own) + "?"
        nameless = not any(word.capital or word.quote for word in words_of(text))
        needs_more = not done.complete or is_thin(words_of(text)) or (thin and nameless)
        told = self._with_topic(text, home) if needs_more else text
        return told or (text if done.text != own else None)

    def _counted(self, text: str, clause: Clause) -> str:
        """Return the question with what "How many" counts, where the last one tells."""
        if not clause.wh.lower().endswith("how many") or not clause.subject:
            return text
        past = self._pasts[-1]
        plural = next((one for one in past.phrases if one.plural and one.kind != "person"), None)
        head = plural.text[: plural.head_end - plural.start] if plural else ""
        noun = past.clause.noun if past.clause.counts else head
        return f"{clause.wh} {noun}{text[len(clause.wh) :]}" if noun else text

    def _with_topic(self, text: str, home: Past | None = None, *, answered: bool = True) -> str | None:
        """Return a question after "As for" and what a turn, or else the last, was about; None where that is unknown."""
        about = [one for one in topic(home or self._pasts[-1], answered=answered) if one not in text]
        told = " and ".join([*([", ".join(about[:-1])] if about[1:] else []), *about[-1:]])
        return f"As for {told}, {lower_first(text)}" if about else None


def _hangs(words: Sequence[Word], question: str) -> bool:
    """Return whether words that are no clause hang on the turn before by a preposition, or as "The mayor?"."""
    asks = question.rstrip().endswith("?")
    return (words[0].lower in PREPOSITIONS and (asks or len(words) <= _LONGEST_HANGING_WORDS)) or (
        words[0].lower == "the" and asks
    )


def _speaks_for_itself(clause: Clause) -> bool:
    """Return whether a text is a statement, or has one before its question."""
    if not clause.wh and not clause.aux:
        return True
    stated = clause.lead and content_words(words_of(clause.lead))
    return bool(stated) and (not clause.lead.endswith(", ") or not clause.tail)


def _only_ties(rest: str) -> bool:
    """Return whether nothing stands there but small words ("from", "exactly")."""
    return all(word.lower in PREPOSITIONS | ADVERBS | {"not", "so"} for word in words_of(rest))


def _of_time(clause: Clause) -> bool:
    return any(phrase.kind in {"time", "place"} for phrase in phrases_in(words_of(clause.noun)))
