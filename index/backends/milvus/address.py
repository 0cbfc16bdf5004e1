"""Where a Milvus back end is, as it is written after `--index` and kept in an archive's manifest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pullquote.errors import InputError

_FORMS = "http://HOST:PORT, http://HOST:PORT/NAME, FILE.db or FILE.db/NAME"
# The user and password, or the key, of a server that asks for one: USER:PASSWORD or a token.
TOKEN_VARIABLE = "PULLQUOTE_MILVUS_TOKEN"
# What Milvus allows in the name of a collection.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")


@dataclass(frozen=True, slots=True)
class MilvusAddress:
    """A server, or a file of Milvus Lite, and the name of one archive's index there.

    Attributes:
        uri: http(s)://HOST:PORT, or the absolute path of a file that ends in `.db`.
        name: letters, digits and underscores.
    """

    uri: str
    name: str

    def __str__(self) -> str:
        return f"{self.uri}/{self.name}"

    @property
    def is_file(self) -> bool:
        """Whether it is a file of Milvus Lite, which one process at a time can open."""
        return not self.uri.startswith(("http://", "https://"))

    @classmethod
    def parse(cls, text: str, *, archive: Path | None = None) -> MilvusAddress:
        """Return the address that a text gives.

        Args:
            text: one of the forms of `--index`.
            archive: the archive's folder, which names the index where the text doesn't.

        Raises:
            InputError: the text is no such address, or names no index.
        """
        if not isinstance(text, str):
            raise InputError(f"The address of an index is a str, not a {type(text).__name__}; such as {_FORMS}.")
        if text.startswith(("http://", "https://")):
            parts = urlsplit(text)
            uri, name = f"{parts.scheme}://{parts.netloc}", parts.path.strip("/")
            if "@" in parts.netloc:
                raise InputError(
                    "An address with a user or a password would be kept and shown; write http://HOST:PORT, and give "
                    f"USER:PASSWORD in the variable {TOKEN_VARIABLE}."
                )
            if not parts.hostname:
                raise InputError(f"{text!r} names no host; write {_FORMS}.")
        else:
            file, found, name = text.rpartition(".db/")
            file = f"{file}.db" if found else text
            name = name if found else ""
            if not file.endswith(".db"):
                raise InputError(f"{text!r} is no address of an index; write {_FORMS}.")
            uri = str(Path(file).expanduser().absolute())
        name = name or _name_after(archive)
        if not _NAME.fullmatch(name):
            raise InputError(
                f"An index can't be named {name!r}: letters, digits and underscores are allowed; write {_FORMS}."
            )
        return cls(uri, name)


def _name_after(archive: Path | None) -> str:
    """Return the name of an archive's folder in the characters that are allowed."""
    if archive is None:
        return ""
    name = re.sub(r"[^A-Za-z0-9_]+", "_", archive.stem).strip("_")
    return name if name and not name[0].isdigit() else f"archive_{name}".rstrip("_")
