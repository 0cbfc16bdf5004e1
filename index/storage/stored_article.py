"""An article as a row of the database, and the hash by which versions of it are told apart."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pullquote.articles import Article


def fingerprint(article: Article) -> str:
    """Return a hash of all that is stored of an article but its source."""
    facts = [
        article.text,
        article.url,
        article.title,
        article.outlet,
        str(article.published),
        article.authors,
        article.language,
        json.dumps(dict(article.extra), sort_keys=True, default=str),
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def row_of(
    rowid: int, article: Article, furniture: Sequence[tuple[int, int]], print_: str, generation: int
) -> tuple[object, ...]:
    """Return the values of `schema.ARTICLE_COLUMNS` for an article that is added in a generation."""
    return (
        rowid,
        article.id,
        article.url,
        article.title,
        article.outlet,
        article.published.isoformat() if article.published else None,
        json.dumps(article.authors, ensure_ascii=False),
        article.language,
        json.dumps(dict(article.extra), ensure_ascii=False, default=str),
        article.text,
        json.dumps(article.title_in_text),
        json.dumps(list(furniture)),
        article.source,
        print_,
        generation,
        None,
    )


def article_of(row: Sequence[Any]) -> Article:
    """Return the article of a row with `schema.ARTICLE_COLUMNS`.

    Raises:
        TypeError, ValueError: the row holds what no article's does.
    """
    place = json.loads(row[10]) if row[10] else None
    return Article(
        id=row[1],
        url=row[2],
        title=row[3],
        outlet=row[4],
        published=dt.date.fromisoformat(row[5]) if row[5] else None,
        authors=tuple(json.loads(row[6])),
        language=row[7],
        extra=json.loads(row[8]),
        text=row[9],
        title_in_text=(place[0], place[1]) if place else None,
        source=row[12],
    )


def has_fingerprint(article: Article, print_: str) -> bool:
    """Return whether an article that was read back is the one with that fingerprint.

    Front matter may have numbers for keys. Stored, they became words, which sort otherwise.
    """
    if fingerprint(article) == print_:
        return True
    numbered = {key: _numbered(value) for key, value in article.extra.items()}
    facts = json.dumps(numbered, sort_keys=True, default=str)
    return (
        facts != json.dumps(dict(article.extra), sort_keys=True)
        and fingerprint(replace(article, extra=numbered)) == print_
    )


def day_of(published: Any) -> dt.date | None:
    """Return the day that a row states; None for what is none: the article is found to be altered when it is read."""
    try:
        return dt.date.fromisoformat(published) if published else None
    except (TypeError, ValueError):
        return None


def names_of(authors: Any) -> tuple[str, ...]:
    """Return the byline that a row states; () for what is none, as in `day_of`."""
    try:
        return tuple(str(name) for name in json.loads(authors))
    except (TypeError, ValueError):
        return ()


def _numbered(value: Any) -> Any:
    if isinstance(value, list):
        return [_numbered(one) for one in value]
    if isinstance(value, dict):
        whole = all(key.isdecimal() for key in value)
        return {int(key) if whole else key: _numbered(one) for key, one in value.items()}
    return value
