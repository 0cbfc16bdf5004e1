"""Whether an archive holds what was stored, and whether its followers (vectors, back end, words) fit it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from pullquote.errors import ArchiveDamaged, ArchiveError
from pullquote.index.backends.base import Index
from pullquote.index.backends.opening import leftovers
from pullquote.index.integrity.database_check import database_problems
from pullquote.index.integrity.erasing import unfinished_ranges
from pullquote.index.search import vocabulary
from pullquote.index.storage.archive_files import Files
from pullquote.index.storage.database import Database
from pullquote.index.storage.pending import count, overlap, rows_to_embed
from pullquote.index.storage.vector_log import VectorLog

# Rows looked at in one go: 16,384 of 384 numbers are 13 MB.
_CHUNK_ROWS = 16_384
# A stored vector has length 1 up to float16's rounding.
_LENGTH_TOLERANCE = 0.01


def problems(files: Files, index: Index) -> list[str]:
    """Return what is wrong, one sentence each; an empty list means that everything is what was stored.

    A batch that was stored but not yet published, as a crash can leave it, is nothing wrong: no reader sees it,
    and the next writer publishes it.
    """
    found = []
    try:
        with files.database.one_state():
            found += database_problems(files.database)
            found += vector_problems(files.database, files.vectors)
    except ArchiveError as error:
        found.append(error.without_advice)
        return found
    found += index.problems()
    if left := leftovers(files):
        names = ", ".join(folder.name for folder in left)
        found.append(f"a lexical index is left ({names}), which another back end has replaced")
    if words_damaged(files.database, files.words):
        found.append("the list of printed words is damaged")
    if files.database.unfinished_erasure():
        found.append("an erasure was interrupted: what is to be erased may still stand in some file")
    return found


def notes(files: Files) -> list[str]:
    """Return what can't be told of an archive that was made before there were checksums."""
    database = files.database
    if not database.has_checksums:
        return [
            "this archive was made before checksums were stored: of its vectors and its lexical index, only lengths "
            "and numbers were compared; the next change to it, or `pullquote check --repair`, adds them"
        ]
    if left := _left_to_embed(database):
        return [f"{left:,} passages aren't embedded yet, and are found by their words alone; run: pullquote optimize"]
    return []


def _left_to_embed(database: Database) -> int:
    try:
        return count(rows_to_embed(database))
    except ArchiveDamaged:  # which `problems` says
        return 0


# -- vectors


def vector_problems(database: Database, vectors: VectorLog) -> list[str]:
    """Return what is wrong with the vector log."""
    found = []
    erasing, pending = unfinished_ranges(database), rows_to_embed(database)
    rows, present = database.number("vector_rows"), vectors.rows_on_disk()
    if present < rows:
        found.append(f"the vector log holds {present} of {rows} rows")
    if bad := len(rows_of_wrong_length(database, vectors, min(rows, present))):
        found.append(f"{bad} rows of the vector log are damaged")
    found += [
        f"rows {first} to {end - 1} of the vector log are not what was stored"
        for first, end in altered_batches(database, vectors)
        if end <= present and not overlap(erasing, first, end) and not overlap(pending, first, end)
    ]
    if database.has_checksums and present >= rows and (bare := len(rows_without_checksum(database))):
        found.append(f"{bare} rows of the vector log have no checksum")
    return found


def rows_of_wrong_length(database: Database, vectors: VectorLog, end_row: int) -> list[int]:
    """Return the rows below `end_row` that belong to a passage, should have been embedded, and are no unit vectors."""
    used = np.zeros(end_row, dtype=np.bool_)
    passages = np.array(database.passage_rows(), dtype=np.int64)
    used[passages[(passages >= 0) & (passages < end_row)]] = True
    for first, end in rows_to_embed(database):
        used[first:end] = False
    damaged: list[int] = []
    for first in range(0, end_row, _CHUNK_ROWS):
        last = min(end_row, first + _CHUNK_ROWS)
        # In float32, of which NaN and infinity may come, without a word about it.
        with np.errstate(all="ignore"):
            lengths = np.linalg.norm(vectors.read(first, last).astype(np.float32), axis=1)
        wrong = ~(np.abs(lengths - 1.0) < _LENGTH_TOLERANCE)  # also catches NaN
        damaged += [first + int(row) for row in np.flatnonzero(wrong & used[first:last])]
    return damaged


def altered_batches(database: Database, vectors: VectorLog) -> Iterator[tuple[int, int]]:
    """Yield `[first, end)` of the batches of rows that don't have their checksum, cut off ones, too."""
    for first, end, checksum in _batches(database):
        try:
            if vectors.checksum(first, end) != checksum:
                yield first, end
        except ArchiveDamaged:
            yield first, end


def rows_without_checksum(database: Database) -> list[int]:
    """Return the committed rows that stand in no batch."""
    bare = np.ones(database.number("vector_rows"), dtype=np.bool_)
    for first, end, _ in _batches(database):
        bare[first:end] = False
    return [int(row) for row in np.flatnonzero(bare)]


def _batches(database: Database) -> Iterator[tuple[int, int, str]]:
    """Yield the batches that lie within the committed rows: another one's bounds were altered."""
    rows = database.number("vector_rows")
    for first, end, checksum in database.vector_batches():
        if isinstance(first, int) and isinstance(end, int) and 0 <= first < end <= rows:
            yield first, end, checksum


# -- words


def words_damaged(database: Database, words: Path) -> bool:
    """Return whether the words that are kept aren't those of a generation; that there are none, is nothing wrong."""
    if not words.exists():
        return False
    kept = vocabulary.read(words)  # before the generation, which a writer may raise meanwhile
    if kept is None or kept.generation > database.number("published_generation"):
        return True
    # One without an archive is of format 1, and is counted anew when it is next needed.
    return bool(kept.archive) and kept.archive != database.archive_id
