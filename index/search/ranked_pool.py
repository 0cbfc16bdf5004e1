"""What the ranking orders in an archive, and by what: what a ranking is fitted on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pullquote.filters import Filters
from pullquote.index.embedding.embedder import checked_query
from pullquote.index.search.ranking import FoundPassage, describe, ranker_for
from pullquote.index.search.searching import check_query, pool

if TYPE_CHECKING:
    from pullquote.index.archive import Archive


def is_ranked(archive: Archive) -> bool:
    """Return whether the passages found are put in order by a ranking that was fitted for the embedder."""
    return ranker_for(archive._embedder_sha256) is not None


def described_pool(
    archive: Archive, query: str, *, filters: Filters | None = None
) -> list[tuple[FoundPassage, dict[str, float]]]:
    """Return the passages that the ranking orders, each with what it is ordered by.

    Arguments and errors as in `Archive.search`.
    """
    query = check_query(query)
    vector = checked_query(archive.embedder, query)
    with archive._searchable() as (database, index):
        found = pool(database, index, query, vector, filters or Filters())
        return list(zip(found, describe(query, found, index.analyze), strict=True))
