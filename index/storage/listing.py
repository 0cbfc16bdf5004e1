"""Articles in order of their days, without their texts: what `pullquote list` shows."""

from __future__ import annotations

from collections.abc import Callable

from pullquote.articles import ArticleEntry
from pullquote.index.storage.database import ArticleFacts, Database
from pullquote.index.storage.edits import edited_ids


def entries(
    database: Database,
    generation: int,
    allowed: Callable[[ArticleFacts], bool],
    *,
    source: str = "",
    limit: int | None = None,
) -> list[ArticleEntry]:
    """Return the articles that a generation shows, the latest day first, those without a day last.

    Args:
        database: of the archive.
        generation: a published one.
        allowed: whether an article lies within the bounds.
        source: what its source has in its name, in any case; "" for any.
        limit: how many at most; None for all.
    """
    edited = edited_ids(database)
    found: list[ArticleEntry] = []
    for facts, name, title, url in database.facts_by_day(generation):
        if limit is not None and len(found) >= limit:
            break
        if not allowed(facts) or not name:
            continue
        # It stands behind the text in the row, so it is looked up for those alone that are shown.
        stored = str(database.query("SELECT source FROM articles WHERE rowid = ?", (facts.rowid,))[0][0])
        if source.casefold() in stored.casefold():
            day, outlet, authors = facts.published, facts.outlet, facts.authors
            found.append(ArticleEntry(name, title, outlet, day, authors, url, stored, name in edited))
    return found
