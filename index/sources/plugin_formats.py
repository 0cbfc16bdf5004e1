"""A file of a format that another package reads, to articles that are checked like all others."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from pullquote.articles import Article, Skipped
from pullquote.errors import ModelError
from pullquote.index.sources.files import SourceFile, Unreadable
from pullquote.index.sources.given import checked_article
from pullquote.index.sources.reasons import article_or_skipped
from pullquote.plugins import Plugin


def read_with(plugin: Plugin, source: SourceFile) -> Iterator[Article | Skipped]:
    """Yield what a package's function reads from a file.

    An article that doesn't say where it stands (`Article.source`) stands at the file's name and its number, from 1.

    Raises:
        Unreadable: the package is broken, or fails at this file; what it gave before stands.
    """
    try:
        items = iter(plugin.load()(source))
    except Unreadable:
        raise
    except Exception as error:
        raise _failed(plugin, error) from error
    number = 0
    while True:
        try:
            item = next(items)
        except StopIteration:
            return
        except Unreadable:
            raise
        except Exception as error:
            raise _failed(plugin, error) from error
        if isinstance(item, Skipped):
            yield item
            continue
        number += 1
        place = getattr(item, "source", "")
        place = place if place and isinstance(place, str) else f"{source.name}:{number}"
        yield article_or_skipped(partial(checked_article, item, source=place), place)


def _failed(plugin: Plugin, error: Exception) -> Unreadable:
    told = error if isinstance(error, ModelError) else plugin.broken(error)
    return Unreadable(f"cannot be read: {str(told).rstrip('.')}")
