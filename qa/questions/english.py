"""Ordinary English words and how common each is: symspellpy's list of 82,765, read once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_LIST = "frequency_dictionary_en_82_765.txt"


@cache
def english_words() -> Mapping[str, int]:
    """Return how often each word, in lower case, stands in Google's books; inflected forms are words of their own."""
    text = (files("symspellpy") / _LIST).read_text(encoding="utf-8-sig")
    pairs = (line.split(" ") for line in text.splitlines())
    return {word: int(number) for word, number in pairs}
