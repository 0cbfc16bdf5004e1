"""What the retrievers of all frameworks share: the search of an archive, and what is said of each passage found."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pullquote import arguments
from pullquote.answers import Hit
from pullquote.errors import InputError
from pullquote.filters import Filters
from pullquote.index.archive import MAX_HITS, Archive
from pullquote.qa.quoting.links import text_fragment_link

# The bounds of `Archive.search`, by their names there.
BOUNDS = ("since", "until", "outlets", "authors", "as_of")


def opened(archive: Archive | str | Path) -> Archive:
    """Return an archive, opened if it came as its folder.

    Raises:
        InputError, NotAnArchive, ArchiveTooNew: as in `Archive.open`.
    """
    return archive if isinstance(archive, Archive) else Archive.open(archive)


def filters_of(bounds: Mapping[str, Any], **limit: int) -> Filters:
    """Return bounds as filters; one that is None bounds nothing.

    Args:
        bounds: any of since, until, outlets, authors and as_of, as `Archive.search` takes them.
        limit: how many, 1 to 10,000, under the name that the framework has for it: errors name it so.

    Raises:
        InputError: a bound or the limit can't be used, or a bound has another name.
    """
    if not isinstance(bounds, Mapping):
        raise InputError(f"filters must be a dict, such as {{'since': '2031-05-04'}}, not a {type(bounds).__name__}.")
    if unknown := [name for name in bounds if name not in BOUNDS]:
        raise InputError(f"There is no filter {unknown[0]!r}; there are {', '.join(BOUNDS[:-1])} and {BOUNDS[-1]}.")
    for name, most in limit.items():
        arguments.whole_number(most, name, low=1, high=MAX_HITS)
    return Filters.of(**{name: value for name, value in bounds.items() if value is not None})


def check(bounds: Mapping[str, Any], **limit: int) -> dict[str, Any]:
    """Return all bounds as `Filters` has them: days as dates, names as tuples. Arguments as in `filters_of`."""
    filters = filters_of(bounds, **limit)
    return {name: getattr(filters, name) for name in BOUNDS}


def search(archive: Archive, query: str, bounds: Mapping[str, Any], **limit: int) -> list[Hit]:
    """Return `Archive.search`'s hits, best first, within the bounds and the limit that `filters_of` explains.

    Raises:
        InputError, ModelError, ArchiveDamaged: as in `Archive.search`.
    """
    (most,) = limit.values()
    return archive.search(query, limit=most, filters=filters_of(bounds, **limit))


def facts(hit: Hit) -> dict[str, Any]:
    """Return what is said of a passage beside its text, as JSON has it; the same keys for each.

    `[start, end)` counts characters of the article's text, whose SHA-256 in UTF-8 is given: `article.text[start:end]`
    is the passage. `link` lands on its first paragraph. The score is left out: it isn't the passage's but the search's,
    and frameworks tell by these facts whether two documents are the same.
    """
    article, passage = hit.article, hit.passage
    return {
        "article_id": article.id,
        "title": article.title,
        "outlet": article.outlet,
        "published": article.published.isoformat() if article.published else None,
        "authors": list(article.authors),
        "url": article.url,
        "link": text_fragment_link(article.url, passage.text),
        "start": passage.start,
        "end": passage.end,
        "sha256": hashlib.sha256(article.text.encode()).hexdigest(),
    }


def document_id(hit: Hit) -> str:
    """Return a name for a passage that is the same in every search of the archive, until its article changes."""
    return f"{hit.article.id}:{hit.passage.start}-{hit.passage.end}"
