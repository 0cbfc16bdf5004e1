"""Bytes of a source: a file, what lies in one; gzip taken off, sizes bounded, lines bounded, damage named."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol, cast

from pullquote.index.sources.files import MAX_ARTICLE_BYTES, SourceFile, Unreadable, cause, megabytes

# A JSON array or a feed has to be held in memory to be parsed; 100 MB of it needs about 0.5 GB.
MAX_WHOLE_FILE_BYTES = 100_000_000

# Text packs to a third or a tenth, a table of near-equal rows to a fiftieth; a bomb unpacks to a thousand times its
# size. What is small unpacked may be packed as it likes.
MAX_UNPACKED_RATIO = 200
_UNPACKED_FREELY_BYTES = 100_000_000

# A program that failed may leave pages of blank lines; a hundred million of them are an attack: a minute of nothing.
MAX_BLANK_LINES = 1_000_000
BLANK_LINES = f"has more than {MAX_BLANK_LINES:,} blank lines in a row; nothing is read from here on"

_CHUNK_BYTES = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"


@contextmanager
def open_bytes(source: SourceFile) -> Iterator[io.BufferedReader]:
    """Open the source as uncompressed bytes; damage met while reading becomes `Unreadable`.

    Raises:
        Unreadable: the file cannot be opened or read, or its gzip is damaged, cut off or a bomb.
    """
    with _named_damage():
        if source.stream is not None:
            raw = _buffered(cast(io.BufferedIOBase, source.stream()))
        elif source.path is None:
            raw = _buffered(io.BytesIO(source.data or b""))
        else:
            raw = source.path.open("rb")
        with raw:
            if source.opened:
                source.opened(raw)
            # What is called .gz and isn't gzip is damaged; gzip under any other name is gzip.
            if raw.peek(2)[:2] == _GZIP_MAGIC or (source.path and source.path.name.lower().endswith(".gz")):
                with _buffered(_Unpacked(raw)) as stream:
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


class LineStream(Protocol):
    """Anything that hands out lines of bytes, as binary files do."""

    def readline(self, size: int, /) -> bytes:
        """Return the next line, or its first `size` bytes; b"" at the end."""
        ...


def bounded_lines(stream: LineStream, *, limit_bytes: int = MAX_ARTICLE_BYTES) -> Iterator[tuple[int, bytes | None]]:
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


class _Unpacked(gzip.GzipFile):
    """A gzip file that stops where it unpacks to a multiple of its size that no text has."""

    def __init__(self, packed: io.BufferedReader) -> None:
        super().__init__(fileobj=packed, mode="rb")
        self._packed = packed
        self._unpacked_bytes = 0

    def readinto(self, buffer: Any, /) -> int:
        """Fill the buffer and return how many bytes were read.

        Raises:
            Unreadable: so far it has unpacked to far more than was read of it.
        """
        # Not GzipFile's own: it waits until the buffer is full, and loses what it has where damage comes first.
        data = self.read1(len(buffer))
        count = len(data)
        buffer[:count] = data
        self._unpacked_bytes += count
        allowed = max(_UNPACKED_FREELY_BYTES, MAX_UNPACKED_RATIO * self._packed.tell())
        if self._unpacked_bytes > allowed:
            raise Unreadable(f"is a gzip file that unpacks to more than {MAX_UNPACKED_RATIO} times its size")
        return count


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
    except zipfile.BadZipFile as error:
        raise Unreadable(f"is damaged in its ZIP file ({error})") from error
    except OSError as error:
        raise Unreadable(cause(error)) from error
