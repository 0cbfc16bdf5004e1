"""The XML inside documents: parts of bounded size, parsed without entities, DTDs or a network."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Any

from pullquote.index.sources.files import Unreadable, megabytes

# A book of 1,000 pages has 5 MB; 100 MB take about 1 GB as a tree.
_MAX_PART_BYTES = 100_000_000
# What zipfile raises at a damaged file: NotImplementedError where it names a way of packing that there isn't,
# ValueError where a place in it is before its beginning.
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, RuntimeError)
_OLD_OFFICE_MAGIC = b"\xd0\xcf\x11\xe0"


class DocumentParts:
    """The parts of a document that is a ZIP file.

    Args:
        data: the document.

    Raises:
        Unreadable: it is no ZIP file, is damaged, or is protected with a password.
    """

    def __init__(self, data: bytes) -> None:
        if data.startswith(_OLD_OFFICE_MAGIC):
            protected = "EncryptedPackage".encode("utf-16-le") in data
            raise Unreadable(
                "is protected with a password; save it without one"
                if protected
                else "is in a format of Office before 2007; save it as .docx or .xlsx"
            )
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _DAMAGE as error:
            raise Unreadable(f"is damaged or cut off before its end ({error})") from error

    @property
    def infos(self) -> list[zipfile.ZipInfo]:
        """What is known of each part without unpacking it."""
        return self._zip.infolist()

    @property
    def names(self) -> list[str]:
        """The names of all parts."""
        return self._zip.namelist()

    def read(self, name: str) -> bytes | None:
        """Return a part's bytes, or None where there is no such part.

        Raises:
            Unreadable: it is too large, damaged or encrypted.
        """
        try:
            info = self._zip.getinfo(name)
        except KeyError:
            return None
        if info.file_size > _MAX_PART_BYTES:
            raise Unreadable(f"unpacks to more than the {megabytes(_MAX_PART_BYTES)} allowed for a document's text")
        if info.flag_bits & 1:
            raise Unreadable("is protected with a password; save it without one")
        try:
            return self._zip.read(info)
        except _DAMAGE as error:
            raise Unreadable(f"is damaged or cut off before its end ({error})") from error

    def tree(self, name: str) -> Any:
        """Return a part's root element, or None where there is no such part.

        Raises:
            Unreadable: it is no XML, or cannot be read.
        """
        data = self.read(name)
        return None if data is None else xml_root(data)


def xml_root(data: bytes) -> Any:
    """Return the root element of an XML document; entities of its own stay unresolved, nothing is fetched.

    Raises:
        Unreadable: it is not well-formed, or declares entities.
    """
    from lxml import etree  # type: ignore[import-untyped]

    if b"<!ENTITY" in data.replace(b"\0", b""):
        raise Unreadable("declares entities in its XML, which no document of its kind needs")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(f"holds XML that is not well-formed ({str(error)[:120]})") from error


def local_name(element: Any) -> str:
    """Return an element's name without its namespace; "" for what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
