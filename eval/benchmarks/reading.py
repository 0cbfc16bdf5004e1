"""How many passages readers read a second: `python -m pullquote.eval.benchmarks.reading dev.jsonl.gz [--reader …]`.

Passages are cut to the same number of the first reader's tokens, shorter ones left out, each read for its own question.
Readers take turns, a few dozen passages each, so that all are measured under the same load; a turn's time is of
everything between question and spans.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from pullquote.commands import run
from pullquote.errors import SourceError
from pullquote.index.embedding.precision import has_fast_bfloat16
from pullquote.qa.reading.shipped import shipped_readers
from pullquote.qa.reading.span_reader import TransformersReader
from pullquote.qa.reading.windows import ReaderInput
from pullquote.qa.training.data.examples import Example, read_examples

_TURN_PASSAGES = 32


def cut_passages(examples: Sequence[Example], tokenizer: Any, tokens: int) -> Iterator[tuple[str, ReaderInput]]:
    """Yield question and passage of each example whose passage has that many tokens, cut after them."""
    for example in examples:
        encoded = tokenizer(example.text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        places = encoded["offset_mapping"]
        if len(places) >= tokens:
            _, end = places[tokens - 1]
            yield example.question, ReaderInput(example.text[:end])


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("examples", type=Path)
    parser.add_argument("--reader", nargs="+", default=shipped_readers(), dest="readers")
    parser.add_argument("--tokens", type=int, default=120)
    parser.add_argument("--passages", type=int, default=320)
    options = parser.parse_args(arguments)
    examples = list(read_examples(options.examples))
    readers = [TransformersReader(name) for name in options.readers]
    pairs = list(islice(cut_passages(examples, readers[0].runtime.tokenizer, options.tokens), options.passages))
    if len(pairs) < _TURN_PASSAGES:
        raise SourceError(f"{options.examples} holds {len(pairs)} passages of {options.tokens} tokens: too few.")
    seconds: dict[str, list[float]] = {reader.name: [] for reader in readers}
    del pairs[len(pairs) // _TURN_PASSAGES * _TURN_PASSAGES :]  # turns are of one length
    turns = [pairs[first : first + _TURN_PASSAGES] for first in range(0, len(pairs), _TURN_PASSAGES)]
    for turn in track(turns[:1] + turns, "reading", console=Console(stderr=True)):  # the first one warms up
        questions, passages = zip(*turn, strict=True)
        for reader in readers:
            begun = time.perf_counter()
            reader.read_pairs(questions, passages)
            seconds[reader.name].append((time.perf_counter() - begun) / len(turn))
    table = Table("reader", "passages/s", "nine turns of ten reach", title=f"{options.tokens} tokens a passage")
    for name, taken in seconds.items():
        table.add_row(name, *(f"{1 / value:.1f}" for value in (np.mean(taken[1:]), np.percentile(taken[1:], 90))))
    console = Console(width=100)
    console.print(table)
    console.print(f"{len(pairs):,} passages, {os.cpu_count()} cores, fast bfloat16: {has_fast_bfloat16()}")


if __name__ == "__main__":
    run(main)
