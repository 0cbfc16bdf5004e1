"""Learning with weights as they will be once packed, so that packing costs little (Jacob et al. 2018, section 3).

Loss and gradients are those of the rounded weights; what is changed by them are the exact ones beneath, as if rounding
weren't there (the straight-through estimator: Bengio, Léonard and Courville 2013). Biases and norms learn to live with
the rounding meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from pullquote.errors import InputError
from pullquote.qa.reading.weights import PACKED_BITS, rounded

# Weights move by a small part of a rounding step in so many steps of training, and rounding all of them takes longer
# than one: how far each is from its rounded self is found anew only now and then.
_STEPS = 16


class Rounding:
    """What rounding adds to the matrices of a model; those that aren't learnt are rounded at once, in place.

    Args:
        model: with float32 parameters.
        bits: of a number, 8 or 4, as `pullquote.qa.reading.weights.pack` takes them.

    Attributes:
        added: what was last found for each matrix that is learnt; belongs to the state to resume from.

    Raises:
        InputError: `bits` is neither.
    """

    def __init__(self, model: Any, *, bits: int) -> None:
        if bits not in PACKED_BITS:
            raise InputError(f"Weights are packed with {' or '.join(map(str, PACKED_BITS))} bits, not {bits}.")
        self._bits = bits
        matrices = [parameter for parameter in model.parameters() if parameter.ndim == 2]
        self._learnt = [matrix for matrix in matrices if matrix.requires_grad]
        self.added: list[torch.Tensor] = []
        for matrix in matrices:
            if not matrix.requires_grad:
                matrix.data = rounded(matrix.data, bits=bits)

    @contextmanager
    def applied(self, step: int | None) -> Iterator[None]:
        """Round the matrices inside the `with`, and have them exact again after it.

        Args:
            step: of the training; None to look at the model as it is now, which changes nothing for the next step.
        """
        exact = [matrix.data for matrix in self._learnt]
        if step is None:
            found = self._added(exact)
        elif not self.added or step % _STEPS == 0:
            found = self.added = self._added(exact)
        else:
            found = self.added
        for matrix, before, added in zip(self._learnt, exact, found, strict=True):
            matrix.data = before + added
        try:
            yield
        finally:
            for matrix, before in zip(self._learnt, exact, strict=True):
                matrix.data = before

    def _added(self, exact: Sequence[torch.Tensor]) -> list[torch.Tensor]:
        return [rounded(matrix, bits=self._bits) - matrix for matrix in exact]
