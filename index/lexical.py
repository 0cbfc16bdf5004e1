"""BM25 over passages: a tantivy index that follows the database.

Chosen by measurement over SQLite FTS5 and bm25s on RealTime QA's articles; CONTRIBUTING.md has the table.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import tantivy

from pullquote.errors import ArchiveDamaged, ArchiveWriteFailed
from pullquote.filters import Filters

# Memory for uncommitted documents: a batch needs a small part of it; an index built anew flushes at each filling.
_HEAP_BYTES = 64_000_000
# Of an over-long question, the first distinct terms decide; BM25's cost grows with each.
_MAX_TERMS = 64


@dataclass(frozen=True, slots=True)
class LexicalPassage:
    """What the index is told of a passage.

    Attributes:
        row: vector row.
        article: rowid of the article.
        text: title and passage.
        day: days since 0001-01-01 of publication, 0 for none.
        outlet: casefolded, or "".
        authors: casefolded.
    """

    row: int
    article: int
    text: str
    day: int
    outlet: str
    authors: Sequence[str]


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("row", stored=False, indexed=True, fast=True)
    builder.add_integer_field("article", stored=False, indexed=True)
    builder.add_text_field("text", stored=False, tokenizer_name="pullquote", index_option="freq")
    builder.add_integer_field("day", stored=False, indexed=True, fast=True)
    builder.add_text_field("outlet", stored=False, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("author", stored=False, tokenizer_name="raw", index_option="basic")
    return builder.build()


def _analyzer() -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(64))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stopword("english"))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


class LexicalIndex:
    """The folder `lexical/` of an archive."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self.folder = folder
        self._analyzer = _analyzer()
        self._schema = _schema()
        self._index: tantivy.Index | None = None
        self._open(create=create)

    def _open(self, *, create: bool) -> None:
        try:
            if create:
                self.folder.mkdir(parents=True, exist_ok=True)
            elif not (self.folder.is_dir() and tantivy.Index.exists(str(self.folder))):
                return  # nothing has been added yet
            self._index = tantivy.Index(self._schema, path=str(self.folder), reuse=True)
            self._index.register_tokenizer("pullquote", self._analyzer)
            self._index.config_reader(reload_policy="manual")
        except (ValueError, OSError) as error:
            raise ArchiveDamaged(
                f"The lexical index {self.folder} cannot be opened ({error}); run: pullquote check --repair"
            ) from error

    @staticmethod
    def discard(folder: Path) -> None:
        """Delete the index, so that it is built again from the database."""
        shutil.rmtree(folder, ignore_errors=True)

    def apply(self, added: Iterable[LexicalPassage], removed_articles: Iterable[int]) -> None:
        """Add passages and drop articles in one commit; doing it twice changes nothing.

        Raises:
            ArchiveWriteFailed: the disk is full or refuses; the index is as it was.
        """
        if self._index is None:
            self._open(create=True)
        if self._index is None:
            raise ArchiveDamaged(f"The lexical index {self.folder} cannot be made.")
        try:
            writer = self._index.writer(heap_size=_HEAP_BYTES, num_threads=1)
            # A writer killed before its commit leaves files whose names the next one would take again.
            writer.garbage_collect_files()
            for article in removed_articles:
                writer.delete_documents_by_term("article", article)
            for passage in added:
                writer.delete_documents_by_term("row", passage.row)
                writer.add_document(
                    tantivy.Document(
                        row=passage.row,
                        article=passage.article,
                        text=passage.text,
                        day=passage.day,
                        outlet=passage.outlet,
                        author=list(passage.authors),
                    )
                )
            writer.commit()
            writer.wait_merging_threads()
        except (ValueError, OSError) as error:
            raise ArchiveWriteFailed(
                f"The lexical index {self.folder} cannot be written ({error}); what was committed before is intact."
            ) from error

    def analyze(self, text: str) -> list[str]:
        """Return the terms of a text as they are counted: folded, without stop words, stemmed."""
        return self._analyzer.analyze(text)

    def reload(self) -> None:
        """See what has been committed since the last call."""
        if self._index is None:
            self._open(create=False)
        else:
            self._index.reload()

    def count(self) -> int:
        """Return how many passages the index holds."""
        self.reload()
        return int(self._index.searcher().num_docs) if self._index else 0

    def search(self, query: str, filters: Filters, limit: int) -> list[tuple[int, float]]:
        """Return up to `limit` (row, BM25 score), best first; ties in order of row."""
        wanted = self._query(query, filters)
        if wanted is None or self._index is None:
            return []
        searcher = self._index.searcher()
        hits = searcher.search(wanted, limit=limit, count=False).hits
        rows = searcher.fast_field_values("row", [address for _, address in hits])
        scored = [(int(row), float(score)) for row, (score, _) in zip(rows, hits, strict=True) if row is not None]
        return sorted(scored, key=lambda hit: (-hit[1], hit[0]))

    def _query(self, query: str, filters: Filters) -> tantivy.Query | None:
        terms = list(dict.fromkeys(self._analyzer.analyze(query)))[:_MAX_TERMS]
        if not terms:
            return None
        should = tantivy.Query.boolean_query(
            [
                (tantivy.Occur.Should, tantivy.Query.term_query(self._schema, "text", term, index_option="freq"))
                for term in terms
            ]
        )
        must = [(tantivy.Occur.Must, should)]
        must += [(tantivy.Occur.Must, tantivy.Query.const_score_query(bound, 0.0)) for bound in self._bounds(filters)]
        return tantivy.Query.boolean_query(must)

    def _bounds(self, filters: Filters) -> list[tantivy.Query]:
        bounds = []
        if filters.since or filters.last_day:
            first = filters.since or dt.date.min
            last = filters.last_day or dt.date.max
            bounds.append(
                tantivy.Query.range_query(
                    self._schema, "day", tantivy.FieldType.Integer, first.toordinal(), last.toordinal()
                )
            )
        for field, values in (("outlet", filters.outlets), ("author", filters.authors)):
            if values:
                folded = [value.casefold() for value in values]
                bounds.append(tantivy.Query.term_set_query(self._schema, field, folded))
        return bounds
