"""The pages that were fetched, as they came: one WARC file in the archive's folder (ISO 28500).

A record is written whole and synced before its page is noted as fetched. What a crash leaves behind the noted length is
cut off by the next writer.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pullquote.errors import ArchiveWriteFailed
from pullquote.index.following.fetching import Fetched

FILE_NAME = "pages.warc.gz"
# The body is kept without its encoding, so these say nothing true of it any more.
_OF_THE_TRANSFER = ("content-encoding", "transfer-encoding", "content-length", "connection")


def append(folder: Path, pages: Sequence[Fetched], length: int) -> int:
    """Write pages behind the first `length` bytes; return how many bytes there are then.

    Raises:
        ArchiveWriteFailed: the disk is full or refuses.
    """
    records = io.BytesIO()
    writer = WARCWriter(records, gzip=True)
    for page in pages:
        writer.write_record(_record(writer, page))
    file = folder / FILE_NAME
    try:
        with file.open("r+b" if file.exists() else "w+b") as stream:
            # What was erased may have been cut off before that was noted.
            sound = min(length, stream.seek(0, os.SEEK_END))
            stream.truncate(sound)
            stream.seek(sound)
            stream.write(records.getvalue())
            stream.flush()
            os.fsync(stream.fileno())
            return stream.tell()
    except OSError as error:
        raise ArchiveWriteFailed(f"{file} can't be written ({error.strerror or error})") from error


def erase(folder: Path, urls: Collection[str], length: int, *, written: Callable[[int], None]) -> None:
    """Leave nothing of the pages at some addresses.

    Args:
        folder: of the archive.
        urls: as they were fetched.
        length: bytes that are noted.
        written: called with the new length once the new file is in place.

    Raises:
        ArchiveWriteFailed: the disk is full or refuses; the file is as it was.
    """
    file = folder / FILE_NAME
    if not file.exists() or not urls:
        return
    partial = file.with_suffix(".partial")
    try:
        with file.open("rb") as stream, partial.open("wb") as kept:
            data = stream.read(length)
            records = ArchiveIterator(io.BytesIO(data))
            for record in records:
                records.read_to_end(record)
                first = records.get_record_offset()
                if record.rec_headers.get_header("WARC-Target-URI") not in urls:
                    kept.write(data[first : first + records.get_record_length()])
            kept.flush()
            os.fsync(kept.fileno())
            size = kept.tell()
        partial.replace(file)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise ArchiveWriteFailed(f"{file} can't be written ({error.strerror or error})") from error
    written(size)


def _record(writer: WARCWriter, page: Fetched) -> object:
    body = page.body or b""
    headers = [(name, value) for name, value in page.headers if name not in _OF_THE_TRANSFER]
    headers.append(("content-length", str(len(body))))
    return writer.create_warc_record(
        page.url,
        "response",
        payload=io.BytesIO(body),
        length=len(body),
        http_headers=StatusAndHeaders(page.status, headers, protocol="HTTP/1.1"),
        warc_headers_dict={"WARC-Date": page.fetched.strftime("%Y-%m-%dT%H:%M:%SZ")},
    )
