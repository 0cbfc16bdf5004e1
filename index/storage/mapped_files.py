"""Files of arrays beside the database, which are mapped into memory and not read row by row.

They are followers: what they hold is made from the database and the vector log, and can be made anew. The manifest
names each file that holds, with its checksum and how far it follows. So a file that is missing, cut, altered, another
archive's or of another state than the database is never used. A name has the beginning of the file's checksum in it:
a writer puts a new file beside the old one, notes it, and deletes the old one, whose readers go on with what they have
mapped.

A file `NAME-CHECKSUM.map` is `PQMAP1`, a line feed, the length of the header in 8 bytes, the header (JSON: where each
array begins, its type and shape), and the arrays, each at a multiple of 64 bytes.
"""

from __future__ import annotations

import contextlib
import json
import os
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from pullquote.errors import ArchiveWriteFailed
from pullquote.index.storage import checksums
from pullquote.index.storage.connection import Connection

# What files are of: articles' facts and whose passages are whose, and vectors in clusters.
ARTICLES, CLUSTERS = "articles", "clusters"
_KINDS = (ARTICLES, CLUSTERS)
_MAGIC = b"PQMAP1\n"
_ALIGNED = 64
# A writer may put others in their place while files are read.
_TRIES = 5

Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class FollowerNote:
    """What the manifest says of files that follow the database.

    Attributes:
        files: name of each to its checksum.
        generation: the published one that they are of.
        rows: they know of the rows of the vector log below this one.
    """

    files: Mapping[str, str]
    generation: int
    rows: int


def noted(database: Connection, kind: str) -> FollowerNote | None:
    """Return what the manifest says of the files of a kind; None where there are none, or it can't be read."""
    found = database.query("SELECT value FROM manifest WHERE key = ?", (_key(kind),))
    try:
        facts = json.loads(found[0][0])
        files = {Path(str(name)).name: str(checksum) for name, checksum in facts["files"].items()}
        return FollowerNote(files, int(facts["generation"]), int(facts["rows"]))
    except (IndexError, ValueError, TypeError, KeyError, AttributeError):
        return None


def note(database: Connection, kind: str, what: FollowerNote | None) -> None:
    """Let the manifest name these files of a kind, or none; then delete all others of that kind.

    Raises:
        ArchiveWriteFailed: the disk is full or refuses.
    """
    if what is not None or noted(database, kind) is not None:
        with database.transaction():
            database.execute("DELETE FROM manifest WHERE key = ?", (_key(kind),))
            if what is not None:
                facts = {"files": dict(what.files), "generation": what.generation, "rows": what.rows}
                database.execute("INSERT INTO manifest VALUES (?, ?)", (_key(kind), json.dumps(facts)))
    kept = what.files if what else {}
    for file in database.file.parent.glob(f"{kind}-*"):
        if file.name not in kept:
            # A system that doesn't delete mapped files lets the next writer do it.
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)


def forget(database: Connection) -> None:
    """Let the manifest name no such file, and delete all of them."""
    for kind in _KINDS:
        note(database, kind, None)


def altered(database: Connection, kind: str) -> bool:
    """Return whether a file that the manifest names isn't there or isn't what was written, after reading all of it."""
    for _ in range(_TRIES):
        what = noted(database, kind)
        files = what.files if what else {}
        wrong = any(not _is_same(database.file.with_name(name), checksum) for name, checksum in files.items())
        if not wrong or noted(database, kind) == what:
            return wrong
    return False


def _is_same(file: Path, checksum: str) -> bool:
    try:
        return checksums.of_file(file) == checksum
    except OSError:
        return False


def write_arrays(folder: Path, kind: str, arrays: Mapping[str, npt.NDArray[Any]]) -> tuple[str, str]:
    """Write arrays into a file of their own, whole or not at all; return (name, checksum).

    Raises:
        ArchiveWriteFailed: the disk is full or refuses.
    """
    places: dict[str, tuple[str, list[int], int]] = {}
    at = 0
    for name, array in arrays.items():
        places[name] = array.dtype.str, list(array.shape), at
        at = _aligned(at + array.nbytes)
    header = json.dumps(places).encode()
    with new_file(folder) as (stream, partial):
        stream.write(_MAGIC + len(header).to_bytes(8, "little") + header)
        for array in arrays.values():
            stream.write(bytes(-stream.tell() % _ALIGNED))
            stream.write(np.ascontiguousarray(array).data.cast("B") if array.size else b"")
        stream.flush()
        return put_in_place(stream, partial, kind, "map")


@contextlib.contextmanager
def new_file(folder: Path) -> Iterator[tuple[IO[bytes], Path]]:
    """Open a file to be written and put in its place; what isn't put there is deleted.

    Raises:
        ArchiveWriteFailed: the disk is full or refuses.
    """
    partial = folder / f"{ARTICLES}-{uuid.uuid4().hex}.partial"
    try:
        with partial.open("x+b") as stream:
            yield stream, partial
    except OSError as error:
        raise ArchiveWriteFailed(
            f"The archive {folder} cannot be written ({error.strerror}); what was committed before is intact."
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def put_in_place(stream: IO[bytes], partial: Path, kind: str, ending: str) -> tuple[str, str]:
    """Force a file to the disk and name it by its checksum; return (name, checksum)."""
    os.fsync(stream.fileno())
    checksum = checksums.of_file(partial)
    name = f"{kind}-{checksum[:12]}.{ending}"
    partial.replace(partial.with_name(name))
    return name, checksum


def read_arrays(file: Path, checksum: str) -> Arrays | None:
    """Return a file's arrays, mapped; None where it isn't there or its checksum is another.

    They may be written to: what is written stays in this process.
    """
    try:
        mapped = np.memmap(file, dtype=np.uint8, mode="c")
    except (OSError, ValueError):  # an empty file can't be mapped
        return None
    if checksums.of_bytes(mapped.data) != checksum or bytes(mapped[: len(_MAGIC)]) != _MAGIC:
        return None
    begin = len(_MAGIC) + 8
    end = begin + int.from_bytes(bytes(mapped[len(_MAGIC) : begin]), "little")
    first = _aligned(end)
    arrays: Arrays = {}
    for name, (kind, shape, at) in json.loads(bytes(mapped[begin:end])).items():
        dtype = np.dtype(kind)
        stop = first + at + dtype.itemsize * int(np.prod(shape))
        arrays[name] = mapped[first + at : stop].view(dtype).reshape(shape)
    return arrays


def _aligned(place: int) -> int:
    return -(-place // _ALIGNED) * _ALIGNED


def _key(kind: str) -> str:
    return f"mapped_{kind}"
