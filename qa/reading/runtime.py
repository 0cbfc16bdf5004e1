"""What differs between the libraries that compute a reader: windows in, start and end logits out.

`SpanReader` is one reader over any of them. A runtime for another library is one more class like `TorchRuntime`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from pullquote.qa.reading.windows import Window

Scores = npt.NDArray[np.float32]


class Runtime(Protocol):
    """A model for extractive question answering, as one library computes it."""

    @property
    def name(self) -> str:
        """Name to show."""

    @property
    def sha256(self) -> str:
        """Hash of the weights."""

    @property
    def folder(self) -> Path | None:
        """Where the weights lie, and beside them what was fitted for their scores; None where they lie in no folder."""

    @property
    def tokenizer(self) -> Any:
        """The model's Hugging Face tokenizer, a fast one: only those tell where each token stands."""

    @property
    def tokenizing(self) -> Lock:
        """What whoever uses the tokenizer has to hold: it keeps truncation as state."""

    @property
    def max_tokens(self) -> int:
        """The longest window that the model takes, special tokens included."""

    @property
    def batch_tokens(self) -> int:
        """Tokens, padding included, that are best computed at once."""

    def logits(self, windows: Sequence[Window]) -> tuple[Scores, Scores]:
        """Return start and end logits.

        Args:
            windows: at least one, of like lengths.

        Returns:
            Two (windows, tokens) float32, where `tokens` is the longest window's count or more.
        """


@runtime_checkable
class LayeredRuntime(Runtime, Protocol):
    """A runtime whose encoder other heads can share."""

    @property
    def bfloat16(self) -> bool:
        """Whether it computes in bfloat16."""

    def with_upper_layers(self, change: Callable[[Any], None], *, count: int) -> Any:
        """Return a model like this one, but for its upper layers; all others are its own.

        Args:
            change: changes the upper layers of a float32 model, in place.
            count: how many there are.

        Raises:
            ModelError: the weights can't be loaded again, or the layers of such a model can't be told apart.
        """
