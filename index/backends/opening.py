"""Which back end an archive's manifest names."""

from __future__ import annotations

from pathlib import Path

from pullquote.errors import InputError
from pullquote.index.backends.base import Index
from pullquote.index.backends.local import LocalIndex
from pullquote.index.storage.archive_files import Files
from pullquote.index.storage.database import Database

# The manifest's key for the address of the back end, where it isn't the local one.
INDEX = "index"


def open_index(files: Files) -> Index:
    """Return the back end of an archive; one whose manifest names none has the local one."""
    address = files.database.manifest().get(INDEX)
    if address is None:
        return LocalIndex(files)
    # Not before it is needed: pymilvus is an extra, and takes a second to import.
    from pullquote.index.backends.milvus.address import MilvusAddress
    from pullquote.index.backends.milvus.index import MilvusIndex

    return MilvusIndex(files, MilvusAddress.parse(address))


def checked_address(text: str, archive: Path) -> str:
    """Return the address of a new archive's back end, as the manifest keeps it.

    Args:
        text: as it is written after `--index`.
        archive: the archive's folder, which names the index where the text doesn't.

    Raises:
        InputError: it is no address, or the index is another archive's.
        ArchiveError: nothing answers there, or pymilvus isn't installed.
    """
    from pullquote.index.backends.milvus.address import MilvusAddress
    from pullquote.index.backends.milvus.connection import MilvusConnection
    from pullquote.index.backends.milvus.statistics import read_state

    address = MilvusAddress.parse(text, archive=archive)
    connection = MilvusConnection(address)
    try:
        if read_state(connection) is not None:
            raise InputError(f"The index {address} is another archive's; name another one: --index {address.uri}/NAME")
    finally:
        connection.close()
    return str(address)


def check_same_index(database: Database, text: str, archive: Path) -> None:
    """Do nothing if an archive's back end is the one that an address names.

    Raises:
        InputError: it is another.
    """
    from pullquote.index.backends.milvus.address import MilvusAddress

    made_with = database.manifest().get(INDEX)
    if made_with != str(MilvusAddress.parse(text, archive=archive)):
        raise InputError(
            f"The archive {archive} was made with {'the index ' + made_with if made_with else 'its own index'}; leave "
            "--index out, or make another archive."
        )
