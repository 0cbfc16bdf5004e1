"""OpenDocument texts: .odt, their XML read by lxml."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pullquote.articles import Article, Skipped
from pullquote.index.sources.documents.document import read_document, table_paragraphs
from pullquote.index.sources.documents.xml_parts import DocumentParts, local_name
from pullquote.index.sources.files import SourceFile, Unreadable

_LEFT_OUT = {"tracked-changes", "note", "annotation", "sequence-decls", "forms"}
_MAX_SPACES = 1_000


def read(source: SourceFile) -> Iterator[Article | Skipped]:
    """Return the article of an OpenDocument text, or the articles of an export.

    Raises:
        Unreadable: the file cannot be read, or has no text.
    """
    return read_document(source, "documents.opendocument:odt_paragraphs")


def odt_paragraphs(data: bytes) -> dict[str, Any]:
    """Return a document's paragraphs and what it says of itself; called in a process that can be ended.

    Raises:
        Unreadable: it is no OpenDocument text.
    """
    parts = DocumentParts(data)
    if b"encryption-data" in (parts.read("META-INF/manifest.xml") or b""):
        raise Unreadable("is protected with a password; save it without one")
    content = parts.tree("content.xml")
    body = None if content is None else content.find(".//{*}body/{*}text")
    if body is None:
        raise Unreadable("is no OpenDocument text")
    return {"paragraphs": _blocks(body), "facts": _facts(parts)}


def _facts(parts: DocumentParts) -> dict[str, Any]:
    meta = parts.tree("meta.xml")
    if meta is None:
        return {}
    known = {"title": "document_title", "creator": "document_author", "language": "language"}
    facts = {}
    for element in meta.iter("{http://purl.org/dc/elements/1.1/}*"):
        key = known.get(local_name(element))
        if key and element.text:
            facts[key] = element.text.strip()
    return facts


def _blocks(body: Any) -> list[str]:
    found: list[str] = []
    waiting = [body]
    while waiting:
        element = waiting.pop()
        name = local_name(element)
        if name in ("p", "h"):
            found.extend(_paragraph(element))
        elif name == "table":
            rows = [
                [_blocks(cell) for cell in row.iterchildren("{*}table-cell")] for row in element.iter("{*}table-row")
            ]
            found.extend(table_paragraphs(rows))
        elif name and name not in _LEFT_OUT:
            waiting.extend(reversed(element))
    return found


def _paragraph(paragraph: Any) -> list[str]:
    """Return a paragraph's text and, after it, the paragraphs of its text boxes."""
    pieces = [paragraph.text or ""]
    boxes: list[str] = []
    waiting: list[Any] = list(reversed(paragraph))
    while waiting:
        element = waiting.pop()
        if isinstance(element, str):
            pieces.append(element)
            continue
        name = local_name(element)
        if element.tail:
            waiting.append(element.tail)
        if name == "text-box":
            boxes.extend(_blocks(element))
        elif name == "s":
            pieces.append(" " * _count(element))
        elif name in ("tab", "line-break"):
            pieces.append("\t" if name == "tab" else "\n")
        elif name and name not in _LEFT_OUT:
            pieces.append(element.text or "")
            waiting.extend(reversed(element))
    text = "".join(pieces).strip()
    return [*([text] if text else []), *boxes]


def _count(spaces: Any) -> int:
    given = next((value for key, value in spaces.attrib.items() if key.endswith("}c")), "1")
    return min(int(given), _MAX_SPACES) if given.isascii() and given.isdigit() and len(given) < 6 else 1
