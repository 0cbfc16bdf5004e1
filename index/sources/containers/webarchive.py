"""Web archives: .warc, read by warcio; a .wacz file is a ZIP file of them. Of all that was captured, pages are read."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from typing import Any

from pullquote.articles import Article, Skipped
from pullquote.index.sources.containers.captured_page import captured_articles
from pullquote.index.sources.files import MAX_ARTICLE_BYTES, SourceFile, Unreadable, megabytes
from pullquote.index.sources.reasons import reason_for
from pullquote.index.sources.record import storable
from pullquote.index.sources.streams import open_bytes

# With no handler at all Python prints a library's warnings to stderr.
_NO_WARNINGS = logging.NullHandler()
_HTML = ("text/html", "application/xhtml+xml")
_MAX_ADDRESS_CHARS = 200


def read(source: SourceFile) -> Iterator[Article | Skipped]:
    """Yield the article of each page that was captured; its place is the file and the number of the record, from 1.

    Raises:
        Unreadable: the file cannot be read, or is no web archive.
    """
    number, pages = 0, 0
    try:
        for number, record in enumerate(_records(source), start=1):
            if not _is_page(record):
                continue
            pages += 1
            place = f"{source.name}:{number}"
            address = str(record.rec_headers.get_header("WARC-Target-URI") or "").strip("<> ")
            page, problem = _sent(record)
            try:
                yield from _articles(record, page, problem, address, place)
            except Exception as error:  # one page of many
                yield Skipped(place, f"({storable(address)[:_MAX_ADDRESS_CHARS]}) {reason_for(error)}")
    except Unreadable as error:
        yield Skipped(f"{source.name}:{max(1, number)}", f"{error}; nothing is read from here on")
        return
    if not pages:
        raise Unreadable(f"is a web archive without a page in HTML among its {number:,} records")


def _records(source: SourceFile) -> Iterator[Any]:
    from warcio.archiveiterator import ArchiveIterator

    logging.getLogger("warcio").addHandler(_NO_WARNINGS)
    with open_bytes(source) as stream:
        try:
            records = ArchiveIterator(_AsItComes(stream))
            records.INC_RECORD = ""  # what it would print on stderr
            yield from records
        except (Unreadable, OSError):  # of the file that it reads, whose own damage is named there
            raise
        except Exception as error:  # it takes headers for granted
            raise Unreadable(f"is damaged or cut off ({str(error)[:120]})") from error


class _AsItComes:
    """A stream whose reads give what is there: one that waits for more would lose it where the rest is damaged."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream
        self._place = 0

    def read(self, size: int = -1) -> bytes:
        try:
            data = self._stream.read1(size)
        except EOFError as error:  # warcio takes it for the end of the archive
            raise Unreadable("is cut off before its end") from error
        self._place += len(data)
        return data

    def tell(self) -> int:
        return self._place


def _is_page(record: Any) -> bool:
    try:
        return _is_html(record)
    except AttributeError:  # headers that are none
        return False


def _is_html(record: Any) -> bool:
    if record.rec_type == "response":
        if record.http_headers is None or record.http_headers.get_statuscode() != "200":
            return False
        kind = record.http_headers.get_header("Content-Type") or ""
    elif record.rec_type == "resource":
        kind = record.rec_headers.get_header("Content-Type") or ""
    else:
        return False
    return str(kind).partition(";")[0].strip().lower() in _HTML


def _sent(record: Any) -> tuple[bytes, Exception | None]:
    """Return what was sent as the page, unpacked, or why it can't be.

    Raises:
        Unreadable: the file itself is damaged here.
    """
    try:
        page = record.content_stream().read(MAX_ARTICLE_BYTES + 1)
        cut_off = getattr(record.raw_stream, "limit", 0) > 0 and not record.raw_stream.read(1)
    except (Unreadable, OSError):
        raise
    except Exception as error:  # packed in a way that it isn't
        return b"", error
    if cut_off:
        raise Unreadable("is cut off before its end")
    return page, None


def _articles(
    record: Any, page: bytes, problem: Exception | None, address: str, place: str
) -> Iterator[Article | Skipped]:
    if problem:
        raise problem
    if len(page) > MAX_ARTICLE_BYTES:
        raise Unreadable(f"is more than the {megabytes(MAX_ARTICLE_BYTES)} allowed for one article")
    kind = str((record.http_headers or record.rec_headers).get_header("Content-Type") or "")
    charset = kind.lower().partition("charset=")[2].strip(" \"';") or None
    captured = str(record.rec_headers.get_header("WARC-Date") or "")
    yield from captured_articles(page, place, address=address, captured=captured, charset=charset)
