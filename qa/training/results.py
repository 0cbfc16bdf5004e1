"""Packed weights in parts small enough to travel, and back."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path

from pullquote.errors import SourceError

_PART_BYTES = 16 * 2**20
_MANIFEST = "manifest.json"


def write_parts(folder: Path, output: Path, name: str, *, log: Path | None = None) -> list[Path]:
    """Write a folder of packed weights as `NAME.tar.000` and on, of at most 16 MiB each; return the files.

    Args:
        folder: of packed weights.
        output: where to write.
        name: of the stage.
        log: a file to send along.
    """
    files = {file.name: file for file in sorted(folder.iterdir()) if file.is_file()}
    if log:
        files["log.txt"] = log
    contents = {file_name: file.read_bytes() for file_name, file in files.items()}
    hashes = {file_name: hashlib.sha256(data).hexdigest() for file_name, data in contents.items()}
    contents[_MANIFEST] = json.dumps({"stage": name, "sha256": hashes}, indent=2).encode()
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for file_name, data in contents.items():
            entry = tarfile.TarInfo(file_name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return split(stream.getvalue(), output, f"{name}.tar", part_bytes=_PART_BYTES)


def split(data: bytes, output: Path, name: str, *, part_bytes: int) -> list[Path]:
    """Write bytes as `NAME.000` and on, of at most so many bytes each, with no older part beside them."""
    output.mkdir(parents=True, exist_ok=True)
    for older in output.glob(f"{name}.[0-9][0-9][0-9]"):
        older.unlink()
    parts = []
    for at in range(0, len(data), part_bytes):
        part = output / f"{name}.{at // part_bytes:03d}"
        part.write_bytes(data[at : at + part_bytes])
        parts.append(part)
    return parts


def join_parts(parts: Path, output: Path) -> dict[str, Path]:
    """Put together what `write_parts` wrote; return the folders of packed weights by stage.

    Args:
        parts: folder of the parts, of any number of stages.
        output: folder that gets a folder for each stage.

    Raises:
        SourceError: there are no parts, one is missing, or what they hold isn't what was written.
    """
    stages = sorted({file.name.rpartition(".tar.")[0] for file in parts.glob("*.tar.[0-9][0-9][0-9]")})
    if not stages:
        raise SourceError(f"{parts} holds no parts of results (STAGE.tar.000 and on).")
    return {stage: _join(parts, stage, output / stage) for stage in stages}


def _join(parts: Path, stage: str, output: Path) -> Path:
    data = b"".join(file.read_bytes() for file in sorted(parts.glob(f"{stage}.tar.[0-9][0-9][0-9]")))
    contents: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for entry in archive:
                held = archive.extractfile(entry)
                if held:
                    contents[Path(entry.name).name] = held.read()
        hashes = json.loads(contents.pop(_MANIFEST))["sha256"]
    except (tarfile.TarError, KeyError, ValueError, EOFError) as error:
        raise SourceError(f"The parts of {stage} in {parts} are damaged, or one is missing ({error}).") from error
    for name, sha256 in hashes.items():
        if name not in contents or hashlib.sha256(contents[name]).hexdigest() != sha256:
            raise SourceError(f"{name} in the parts of {stage} in {parts} isn't what was written.")
    output.mkdir(parents=True, exist_ok=True)
    for name, held_bytes in contents.items():
        (output / name).write_bytes(held_bytes)
    return output
