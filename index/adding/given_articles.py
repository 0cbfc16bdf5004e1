"""Articles that a program hands over, to batches that are ready to store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial

from pullquote.articles import Article, Skipped
from pullquote.index.adding.adding import ArticleBatch, BatchReader, StoredLookups, article_id
from pullquote.index.embedding.embedder import Embedder
from pullquote.index.sources.given import checked_article
from pullquote.index.sources.reasons import article_or_skipped
from pullquote.index.sources.record import storable

_MAX_NAME_CHARS = 80


class GivenArticles(BatchReader):
    """Turns articles into batches, in the caller's thread: a database's cursor may be bound to it.

    Args:
        articles: what is handed over, one after the other.
        known: what is stored already.
        embedder: gives the embedder; called only when there is something new.
    """

    def __init__(self, articles: Iterable[Article], known: StoredLookups, embedder: Callable[[], Embedder]) -> None:
        super().__init__(known, embedder)
        self._articles = articles

    def batches(self) -> Iterator[ArticleBatch]:
        """Yield batches; what the iterable raises is raised here."""
        batch = self._batch()
        for number, given in enumerate(self._articles, 1):
            place = _place(number, given)
            batch.source = place
            item = article_or_skipped(partial(_checked, given), place)
            if isinstance(item, Skipped):
                batch.skipped.append(item)
            else:
                batch.bytes_done += len(item.text.encode())
                self._take(item, batch, place)
            if batch.full:
                yield batch
                batch = self._batch(batch, source=place, bytes_done=batch.bytes_done)
        yield batch


def _checked(given: object) -> Article:
    """Return an article as it can be stored, under an id that doesn't depend on where it was in the row."""
    source = given.source if isinstance(given, Article) and isinstance(given.source, str) else ""
    article = checked_article(given, source=source)
    # Its source is no file of its own: many articles may name the same one.
    unnamed = not article.id and not article.url
    return replace(article, id=article_id(replace(article, source=""))) if unnamed else article


def _place(number: int, given: object) -> str:
    """Return what messages call an article: "article 3 (wire-17)"."""
    names = (getattr(given, key, None) for key in ("id", "url", "source"))
    name = next((name for name in names if name and isinstance(name, str)), "")
    return f"article {number}" + (f" ({storable(name[:_MAX_NAME_CHARS])})" if name else "")
