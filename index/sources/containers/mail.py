"""Mails saved as files (.eml), and web pages saved with their pictures (.mhtml), which are mails, too."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import Message

from pullquote.articles import Article, Skipped
from pullquote.index.sources.containers.captured_page import captured_articles
from pullquote.index.sources.containers.message import (
    MAX_MESSAGE_BYTES,
    header,
    message_articles,
    parsed,
    part_bytes,
)
from pullquote.index.sources.files import SourceFile, Unreadable
from pullquote.index.sources.streams import read_whole


def read(source: SourceFile) -> Iterator[Article | Skipped]:
    """Yield the article of a mail and those of its attachments, or the article of a saved page.

    Raises:
        Unreadable: the file cannot be read, or is no mail.
    """
    mail = parsed(read_whole(source, limit_bytes=MAX_MESSAGE_BYTES, what="a mail"))
    if not mail.keys():
        raise Unreadable("is no mail: it begins without headers")
    page = _saved_page(mail)
    if page is None:
        yield from message_articles(mail, source, source.name)
        return
    address = header(mail, "Snapshot-Content-Location") or header(page, "Content-Location")
    yield from captured_articles(
        part_bytes(page),
        source.name,
        address=address,
        captured=header(mail, "Date"),
        charset=page.get_content_charset(),
    )


def _saved_page(mail: Message) -> Message | None:
    """Return the page of a mail that a browser wrote, or None where it is a mail that people send."""
    if header(mail, "To") or not mail.is_multipart():
        return None
    by_browser = "Snapshot-Content-Location" in mail or header(mail, "From").lower().startswith("<saved by")
    pages = [part for part in mail.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    page = pages[0] if pages else None
    if page is None or not (by_browser or "Content-Location" in page):
        return None
    return page
