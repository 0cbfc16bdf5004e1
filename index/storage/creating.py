"""Making an empty archive, in a folder that is new or empty."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

from filelock import FileLock, Timeout

from pullquote.errors import ArchiveLocked, ArchiveWriteFailed, NotAnArchive
from pullquote.index.storage import schema
from pullquote.index.storage.archive_files import DATABASE, LOCK

# What a crash while the archive is made leaves behind: the only files that may stand where a new one goes.
_LEFT_BY_CREATING = {LOCK, "archive.partial", "archive.partial-journal"}


def create(folder: Path, manifest: Callable[[], Mapping[str, str]]) -> None:
    """Make an empty archive, unless another process has made one meanwhile.

    Args:
        folder: where; it is made if need be.
        manifest: gives what the archive states about its embedder; called only when it is made, since it loads a model.

    Raises:
        NotAnArchive: the folder holds other files, or is a file.
        ArchiveLocked: another process is making one.
        ArchiveWriteFailed: the disk refuses.
    """
    database = folder / DATABASE
    try:
        if folder.exists() and not folder.is_dir():
            raise NotAnArchive(f"{folder} is a file, not an archive's directory.")
        folder.mkdir(parents=True, exist_ok=True)
        foreign = [entry.name for entry in folder.iterdir() if entry.name not in _LEFT_BY_CREATING]
        if foreign and not database.is_file():
            raise NotAnArchive(f"The directory {folder} holds other files; name a new or an empty one.")
        # While this process loaded its model, another may have made the archive, and filled it.
        with FileLock(folder / LOCK, timeout=10):
            if not database.is_file():
                _create_database(database, manifest())
    except Timeout as error:
        if not database.is_file():
            raise ArchiveLocked(f"Another process is making the archive {folder}; try again.") from error
    except OSError as error:
        raise ArchiveWriteFailed(f"The archive {folder} cannot be made ({error.strerror}).") from error


def _create_database(file: Path, manifest: Mapping[str, str]) -> None:
    """Make the database, whole or not at all."""
    partial = file.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    try:
        db = sqlite3.connect(partial)
        db.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {schema.FORMAT_VERSION}")
        db.executescript(schema.SCHEMA + schema.ADDRESSES + schema.CHANGES)
        made = {"format_version": str(schema.FORMAT_VERSION), "archive_id": schema.new_archive_id()}
        rows = {**manifest, **made, **schema.NEW_MANIFEST}
        db.executemany("INSERT INTO manifest VALUES (?, ?)", rows.items())
        db.execute(
            "INSERT INTO manifest VALUES ('checksum', ?)", (schema.manifest_checksum(*schema.manifest_facts(db)),)
        )
        db.commit()
        db.close()
        partial.replace(file)
    except (sqlite3.Error, OSError) as error:
        raise ArchiveWriteFailed(f"The archive {file.parent} cannot be made: {error}.") from error
