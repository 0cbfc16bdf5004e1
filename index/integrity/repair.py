"""Making an archive sound again, as far as its database can tell what is right."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from pullquote.index.adding.embedding_later import CHUNK_ROWS, runs, vectors_of
from pullquote.index.adding.writing import finish_erasing, publish
from pullquote.index.backends.base import BackEndAway, Index
from pullquote.index.backends.opening import discard_leftovers
from pullquote.index.embedding.embedder import Embedder
from pullquote.index.integrity import database_check, verification
from pullquote.index.search.vocabulary import followed
from pullquote.index.storage import mapped_files
from pullquote.index.storage.archive_files import Files
from pullquote.index.storage.database import Database
from pullquote.index.storage.migration import migrate
from pullquote.index.storage.pending import note_rows_to_embed, rows_to_embed
from pullquote.index.storage.vector_log import VectorLog

# Articles that a sentence names.
_NAMED = 3


def mend(files: Files, index: Index, embedder: Callable[[], Embedder]) -> list[str]:
    """Mend what `verification.problems` finds, as far as that is possible; return what was done, one sentence each.

    What the database states, such as the dimension of vectors, has been mended before: `manifest_repair.mend_facts`.
    """
    database = files.database
    done = []
    if wrong := _mend_addresses(database):
        done.append(f"noted anew of which page the addresses of {wrong} articles are")
    if migrate(database, files.vectors):
        done.append("added checksums to an archive that was made before there were any")
    done += _take_out_altered(database)
    if discard_leftovers(files):
        done.append("deleted a lexical index that another back end has replaced")
    with contextlib.suppress(BackEndAway):  # whose problems say so
        if finish_erasing(files, index):
            done.append("finished an erasure that was interrupted")
    if embedded := _mend_vectors(database, files.vectors, embedder):
        done.append(f"embedded {embedded} passages again")
    if mended := index.mend():
        done.append(mended)
    with contextlib.suppress(BackEndAway):
        publish(database, index)
    if verification.words_damaged(database, files.words):
        files.words.unlink(missing_ok=True)
        followed(database, database.number("generation"), files.words, None)
        done.append("counted the printed words anew")
    return done


def advice(folder: Path) -> str:
    """Return what to do about an archive that no repair mends."""
    return (
        f"No repair mends that: put a copy of {folder} in its place, or make the archive anew with: "
        "pullquote add SOURCE... --archive NEW"
    )


def _take_out_altered(database: Database) -> list[str]:
    """Remove the articles that can't be quoted any more, and forget which files were read, so that they can come back.

    Of an article that had been removed before, only the checksum is set to what is there: nobody reads it.
    """
    altered = list(database_check.altered_rows(database))
    if not altered:
        return []
    live = [row for row in altered if row.live]
    with database.transaction():
        generation = database.number("generation") + bool(live)
        for row in altered:
            if row.live:
                database.mark_removed(row.rowid, generation)
            else:
                database.set_checksums(row.rowid)
        database.forget_sources()
        database.set_number("generation", generation)
    done = []
    if live:
        named = ", ".join(repr(row.name) for row in live[:_NAMED]) + (" and others" if len(live) > _NAMED else "")
        done.append(
            f"took out {len(live)} altered articles ({named}): add their sources again with: pullquote add SOURCE..."
        )
    if len(live) < len(altered):
        done.append(f"noted {len(altered) - len(live)} removed articles as they are now")
    return done


def _mend_addresses(database: Database) -> int:
    """Work out anew of which page an article's URL is where that is wrong; return how many there were."""
    wrong = database_check.wrong_addresses(database)
    if wrong:
        with database.transaction():
            for rowid, url in wrong:
                database.note_address(rowid, url)
    return len(wrong)


def _mend_vectors(database: Database, vectors: VectorLog, embedder: Callable[[], Embedder]) -> int:
    """Embed anew the passages whose vectors are lost or altered; return how many."""
    rows = database.number("vector_rows")
    broken = set(verification.rows_of_wrong_length(database, vectors, min(rows, vectors.rows_on_disk())))
    broken |= set(range(min(rows, vectors.rows_on_disk()), rows))
    for first, end in verification.altered_batches(database, vectors):
        broken |= set(range(first, end))
    pending = rows_to_embed(database)
    for first, end in pending:
        broken |= set(range(first, min(end, rows)))
    passages = set(database.passage_rows())
    embedded = 0
    for run in runs(sorted(broken)):
        vectors.overwrite(vectors_of(database, run, embedder, vectors.dimension), run[0])
        embedded += len(passages.intersection(run))
    if embedded:
        mapped_files.note(database, mapped_files.CLUSTERS, None)  # they may be of damaged vectors
    if broken or pending or verification.rows_without_checksum(database):
        _set_batches(database, vectors, rows)
    return embedded


def _set_batches(database: Database, vectors: VectorLog, rows: int) -> None:
    """Store the checksums of all rows as they are now: altered ones have been embedded anew."""
    with database.transaction():
        database.execute("DELETE FROM vector_batches")
        note_rows_to_embed(database, ())
        for first in range(0, rows, CHUNK_ROWS):
            end = min(rows, first + CHUNK_ROWS)
            database.set_vector_batch(first, end, vectors.checksum(first, end))
