"""Training as the reader is used: a question's passage among others that search would bring."""

from __future__ import annotations

import random
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pullquote.filters import Filters
from pullquote.index.backends.lexical import LexicalIndex, LexicalPassage
from pullquote.index.passages.sentences import sentence_around, sentence_ranges
from pullquote.qa.training.data.examples import Example
from pullquote.qa.values.normalize import normalize_answer

# How far down the list passages without the answer are looked for.
_DEPTH = 20
# Beside the sentence that answers there are up to so many others; of questions asked so, a share lacks it.
_OTHERS = 3
_LACKING = 0.2
# Examples between two calls of `progress`.
_TOLD = 256

Progress = Callable[[int, int], None]


def with_retrieved(examples: Sequence[Example], *, count: int, progress: Progress = lambda *_: None) -> list[Example]:
    """Return the examples, each that stands alone joined by `count` passages without its answer.

    They are the first that BM25 finds for the question among the passages of all examples; where the question's
    words alone decide, they look as if they held the answer.

    Args:
        examples: those with a group already, and those without an answer, come back as they are.
        count: how many for each; fewer where BM25 finds fewer.
        progress: called now and then with how many examples are done, and how many there are.
    """
    grouped: list[Example] = []
    for number, (example, others) in enumerate(_with_others(examples, count)):
        if number % _TOLD == 0:
            progress(number, len(examples))
        alone = example.group or not example.answers
        grouped += [example if alone else replace(example, group=example.id), *others]
    progress(len(examples), len(examples))
    return grouped


def side_by_side(examples: Sequence[Example], *, share: float, seed: int) -> list[Example]:
    """Return, for a share of the questions, one more example each: sentences of several passages, a line each.

    That is what a reader sees when it looks again (`pullquote.qa.ranking.rereading`): the sentence that answers, and
    from passages without the answer those that have most words in common with the question, in any order; from some,
    what answers is left out. The other passages are the group's, or else those that `with_retrieved` would take.

    Args:
        examples: unlabelled ones, and those without an answer that stand alone, get none.
        share: of the questions.
        seed: decides which questions, what is left out, and the order of the sentences.
    """
    rng = random.Random(seed)
    groups: dict[str, list[Example]] = defaultdict(list)
    chosen: list[Example] = []
    for example in examples:
        if example.group and example.labelled:
            groups[example.group].append(example)
        elif example.answers and rng.random() < share:
            chosen.append(example)
    asked = [(own, others) for own, others in _with_others(chosen, _OTHERS) if others]
    for group in groups.values():
        right = [example for example in group if example.answers]
        if right and rng.random() < share:
            asked.append((right[0], [example for example in group if not example.answers][:_OTHERS]))
    return [_lines(own, others, rng) for own, others in asked]


def _lines(own: Example, others: Sequence[Example], rng: random.Random) -> Example:
    """Return the question over sentences of its passage and of others."""
    start, answer = own.answers[0]
    first, last = sentence_around(own.text, start, start + len(answer))
    right = own.text[first:last].replace("\n", " ")
    wrong = [_nearest_sentence(other.text, own.question) for other in others]
    sentences = [line for line in wrong if line]
    rng.shuffle(sentences)
    lacking = bool(sentences) and rng.random() < _LACKING
    at = rng.randrange(len(sentences) + 1)
    if not lacking:
        sentences.insert(at, right)
    shift = sum(len(line) + 1 for line in sentences[:at]) - first
    return replace(
        own,
        text="\n".join(sentences),
        title="",
        answers=() if lacking else ((start + shift, answer.replace("\n", " ")),),
        id=f"{own.id}-lines",
        group="",
    )


def _nearest_sentence(text: str, question: str) -> str:
    """Return the sentence that has most words in common with the question, the first of several."""
    asked = set(normalize_answer(question).split())
    lines = [text[start:end].replace("\n", " ") for start, end in sentence_ranges(text)]
    return max(lines, key=lambda line: len(asked.intersection(normalize_answer(line).split())), default="")


def _with_others(examples: Sequence[Example], count: int) -> Iterator[tuple[Example, list[Example]]]:
    """Yield each example with its question over `count` passages without its answer; none unless it stands alone."""
    texts = list(dict.fromkeys((example.text, example.title) for example in examples))
    with tempfile.TemporaryDirectory() as folder:
        index = LexicalIndex(Path(folder), create=True)
        index.apply(
            (LexicalPassage(row, row, f"{title} {text}", 0, "", ()) for row, (text, title) in enumerate(texts)), ()
        )
        index.reload()
        for example in examples:
            if example.group or not example.answers:
                yield example, []
                continue
            found = [texts[row] for row, _ in index.search(example.question, Filters(), _DEPTH)]
            wrong = [place for place in found if place[0] != example.text and not _holds_answer(place[0], example)]
            yield (
                example,
                [
                    replace(example, text=text, title=title, answers=(), id=f"{example.id}-{rank}", group=example.id)
                    for rank, (text, title) in enumerate(wrong[:count])
                ],
            )


def _holds_answer(text: str, example: Example) -> bool:
    padded = f" {normalize_answer(text)} "
    return any(f" {normalize_answer(answer)} " in padded for _, answer in example.answers)
