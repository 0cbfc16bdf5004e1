"""Noun phrases and names of a question or an answer, found by its small words: no tagger, no model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pullquote.qa.followup_kinds import Kind, gender_of, is_number, is_plural, name_kind, noun_kind
from pullquote.qa.followup_verbs import is_participle, is_verb, may_be_verb
from pullquote.qa.followup_words import (
    AFTER_ARTICLES,
    ARTICLES,
    DETERMINERS,
    LINKING,
    POSSESSIVES,
    WH,
    Word,
)

_NAME_LINKS = {"of", "&", "de", "van", "von", "der", "al", "bin"}
_STAND_ALONE = {"first", "last", "other", "both", "each", "another", "all", "few", "many"}
_TITLE_LINKS = _NAME_LINKS | {"on", "in", "to", "and", "the", "for", "with", "from", "a", "an"}


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase.

    Attributes:
        text: as it stands.
        kind: what it stands for.
        start, end: where in its question, or 0, 0.
        named: it holds a name.
        name: it is a name and no more, but for an article.
        plural: it stands for several.
        head_end: where its first part ends, before "of ..." or "on ...".
    """

    text: str
    kind: Kind
    start: int = 0
    end: int = 0
    named: bool = False
    name: bool = False
    plural: bool = False
    head_end: int = 0

    @property
    def simple(self) -> bool:
        """Whether nothing hangs on it ("of ...", "on ..."), so that 's can follow."""
        return self.head_end >= self.end

    @property
    def gender(self) -> str:
        """The pronoun that its words ask for: "she", "he", or "" where they don't tell."""
        return gender_of(self.text)


def names_in(words: Sequence[Word]) -> list[Phrase]:
    """Return the names of a question, in order: runs of capitals, and what joins them."""
    found, at = [], 0
    while at < len(words):
        end = name_end(words, at)
        if not words[at].capital or (end == at + 1 and words[at].text in {"The", "A", "An"}):
            at += 1
            continue
        before = words[at - 1].lower if at else ""
        found.append(_phrase(words[at:end], name_kind(words[at:end], before), named=True, name=True))
        at = end
    return found


def name_end(words: Sequence[Word], at: int) -> int:
    """Return the index after the name that begins at `at`."""
    links = _TITLE_LINKS if words[at].text in {"The", "A", "An"} else _NAME_LINKS
    end = at + 1
    while end < len(words) and not words[end - 1].possessive:
        gap = end
        while gap < len(words) and words[gap].text in links and gap - end < 2:
            gap += 1
        adjacent = gap == end < len(words) and words[gap].text[0].isupper() and words[gap - 1].capital
        if adjacent or (gap < len(words) and words[gap].capital):
            end = gap + 1  # "Harrow Down", though "down" is no name by itself
        elif words[end].number and words[end].text.isdigit() and len(words[end].text) < 4:
            end += 1
        else:
            break
    return end


def phrases_in(words: Sequence[Word]) -> list[Phrase]:
    """Return the noun phrases of a question, in order, each with what hangs on it ("the fire on Harrow Down")."""
    found, at = [], 0
    while at < len(words):
        end = _head_end(words, at)
        if end is None:
            at += 1
            continue
        whole = _extended(words, at, end)
        found.append(make_phrase(words[at:whole], before=words[at - 1].lower if at else "", head=end - at))
        at = whole
    return found


def phrase_at(words: Sequence[Word], at: int, *, participles: bool = True, determined: bool = False) -> int | None:
    """Return the index after the noun phrase that begins at `at`, with what hangs on it, or None.

    Args:
        words: of the question.
        at: where the phrase begins.
        participles: "the people arrested over the fire" is one phrase, too.
        determined: the word before is as good as an article ("which").
    """
    end = _head_end(words, at, determined=determined) if at < len(words) else None
    return None if end is None else _extended(words, at, end, participles=participles)


def make_phrase(words: Sequence[Word], *, before: str = "", head: int | None = None) -> Phrase:
    """Return the phrase of some words, of which the first `head` are its first part."""
    first = words[: head or len(words)]
    core = [word for word in first if word.lower not in DETERMINERS | POSSESSIVES or word.capital] or list(first)
    kind, name = _kind(core, words[0].lower if words[0].lower in ARTICLES else before)
    return _phrase(words, kind, named=any(word.capital for word in words), name=name, head_end=first[-1].end)


def _phrase(words: Sequence[Word], kind: Kind, *, named: bool, name: bool, head_end: int | None = None) -> Phrase:
    last = words[-1]
    shift = words[0].start
    text = _joined(words)
    if last.possessive and name:
        text = text[: len(text) - len(last.text) + len(last.bare)]
    head = words[-1] if head_end is None else next(word for word in words if word.end == head_end)
    plural = not head.capital and (is_plural(head.text) or any(word.lower in {"both", "several"} for word in words))
    return Phrase(text, kind, shift, shift + len(text), named, name, plural, head_end or shift + len(text))


def _joined(words: Sequence[Word]) -> str:
    text, at = "", words[0].start
    for word in words:
        text += " " * (word.start - at) + word.text
        at = word.end
    return text


def _kind(core: Sequence[Word], before: str) -> tuple[Kind, bool]:
    """Return what the first part of a phrase stands for, and whether it is nothing but a name."""
    if all(word.capital or word.text in _NAME_LINKS for word in core):
        return name_kind(core, before), True
    own = core[_after_possessive(core) :] or core
    common = [word for word in own if not word.capital]
    if is_number(" ".join(word.text for word in own)) and not any(noun_kind(word.text) for word in own):
        return "number", False
    # "the cannery Quell & Sons": the noun before the name tells.
    for word in reversed(common or own):
        if kind := noun_kind(word.bare):
            return kind, False
        if not own[-1].capital:
            break
    if own[-1].capital:
        return name_kind([word for word in own if word.capital]), False
    return "thing", False


def _after_possessive(core: Sequence[Word]) -> int:
    return next((at + 1 for at in range(len(core) - 2, -1, -1) if core[at].possessive), 0)


def _head_end(words: Sequence[Word], at: int, *, determined: bool = False) -> int | None:
    """Return the index after the first part of a noun phrase that begins at `at`, or None where none does."""
    end = at
    while end < len(words) and words[end].lower in DETERMINERS | POSSESSIVES - WH and not words[end].capital:
        end += 1
    determined = determined or end > at
    while determined and end < len(words) and words[end].lower in AFTER_ARTICLES:
        end += 1
    first = end
    while end < len(words) and words[end].plain and not _stops(words, first, end, determined=determined):
        if words[end].capital:
            end = name_end(words, end)
        else:
            end += 1
    stands_alone = first > at and words[first - 1].lower in _STAND_ALONE
    return end if end > first or stands_alone else None


def _stops(words: Sequence[Word], first: int, at: int, *, determined: bool) -> bool:
    """Return whether the word at `at` is a verb that ends the phrase begun at `first`, or begins none."""
    word = words[at]
    if word.capital or word.text == "&":
        return False
    if at == first:
        return not determined and (is_verb(word.text) or (at > 0 and words[at - 1].lower in {"to", "not"}))
    if words[at - 1].possessive:
        return False
    return is_verb(word.text) or _ends_clause(words, at) or _after_plural(words, at)


def _ends_clause(words: Sequence[Word], at: int) -> bool:
    """Return whether a word that may be a verb stands where only a verb can: before another noun phrase."""
    following = words[at + 1] if at + 1 < len(words) else None
    if following is None or not may_be_verb(words[at].text):
        return False
    return following.lower in ARTICLES | POSSESSIVES or (following.capital and not words[at - 1].capital)


def _after_plural(words: Sequence[Word], at: int) -> bool:
    """Return whether a word that may be a verb follows a plural and stands before a small word: "people work there"."""
    before, following = words[at - 1], words[at + 1] if at + 1 < len(words) else None
    if before.capital or not is_plural(before.text) or not may_be_verb(words[at].text):
        return False
    return following is None or (following.function and following.lower != "of")


def _extended(words: Sequence[Word], at: int, end: int, *, participles: bool = True) -> int:
    """Return the index after all that hangs on a noun phrase: "of ...", "on ...", "arrested over ..."."""
    bare_name = all(word.capital or word.text in _NAME_LINKS | ARTICLES for word in words[at:end])
    links = {"of"} if bare_name else LINKING
    while end < len(words) - 1 and not words[end - 1].sign:
        if words[end].lower in links and (after := _head_end(words, end + 1)) is not None:
            end = _coordinated(words, after)
            continue
        reduced = participles and not bare_name and is_participle(words[end].text)
        reduced = reduced and words[end + 1].lower in LINKING | {"by"}
        after = _head_end(words, end + 2) if reduced and end + 2 < len(words) else None
        if after is None:
            break
        end = after
    return end


def _coordinated(words: Sequence[Word], end: int) -> int:
    """Return the index after another name that "and" joins to one: "the treaty between Orlund and Veria"."""
    if end + 1 < len(words) and words[end].lower == "and" and words[end - 1].capital and words[end + 1].capital:
        return name_end(words, end + 1)
    return end


def moved(phrase: Phrase, by: int) -> Phrase:
    """Return a phrase that stands so many characters further on."""
    return replace(phrase, start=phrase.start + by, end=phrase.end + by, head_end=phrase.head_end + by)
