"""The reader alone: EM and F1 on questions whose passage is given."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pullquote.errors import SourceError
from pullquote.eval.metrics.squad import best, exact_match, f1
from pullquote.qa.reading.shipped import SMALL_READER
from pullquote.qa.reading.span_reader import TransformersReader
from pullquote.qa.reading.windows import ReaderInput
from pullquote.qa.training.data.examples import Example, read_examples

_CHUNK = 256


@dataclass(frozen=True, slots=True)
class SourceScores:
    """Scores of one source, in percent.

    Attributes:
        n: questions.
        exact_match: share of answerable ones answered with an accepted answer.
        f1: mean overlap of words, answerable ones only.
        no_answer: share of unanswerable ones on which the reader prefers no answer; None without such.
    """

    n: int
    exact_match: float | None
    f1: float | None
    no_answer: float | None

    def to_json(self) -> dict[str, float | int | None]:
        """Return the four figures."""
        return {"n": self.n, "exact_match": self.exact_match, "f1": self.f1, "no_answer": self.no_answer}


@dataclass(frozen=True, slots=True)
class ReaderScores:
    """Scores over all questions and by source, with the reader's name and speed."""

    overall: SourceScores
    by_source: Mapping[str, SourceScores]
    reader: str
    reader_sha256: str
    passages_per_s: float

    def to_json(self) -> dict[str, Any]:
        """Return the object of `eval-reader --json`."""
        return {
            **self.overall.to_json(),
            "by_source": {source: scores.to_json() for source, scores in self.by_source.items()},
            "reader": self.reader,
            "reader_sha256": self.reader_sha256,
            "passages_per_s": round(self.passages_per_s, 1),
        }


def score_reader(
    path: Path, *, reader: str | None = None, progress: Callable[[int, int], None] | None = None
) -> ReaderScores:
    """Return the scores of a reader on a file of reading examples.

    Answerable questions are scored by the best span; whether the reader would rather have said "no
    answer" is scored on the unanswerable ones alone.

    Args:
        path: SQuAD JSON or JSON lines (see `read_examples`).
        reader: a reader's name; None for the small one.
        progress: called with (done, all).

    Raises:
        SourceError: the file is missing, bad or empty.
        ModelError: the reader can't be loaded.
    """
    examples = list(read_examples(path))
    if not examples:
        raise SourceError(f"{path} holds no questions.")
    model = TransformersReader(reader or SMALL_READER)
    rows: dict[str, list[tuple[float | None, float | None, float | None]]] = defaultdict(list)
    begun = time.monotonic()
    for first in range(0, len(examples), _CHUNK):
        chunk = examples[first : first + _CHUNK]
        readings = model.read_pairs(
            [example.question for example in chunk], [ReaderInput(example.text) for example in chunk], spans=1
        )
        for example, reading in zip(chunk, readings, strict=True):
            top = reading.spans[0] if reading.spans else None
            text = example.text[top.start : top.end] if top else ""
            prefers_none = top is None or reading.no_answer_score > top.score
            rows[example.source].append(_row(example, text, prefers_none=prefers_none))
        if progress:
            progress(min(first + _CHUNK, len(examples)), len(examples))
    seconds = time.monotonic() - begun
    return ReaderScores(
        overall=_mean([row for source in rows.values() for row in source]),
        by_source={source: _mean(rows[source]) for source in sorted(rows)},
        reader=model.name,
        reader_sha256=model.sha256,
        passages_per_s=len(examples) / seconds,
    )


def _row(example: Example, text: str, *, prefers_none: bool) -> tuple[float | None, float | None, float | None]:
    if not example.answers:
        return None, None, float(prefers_none)
    accepted = [answer for _, answer in example.answers]
    return best(exact_match, text, accepted), best(f1, text, accepted), None


def _mean(rows: list[tuple[float | None, float | None, float | None]]) -> SourceScores:
    columns = [[value for value in column if value is not None] for column in zip(*rows, strict=True)]
    means = [round(100 * float(np.mean(column)), 2) if column else None for column in columns]
    return SourceScores(len(rows), means[0], means[1], means[2])
