"""What a reader of the local back end sees: the archive as of one generation, mapped, ready to be searched."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from pullquote.answers import Searched
from pullquote.filters import Filters
from pullquote.index.backends.article_columns import Mask
from pullquote.index.backends.base import Match
from pullquote.index.backends.clusters import Clusters
from pullquote.index.backends.exact import CodesInPlace, exact_index
from pullquote.index.backends.visible import VisibleArticles
from pullquote.index.storage.database import Database
from pullquote.index.storage.mapped_files import CLUSTERS, noted
from pullquote.index.storage.pending import Ranges, rows_to_embed, without
from pullquote.index.storage.vector_log import VectorLog

# Where filters leave so many passages or fewer, each is compared, in an archive with clusters, too: that takes 0.1 s.
_EXACT_UP_TO = 1_000_000
# Where they leave one in so many or fewer, their vectors are gathered first: 1.2 ms instead of 3.5 ms for 189 of 10**6.
_FEW_OF_MANY = 20
# Who wants more than so many passages waits for the exact search.
_MOST_APPROXIMATE = 1_000
# Candidates for one that is wanted: 8 bits a number order passages a little otherwise.
_CANDIDATES = 3


class Snapshot(VisibleArticles):
    """Passages, their articles' facts and their vectors, at one generation.

    The vectors are compared where they stand in the log. In an archive with clusters, a question is compared with the
    candidates that these give, and with what was added since they were made.
    """

    def __init__(self, database: Database, vectors: VectorLog) -> None:
        super().__init__(database, mapped=True)
        self._vectors = vectors
        self._log = vectors.mapped(0)
        self._exact = CodesInPlace(exact_index(vectors.dimension))
        self._some = CodesInPlace(exact_index(vectors.dimension))
        self._pending: Ranges = ()
        self._clusters: Clusters | None = None
        self._clusters_files: frozenset[str] = frozenset()

    def _take_rows(self, first_row: int, end_row: int) -> None:
        self._log = self._vectors.mapped(end_row)

    def refresh(self) -> bool:
        """Bring the table to the newest published generation, with the vectors there are; return whether it changed.

        Raises:
            ArchiveDamaged: the vector log is shorter than the database says.
        """
        # In one state: what it doesn't name as left to embed has its vectors.
        with self._database.one_state():
            changed = super().refresh()
            noted_rows = rows_to_embed(self._database)
            left = tuple((first, min(end, self.rows)) for first, end in noted_rows if first < self.rows)
            embedded = self._pending
            for first, end in left:
                embedded = without(embedded, first, end)
            self._pending = left
            self._follow_clusters()
        return changed or bool(embedded)

    def _follow_clusters(self) -> None:
        """See the clusters that the manifest names now; none, where it names more rows than are seen."""
        what = noted(self._database, CLUSTERS)
        files = frozenset(what.files) if what and what.rows <= self.rows else frozenset()
        if files != self._clusters_files:
            self._clusters_files = files
            self._clusters = Clusters.open(self._database) if files else None

    def scope(self, filters: Filters) -> Searched:
        """Return how much filters leave to search, and how many passages of it aren't embedded yet."""
        found = super().scope(filters)
        passages = self.masks(filters)[1]
        return replace(found, unembedded=sum(int(passages[first:end].sum()) for first, end in self._pending))

    def dense_search(self, vector: npt.NDArray[np.float32], passages: Mask, limit: int) -> list[Match]:
        """Return up to `limit` (row, cosine) among the passages of the mask, best first; ties by row."""
        if self._pending:
            passages = passages.copy()
            for first, end in self._pending:
                passages[first:end] = False
        allowed = int(passages.sum())
        if not allowed:
            return []
        limit = min(limit, allowed)
        rows = None
        if self._clusters and allowed > max(_EXACT_UP_TO, limit) and limit <= _MOST_APPROXIMATE:
            rows = self._near(self._clusters, vector, passages, limit)
        elif allowed * _FEW_OF_MANY <= self.rows:
            rows = np.flatnonzero(passages)
        if rows is not None:
            self._some.hold(self._log[rows])
            scores, places = self._some.search(vector, min(limit, len(rows)))
            found = rows[places]
        else:
            self._exact.hold(self._log[: self.rows])
            scores, found = self._exact.search(vector, limit, passages if allowed < self.rows else None)
        matches = [Match(int(row), float(score)) for row, score in zip(found, scores, strict=True)]
        return sorted(matches, key=lambda hit: (-hit.score, hit.row))

    def _near(
        self, clusters: Clusters, vector: npt.NDArray[np.float32], passages: Mask, limit: int
    ) -> npt.NDArray[np.int64]:
        """Return the rows of candidates for the limit, in order."""
        known = clusters.rows
        rows = clusters.candidates(vector, passages[:known], _CANDIDATES * limit)
        later = passages[known:]
        count = int(later.sum())
        if count:
            self._exact.hold(self._log[known : self.rows])
            _, places = self._exact.search(vector, min(limit, count), later if count < len(later) else None)
            rows = np.concatenate([rows, known + np.sort(places)])
        return rows
