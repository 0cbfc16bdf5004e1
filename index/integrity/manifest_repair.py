"""Mending what the database states about the archive: its manifest, and SQLite's own indexes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from pullquote.errors import ArchiveDamaged
from pullquote.index.integrity import database_check
from pullquote.index.storage import schema
from pullquote.index.storage.database import Database


def mend_facts(database: Database) -> list[str]:
    """Mend the database's own indexes and what it states about the archive; return what was done."""
    done = []
    if any("index" in problem for problem in database_check.sqlite_problems(database)):
        database.rebuild_indexes()
        done.append("wrote the database's indexes anew")
    if not database.manifest_is_sound() and (_mend_manifest(database) or _mend_tables(database)):
        done.append("worked out anew what the database states about the archive")
    return done


def _mend_manifest(database: Database) -> bool:
    """Find what the manifest was, which its checksum tells; return whether that was possible.

    Tried are the numbers that follow from the tables, and every single bit of what stands there.
    """
    entries, tables, _ = database.manifest_facts()
    stored = entries.pop("checksum", "")
    for tried in _manifests(entries, database):
        if schema.manifest_checksum(tried, tables, schema.FORMAT_VERSION) == stored:
            with database.transaction(seal=False):
                database.replace_manifest({**tried, "checksum": stored})
            return True
    return False


def _manifests(entries: dict[str, str], database: Database) -> Iterator[dict[str, str]]:
    yield entries
    newest = database.query("SELECT max(max(added_in), max(coalesce(removed_in, 0))) FROM articles")[0][0] or 0
    numbers = {
        "article_rows": database.query("SELECT count(*) FROM articles")[0][0],
        "generation": newest,
        "published_generation": newest,
        "vector_rows": database.query("SELECT coalesce(max(end_row), 0) FROM vector_batches")[0][0],
    }
    yield {**entries, **{key: str(number) for key, number in numbers.items()}}
    for key, value in entries.items():
        others = {name: other for name, other in entries.items() if name != key}
        for flipped in _one_bit_from(str(value)):
            yield {**others, key: flipped}
        for flipped in _one_bit_from(str(key)):
            yield {**others, flipped: value}


def _one_bit_from(text: str) -> Iterator[str]:
    """Yield the texts that one flipped bit may have made this one of."""
    data = bytearray(text.encode())
    for byte in range(len(data)):
        for bit in range(8):
            data[byte] ^= 1 << bit
            with contextlib.suppress(UnicodeDecodeError):
                yield data.decode()
            data[byte] ^= 1 << bit


def _mend_tables(database: Database) -> bool:
    """Make what follows from the articles where it is gone; return whether that was all that was wrong."""
    if database.has_addresses and database.has_index_of_removed:
        return False
    with contextlib.suppress(ArchiveDamaged):
        with database.transaction(seal=False):
            database.add_addresses()
            database.add_index_of_removed()
            if not database.manifest_is_sound():
                raise database.manifest_damaged()
        return True
    return False
