"""Mailboxes: .mbox, one mail after another, each below a line "From ...". They are streamed, whatever their size."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pullquote.articles import Article, Skipped
from pullquote.index.sources.containers.members import with_allowance
from pullquote.index.sources.containers.message import MAX_MESSAGE_BYTES, message_articles, parsed
from pullquote.index.sources.files import SourceFile, Unreadable, megabytes
from pullquote.index.sources.reasons import reason_for
from pullquote.index.sources.streams import open_bytes

# Lines of attachments have 76 characters; a longer line is read in pieces.
_LINE_BYTES = 65_536

# In the text of a mail such a line is written with ">" before it.
_FROM = re.compile(rb"From \S*[ \t].*\d{4}|From [-\w.+]+@\S+[ \t]")
_QUOTED_FROM = re.compile(rb">+From ")


def read(source: SourceFile) -> Iterator[Article | Skipped]:
    """Yield the articles of each mail; their place is the file and the number of the mail, from 1.

    Raises:
        Unreadable: the file cannot be read, or is no mailbox.
    """
    number = 0
    source = with_allowance(source)
    try:
        for number, mail in enumerate(_mails(source), start=1):
            place = f"{source.name}:{number}"
            if mail is None:
                yield Skipped(place, f"is a mail of more than the {megabytes(MAX_MESSAGE_BYTES)} allowed")
                continue
            try:
                yield from message_articles(parsed(mail), source, place)
            except Exception as error:  # one mail of many
                yield Skipped(place, reason_for(error))
    except Unreadable as error:
        if not number:
            raise
        yield Skipped(f"{source.name}:{number + 1}", str(error))
    if not number:
        raise Unreadable('is no mailbox: it has no line "From ..." above a mail')


def _mails(source: SourceFile) -> Iterator[bytes | None]:
    """Yield the bytes of each mail without the line above it; None for one that is too large."""
    lines: list[bytes] | None = None
    size = 0
    after_blank, at_start = True, True
    with open_bytes(source) as stream:
        while line := stream.readline(_LINE_BYTES):
            if at_start and after_blank and _FROM.match(line):
                if lines is not None:
                    yield _joined(lines, size)
                lines, size = [], 0
            elif lines is not None:
                size += len(line)
                if size <= MAX_MESSAGE_BYTES:
                    lines.append(line[1:] if at_start and _QUOTED_FROM.match(line) else line)
                else:
                    lines.clear()
            after_blank = at_start and line in (b"\n", b"\r\n")
            at_start = line.endswith(b"\n")
    if lines is not None:
        yield _joined(lines, size)


def _joined(lines: list[bytes], size_bytes: int) -> bytes | None:
    return b"".join(lines) if size_bytes <= MAX_MESSAGE_BYTES else None
