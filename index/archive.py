"""The archive: one directory that articles go into and questions are asked of."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import numpy as np
from filelock import FileLock, Timeout

from pullquote import arguments
from pullquote.answers import Hit, Searched
from pullquote.articles import AddReport, Article, ArticleEntry, Edit, Note, Passage, Skipped
from pullquote.errors import (
    ArchiveDamaged,
    ArchiveLocked,
    ArchiveWriteFailed,
    InputError,
    ModelError,
    ModelMismatch,
    NotAnArchive,
    PullquoteError,
)
from pullquote.filters import Filters
from pullquote.index import forks
from pullquote.index.adding import adding, editing
from pullquote.index.adding.given_articles import GivenArticles
from pullquote.index.adding.writing import Writer
from pullquote.index.backends.base import Index, Searcher
from pullquote.index.backends.opening import INDEX, LOCAL, checked_address, is_at, move, open_index
from pullquote.index.embedding.embedder import (
    Embedder,
    SentenceTransformerEmbedder,
    Vectors,
    checked_query,
)
from pullquote.index.embedding.fast import FastEmbedder
from pullquote.index.embedding.memory import give_back
from pullquote.index.embedding.names import DEFAULT_EMBEDDER, FAST_EMBEDDER, OWN_EMBEDDERS
from pullquote.index.integrity import manifest_repair, repair, verification
from pullquote.index.search import searching as search
from pullquote.index.search.filtering import allowed_by
from pullquote.index.search.known_names import KnownNames
from pullquote.index.search.ranking import ranker_for
from pullquote.index.search.searching import check_query
from pullquote.index.search.vocabulary import Vocabulary, followed
from pullquote.index.storage import listing
from pullquote.index.storage.archive_files import DATABASE, LEXICAL, LOCK, VECTORS, WORDS, Files
from pullquote.index.storage.creating import create as create_archive
from pullquote.index.storage.database import ArticleFacts, Database
from pullquote.index.storage.edits import edits_of
from pullquote.index.storage.migration import migrate
from pullquote.index.storage.pending import rows_to_embed
from pullquote.index.storage.unusable import Unusable
from pullquote.index.storage.vector_log import VectorLog
from pullquote.paths import expanded
from pullquote.plugins import Plugin, PluginKind, plugin_named, plugins
from pullquote.reports import AddProgress, ArchiveInfo, CheckReport, RemoveReport

# The manifest's key where the embedder is a class of the user's, which can't be looked up by its name.
_OWN_EMBEDDER = "own_embedder"
# The manifest's key for the package that the embedder is of, where that is another than Pullquote.
_EMBEDDER_PACKAGE = "embedder_package"
_LOADED_BY_NAME = (SentenceTransformerEmbedder, FastEmbedder)
# The most hits of one search. Who wants more reads the archive, and does so better article by article.
MAX_HITS = 10_000
# Of the facts by which `articles` filters: a thousand take a quarter of a megabyte.
_FACTS_A_PAGE = 1_000
_CLOSED = "The archive {} is closed; open it again with Archive.open."


class Archive:
    """An archive on disk. One process at a time may write; any number may read meanwhile.

    Make one with `Archive.open`. Methods may be called from several threads, and in processes that are forked later.
    """

    # Whether it is read by the address of its index alone: then its folder isn't here, and nothing is kept in it.
    by_address = False

    def __init__(self, path: Path, embedder: Embedder | None) -> None:
        self.path = path
        self._given_embedder = embedder
        self._database = self._opened()
        self._read_facts(self._database)
        self._index: Index | None = None
        self._vocabulary: Vocabulary | None = None
        self._names: KnownNames | None = None
        self._unlocked()
        forks.call_after_fork(self._renew)

    def _unlocked(self) -> None:
        self._reading = threading.RLock()
        # Held while words are counted, which takes long where they never were; never taken inside `_reading`.
        self._counting = threading.Lock()
        # Held while the embedder is loaded, so that searching by words needn't wait for it.
        self._embedding = threading.Lock()

    def _renew(self) -> None:
        """In a forked process, open the files anew."""
        if isinstance(self._database, Unusable):
            return
        forks.leave_to_parent(self._database, self._index)
        self._index = None
        self._unlocked()
        try:
            self._database = self._opened()
        except PullquoteError:
            self._database = cast(Database, Unusable(_CLOSED.format(self.path)))

    def _opened(self) -> Database:
        """Return a new connection that reads."""
        return Database(self.path / DATABASE, write=False)

    def _read_facts(self, database: Database) -> None:
        facts = database.manifest()
        try:
            self._embedder_name = facts["embedder"]
            self._embedder_sha256 = facts["embedder_sha256"]
            self._dimension = int(facts["dimension"])
        except (KeyError, ValueError) as error:
            raise database.manifest_damaged() from error
        self._vectors = VectorLog(self.path / VECTORS, self._dimension)

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        create: bool = False,
        embedder: Embedder | str | None = None,
        index: str | None = None,
    ) -> Archive:
        """Return the archive in a directory.

        Args:
            path: the directory; or milvus+http://HOST:19530/NAME, which reads an archive by the address of its index.
            create: make an empty archive where there is none.
            embedder: what embeds passages and questions; by default the one the archive was made with.
                A name makes sense with `create` only, and is looked up when first needed.
            index: the address of the Milvus that searches the archive from now on, such as "http://HOST:19530" or
                "FILE.db" (`docs/milvus.md`), or "local" for the archive itself; by default the archive is searched as
                before, a new one by itself.

        Raises:
            NotAnArchive: there is none and `create` is false, or the directory holds something else.
            ArchiveTooNew: it was written by a later version.
            ArchiveWriteFailed: it can't be made.
            ModelMismatch: `embedder` is not the one the archive was made with.
            InputError: `index` is no address, or another archive's.
            ArchiveError: nothing answers at the index, or pymilvus isn't installed.
        """
        if not isinstance(path, (str, Path)):
            raise InputError(f"An archive is opened by its folder, a str or a Path, not a {type(path).__name__}.")
        loaded = _as_embedder(embedder) if embedder else None
        if str(path).startswith("milvus+"):
            return cls._remote(str(path), loaded)
        folder = expanded(path)
        if not (folder / DATABASE).is_file():
            if not create:
                raise NotAnArchive(f"There is no archive at {folder}; make one with: pullquote add SOURCE...")
            loaded = loaded or _as_embedder(DEFAULT_EMBEDDER)
            own = not (embedder is None or isinstance(embedder, (str, _LOADED_BY_NAME)))
            plugin = _embedder_plugin(embedder) if isinstance(embedder, str) else None
            package = plugin.packages[0] if plugin else None
            address = checked_address(index, folder) if index is not None and index != LOCAL else None
            create_archive(folder, partial(_manifest_of, loaded, own=own, package=package, index=address))
        with contextlib.ExitStack() as opened:
            archive = opened.enter_context(contextlib.closing(cls(folder, loaded)))
            if index is not None and not is_at(archive._database, index):
                archive._move_to(index)
            if loaded is not None:
                archive._check_embedder(loaded)
            opened.pop_all()
        return archive

    def _move_to(self, index: str) -> None:
        """Let an address search the archive from now on, or "local" the archive itself."""
        with self._locked() as database:
            if not database.manifest_is_sound():
                raise database.manifest_damaged()
            files = self._files(database)
            migrate(database, files.vectors)
            if rows_to_embed(database):
                raise InputError(f"The archive {self.path} isn't embedded to its end; run first: pullquote optimize")
            move(files, index)
            database.fold_log()

    @classmethod
    def _remote(cls, address: str, embedder: Embedder | None) -> Archive:
        # Not before it is needed: it is built on this class, and pymilvus is an extra.
        from pullquote.index.backends.milvus.remote import RemoteArchive, address_of

        with contextlib.ExitStack() as opened:
            archive = opened.enter_context(contextlib.closing(RemoteArchive(address_of(address), embedder)))
            if embedder is not None:
                archive._check_embedder(embedder)
            opened.pop_all()
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
            self._let_go()
            self._database.close()
            self._database = cast(Database, Unusable(_CLOSED.format(self.path)))

    @property
    def embedder(self) -> Embedder:
        """The embedding model, loaded on first use.

        Raises:
            ModelError: it can't be loaded.
            ModelMismatch: its weights or dimension are not those that the archive was made with.
        """
        with self._embedding:
            if self._given_embedder is None:
                facts = self._database.manifest()
                if facts.get(_OWN_EMBEDDER):
                    raise ModelError(
                        f"The archive {self.path} was made with an embedder of your own, {self._embedder_name!r}; "
                        "pass it: Archive.open(path, embedder=...)."
                    )
                package = facts.get(_EMBEDDER_PACKAGE)
                if package and not _embedder_plugin(self._embedder_name):
                    raise ModelError(
                        f"The archive {self.path} was made with the embedder {self._embedder_name!r} of the package "
                        f"{package}, which isn't installed here; run: pip install {package}"
                    )
                loaded = _embedder_named(self._embedder_name)
                self._check_embedder(loaded)
                self._given_embedder = loaded
            return self._given_embedder

    def _check_embedder(self, embedder: Embedder) -> None:
        same = embedder.dimension == self._dimension and embedder.sha256 == self._embedder_sha256
        if not same and not self._database.manifest_is_sound():
            raise self._database.manifest_damaged()
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
        sources: str | Path | Iterable[str | Path | adding.NamedSource],
        *,
        progress: Callable[[AddProgress], None] | None = None,
    ) -> AddReport:
        """Store the articles of files, folders, globs or "-", batch by batch, each whole or not at all.

        What cannot be read is skipped with its reason and the rest goes on. Articles that are stored
        already are left as they are; a new text or new metadata under a known id or URL supersedes the
        old version. Interrupted, it can be called again and does only what is missing.

        Args:
            sources: what to read; one by itself is a list of one.
            progress: called after each batch is committed.

        Raises:
            ArchiveLocked: another process is writing.
            ArchiveWriteFailed: the disk is full or refuses; committed batches are kept.
            ModelError: the embedder can't be loaded, or gives vectors that none can be searched with.
            InputError: a source is neither a str nor a Path.
        """
        named = arguments.sources(sources, adding.NamedSource)
        return self._add(lambda known: adding.SourceReader(named, known, lambda: self.embedder), progress)

    def add_articles(
        self, articles: Article | Iterable[Article], *, progress: Callable[[AddProgress], None] | None = None
    ) -> AddReport:
        """Store articles that a program made, as `add` does those of files: batch by batch, each whole or not at all.

        They are checked as what is read from files is: one that has no text is skipped, and a fact that can't be kept
        is left out and noted. Reports name an article by its number, from 1, and its id or URL. One without either gets
        an id made from its words. The iterable is read in the caller's thread, while nobody else may write.

        Args:
            articles: anything that gives articles; one by itself is a list of one.
            progress: called after each batch is committed; its `bytes_done` counts the texts, its `bytes_total` is 0.

        Raises:
            InputError: what is given isn't iterable, or is the name of a file.
            ArchiveLocked, ArchiveWriteFailed, ModelError: as in `add`. These and what the iterable itself raises leave
                the batches that were committed before.
        """
        given = arguments.articles(articles)
        return self._add(lambda known: GivenArticles(given, known, lambda: self.embedder), progress)

    def _add(
        self,
        reader_for: Callable[[adding.StoredLookups], adding.BatchReader],
        progress: Callable[[AddProgress], None] | None,
    ) -> AddReport:
        begun = time.monotonic()
        added: list[str] = []
        updated: list[str] = []
        skipped: list[Skipped] = []
        notes: list[Note] = []
        unchanged = passages = 0
        with self._writer() as writer:
            reader = reader_for(writer.known())
            # The archive's own search finds by their words what isn't embedded yet. The first batch tries the embedder.
            reader.words_first = is_at(writer.database, LOCAL)
            for batch in reader.batches():
                later = reader.words_first and passages
                vectors = None if later else self._vectors_of(batch)
                new, replaced = writer.store(batch, vectors)
                give_back()
                added += new
                updated += replaced
                unchanged += batch.unchanged
                skipped += batch.skipped
                notes += batch.notes
                passages += batch.passages
                if progress:
                    done = len(added) + len(updated) + unchanged
                    progress(AddProgress(done, passages, batch.bytes_done, reader.bytes_total, batch.source))
            # Not left to whoever asks first. On the writer's connection: one that reads here keeps the log from being
            # folded into the database when the writer closes.
            with self._counting:
                self._vocabulary = self._followed(writer.database)
            done, left, embedded = len(added) + len(updated) + unchanged, writer.passages_to_embed(), 0
            for count in writer.embed_pending(lambda: self.embedder):
                give_back()
                embedded += count
                if progress:
                    total = reader.bytes_total
                    progress(AddProgress(done, passages, total, total, "", embedded, left))
        return AddReport(
            added=tuple(added),
            updated=tuple(updated),
            unchanged=unchanged,
            skipped=tuple(skipped),
            passages=passages,
            seconds=time.monotonic() - begun,
            notes=tuple(notes),
        )

    def _vectors_of(self, batch: adding.ArticleBatch) -> Vectors:
        return adding.embed_batch(batch, self.embedder) if batch.new else np.empty((0, self._dimension), np.float32)

    def edit(
        self,
        name: str,
        *,
        title: str | None = None,
        outlet: str | None = None,
        published: str | dt.date | None = None,
        authors: str | Iterable[str] | None = None,
        restore: str | Iterable[str] = (),
        by: str = "",
    ) -> Article:
        """Mend what was guessed of an article; return it as it is then.

        The text stays as it is. Edits are kept apart from it, with who and when (`edits`): reading the article's source
        again never undoes them. "" and () stand for "not known"; what isn't given stays.

        Args:
            name: the article's id or URL.
            title: its headline.
            outlet: who published it.
            published: its day.
            authors: its byline, a name an entry.
            restore: fields that are to be again what the source says.
            by: who says so.

        Raises:
            InputError: there is no such article, nothing to mend, or a value can't be used.
            ArticleAltered: the article isn't what was stored.
            ArchiveLocked, ArchiveWriteFailed, ModelError: as in `add`; the article is as it was.
        """
        arguments.text(name, "An article's id or URL")
        names = [authors] if isinstance(authors, str) else authors
        listed = None if names is None else list(names)
        given = {"title": title, "outlet": outlet, "published": published, "authors": listed}
        values = {field: value for field, value in given.items() if value is not None}
        restored = [restore] if isinstance(restore, str) else list(restore)
        if not values and not restored:
            raise InputError("Say what to edit: title, outlet, published, authors, or what to restore.")
        with self._writer() as writer:
            edited = editing.edit(writer, lambda: self.embedder, name, values, restored=restored, by=by)
            with self._counting:
                self._vocabulary = self._followed(writer.database)
        return edited

    def edits(self, name: str) -> list[Edit]:
        """Return what people mended of an article, by its id or URL, the first first; none for an unknown one."""
        arguments.text(name, "An article's id or URL")
        with self._reading:
            found = self._database.visible_rowid(name)
            return edits_of(self._database, found[1]) if found else []

    def remove(self, names: str | Iterable[str], *, erase: bool = False) -> RemoveReport:
        """Take articles out of the archive, by id or URL; one by itself is a list of one.

        What is removed is found and quoted no more. Its text stays in the database, as the texts of superseded versions
        do. With `erase`, no file keeps anything of any version. Articles that were removed before can be erased, too.

        Raises:
            InputError: a name is no text.
            ArchiveLocked: another process is writing.
            ArchiveWriteFailed: the disk is full or refuses; of an erasure also: others were reading all the time. The
                next writer, or `check` with `repair`, then finishes it.
        """
        named = arguments.names(names, "names")
        with self._writer() as writer:
            removed, missing = writer.erase(named) if erase else writer.remove(named)
            if erase:
                self._let_go()
                with self._counting:
                    self._vocabulary = None
                    self._vocabulary = self._followed(writer.database)
        return RemoveReport(tuple(removed), tuple(missing))

    def check(self, *, repair: bool = False) -> CheckReport:
        """Compare everything that is stored with what was stored; with `repair`, mend what the database can tell.

        Raises:
            ArchiveLocked: `repair`, and another process is writing.
            ArchiveWriteFailed: `repair`, and the disk is full or refuses.
        """
        if not repair:
            with self._reading:
                files = self._files(self._database)
                with contextlib.closing(open_index(files)) as index:
                    found = verification.problems(files, index)
                return CheckReport(tuple(found), (), tuple(verification.notes(files)))
        return self._repaired()

    def _repaired(self) -> CheckReport:
        done: list[str] = []
        with self._locked() as database:
            try:
                done = manifest_repair.mend_facts(database)
                if not database.manifest_is_sound():
                    raise database.manifest_damaged()
                self._read_facts(database)
                files = self._files(database)
                with contextlib.closing(open_index(files)) as index:
                    done += repair.mend(files, index, lambda: self.embedder)
                    left = verification.problems(files, index)
            except ArchiveDamaged as error:
                left = [error.without_advice]
            advice = repair.advice(self.path) if left else ""
            database.fold_log()
        self._let_go()
        return CheckReport(tuple(left), tuple(done), advice=advice)

    def _files(self, database: Database) -> Files:
        return Files(database, self._vectors, self.path / LEXICAL, self.path / WORDS)

    def optimize(self) -> None:
        """Rewrite the followers without what was removed, and fold the database's log into it.

        What an interrupted `add` left to embed is embedded first.

        Raises:
            ArchiveLocked: another process is writing.
            ModelError: there is something to embed, and the embedder can't be loaded.
        """
        with self._writer() as writer:
            for _ in writer.embed_pending(lambda: self.embedder):
                give_back()
            writer.rebuild_index()
            writer.database.checkpoint()
        self._let_go()

    @contextlib.contextmanager
    def _locked(self) -> Iterator[Database]:
        """Hold the archive's lock, and give a connection that may write."""
        _ = self._database.file  # a closed archive says so here
        lock = FileLock(self.path / LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise ArchiveLocked(
                f"Another process is writing to the archive {self.path}; wait for it to end, or stop it."
            ) from error
        except OSError as error:
            raise ArchiveWriteFailed(
                f"You may not write to the archive {self.path} ({error.strerror}); it can be searched and asked."
            ) from error
        try:
            with contextlib.closing(Database(self.path / DATABASE, write=True)) as database:
                yield database
        finally:
            lock.release()

    @contextlib.contextmanager
    def _writer(self) -> Iterator[Writer]:
        with self._locked() as database, Writer(self._files(database)) as writer:
            yield writer

    # -- reading

    def search(
        self,
        query: str,
        *,
        limit: int = 10,
        filters: Filters | None = None,
        since: str | dt.date | None = None,
        until: str | dt.date | None = None,
        outlets: str | Iterable[str] = (),
        authors: str | Iterable[str] = (),
        as_of: str | dt.date | None = None,
    ) -> list[Hit]:
        """Return the passages that fit best, best first; those that say the same appear once.

        Args:
            query: a question or key words.
            limit: how many, 1 to 10,000.
            filters: bounds, applied before the search; instead of the single ones that follow.
            since: earliest day of publication.
            until: latest day of publication.
            outlets: only these.
            authors: only these.
            as_of: as the archive stood that day.

        Raises:
            InputError: the query is empty or too long, the limit is none, a bound can't be used, or an outlet or an
                author isn't in the archive.
            ModelError: the embedder can't be loaded.
        """
        bounds = Filters.either(filters, since=since, until=until, outlets=outlets, authors=authors, as_of=as_of)
        return self.search_with_scope(query, limit=limit, filters=bounds)[0]

    def search_with_scope(
        self, query: str, *, limit: int = 10, filters: Filters | None = None
    ) -> tuple[list[Hit], Searched]:
        """Return `search`'s hits and how much of the archive was looked at."""
        query = check_query(query)
        limit = arguments.whole_number(limit, "limit", low=1, high=MAX_HITS)
        self._check_names(filters)
        vector = checked_query(self.embedder, query)
        with self._reading:
            return search.run(
                self._database,
                self._fresh(),
                query,
                vector,
                limit=limit,
                filters=filters or Filters(),
                ranker=ranker_for(self._embedder_sha256),
            )

    def _check_names(self, filters: Filters | None) -> None:
        """Do nothing if the archive has the outlets and the authors of filters.

        Raises:
            InputError: it lacks one; names it, and the one most like it.
        """
        if filters is None or not (filters.outlets or filters.authors):
            return
        with self._reading:
            if self._names is None or self._names.generation != self.generation:
                self._names = KnownNames.of(self.generation, self.bylines())
            names = self._names
        names.check(filters)

    @contextlib.contextmanager
    def _searchable(self) -> Iterator[tuple[Database, Searcher]]:
        """Hold still what is searched, as of the newest published change."""
        with self._reading:
            yield self._database, self._fresh()

    def _fresh(self) -> Searcher:
        """Return what is searched, as of the newest published change.

        Raises:
            ArchiveDamaged: a cheap check finds that something was altered.
        """
        try:
            if self._index is None:
                self._index = open_index(self._files(self._database))
            self._index.refresh()
            return self._index
        except (TypeError, ValueError, IndexError, KeyError, OverflowError, MemoryError) as error:
            # The database holds numbers that no writer ever wrote.
            self._let_go()
            raise ArchiveDamaged(
                f"The archive {self.path} holds what was never stored ({type(error).__name__}: {error}); "
                "run: pullquote check --repair"
            ) from error

    def _let_go(self) -> None:
        """Let the next search open the back end anew."""
        with self._reading:
            if self._index is not None:
                self._index.close()
            self._index = None

    def advice(self) -> str | None:
        """Return what to run to bring an archive of an earlier version up to date; None where nothing is to be done."""
        with self._reading, contextlib.closing(open_index(self._files(self._database))) as index:
            return index.advice()

    def article(self, id_or_url: str) -> Article | None:
        """Return the live article with that id, else with that URL, or None.

        Raises:
            ArticleAltered: it isn't what was stored any more.
            InputError: it is no text.
        """
        arguments.text(id_or_url, "An article's id or URL")
        with self._reading:
            found = self._database.visible_rowid(id_or_url)
            return self._database.article(found[0]) if found else None

    def articles(self, filters: Filters | None = None) -> Iterator[Article]:
        """Return an iterator over the articles that filters allow, in the order in which they were stored.

        Each is loaded when it is asked for. They are those of the moment of the call, whatever is added, updated or
        removed meanwhile; what is erased meanwhile is left out. So is an article that isn't what was stored any more:
        `check` names it.

        Raises:
            InputError: filters are none, or name an outlet or an author that the archive lacks.
        """
        bounds = Filters.either(filters)
        self._check_names(bounds)
        return self._articles_from(0, allowed_by(bounds), self.generation)

    def entries(
        self, filters: Filters | None = None, *, source: str = "", limit: int | None = None
    ) -> Iterator[ArticleEntry]:
        """Yield the articles within bounds without their texts: by day, the latest first, those without a day last.

        Args:
            filters: bounds.
            source: only those whose source (a file, an address) has this in its name, in any case.
            limit: how many at most; None for all.

        Raises:
            InputError: filters are none, or name an outlet or an author that the archive lacks.
        """
        bounds = Filters.either(filters)
        self._check_names(bounds)
        with self._reading:
            found = listing.entries(self._database, self.generation, allowed_by(bounds), source=source, limit=limit)
        yield from found

    def _articles_from(self, rowid: int, allowed: Callable[[ArticleFacts], bool], generation: int) -> Iterator[Article]:
        while True:
            with self._reading:
                page = self._database.facts_after(rowid, generation, _FACTS_A_PAGE)
            for facts in filter(allowed, page):
                with self._reading:
                    article = next(self._database.unaltered([facts.rowid]), None)
                if article is not None and article.id:  # what has been erased has no id
                    yield article
            if not page:
                return
            rowid = page[-1].rowid

    def passages(self, article_id: str) -> list[Passage]:
        """Return the passages of an article, in reading order; none for an unknown id.

        Raises:
            InputError: it is no text.
        """
        arguments.text(article_id, "An article's id")
        with self._reading:
            found = self._database.visible_rowid(article_id)
            if not found:
                return []
            text = self._database.article(found[0]).text
            return [
                Passage(found[1], start, end, text[start:end], tokens)
                for _, start, end, tokens in self._database.passages_of(found[0])
            ]

    def furniture(self, article_id: str) -> list[tuple[int, int]]:
        """Return what of an article's text was marked as furniture when it was added; none for an unknown id.

        Returns:
            `[start, end)` ranges in characters of the article's text, sorted and disjoint.

        Raises:
            InputError: it is no text.
        """
        arguments.text(article_id, "An article's id")
        with self._reading:
            found = self._database.visible_rowid(article_id)
            return self._database.furniture_of(found[0]) if found else []

    def count_articles(self) -> int:
        """Return how many articles there are; asks the database only, and loads neither index nor model."""
        with self._reading:
            return self._database.visible_articles()

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
            return list(self._database.unaltered(rows))

    def count_passages(self) -> int:
        """Return how many passages the search looks at; loads the index, but no model."""
        with self._reading:
            return self._fresh().live_passages()

    def sample(self, *, limit: int = 20) -> list[Article]:
        """Return up to `limit` articles, spread evenly over the order in which they were stored."""
        with self._reading:
            rows = self._database.sample(self._database.number("published_generation"), limit)
            return list(self._database.unaltered(rows))

    def _counted_words(self) -> Vocabulary:
        """Return the words that are printed: `printed_words.vocabulary`."""
        with self._counting:
            if self._vocabulary is None or self._vocabulary.generation != self.generation:
                # On a connection of its own, so that others search meanwhile.
                with contextlib.closing(self._opened()) as database:
                    self._vocabulary = self._followed(database)
            return self._vocabulary

    def _followed(self, database: Database) -> Vocabulary:
        return followed(database, database.number("published_generation"), self.path / WORDS, self._vocabulary)

    def info(self) -> ArchiveInfo:
        """Return what the archive holds and was made with."""
        with self._reading:
            index = self._fresh()
            articles, first, last = self._database.summary(index.generation)
            outlets = self._database.outlets(index.generation)
            return ArchiveInfo(
                path=str(self.path),
                format_version=self._database.number("format_version"),
                articles=articles,
                passages=index.live_passages(),
                first_day=dt.date.fromisoformat(first) if first else None,
                last_day=dt.date.fromisoformat(last) if last else None,
                outlets=tuple((name, count) for name, count in outlets),
                embedder=self._embedder_name,
                embedder_sha256=self._embedder_sha256,
                dimension=self._dimension,
                bytes_on_disk=_bytes_on_disk(self.path),
                content_sha256=self._content_sha256(index.generation),
            )

    def _content_sha256(self, generation: int) -> str:
        digest = hashlib.sha256(self._embedder_sha256.encode())
        for fingerprint in sorted(self._database.fingerprints(generation)):
            digest.update(fingerprint.encode())
        return digest.hexdigest()


def _bytes_on_disk(folder: Path) -> int:
    """Return how many bytes all files of a folder have; a writer may be deleting some of them meanwhile."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                total += os.stat(os.path.join(parent, name)).st_size
    return total


def _manifest_of(
    embedder: Embedder, *, own: bool, package: str | None = None, index: str | None = None
) -> dict[str, str]:
    return {
        "embedder": embedder.name,
        "embedder_sha256": embedder.sha256,
        "dimension": str(embedder.dimension),
        **({_OWN_EMBEDDER: "yes"} if own else {}),
        **({_EMBEDDER_PACKAGE: package} if package else {}),
        **({INDEX: index} if index else {}),
    }


def _embedder_plugin(name: str) -> Plugin | None:
    """Return what another package brings under an embedder's name; some are always Pullquote's own."""
    return None if name in OWN_EMBEDDERS else plugins(PluginKind.EMBEDDER).get(name)


def _embedder_named(name: str) -> Embedder:
    plugin = plugin_named(PluginKind.EMBEDDER, name, OWN_EMBEDDERS)
    if plugin is None:
        return FastEmbedder() if name == FAST_EMBEDDER else SentenceTransformerEmbedder(name)
    made: Embedder = plugin.make(Embedder)
    if made.name != name:
        raise plugin.broken(ValueError(f"its name is {made.name!r}, by which it would not be found again"))
    return made


def _as_embedder(embedder: Embedder | str) -> Embedder:
    if isinstance(embedder, str):
        return _embedder_named(embedder)
    if not isinstance(embedder, Embedder):
        raise InputError(
            f"embedder must be the name of a model or have the methods of pullquote.index.embedding.embedder.Embedder; "
            f"a {type(embedder).__name__} has not."
        )
    return embedder
