"""Whether the followers (vectors, lexical index) fit the database, and making them fit again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from pullquote.errors import ArchiveDamaged
from pullquote.index.adding import passage_input
from pullquote.index.database import Database
from pullquote.index.embedder import Embedder
from pullquote.index.lexical import LexicalIndex
from pullquote.index.vectors import VectorLog
from pullquote.index.writing import follow

# Rows looked at in one go: 16,384 of 384 numbers are 13 MB.
_CHUNK_ROWS = 16_384
# A stored vector has length 1 up to float16's rounding.
_LENGTH_TOLERANCE = 0.01


def problems(database: Database, vectors: VectorLog, lexical_folder: Path) -> list[str]:
    """Return what is wrong, one sentence each; an empty list means that all files agree.

    A batch that was stored but not yet published, as a crash can leave it, is nothing wrong: no reader sees it,
    and the next writer publishes it.
    """
    found = database.integrity()
    rows = database.number("vector_rows")
    if (present := vectors.rows_on_disk()) < rows:
        found.append(f"the vector log holds {present} of {rows} rows")
    bad = len(_damaged_rows(vectors, min(rows, present)))
    if bad:
        found.append(f"{bad} rows of the vector log are damaged")
    try:
        # Between the database's commit and the publication, the index may stand at either generation.
        expected = {database.live_passages(database.number(key)) for key in ("published_generation", "generation")}
        count = LexicalIndex(lexical_folder).count()
        if count not in expected:
            found.append(f"the lexical index holds {count} passages, the database {min(expected)}")
    except ArchiveDamaged as error:
        found.append(str(error).partition(";")[0])
    return found


def mend(database: Database, vectors: VectorLog, lexical_folder: Path, embedder: Callable[[], Embedder]) -> list[str]:
    """Rebuild what `problems` finds wrong with the followers; return what was done, one sentence each."""
    done = []
    rows = database.number("vector_rows")
    present = min(rows, vectors.rows_on_disk())
    broken = [*_damaged_rows(vectors, present), *range(present, rows)]
    if broken:
        _embed_again(database, vectors, embedder(), broken, rows)
        done.append(f"embedded {len(broken)} passages again")
    generation = database.number("generation")
    try:
        stale = LexicalIndex(lexical_folder).count() != database.live_passages(generation)
    except ArchiveDamaged:
        stale = True
    if stale or database.number("published_generation") != generation:
        LexicalIndex.discard(lexical_folder)
        follow(database, LexicalIndex(lexical_folder, create=True), 0)
        with database.transaction():
            database.set_number("published_generation", generation)
        done.append("wrote the lexical index anew")
    return done


def _damaged_rows(vectors: VectorLog, end_row: int) -> list[int]:
    damaged: list[int] = []
    for first in range(0, end_row, _CHUNK_ROWS):
        last = min(end_row, first + _CHUNK_ROWS)
        lengths = np.linalg.norm(vectors.read(first, last).astype(np.float32), axis=1)
        wrong = ~(np.abs(lengths - 1.0) < _LENGTH_TOLERANCE)  # also catches NaN
        damaged += [first + int(row) for row in np.flatnonzero(wrong)]
    return damaged


def _embed_again(database: Database, vectors: VectorLog, embedder: Embedder, rows: list[int], total: int) -> None:
    present = min(total, vectors.rows_on_disk())
    all_rows = np.zeros((total, vectors.dimension), dtype=np.float32)
    all_rows[:present] = vectors.read(0, present)
    texts = []
    for row in rows:
        rowid, start, end, _ = database.passage(row)
        article = database.article(rowid)
        texts.append(passage_input(article, article.text[start:end]))
    all_rows[rows] = embedder.embed_passages(texts)
    vectors.append(all_rows, 0)
