"""Examples as token numbers in one file: read in a second, without the texts and without what prepared them.

`pullquote.qa.training.data.preparation` makes such files. Tokens are numbered as the small reader's tokenizer does; a
model whose tokenizer cuts the same pieces under other numbers translates them
(`pullquote.qa.training.data.token_windows`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from pullquote.errors import InputError, SourceError

# Files of a folder of prepared examples.
TRAIN, SELECTION, UNLABELLED, ORDER_EXAMPLES, VERIFIER_EXAMPLES, DEVELOPMENT = (
    f"{name}.npz" for name in ("train", "selection", "unlabelled", "order", "verifier", "development")
)

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Questions over passages, one row each; rows of one question stand one after the other.

    Attributes:
        pieces: (vocabulary,) str, what each token number stands for; "" where nothing has that number.
        tokens: (total,) uint16, all texts one after the other, without special tokens.
        offsets: (texts + 1,) int64, where each text begins in `tokens`.
        question: (rows,) int32, number of the question's text.
        title: (rows,) int32, of the words before the passage; -1 for none.
        passage: (rows,) int32, of the passage.
        group: (rows,) int32, equal for the rows of one question.
        labelled: (rows,) bool, whether anybody said what answers.
        right: (rows,) bool, whether the passage answers.
        source: (rows,) int16, position in `sources`.
        sources: (sources,) str.
        first_target: (rows + 1,) int64, where each row's targets begin in `targets`.
        targets: (targets, 2) int32, first and last token of each span, counted in the passage.
    """

    pieces: npt.NDArray[np.str_]
    tokens: npt.NDArray[np.uint16]
    offsets: Ints
    question: npt.NDArray[np.int32]
    title: npt.NDArray[np.int32]
    passage: npt.NDArray[np.int32]
    group: npt.NDArray[np.int32]
    labelled: npt.NDArray[np.bool_]
    right: npt.NDArray[np.bool_]
    source: npt.NDArray[np.int16]
    sources: npt.NDArray[np.str_]
    first_target: Ints
    targets: npt.NDArray[np.int32]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.question)

    @property
    def questions(self) -> int:
        """How many questions there are."""
        return len(np.unique(self.group))

    @property
    def lengths(self) -> Ints:
        """(texts,) int64, tokens of each text."""
        return np.diff(self.offsets)

    def text(self, number: int) -> npt.NDArray[np.uint16]:
        """Return the tokens of a text; of number -1, none."""
        return self.tokens[self.offsets[number] : self.offsets[number + 1]] if number >= 0 else self.tokens[:0]

    def targets_of(self, row: int) -> npt.NDArray[np.int32]:
        """Return (n, 2) the first and last token of each span of a row."""
        return self.targets[self.first_target[row] : self.first_target[row + 1]]

    def fingerprint(self) -> str:
        """Return a hash of everything in it."""
        digest = hashlib.sha256()
        for field in fields(self):
            array = getattr(self, field.name)
            digest.update("\0".join(array).encode() if array.dtype.kind == "U" else array.tobytes())
        return digest.hexdigest()

    def sample(self, share: float) -> Prepared:
        """Return that share of the questions, 0..1, evenly over the file."""
        _, number = np.unique(self.group, return_inverse=True)
        kept = np.floor((number + 1) * share) > np.floor(number * share)
        return self.only(np.flatnonzero(kept))

    def only(self, rows: npt.NDArray[np.intp]) -> Prepared:
        """Return those rows, in that order, with all texts."""
        spans = [self.targets_of(int(row)) for row in rows]
        by_row = {name: getattr(self, name)[rows] for name in _BY_ROW}
        return Prepared(
            pieces=self.pieces,
            tokens=self.tokens,
            offsets=self.offsets,
            sources=self.sources,
            first_target=np.cumsum([0, *map(len, spans)], dtype=np.int64),
            targets=np.concatenate([np.empty((0, 2), dtype=np.int32), *spans]),
            **by_row,
        )

    @classmethod
    def joined(cls, parts: Sequence[Prepared]) -> Prepared:
        """Return the rows of several, one after the other; their vocabularies have to be the same."""
        if len(parts) == 1:
            return parts[0]
        if any(not np.array_equal(part.pieces, parts[0].pieces) for part in parts):
            raise InputError("Examples prepared with several vocabularies can't be learnt together.")
        texts = np.cumsum([0, *(len(part.offsets) - 1 for part in parts)])
        tokens = np.cumsum([0, *(len(part.tokens) for part in parts)])
        groups = np.cumsum([0, *(int(part.group.max(initial=-1)) + 1 for part in parts)])
        spans = np.cumsum([0, *(len(part.targets) for part in parts)])
        sources = list(dict.fromkeys(name for part in parts for name in part.sources.tolist()))
        known = {name: number for number, name in enumerate(sources)}
        return cls(
            pieces=parts[0].pieces,
            tokens=np.concatenate([part.tokens for part in parts]),
            offsets=np.concatenate([[0], *(part.offsets[1:] + at for part, at in zip(parts, tokens, strict=False))]),
            question=_shifted([part.question for part in parts], texts),
            title=_shifted([part.title for part in parts], texts),
            passage=_shifted([part.passage for part in parts], texts),
            group=_shifted([part.group for part in parts], groups),
            labelled=np.concatenate([part.labelled for part in parts]),
            right=np.concatenate([part.right for part in parts]),
            source=np.concatenate(
                [np.array([known[name] for name in part.sources.tolist()], np.int16)[part.source] for part in parts]
            ),
            sources=np.array(sources, dtype=np.str_),
            first_target=np.concatenate(
                [[0], *(part.first_target[1:] + at for part, at in zip(parts, spans, strict=False))]
            ),
            targets=np.concatenate([part.targets for part in parts]),
        )

    def save(self, file: Path) -> Path:
        """Write it to a file, whole or not at all; return the file."""
        file.parent.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(".partial")
        with partial.open("wb") as stream:
            np.savez_compressed(stream, **{field.name: getattr(self, field.name) for field in fields(self)})
        return partial.replace(file)

    @classmethod
    def load(cls, file: Path) -> Prepared:
        """Read a file that `save` wrote.

        Raises:
            SourceError: it is missing, damaged or not such a file.
        """
        try:
            with file.open("rb") as stream, np.load(stream) as kept:
                return cls(**{field.name: kept[field.name] for field in fields(cls)})
        except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
            raise SourceError(f"{file} cannot be read as prepared examples: {error}.") from error


def _shifted(numbers: Sequence[npt.NDArray[np.int32]], by: Ints) -> npt.NDArray[np.int32]:
    """Return the numbers of several parts, each moved on by what came before; -1 stays what it is."""
    moved = [np.where(part >= 0, part + at, -1) for part, at in zip(numbers, by, strict=False)]
    return np.concatenate(moved).astype(np.int32)


_BY_ROW = ("question", "title", "passage", "group", "labelled", "right", "source")


@dataclass(frozen=True, slots=True)
class PreparedRow:
    """What a `PreparedBuilder` is told of one row; texts are numbers that `PreparedBuilder.text` gave.

    Attributes:
        question, title, passage: numbers of texts; title -1 for none.
        group: what rows of one question have in common.
        labelled: whether anybody said what answers.
        right: whether the passage answers.
        source: the data set's name.
        targets: first and last token of each span, counted in the passage.
    """

    question: int
    title: int
    passage: int
    group: str
    labelled: bool
    right: bool
    source: str
    targets: tuple[tuple[int, int], ...]


class PreparedBuilder:
    """Puts a `Prepared` together, each text once.

    Args:
        vocabulary: the number of each piece.
    """

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._pieces = [""] * (max(vocabulary.values()) + 1)
        for piece, number in vocabulary.items():
            self._pieces[number] = piece
        self._texts: dict[bytes, int] = {}
        self._tokens: list[npt.NDArray[np.uint16]] = []
        self._rows: list[PreparedRow] = []

    def text(self, tokens: Sequence[int]) -> int:
        """Return the number of a text, which is the same for the same tokens."""
        array = np.asarray(tokens, dtype=np.uint16)
        key = array.tobytes()
        if key not in self._texts:
            self._texts[key] = len(self._tokens)
            self._tokens.append(array)
        return self._texts[key]

    def add(self, row: PreparedRow) -> None:
        """Take a row; those of one group have to follow each other."""
        self._rows.append(row)

    def build(self) -> Prepared:
        """Return what was added."""
        rows = self._rows
        groups = {name: number for number, name in enumerate(dict.fromkeys(row.group for row in rows))}
        sources = {name: number for number, name in enumerate(dict.fromkeys(row.source for row in rows))}
        return Prepared(
            pieces=np.array(self._pieces, dtype=np.str_),
            tokens=np.concatenate([np.empty(0, dtype=np.uint16), *self._tokens]),
            offsets=np.cumsum([0, *map(len, self._tokens)], dtype=np.int64),
            question=np.array([row.question for row in rows], dtype=np.int32),
            title=np.array([row.title for row in rows], dtype=np.int32),
            passage=np.array([row.passage for row in rows], dtype=np.int32),
            group=np.array([groups[row.group] for row in rows], dtype=np.int32),
            labelled=np.array([row.labelled for row in rows], dtype=np.bool_),
            right=np.array([row.right for row in rows], dtype=np.bool_),
            source=np.array([sources[row.source] for row in rows], dtype=np.int16),
            sources=np.array(list(sources), dtype=np.str_),
            first_target=np.cumsum([0, *(len(row.targets) for row in rows)], dtype=np.int64),
            targets=np.array([span for row in rows for span in row.targets], dtype=np.int32).reshape(-1, 2),
        )
