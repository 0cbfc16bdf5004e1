"""The archive: one directory that articles go into and questions are asked of."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from filelock import FileLock, Timeout

from pullquote.answers import Hit
from pullquote.articles import AddReport, Article, Passage, Skipped
from pullquote.errors import ArchiveDamaged, ArchiveLocked, ArchiveWriteFailed, ModelMismatch, NotAnArchive
from pullquote.filters import Filters
from pullquote.index import adding, search
from pullquote.index.database import Database
from pullquote.index.embedder import DEFAULT_EMBEDDER, Embedder, SentenceTransformerEmbedder, Vectors
from pullquote.index.lexical import LexicalIndex
from pullquote.index.memory import give_back
from pullquote.index.ranking import FoundPassage, describe, ranker_for
from pullquote.index.repair import mend, problems
from pullquote.index.search import Scope, check_query
from pullquote.index.snapshot import Snapshot
from pullquote.index.vectors import VectorLog
from pullquote.index.writing import Writer

_DATABASE, _VECTORS, _LEXICAL, _LOCK = "archive.db", "vectors.f16", "lexical", "archive.lock"
# What a crash while the archive is made leaves behind: the only files that may stand where a new one goes.
_LEFT_BY_CREATING = {_LOCK, "archive.partial", "archive.partial-journal"}


@dataclass(frozen=True, slots=True)
class AddProgress:
    """Where an `add` stands: articles and passages stored so far, bytes of the sources read, the last file."""

    articles: int
    passages: int
    bytes_done: int
    bytes_total: int
    source: str


@dataclass(frozen=True, slots=True)
class RemoveReport:
    """What one `remove` did: ids removed, and names under which there was nothing."""

    removed: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ArchiveInfo:
    """What an archive holds and was made with; `bytes_on_disk` counts all its files.

    `content_sha256` is of all articles (text and metadata) and the embedder: the same on every machine
    for the same articles, in whatever order they were added.
    """

    path: str
    format_version: int
    articles: int
    passages: int
    first_day: dt.date | None
    last_day: dt.date | None
    outlets: tuple[tuple[str, int], ...]
    embedder: str
    embedder_sha256: str
    dimension: int
    bytes_on_disk: int
    content_sha256: str


class Archive:
    """An archive on disk. One process at a time may write; any number may read meanwhile.

    Make one with `Archive.open`. Methods may be called from several threads.
    """

    def __init__(self, path: Path, embedder: Embedder | None) -> None:
        self.path = path
        self._given_embedder = embedder
        self._database = Database(path / _DATABASE, write=False)
        manifest = self._database.manifest()
        self._embedder_name = manifest["embedder"]
        self._embedder_sha256 = manifest["embedder_sha256"]
        self._dimension = int(manifest["dimension"])
        self._format_version = int(manifest["format_version"])
        self._vectors = VectorLog(path / _VECTORS, self._dimension)
        self._snapshot: Snapshot | None = None
        self._lexical: LexicalIndex | None = None
        self._reading = threading.RLock()

    @classmethod
    def open(cls, path: str | Path, *, create: bool = False, embedder: Embedder | str | None = None) -> Archive:
        """Return the archive in a directory.

        Args:
            path: the directory.
            create: make an empty archive where there is none.
            embedder: what embeds passages and questions; by default the one the archive was made with.
                A name makes sense with `create` only, and is looked up when first needed.

        Raises:
            NotAnArchive: there is none and `create` is false, or the directory holds something else.
            ArchiveTooNew: it was written by a later version.
            ArchiveWriteFailed: it can't be made.
            ModelMismatch: `embedder` is not the one the archive was made with.
        """
        folder = Path(path)
        loaded = _as_embedder(embedder) if embedder else None
        if not (folder / _DATABASE).is_file():
            if not create:
                raise NotAnArchive(f"There is no archive at {folder}; make one with: pullquote add SOURCE...")
            loaded = loaded or _as_embedder(DEFAULT_EMBEDDER)
            _create(folder, loaded)
        archive = cls(folder, loaded)
        if archive._given_embedder is not None:
            archive._check_embedder(archive._given_embedder)
        return archive

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files."""
        with self._reading:
            self._database.close()
            self._snapshot = self._lexical = None

    @property
    def embedder(self) -> Embedder:
        """The embedding model, loaded on first use.

        Raises:
            ModelError: it can't be loaded.
            ModelMismatch: its weights or dimension are not those that the archive was made with.
        """
        with self._reading:
            if self._given_embedder is None:
                loaded = SentenceTransformerEmbedder(self._embedder_name)
                self._check_embedder(loaded)
                self._given_embedder = loaded
            return self._given_embedder

    def _check_embedder(self, embedder: Embedder) -> None:
        if embedder.dimension != self._dimension:
            raise ModelMismatch(
                f"The archive {self.path} holds vectors of {self._dimension} numbers, but the model "
                f"{embedder.name!r} gives {embedder.dimension}."
            )
        if embedder.sha256 != self._embedder_sha256:
            raise ModelMismatch(
                f"The archive {self.path} was made with {self._embedder_name!r} "
                f"({self._embedder_sha256[:12]}…), but the weights of {embedder.name!r} are others "
                f"({embedder.sha256[:12]}…)."
            )

    # -- writing

    def add(
        self,
        sources: Iterable[str | Path],
        *,
        progress: Callable[[AddProgress], None] | None = None,
    ) -> AddReport:
        """Store the articles of files, folders, globs or "-", batch by batch, each whole or not at all.

        What cannot be read is skipped with its reason and the rest goes on. Articles that are stored
        already are left as they are; a new text or new metadata under a known id or URL supersedes the
        old version. Interrupted, it can be called again and does only what is missing.

        Args:
            sources: what to read.
            progress: called after each batch is committed.

        Raises:
            ArchiveLocked: another process is writing.
            ArchiveWriteFailed: the disk is full or refuses; committed batches are kept.
            ModelError: the embedder can't be loaded.
        """
        begun = time.monotonic()
        added: list[str] = []
        updated: list[str] = []
        skipped: list[Skipped] = []
        unchanged = passages = 0
        with self._writer() as writer:
            reader = adding.Reader(sources, writer.known(), lambda: self.embedder)
            for batch in reader.batches():
                vectors = adding.embed_batch(batch, self.embedder) if batch.new else self._no_vectors()
                new, replaced = writer.store(batch, vectors)
                give_back()
                added += new
                updated += replaced
                unchanged += batch.unchanged
                skipped += batch.skipped
                passages += batch.passages
                if progress:
                    done = len(added) + len(updated) + unchanged
                    progress(AddProgress(done, passages, batch.bytes_done, reader.bytes_total, batch.source))
        return AddReport(
            added=tuple(added),
            updated=tuple(updated),
            unchanged=unchanged,
            skipped=tuple(skipped),
            passages=passages,
            seconds=time.monotonic() - begun,
        )

    def _no_vectors(self) -> Vectors:
        return np.empty((0, self._dimension), dtype=np.float32)

    def remove(self, names: Iterable[str]) -> RemoveReport:
        """Take articles out of the archive, by id or URL.

        Raises:
            ArchiveLocked: another process is writing.
            ArchiveWriteFailed: the disk is full or refuses.
        """
        with self._writer() as writer:
            removed, missing = writer.remove(names)
        return RemoveReport(tuple(removed), tuple(missing))

    def check(self, *, repair: bool = False) -> CheckReport:
        """Compare the archive's files with each other; with `repair`, make the followers follow again.

        Raises:
            ArchiveLocked: `repair`, and another process is writing.
        """
        lexical = self.path / _LEXICAL
        if not repair:
            with self._reading:
                return CheckReport(tuple(problems(self._database, self._vectors, lexical)), ())
        lock = self._lock()
        try:
            database = Database(self.path / _DATABASE, write=True)
            try:
                done = mend(database, self._vectors, lexical, lambda: self.embedder)
                left = problems(database, self._vectors, lexical)
            finally:
                database.close()
        finally:
            lock.release()
        with self._reading:
            self._snapshot = self._lexical = None
        return CheckReport(tuple(left), tuple(done))

    def optimize(self) -> None:
        """Rewrite the followers without what was removed, and fold the database's log into it.

        Raises:
            ArchiveLocked: another process is writing.
        """
        with self._writer() as writer:
            writer.rebuild_lexical()
            writer.database.checkpoint()
        with self._reading:
            self._snapshot = self._lexical = None

    def _lock(self) -> FileLock:
        lock = FileLock(self.path / _LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise ArchiveLocked(
                f"Another process is writing to the archive {self.path}; wait for it to end, or stop it."
            ) from error
        except OSError as error:
            raise ArchiveWriteFailed(f"The archive {self.path} cannot be written ({error.strerror}).") from error
        return lock

    def _writer(self) -> Writer:
        lock = self._lock()
        try:
            return Writer(Database(self.path / _DATABASE, write=True), self._vectors, self.path / _LEXICAL, lock)
        except BaseException:
            lock.release()
            raise

    # -- reading

    def search(self, query: str, *, limit: int = 10, filters: Filters | None = None) -> list[Hit]:
        """Return the passages that fit best, best first; those that say the same appear once.

        Args:
            query: a question or key words.
            limit: how many.
            filters: bounds, applied before the search.

        Raises:
            InputError: the query is empty or too long.
            ModelError: the embedder can't be loaded.
        """
        return self.search_with_scope(query, limit=limit, filters=filters)[0]

    def search_with_scope(
        self, query: str, *, limit: int = 10, filters: Filters | None = None
    ) -> tuple[list[Hit], Scope]:
        """Return `search`'s hits and how much of the archive was looked at."""
        query = check_query(query)
        vector = self.embedder.embed_query(query)
        with self._reading:
            snapshot, lexical = self._fresh()
            return search.run(
                self._database,
                snapshot,
                lexical,
                query,
                vector,
                limit=limit,
                filters=filters or Filters(),
                ranker=ranker_for(self._embedder_sha256),
            )

    def described_pool(
        self, query: str, *, filters: Filters | None = None
    ) -> list[tuple[FoundPassage, dict[str, float]]]:
        """Return the passages that the ranking orders, each with what it is ordered by: what a ranking is fitted on.

        Arguments and errors as in `search`.
        """
        query = check_query(query)
        vector = self.embedder.embed_query(query)
        with self._reading:
            snapshot, lexical = self._fresh()
            found = search.pool(self._database, snapshot, lexical, query, vector, filters or Filters())
            return list(zip(found, describe(query, found, lexical.analyze), strict=True))

    def _fresh(self) -> tuple[Snapshot, LexicalIndex]:
        if self._snapshot is None:
            self._snapshot = Snapshot(self._database, self._vectors)
        opened = self._lexical is None
        if self._lexical is None:
            self._lexical = LexicalIndex(self.path / _LEXICAL)
        changed = self._snapshot.refresh()
        if changed:
            self._lexical.reload()
        if (changed or opened) and not self._lexical.count() and self._snapshot.live_passages():
            self._lexical = None
            raise ArchiveDamaged(
                f"The lexical index of the archive {self.path} is missing or empty; run: pullquote check --repair"
            )
        return self._snapshot, self._lexical

    def article(self, id_or_url: str) -> Article | None:
        """Return the live article with that id, else with that URL, or None."""
        with self._reading:
            found = self._database.live_rowid(id_or_url)
            return self._database.article(found[0]) if found else None

    def passages(self, article_id: str) -> list[Passage]:
        """Return the passages of an article, in reading order; none for an unknown id."""
        with self._reading:
            found = self._database.live_rowid(article_id)
            if not found:
                return []
            text = self._database.article(found[0]).text
            return [
                Passage(found[1], start, end, text[start:end], tokens)
                for _, start, end, tokens in self._database.passages_of(found[0])
            ]

    def count_articles(self) -> int:
        """Return how many articles there are; asks the database only, and loads neither index nor model."""
        with self._reading:
            return self._database.live_articles()

    def bylines(self) -> list[tuple[dt.date | None, str | None, tuple[str, ...]]]:
        """Return (day, outlet, authors) of every article, in the order they were stored; loads no text."""
        with self._reading:
            return list(self._database.bylines(self._database.number("published_generation")))

    @property
    def generation(self) -> int:
        """How many changes were published: what was learnt of the articles holds while it stays the same."""
        with self._reading:
            return self._database.number("published_generation")

    def newest(self, *, limit: int = 10) -> list[Article]:
        """Return up to `limit` of the articles that have a day, the newest first."""
        with self._reading:
            rows = self._database.newest(self._database.number("published_generation"), limit)
            return [self._database.article(row) for row in rows]

    def info(self) -> ArchiveInfo:
        """Return what the archive holds and was made with."""
        with self._reading:
            snapshot, _ = self._fresh()
            articles, first, last = self._database.summary(snapshot.generation)
            outlets = self._database.outlets(snapshot.generation)
            return ArchiveInfo(
                path=str(self.path),
                format_version=self._format_version,
                articles=articles,
                passages=snapshot.live_passages(),
                first_day=dt.date.fromisoformat(first) if first else None,
                last_day=dt.date.fromisoformat(last) if last else None,
                outlets=tuple((name, count) for name, count in outlets),
                embedder=self._embedder_name,
                embedder_sha256=self._embedder_sha256,
                dimension=self._dimension,
                bytes_on_disk=_bytes_on_disk(self.path),
                content_sha256=self._content_sha256(snapshot.generation),
            )

    def _content_sha256(self, generation: int) -> str:
        digest = hashlib.sha256(self._embedder_sha256.encode())
        for fingerprint in sorted(self._database.fingerprints(generation)):
            digest.update(fingerprint.encode())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What `check` found and, with `repair`, what it mended; one sentence each."""

    problems: tuple[str, ...]
    repaired: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong (any more)."""
        return not self.problems


def _bytes_on_disk(folder: Path) -> int:
    """Return how many bytes all files of a folder have; a writer may be deleting some of them meanwhile."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                total += os.stat(os.path.join(parent, name)).st_size
    return total


def _as_embedder(embedder: Embedder | str) -> Embedder:
    return SentenceTransformerEmbedder(embedder) if isinstance(embedder, str) else embedder


def _create(folder: Path, embedder: Embedder) -> None:
    database = folder / _DATABASE
    try:
        if folder.exists() and not folder.is_dir():
            raise NotAnArchive(f"{folder} is a file, not an archive's directory.")
        folder.mkdir(parents=True, exist_ok=True)
        foreign = [entry.name for entry in folder.iterdir() if entry.name not in _LEFT_BY_CREATING]
        if foreign and not database.is_file():
            raise NotAnArchive(f"The directory {folder} holds other files; name a new or an empty one.")
        # While this process loaded its model, another may have made the archive, and filled it.
        with FileLock(folder / _LOCK, timeout=10):
            if database.is_file():
                return
            Database.create(
                database,
                {
                    "format_version": "1",
                    "embedder": embedder.name,
                    "embedder_sha256": embedder.sha256,
                    "dimension": str(embedder.dimension),
                },
            )
    except Timeout as error:
        if not database.is_file():
            raise ArchiveLocked(f"Another process is making the archive {folder}; try again.") from error
    except OSError as error:
        raise ArchiveWriteFailed(f"The archive {folder} cannot be made ({error.strerror}).") from error
