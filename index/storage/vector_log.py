"""The vector log: an append-only file of float16 rows whose committed length stands in the database."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pullquote.errors import ArchiveDamaged, ArchiveWriteFailed
from pullquote.index.storage import checksums

Rows = npt.NDArray[np.float16]


def row_ranges(rows: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield the `[first, end)` of rows that follow each other."""
    first = end = -1
    for row in rows:
        if row != end:
            if first >= 0:
                yield first, end
            first = row
        end = row + 1
    if first >= 0:
        yield first, end


def checksum_of(vectors: npt.NDArray[np.float32]) -> str:
    """Return the checksum that (n, dimension) rows have in the log."""
    return checksums.of_bytes(_bytes_of(vectors))


def _bytes_of(vectors: npt.NDArray[np.float32]) -> bytes:
    return np.ascontiguousarray(vectors, dtype=np.float16).tobytes()


class VectorLog:
    """`vectors.f16`: row n is bytes `[n * 2 * dimension, (n + 1) * 2 * dimension)`.

    Whatever lies behind the committed length is the rest of a batch that was never committed, and is
    written over by the next one.
    """

    def __init__(self, file: Path, dimension: int) -> None:
        self.file = file
        self.dimension = dimension

    def append(self, vectors: npt.NDArray[np.float32], committed_rows: int) -> None:
        """Write (n, dimension) rows behind the committed ones, and force them to the disk.

        Raises:
            ArchiveWriteFailed: the disk is full or refuses; the committed rows are untouched.
        """
        self._write(vectors, committed_rows, truncate=True)

    def overwrite(self, vectors: npt.NDArray[np.float32], first_row: int) -> str:
        """Write (n, dimension) rows in the place of those from `first_row` on, and force them to the disk.

        Returns:
            Their checksum.

        Raises:
            ArchiveWriteFailed: the disk is full or refuses.
        """
        self._write(vectors, first_row, truncate=False)
        return checksum_of(vectors)

    def _write(self, vectors: npt.NDArray[np.float32], first_row: int, *, truncate: bool) -> None:
        """Write rows, end the file behind them if asked to, and force it to the disk."""
        data = _bytes_of(vectors)
        try:
            descriptor = os.open(self.file, os.O_RDWR | os.O_CREAT, 0o644)
            with open(descriptor, "r+b") as stream:
                stream.seek(self._offset(first_row))
                stream.write(data)
                if truncate:
                    stream.truncate()
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise self._not_written(error) from error

    def cut(self, rows: int) -> None:
        """Let go of whatever stands behind the committed rows.

        Raises:
            ArchiveWriteFailed: the disk refuses.
        """
        try:
            if self.file.exists() and self.file.stat().st_size > self._offset(rows):
                os.truncate(self.file, self._offset(rows))
        except OSError as error:
            raise self._not_written(error) from error

    def checksum(self, first_row: int, end_row: int) -> str:
        """Return the checksum of rows `[first_row, end_row)`.

        Raises:
            ArchiveDamaged: the file is shorter than that.
        """
        return checksums.of_bytes(self.read(first_row, end_row).tobytes())

    def _not_written(self, error: OSError) -> ArchiveWriteFailed:
        return ArchiveWriteFailed(
            f"The archive {self.file.parent} cannot be written ({error.strerror}); what was committed before is intact."
        )

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

    def mapped(self, end_row: int) -> Rows:
        """Return the rows below one as (n, dimension) float16, mapped: what is written there later is seen.

        Raises:
            ArchiveDamaged: the file is shorter than that.
        """
        if not end_row or self.rows_on_disk() < end_row:
            return self.read(0, end_row)  # says that the file is too short
        return np.memmap(self.file, dtype=np.float16, mode="r", shape=(end_row, self.dimension))

    def take(self, rows: npt.NDArray[np.int64]) -> Rows:
        """Return these rows, in the order given, as (n, dimension) float16.

        Raises:
            ArchiveDamaged: the file is shorter than that.
        """
        if not len(rows):
            return np.empty((0, self.dimension), dtype=np.float16)
        first, end = int(rows.min()), int(rows.max()) + 1
        if end - first <= 2 * len(rows):
            return self.read(first, end)[rows - first]
        return np.array(self.mapped(end)[rows])

    def rows_on_disk(self) -> int:
        """Return how many whole rows the file holds, committed or not."""
        return self.file.stat().st_size // self._offset(1) if self.file.exists() else 0

    def _offset(self, row: int) -> int:
        return row * self.dimension * 2
