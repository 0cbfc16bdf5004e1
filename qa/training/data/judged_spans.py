"""Spans that are known to answer, or not to: what a verifier learns to tell apart.

    python -m pullquote.qa.training.data.judged_spans mistakes dev.jsonl.gz --reader accurate --output mistakes.jsonl
    python -m pullquote.qa.training.data.judged_spans made train.jsonl.gz --sample 30000 --output made.jsonl

`mistakes` has a reader read questions that it never learnt, and keeps the spans it likes best, right or wrong; each
question is read beside a passage without its answer, too, where the file has one under the same title. `made` turns
right spans into wrong ones without reading: the answer to another question on the same passage, and a question that was
turned around (won for lost, another name for the one asked about, another year).

Both write reading examples with one span each and the key `right`.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from pullquote.commands import run
from pullquote.index.search.kinds import kind_of, suits
from pullquote.qa.reading.span_reader import TransformersReader
from pullquote.qa.reading.windows import ReaderInput
from pullquote.qa.training.data.examples import Example, read_examples
from pullquote.qa.values.normalize import normalize_answer

# A span that has so much in common with a right one is right; one with less than the second is wrong; one between is
# neither, and left out. Token F1, as SQuAD's scorer counts it.
_RIGHT_FROM, _WRONG_BELOW = 0.6, 0.25
_SPANS = 4
_MOST_WRONG = 2
# Words that turn a question around; the right answer to the one is wrong for the other.
_OPPOSITES = (
    "won lost|winner loser|beat lost to|defeated lost to|rose fell|increased decreased|gained lost|bought sold|"
    "opened closed|highest lowest|largest smallest|first last|oldest youngest|most least|more fewer|before after|"
    "accepted rejected|approved rejected|supported opposed|arrived left|began ended|started stopped|founded closed|"
    "hired fired|appointed dismissed|joined left|north south|east west|best worst|longest shortest|biggest smallest|"
    "above below|maximum minimum|early late|never always|married divorced|born died|built demolished|allowed banned"
)
_OPPOSITE: dict[str, str] = {}
for _pair in _OPPOSITES.split("|"):
    _one, _other = _pair.split(" ", 1)
    _OPPOSITE.setdefault(_one, _other)
    _OPPOSITE.setdefault(_other, _one)
_WORD = re.compile(r"\w+")
_NAME = re.compile(r"(?<=\w )[A-Z][a-z]+(?: [A-Z][a-z]+)*")
_YEAR = re.compile(r"\b(1[89]|20)\d\d\b")


def overlap(one: str, other: str) -> float:
    """Return the token F1 of two texts, 0..1."""
    left, right = (normalize_answer(text).split() for text in (one, other))
    common = sum((Counter(left) & Counter(right)).values())
    return 2 * common / (len(left) + len(right)) if common else 0.0


def row(example: Example, start: int, end: int, *, right: bool, source: str = "", question: str = "") -> dict[str, Any]:
    """Return the row of one span of an example's passage."""
    return {
        "id": example.id,
        "group": example.group or example.id,
        "source": source or example.source,
        "question": question or example.question,
        "title": example.title,
        "context": example.text,
        "answers": [{"start": start, "text": example.text[start:end]}],
        "right": right,
    }


def mistakes(examples: Sequence[Example], reader: TransformersReader, *, batch: int = 64) -> Iterator[dict[str, Any]]:
    """Yield the spans that a reader likes best of each passage, with whether they answer."""
    starts = range(0, len(examples), batch)
    for first in track(starts, "reading", console=Console(stderr=True)):
        part = examples[first : first + batch]
        inputs = [ReaderInput(one.text, one.title) for one in part]
        readings = reader.read_pairs([one.question for one in part], inputs, spans=_SPANS)
        for example, reading in zip(part, readings, strict=True):
            spans = [(span.start, span.end) for span in reading.spans]
            if example.right is not False:
                spans += [(start, start + len(text)) for start, text in example.answers[:1]]
            yield from _judged(example, dict.fromkeys(spans))


def _judged(example: Example, spans: Iterable[tuple[int, int]]) -> Iterator[dict[str, Any]]:
    wrong = 0
    for start, end in spans:
        text = example.text[start:end]
        likeness = max((overlap(text, answer) for _, answer in example.answers), default=0.0)
        nowhere = example.right is False
        if nowhere and likeness:
            continue  # the same words in a passage that nobody labelled may well answer
        if likeness >= _RIGHT_FROM:
            yield row(example, start, end, right=True)
        elif likeness < _WRONG_BELOW and wrong < _MOST_WRONG:
            wrong += 1
            yield row(example, start, end, right=False)


def elsewhere(examples: Sequence[Example], *, share: float, seed: int) -> list[Example]:
    """Return some questions beside another passage of the same title, which is taken not to answer them."""
    rng = random.Random(seed)
    by_title: dict[str, list[str]] = defaultdict(list)
    for text, title in dict.fromkeys((one.text, one.title) for one in examples):
        if title:
            by_title[title].append(text)
    made = []
    for one in examples:
        others = [text for text in by_title.get(one.title, ()) if text != one.text]
        if others and rng.random() < share:
            asked = set(_WORD.findall(one.question.lower()))
            text = max(others, key=lambda other: len(asked & set(_WORD.findall(other.lower()))))
            made.append(
                Example(
                    one.question, text, one.title, one.answers, f"{one.source}-elsewhere", f"{one.id}-e", right=False
                )
            )
    return made


def made(examples: Sequence[Example], *, seed: int) -> Iterator[dict[str, Any]]:
    """Yield each question's own answer as right, and as wrong what answers another or what it was turned into."""
    rng = random.Random(seed)
    by_text: dict[str, list[Example]] = defaultdict(list)
    for one in examples:
        if one.answers:
            by_text[one.text].append(one)
    for asked in by_text.values():
        names = sorted({name for one in asked for name in _NAME.findall(one.text)})
        for one in asked:
            start, text = one.answers[0]
            yield row(one, start, start + len(text), right=True)
            yield from _others_answers(one, asked, rng)
            turned = turned_around(one.question, names, rng)
            if turned:
                wrong = row(one, start, start + len(text), right=False, source="turned", question=turned)
                yield wrong | {"group": f"{one.id}-turned"}


def _others_answers(one: Example, asked: Sequence[Example], rng: random.Random) -> Iterator[dict[str, Any]]:
    """Yield the answers to other questions on the same passage, those of the kind asked for before others."""
    kind = kind_of(one.question)
    places = {(start, text) for other in asked if other is not one for start, text in other.answers[:1]}
    wrong = [
        (start, text)
        for start, text in sorted(places)
        if not any(overlap(text, answer) or text in answer for _, answer in one.answers)
    ]
    rng.shuffle(wrong)
    wrong.sort(key=lambda place: suits(kind, place[1]) is not True)
    for start, text in wrong[:_MOST_WRONG]:
        yield row(one, start, start + len(text), right=False)


def turned_around(question: str, names: Sequence[str], rng: random.Random) -> str:
    """Return a question that looks the same and asks for something else; "" where there is no way to make one."""
    ways = []
    for place in _WORD.finditer(question):
        if opposite := _OPPOSITE.get(place[0].lower()):
            ways.append((*place.span(), opposite))
    for place in _YEAR.finditer(question):
        ways.append((*place.span(), str(int(place[0]) + rng.choice((-3, -2, -1, 1, 2, 3)))))
    for place in _NAME.finditer(question):
        others = [name for name in names if not overlap(name, place[0])]
        if others:
            ways.append((*place.span(), rng.choice(others)))
    if not ways:
        return ""
    start, end, by = rng.choice(ways)
    return question[:start] + by + question[end:]


def write(rows: Iterable[dict[str, Any]], output: Path) -> str:
    """Write rows as JSON lines, and return a sentence on them."""
    counted: Counter[bool] = Counter()
    with output.open("w", encoding="utf-8") as stream:
        for one in rows:
            counted[one["right"]] += 1
            stream.write(json.dumps(one, ensure_ascii=False) + "\n")
    return f"{output}: {counted[True]:,} right spans, {counted[False]:,} wrong ones"


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the spans of the files that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("how", choices=("mistakes", "made"))
    parser.add_argument("examples", type=Path, nargs="+")
    parser.add_argument("--reader", default="accurate", help="of `mistakes`")
    parser.add_argument("--elsewhere", type=float, default=0.5, help="share of questions asked of another passage, too")
    parser.add_argument("--at-most", action="append", default=[], metavar="SOURCE=N", help="questions of a source")
    parser.add_argument("--only", action="append", default=[], metavar="SOURCE", help="no other sources")
    parser.add_argument("--sample", type=int, help="so many questions of all")
    parser.add_argument("--seed", type=int, default=20310504)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args(arguments)
    examples = [one for file in options.examples for one in read_examples(file) if one.labelled]
    if options.only:
        examples = [one for one in examples if one.source in options.only]
    chosen = _chosen(examples, dict(one.split("=") for one in options.at_most), options.sample, options.seed)
    if options.how == "made":
        print(write(made(chosen, seed=options.seed), options.output))
        return
    asked = [*chosen, *elsewhere(chosen, share=options.elsewhere, seed=options.seed)]
    print(write(mistakes(asked, TransformersReader(options.reader)), options.output))


def _chosen(examples: Sequence[Example], at_most: dict[str, str], sample: int | None, seed: int) -> list[Example]:
    """Return some examples; those on one passage are taken together."""
    rng = random.Random(seed)
    texts = sorted({one.text for one in examples})
    rng.shuffle(texts)
    place = {text: at for at, text in enumerate(texts)}
    left = {source: int(number) for source, number in at_most.items()}
    chosen: list[Example] = []
    for one in sorted(examples, key=lambda one: place[one.text]):
        if left.get(one.source, 1) > 0 and (sample is None or len(chosen) < sample):
            chosen.append(one)
            if one.source in left:
                left[one.source] -= 1
    return chosen


if __name__ == "__main__":
    run(main)
