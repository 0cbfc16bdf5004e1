"""The vector log: an append-only file of float16 rows whose committed length stands in the database."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pullquote.errors import ArchiveDamaged, ArchiveWriteFailed

Rows = npt.NDArray[np.float16]


class VectorLog:
    """`vectors.f16`: row n is bytes `[n * 2 * dimension, (n + 1) * 2 * dimension)`.

    Whatever lies behind the committed length is the rest of a batch that was never committed, and is
    written over by the next one.
    """

    def __init__(self, file: Path, dimension: int) -> None:
        self.file = file
        self.dimension = dimension

    def append(self, vectors: npt.NDArray[np.float32], committed_rows: int) -> None:
        """Write (n, dimension) rows behind the committed ones and force them to the disk.

        Raises:
            ArchiveWriteFailed: the disk is full or refuses; the committed rows are untouched.
        """
        data = np.ascontiguousarray(vectors, dtype=np.float16)
        try:
            descriptor = os.open(self.file, os.O_RDWR | os.O_CREAT, 0o644)
            with open(descriptor, "r+b") as stream:
                stream.seek(self._offset(committed_rows))
                stream.write(data.tobytes())
                stream.truncate()
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise ArchiveWriteFailed(
                f"The archive {self.file.parent} cannot be written ({error.strerror}); "
                "what was committed before is intact."
            ) from error

    def read(self, first_row: int, end_row: int) -> Rows:
        """Return rows `[first_row, end_row)` as (n, dimension) float16.

        Raises:
            ArchiveDamaged: the file is shorter than that.
        """
        count = (end_row - first_row) * self.dimension
        try:
            rows = np.fromfile(self.file, dtype=np.float16, count=count, offset=self._offset(first_row))
        except FileNotFoundError:
            rows = np.empty(0, dtype=np.float16)
        if len(rows) != count:
            raise ArchiveDamaged(
                f"{self.file} holds fewer than the {end_row} vectors it should; run: pullquote check --repair"
            )
        return rows.reshape(-1, self.dimension)

    def rows_on_disk(self) -> int:
        """Return how many whole rows the file holds, committed or not."""
        return self.file.stat().st_size // self._offset(1) if self.file.exists() else 0

    def _offset(self, row: int) -> int:
        return row * self.dimension * 2
