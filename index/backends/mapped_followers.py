"""When the mapped files are written: articles' facts for quick opening, clusters for quick search in millions."""

from __future__ import annotations

import contextlib

import numpy as np

from pullquote.errors import ArchiveWriteFailed
from pullquote.index.backends import clusters
from pullquote.index.backends.visible import VisibleArticles, write_mapped
from pullquote.index.storage import mapped_files
from pullquote.index.storage.database import Database
from pullquote.index.storage.mapped_files import ARTICLES, CLUSTERS
from pullquote.index.storage.vector_log import VectorLog

# Passages from which on `optimize` makes clusters: the exact search takes 0.1 s for a million.
CLUSTERS_FROM = 3_000_000
# `add` writes the facts of articles anew once a reader would read a tenth of all passages from the database: not before
# so many, and after so many anyway.
_LEAST_BEHIND, _SHARE_BEHIND, _MOST_BEHIND = 20_000, 0.1, 100_000


def catch_up(database: Database) -> None:
    """Write the facts of articles where readers have to read many of them from the database; if the disk lets us."""
    what = mapped_files.noted(database, ARTICLES)
    known = what.rows if what else 0
    bound = min(max(_LEAST_BEHIND, _SHARE_BEHIND * known), _MOST_BEHIND)
    if database.number("vector_rows") - known >= bound:
        with contextlib.suppress(ArchiveWriteFailed):
            write_mapped(database)


def rebuild(database: Database, vectors: VectorLog) -> None:
    """Write all of it anew; clusters only in large archives.

    Raises:
        ArchiveWriteFailed: the disk is full or refuses; the archive is searched as before.
    """
    write_mapped(database)
    table = VisibleArticles(database, mapped=True)
    table.refresh()
    what = mapped_files.noted(database, CLUSTERS)
    rows = np.flatnonzero(table.passage_mask(table.live_articles()))
    if len(rows) < CLUSTERS_FROM:
        mapped_files.note(database, CLUSTERS, None)
    elif what is None or what.generation != table.generation or mapped_files.altered(database, CLUSTERS):
        clusters.build(database, vectors, rows, table.generation)


def problems(database: Database) -> list[str]:
    """Return which files aren't what was written, one sentence each; they are read in full."""
    told = {ARTICLES: "the mapped facts of articles are", CLUSTERS: "the clusters of vectors are"}
    return [f"{what} not what was written" for kind, what in told.items() if mapped_files.altered(database, kind)]


def mend(database: Database, vectors: VectorLog) -> str:
    """Write anew what isn't what was written; return what was done, "" for nothing."""
    if not problems(database):
        return ""
    for kind in (ARTICLES, CLUSTERS):
        if mapped_files.altered(database, kind):
            mapped_files.note(database, kind, None)
    rebuild(database, vectors)
    return "wrote the mapped files anew"
