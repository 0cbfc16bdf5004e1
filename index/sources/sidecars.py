"""What stands beside a text or a document: `NAME.json` with its metadata."""

from __future__ import annotations

from typing import Any

from pullquote.index.sources.decoding import decode
from pullquote.index.sources.files import MAX_SIDECAR_BYTES, SourceFile, Unreadable, cause, megabytes, sidecar_of
from pullquote.index.sources.formats.jsonlines import parse


def metadata_beside(source: SourceFile) -> dict[str, Any]:
    """Return the metadata that a file's sidecar holds; nothing where it has none.

    Raises:
        Unreadable: there is one, and it cannot be used.
    """
    path = sidecar_of(source.path) if source.path else None
    if path is None:
        return {}
    try:
        size = path.stat().st_size
        if size > MAX_SIDECAR_BYTES:
            raise Unreadable(f"has a sidecar, {path.name}, of {megabytes(size)}, too big to hold metadata")
        data = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"has a sidecar, {path.name}, that {cause(error)}") from error
    try:
        metadata = parse(decode(data))
    except Unreadable as error:
        raise Unreadable(f"has a sidecar, {path.name}, that {error}") from error
    if not isinstance(metadata, dict):
        raise Unreadable(f"has a sidecar, {path.name}, that is no JSON object")
    return {key: value for key, value in metadata.items() if key != "text"}
