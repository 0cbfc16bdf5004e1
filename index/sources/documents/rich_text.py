"""RTF, its text taken out by striprtf."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pullquote.articles import Article, Skipped
from pullquote.index.sources.documents.document import read_document
from pullquote.index.sources.files import SourceFile, Unreadable
from pullquote.index.sources.streams import MAX_WHOLE_FILE_BYTES

_TITLE = re.compile(r"\{\\title\s([^{}\\]{1,250})\}")
# Pictures are written as digits, up to 1 MB each, and would be passed over one by one.
_PICTURE = re.compile(r"[0-9a-fA-F\r\n]{2000,}+")


def read(source: SourceFile) -> Iterator[Article | Skipped]:
    """Return the article of an RTF document, or the articles of an export.

    Raises:
        Unreadable: the file cannot be read, or has no text.
    """
    return read_document(source, "documents.rich_text:rtf_paragraphs", limit_bytes=MAX_WHOLE_FILE_BYTES)


def rtf_paragraphs(data: bytes) -> dict[str, Any]:
    """Return a document's paragraphs and what it says of itself; called in a process that can be ended.

    Raises:
        Unreadable: it is no RTF.
    """
    from striprtf.striprtf import rtf_to_text

    # RTF is ASCII; what isn't is in the code page of who wrote it, mostly Windows'.
    code = data.lstrip(b"\xef\xbb\xbf \t\r\n").decode("cp1252", "replace")
    if not code.startswith("{\\rtf"):
        raise Unreadable("is no RTF document, whatever its name")
    code = _PICTURE.sub("", code)
    try:
        text = str(rtf_to_text(code, encoding="cp1252", errors="replace"))  # type: ignore[no-untyped-call]
    except (ValueError, OverflowError, LookupError) as error:  # a character or an encoding that is none
        raise Unreadable(f"is RTF with something in it that RTF doesn't have ({error})"[:200]) from error
    lines = (line.strip(" \t|") for line in text.replace("\x00", "").split("\n"))
    title = _TITLE.search(code)
    return {
        "paragraphs": [line for line in lines if line],
        "facts": {"document_title": title[1].strip()} if title and title[1].strip() else {},
    }
