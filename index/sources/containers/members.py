"""A file that lies in another one, as a source of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import IO

from pullquote.articles import Article, Skipped
from pullquote.index.sources.allowance import MAX_DEPTH, Allowance
from pullquote.index.sources.files import SourceFile, Unreadable
from pullquote.index.sources.record import storable
from pullquote.index.sources.sniffing import format_of

# File systems allow 255 bytes a name; what is longer is no name that anybody gave.
_MAX_NAME_CHARS = 300
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def member_of(
    source: SourceFile, name: str, size_bytes: int, *, data: bytes | None = None, stream: Callable[[], IO[bytes]] | None
) -> SourceFile:
    """Return the file of this name in `source`; its place is that of `source`, "/", its own name.

    Args:
        source: the file that it lies in.
        name: as the file that it lies in has it; nothing is ever written under it.
        size_bytes: unpacked.
        data: its bytes, or
        stream: opens them.

    Raises:
        Unreadable: it lies too deep, or more would be unpacked than a file of the outermost one's size may hold.
    """
    if source.depth >= MAX_DEPTH:
        raise Unreadable(f"lies in more than {MAX_DEPTH} files in one another; unpack them and add what is in them")
    allowance = source.allowance or Allowance.of(source.size)
    allowance.take(size_bytes)
    return SourceFile(
        path=None,
        name=f"{source.name}/{shown(name)}",
        size=size_bytes,
        data=data,
        stream=stream,
        depth=source.depth + 1,
        allowance=allowance,
    )


def with_allowance(source: SourceFile) -> SourceFile:
    """Return the source with what may be unpacked from it, for all of its members together."""
    return source if source.allowance else replace(source, allowance=Allowance.of(source.size))


def articles_in(member: SourceFile) -> Iterator[Article | Skipped]:
    """Yield what is in a member; nothing where it is of a kind that Pullquote doesn't read."""
    from pullquote.index.sources.reading import read_articles  # it reads files of this kind, too

    try:
        known = format_of(member)
    except Unreadable as error:
        yield Skipped(member.name, str(error))
        return
    if known:
        yield from read_articles(member)


def shown(name: str) -> str:
    """Return a member's name as messages and places have it: one line of bounded length."""
    return storable(_CONTROL.sub(" ", name.replace("\\", "/")).strip().lstrip("/"))[-_MAX_NAME_CHARS:] or "nameless"
