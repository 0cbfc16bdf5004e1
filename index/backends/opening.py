"""Which back end an archive's manifest names."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from pullquote.index.backends.base import Index
from pullquote.index.backends.lexical import LexicalIndex
from pullquote.index.backends.local import LocalIndex
from pullquote.index.storage.archive_files import Files
from pullquote.index.storage.database import Database

# The manifest's key for the address of the back end, where it isn't the local one, and what stands for that one.
INDEX, LOCAL = "index", "local"


def open_index(files: Files) -> Index:
    """Return the back end of an archive; one whose manifest names none has the local one."""
    address = files.database.manifest().get(INDEX)
    return LocalIndex(files) if address is None else _milvus(files, address)


def checked_address(text: str, archive: Path, *, archive_id: str = "") -> str:
    """Return the address of an archive's new back end, as the manifest keeps it. Nothing is written there.

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
    from pullquote.index.backends.milvus.writing import check_owner

    address = MilvusAddress.parse(text, archive=archive)
    with contextlib.closing(MilvusConnection(address)) as connection:
        check_owner(connection, archive_id)
    return str(address)


def move(files: Files, text: str) -> None:
    """Let an archive be searched at an address, or by itself, from now on; nothing is embedded again.

    On a writer's archive, whose lock the caller holds. The back end that it had isn't asked: nobody may answer there
    any more. What a Milvus holds stays there. Interrupted, the archive has the back end that it had.

    Args:
        files: the archive's.
        text: an address, or "local".

    Raises:
        InputError: it is no address, or the index is another archive's.
        ArchiveError: nothing answers there, or pymilvus isn't installed.
        ArchiveWriteFailed: Milvus or the disk refuses.
    """
    database, archive = files.database, files.database.file.parent
    if text == LOCAL:
        LocalIndex(files).rebuild()
        with database.transaction():
            database.execute("DELETE FROM manifest WHERE key = ?", (INDEX,))
        return
    address = checked_address(text, archive, archive_id=database.archive_id)
    with contextlib.closing(_milvus(files, address)) as index:
        index.rebuild()
    with database.transaction():
        database.execute("INSERT OR REPLACE INTO manifest VALUES (?, ?)", (INDEX, address))
    discard_leftovers(files)


def leftovers(files: Files) -> list[Path]:
    """Return what is left in the folder of a lexical index, where another back end searches the archive."""
    return sorted(_lexical_folders(files)) if INDEX in files.database.manifest() else []


def discard_leftovers(files: Files) -> bool:
    """Delete what `leftovers` finds; return whether there was anything."""
    found = leftovers(files)
    for folder in found:
        LexicalIndex.discard(folder)
    return bool(found)


def _lexical_folders(files: Files) -> Iterator[Path]:
    """Yield the lexical index and what a killed writer of it left beside it."""
    if files.lexical.exists():
        yield files.lexical
    yield from files.lexical.parent.glob(f"{files.lexical.name}.*")


def is_at(database: Database, text: str) -> bool:
    """Return whether an archive is searched at an address, or by itself for "local".

    Raises:
        InputError: it is no address.
    """
    from pullquote.index.backends.milvus.address import MilvusAddress

    if text == LOCAL:
        return INDEX not in database.manifest()
    return database.manifest().get(INDEX) == str(MilvusAddress.parse(text, archive=database.file.parent))


def _milvus(files: Files, address: str) -> Index:
    # Not before it is needed: pymilvus is an extra, and takes a second to import.
    from pullquote.index.backends.milvus.address import MilvusAddress
    from pullquote.index.backends.milvus.index import MilvusIndex

    return MilvusIndex(files, MilvusAddress.parse(address))
