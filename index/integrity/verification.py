"""Whether an archive holds what was stored, and whether its followers (vectors, lexical index, words) fit it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from pullquote.errors import ArchiveDamaged, ArchiveError
from pullquote.index.analyser import OUTDATED
from pullquote.index.backends import lexical_stamp
from pullquote.index.backends.lexical import LexicalIndex, is_outdated
from pullquote.index.backends.vector_log import VectorLog
from pullquote.index.integrity.database_check import database_problems
from pullquote.index.integrity.erasing import unfinished_ranges
from pullquote.index.search import vocabulary
from pullquote.index.storage.archive_files import Files
from pullquote.index.storage.database import Database

# Rows looked at in one go: 16,384 of 384 numbers are 13 MB.
_CHUNK_ROWS = 16_384
# A stored vector has length 1 up to float16's rounding.
_LENGTH_TOLERANCE = 0.01
# A writer may be putting a new lexical index in the place of the old one.
_TRIES, _PAUSE_S = 5, 0.1


def problems(files: Files) -> list[str]:
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
        found.append(without_advice(error))
        return found
    found += lexical_problems(files.database, files.lexical)
    if is_outdated(files.lexical):
        found.append(OUTDATED)
    if words_damaged(files.database, files.words):
        found.append("the list of printed words is damaged")
    if files.database.unfinished_erasure():
        found.append("an erasure was interrupted: what is to be erased may still stand in some file")
    return found


def without_advice(error: ArchiveError) -> str:
    """Return what an error says is wrong, without what to run."""
    return str(error).partition("; run:")[0]


def notes(files: Files) -> list[str]:
    """Return what can't be told of an archive that was made before there were checksums."""
    database = files.database
    if not database.has_checksums:
        return [
            "this archive was made before checksums were stored: of its vectors and its lexical index, only lengths "
            "and numbers were compared; the next change to it, or `pullquote check --repair`, adds them"
        ]
    return []


# -- vectors


def vector_problems(database: Database, vectors: VectorLog) -> list[str]:
    """Return what is wrong with the vector log."""
    found = []
    erasing = unfinished_ranges(database)
    rows, present = database.number("vector_rows"), vectors.rows_on_disk()
    if present < rows:
        found.append(f"the vector log holds {present} of {rows} rows")
    if bad := len(rows_of_wrong_length(database, vectors, min(rows, present))):
        found.append(f"{bad} rows of the vector log are damaged")
    found += [
        f"rows {first} to {end - 1} of the vector log are not what was stored"
        for first, end in altered_batches(database, vectors)
        if end <= present and not any(start < end and stop > first for start, stop in erasing)
    ]
    if database.has_checksums and present >= rows and (bare := len(rows_without_checksum(database))):
        found.append(f"{bare} rows of the vector log have no checksum")
    return found


def rows_of_wrong_length(database: Database, vectors: VectorLog, end_row: int) -> list[int]:
    """Return the rows below `end_row` that belong to a passage and are no unit vectors."""
    used = np.zeros(end_row, dtype=np.bool_)
    passages = np.array(database.passage_rows(), dtype=np.int64)
    used[passages[(passages >= 0) & (passages < end_row)]] = True
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


# -- the lexical index


def lexical_problems(database: Database, folder: Path, *, thorough: bool = True) -> list[str]:
    """Return what is wrong with the lexical index.

    Args:
        database: what it should follow.
        folder: where it is.
        thorough: read all its files and count its passages; otherwise only whose it is, how far it is, and whether its
            files are as long as they were: a millisecond.
    """
    for _ in range(_TRIES):
        before = lexical_stamp.read(folder)
        generations = database.number("published_generation"), database.number("generation")
        found = _lexical_problems(database, folder, thorough=thorough)
        if not found or _is_quiet(database, folder, before, generations):
            return found
        time.sleep(_PAUSE_S)
    return found


def _is_quiet(
    database: Database, folder: Path, stamp: lexical_stamp.Stamp | None, generations: tuple[int, int]
) -> bool:
    """Return whether no writer was at work since."""
    now = database.number("published_generation"), database.number("generation")
    return now == generations and lexical_stamp.read(folder) == stamp and folder.is_dir()


def _lexical_problems(database: Database, folder: Path, *, thorough: bool) -> list[str]:
    published = database.number("published_generation")
    # Before the database's numbers: a writer raises these first.
    stamp = lexical_stamp.read(folder)
    generation = database.number("generation")
    if not database.has_checksums or (stamp is None and not folder.is_dir()):
        return _miscounted(database, folder, {(published, published), (generation, generation)})
    if stamp is None:
        return ["the lexical index doesn't say what it follows"]
    if wrong := _of_another(stamp, database.archive_id, published, generation):
        return [wrong]
    behind = stamp.added < generation or stamp.removed < published
    altered = _altered_files(folder, stamp, behind=behind, thorough=thorough)
    found = [f"the lexical index was altered: {', '.join(altered)}"] if altered else []
    if thorough:
        added, removed = {stamp.added, generation}, {stamp.removed, published}
        found += _miscounted(database, folder, {(one, other) for one in added for other in removed})
    return found


def _of_another(stamp: lexical_stamp.Stamp, archive: str, published: int, generation: int) -> str:
    """Return what is wrong where an index follows another archive, or another state of this one."""
    if stamp.archive != archive:
        return "the lexical index is another archive's"
    if stamp.added > generation:
        lost = "the database lost what was committed last"
        return f"the lexical index is of change {stamp.added}, the database of {generation}: {lost}"
    if stamp.added < published:
        return f"the lexical index is of change {stamp.added}, the database of {published}"
    return ""


def _altered_files(folder: Path, stamp: lexical_stamp.Stamp, *, behind: bool, thorough: bool) -> list[str]:
    """Return the files that aren't what the stamp says; of an index that was committed since, fewer can be told."""
    if not thorough:
        return [] if behind else lexical_stamp.missing_or_cut(folder, stamp)
    return lexical_stamp.altered_but_there(folder, stamp) if behind else lexical_stamp.altered(folder, stamp)


def _miscounted(database: Database, folder: Path, states: set[tuple[int, int]]) -> list[str]:
    """Return a sentence where the index holds as many passages as in none of the states (added, removed)."""
    try:
        count = LexicalIndex(folder).count()
    except ArchiveError as error:
        return [without_advice(error)]
    expected = {database.passages_held(added, removed) for added, removed in states}
    if count in expected:
        return []
    return [f"the lexical index holds {count} passages, the database {min(expected)}"]


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
