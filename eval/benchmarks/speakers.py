"""How often the speaker of a sentence is found: `python -m pullquote.eval.benchmarks.speakers --articles 200`.

Against news articles in which people have marked who says what (PolNeAR: source, cue and content of each attribution),
in the folder of development data that PULLQUOTE_SHARED names. What is said with a verb that isn't one of saying
("supports", "refuses") is marked there, too, and counts as missed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from pullquote.commands import run
from pullquote.errors import InputError
from pullquote.eval.metrics.proportion import wilson
from pullquote.index.passages.sentences import sentence_ranges
from pullquote.qa.quoting.speakers import speaker_of

_VARIABLE = "PULLQUOTE_SHARED"
_FILE = Path("data", "quotes", "train.jsonl.gz")
_PRONOUNS = frozenset(["i", "he", "she", "they", "it", "we", "you", "who"])

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Judged:
    """One sentence: who says it as people marked it, and as it was found.

    Attributes:
        text: of the article.
        sentence: where it stands.
        sources: the names in it that are marked as saying something in it.
        quoted: it holds a quotation mark.
        found: where the speaker was found, if at all.
    """

    text: str
    sentence: Range
    sources: tuple[Range, ...]
    quoted: bool
    found: Range | None

    @property
    def here(self) -> bool:
        """Whether the speaker was found in the sentence itself."""
        return self.found is not None and overlap(self.found, self.sentence)

    @property
    def right(self) -> bool:
        """Whether what was found is one of the sources."""
        return self.found is not None and any(overlap(self.found, source) for source in self.sources)


def overlap(one: Range, other: Range) -> bool:
    """Return whether two ranges share a character."""
    return one[0] < other[1] and other[0] < one[1]


def judge(article: dict[str, Any]) -> Iterator[Judged]:
    """Yield every sentence of an annotated article."""
    text = article["text"]
    for start, end in sentence_ranges(text):
        sources = tuple(
            (first, last)
            for attribution in article["attributions"]
            for first, last in attribution["source"]
            if overlap((first, last), (start, end)) and is_name(text[first:last])
        )
        quoted = any(mark in text[start:end] for mark in '“”"')
        yield Judged(text, (start, end), sources, quoted, speaker_of(text, start, end))


def is_name(source: str) -> bool:
    """Return whether a source holds a name: a word with a capital that is no pronoun and doesn't merely open it."""
    words = [word for word in source.split() if word[:1].isupper() and word.lower() not in _PRONOUNS]
    return bool(words) and words != ["The"] and not (source.split()[0] in ("The", "A", "An") and len(words) == 1)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=200, help="how many, evenly out of all (default 200)")
    parser.add_argument("--skip", type=int, default=0, help="begin with a later one, for another sample")
    parser.add_argument("--wrong", type=int, default=0, help="show so many sentences whose speaker is wrong")
    parser.add_argument("--missed", type=int, default=0, help="show so many whose speaker is missed")
    options = parser.parse_args(arguments)
    rows = _read()
    step = max(1, len(rows) // options.articles)
    judged = [one for row in rows[options.skip :: step][: options.articles] for one in judge(row)]
    console = Console(width=120, markup=False, highlight=False)
    table = Table("sentences", "speaker found there", "right", "precision (95%)", "recall (95%)")
    for name, some in (
        ("with a source that is a name", [one for one in judged if one.sources]),
        ("of these, with a quotation mark", [one for one in judged if one.sources and one.quoted]),
        ("all, whatever is marked", judged),
    ):
        found, right = sum(one.here for one in some), sum(one.right for one in some)
        known = sum(bool(one.sources) for one in some)
        table.add_row(f"{len(some):,} {name}", f"{found:,}", f"{right:,}", _share(right, found), _share(right, known))
    console.print(table)
    elsewhere = sum(one.found is not None and not one.here for one in judged)
    console.print(f"{elsewhere:,} sentences got the name of another sentence, which nothing here can judge.")
    for heading, some, most in (
        ("wrong", [one for one in judged if one.here and not one.right], options.wrong),
        ("missed", [one for one in judged if one.sources and not one.found], options.missed),
    ):
        for one in some[:: max(1, len(some) // max(1, most))][:most]:
            said = [one.text[slice(*source)] for source in one.sources]
            named = one.text[slice(*one.found)] if one.found else None
            console.print(f"{heading}: found {named!r}, marked {said}: {one.text[slice(*one.sentence)]}")


def _share(part: int, whole: int) -> str:
    if not whole:
        return "-"
    low, high = wilson(part / whole, whole)
    return f"{100 * part / whole:.1f} ({100 * low:.1f} to {100 * high:.1f})"


def _read() -> list[dict[str, Any]]:
    folder = os.environ.get(_VARIABLE)
    file = Path(folder or ".") / _FILE
    if not folder or not file.is_file():
        raise InputError(f"there is no {file}; name the folder of development data in {_VARIABLE}.")
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


if __name__ == "__main__":
    run(main)
