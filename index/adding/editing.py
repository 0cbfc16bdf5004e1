"""Mending what was guessed of an article: a new version of it, with the same text and other facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from pullquote.articles import Article
from pullquote.errors import InputError
from pullquote.index.adding.adding import ArticleBatch, embed_batch
from pullquote.index.adding.writing import Writer
from pullquote.index.embedding.embedder import Embedder
from pullquote.index.furniture.ranges import furniture_ranges
from pullquote.index.passages.splitting import split_passages
from pullquote.index.sources.fields.byline import unique
from pullquote.index.sources.fields.dates import parse_published
from pullquote.index.sources.files import Unreadable
from pullquote.index.sources.record import storable
from pullquote.index.storage.database import NewArticle
from pullquote.index.storage.edits import FIELDS, NewEdit, changed, edits_of, fact
from pullquote.index.storage.stored_article import fingerprint


def edit(
    writer: Writer,
    embedder: Callable[[], Embedder],
    name: str,
    values: Mapping[str, Any],
    *,
    restored: Iterable[str] = (),
    by: str = "",
) -> Article:
    """Give an article other facts; return it as it is then.

    Args:
        writer: of the archive.
        embedder: embeds the new version: title and day are part of what is embedded.
        name: the article's id or URL.
        values: by `FIELDS`; "" and () stand for "not known".
        restored: fields that are to be again what the source says.
        by: who says so.

    Raises:
        InputError: there is no such article or field, or a value can't be used.
        ArticleAltered: the article isn't what was stored.
    """
    restored = list(restored)
    if wrong := [field for field in (*values, *restored) if field not in FIELDS]:
        raise InputError(f"{wrong[0]!r} can't be edited; there are {', '.join(FIELDS)}.")
    if both := set(values).intersection(restored):
        raise InputError(f"The {min(both)} can't be given and restored at once.")
    found = writer.database.live_rowid(name)
    if found is None:
        raise InputError(f"The archive has no article {name!r}.")
    rowid, article_id = found
    before = writer.database.article(rowid)
    printed = {one.field: one.printed for one in edits_of(writer.database, article_id)}
    wanted = {field: _usable(field, value) for field, value in values.items()}
    wanted |= {field: _json_of(printed[field]) for field in restored if field in printed}
    after = changed(before, wanted)
    if fingerprint(after) == fingerprint(before):
        return before
    at = dt.datetime.now(dt.UTC).replace(microsecond=0)
    edits = [
        NewEdit(
            article_id,
            field,
            None if field in restored else value,
            _json_of(printed.get(field, fact(before, field))),
            storable(by),
            at,
        )
        for field, value in wanted.items()
        if value != fact(before, field)
    ]
    furniture = furniture_ranges(after)
    passages = split_passages(after, furniture, embedder().count_tokens)
    batch = ArticleBatch(new=[NewArticle(after, fingerprint(after), furniture, passages)], edits=edits)
    writer.store(batch, embed_batch(batch, embedder()))
    return replace(after, notes=())


def _usable(field: str, value: Any) -> Any:
    """Return a value as edits keep it.

    Raises:
        InputError: it is of the wrong type, or no day.
    """
    if field == "authors":
        if isinstance(value, str) or not all(isinstance(name, str) for name in value):
            raise InputError("The authors are names, one a text.")
        return list(unique([" ".join(storable(name).split()) for name in value if name.strip()]))
    if field == "published" and isinstance(value, dt.date):
        return value.isoformat()
    if not isinstance(value, str):
        raise InputError(f"The {field} is a text, not a {type(value).__name__}.")
    value = " ".join(storable(value).split())
    if field == "published" and value:
        try:
            day, _ = parse_published(value)
        except Unreadable as error:
            raise InputError(f"The day can't be used: {error}.") from error
        return day.isoformat() if day else ""
    return value


def _json_of(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
