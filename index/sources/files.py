"""What a source file is: its name, its format by extension, its sidecar, its hash."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePath, PurePosixPath
from typing import IO, TYPE_CHECKING

from pullquote.plugins import PluginKind, plugins

if TYPE_CHECKING:
    from pullquote.index.sources.allowance import Allowance

# One article is a few kilobytes; the longest newspaper series are under 1 MB. Anything near 20 MB is a
# dump under the wrong extension, and reading it whole would stall an `add` of thousands of files.
MAX_ARTICLE_BYTES = 20_000_000

# A sidecar holds seven short keys.
MAX_SIDECAR_BYTES = 1_000_000

# Extension (without .gz) -> the module of this package that reads it, if the content doesn't tell another
# (`sniffing.format_of`).
FORMATS = {
    ".txt": "formats.text",
    ".md": "formats.text",
    ".markdown": "formats.text",
    ".html": "formats.webpage",
    ".htm": "formats.webpage",
    ".xhtml": "formats.webpage",
    ".jsonl": "formats.jsonlines",
    ".ndjson": "formats.jsonlines",
    ".json": "formats.jsonlines",
    ".csv": "formats.table",
    ".tsv": "formats.table",
    ".xml": "formats.feed",
    ".rss": "formats.feed",
    ".atom": "formats.feed",
    ".nitf": "formats.newsxml",
    ".pdf": "documents.pdf",
    ".docx": "documents.word",
    ".odt": "documents.opendocument",
    ".rtf": "documents.rich_text",
    ".epub": "documents.epub",
    ".xlsx": "documents.spreadsheet",
    ".eml": "containers.mail",
    ".mbox": "containers.mailbox",
    ".mhtml": "containers.mail",
    ".mht": "containers.mail",
    ".warc": "containers.webarchive",
    ".wacz": "containers.zipped",
    ".zip": "containers.zipped",
}

_WITH_SIDECAR = (".txt", ".md", ".txt.gz", ".md.gz", ".docx", ".odt", ".rtf", ".pdf")
_CHUNK_BYTES = 1 << 20


class Unreadable(Exception):  # noqa: N818 - internal: it becomes a Skipped, it never leaves the package
    """A source, or one article of it, must be left out; its text is the reason given to the user."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file to read articles from.

    Attributes:
        path: where it is; None for "-", the standard input.
        name: absolute path with links resolved, as shown in messages and stored; "-" for standard input.
        size: bytes on disk (compressed, for .gz).
        data: its bytes, where it is no file: standard input, an attachment.
        stream: opens its bytes, where it lies in another file and is too large to be held.
        depth: how many files it lies in.
        allowance: how much more may be unpacked, for what lies in another file.
        opened: called with the raw stream (before gzip is taken off) when it is opened, so that progress
            can be read off its position.
    """

    path: Path | None
    name: str
    size: int
    data: bytes | None = field(default=None, repr=False)
    stream: Callable[[], IO[bytes]] | None = field(default=None, repr=False, compare=False)
    depth: int = 0
    allowance: Allowance | None = field(default=None, repr=False, compare=False)
    opened: Callable[[IO[bytes]], None] | None = field(default=None, repr=False, compare=False)

    @property
    def extension(self) -> str:
        """The lower-case extension of its name, `.gz` left off; "" for standard input."""
        return extension(self.path or PurePosixPath(self.name))

    def read_bytes(self) -> bytes:
        """Return its bytes, with gzip taken off; at most 20 MB.

        Raises:
            Unreadable: it is larger, empty, damaged or not readable; a format of another package lets it pass.
        """
        from pullquote.index.sources.streams import read_whole  # it reads files of this kind

        return read_whole(self)


def extension(path: PurePath) -> str:
    """Return the lower-case extension that tells the format, `.gz` left off: `.jsonl` for `a.JSONL.gz`."""
    name = path.name.lower().removesuffix(".gz")
    return os.path.splitext(name)[1]


def is_supported(path: Path) -> bool:
    """Return whether the file's extension is one that Pullquote reads, or an installed package."""
    return extension(path) in extensions()


def extensions() -> list[str]:
    """Return the extensions of the files that can be read: Pullquote's own, then those of other packages."""
    return list(dict.fromkeys((*FORMATS, *(f".{name}" for name in plugins(PluginKind.SOURCE)))))


def sidecar_of(path: Path) -> Path | None:
    """Return the existing `NAME.json` that holds the metadata of `NAME.txt`, `NAME.docx` or the like, or None."""
    if not path.name.lower().endswith(_WITH_SIDECAR):
        return None
    sidecar = path.with_name(_stem(path) + ".json")
    return sidecar if sidecar.is_file() and _holds_an_object(sidecar) else None


def text_file_of(sidecar: Path) -> Path | None:
    """Return the text file whose metadata `sidecar` holds, or None where it isn't a sidecar."""
    if sidecar.suffix != ".json":
        return None
    if not sidecar.is_file():
        return None  # a pipe or a device of that name would be waited for
    stem = sidecar.name.removesuffix(".json")
    for suffix in _WITH_SIDECAR:
        text_file = sidecar.with_name(stem + suffix)
        if text_file.is_file():
            return text_file if _holds_an_object(sidecar) else None
    return None


def file_hash(source: SourceFile) -> str:
    """Return the SHA-256 (hex) of the file's bytes followed by its sidecar's, where there is one.

    A file that cannot be read hashes to "", which equals no stored hash: `read_articles` will say why.
    """
    digest = hashlib.sha256()
    if source.path is None:
        digest.update(source.data or b"")
        return digest.hexdigest()
    try:
        for path in filter(None, (source.path, sidecar_of(source.path))):
            with path.open("rb") as stream:
                while chunk := stream.read(_CHUNK_BYTES):
                    digest.update(chunk)
    except OSError:
        return ""
    return digest.hexdigest()


def cause(error: OSError) -> str:
    """Return why the operating system refused, as a clause."""
    return f"cannot be read ({error.strerror or type(error).__name__})"


def megabytes(size_bytes: int) -> str:
    """Return a size as people say it: "21 MB"."""
    return f"{size_bytes / 1e6:,.0f} MB"


def _stem(path: Path) -> str:
    name = path.name[: -len(".gz")] if path.name.lower().endswith(".gz") else path.name
    return os.path.splitext(name)[0]


def _holds_an_object(path: Path) -> bool:
    """Return whether a .json file can be a sidecar: an array is articles of its own, whatever its name."""
    try:
        with path.open("rb") as stream:
            return not stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")
    except OSError:
        return True  # reading the text file will report it
