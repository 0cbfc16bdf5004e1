"""A file of a format that another package reads, to articles that are checked like all others."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

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
    number = 0
    for item in _given(plugin, source):
        if isinstance(item, Skipped):
            yield item
            continue
        number += 1
        place = getattr(item, "source", "")
        place = place if place and isinstance(place, str) else f"{source.name}:{number}"
        yield article_or_skipped(partial(checked_article, item, source=place), place)


def _given(plugin: Plugin, source: SourceFile) -> Iterator[Any]:
    """Yield what the package's function gives; whatever it raises is the package's failure."""
    try:
        yield from plugin.load()(source)
    except Unreadable:
        raise
    except Exception as error:
        told = error if isinstance(error, ModelError) else plugin.broken(error)
        raise Unreadable(f"cannot be read: {str(told).rstrip('.')}") from error
