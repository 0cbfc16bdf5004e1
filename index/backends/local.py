"""The back end of an archive in one folder: FAISS over the vector log, and tantivy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pullquote.answers import Searched
from pullquote.comparing_form import name_form
from pullquote.errors import ArchiveDamaged
from pullquote.filters import Filters
from pullquote.index.analyser import OUTDATED
from pullquote.index.backends import lexical_stamp, mapped_followers
from pullquote.index.backends.base import Match
from pullquote.index.backends.lexical import LexicalIndex, is_outdated
from pullquote.index.backends.lexical_check import lexical_problems
from pullquote.index.backends.passage_rows import passage_rows
from pullquote.index.backends.snapshot import Snapshot
from pullquote.index.storage.archive_files import Files
from pullquote.index.storage.database import Database


class LocalIndex:
    """`Index` for an archive that one machine holds.

    Its vectors are those of the log. Words are written with each batch, mapped files (`mapped_followers`) when it pays.
    """

    def __init__(self, files: Files) -> None:
        self._database = files.database
        self._vectors = files.vectors
        self._folder = files.lexical
        self._snapshot: Snapshot | None = None
        # What is searched; the writer's is another, since it may be ahead of what is published.
        self.lexical: LexicalIndex | None = None
        self._written: LexicalIndex | None = None

    # -- reading

    @property
    def generation(self) -> int:
        """The published generation that is seen."""
        return self._seen()[0].generation

    def refresh(self) -> None:
        """See the newest published generation.

        Raises:
            ArchiveDamaged: a cheap check finds that something was altered.
        """
        while True:
            if not self._database.manifest_is_sound():
                raise self._database.manifest_damaged()
            if self._snapshot is None:
                self._snapshot = Snapshot(self._database, self._vectors)
            changed = self._snapshot.refresh()
            opened = self.lexical is None
            if self.lexical is None:
                self.lexical = LexicalIndex(self._folder)
            elif changed:
                self.lexical.reload()
            if not changed and not opened:
                return
            self._check_lexical(self._snapshot, self.lexical)
            # What was published since may be missing from this snapshot and gone from this index.
            if self._database.number("published_generation") == self._snapshot.generation:
                return

    def _check_lexical(self, snapshot: Snapshot, lexical: LexicalIndex) -> None:
        found = ""
        if not lexical.count() and snapshot.live_passages():
            found = "is missing or empty"
        elif wrong := lexical_problems(self._database, self._folder, thorough=False):
            found = f"isn't what was stored ({wrong[0]})"
        if found:
            self.lexical = None
            raise ArchiveDamaged(
                f"The lexical index of the archive {self._folder.parent} {found}; run: pullquote check --repair"
            )

    def _seen(self) -> tuple[Snapshot, LexicalIndex]:
        if self._snapshot is None or self.lexical is None:
            self.refresh()
        if self._snapshot is None or self.lexical is None:
            raise ArchiveDamaged(f"The archive {self._folder.parent} cannot be searched; run: pullquote check --repair")
        return self._snapshot, self.lexical

    def scope(self, filters: Filters) -> Searched:
        """Return how many articles and passages filters leave to search, and their first and last day."""
        return self._seen()[0].scope(filters)

    def live_passages(self) -> int:
        """Return how many passages there are to find."""
        return self._seen()[0].live_passages()

    def days(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return (n,) days since 0001-01-01 on which passages were published, 0 for none."""
        return self._seen()[0].days(rows)

    def by_vector(self, vector: npt.NDArray[np.float32], filters: Filters, limit: int) -> list[Match]:
        """Return up to `limit` passages with their cosine, best first: exact, but in archives with clusters."""
        snapshot, _ = self._seen()
        return snapshot.dense_search(vector, snapshot.masks(filters)[1], limit)

    def by_terms(self, query: str, filters: Filters, limit: int) -> list[Match]:
        """Return up to `limit` passages that hold a term of the query, with their BM25, best first."""
        snapshot, lexical = self._seen()
        passages = snapshot.masks(filters)[1]
        if lexical.outdated:
            filters = self._as_printed(filters)
        # The lexical index may be a batch ahead of the snapshot; what the snapshot can't see doesn't count.
        return [
            Match(row, score)
            for row, score in lexical.search(query, filters, limit)
            if row < snapshot.rows and passages[row]
        ]

    def _as_printed(self, filters: Filters) -> Filters:
        """Return filters with the names as articles print them, which is how an outdated lexical index holds them."""
        if not (filters.outlets or filters.authors):
            return filters
        outlets, authors = (set(map(name_form, names)) for names in (filters.outlets, filters.authors))
        printed_outlets, printed_authors = set(filters.outlets), set(filters.authors)
        for _, outlet, byline in self._database.bylines(self.generation):
            printed_outlets |= {outlet} if outlet and name_form(outlet) in outlets else set()
            printed_authors |= {author for author in byline if name_form(author) in authors}
        return replace(filters, outlets=tuple(sorted(printed_outlets)), authors=tuple(sorted(printed_authors)))

    def rows_with(self, words: Sequence[str], limit: int) -> list[int]:
        """Return up to `limit` rows of passages with all of these words, in order of row."""
        return self._seen()[1].rows_with(words, limit)

    def printed(self, word: str) -> int | None:
        """Return how many passages print a word in some form of it; None for a word too common to be counted."""
        return self._seen()[1].printed(word)

    def most_together(self, word: str, others: Sequence[str]) -> int:
        """Return how many of the other words, at most, stand in one passage with a word; -1 if it stands in none."""
        return self._seen()[1].most_together(word, others)

    def analyze(self, text: str) -> list[str]:
        """Return the terms of a text in the way in which the lexical index was made."""
        return self._seen()[1].analyze(text)

    # -- writing

    def prepare(self, *, trusted: bool) -> None:
        """Get ready to be written to; an index of another archive, or not as far as it should be, is written anew.

        An index without a stamp is `trusted`, if the archive had none before, and if it holds as many passages as it
        should.
        """
        database, folder = self._database, self._folder
        published = database.number("published_generation")
        stamp = lexical_stamp.read(folder)
        if stamp and stamp.archive == database.archive_id:
            if published <= stamp.added <= database.number("generation") and stamp.removed <= published:
                return
        elif trusted and not (folder / lexical_stamp.NAME).exists():
            lexical = self._writable()
            # Format 1 took out at once what an unpublished change removes: such an index is written anew.
            if lexical.count() == database.passages_held(published, published):
                lexical_stamp.write(folder, database.archive_id, published, published)
                return
        self._rebuild_lexical()

    def follow(self, added: int, removed: int) -> None:
        """Hold what was added up to one generation, without what was removed up to another; twice changes nothing.

        Raises:
            ArchiveWriteFailed: the disk is full or refuses; the index is as it was.
        """
        follow(self._database, self._writable(), added, removed)

    def settle(self) -> None:
        """Write what is mapped where much was added since."""
        mapped_followers.catch_up(self._database)

    def rebuild(self) -> None:
        """Write everything anew from the database and the vector log."""
        self._rebuild_lexical()
        mapped_followers.rebuild(self._database, self._vectors)

    def _rebuild_lexical(self) -> None:
        rewrite_lexical(self._database, self._folder)
        self._written = None

    def wipe(self, rows: Sequence[tuple[int, int]]) -> None:
        """Leave nothing of passages that are being erased: words are written anew, without them."""
        for folder in self._folder.parent.glob(f"{self._folder.name}.*"):
            LexicalIndex.discard(folder)
        self._rebuild_lexical()

    def _writable(self) -> LexicalIndex:
        if self._written is None:
            self._written = LexicalIndex(self._folder, create=True)
        return self._written

    # -- checking

    def problems(self) -> list[str]:
        """Return what is wrong with the lexical index and the mapped files, one sentence each, after reading all."""
        found = [*lexical_problems(self._database, self._folder), *mapped_followers.problems(self._database)]
        return [*found, OUTDATED] if is_outdated(self._folder) else found

    def mend(self) -> str:
        """Write anew what isn't sound; return what was done, "" for nothing."""
        done = []
        broken = bool(lexical_problems(self._database, self._folder)) or not lexical_stamp.read(self._folder)
        if broken or is_outdated(self._folder):
            self._rebuild_lexical()
            done.append("wrote the lexical index anew")
        if mended := mapped_followers.mend(self._database, self._vectors):
            done.append(mended)
        return "; ".join(done)

    def advice(self) -> str | None:
        """Return what to run where the lexical index was made by an earlier version; None where it wasn't."""
        return f"{OUTDATED}; run: pullquote optimize" if is_outdated(self._folder) else None

    def close(self) -> None:
        """Let go of the files."""
        self._snapshot = self.lexical = self._written = None


def follow(database: Database, lexical: LexicalIndex, added: int, removed: int) -> None:
    """Bring the lexical index to hold what was added up to one generation, without what was removed up to another.

    Raises:
        ArchiveWriteFailed: the disk is full or refuses; the index is as it was.
    """
    stamp = lexical_stamp.read(lexical.folder)
    if stamp and (stamp.added, stamp.removed) == (added, removed):
        return
    new = database.articles_added(stamp.added) if stamp else database.articles_held(added, removed)
    old = database.articles_removed(stamp.removed, removed) if stamp else []
    if new or old:
        lexical.apply(passage_rows(database, new), old)
    lexical.stamp(database.archive_id, added, removed)


def rewrite_lexical(database: Database, folder: Path) -> None:
    """Write the lexical index anew from the database, beside the old one, then put it in its place."""
    fresh, old = folder.with_suffix(".new"), folder.with_suffix(".old")
    LexicalIndex.discard(fresh)
    LexicalIndex.discard(old)
    published = database.number("published_generation")
    follow(database, LexicalIndex(fresh, create=True), published, published)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    LexicalIndex.discard(old)
