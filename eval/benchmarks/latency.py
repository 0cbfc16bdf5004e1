"""How long an answer takes, by reader and passages read: `python -m pullquote.eval.benchmarks.latency Q SPLIT ARCHIVE`.

Models are loaded and warm. Every question is asked with each reader and number in turn, so that all are measured under
the same load; the table gives the median and the 95th percentile of the whole way from question to answer.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from pullquote.commands import run
from pullquote.eval.fitting.readings import archive_of, split_range
from pullquote.eval.gold.formats import load
from pullquote.filters import Filters
from pullquote.index.embedding.precision import has_fast_bfloat16
from pullquote.qa.engine import Engine
from pullquote.qa.reading.paired import DEFAULT_READER, load_reader

_STAGES = ("search", "read", "combine", "total")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path)
    parser.add_argument("split")
    parser.add_argument("archive", help="'-' where the set brings its articles")
    parser.add_argument("--reader", nargs="+", default=[DEFAULT_READER], dest="readers")
    parser.add_argument("--passages", type=int, nargs="+", default=[1, 2, 4, 6, 8, 12])
    options = parser.parse_args(arguments)
    name, first, last = split_range(options.split)
    gold = load(options.questions)
    questions = [question for question in gold.of_split(name)[first:last] if question.judged]
    console = Console(width=100)
    readers = [load_reader(name) for name in options.readers]
    with archive_of(gold, options.archive) as archive:
        engines = {
            (reader.name, count): Engine(archive, reader=reader, passages=count)
            for reader in readers
            for count in options.passages
        }
        for engine in engines.values():
            engine.warm_up()
        timings: dict[tuple[str, int], list[list[float]]] = {how: [] for how in engines}
        for question in track(questions, "asking", console=Console(stderr=True)):
            for how, engine in engines.items():
                answer = engine.ask(question.question, filters=Filters(as_of=question.as_of))
                timings[how].append([answer.timings_ms[stage] for stage in _STAGES])
    table = Table(
        "reader", "passages read", *(f"{stage}, median" for stage in _STAGES), "total, p95", title="milliseconds"
    )
    for (name, count), rows in timings.items():
        medians = np.median(rows, axis=0)
        table.add_row(
            name,
            str(count),
            *(f"{value:.0f}" for value in medians),
            f"{np.percentile([row[-1] for row in rows], 95):.0f}",
        )
    console.print(table)
    console.print(f"{len(questions):,} questions, {os.cpu_count()} cores, fast bfloat16: {has_fast_bfloat16()}")


if __name__ == "__main__":
    run(main)
