"""The passages of articles as a back end is told of them, read from the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pullquote.index.backends.base import PassageRow
from pullquote.index.storage.database import Database


def passage_rows(database: Database, articles: Iterable[int]) -> Iterator[PassageRow]:
    """Yield the passages of the articles with these rowids, in order.

    Raises:
        ArticleAltered: an article isn't what was stored.
    """
    for rowid in articles:
        article = database.article(rowid)
        added_in, removed_in = database.shown_between(rowid)
        for row, start, end, tokens in database.passages_of(rowid):
            yield PassageRow(
                row=row,
                article=rowid,
                start=start,
                end=end,
                tokens=tokens,
                text=f"{article.title}\n{article.text[start:end]}",
                day=article.published.toordinal() if article.published else 0,
                outlet=article.outlet or "",
                authors=article.authors,
                added_in=added_in,
                removed_in=removed_in,
            )
