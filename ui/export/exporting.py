"""A conversation to keep: Markdown, one HTML page, or JSON, each with all its citations and what was searched."""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pullquote
from pullquote.answers import State
from pullquote.errors import InputError
from pullquote.filters import Filters
from pullquote.ui.conversation import Conversation, Exchange
from pullquote.ui.export.markdown import to_markdown
from pullquote.ui.export.page import to_html
from pullquote.ui.export.wording import nearest
from pullquote.ui.printable import shorten

if TYPE_CHECKING:
    from pullquote.reports import ArchiveInfo

FORMATS = ("markdown", "html", "json")
_ENDINGS = {"markdown": "md", "html": "html", "json": "json"}


def export(conversation: Conversation, info: ArchiveInfo, form: str, *, exported_at: dt.datetime) -> str:
    """Return the conversation in one of `FORMATS`.

    Args:
        conversation: what was asked.
        info: of the archive that it was asked of.
        form: "markdown", "html" or "json".
        exported_at: an aware time.

    Raises:
        InputError: there is no such format.
    """
    writers: dict[str, Callable[..., str]] = {"markdown": to_markdown, "html": to_html, "json": to_json}
    if form not in writers:
        raise InputError(f"A conversation can be kept as {', '.join(FORMATS)}, not as {shorten(form, 40)!r}.")
    return writers[form](conversation, info, exported_at=exported_at)


def file_name(conversation: Conversation, form: str) -> str:
    """Return a name for the file: day and first question, letters and digits only."""
    asked = [exchange for exchange in conversation if exchange.question.strip()]
    plain = unicodedata.normalize("NFKD", asked[0].question if asked else "").encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain.lower())[:8]
    when = [f"{asked[0].asked_at:%Y-%m-%d}"] if asked else []
    return "-".join(["pullquote", *when, *(word[:20] for word in words)]) + f".{_ENDINGS.get(form, 'txt')}"


def write(conversation: Conversation, info: ArchiveInfo, form: str, folder: Path, *, exported_at: dt.datetime) -> Path:
    """Write the conversation into a folder and return the file.

    Raises:
        InputError: there is no such format.
    """
    text = export(conversation, info, form, exported_at=exported_at)
    file = folder / file_name(conversation, form)
    file.write_bytes(text.encode("utf-8", "replace"))
    return file


def to_json(conversation: Conversation, info: ArchiveInfo, *, exported_at: dt.datetime) -> str:
    """Return the answer objects, with times, filters and the archive's facts; ends in a line feed."""
    value = {
        "pullquote": pullquote.__version__,
        "exported_at": _iso(exported_at),
        "archive": _archive_json(info),
        "exchanges": [_exchange_json(exchange) for exchange in conversation],
    }
    return json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", "replace").decode("utf-8") + "\n"


def _archive_json(info: ArchiveInfo) -> dict[str, Any]:
    return {
        "articles": info.articles,
        "passages": info.passages,
        "first_day": info.first_day.isoformat() if info.first_day else None,
        "last_day": info.last_day.isoformat() if info.last_day else None,
        "content_sha256": info.content_sha256,
        "embedder": info.embedder,
        "embedder_sha256": info.embedder_sha256,
    }


def _exchange_json(exchange: Exchange) -> dict[str, Any]:
    answer = exchange.answer
    return {
        "id": exchange.id,
        "asked_at": _iso(exchange.asked_at),
        "question": exchange.question,
        "understood": exchange.understood,
        "filters": _filters_json(exchange.filters),
        "answer": answer.to_json() if answer else None,
        "nearest": [hit.to_json() for hit in nearest(answer)] if answer and answer.state is State.SILENT else [],
        "error": exchange.error or None,
    }


def _filters_json(filters: Filters) -> dict[str, Any]:
    return {
        "since": filters.since.isoformat() if filters.since else None,
        "until": filters.until.isoformat() if filters.until else None,
        "as_of": filters.as_of.isoformat() if filters.as_of else None,
        "outlets": list(filters.outlets),
        "authors": list(filters.authors),
    }


def _iso(when: dt.datetime) -> str:
    return when.astimezone(dt.UTC).isoformat(timespec="seconds")
