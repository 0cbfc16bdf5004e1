"""The readers that ship in the package, and the folders that names of readers stand for."""

from __future__ import annotations

from pathlib import Path

from pullquote.qa.reading.weights import packed_file

SMALL_READER = "small"
_SHIPPED = "reader-"


def shipped_reader_folder(name: str = SMALL_READER) -> Path:
    """Return the folder of a reader that ships in the package."""
    return Path(__file__).parents[1] / f"{_SHIPPED}{name}"


def shipped_readers() -> list[str]:
    """Return the names of the readers that ship in the package, in alphabetical order."""
    folders = Path(__file__).parents[1].glob(f"{_SHIPPED}*")
    return sorted(folder.name.removeprefix(_SHIPPED) for folder in folders if packed_file(folder))


def reader_folder(name: str) -> Path | None:
    """Return the folder that a reader's name stands for; None where the hub is meant."""
    folder = shipped_reader_folder(name) if name in shipped_readers() else Path(name)
    return folder.resolve() if folder.is_dir() else None
