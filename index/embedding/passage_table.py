"""A vector for each token, and a passage's vector from those of its tokens: no layer is computed.

A passage's vector is the mean of its tokens' rows, times a matrix, plus a vector, with length 1. The rows are trained
so that this comes near what a sentence encoder makes of passages (`pullquote.qa.training.distilling`).

Source: MinishLab, "Model2Vec: Fast State-of-the-Art Static Embeddings", 2024, for what such tables can do; here the
encoder still embeds the questions, and the table follows it passage by passage.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pullquote.errors import ModelError

Floats = npt.NDArray[np.float32]
# Names in the file: (tokens, width) int8, (tokens,) float16, (width, dimension) float16, (dimension,) float32.
_ROWS, _SCALES, _MATRIX, _SHIFT = "rows", "scales", "matrix", "shift"


@dataclass(frozen=True, slots=True)
class PassageTable:
    """What a table holds.

    Attributes:
        rows: (tokens, width) float32.
        matrix: (width, dimension) float32.
        shift: (dimension,) float32.
        sha256: of the file.
    """

    rows: Floats
    matrix: Floats
    shift: Floats
    sha256: str

    @classmethod
    def load(cls, file: Path) -> PassageTable:
        """Return what `save` wrote.

        Raises:
            ModelError: it is missing or damaged.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load

        try:
            data = file.read_bytes()
            held = load(data)
            rows = held[_ROWS].astype(np.float32) * held[_SCALES].astype(np.float32)[:, None]
            matrix, shift = held[_MATRIX].astype(np.float32), held[_SHIFT]
            if rows.shape[1] != len(matrix) or matrix.shape[1] != len(shift):
                raise ValueError("its parts don't fit each other")
        except (OSError, SafetensorError, KeyError, ValueError, IndexError) as error:
            raise ModelError(f"{file} is no table of passages' vectors ({error}); reinstall the package.") from error
        return cls(rows, matrix, shift, hashlib.sha256(data).hexdigest())

    @staticmethod
    def save(file: Path, rows: Floats, matrix: Floats, shift: Floats, *, made: str) -> None:
        """Write a table, whole or not at all, with 8 bits a number.

        Args:
            file: where.
            rows: (tokens, width).
            matrix: (width, dimension).
            shift: (dimension,).
            made: how it was trained, kept with it.
        """
        from safetensors.numpy import save_file

        scales = np.maximum(np.abs(rows).max(axis=1) / 127, 1e-7).astype(np.float16)
        held: dict[str, Any] = {
            _ROWS: np.clip(np.round(rows / scales.astype(np.float32)[:, None]), -127, 127).astype(np.int8),
            _SCALES: scales,
            _MATRIX: matrix.astype(np.float16),
            _SHIFT: shift.astype(np.float32),
        }
        file.parent.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(".partial")
        save_file(held, partial, metadata={"made": made})
        partial.replace(file)

    def embed(self, tokens: Sequence[npt.NDArray[np.int64]]) -> Floats:
        """Return (passages, dimension) float32, L2-normalised.

        Args:
            tokens: of each passage, at least one.
        """
        if not tokens:
            return np.empty((0, len(self.shift)), dtype=np.float32)
        lengths = np.array([len(one) for one in tokens])
        begins = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        sums = np.add.reduceat(self.rows[np.concatenate(tokens)], begins, axis=0)
        means = sums / lengths[:, None].astype(np.float32)
        vectors: Floats = (means @ self.matrix + self.shift).astype(np.float32, copy=False)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return vectors
