"""ZIP files: documents that are one (Word, OpenDocument, EPUB, spreadsheets), web archives, and files in a folder."""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from typing import IO

from pullquote.articles import Article, Skipped
from pullquote.index.sources.containers.members import articles_in, member_of, shown, with_allowance
from pullquote.index.sources.files import SourceFile, Unreadable, cause
from pullquote.index.sources.streams import MAX_WHOLE_FILE_BYTES, read_whole

_MAX_MIMETYPE_BYTES = 200
_WARC = re.compile(r"archive/[^/]+\.warc(?:\.gz)?", re.IGNORECASE)
_MAX_SHOWN = 6


def read(source: SourceFile) -> Iterator[Article | Skipped]:
    """Yield the articles of the files in a ZIP file, or of the document that it is.

    Raises:
        Unreadable: it is damaged, or of a kind that holds no articles.
    """
    try:
        with _bytes_of(source) as stream, zipfile.ZipFile(stream) as archive:
            reader = _reader(archive)
            if reader is None:
                yield from _members(source, archive)
                return
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError) as error:  # as of `DocumentParts`
        raise Unreadable(f"is damaged or cut off before its end ({error})") from error
    except OSError as error:
        raise Unreadable(cause(error)) from error
    yield from import_module(f"pullquote.index.sources.documents.{reader}").read(source)


def _bytes_of(source: SourceFile) -> IO[bytes]:
    """Return the ZIP file as a stream that can be read from any place; in memory where it lies in another file."""
    if source.path is not None:
        stream = source.path.open("rb")
        if stream.read(2) == b"PK":
            if source.opened:
                source.opened(stream)
            return stream
        stream.close()
    return io.BytesIO(read_whole(source, limit_bytes=MAX_WHOLE_FILE_BYTES, what="a ZIP file in another file"))


def _reader(archive: zipfile.ZipFile) -> str | None:
    """Return the module for the document that a ZIP file is; None where it holds files.

    Raises:
        Unreadable: it is a document of a kind that is not read.
    """
    names = set(archive.namelist())
    tops = {name.split("/", 1)[0] for name in names}
    if "[Content_Types].xml" in names:
        if "ppt" in tops:
            raise Unreadable("is a presentation, which Pullquote does not read; save it as PDF")
        if "word" in tops:
            return "word"
        if "xl" in tops:
            return "spreadsheet"
    if "mimetype" in names:
        info = archive.getinfo("mimetype")
        kind = archive.read(info)[:_MAX_MIMETYPE_BYTES] if info.file_size <= _MAX_MIMETYPE_BYTES else b""
        if b"opendocument.text" in kind:
            return "opendocument"
        if b"opendocument." in kind:
            raise Unreadable("is an OpenDocument file that is no text; save a spreadsheet as .xlsx or .csv")
    if "META-INF/container.xml" in names:
        return "epub"
    return "opendocument" if {"content.xml", "META-INF/manifest.xml"} <= names else None


def _members(source: SourceFile, archive: zipfile.ZipFile) -> Iterator[Article | Skipped]:
    source = with_allowance(source)
    infos = [info for info in archive.infolist() if not info.is_dir() and not _is_hidden(info.filename)]
    if any(info.filename == "datapackage.json" for info in infos):  # WACZ: pages, index and logs stand beside
        infos = [info for info in infos if _WARC.fullmatch(info.filename)] or infos
    read_any = False
    for info in infos:
        place = f"{source.name}/{shown(info.filename)}"
        if info.flag_bits & 1:
            read_any = True
            yield Skipped(place, "is protected with a password")
            continue
        try:
            member = member_of(source, info.filename, info.file_size, stream=partial(_opened, archive, info))
        except Unreadable as error:
            yield Skipped(place, str(error))
            return
        for item in articles_in(member):
            read_any = True
            yield item
    if not read_any:
        kinds = sorted({os.path.splitext(shown(info.filename))[1].lower() for info in infos} - {""})
        told = f" ({' '.join(kinds[:_MAX_SHOWN])})" if kinds else ""
        yield Skipped(source.name, f"is a ZIP file that holds no file that Pullquote reads{told}")


def _opened(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    try:
        return archive.open(info)
    except NotImplementedError as error:  # zipfile's, for a way of packing that it doesn't know
        raise Unreadable("is packed in a way that can't be unpacked here; pack it as Deflate") from error
    except RuntimeError as error:
        raise Unreadable("is protected with a password") from error


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) and part not in (".", "..") for part in name.split("/"))
