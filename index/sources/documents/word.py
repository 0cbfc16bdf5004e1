"""Word: .docx. The package is opened by python-docx; the text is walked here.

python-docx's own paragraphs leave out what was inserted while changes were tracked, content controls and text boxes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from pullquote.articles import Article, Skipped
from pullquote.index.sources.documents.document import read_document, table_paragraphs
from pullquote.index.sources.documents.xml_parts import DocumentParts, local_name
from pullquote.index.sources.files import SourceFile, Unreadable, megabytes

# All parts are held at once, pictures too.
_MAX_UNPACKED_BYTES = 500_000_000

# What was deleted, the second version of a drawing, instructions of fields.
_LEFT_OUT = {"del", "moveFrom", "Fallback", "instrText", "delText", "pPr", "rPr"}
_CHARACTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011"}


def read(source: SourceFile) -> Iterator[Article | Skipped]:
    """Return the article of a Word document, or the articles of an export.

    Raises:
        Unreadable: the file cannot be read, or has no text.
    """
    return read_document(source, "documents.word:word_paragraphs")


def word_paragraphs(data: bytes) -> dict[str, Any]:
    """Return a document's paragraphs and what it says of itself; called in a process that can be ended.

    Raises:
        Unreadable: it is no Word document.
    """
    parts = DocumentParts(data)
    if sum(info.file_size for info in parts.infos) > _MAX_UNPACKED_BYTES:
        raise Unreadable(f"unpacks to more than the {megabytes(_MAX_UNPACKED_BYTES)} allowed for a document")
    from docx import Document

    try:
        document = Document(io.BytesIO(data))
        body, facts = document.element.body, _facts(document)
    except Exception as error:  # python-docx raises what its parts raise
        raise Unreadable(f"is no Word document that can be read ({type(error).__name__}: {error})"[:200]) from error
    if body is None:
        raise Unreadable("is no Word document: it has no body")
    return {"paragraphs": _blocks(body), "facts": facts}


def _facts(document: Any) -> dict[str, Any]:
    """Return title and language; who made the file and when is no byline, and no day of publication."""
    properties = document.core_properties
    facts = {"document_author": properties.author, "document_title": properties.title, "language": properties.language}
    # python-docx makes the properties up where there are none.
    return {key: value for key, value in facts.items() if value and value not in ("python-docx", "Word Document")}


def _blocks(body: Any) -> list[str]:
    """Return the paragraphs below an element, in order; a table of figures is one."""
    found: list[str] = []
    waiting = [body]
    while waiting:
        element = waiting.pop()
        name = local_name(element)
        if name == "p":
            found.extend(_paragraph(element))
        elif name == "tbl":
            found.extend(table_paragraphs(_rows(element)))
        elif name and name not in _LEFT_OUT:
            waiting.extend(reversed(element))
    return found


def _rows(table: Any) -> list[list[list[str]]]:
    rows = []
    for row in table.iterchildren("{*}tr"):
        rows.append([_blocks(cell) for cell in row.iterchildren("{*}tc", "{*}sdt")])
    return rows


def _paragraph(paragraph: Any) -> list[str]:
    """Return a paragraph's text and, after it, the paragraphs of its text boxes."""
    pieces: list[str] = []
    boxes: list[str] = []
    waiting = list(reversed(paragraph))
    while waiting:
        element = waiting.pop()
        name = local_name(element)
        if name == "t":
            pieces.append(element.text or "")
        elif name == "txbxContent":
            boxes.extend(_blocks(element))
        elif name in _CHARACTERS:
            pieces.append(_CHARACTERS[name])
        elif name and name not in _LEFT_OUT:
            waiting.extend(reversed(element))
    text = "".join(pieces).strip()
    return [*([text] if text else []), *boxes]
