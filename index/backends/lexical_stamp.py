"""What `lexical/` follows: which archive, up to which generation, and the checksums of the files it consists of.

`stamp.json` in the folder of the index is written after each commit. A crash may fall between a commit and its stamp.
The stamp is then behind the database; what it says of files that are still there holds.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pullquote.index.storage import checksums

NAME = "stamp.json"
# tantivy's list of segments: it changes with each commit, the files that it names never do.
META = "meta.json"
# tantivy's list of the files that are its own.
MANAGED = ".managed.json"


@dataclass(frozen=True, slots=True)
class Stamp:
    """The state of a lexical index.

    Attributes:
        archive: the archive's id.
        added: all articles added up to this generation are in the index.
        removed: all that were removed up to this generation are not.
        files: name to (bytes, checksum).
    """

    archive: str
    added: int
    removed: int
    files: Mapping[str, tuple[int, str]]


def read(folder: Path) -> Stamp | None:
    """Return the stamp of an index; None where there is none, or where it was altered."""
    try:
        facts = json.loads((folder / NAME).read_text(encoding="utf-8"))
        checksum = facts.pop("checksum")
        if checksum != _checksum(facts):
            return None
        files = {name: (size, digest) for name, (size, digest) in facts["files"].items()}
        return Stamp(facts["archive"], facts["added"], facts["removed"], files)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def write(folder: Path, archive: str, added: int, removed: int) -> Stamp:
    """Put the stamp on an index as it is now, and return it. Files that an earlier stamp knows aren't read again.

    Raises:
        OSError: it can't be written.
    """
    known = read(folder)
    before = known.files if known else {}
    files: dict[str, tuple[int, str]] = {}
    for file in _read_in_a_search(folder):
        size = file.stat().st_size
        old = before.get(file.name)
        if old is None or old[0] != size or file.name == META:
            old = size, checksums.of_file(file)
        files[file.name] = old
    facts = {"archive": archive, "added": added, "removed": removed, "files": files}
    partial = folder / f"{NAME}.partial"
    with partial.open("w", encoding="utf-8") as stream:
        json.dump({**facts, "checksum": _checksum(facts)}, stream)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(folder / NAME)
    with contextlib.suppress(OSError):
        # tantivy lets nobody but the owner read these: whoever may read the rest may read them, too.
        for name in (META, MANAGED):
            (folder / name).chmod((folder / NAME).stat().st_mode & 0o777)
    return Stamp(archive, added, removed, files)


def missing_or_cut(folder: Path, stamp: Stamp) -> list[str]:
    """Return the names of files that are gone or have another length, and of the list of segments if it was altered.

    Reads that list alone.
    """
    wrong = [name for name, (size, _) in stamp.files.items() if name != META and _size(folder / name) != size]
    return wrong + altered(folder, stamp, [META])


def altered(folder: Path, stamp: Stamp, names: list[str] | None = None) -> list[str]:
    """Return the names of the files that are not what they were; reads all of them."""
    wrong = []
    for name in names or list(stamp.files):
        try:
            if checksums.of_file(folder / name) != stamp.files[name][1]:
                wrong.append(name)
        except (OSError, KeyError):
            wrong.append(name)
    return wrong


def altered_but_there(folder: Path, stamp: Stamp) -> list[str]:
    """Return what `altered` does, of the files that are still there: a commit after the stamp replaces some."""
    there = [name for name in stamp.files if name != META and (folder / name).exists()]
    return altered(folder, stamp, there) if there else []


def _read_in_a_search(folder: Path) -> list[Path]:
    """Return tantivy's list of segments and the files of those; others are what a killed writer left."""
    meta = folder / META
    try:
        segments = json.loads(meta.read_text(encoding="utf-8"))["segments"]
        ids = {segment["segment_id"].replace("-", "") for segment in segments}
    except (ValueError, TypeError, KeyError, FileNotFoundError):
        return []
    return [meta, *sorted(file for file in folder.iterdir() if file.name.partition(".")[0] in ids)]


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return -1


def _checksum(facts: Mapping[str, object]) -> str:
    return checksums.of_bytes(json.dumps(facts, sort_keys=True).encode())
