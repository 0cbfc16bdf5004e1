"""Files that are written whole or not at all, and survive a kill or a power cut once `write_whole` has returned."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def write_whole(file: Path, data: bytes) -> None:
    """Replace what a file holds; a kill at any moment leaves the old content or the new one.

    Args:
        file: made where it is missing; a link's target is replaced, not the link. Its permissions stay.
        data: all that it shall hold.

    Raises:
        OSError: the disk is full or refuses; the file is as it was.
    """
    file = file.resolve()
    temporary = file.with_name(f".{file.name}.tmp")
    try:
        with temporary.open("wb") as stream:
            with contextlib.suppress(FileNotFoundError):
                os.chmod(temporary, file.stat().st_mode & 0o777)
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(file)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(file.parent)


def _sync_folder(folder: Path) -> None:
    """Bring a folder's names to the disk, where the system lets folders be opened."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
