"""Checksums of what is stored: of a row of the database, of bytes, of a file.

BLAKE2b with 128 bits: what was altered by chance has another one, and so has what was exchanged for something else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

_BYTES = 16
# `json.dumps` makes another one each time.
_encode = json.JSONEncoder(ensure_ascii=False, default=repr).encode
_CHUNK_BYTES = 1 << 20


def of_values(values: Sequence[object]) -> str:
    """Return the checksum of texts, numbers and None, in order; bytes, which no row holds, count as another value."""
    return of_bytes(_encode(values).encode("utf-8", "surrogatepass"))


def of_bytes(data: bytes | memoryview) -> str:
    """Return the checksum of bytes."""
    return hashlib.blake2b(data, digest_size=_BYTES).hexdigest()


def of_file(file: Path) -> str:
    """Return the checksum of a file, of any size.

    Raises:
        OSError: it can't be read.
    """
    digest = hashlib.blake2b(digest_size=_BYTES)
    with file.open("rb") as stream:
        while part := stream.read(_CHUNK_BYTES):
            digest.update(part)
    return digest.hexdigest()
