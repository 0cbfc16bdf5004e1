"""Uploaded files and pasted text as sources that `Archive.add` reads."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pullquote.errors import InputError
from pullquote.filters import parse_date
from pullquote.index.adding.adding import NamedSource
from pullquote.ui.server.upload_folder import private_folder

# A long report has some 60,000 characters; a saved page with its scripts a few hundred thousand.
MAX_PASTED_CHARS = 2_000_000
_WITH_SIDECAR = {".txt", ".md", ".docx", ".odt", ".rtf", ".pdf"}
# Possessive, so that comments are read once each, however many there are.
_PAGE = re.compile(
    r"\s*+(?:<!--(?:(?!-->).)*+-->\s*+)*+<(?:!doctype|html|head|body|article|main|div|section|p)\b", re.I | re.S
)
_PREFIX = "pullquote-add-"
# An article without id and link is named after its source. Existing archives have the articles of uploads named after
# this folder, so that uploads are known by it wherever they lie.
_KNOWN_AS = "pullquote-uploads"


@dataclass(frozen=True, slots=True)
class Pasted:
    """Text that was pasted, and what the visitor said of it; a page's HTML brings its own headline, outlet and day."""

    words: str
    title: str = ""
    outlet: str = ""
    published: str = ""
    author: str = ""
    url: str = ""

    def file(self) -> tuple[str, str]:
        """Return a file's name and text.

        Raises:
            InputError: the day is malformed.
        """
        parse_date(self.published or None, name="Published")
        if _PAGE.match(self.words):
            return "pasted.html", self.words
        given = {"title": self.title, "outlet": self.outlet, "published": self.published, "url": self.url}
        facts: dict[str, str | list[str]] = {key: value.strip() for key, value in given.items() if value.strip()}
        if self.author.strip():
            facts["authors"] = [name.strip() for name in re.split(r",| and ", self.author) if name.strip()]
        if not facts:
            return "pasted.txt", self.words
        # A JSON value is a YAML value, whatever the visitor typed.
        block = "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in facts.items())
        return "pasted.txt", f"---\n{block}---\n{self.words}"


@contextmanager
def sources_of(uploads: Sequence[str], pasted: Pasted) -> Iterator[list[NamedSource]]:
    """Give the sources of one upload; its files are gone afterwards.

    Each lies in a folder of its own, which nobody else can read, and is named after what it holds, because an article
    without id and link is known by where it was read: the same file again is the same article, and another one of that
    name is another. A text's sidecar lies beside it.

    Raises:
        InputError: there is nothing to add, or what was said of the pasted text is malformed.
    """
    files = [Path(upload) for upload in uploads]
    if not files and not pasted.words.strip():
        raise InputError("Choose a file or paste some text first.")
    folders: list[Path] = []
    sources: list[NamedSource] = []
    try:
        texts = {file.stem for file in files if file.suffix.lower() in _WITH_SIDECAR}
        sidecars = {file.stem: file for file in files if file.suffix.lower() == ".json" and file.stem in texts}
        for file in files:
            if file in sidecars.values():
                continue
            sidecar = sidecars.get(file.stem) if file.suffix.lower() in _WITH_SIDECAR else None
            parts = (file, *([sidecar] if sidecar else []))
            folders.append(private_folder(_PREFIX))
            for part in parts:
                shutil.copyfile(part, folders[-1] / part.name)
            sources.append(_named(folders[-1] / file.name, map(_digest, parts)))
        if pasted.words.strip():
            name, words = pasted.file()
            folders.append(private_folder(_PREFIX))
            (folders[-1] / name).write_text(words, encoding="utf-8", errors="replace", newline="")
            sources.append(_named(folders[-1] / name, [_digest(folders[-1] / name)]))
        yield sources
    finally:
        for file in files:
            file.unlink(missing_ok=True)
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)


def _digest(file: Path) -> bytes:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()


def _named(file: Path, digests: Iterable[bytes]) -> NamedSource:
    digest = hashlib.sha256(b"\0".join(digests)).hexdigest()
    known_as = Path(os.path.realpath(tempfile.gettempdir()), _KNOWN_AS, digest[:24], file.name)
    return NamedSource(str(file), str(known_as))
