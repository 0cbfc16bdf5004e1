"""Which words of the turns before a question leaves out, by a small encoder (QuReTeC, Voskarides et al., SIGIR 2020).

One pass over the question and the turns before gives each earlier word the probability that it belongs to the question,
and the question the probability that it needs any. The encoder is the small reader's: its lower layers and embeddings
are the reader's own, and `followup-terms/terms.safetensors` holds the upper layers, trained further.
`python -m pullquote.qa.training.following_up` trains it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from pullquote.answers import Turn
from pullquote.errors import ModelError
from pullquote.index.embedding.precision import has_fast_bfloat16
from pullquote.qa.followups.turn_input import ConversationRow, conversation_row
from pullquote.qa.reading.shipped import SMALL_READER, shipped_reader_folder
from pullquote.qa.reading.upper_layers import UpperLayersFile
from pullquote.qa.reading.weights import packed_tensors

if TYPE_CHECKING:
    import torch

    from pullquote.qa.followups.term_model import TermModel

FILE_NAME = "terms.safetensors"


@dataclass(frozen=True, slots=True)
class TermReading:
    """What the classifier makes of a question among its turns.

    Attributes:
        row: what it read.
        carried: for each of `row.words`, the probability that the question leaves it out, 0..1.
        needs: the probability that the question leaves anything out, 0..1.
    """

    row: ConversationRow
    carried: tuple[float, ...]
    needs: float


class Classifier(Protocol):
    """What follow-ups need of a classifier."""

    def read(self, question: str, history: Sequence[Turn]) -> TermReading:
        """Return what it makes of a question among its turns."""


class TermsFile(UpperLayersFile):
    """The tensors of a `TermModel`, with 8 bits a number."""

    KIND = "term classifier"

    @staticmethod
    def stored(tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Return the tensors packed."""
        return packed_tensors(tensors)


class TermClassifier:
    """Says which words of earlier turns a question leaves out.

    Args:
        file: the weights of its upper layers.
        bfloat16: None decides by the processor.

    Raises:
        ModelError: it was trained on other weights than those of the small reader, or doesn't fit them.
    """

    def __init__(self, file: TermsFile, *, bfloat16: bool | None = None) -> None:
        import torch

        from pullquote.qa.followups.term_model import TermModel
        from pullquote.qa.reading.span_model import load_span_model

        reader, self._tokenizer, sha256 = load_span_model(shipped_reader_folder(SMALL_READER))
        if file.reader_sha256 != sha256:
            raise ModelError("The term classifier was trained on other weights than those of the small reader.")
        self._encoder: Any = reader.base_model
        layers: Any = self._encoder.encoder.layer
        self._lower = len(layers) - file.layers
        self._model: TermModel = TermModel(layers[self._lower :], self._encoder.config.hidden_size).eval()
        try:
            self._model.load_state_dict(dict(file.tensors))
        except RuntimeError as error:
            raise ModelError(f"The term classifier doesn't fit the small reader: {error}") from error
        if has_fast_bfloat16() if bfloat16 is None else bfloat16:
            self._encoder.to(torch.bfloat16)
            self._model.to(torch.bfloat16)
        # A tokenizer keeps truncation as state, and questions may be asked in several threads.
        self._tokenizing = Lock()
        self.sha256 = file.sha256

    def read(self, question: str, history: Sequence[Turn]) -> TermReading:
        """Return what it makes of a question among its turns, oldest first."""
        import torch

        from pullquote.qa.followups.term_model import lower_part

        with self._tokenizing:
            row = conversation_row(self._tokenizer, question, history)
        ids, roles, ages, attention = map(torch.from_numpy, padded_rows([row]))
        with torch.inference_mode():
            lower = lower_part(self._encoder, ids, attention, layers=self._lower)
            carried, needs = self._model(lower, roles, ages, attention)
        odds = carried[0].sigmoid()
        return TermReading(row, tuple(float(odds[word.token]) for word in row.words), float(needs[0].sigmoid()))


def padded_rows(rows: Sequence[ConversationRow]) -> tuple[npt.NDArray[np.int64], ...]:
    """Return ids, roles, ages and attention mask, (rows, longest) int64 each."""
    longest = max(len(row.ids) for row in rows)
    ids, roles, ages, attention = (np.zeros((len(rows), longest), dtype=np.int64) for _ in range(4))
    for at, row in enumerate(rows):
        length = len(row.ids)
        ids[at, :length], roles[at, :length], ages[at, :length] = row.ids, row.roles, row.ages
        attention[at, :length] = 1
    return ids, roles, ages, attention


@cache
def shipped_classifier() -> TermClassifier:
    """Return the classifier that ships in the package, loaded once.

    Raises:
        ModelError: it is missing or damaged.
    """
    return TermClassifier(TermsFile.load(Path(__file__).parents[1] / "followup-terms" / FILE_NAME))
