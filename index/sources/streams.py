"""Bytes of a source file: gzip taken off, sizes bounded, lines bounded, damage named."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, cast

from pullquote.index.sources.files import MAX_ARTICLE_BYTES, SourceFile, Unreadable, cause, megabytes

# A JSON array or a feed has to be held in memory to be parsed; 100 MB of it needs about 0.5 GB.
MAX_WHOLE_FILE_BYTES = 100_000_000

_CHUNK_BYTES = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"


@contextmanager
def open_bytes(source: SourceFile) -> Iterator[io.BufferedReader]:
    """Open the source as uncompressed bytes; damage met while reading becomes `Unreadable`.

    Raises:
        Unreadable: the file cannot be opened or read, or its gzip is damaged or cut off.
    """
    with _named_damage():
        if source.path is None:
            raw = _buffered(io.BytesIO(source.data or b""))
            packed = (source.data or b"").startswith(_GZIP_MAGIC)
        else:
            raw = source.path.open("rb")
            packed = source.path.name.lower().endswith(".gz")
        with raw:
            if source.opened:
                source.opened(raw)
            if packed:
                with _buffered(gzip.GzipFile(fileobj=raw)) as stream:
                    yield stream
            else:
                yield raw


def read_whole(source: SourceFile, *, limit_bytes: int = MAX_ARTICLE_BYTES, what: str = "one article") -> bytes:
    """Return the source's bytes, uncompressed; never holds more than `limit_bytes` of them.

    Raises:
        Unreadable: too big (before it is read, where its size shows that), empty, damaged, not readable.
    """
    packed = source.path is not None and source.path.name.lower().endswith(".gz")
    if source.size > limit_bytes:
        raise Unreadable(f"is {megabytes(source.size)}, more than the {megabytes(limit_bytes)} allowed for {what}")
    with open_bytes(source) as stream:
        data = stream.read(limit_bytes + 1)
    if len(data) > limit_bytes:
        verb = "unpacks to" if packed else "is"
        raise Unreadable(f"{verb} more than the {megabytes(limit_bytes)} allowed for {what}")
    if not data:
        raise Unreadable("is empty")
    return data


class Lines(Protocol):
    """Anything that hands out lines of bytes, as binary files do."""

    def readline(self, size: int, /) -> bytes:
        """Return the next line, or its first `size` bytes; b"" at the end."""
        ...


def bounded_lines(stream: Lines, *, limit_bytes: int = MAX_ARTICLE_BYTES) -> Iterator[tuple[int, bytes | None]]:
    r"""Yield `(line number from 1, line with its line end)`; None in place of a line over `limit_bytes`.

    Lines end at "\n" only: U+2028 and its like may stand inside a JSON string.
    """
    number = 0
    while line := stream.readline(limit_bytes + 1):
        number += 1
        if len(line) <= limit_bytes or line.endswith(b"\n"):
            yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(_CHUNK_BYTES)
        yield number, None


def _buffered(stream: io.BufferedIOBase) -> io.BufferedReader:
    # BufferedReader works over anything with readinto(); only its type says raw streams alone.
    return io.BufferedReader(cast(io.RawIOBase, stream))


@contextmanager
def _named_damage() -> Iterator[None]:
    try:
        yield
    except gzip.BadGzipFile as error:
        raise Unreadable(f"is a damaged gzip file ({error})") from error
    except EOFError as error:
        raise Unreadable("is a gzip file that is cut off before its end") from error
    except zlib.error as error:
        raise Unreadable(f"is a damaged gzip file ({error})") from error
    except OSError as error:
        raise Unreadable(cause(error)) from error
