"""What a reader is, and what it gives: a question and passages in, scored spans out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from pullquote.errors import InputError, ModelError
from pullquote.qa.reading.windows import ReaderInput


@dataclass(frozen=True, slots=True)
class ScoredSpan:
    """A possible answer: `[start, end)` in characters of the passage.

    `score` is the sum of the start and the end logit as the model gave them (any real, higher is better).
    No softmax over the passage is taken, so scores of separate passages can be compared.
    """

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader found in one passage.

    Attributes:
        spans: best first; may be empty for a passage without a word.
        no_answer_score: score of "not here" on the spans' scale: of all windows, the least certain one's.
    """

    spans: tuple[ScoredSpan, ...]
    no_answer_score: float


@dataclass(frozen=True, slots=True)
class SpanScores:
    """What a reader makes of given spans of a passage.

    Attributes:
        log_probabilities: of each span among all of the passage, natural logarithms; minus infinity for none.
        nothing: the logarithm of the odds of "not here" against all of them together.
    """

    log_probabilities: tuple[float, ...]
    nothing: float


@runtime_checkable
class Reader(Protocol):
    """What the engine needs of a reading model."""

    @property
    def name(self) -> str:
        """Name to show."""

    @property
    def sha256(self) -> str:
        """Hash of the weights."""

    @property
    def folder(self) -> Path | None:
        """Where the weights lie, and beside them what was fitted for their scores; None for a model from the hub."""

    def read(self, question: str, passages: Sequence[ReaderInput], *, spans: int = 5) -> list[Reading]:
        """Return one reading a passage, with up to `spans` spans each."""


@runtime_checkable
class SpanScorer(Protocol):
    """What tells given spans apart."""

    def score_spans(self, question: str, passage: ReaderInput, spans: Sequence[tuple[int, int]]) -> SpanScores:
        """Return how likely each of some spans answers, among all spans of a passage.

        Args:
            question: what is asked.
            passage: what is read.
            spans: `[start, end)` in characters of the passage.
        """


@runtime_checkable
class Rereader(SpanScorer, Protocol):
    """A reader that can look a second time; it is a `Reader`, too."""

    first: Reader


def checked_reader(reader: object) -> Reader | str:
    """Return a reader, or the name of one.

    Raises:
        InputError: it is neither.
    """
    if isinstance(reader, (str, Reader)):
        return reader
    raise InputError(f"reader must be a name or have a Reader's methods; a {type(reader).__name__} has not.")


def rereader_of(reader: Reader) -> Rereader | None:
    """Return a reader that can look a second time as such; None for any other."""
    return reader if isinstance(reader, Rereader) else None


def checked_readings(reader: Reader, readings: Any, passages: Sequence[ReaderInput]) -> list[Reading]:
    """Return what a reader made of passages.

    Raises:
        ModelError: there is not one reading a passage, a span lies outside of its passage, or a score isn't finite.
    """
    found = list(readings)
    wrong = f"The reader {reader.name!r} gave"
    if len(found) != len(passages):
        raise ModelError(f"{wrong} {len(found)} readings for {len(passages)} passages.")
    for reading, passage in zip(found, passages, strict=True):
        for span in reading.spans:
            if not 0 <= span.start < span.end <= len(passage.text):
                raise ModelError(
                    f"{wrong} the span {span.start} to {span.end} of a passage with {len(passage.text)} characters."
                )
        if not all(np.isfinite(score) for score in (reading.no_answer_score, *(span.score for span in reading.spans))):
            raise ModelError(f"{wrong} a score that is not finite.")
    return found
