"""Which words an archive prints, how often, and beside which others: what spelling and languages are told by."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pullquote.comparing_form import comparing_form
from pullquote.index.search.vocabulary import Vocabulary

if TYPE_CHECKING:
    from pullquote.index.archive import Archive

# Passages that are looked through for two words side by side: a name stands in the first ones already.
_LOOKED_AT = 50


def terms(archive: Archive, text: str) -> list[str]:
    """Return the terms of a text as the search counts them: two forms of one word have the same."""
    with archive._searchable() as (_, index):
        return index.analyze(text)


def printed(archive: Archive, word: str) -> int | None:
    """Return how many passages print a word in some form of it; None for a word too common to be counted."""
    with archive._searchable() as (_, index):
        return index.printed(word)


def most_together(archive: Archive, word: str, others: Sequence[str]) -> int:
    """Return how many of the other words, at most, stand in one passage with a word; -1 if it stands in none."""
    with archive._searchable() as (_, index):
        return index.most_together(word, others)


def printed_in_a_row(archive: Archive, first: str, second: str) -> bool:
    """Return whether one of the passages with both words prints them side by side, as a name is printed."""
    one, other = (re.escape(comparing_form(word)) for word in (first, second))
    pattern = re.compile(rf"(?<!\w){one}\W{{1,3}}{other}(?!\w)")
    with archive._searchable() as (database, index):
        for row in index.rows_with([first, second], _LOOKED_AT):
            rowid, start, end, _ = database.passage(row)
            for article in database.unaltered([rowid]):
                if pattern.search(comparing_form(f"{article.title}\n{article.text[start:end]}")):
                    return True
    return False


def vocabulary(archive: Archive) -> Vocabulary:
    """Return the words that are printed; counted once and kept on disk, 0.7 s for a million words."""
    return archive._counted_words()
