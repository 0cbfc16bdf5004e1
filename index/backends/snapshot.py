"""What a reader sees: the archive as of one generation, in memory, ready to be filtered and searched."""

from __future__ import annotations

import datetime as dt

import faiss
import numpy as np
import numpy.typing as npt

from pullquote.comparing_form import name_form
from pullquote.filters import Filters
from pullquote.index.backends.vector_log import VectorLog
from pullquote.index.storage.database import Database

Mask = npt.NDArray[np.bool_]


class Snapshot:
    """Passages, their articles' facts and an exact FAISS index, at one generation.

    The index is flat, so what it finds is by definition what an approximate one would be compared with.
    """

    def __init__(self, database: Database, vectors: VectorLog) -> None:
        self._database, self._vectors = database, vectors
        self.generation = 0
        self.rows = 0
        self.passage_article = np.empty(0, dtype=np.int64)
        self._day = np.zeros(1, dtype=np.int64)
        self._live = np.zeros(1, dtype=np.bool_)
        self._outlet: dict[int, str] = {}
        self._authors: dict[int, frozenset[str]] = {}
        self._faiss = faiss.IndexScalarQuantizer(
            vectors.dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )

    def refresh(self) -> bool:
        """Bring the snapshot to the newest published generation; return whether anything changed.

        Raises:
            ArchiveDamaged: the vector log is shorter than the database says.
        """
        published = self._database.number("published_generation")
        if published == self.generation:
            return False
        self._load_articles(published)
        pairs = self._database.passages_from(self.rows)
        pairs = [pair for pair in pairs if self._added_in.get(pair[1], published + 1) <= published]
        if pairs:
            end = pairs[-1][0] + 1
            new = self._vectors.read(self.rows, end)
            self._faiss.add(new.astype(np.float32))
            articles = np.full(end - self.rows, -1, dtype=np.int64)
            for row, article in pairs:
                articles[row - self.rows] = article
            self.passage_article = np.concatenate([self.passage_article, articles])
            self.rows = end
        self.generation = published
        return True

    def _load_articles(self, published: int) -> None:
        self._added_in: dict[int, int] = getattr(self, "_added_in", {})
        for facts in self._database.facts_since(self.generation):
            if facts.rowid >= len(self._day):
                grown = max(1024, 2 * facts.rowid)
                self._day = np.concatenate([self._day, np.zeros(grown - len(self._day), dtype=np.int64)])
                self._live = np.concatenate([self._live, np.zeros(grown - len(self._live), dtype=np.bool_)])
            removed = facts.removed_in is not None and facts.removed_in <= published
            self._live[facts.rowid] = facts.added_in <= published and not removed
            self._added_in[facts.rowid] = facts.added_in
            self._day[facts.rowid] = facts.published.toordinal() if facts.published else 0
            self._outlet[facts.rowid] = name_form(facts.outlet or "")
            self._authors[facts.rowid] = frozenset(map(name_form, facts.authors))

    def article_mask(self, filters: Filters) -> Mask:
        """Return (articles,) bool by rowid: live and within the bounds."""
        mask = self._live.copy()
        if filters.since:
            mask &= self._day >= filters.since.toordinal()
        if filters.last_day:
            mask &= (self._day > 0) & (self._day <= filters.last_day.toordinal())
        if filters.outlets:
            wanted = set(map(name_form, filters.outlets))
            mask &= self._members(row for row, outlet in self._outlet.items() if outlet in wanted)
        if filters.authors:
            names = set(map(name_form, filters.authors))
            mask &= self._members(row for row, authors in self._authors.items() if authors & names)
        return mask

    def passage_mask(self, articles: Mask) -> Mask:
        """Return (rows,) bool: passages of the articles in the mask."""
        known = self.passage_article >= 0
        mask = np.zeros(self.rows, dtype=np.bool_)
        mask[known] = articles[self.passage_article[known]]
        return mask

    def live_passages(self) -> int:
        """Return how many passages there are to find."""
        return int(self.passage_mask(self._live).sum())

    def days(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return (n,) proleptic ordinals of the publication days of passages, 0 for none."""
        days: npt.NDArray[np.int64] = self._day[self.passage_article[rows]]
        return days

    def dense_search(self, vector: npt.NDArray[np.float32], passages: Mask, limit: int) -> list[tuple[int, float]]:
        """Return up to `limit` (row, cosine) among the passages of the mask, best first; ties by row."""
        allowed = int(passages.sum())
        if not allowed:
            return []
        parameters = None
        if allowed < self.rows:
            bits = np.packbits(passages, bitorder="little")
            selector = faiss.IDSelectorBitmap(self.rows, faiss.swig_ptr(bits))
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        scores, rows = self._faiss.search(vector[None, :], min(limit, allowed), params=parameters)
        found = [(int(row), float(score)) for row, score in zip(rows[0], scores[0], strict=True) if row >= 0]
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))

    def days_between(self, articles: Mask) -> tuple[dt.date | None, dt.date | None]:
        """Return the first and last day of the articles in the mask."""
        days = self._day[articles]
        days = days[days > 0]
        if not len(days):
            return None, None
        return dt.date.fromordinal(int(days.min())), dt.date.fromordinal(int(days.max()))

    def _members(self, rows: object) -> Mask:
        mask = np.zeros(len(self._live), dtype=np.bool_)
        mask[list(rows)] = True  # type: ignore[call-overload]
        return mask
