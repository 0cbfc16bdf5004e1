"""How many tokens texts have, without making the tokens: a word that was met before has as many as it had then.

BERT's tokenizers split texts at white space and punctuation first, and make tokens of each word by itself. News is made
of the same words again and again: looking them up is ten times as fast as making their tokens.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import tokenizers

# White space for Python that BERT's tokenizers drop as control characters, so that what stands around it is one word.
_DROPPED = re.compile("[\x0b\x0c\x1c-\x1f\x85]")
# What is split off by itself whatever stands beside it, and what stands between.
_PIECE = re.compile(r"[!-/:-@\[-`{-~]|[^\s!-/:-@\[-`{-~]+")
# Two tables of so many entries take about 30 MB. 1,500 articles have 145,000 words with their punctuation, 70,000
# without; a full table is emptied, and filled again in a fifth of a second.
_KEPT = 2**17
_LONGEST_KEPT = 40


class TokenCounter:
    """Counts the tokens of texts as a tokenizer of BERT's make would make them, special ones left out.

    Args:
        tokenizer: that this counter has for itself: it keeps truncation and padding as state.
    """

    def __init__(self, tokenizer: tokenizers.Tokenizer) -> None:
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._special = re.compile("|".join(re.escape(token.content) for token in _added(tokenizer)) or r"(?!)")
        self._words = _Words(tokenizer, lowers=json.loads(tokenizer.to_str())["normalizer"]["lowercase"])
        self._chunks = _Chunks(self._words, self._special)

    @classmethod
    def of(cls, tokenizer: tokenizers.Tokenizer) -> TokenCounter | None:
        """Return a counter with a copy of a tokenizer; None for a tokenizer that isn't of BERT's make."""
        description = tokenizer.to_str()
        facts = json.loads(description)
        kinds = [(facts.get(part) or {}).get("type") for part in ("normalizer", "pre_tokenizer", "model")]
        # Special tokens are found in the text as it stands; others and those with white space could join words.
        plain = all(token.special and not token.normalized and _is_one(token.content) for token in _added(tokenizer))
        if kinds != ["BertNormalizer", "BertPreTokenizer", "WordPiece"] or not plain:
            return None
        return cls(tokenizers.Tokenizer.from_str(description))

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return the tokens of each text."""
        counted = self._chunks.__getitem__
        return [
            sum(map(counted, (_DROPPED.sub("", text) if _DROPPED.search(text) else text).split())) for text in texts
        ]


class _Words(dict[str, int]):
    """The tokens of words."""

    def __init__(self, tokenizer: tokenizers.Tokenizer, *, lowers: bool) -> None:
        super().__init__()
        self._tokenizer, self._model, self._lowers = tokenizer, tokenizer.model, lowers

    def __missing__(self, word: str) -> int:
        if word.isascii() and word.isalnum():  # nothing of it is changed but its case: six times as fast
            return _kept(self, word, len(self._model.tokenize(word.lower() if self._lowers else word)))
        return _kept(self, word, len(self._tokenizer.encode(word, add_special_tokens=False)))


class _Chunks(dict[str, int]):
    """The tokens of what stands between white space."""

    def __init__(self, words: _Words, special: re.Pattern[str]) -> None:
        super().__init__()
        self._words, self._special = words, special

    def __missing__(self, chunk: str) -> int:
        pieces = [chunk] if self._special.search(chunk) else _PIECE.findall(chunk)
        return _kept(self, chunk, sum(map(self._words.__getitem__, pieces)))


def _kept(table: dict[str, int], text: str, tokens: int) -> int:
    """Return a number of tokens after noting it; other threads may be counting with the same table."""
    if len(text) <= _LONGEST_KEPT:
        if len(table) >= _KEPT:
            table.clear()
        table[text] = tokens
    return tokens


def _added(tokenizer: tokenizers.Tokenizer) -> list[tokenizers.AddedToken]:
    return list(tokenizer.get_added_tokens_decoder().values())


def _is_one(content: str) -> bool:
    return bool(content) and content.split() == [content]
