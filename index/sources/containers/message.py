"""One mail to its articles: the body, mails in it, and attachments of known kinds."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr
from functools import partial
from typing import Any

from pullquote.articles import Article, Skipped
from pullquote.index.sources.containers.members import articles_in, member_of, with_allowance
from pullquote.index.sources.decoding import decode
from pullquote.index.sources.files import SourceFile, Unreadable
from pullquote.index.sources.formats.markup import paragraphs
from pullquote.index.sources.reasons import article_or_skipped
from pullquote.index.sources.record import storable, to_article
from pullquote.index.sources.timed import timed_call

# Mail servers refuse messages of more than 25 to 50 MB; a few attachments written as text take a third more.
MAX_MESSAGE_BYTES = 100_000_000

# Forwarded mails nest a few deep; the parser takes time for each level with every line.
_MAX_NESTING = 20
_MAX_PARTS = 1_000
# RFC 5322 bounds a line to 998; subjects are far shorter.
_MAX_HEADER_CHARS = 2_000

# Beside a newsletter in HTML stands "Read this mail in your browser", not its text.
_HTML_IS_WHOLE = 3


@dataclass(slots=True)
class _Found:
    """What the parts of a mail are."""

    texts: list[str] = field(default_factory=list)
    attachments: list[tuple[str, bytes]] = field(default_factory=list)
    mails: list[Message] = field(default_factory=list)
    parts: int = 0


def parsed(data: bytes) -> Message:
    """Return a mail as a tree of parts; whatever is wrong with it is passed over."""
    return message_from_bytes(data, policy=policy.compat32)


def message_articles(mail: Message, source: SourceFile, place: str, *, nesting: int = 0) -> Iterator[Article | Skipped]:
    """Yield the article that a mail is, then those of its attachments.

    Args:
        mail: the mail.
        source: the file that it is, or lies in.
        place: of the mail.
        nesting: in how many mails it lies.
    """
    source = with_allowance(source)
    found = _Found()
    try:
        _collect(mail, found, 0)
    except Unreadable as error:
        yield Skipped(place, str(error))
    if any(text.strip() for text in found.texts) or not (found.attachments or found.mails):
        yield article_or_skipped(partial(_article, mail, found.texts, place), place)
    for number, inner in enumerate(found.mails, start=1):
        inner_place = f"{place}/mail {number}"
        if nesting >= _MAX_NESTING:
            yield Skipped(inner_place, f"lies in more than {_MAX_NESTING} mails in one another")
        else:
            yield from message_articles(inner, source, inner_place, nesting=nesting + 1)
    for name, data in found.attachments:
        try:
            attached = member_of(SourceFile(None, place, len(data), depth=source.depth, allowance=source.allowance),
                                 name, len(data), data=data, stream=None)  # fmt: skip
        except Unreadable as error:
            yield Skipped(place, f"has an attachment that {error}")
            return
        yield from articles_in(attached)


def header(mail: Message, name: str) -> str:
    """Return a header as people read it, on one line; "" where it is missing."""
    value = str(mail.get(name, "") or "")[:_MAX_HEADER_CHARS]
    with contextlib.suppress(HeaderParseError, LookupError, ValueError):  # an encoding that is none
        value = str(make_header(decode_header(value)))
    return storable(" ".join(value.split()))


def part_bytes(part: Message) -> bytes:
    """Return what a part carries, unwrapped."""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def html_text(data: bytes) -> str:
    """Return the text of a mail in HTML; called in a process that can be ended."""
    return paragraphs(decode(data))


def _article(mail: Message, texts: list[str], place: str) -> Article:
    text = "\n\n".join(text.strip() for text in texts if text.strip())
    if not text:
        raise Unreadable("is a mail without text")
    name, address = parseaddr(header(mail, "From"))
    record: dict[str, Any] = {
        "text": text,
        "id": header(mail, "Message-ID").strip("<> "),
        "title": header(mail, "Subject"),
        "outlet": name or address.rpartition("@")[2],
        "published": header(mail, "Date"),
        "language": header(mail, "Content-Language").split(",")[0],
        "from": address,
    }
    return to_article({key: value for key, value in record.items() if value}, source=place)


def _collect(part: Message, found: _Found, depth: int) -> None:
    """Add what a part and those below it are to `found`.

    Raises:
        Unreadable: there are too many, or they lie too deep.
    """
    found.parts += 1
    if depth > _MAX_NESTING or found.parts > _MAX_PARTS:
        raise Unreadable("is a mail whose parts lie too deep in one another, or are too many")
    kind = part.get_content_type()
    if kind == "message/rfc822":
        inner = part.get_payload()
        found.mails.extend(one for one in (inner if isinstance(inner, list) else []) if isinstance(one, Message))
    elif part.is_multipart():
        subparts = [one for one in part.get_payload() if isinstance(one, Message)]
        if kind == "multipart/alternative":
            _collect_alternatives(subparts, found, depth)
        else:
            for one in subparts:
                _collect(one, found, depth + 1)
    elif kind in ("text/plain", "text/html") and part.get_content_disposition() != "attachment":
        found.texts.append(_text(part))
    else:
        found.attachments.append((_file_name(part), part_bytes(part)))


def _collect_alternatives(parts: list[Message], found: _Found, depth: int) -> None:
    """Add the fullest version of a text: the plain one, unless the HTML holds far more."""
    versions = []
    for part in parts:
        version = _Found(parts=found.parts)
        _collect(part, version, depth + 1)
        found.parts = version.parts
        found.attachments += version.attachments
        found.mails += version.mails
        versions.append(version.texts)
    lengths = [sum(map(len, texts)) for texts in versions]
    if lengths:
        whole = max(lengths)
        found.texts += next(
            texts for texts, length in zip(versions, lengths, strict=True) if length * _HTML_IS_WHOLE >= whole
        )


def _text(part: Message) -> str:
    data = part_bytes(part)
    charset = part.get_content_charset()
    text = decode(data, declared=charset) if data else ""
    if part.get_content_type() == "text/html":
        return str(timed_call("containers.message:html_text", text.encode("utf-8", "replace"))) if text else ""
    text = text.replace("\r\n", "\n")
    return _unflowed(text) if str(part.get_param("format", "")).lower() == "flowed" else text


def _unflowed(text: str) -> str:
    """Return a text whose lines were broken for transport (RFC 3676) with its paragraphs on one line each."""
    return re.sub(r"(?<!^--) \n(?=[^\n>])", " ", text, flags=re.MULTILINE)


def _file_name(part: Message) -> str:
    try:
        return part.get_filename() or part.get_content_type().replace("/", ".")
    except (LookupError, ValueError, TypeError):  # an encoding that is none
        return "nameless"
