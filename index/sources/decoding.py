"""Bytes to text without changing a character: encoding found, byte-order mark dropped, newlines kept."""

from __future__ import annotations

import codecs
import re

from pullquote.index.sources.files import Unreadable

# Longest first: the UTF-32 mark begins with the UTF-16 one.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_BINARY_MAGIC = (
    b"%PDF-",
    b"PK\x03\x04",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x1f\x8b",
    b"\x7fELF",
    b"SQLite format 3",
    b"\xd0\xcf\x11\xe0",  # old Word and Excel
    b"RIFF",
    b"BZh",
    b"\xfd7zXZ",
    b"7z\xbc\xaf",
    b"(\xb5/\xfd",  # zstd
)

# Control characters that text never needs; ESC, FF, VT and BS do occur in old wire copy.
_CONTROL = bytes(set(range(32)) - {0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1A, 0x1B})

# Wire copy has a handful of control characters a page; compressed data has one in nine bytes.
_MAX_CONTROL_SHARE = 0.02

# Browsers read these labels so (WHATWG Encoding Standard), and pages are written to suit browsers.
_AS_BROWSERS_READ = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "tis-620": "cp874",
}

# Python codecs that are no character encodings of documents, or that hide markup from a reader.
_REFUSED = {"utf-7", "unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined", "mbcs", "oem"}

_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})|<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""",
    re.IGNORECASE,
)
_DECLARATION_REACH_BYTES = 4096  # browsers look at 1,024; some pages put comments before it


def declared_charset(data: bytes) -> str | None:
    """Return the encoding that an HTML or XML document declares for itself, or None."""
    found = _DECLARED.search(data[:_DECLARATION_REACH_BYTES])
    return (found[1] or found[2]).decode("ascii") if found else None


def byte_order_mark(data: bytes) -> tuple[str, int] | None:
    """Return the encoding that a byte-order mark at the start names and the mark's length, or None."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding, len(mark)
    return None


def decode(data: bytes, *, declared: str | None = None) -> str:
    r"""Return the text that `data` encodes; "\r\n" stays "\r\n", a byte-order mark is dropped.

    Tried in turn: the byte-order mark, UTF-16 without one, UTF-8, the `declared` encoding, a guess by
    charset-normalizer. UTF-8 goes before the declaration because text in another encoding hardly
    ever is valid UTF-8, while declarations are often wrong.

    Raises:
        Unreadable: binary data, or no encoding fits.
    """
    marked = byte_order_mark(data)
    if marked:
        encoding, skip = marked
        try:
            return data[skip:].decode(encoding)
        except UnicodeDecodeError as error:
            where = f"at byte {error.start + skip}"
            raise Unreadable(f"begins like {encoding.upper()} but isn't valid {where}") from error
    text = _utf16_without_mark(data)
    if text is not None:
        return text
    if looks_binary(data):
        raise Unreadable("looks like a binary file")
    codec = _codec(declared)
    # ISO-2022-JP and its like are made of ASCII bytes, so that UTF-8 would accept and garble them.
    order = [codec, "utf-8"] if codec and codec.startswith("iso2022") else ["utf-8", codec]
    for encoding_name in filter(None, order):
        try:
            return data.decode(encoding_name)
        except UnicodeError:
            continue
    return data.decode(guess_encoding(data))


def looks_binary(data: bytes) -> bool:
    """Return whether the bytes are a known binary format or full of control characters."""
    if data.startswith(_BINARY_MAGIC):
        return True
    controls = len(data) - len(data.translate(None, _CONTROL))
    return controls > max(1, len(data) * _MAX_CONTROL_SHARE)


def _utf16_without_mark(data: bytes) -> str | None:
    """Return the text of mark-less UTF-16: in Western text every second byte is then zero."""
    sample = data[:4096]
    if len(data) % 2 or sample.count(0) < len(sample) * 0.3:
        return None
    zeros_at_odd = sample[1::2].count(0)
    encoding = "utf-16-le" if zeros_at_odd > sample[::2].count(0) else "utf-16-be"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    printable = sum(character.isprintable() or character.isspace() for character in text[:2048])
    return text if printable >= 0.95 * len(text[:2048]) else None


def _codec(label: str | None) -> str | None:
    if not label:
        return None
    try:
        name = codecs.lookup(label).name
        "a".encode(name)  # "hex" and "rot13" are codecs, too, but none of text
    except (LookupError, ValueError):
        return None
    name = _AS_BROWSERS_READ.get(name, name)
    return None if name in _REFUSED else name


def guess_encoding(data: bytes) -> str:
    """Return the encoding that charset-normalizer finds most likely.

    Raises:
        Unreadable: none fits.
    """
    from charset_normalizer import from_bytes

    matches = from_bytes(data)
    best = matches.best()
    if best is None:
        raise Unreadable("is in no character encoding that could be recognised; save it as UTF-8")
    # Western code pages differ in a few characters only, so that short texts fit several equally well;
    # of those Windows-1252 is by far the most common in the wild.
    western = any(match.encoding == "cp1252" and match.chaos <= best.chaos for match in matches)
    return "cp1252" if western else best.encoding
