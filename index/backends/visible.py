"""Which articles and passages a reader sees at one generation, and which of them filters allow: a table of arrays.

What the mapped file of the archive holds (`pullquote.index.storage.mapped_files`) is not read from the database; what
was added or removed since is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from pullquote.answers import Searched
from pullquote.filters import Filters
from pullquote.index.backends.article_columns import ArticleColumns, Mask
from pullquote.index.storage.database import Database
from pullquote.index.storage.mapped_files import (
    ARTICLES,
    Arrays,
    FollowerNote,
    note,
    noted,
    read_arrays,
    write_arrays,
)

# Rows looked up in one go: their numbers as numpy wants them take 8 MB.
_CHUNK_ROWS = 1 << 20
# Passages read from the database in one go: as Python's numbers they take 20 MB.
_READ_ROWS = 200_000


class VisibleArticles:
    """Articles' facts and whose passages are whose, at one generation.

    Args:
        database: the truth.
        mapped: begin with what the archive's mapped file holds, if there is one.
    """

    def __init__(self, database: Database, *, mapped: bool = False) -> None:
        self._database = database
        self._mapped = mapped
        self.generation = 0
        self.rows = 0
        # The article of each row of the vector log, -1 for none.
        self.passage_article = np.empty(0, dtype=np.int32)
        self._articles = ArticleColumns()
        self._asked: tuple[int, Filters, Mask, Mask] | None = None

    def refresh(self) -> bool:
        """Bring the table to the newest published generation; return whether anything changed.

        Raises:
            ArchiveDamaged: the vector log is shorter than the database says.
        """
        published = self._database.number("published_generation")
        if published == self.generation:
            return False
        if self._mapped and not self.generation:
            self._begin_mapped(published)
        added = self._load_articles(published)
        parts = list(self._new_passages(added))
        if parts:
            self.passage_article = np.concatenate([self.passage_article, *parts])
            self._take_rows(self.rows, len(self.passage_article))
            self.rows = len(self.passage_article)
        self.generation = published
        return True

    def _new_passages(self, added: set[int]) -> Iterator[npt.NDArray[np.int32]]:
        """Yield the articles of the rows that follow those that are known, part by part; -1 for none."""
        end = first = self.rows
        while pairs := self._database.passages_from(first, _READ_ROWS):
            first = pairs[-1][0] + 1
            shown = np.array([pair for pair in pairs if pair[1] in added], dtype=np.int64)
            if len(shown):
                articles = np.full(int(shown[-1, 0]) + 1 - end, -1, dtype=np.int32)
                articles[shown[:, 0] - end] = shown[:, 1]
                yield articles
                end += len(articles)

    def _take_rows(self, first_row: int, end_row: int) -> None:
        """Take in what else belongs to new rows; there is nothing else here."""

    def _begin_mapped(self, published: int) -> None:
        what = noted(self._database, ARTICLES)
        if what is None or what.generation > published:
            return
        for name, checksum in what.files.items():
            arrays = read_arrays(self._database.file.with_name(name), checksum)
            if arrays is not None:
                self._take_rows(0, what.rows)
                self._articles = ArticleColumns.of(arrays)
                self.passage_article = arrays["passage_article"]
                self.generation, self.rows = what.generation, what.rows

    def _load_articles(self, published: int) -> set[int]:
        """Note what was added or removed since; return the rowids of what was added up to the published generation."""
        if published == self.generation:
            return set()
        added = set()
        for facts in self._database.facts_since(self.generation):
            removed = facts.removed_in is not None and facts.removed_in <= published
            self._articles.put(facts, live=facts.added_in <= published and not removed)
            if facts.added_in <= published:
                added.add(facts.rowid)
        return added

    def arrays(self) -> Arrays:
        """Return the table as arrays that can be written to a file."""
        return {"passage_article": self.passage_article, **self._articles.arrays()}

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
        mask = self._articles.live.copy()
        day = self._articles.day
        if filters.since:
            mask &= day >= filters.since.toordinal()
        if filters.last_day:
            mask &= (day > 0) & (day <= filters.last_day.toordinal())
        if filters.outlets:
            mask &= self._articles.of_outlets(filters.outlets)
        if filters.authors:
            mask &= self._articles.of_authors(filters.authors)
        return mask

    def passage_mask(self, articles: Mask) -> Mask:
        """Return (rows,) bool: passages of the articles in the mask."""
        # The last one is no article's: -1 leads there.
        allowed = np.append(articles, False)
        mask = np.empty(self.rows, dtype=np.bool_)
        for first in range(0, self.rows, _CHUNK_ROWS):
            mask[first : first + _CHUNK_ROWS] = allowed[self.passage_article[first : first + _CHUNK_ROWS]]
        return mask

    def live_articles(self) -> Mask:
        """Return (articles,) bool by rowid: those that weren't removed."""
        return self._articles.live

    def live_passages(self) -> int:
        """Return how many passages there are to find."""
        return int(self.passage_mask(self._articles.live).sum())

    def days(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return (n,) proleptic ordinals of the publication days of passages, 0 for none."""
        return self._articles.day[self.passage_article[rows]].astype(np.int64)

    def days_between(self, articles: Mask) -> tuple[dt.date | None, dt.date | None]:
        """Return the first and last day of the articles in the mask."""
        days = self._articles.day[articles]
        days = days[days > 0]
        if not len(days):
            return None, None
        return dt.date.fromordinal(int(days.min())), dt.date.fromordinal(int(days.max()))


def write_mapped(database: Database) -> None:
    """Write the mapped file anew, as of the published generation; on a writer's archive.

    Raises:
        ArchiveWriteFailed: the disk is full or refuses; the archive is read as before.
    """
    table = VisibleArticles(database, mapped=True)
    with database.one_state():
        table.refresh()
    name, checksum = write_arrays(database.file.parent, ARTICLES, table.arrays())
    note(database, ARTICLES, FollowerNote({name: checksum}, table.generation, table.rows))
