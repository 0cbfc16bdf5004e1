"""The words that an archive prints and how often: what a mistyped word of a question may have meant.

Counted once and kept in `words.tsv` beside the lexical index, a follower as that is: it says of which generation it is,
and what was added or removed since is counted in or out. It is not part of the lexical index, which knows stems only.
"""

from __future__ import annotations

import contextlib
import re
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
from symspellpy.editdistance import DistanceAlgorithm, EditDistance

from pullquote.articles import Article
from pullquote.comparing_form import comparing_form, composed
from pullquote.index.storage import checksums
from pullquote.index.storage.database import Database

# A word stands by itself: "B12" and "x-ray7" hold none.
_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?:['’][^\W\d_]+)*(?!\w)")
_POSSESSIVE = re.compile(r"['’]s?$")
# Addresses and hashes in a text are no words.
_LONGEST = 40
# What stands between white space is counted up to so many: 2,000 articles have them, which take 20 MB.
_MOST_CHUNKS = 2**17
# Letters whose numbers are compared before words are; all others share the last column.
_LETTERS = {letter: column for column, letter in enumerate("abcdefghijklmnopqrstuvwxyz")}
# Archives of format 1 have no name, and no checksum in the header.
_HEADER = re.compile(r"# words 2 of (?:archive (\w+) )?generation (\d+) words (\d+)(?: checksum (\w+))?")
# Earlier versions cut words at decomposed accents and soft hyphens.
_EARLIER = re.compile(r"# (?:archive \w+ )?generation \d+ words \d+(?: checksum \w+)?")


@dataclass(frozen=True, slots=True)
class PrintedWord:
    """A word that an archive prints.

    Attributes:
        text: as it is printed most often.
        times: how often, in any case.
    """

    text: str
    times: int

    @property
    def name(self) -> bool:
        """Whether it is mostly printed with a capital, as names are."""
        return self.text[0].isupper()


def words_in(text: str) -> Iterator[str]:
    """Yield the words of a text as they are printed, in composed letters, without a possessive ending."""
    for word in _WORD.findall(composed(text)):
        bare = _POSSESSIVE.sub("", word) if "'" in word or "’" in word else word
        if 1 < len(bare) <= _LONGEST:
            yield bare


class Vocabulary:
    """The words of an archive at one generation.

    Args:
        generation: of the archive.
        forms: how often each word is printed, capital and small letters told apart.
        archive: the archive's id; "" for one of format 1.
    """

    def __init__(self, generation: int, forms: Counter[str], archive: str = "") -> None:
        self.generation = generation
        self.archive = archive
        self.forms = forms

    @cached_property
    def _words(self) -> dict[str, PrintedWord]:
        best: dict[str, tuple[int, str]] = {}
        times: Counter[str] = Counter()
        for form, number in self.forms.items():
            key = comparing_form(form)
            times[key] += number
            if key not in best or (number, form) > best[key]:
                best[key] = number, form
        return {key: PrintedWord(form, times[key]) for key, (_, form) in best.items()}

    @cached_property
    def _letters(self) -> tuple[list[str], npt.NDArray[np.uint8]]:
        """All words as they are compared, and (words, 27) how often each has each letter."""
        words = list(self._words)
        counts = np.zeros((len(words), len(_LETTERS) + 1), dtype=np.uint8)
        for row, word in enumerate(words):
            for letter in word:
                counts[row, _LETTERS.get(letter, len(_LETTERS))] += 1
        return words, counts

    def __len__(self) -> int:
        return len(self._words)

    def get(self, word: str) -> PrintedWord | None:
        """Return the word as it is printed, or None where it isn't."""
        return self._words.get(comparing_form(word))

    def near(self, word: str, distance: int) -> list[tuple[int, PrintedWord]]:
        """Return (edits, printed word) for the words at most so many edits away, nearest and commonest first.

        An edit is a letter more, less or other, or two neighbours that changed places (optimal string alignment).
        """
        key = comparing_form(word)
        words, counts = self._letters
        own = np.zeros(counts.shape[1], dtype=np.int16)
        for letter in key:
            own[_LETTERS.get(letter, len(_LETTERS))] += 1
        # An edit changes the numbers of letters by two at most, so few words are left to be compared letter by letter.
        alike = np.flatnonzero(np.abs(counts - own).sum(axis=1) <= 2 * distance)
        measure = EditDistance(DistanceAlgorithm.DAMERAU_OSA)
        found = []
        for row in alike:
            edits = measure.compare(key, words[row], distance)
            if 0 <= edits <= distance:
                found.append((edits, self._words[words[row]]))
        return sorted(found, key=lambda one: (one[0], -one[1].times, one[1].text))


def followed(database: Database, generation: int, file: Path, known: Vocabulary | None) -> Vocabulary:
    """Return the vocabulary of a generation, and keep it in its file for the next one who opens the archive.

    Args:
        database: the truth.
        generation: a published one.
        file: where the words are kept; where it can't be written, they are counted anew the next time.
        known: what is in memory already.
    """
    archive = database.archive_id
    known = known or read(file)
    if known is None or known.generation > generation or known.archive != archive:
        known = Vocabulary(0, Counter(), archive)
    if known.generation == generation:
        return known
    added, removed = database.articles_between(known.generation, generation)
    forms = known.forms.copy()
    forms.update(_words_of(database.unaltered(added)))
    forms.subtract(_words_of(database.unaltered(removed)))
    counted = Counter({form: number for form, number in forms.items() if number > 0})
    vocabulary = Vocabulary(generation, counted, archive)
    # It only saves counting: on a disk that is full or can't be written, the next one counts again.
    with contextlib.suppress(OSError):
        _write(file, vocabulary)
    return vocabulary


def _words_of(articles: Iterable[Article]) -> Counter[str]:
    counted: Counter[str] = Counter()
    # No word goes beyond white space, so what stands between is looked at once, not each time that it is printed.
    chunks: Counter[str] = Counter()
    for article in articles:
        text = "\n".join([article.text, article.title, article.outlet or "", *article.authors])
        chunks.update(composed(text).split())
        if len(chunks) > _MOST_CHUNKS:
            _count(chunks, counted)
            chunks.clear()
    _count(chunks, counted)
    return counted


def _count(chunks: Counter[str], counted: Counter[str]) -> None:
    """Count the words of what stands between white space."""
    for chunk, times in chunks.items():
        for word in words_in(chunk):
            counted[word] += times


def read(file: Path) -> Vocabulary | None:
    """Return what a file holds, or None where there is none, or it was altered.

    Of a file that an earlier version wrote nothing is kept: its words are those of generation 0, that is none.
    """
    try:
        header, _, rows = file.read_text(encoding="utf-8").partition("\n")
        if _EARLIER.fullmatch(header):
            return Vocabulary(0, Counter())
        facts = _HEADER.fullmatch(header)
        forms = Counter({form: int(number) for form, number in (line.split("\t") for line in rows.splitlines())})
        if not facts or len(forms) != int(facts[3]):
            return None
        found = Vocabulary(int(facts[2]), forms, facts[1] or "")
        return found if not found.archive or header == _header(found, rows) else None
    except (OSError, ValueError):
        return None


def _write(file: Path, vocabulary: Vocabulary) -> None:
    rows = "".join(f"{form}\t{number}\n" for form, number in sorted(vocabulary.forms.items()))
    partial = file.with_name(f"{file.name}.{uuid.uuid4().hex}.partial")
    try:
        partial.write_text(f"{_header(vocabulary, rows)}\n{rows}", encoding="utf-8")
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)


def _header(vocabulary: Vocabulary, rows: str) -> str:
    counted = f"generation {vocabulary.generation} words {len(vocabulary.forms)}"
    if not vocabulary.archive:
        return f"# words 2 of {counted}"
    facts = f"words 2 of archive {vocabulary.archive} {counted}"
    return f"# {facts} checksum {checksums.of_values([facts, rows])}"
