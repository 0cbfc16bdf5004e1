"""Sentences that a conversation kept as Markdown and as HTML share. Nothing here is escaped yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pullquote
from pullquote.answers import Answer, Candidate, Citation, Hit
from pullquote.ui.conversation import Exchange
from pullquote.ui.wording import confidence, count, day

if TYPE_CHECKING:
    from pullquote.reports import ArchiveInfo

TITLE = "Questions to the archive"
PASSAGE_CHARS = 420
_PASSAGES = 3


def nearest(answer: Answer) -> Sequence[Hit]:
    """Return the passages that came closest."""
    return answer.passages[:_PASSAGES]


def archive_line(info: ArchiveInfo) -> str:
    """Return what was asked: how large the archive is, and the hash that tells it from others."""
    days = " to ".join(day(value) for value in (info.first_day, info.last_day) if value)
    facts = [count(info.articles, "article"), count(info.passages, "passage"), days]
    return (
        f"Asked of an archive of {', '.join(part for part in facts if part)} (content SHA-256 {info.content_sha256})."
    )


def export_line(info: ArchiveInfo, exported_at: dt.datetime) -> str:
    """Return when and by what the conversation was kept."""
    return (
        f"Kept on {_time(exported_at)} by Pullquote {pullquote.__version__} with {info.embedder}. "
        "Every quotation is the exact words that were printed; offsets count characters of the article's text."
    )


def asked_line(exchange: Exchange) -> str:
    """Return when a question was asked, as what it was understood, and within which bounds."""
    understood = f"Understood as: {exchange.understood}" if exchange.understood != exchange.question else ""
    return " · ".join(part for part in (f"Asked on {_time(exchange.asked_at)}", understood, _bounds(exchange)) if part)


def _bounds(exchange: Exchange) -> str:
    """Return the filters in words, "" without any."""
    filters = exchange.filters
    parts = [
        f"from {day(filters.since)}" if filters.since else "",
        f"to {day(filters.until)}" if filters.until else "",
        f"as of {day(filters.as_of)}" if filters.as_of else "",
        "outlets: " + ", ".join(filters.outlets) if filters.outlets else "",
        "authors: " + ", ".join(filters.authors) if filters.authors else "",
    ]
    known = "; ".join(part for part in parts if part)
    return f"Only {known}" if known else ""


def standing(candidate: Candidate) -> str:
    """Return how well supported a value is."""
    return f"{count(candidate.origins, 'independent report')}, {confidence(candidate)}"


def place_line(citation: Citation) -> str:
    """Return where exactly a citation stands."""
    return f"Characters {citation.start}-{citation.end} of {citation.article_id}, text SHA-256 {citation.sha256}"


def _time(when: dt.datetime) -> str:
    utc = when.astimezone(dt.UTC)
    return f"{day(utc.date())} at {utc:%H:%M} UTC"
