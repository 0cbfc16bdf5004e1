"""Reading examples prepared for the recipe: negatives found, texts cut into tokens, some questions held out.

    python -m pullquote.qa.training.data.preparation EXAMPLES... --output DIR [--verifier FILE] [--development FILE]

EXAMPLES are files as `pullquote train-reader` takes them, labelled or not. DIR gets `train.npz` (each question beside a
passage that only looks right, some once more over sentences side by side), `selection.npz` (questions held out, to tell
which weights are best), `order.npz` (questions over their passage and seven that only look right), where there are such
examples `unlabelled.npz`, and from the files named `verifier.npz` and `development.npz`.
"""

from __future__ import annotations

import argparse
import random
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import Progress

from pullquote.commands import run
from pullquote.errors import InputError
from pullquote.qa.reading.shipped import shipped_reader_folder
from pullquote.qa.training.data.examples import Example, read_examples
from pullquote.qa.training.data.prepared import (
    DEVELOPMENT,
    ORDER_EXAMPLES,
    SELECTION,
    TRAIN,
    UNLABELLED,
    VERIFIER_EXAMPLES,
    Prepared,
    PreparedBuilder,
    PreparedRow,
)
from pullquote.qa.training.data.retrieved import side_by_side, with_retrieved

# "Who might be elected?" is asked of one sentence and answered by many others, too: beside a passage that BM25 finds,
# nobody knows what is right.
_ASKED_OF_ONE_PASSAGE = frozenset(
    ("qamr", "qanom", "qasrl-gs", "qadiscourse", "torque", "giveme5w1h", "tweetqa", "quoref", "policyqa")
)
# What stands there as a title is a number of the set's own.
_UNTITLED = frozenset(
    ("qanom", "qasrl-gs", "qadiscourse", "torque", "squadshifts-reddit", "squadshifts-amazon_reviews")
)
_RETRIEVED = 1
_SIDE_BY_SIDE = 0.3
# One text in so many is held out: about 600 questions of the 157,000 that the readers learn from.
_HELD_OUT = 250
_ORDER_QUESTIONS, _ORDER_RETRIEVED = 24_000, 7
_CHUNK = 2048

Progressed = Callable[[int, int], None]


def prepare(
    files: Sequence[Path],
    output: Path,
    tokenizer: Any,
    *,
    verifier: Path | None = None,
    development: Path | None = None,
    seed: int = 20310504,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> dict[str, Prepared]:
    """Write the prepared files of some examples; return them by file name.

    Args:
        files: reading examples.
        output: folder.
        tokenizer: the small reader's.
        verifier: examples whose spans are judged (`right`), likewise.
        development: examples to report on at the end.
        seed: for what is sampled.
        progress: called with what is being made, how many rows of it are done, and how many there are.

    Raises:
        SourceError: a file is bad.
        InputError: there are no labelled examples.
    """
    examples = [_cleaned(example) for file in files for example in read_examples(file)]
    labelled = [example for example in examples if example.labelled]
    if not labelled:
        raise InputError("There are no labelled examples to learn from.")
    held_out = [_held_out(example) for example in labelled]
    learnt = [example for example, held in zip(labelled, held_out, strict=True) if not held]
    selected = [example for example, held in zip(labelled, held_out, strict=True) if held]
    # Each is told how to show its progress.
    parts: dict[str, Callable[[Progressed], Iterable[Example]]] = {
        TRAIN: lambda tell: _beside_others(learnt, seed, tell),
        SELECTION: lambda tell: _ordered(_retrieved(selected, _RETRIEVED, tell, among=learnt)),
        UNLABELLED: lambda _: [example for example in examples if not example.labelled],
        ORDER_EXAMPLES: lambda tell: _to_order(learnt, seed, tell),
        VERIFIER_EXAMPLES: lambda _: map(_cleaned, read_examples(verifier)) if verifier else (),
        DEVELOPMENT: lambda _: map(_cleaned, read_examples(development)) if development else (),
    }
    made = {}
    for name, find in parts.items():
        rows = list(find(partial(progress, f"{name}: finding passages")))
        if rows:
            made[name] = _tokenized(rows, tokenizer, partial(progress, f"{name}: cutting tokens"))
            made[name].save(output / name)
    return made


def _cleaned(example: Example) -> Example:
    """Return an example without what isn't a title."""
    title = "" if example.source in _UNTITLED else example.title.replace("_", " ")
    return replace(example, title=title)


def _held_out(example: Example) -> bool:
    return not example.group and zlib.crc32(example.text.encode("utf-8", "replace")) % _HELD_OUT == 0


def _stands_alone(example: Example) -> bool:
    return not example.group and example.source in _ASKED_OF_ONE_PASSAGE


def _retrieved(
    examples: Sequence[Example], count: int, tell: Progressed, *, among: Sequence[Example] = ()
) -> list[Example]:
    """Return the examples beside what BM25 finds for them in all of their passages, and in those of others."""
    bound = [example for example in examples if _stands_alone(example)]
    free = [example for example in examples if not _stands_alone(example)]
    # An example without an answer comes back as it is, and so serves as a passage to be found.
    others = [replace(example, answers=(), id="") for example in among]
    found = with_retrieved([*free, *others], count=count, progress=tell)
    return bound + [example for example in found if example.id]


def _beside_others(examples: Sequence[Example], seed: int, tell: Progressed) -> list[Example]:
    free = [example for example in examples if not _stands_alone(example)]
    lines = side_by_side(free, share=_SIDE_BY_SIDE, seed=seed)
    return _ordered(_retrieved(examples, _RETRIEVED, tell) + lines)


def _to_order(examples: Sequence[Example], seed: int, tell: Progressed) -> list[Example]:
    """Return questions, each over its passage and several that only look right."""
    free = [example for example in examples if not example.group and example.answers and not _stands_alone(example)]
    random.Random(seed).shuffle(free)
    asked = free[:_ORDER_QUESTIONS]
    found = _retrieved(asked, _ORDER_RETRIEVED, tell, among=free[_ORDER_QUESTIONS:])
    grouped = [example for example in examples if example.group]
    return [example for example in _ordered(found + grouped) if example.group]


def _ordered(examples: Sequence[Example]) -> list[Example]:
    """Return the examples, those of one group one after the other."""
    groups: dict[str, list[Example]] = {}
    for at, example in enumerate(examples):
        groups.setdefault(example.group or f"\n{at}", []).append(example)
    return [example for group in groups.values() for example in group]


def _tokenized(examples: Sequence[Example], tokenizer: Any, tell: Progressed) -> Prepared:
    builder = PreparedBuilder(tokenizer.get_vocab())
    for first in range(0, len(examples), _CHUNK):
        tell(first, len(examples))
        chunk = examples[first : first + _CHUNK]
        numbers = {
            text: builder.text(tokens)
            for text, tokens, _ in _tokens([part for one in chunk for part in (one.question, one.title)], tokenizer)
        }
        passages = {
            text: (tokens, offsets) for text, tokens, offsets in _tokens([one.text for one in chunk], tokenizer)
        }
        for at, example in enumerate(chunk, first):
            tokens, offsets = passages[example.text]
            spans = {_span(offsets, start, start + len(text)) for start, text in example.answers}
            if example.answers and None in spans:
                continue  # a span that holds no token, such as a dash, can't be learnt
            builder.add(
                PreparedRow(
                    question=numbers[example.question],
                    title=numbers[example.title] if example.title else -1,
                    passage=builder.text(tokens),
                    group=example.group or f"\n{at}",
                    labelled=example.labelled,
                    right=bool(spans) if example.right is None else example.right,
                    source=example.source,
                    targets=tuple(sorted(span for span in spans if span)),
                )
            )
    tell(len(examples), len(examples))
    return builder.build()


def _tokens(texts: Iterable[str], tokenizer: Any) -> Iterator[tuple[str, list[int], np.ndarray]]:
    """Yield each text once, with its (tokens,) numbers and their (tokens, 2) first and last characters."""
    different = list(dict.fromkeys(texts))
    encoded = tokenizer(
        different, add_special_tokens=False, return_offsets_mapping=True, return_attention_mask=False, verbose=False
    )
    for text, tokens, offsets in zip(different, encoded["input_ids"], encoded["offset_mapping"], strict=True):
        yield text, tokens, np.array(offsets, dtype=np.int64).reshape(-1, 2)


def _span(offsets: np.ndarray, start: int, end: int) -> tuple[int, int] | None:
    """Return the first and the last token of the characters `[start, end)`; None where there is none."""
    first = np.flatnonzero((offsets[:, 0] <= start) & (offsets[:, 1] > start))
    last = np.flatnonzero((offsets[:, 0] < end) & (offsets[:, 1] >= end))
    if not len(first) or not len(last) or last[-1] < first[0]:
        return None
    return int(first[0]), int(last[-1])


def main(arguments: Sequence[str] | None = None) -> None:
    """Prepare the files that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("examples", type=Path, nargs="+")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--verifier", type=Path, help="examples whose spans are judged: rows with a key `right`")
    parser.add_argument("--development", type=Path, help="examples to report on when a stage has ended")
    parser.add_argument("--seed", type=int, default=20310504)
    options = parser.parse_args(arguments)
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(shipped_reader_folder())
    console = Console(stderr=True)
    with Progress(console=console) as shown:
        tasks: dict[str, Any] = {}

        def advance(name: str, at: int, of: int) -> None:
            if name not in tasks:
                tasks[name] = shown.add_task(name, total=of)
            shown.update(tasks[name], completed=at, total=of)

        made = prepare(
            options.examples,
            options.output,
            tokenizer,
            verifier=options.verifier,
            development=options.development,
            seed=options.seed,
            progress=advance,
        )
    for name, part in made.items():
        size = (options.output / name).stat().st_size / 2**20
        print(f"{name}: {part.questions:,} questions, {len(part):,} rows, {size:.1f} MiB")


if __name__ == "__main__":
    run(main)
