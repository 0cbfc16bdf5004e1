"""What people mended of articles' facts: kept apart from the text, with who and when, and put on it again each time.

An edit is a row that is never changed. The last one of a field counts. The version of an article that is stored has its
edits on it; when its source is read again, they are put on what was read before the two are compared.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pullquote.articles import Article, Edit
from pullquote.index.sources.fields.headline import title_line
from pullquote.index.storage import schema
from pullquote.index.storage.connection import Connection

# What can be mended, in the order in which it is shown.
FIELDS = ("title", "outlet", "published", "authors")


@dataclass(frozen=True, slots=True)
class NewEdit:
    """An edit that is to be stored.

    Attributes:
        article: its id.
        field: one of `FIELDS`.
        value: what counts from now on, as JSON has it; None where what the source says counts again.
        printed: what the source says, likewise.
        by: who says so.
        at: when, in UTC.
    """

    article: str
    field: str
    value: Any
    printed: Any
    by: str
    at: dt.datetime


def has_edits(database: Connection) -> bool:
    """Return whether the archive has the table; a writer adds it when the first edit is made."""
    return bool(database.query("SELECT 1 FROM sqlite_master WHERE name = 'edits'"))


def edited_ids(database: Connection) -> set[str]:
    """Return the ids of the articles that somebody mended."""
    return {row[0] for row in database.query("SELECT DISTINCT article FROM edits")} if has_edits(database) else set()


def note_edits(database: Connection, edits: Iterable[NewEdit]) -> None:
    """Keep edits; inside a transaction."""
    for statement in schema.statements(schema.EDITS):
        database.execute(statement)
    for edit in edits:
        values = json.dumps(edit.value, ensure_ascii=False), json.dumps(edit.printed, ensure_ascii=False)
        database.execute(
            "INSERT INTO edits (article, field, value, printed, edited_by, edited_at) VALUES (?, ?, ?, ?, ?, ?)",
            (edit.article, edit.field, *values, edit.by, edit.at.isoformat()),
        )


def edits_of(database: Connection, article: str) -> list[Edit]:
    """Return all edits of an article, by its id, the first first."""
    if not has_edits(database):
        return []
    rows = database.query(
        "SELECT field, value, printed, edited_by, edited_at FROM edits WHERE article = ? ORDER BY number", (article,)
    )
    return [
        Edit(field, _shown(json.loads(value)), _shown(json.loads(printed)), by, dt.datetime.fromisoformat(at))
        for field, value, printed, by, at in rows
    ]


def forget_edits(database: Connection, articles: Iterable[str]) -> None:
    """Leave no edit of articles, by their ids; inside a transaction."""
    if has_edits(database):
        for article in articles:
            database.execute("DELETE FROM edits WHERE article = ?", (article,))


def with_edits(article: Article, edits: Iterable[Edit]) -> Article:
    """Return what was read of an article with what people mended of it."""
    last: dict[str, Edit] = {edit.field: edit for edit in edits}
    return changed(article, {field: edit.value for field, edit in last.items() if edit.value is not None})


def changed(article: Article, values: Mapping[str, Any]) -> Article:
    """Return an article with other facts, by `FIELDS`; "" and () stand for "not known"."""
    if not values:
        return article
    facts: dict[str, Any] = {}
    for field, value in values.items():
        match field:
            case "title":
                place = title_line(article.text, value)
                facts |= {"title": value, "title_in_text": place or article.title_in_text}
            case "outlet":
                facts["outlet"] = value or None
            case "published":
                facts["published"] = dt.date.fromisoformat(value) if value else None
            case "authors":
                facts["authors"] = tuple(value)
    return replace(article, **facts)


def fact(article: Article, field: str) -> Any:
    """Return what an article says of a field, in the form in which edits keep it."""
    match field:
        case "published":
            return article.published.isoformat() if article.published else ""
        case "authors":
            return list(article.authors)
        case _:
            return getattr(article, field) or ""


def _shown(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
