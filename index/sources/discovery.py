"""From what the user names (files, folders, patterns, "-") to the source files behind it."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from fnmatch import translate
from pathlib import Path

from pullquote.articles import Skipped
from pullquote.index.sources.files import (
    SourceFile,
    Unreadable,
    cause,
    extension,
    extensions,
    is_supported,
    megabytes,
    text_file_of,
)
from pullquote.index.sources.sniffing import format_of

# What to save them as.
_OLDER_OFFICE = {".doc": ".docx", ".xls": ".xlsx", ".ppt": "PDF", ".wpd": ".docx"}

# Standard input is held in memory, since its format has to be sniffed and it is hashed before it is read.
MAX_STDIN_BYTES = 500_000_000

# What an archive is told by. It may lie in the folder that is added, and holds a .json of its own.
_ARCHIVE_FILES = ("archive.db", "archive.lock")

_MAGIC = re.compile(r"[*?\[]")


def discover(sources: Iterable[str | Path]) -> Iterator[SourceFile | Skipped]:
    """Yield every source file that `sources` name, once each, in a fixed order.

    A source is a file, a folder (walked; hidden entries left out), a pattern such as `news/**/*.txt`
    (hidden entries left out, unless the pattern names the dot), or "-" for standard input. Links are
    followed, and every real folder is walked once, so that loops end. A sidecar stands for its text file.
    An archive of Pullquote's own is passed over in silence, unless it is what was named.

    What cannot be used comes as a Skipped in its place; nothing is raised for bad input.
    """
    walk = _Walk()
    for source in sources:
        if source == "-":
            yield from walk.stdin()
        else:
            yield from walk.named(source)


class _Walk:
    """One discovery: remembers the files yielded and the folders walked."""

    def __init__(self) -> None:
        self._files: set[str] = set()
        self._folders: set[tuple[int, int]] = set()

    def stdin(self) -> Iterator[SourceFile | Skipped]:
        if "-" in self._files:
            return
        self._files.add("-")
        try:
            stream = sys.stdin.buffer
            data = stream.read(MAX_STDIN_BYTES + 1)
        except (AttributeError, OSError, ValueError) as error:  # closed, or replaced by a text-only object
            yield Skipped("-", f"cannot be read ({error})")
            return
        if len(data) > MAX_STDIN_BYTES:
            yield Skipped("-", f"is more than {megabytes(MAX_STDIN_BYTES)}; write it to a file and add that")
        else:
            yield SourceFile(path=None, name="-", size=len(data), data=data)

    def named(self, source: str | Path) -> Iterator[SourceFile | Skipped]:
        if not str(source):
            yield Skipped("", "is an empty name")
            return
        path = Path(source)
        try:
            there = os.path.lexists(path)
        except ValueError:  # a NUL character in the name
            yield Skipped(str(source), "is not a possible file name")
            return
        if there or not _MAGIC.search(str(source)):
            yield from self.entry(path, explicit=True)
            return
        matched = False
        for found in _expand(Path(path.anchor or "."), path.parts[1:] if path.anchor else path.parts):
            matched = True
            yield from self.entry(found, explicit=False)
        if not matched:
            yield Skipped(str(source), "is a pattern that no file matches")

    def entry(self, path: Path, *, explicit: bool) -> Iterator[SourceFile | Skipped]:
        """Yield what one name leads to: a file, a folder's files, or why neither."""
        try:
            real = Path(os.path.realpath(path))
            status = os.stat(path)
        except (FileNotFoundError, NotADirectoryError):
            broken = path.is_symlink()
            yield Skipped(_name(path), "is a link to a file that is not there" if broken else "there is no such file")
        except (OSError, ValueError) as error:
            yield Skipped(_name(path), cause(error) if isinstance(error, OSError) else "is not a possible file name")
        else:
            if _in_archive(real if stat.S_ISDIR(status.st_mode) else real.parent):
                if explicit:
                    yield Skipped(_name(path), "is part of a Pullquote archive, not a source")
            elif stat.S_ISDIR(status.st_mode):
                yield from self._folder(real, status)
            else:
                yield from self._file(real, status, explicit=explicit)

    def _folder(self, folder: Path, status: os.stat_result) -> Iterator[SourceFile | Skipped]:
        identity = (status.st_dev, status.st_ino)
        if identity in self._folders:
            return
        self._folders.add(identity)
        try:
            names = sorted(os.listdir(folder))
        except OSError as error:
            yield Skipped(_name(folder), cause(error))
            return
        for name in names:
            if not name.startswith("."):
                yield from self.entry(folder / name, explicit=False)

    def _file(self, path: Path, status: os.stat_result, *, explicit: bool) -> Iterator[SourceFile | Skipped]:
        text_file = text_file_of(path)
        if text_file is not None:
            path = Path(os.path.realpath(text_file))
            try:
                status = os.stat(path)
            except OSError as error:  # it went between two looks
                yield Skipped(_name(path), cause(error))
                return
        name = _name(path)
        if name in self._files:
            return
        self._files.add(name)
        if not stat.S_ISREG(status.st_mode):
            yield Skipped(name, "is not a regular file", unsupported=not explicit)
        elif not is_supported(path) and not _told_by_content(path, name, status.st_size, named=explicit):
            yield Skipped(name, _unsupported(path), unsupported=not explicit)
        elif not os.access(path, os.R_OK):
            yield Skipped(name, "cannot be read (Permission denied)")
        else:
            yield SourceFile(path=path, name=name, size=status.st_size)


def _in_archive(folder: Path) -> bool:
    """Return whether a folder is an archive or the index inside one: its files are no sources."""
    return any(
        all(os.path.lexists(candidate / name) for name in _ARCHIVE_FILES) for candidate in (folder, folder.parent)
    )


def _told_by_content(path: Path, name: str, size_bytes: int, *, named: bool) -> bool:
    """Return whether the first bytes of a file with an unknown extension, or none, tell a kind that can be read."""
    try:
        return format_of(SourceFile(path=path, name=name, size=size_bytes), named=named) is not None
    except Unreadable:
        return False


def _unsupported(path: Path) -> str:
    kind = f"is a {extension(path)} file" if extension(path) else "has no extension"
    if extension(path) in _OLDER_OFFICE:
        return f"{kind}, of Office before 2007; save it as {_OLDER_OFFICE[extension(path)]}"
    return f"{kind}, and its content is of no known kind; Pullquote reads {' '.join(extensions())} and .gz of these"


def _name(path: Path) -> str:
    r"""Return the absolute name; bytes that are no UTF-8 become `\xNN`, since names are stored and shown."""
    name = Path(os.path.abspath(path)).as_posix()
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _expand(folder: Path, parts: tuple[str, ...], above: frozenset[str] = frozenset()) -> Iterator[Path]:
    """Yield what the pattern `parts` matches below `folder`, sorted; `**` is any number of folders.

    Python's own glob follows links in circles until the system stops it.
    """
    if not parts:
        yield folder
        return
    part, rest = parts[0], parts[1:]
    if part == "**":
        real = os.path.realpath(folder)
        if real in above:
            return
        yield from _expand(folder, rest or ("*",), above)
        for child in _matching(folder, "*"):
            if child.is_dir():
                yield from _expand(child, parts, above | {real})
    elif not _MAGIC.search(part):
        if os.path.lexists(folder / part):
            yield from _expand(folder / part, rest, above)
    else:
        for child in _matching(folder, part):
            if not rest or child.is_dir():
                yield from _expand(child, rest, above)


def _matching(folder: Path, pattern: str) -> list[Path]:
    matches = re.compile(translate(pattern)).match
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    return [folder / name for name in names if matches(name) and (pattern.startswith(".") or not name.startswith("."))]
