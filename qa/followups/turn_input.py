"""A question and the turns before it, as the term classifier reads them: one row of tokens.

    [CLS] question [SEP] first question [SEP] its answer [SEP] ... last question [SEP] its answer [SEP] headline [SEP]

Each token also has a role (what kind of text it is of) and an age (how many turns ago that was said).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pullquote.answers import Turn
from pullquote.qa.followups.terms import TermWord, term_words

# What a text is; the classifier has a vector for each.
ROLES = ("question", "earlier question", "answer", "headline")
_QUESTION, _EARLIER, _ANSWER, _HEADLINE = range(len(ROLES))
# Ages from here on are one.
AGES = 9
# Of each text, so many tokens are read. Questions rarely refer to the end of an answer before the last.
_MOST = {_QUESTION: 40, _EARLIER: 28, _ANSWER: 48, _HEADLINE: 20}
_MOST_OLDER_ANSWER = 14
MAX_TOKENS = 176
# A text is cut to so many characters for each of its tokens before it is tokenized.
_CHARS_A_TOKEN = 8


@dataclass(frozen=True, slots=True)
class Spoken:
    """One text of an earlier turn.

    Attributes:
        text: a question, an answer or a headline.
        role: number in `ROLES`.
        age: 1 for the last turn.
    """

    text: str
    role: int
    age: int


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word of an earlier turn.

    Attributes:
        spoken: number of its text in `ConversationRow.spoken`.
        word: where it stands there.
        token: number of its first token in the row.
    """

    spoken: int
    word: TermWord
    token: int


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """What the classifier reads.

    Attributes:
        ids, roles, ages: of each token.
        spoken: the earlier texts that are in it, oldest first.
        words: their words.
    """

    ids: list[int]
    roles: list[int]
    ages: list[int]
    spoken: tuple[Spoken, ...]
    words: tuple[SpokenWord, ...]


def spoken_before(history: Sequence[Turn]) -> list[Spoken]:
    """Return the texts of earlier turns, oldest first; of the headlines only that of the last turn's article."""
    found: list[Spoken] = []
    for age, turn in zip(range(len(history), 0, -1), history, strict=True):
        found.append(Spoken(turn.understood or turn.question, _EARLIER, age))
        if turn.answer:
            found.append(Spoken(turn.answer, _ANSWER, age))
        if age == 1 and turn.citation and turn.citation.title:
            found.append(Spoken(turn.citation.title, _HEADLINE, age))
    return found


def conversation_row(tokenizer: Any, question: str, history: Sequence[Turn]) -> ConversationRow:
    """Return a question among its turns as one row of at most `MAX_TOKENS` tokens.

    What doesn't fit are the turns after the first, oldest first: the first one often names what all is about.

    Args:
        tokenizer: a Hugging Face fast tokenizer.
        question: as asked.
        history: the turns before, oldest first.
    """
    spoken = spoken_before(history)
    texts = [question, *(one.text for one in spoken)]
    limits = [_MOST[_QUESTION], *map(_limit, spoken)]
    encoded = tokenizer(
        [text[: _CHARS_A_TOKEN * limit] for text, limit in zip(texts, limits, strict=True)],
        add_special_tokens=False,
        return_offsets_mapping=True,
        return_attention_mask=False,
    )
    own = [ids[:limit] for ids, limit in zip(encoded["input_ids"], limits, strict=True)]
    kept = _fitting(spoken, [len(ids) + 1 for ids in own[1:]], MAX_TOKENS - len(own[0]) - 2)
    ids = [tokenizer.cls_token_id, *own[0], tokenizer.sep_token_id]
    roles, ages = [_QUESTION] * len(ids), [0] * len(ids)
    words: list[SpokenWord] = []
    for place, at in enumerate(kept):
        one, tokens = spoken[at], own[at + 1]
        first_token = {start: len(ids) + number for number, (start, _) in enumerate(encoded["offset_mapping"][at + 1])}
        last = len(ids) + len(tokens)
        for word in term_words(one.text):
            token = first_token.get(word.start, last)
            if token < last:
                words.append(SpokenWord(place, word, token))
        ids += [*tokens, tokenizer.sep_token_id]
        roles += [one.role] * (len(tokens) + 1)
        ages += [min(one.age, AGES - 1)] * (len(tokens) + 1)
    return ConversationRow(ids, roles, ages, tuple(spoken[at] for at in kept), tuple(words))


def _limit(one: Spoken) -> int:
    return _MOST_OLDER_ANSWER if one.role == _ANSWER and one.age > 1 else _MOST[one.role]


def _fitting(spoken: Sequence[Spoken], lengths: Sequence[int], room: int) -> list[int]:
    """Return the numbers of the texts that fit: the first one, then the latest ones; in their order."""
    kept: list[int] = []
    for at in [*range(min(1, len(spoken))), *range(len(spoken) - 1, 0, -1)]:
        if lengths[at] > room:
            break
        room -= lengths[at]
        kept.append(at)
    return sorted(kept)
