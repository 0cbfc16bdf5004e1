"""What each embedder costs and finds: passages a second, and how often a passage that answers is found.

    python -m pullquote.eval.benchmarks.embedders QUESTIONS SPLIT ARCHIVE... [--limit 250] [--passages 2000]

The archives hold the same articles, each embedded by another embedder. The first --passages passages of the first one
are embedded by all, one after the other, in one run. Of the questions whose answer is known to be in the archive, the
first --limit are searched for, as `pullquote search` does. Prints a table.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from pullquote.commands import run
from pullquote.eval.gold.formats import load
from pullquote.eval.gold.questions import GoldQuestion
from pullquote.eval.metrics.retrieval import answer_hit
from pullquote.filters import Filters
from pullquote.index.adding.adding import passage_input
from pullquote.index.archive import Archive
from pullquote.index.embedding.embedder import Embedder

_RANKS = (1, 5, 20)


def passages_per_second(embedder: Embedder, texts: Sequence[str]) -> float:
    """Return how many passages an embedder embeds a second, once it has been loaded."""
    embedder.embed_passages(texts[:8])
    begun = time.perf_counter()
    embedder.embed_passages(texts)
    return len(texts) / (time.perf_counter() - begun)


def hit_rates(archive: Archive, questions: Sequence[GoldQuestion]) -> list[float]:
    """Return for how many questions, in percent, a passage that answers is among the first 1, 5 and 20."""
    found = [
        list(answer_hit([hit.passage.text for hit in hits], question.answers, _RANKS).values())
        for question in track(questions, "searching", console=Console(stderr=True))
        for hits in [archive.search(question.question, limit=max(_RANKS), filters=Filters(as_of=question.as_of))]
    ]
    return [float(rate) for rate in 100 * np.mean(found, axis=0)]


def texts_of(archive: Archive, count: int) -> list[str]:
    """Return what is embedded of the first passages of an archive."""
    inputs = (
        passage_input(article, one.text) for article in archive.articles() for one in archive.passages(article.id)
    )
    return list(itertools.islice(inputs, count))


def main(arguments: Sequence[str] | None = None) -> None:
    """Compare the embedders of the archives that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path)
    parser.add_argument("split")
    parser.add_argument("archives", nargs="+", metavar="ARCHIVE")
    parser.add_argument("--limit", type=int, default=250)
    parser.add_argument("--passages", type=int, default=2000)
    options = parser.parse_args(arguments)
    asked = [one for one in load(options.questions).of_split(options.split) if one.answerable][: options.limit]
    table = Table("embedder", "passages/s", *(f"hit@{rank}" for rank in _RANKS), title=f"{len(asked)} questions")
    with ExitStack() as opened:
        archives = [opened.enter_context(Archive.open(path)) for path in options.archives]
        texts = texts_of(archives[0], options.passages)
        for archive in archives:
            speed = passages_per_second(archive.embedder, texts)
            table.add_row(
                archive.embedder.name, f"{speed:,.0f}", *(f"{rate:.1f}" for rate in hit_rates(archive, asked))
            )
    Console().print(table)


if __name__ == "__main__":
    run(main)
