"""Which questions of a set ask the same, or almost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from pullquote.eval.gold.problems import Problem
from pullquote.eval.gold.questions import SPLITS, GoldQuestion
from pullquote.qa.values.normalize import normalize_answer

# Two questions whose sets of words overlap by more are the same question asked twice; of the shipped set, pairs
# that ask different things reach lower (the validator names its closest pair).
SAME_QUESTION = 0.8
# So many questions are compared with all others at once: 20 MB for a set of ten thousand.
_BLOCK = 256


class Likeness:
    """Compares every question of a set with every other, by their words; follow-ups count with their history.

    Args:
        questions: of the set.
    """

    def __init__(self, questions: Sequence[GoldQuestion]) -> None:
        self._questions = questions
        self.closest: tuple[float, str, str] | None = None
        alike: list[tuple[float, int, int]] = []
        splits = np.unique([question.split for question in questions], return_inverse=True)[1]
        for first, overlap in _overlaps(questions):
            upper = np.triu(np.ones(overlap.shape, dtype=bool), k=first + 1)
            rows, columns = np.nonzero(upper & (overlap >= SAME_QUESTION))
            alike += [
                (float(overlap[row, column]), first + row, column)
                for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
            ]
            other = upper & (splits[first : first + len(overlap), None] != splits[None, :])
            self._note_closest(first, np.where(other, overlap, -1.0))
        self._alike = alike

    def _note_closest(self, first: int, overlap: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> None:
        row, column = divmod(int(np.argmax(overlap)), overlap.shape[1])
        most = float(overlap[row, column])
        if most >= 0 and (self.closest is None or most > self.closest[0]):
            self.closest = most, self._questions[first + row].question, self._questions[column].question

    def problems(self) -> Iterator[Problem]:
        """Yield each pair that asks the same, or almost, with nothing but its answers to tell it apart."""
        for overlap, at, other in self._alike:
            left, right = self._questions[at], self._questions[other]
            same_bounds = left.as_of == right.as_of and left.history == right.history
            same_answers = (left.answers, left.relevant) == (right.answers, right.relevant)
            if same_bounds and (overlap == 1.0 or same_answers):
                yield Problem("asked twice", right.where, f"asks what {left.where} asks already")
            elif left.split != right.split and {left.split, right.split} <= set(SPLITS):
                what = f"is nearly {left.where}, which is in the other split, a leak"
                yield Problem("leak between splits", right.where, what)


def _overlaps(
    questions: Sequence[GoldQuestion],
) -> Iterator[tuple[int, np.ndarray[tuple[int, int], np.dtype[np.float64]]]]:
    """Yield (number of the first, (block, questions) Jaccard overlaps 0..1) for blocks of questions."""
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    words = [
        sorted(set(normalize_answer(" ".join([*(turn.question for turn in one.history), one.question])).split()))
        for one in questions
    ]
    number = {word: at for at, word in enumerate(dict.fromkeys(word for one in words for word in one))}
    columns = [number[word] for one in words for word in one]
    sizes = np.array([len(one) for one in words])
    bounds = np.concatenate([[0], np.cumsum(sizes)])
    matrix = csr_matrix((np.ones(len(columns)), columns, bounds), shape=(len(words), max(1, len(number))))
    for first in range(0, len(words), _BLOCK):
        common = (matrix[first : first + _BLOCK] @ matrix.T).toarray()
        union = sizes[first : first + _BLOCK, None] + sizes[None, :] - common
        yield first, np.where(union > 0, common / np.maximum(union, 1), 1.0)
