"""What a file is by its first bytes, whatever it is called; its name decides only where they don't tell."""

from __future__ import annotations

import io
import re
import zlib

from pullquote.index.sources.decoding import byte_order_mark, looks_binary
from pullquote.index.sources.files import FORMATS, SourceFile
from pullquote.index.sources.streams import open_bytes

# Comments and declarations may stand above the first element of a page, routing lines above the subject of a mail.
HEAD_BYTES = 16_384

ZIPPED = "containers.zipped"

_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_OLD_OFFICE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC = (
    (b"%PDF-", "documents.pdf"),
    (b"{\\rtf", "documents.rich_text"),
    (b"WARC/0.", "containers.webarchive"),
    (b"WARC/1.", "containers.webarchive"),
)

# The kinds of ZIP file that are documents, by the name of their first member.
_DOCUMENT_MEMBERS = (
    b"mimetype",
    b"[Content_Types].xml",
    b"_rels/",
    b"word/",
    b"xl/",
    b"docProps/",
    b"datapackage.json",
)
# Other programs' files, which may look like these; they are passed over without a word, as pictures are.
_OTHER_ZIPPED = {
    ".pptx",
    ".ppsx",
    ".potx",
    ".ods",
    ".odp",
    ".odg",
    ".odf",
    ".pages",
    ".numbers",
    ".key",
    ".vsdx",
    ".xlsb",
}

_MAILBOX = re.compile(rb"From \S+ [ \w,:+-]{10,60}\d{4}[ \w:+-]{0,20}\r?\n[\w-]+:")
_HEADER = re.compile(rb"^(?P<name>[A-Za-z][A-Za-z0-9-]{1,40}):[ \t\r\n]", re.MULTILINE)
_HEADERS_END = re.compile(rb"\r?\n\r?\n")
# A text may begin with "Date:" and "Subject:"; these are written by machines.
_MAIL_ONLY = {b"message-id", b"mime-version", b"received", b"return-path", b"delivered-to", b"x-mailer"}
_MAIL_TOO = {b"from", b"to", b"date", b"subject", b"content-type"}

_ROOT = re.compile(rb"<(?:[\w.-]{1,40}:)?(?P<name>[A-Za-z][\w.-]{0,40})(?=[\s/>])")
_HTML = re.compile(rb"<!doctype\s+html|<html\b", re.IGNORECASE)
_PROLOGUE = re.compile(
    rb"(?:\s++|<\?[^>]*+>|<!--(?:(?!-->).)*+-->|<!DOCTYPE[^>\[]*+(?:\[[^\]]*+\]\s*+)?>)++", re.S | re.I
)
_ROOTS = {
    b"rss": "formats.feed", b"feed": "formats.feed", b"rdf": "formats.feed",
    b"nitf": "formats.newsxml", b"newsitem": "formats.newsxml", b"newsmessage": "formats.newsxml",
    b"packageitem": "formats.newsxml", b"newsml": "formats.newsxml", b"urlset": "formats.newsxml",
    b"sitemapindex": "formats.newsxml", b"html": "formats.webpage", b"head": "formats.webpage",
    b"body": "formats.webpage",
}  # fmt: skip

# A line of prose may have two of their names: "Title, text".
_MIN_COLUMNS = 3

_TEXT_KEY = (
    r"text|body|content|story|full[ _-]?text|body[ _]?text|body_xhtml|bodies|main[ _]?text|plain[ _]?text"
    r"|article[ _]?(?:text|body)|clean(?:ed)?[ _]?text"
)
_JSON = re.compile(rb"\[?\s*\{\s*\"")
_JSON_TEXT_KEY = re.compile(rf'"(?:{_TEXT_KEY})"\s*:'.encode(), re.IGNORECASE)
_COLUMN = re.compile(rf"(?:{_TEXT_KEY})".encode(), re.IGNORECASE)
_OTHER_COLUMN = re.compile(
    rb"(?:id|url|link|title|headline|date|published|pub[ _]?date|publish(?:ed)?_?(?:at|date)|author|authors|byline"
    rb"|outlet|source|publication|language)",
    re.IGNORECASE,
)


def format_of(source: SourceFile, *, named: bool = False) -> str | None:
    """Return the module that reads a source: by its content, else by its name; None where neither tells.

    Args:
        source: the file.
        named: the user named it, so that a text without an extension is one.

    Raises:
        Unreadable: it can't be opened.
    """
    with open_bytes(source) as stream:
        head = beginning(stream, HEAD_BYTES)
    return format_by_head(head, source.extension, named=named)


def beginning(stream: io.BufferedReader, size_bytes: int) -> bytes:
    """Return the first bytes of a stream; where it is damaged soon after its beginning, those before the damage."""
    head = b""
    try:
        while len(head) < size_bytes and (chunk := stream.read1(size_bytes - len(head))):
            head += chunk
    except (EOFError, OSError, zlib.error):
        if not head:
            raise
    return head


def format_by_head(head: bytes, extension: str, *, named: bool = False) -> str | None:
    """Return the module for what begins with `head` and has this extension, or None."""
    told = _told(head)
    if told == ZIPPED and extension not in FORMATS and not _is_ours(head, extension):
        return None
    if told or extension in FORMATS:
        return told or FORMATS[extension]
    if head.startswith(_OLD_OFFICE_MAGIC) or extension or not named or looks_binary(head):
        return None
    return "formats.text"


def _told(head: bytes) -> str | None:
    """Return what the bytes themselves say, or None."""
    if head.startswith(_ZIP_MAGIC):
        return ZIPPED
    start = _plain(head)
    for magic, name in _MAGIC:
        if start.startswith(magic):
            return name
    if start.startswith(b"<"):
        return _markup(start)
    if _JSON.match(start):
        return "formats.jsonlines" if _JSON_TEXT_KEY.search(start) else None
    if _MAILBOX.match(start):
        return "containers.mailbox"
    if _is_mail(start):
        return "containers.mail"
    return "formats.table" if _is_table(start) else None


def _plain(head: bytes) -> bytes:
    """Return the head without its byte-order mark, the zeros of UTF-16, and spaces above the first character."""
    if (byte_order_mark(head) or ("", 0))[0].startswith(("utf-16", "utf-32")) or head[1:4:2] == b"\0\0":
        head = head.replace(b"\0", b"")
    return head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")


def _markup(start: bytes) -> str | None:
    prologue = _PROLOGUE.match(start)
    root = _ROOT.match(start, prologue.end() if prologue else 0)
    name = _ROOTS.get(root["name"].lower()) if root else None
    return name or ("formats.webpage" if _HTML.search(start) else None)


def _is_mail(start: bytes) -> bool:
    end = _HEADERS_END.search(start)
    names = {found["name"].lower() for found in _HEADER.finditer(start, 0, end.start() if end else len(start))}
    first = _HEADER.match(start)
    return first is not None and bool(names & _MAIL_ONLY) and bool(names & _MAIL_TOO) and len(names) >= 3


def _is_table(start: bytes) -> bool:
    header = start.split(b"\n", 1)[0].strip()
    for delimiter in (b"\t", b";", b","):
        columns = [column.strip(b' \t"') for column in header.split(delimiter)]
        if len(columns) >= _MIN_COLUMNS:
            text = any(map(_COLUMN.fullmatch, columns))
            return text and any(map(_OTHER_COLUMN.fullmatch, columns))
    return False


def _is_ours(head: bytes, extension: str) -> bool:
    """Return whether a ZIP file under a foreign name is a document, or has no extension at all."""
    if extension in _OTHER_ZIPPED:
        return False
    return not extension or head[30:].startswith(_DOCUMENT_MEMBERS)
