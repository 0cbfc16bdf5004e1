"""What an earlier version didn't store yet, a writer adds before anything else.

An archive of format 1, which has no checksums, becomes one of this format. One without the table of addresses gets it.
"""

from __future__ import annotations

from pullquote.errors import ArchiveDamaged, ArticleAltered
from pullquote.index.storage.database import Database
from pullquote.index.storage.vector_log import VectorLog

# Rows under one checksum: 4,096 of 384 numbers are 3 MB.
_BATCH_ROWS = 4096


def migrate(database: Database, vectors: VectorLog) -> bool:
    """Bring an archive of an earlier version up to date; return whether checksums were added.

    Raises:
        ArchiveWriteFailed: the disk is full or refuses; each step is done whole or not at all.
    """
    added = _add_checksums(database, vectors)
    _note_addresses(database)
    if not database.has_changes:
        with database.transaction():
            database.add_changes()
    return added


def _note_addresses(database: Database) -> None:
    """Note the pages of articles that a version without the table stored."""
    known = database.has_addresses
    last = database.query("SELECT coalesce(max(article), 0) FROM addresses")[0][0] if known else 0
    missing = database.query("SELECT rowid, url FROM articles WHERE rowid > ? AND url IS NOT NULL", (last,))
    if known and not missing:
        return
    with database.transaction():
        database.add_addresses()
        for rowid, url in missing:
            database.note_address(rowid, url)


def _add_checksums(database: Database, vectors: VectorLog) -> bool:
    """Add the checksums of what an archive of format 1 holds, in one transaction; return whether there was need.

    An article whose text or facts no longer fit the hash that format 1 stored gets none: it stays altered. So do the
    vectors of a log that is too short.

    Raises:
        ArchiveWriteFailed: the disk is full or refuses; the archive is of format 1, as before.
    """
    if database.has_checksums:
        return False
    with database.transaction():
        rows = database.number("vector_rows")
        sound = [rowid for rowid in database.articles_stored() if _is_sound(database, rowid)]
        database.add_checksums()
        for rowid in sound:
            database.set_checksums(rowid)
        for first in range(0, min(rows, vectors.rows_on_disk()), _BATCH_ROWS):
            end = min(rows, first + _BATCH_ROWS)
            try:
                database.set_vector_batch(first, end, vectors.checksum(first, end))
            except ArchiveDamaged:
                break
    return True


def _is_sound(database: Database, rowid: int) -> bool:
    try:
        database.article(rowid)
    except ArticleAltered:
        return False
    return True
