"""How many passages a second the lexical index takes with each analyser, both in one run.

    python -m pullquote.eval.benchmarks.analyser SOURCE... [--rounds 5]

Prints one JSON line: passages, how many of them need the comparing form, passages a second with the analyser of earlier
versions and with today's (the median of the rounds, in which they take turns), and what is lost, in percent.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from pullquote.commands import run
from pullquote.eval.benchmarks.cut_articles import articles_of, words_as_tokens
from pullquote.index.analyser import ANALYSER, needs_comparing_form
from pullquote.index.backends.lexical import LexicalIndex, LexicalPassage
from pullquote.index.furniture.ranges import furniture_ranges
from pullquote.index.passages.splitting import split_passages


def passages_of(sources: Sequence[Path]) -> list[LexicalPassage]:
    """Return the passages of all articles as they are indexed; words stand for tokens, which needs no model."""
    made: list[LexicalPassage] = []
    for article in articles_of(sources):
        for passage in split_passages(article, furniture_ranges(article), words_as_tokens):
            text = f"{article.title}\n{passage.text}"
            made.append(LexicalPassage(len(made), 1, text, 0, article.outlet or "", article.authors))
    return made


def seconds_with(analyser: int, passages: Sequence[LexicalPassage]) -> float:
    """Return how long an index of these passages takes."""
    with tempfile.TemporaryDirectory() as folder:
        index = LexicalIndex(Path(folder) / "lexical", create=True, analyser=analyser)
        begun = time.perf_counter()
        index.apply(passages, ())
        return time.perf_counter() - begun


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command of the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m pullquote.eval.benchmarks.analyser", description=__doc__)
    parser.add_argument("sources", type=Path, nargs="+", metavar="SOURCE")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args(arguments)
    passages = passages_of(options.sources)
    rounds = [[seconds_with(analyser, passages) for analyser in (1, ANALYSER)] for _ in range(options.rounds)]
    before, after = (len(passages) / statistics.median(times) for times in zip(*rounds, strict=True))
    print(
        json.dumps(
            {
                "passages": len(passages),
                "in_comparing_form": sum(needs_comparing_form(passage.text) for passage in passages),
                "before_per_s": round(before),
                "after_per_s": round(after),
                "lost_percent": round(100 * (1 - after / before), 1),
            }
        )
    )


if __name__ == "__main__":
    run(main)
