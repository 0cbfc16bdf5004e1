"""Which back end an archive's manifest names."""

from __future__ import annotations

import contextlib
from pathlib import Path

from pullquote.errors import InputError
from pullquote.index.backends.base import Index
from pullquote.index.backends.lexical import LexicalIndex
from pullquote.index.backends.local import LocalIndex
from pullquote.index.storage.archive_files import Files
from pullquote.index.storage.database import Database

# The manifest's key for the address of the back end, where it isn't the local one.
INDEX = "index"


def open_index(files: Files) -> Index:
    """Return the back end of an archive; one whose manifest names none has the local one."""
    address = files.database.manifest().get(INDEX)
    return LocalIndex(files) if address is None else _milvus(files, address)


def checked_address(text: str, archive: Path, *, archive_id: str = "") -> str:
    """Return the address of an archive's new back end, as the manifest keeps it.

    Args:
        text: as it is written after `--index`.
        archive: the archive's folder, which names the index where the text doesn't.
        archive_id: the archive's id, where there is one already.

    Raises:
        InputError: it is no address, or the index is another archive's.
        ArchiveError: nothing answers there, or pymilvus isn't installed.
    """
    from pullquote.index.backends.milvus.address import MilvusAddress
    from pullquote.index.backends.milvus.connection import MilvusConnection
    from pullquote.index.backends.milvus.statistics import read_state

    address = MilvusAddress.parse(text, archive=archive)
    with contextlib.closing(MilvusConnection(address)) as connection:
        state = read_state(connection)
    if state is not None and state.archive != archive_id:
        raise InputError(f"The index {address} is another archive's; name another one: --index {address.uri}/NAME")
    return str(address)


def move(files: Files, text: str) -> None:
    """Let an archive be searched at an address from now on; nothing is embedded again. On a writer's archive.

    Interrupted, the archive has the back end that it had.

    Raises:
        InputError: it is no address, the index is another archive's, or the archive has another index already.
        ArchiveError: nothing answers there, or pymilvus isn't installed.
        ArchiveWriteFailed: Milvus or the disk refuses.
    """
    database, archive = files.database, files.database.file.parent
    made_with = database.manifest().get(INDEX)
    if made_with is not None:
        raise InputError(
            f"The archive {archive} is searched at {made_with}; leave --index out, or make another archive."
        )
    address = checked_address(text, archive, archive_id=database.archive_id)
    with contextlib.closing(_milvus(files, address)) as index:
        index.rebuild()
    with database.transaction():
        database.execute("INSERT INTO manifest VALUES (?, ?)", (INDEX, address))
    LexicalIndex.discard(files.lexical)


def is_at(database: Database, text: str) -> bool:
    """Return whether an archive is searched at an address.

    Raises:
        InputError: it is no address.
    """
    from pullquote.index.backends.milvus.address import MilvusAddress

    return database.manifest().get(INDEX) == str(MilvusAddress.parse(text, archive=database.file.parent))


def _milvus(files: Files, address: str) -> Index:
    # Not before it is needed: pymilvus is an extra, and takes a second to import.
    from pullquote.index.backends.milvus.address import MilvusAddress
    from pullquote.index.backends.milvus.index import MilvusIndex

    return MilvusIndex(files, MilvusAddress.parse(address))
