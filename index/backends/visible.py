"""Which articles and passages a reader sees at one generation, and which of them filters allow: a table in memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from pullquote.answers import Searched
from pullquote.comparing_form import name_form
from pullquote.filters import Filters
from pullquote.index.storage.database import Database

Mask = npt.NDArray[np.bool_]


class VisibleArticles:
    """Articles' facts and whose passages are whose, at one generation."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.generation = 0
        self.rows = 0
        self.passage_article = np.empty(0, dtype=np.int64)
        self._day = np.zeros(1, dtype=np.int64)
        self._live = np.zeros(1, dtype=np.bool_)
        self._added_in: dict[int, int] = {}
        self._outlet: dict[int, str] = {}
        self._authors: dict[int, frozenset[str]] = {}
        self._asked: tuple[int, Filters, Mask, Mask] | None = None

    def refresh(self) -> bool:
        """Bring the table to the newest published generation; return whether anything changed.

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
            self._take_rows(self.rows, end)
            articles = np.full(end - self.rows, -1, dtype=np.int64)
            for row, article in pairs:
                articles[row - self.rows] = article
            self.passage_article = np.concatenate([self.passage_article, articles])
            self.rows = end
        self.generation = published
        return True

    def _take_rows(self, first_row: int, end_row: int) -> None:
        """Take in what else belongs to new rows; there is nothing else here."""

    def _load_articles(self, published: int) -> None:
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

    def masks(self, filters: Filters) -> tuple[Mask, Mask]:
        """Return (articles,) bool by rowid and (rows,) bool: what is live and within the bounds.

        What was asked last is kept: both searches of one question ask for the same.
        """
        kept = self._asked
        if kept and kept[:2] == (self.generation, filters):
            return kept[2], kept[3]
        articles = self.article_mask(filters)
        passages = self.passage_mask(articles)
        self._asked = self.generation, filters, articles, passages
        return articles, passages

    def scope(self, filters: Filters) -> Searched:
        """Return how many articles and passages filters leave to search, and their first and last day."""
        articles, passages = self.masks(filters)
        since, until = self.days_between(articles)
        return Searched(int(articles.sum()), int(passages.sum()), since, until)

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

    def days_between(self, articles: Mask) -> tuple[dt.date | None, dt.date | None]:
        """Return the first and last day of the articles in the mask."""
        days = self._day[articles]
        days = days[days > 0]
        if not len(days):
            return None, None
        return dt.date.fromordinal(int(days.min())), dt.date.fromordinal(int(days.max()))

    def _members(self, rows: Iterable[int]) -> Mask:
        mask = np.zeros(len(self._live), dtype=np.bool_)
        mask[list(rows)] = True
        return mask
