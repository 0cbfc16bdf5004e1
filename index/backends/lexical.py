"""BM25 over passages: a tantivy index that follows the database.

Chosen by measurement over SQLite FTS5 and bm25s on RealTime QA's articles; CONTRIBUTING.md has the table.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import tantivy

from pullquote.errors import ArchiveDamaged, ArchiveError, ArchiveWriteFailed
from pullquote.filters import Filters
from pullquote.index.analyser import ANALYSER, TOKENIZERS, analyzer, filtered_name, question_terms, searchable, terms_in
from pullquote.index.backends import lexical_stamp
from pullquote.index.backends.base import PassageRow
from pullquote.index.backends.lexical_read_only import ReadOnlyView

# Memory for uncommitted documents: a batch needs a small part of it; an index built anew flushes at each filling.
_HEAP_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class LexicalPassage:
    """What the index is told of a passage.

    Attributes:
        row: vector row.
        article: rowid of the article.
        text: title and passage.
        day: days since 0001-01-01 of publication, 0 for none.
        outlet: as it is printed, or "".
        authors: as they are printed.
    """

    row: int
    article: int
    text: str
    day: int
    outlet: str
    authors: Sequence[str]


def _schema(analyser: int) -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("row", stored=False, indexed=True, fast=True)
    builder.add_integer_field("article", stored=False, indexed=True)
    builder.add_text_field("text", stored=False, tokenizer_name=TOKENIZERS[analyser], index_option="freq")
    builder.add_integer_field("day", stored=False, indexed=True, fast=True)
    builder.add_text_field("outlet", stored=False, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("author", stored=False, tokenizer_name="raw", index_option="basic")
    return builder.build()


@contextlib.contextmanager
def _damage_told(folder: Path) -> Iterator[None]:
    """Say in a sentence what tantivy says of files that it can't make out."""
    try:
        yield
    except BaseException as error:
        # A damaged file may make tantivy panic, which is no Exception of Python's.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        reason = str(error).partition("\n")[0]
        raise ArchiveDamaged(
            f"The lexical index {folder} cannot be opened ({reason}); run: pullquote check --repair"
        ) from error


def _analyser_on_disk(folder: Path) -> int | None:
    """Return the way in which an index was made; None where there is none, or its description can't be read."""
    try:
        fields = json.loads((folder / lexical_stamp.META).read_bytes())["schema"]
        name = next(field["options"]["indexing"]["tokenizer"] for field in fields if field["name"] == "text")
        return next((number for number, known in TOKENIZERS.items() if known == name), None)
    except (OSError, ValueError, LookupError, TypeError, StopIteration):
        return None


def is_outdated(folder: Path) -> bool:
    """Return whether the lexical index in a folder was made by an earlier version; asks one small file."""
    return _analyser_on_disk(folder) not in (None, ANALYSER)


class LexicalIndex:
    """The folder `lexical/` of an archive.

    Args:
        folder: where it is.
        create: make an empty one where there is none.
        analyser: how terms are made of texts, where a new one is made; any other stays as it was made.
    """

    def __init__(self, folder: Path, *, create: bool = False, analyser: int = ANALYSER) -> None:
        self.folder = folder
        self._for_a_new_one = analyser
        self._index: tantivy.Index | None = None
        self._view: ReadOnlyView | None = None
        self._open(create=create)

    def _open(self, *, create: bool) -> None:
        self.analyser = _analyser_on_disk(self.folder) or self._for_a_new_one
        self._schema = _schema(self.analyser)
        try:
            if create:
                self.folder.mkdir(parents=True, exist_ok=True)
            elif not (self.folder.is_dir() and tantivy.Index.exists(str(self.folder))):
                return  # nothing has been added yet
            elif not os.access(self.folder, os.W_OK):
                self._view = ReadOnlyView(self.folder)
            opened = self._view.folder if self._view else self.folder
            with _damage_told(self.folder):
                self._index = tantivy.Index(self._schema, path=str(opened), reuse=True)
                self._index.register_tokenizer(TOKENIZERS[self.analyser], analyzer(self.analyser))
                self._index.config_reader(reload_policy="manual")
        except PermissionError as error:
            raise ArchiveError(f"You may not read the archive's {error.filename}.") from error
        except OSError as error:
            raise ArchiveDamaged(
                f"The lexical index {self.folder} cannot be opened ({error}); run: pullquote check --repair"
            ) from error

    @staticmethod
    def discard(folder: Path) -> None:
        """Delete the index, so that it is built again from the database."""
        shutil.rmtree(folder, ignore_errors=True)

    def apply(self, added: Iterable[LexicalPassage | PassageRow], removed_articles: Iterable[int]) -> None:
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
            held = self._held_up_to()
            for passage in added:
                if passage.row <= held:  # looking a row up in every segment takes longer than adding it
                    writer.delete_documents_by_term("row", passage.row)
                writer.add_document(
                    tantivy.Document(
                        row=passage.row,
                        article=passage.article,
                        text=searchable(passage.text, self.analyser),
                        day=passage.day,
                        outlet=filtered_name(passage.outlet, self.analyser),
                        author=[filtered_name(author, self.analyser) for author in passage.authors],
                    )
                )
            writer.commit()
            writer.wait_merging_threads()
        except (ValueError, OSError) as error:
            raise ArchiveWriteFailed(
                f"The lexical index {self.folder} cannot be written ({error}); what was committed before is intact."
            ) from error

    def _held_up_to(self) -> int:
        """Return the last row that the index holds as of its last commit, -1 where it holds none."""
        if self._index is None:
            return -1
        self._index.reload()
        searcher = self._index.searcher()
        newest = searcher.search(tantivy.Query.all_query(), limit=1, count=False, order_by_field="row").hits
        rows = searcher.fast_field_values("row", [address for _, address in newest])
        return max((int(row) for row in rows if row is not None), default=-1)

    def stamp(self, archive: str, added: int, removed: int) -> None:
        """Note what the index follows, and how far.

        Raises:
            ArchiveWriteFailed: the disk is full or refuses.
        """
        try:
            lexical_stamp.write(self.folder, archive, added, removed)
        except OSError as error:
            raise ArchiveWriteFailed(
                f"The lexical index {self.folder} cannot be written ({error.strerror}); "
                "what was committed before is intact."
            ) from error

    def analyze(self, text: str) -> list[str]:
        """Return the terms of a text as they are counted: folded, without stop words, stemmed."""
        return terms_in(text, self.analyser)

    @property
    def outdated(self) -> bool:
        """Whether it was made by an earlier version, to which fewer writings of a word are the same."""
        return self.analyser != ANALYSER

    def printed(self, word: str) -> int | None:
        """Return how many passages print a word in some form of it; None for a word too common to be counted."""
        terms = self.analyze(word)
        if not terms:
            return None
        if self._index is None:
            return 0
        with _damage_told(self.folder):
            searcher = self._index.searcher()
            return min(int(searcher.doc_freq("text", term)) for term in terms)

    def rows_with(self, words: Sequence[str], limit: int) -> list[int]:
        """Return up to `limit` rows of passages with all of these words in some form, in order of row."""
        terms = [term for word in words for term in self.analyze(word)]
        if self._index is None or not terms:
            return []
        with _damage_told(self.folder):
            searcher = self._index.searcher()
            wanted = tantivy.Query.boolean_query([(tantivy.Occur.Must, self._constant(term, 0.0)) for term in terms])
            hits = searcher.search(wanted, limit=limit, count=False).hits
            rows = searcher.fast_field_values("row", [address for _, address in hits])
            return sorted(int(row) for row in rows if row is not None)

    def most_together(self, word: str, others: Sequence[str]) -> int:
        """Return how many of the other words, at most, stand in one passage with a word; -1 if it stands in none."""
        terms = self.analyze(word)
        if self._index is None or not terms:
            return -1
        clauses = [(tantivy.Occur.Must, self._constant(term, 0.0)) for term in terms]
        for other in dict.fromkeys(others):
            parts = [(tantivy.Occur.Must, self._constant(term, 0.0)) for term in self.analyze(other)]
            if parts:
                every = tantivy.Query.const_score_query(tantivy.Query.boolean_query(parts), 1.0)
                clauses.append((tantivy.Occur.Should, every))
        with _damage_told(self.folder):
            hits = self._index.searcher().search(tantivy.Query.boolean_query(clauses), limit=1, count=False).hits
            return round(hits[0][0]) if hits else -1

    def _constant(self, term: str, score: float) -> tantivy.Query:
        return tantivy.Query.const_score_query(tantivy.Query.term_query(self._schema, "text", term), score)

    def reload(self) -> None:
        """See what has been committed since the last call."""
        # `optimize` may have put an index of a newer kind in its place.
        newer = _analyser_on_disk(self.folder) not in (None, self.analyser)
        if self._index is None or newer or (self._view and self._view.is_old()):
            self._open(create=False)
        else:
            with _damage_told(self.folder):
                self._index.reload()

    def count(self) -> int:
        """Return how many passages the index holds."""
        self.reload()
        with _damage_told(self.folder):
            return int(self._index.searcher().num_docs) if self._index else 0

    def search(self, query: str, filters: Filters, limit: int) -> list[tuple[int, float]]:
        """Return up to `limit` (row, BM25 score), best first; ties in order of row."""
        wanted = self._query(query, filters)
        if wanted is None or self._index is None:
            return []
        with _damage_told(self.folder):
            searcher = self._index.searcher()
            hits = searcher.search(wanted, limit=limit, count=False).hits
            rows = searcher.fast_field_values("row", [address for _, address in hits])
            scored = [(int(row), float(score)) for row, (score, _) in zip(rows, hits, strict=True) if row is not None]
            return sorted(scored, key=lambda hit: (-hit[1], hit[0]))

    def _query(self, query: str, filters: Filters) -> tantivy.Query | None:
        wanted = question_terms(query, self.analyser)
        if not wanted:
            return None
        should = tantivy.Query.boolean_query(
            [
                (tantivy.Occur.Should, tantivy.Query.term_query(self._schema, "text", term, index_option="freq"))
                for term in wanted
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
                folded = [filtered_name(value, self.analyser) for value in values]
                bounds.append(tantivy.Query.term_set_query(self._schema, field, folded))
        return bounds
