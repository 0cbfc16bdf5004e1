"""Articles to batches that are ready to store: read from sources, told new from known, cut, embedded."""

from __future__ import annotations

import contextlib
import hashlib
import os
import queue
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from pullquote.articles import Article, Note, Passage, Skipped
from pullquote.errors import ArticleAltered, PullquoteError
from pullquote.index.adding.addresses import page_of
from pullquote.index.adding.pages_of_run import PagesOfRun
from pullquote.index.embedding.embedder import Embedder, Vectors, checked_vectors
from pullquote.index.furniture.ranges import furniture_ranges
from pullquote.index.passages.near_duplicates import words_digest
from pullquote.index.passages.splitting import split_passages
from pullquote.index.sources import SourceFile, discover, file_hash, read_articles
from pullquote.index.sources.reasons import reason_for
from pullquote.index.sources.timed import end_process
from pullquote.index.storage.database import LiveVersion, NewArticle
from pullquote.index.storage.edits import NewEdit
from pullquote.index.storage.stored_article import fingerprint

# A batch is what a crash can cost and what a reader gets to see at once; each costs one fsync of the log, one
# commit of the database and one of the lexical index. What is embedded before it is stored takes seconds for so many
# passages, and those of the first batch are what the first question can be asked of.
BATCH_PASSAGES = 512
# What is embedded later is stored at thousands of passages a second. Batches of 512 spent a third of it on commits.
WORDS_FIRST_PASSAGES = 8192
# Known articles have no passages to count.
BATCH_ARTICLES = 2048
_QUEUED_BATCHES = 2


@dataclass(slots=True)
class ArticleBatch:
    """Articles to store together, and what else was learnt on the way.

    Attributes:
        new: articles to store.
        unchanged: articles met that are stored already, as they are.
        skipped: what was left out.
        notes: what the new articles are stored without.
        finished: (name, hash, articles) of files whose last article is in this batch or an earlier one.
        edits: what people mended of the new articles.
        bytes_done: of all sources, so far.
        source: the file last read.
        most: passages that fill it.
        passages: how many the new articles have.
    """

    new: list[NewArticle] = field(default_factory=list)
    unchanged: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    finished: list[tuple[str, str, int]] = field(default_factory=list)
    edits: list[NewEdit] = field(default_factory=list)
    bytes_done: int = 0
    source: str = ""
    most: int = 0
    passages: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Count what the batch begins with."""
        self.passages = sum(len(new.passages) for new in self.new)

    def add(self, new: NewArticle) -> None:
        """Take an article in."""
        self.new.append(new)
        self.passages += len(new.passages)

    @property
    def full(self) -> bool:
        """Whether it is time to store it."""
        return self.passages >= self.most or len(self.new) + self.unchanged >= BATCH_ARTICLES


@dataclass(frozen=True, slots=True)
class NamedSource:
    """A file that is known by another name than its path: an upload, which lies somewhere else each time.

    Attributes:
        path: where it lies.
        name: what its messages and its articles' ids are made of, in place of the path.
    """

    path: str
    name: str


@dataclass(frozen=True, slots=True)
class StoredLookups:
    """Look-ups in what is stored already.

    Attributes:
        article: the live version of this article, by its id, else by the page that its URL is of; or None.
        copies: live articles whose addresses may be of the same page.
        stored: a rowid's article.
        articles_of_file: (name, hash) to how many articles a finished file gave, or None.
        edited: an article with what people mended of it, by its id.
    """

    article: Callable[[Article], LiveVersion | None]
    copies: Callable[[Article], list[LiveVersion]]
    stored: Callable[[int], Article]
    articles_of_file: Callable[[str, str], int | None]
    edited: Callable[[Article], Article]


def passage_head(article: Article) -> str:
    """Return what models are told of a passage's article: title and day, "" where neither is known."""
    day = f"{article.published:%B} {article.published.day}, {article.published.year}" if article.published else ""
    return ". ".join(part for part in (article.title.strip().rstrip("."), day) if part)


def passage_input(article: Article, text: str) -> str:
    """Return what is embedded for a passage: its head stands before the text, never in it."""
    head = passage_head(article)
    return f"{head}. {text}" if head else text


def embed_batch(batch: ArticleBatch, embedder: Embedder) -> Vectors:
    """Return (passages, dimension) float32 for the passages of a batch, in order.

    Raises:
        ModelError: the embedder gives others than it should (`checked_vectors`).
    """
    texts = [passage_input(new.article, passage.text) for new in batch.new for passage in new.passages]
    return checked_vectors(embedder.embed_passages(texts), len(texts), embedder)


def article_id(article: Article) -> str:
    """Return the article's own id, else its URL, else one made from where it stands or what it says."""
    if article.id:
        return article.id
    if article.url:
        return article.url
    by_content = ":" in Path(article.source).name or not article.source
    named = f"{article.title}\n{article.text}" if by_content else article.source
    stem = "text" if by_content else Path(article.source).name
    return f"{stem}-{hashlib.sha256(named.encode()).hexdigest()[:12]}"


def _at_home(source: str | Path) -> str | Path:
    """Return a source with "~" replaced by the home folder; what names nobody's home isn't there, and is skipped."""
    return source if source == "-" else os.path.expanduser(source)


def _under_name(source: NamedSource) -> Iterator[SourceFile | Skipped]:
    """Yield what lies at a source's path, under its name."""
    for entry in discover([source.path]):
        yield (
            replace(entry, name=source.name) if isinstance(entry, SourceFile) else replace(entry, source=source.name)
        )


def _one_page(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and page_of(one) == page_of(other)


class BatchReader(ABC):
    """Makes batches of articles, wherever they come from.

    Args:
        known: what is stored already.
        embedder: gives the embedder; called only when there is something new.

    Attributes:
        bytes_total: of all that is read; 0 where nobody knows.
        words_first: whether all batches but the first are embedded once they are stored, and may be large.
    """

    bytes_total = 0
    words_first = False

    def __init__(self, known: StoredLookups, embedder: Callable[[], Embedder]) -> None:
        self._known, self._embedder = known, embedder
        self._seen: dict[str, str] = {}
        self._pages = PagesOfRun()

    @abstractmethod
    def batches(self) -> Iterator[ArticleBatch]:
        """Yield batches."""

    def _batch(self, before: ArticleBatch | None = None, **facts: Any) -> ArticleBatch:
        """Return an empty batch that follows another."""
        large = self.words_first and before is not None
        return ArticleBatch(most=WORDS_FIRST_PASSAGES if large else BATCH_PASSAGES, **facts)

    def _copy(self, article: Article, digest: bytes) -> LiveVersion | None:
        """Return the live article with the same words whose address may be of the same page, or None."""
        for one in self._known.copies(article):
            with contextlib.suppress(ArticleAltered):  # what was altered is no copy of anything
                if words_digest(self._known.stored(one.rowid).text) == digest:
                    return one
        return None

    def _take(self, article: Article, batch: ArticleBatch, place: str) -> None:
        """Put an article into a batch if it is new; `place` says in messages where it stands."""
        digest = words_digest(article.text) if article.url else b""
        known = self._known.article(article)
        copied = self._copy(article, digest) if known is None else None
        met = self._pages.known(article, digest)
        own_url = article.url
        if old := known or copied or met:
            # The same text under another spelling of its address is nothing new.
            one_page = not known or _one_page(own_url, known.url)
            article = replace(article, id=old.id, url=old.url if one_page else own_url)
        else:
            article = replace(article, id=article_id(article))
        article = self._known.edited(article)
        print_ = fingerprint(article)
        before, stored = self._seen.get(article.id), known or copied
        if before is not None and before != print_ and not (met and met.copy):
            reason = f"the id or URL {article.id!r} came up before in this run with another text"
            batch.skipped.append(Skipped(place, reason))
            return
        if before is not None or (stored and stored.fingerprint == print_):
            self._seen.setdefault(article.id, print_)
            batch.unchanged += 1
            return
        if known and own_url and article.url and len(own_url) < len(article.url):
            # Of two spellings the shorter follows nobody.
            article = replace(article, url=own_url)
            print_ = fingerprint(article)
        try:
            furniture, passages = self._cut(article)
        except (PullquoteError, OSError):  # the embedder's, not the article's
            raise
        except Exception as error:  # hostile text costs one article
            batch.skipped.append(Skipped(place, reason_for(error)))
            return
        if not passages:
            batch.skipped.append(Skipped(place, "has no text besides page furniture"))
            return
        self._seen[article.id] = print_
        self._pages.note(article, digest)
        batch.add(NewArticle(article, print_, furniture, passages))
        batch.notes.extend(Note(place, note) for note in article.notes)

    def _cut(self, article: Article) -> tuple[list[tuple[int, int]], list[Passage]]:
        furniture = furniture_ranges(article)
        return furniture, split_passages(article, furniture, self._embedder().count_tokens)


class SourceReader(BatchReader):
    """Turns sources into batches, in a thread of its own, so that parsing overlaps with embedding.

    Args:
        sources: files, folders, globs, "-", or files under other names.
        known: what is stored already.
        embedder: gives the embedder; called only when there is something new.
    """

    def __init__(
        self, sources: Iterable[str | Path | NamedSource], known: StoredLookups, embedder: Callable[[], Embedder]
    ) -> None:
        super().__init__(known, embedder)
        given = list(sources)
        found = list(discover(_at_home(source) for source in given if not isinstance(source, NamedSource)))
        found += [entry for source in given if isinstance(source, NamedSource) for entry in _under_name(source)]
        self._files = [entry for entry in found if isinstance(entry, SourceFile)]
        self._refused = [entry for entry in found if isinstance(entry, Skipped)]
        self.bytes_total = sum(file.size for file in self._files)
        self._bytes_before = 0
        self._stream: IO[bytes] | None = None

    def batches(self) -> Iterator[ArticleBatch]:
        """Yield batches; an exception of the reading thread is raised here."""
        waiting: queue.Queue[ArticleBatch | BaseException | None] = queue.Queue(maxsize=_QUEUED_BATCHES)
        stop = threading.Event()

        def read() -> None:
            try:
                for batch in self._read():
                    _put(waiting, batch, stop)
                    if stop.is_set():
                        return
                _put(waiting, None, stop)
            except BaseException as error:  # handed to the thread that waits for it
                _put(waiting, error, stop)

        thread = threading.Thread(target=read, name="pullquote-reading", daemon=True)
        thread.start()
        try:
            while (item := waiting.get()) is not None:
                if isinstance(item, BaseException):
                    raise item
                yield item
        except BaseException:  # Ctrl-C above all
            stop.set()
            end_process()  # it may be at a page for seconds to come, and nobody waits for that any more
            raise
        finally:
            stop.set()
            thread.join(timeout=10)

    def _read(self) -> Iterator[ArticleBatch]:
        batch = self._batch(skipped=list(self._refused))
        for file in self._files:
            digest = file_hash(file)
            known = self._known.articles_of_file(file.name, digest)
            batch.source = file.name
            if known is not None:
                batch.unchanged += known
            else:
                articles = problems = 0
                for item in read_articles(replace(file, opened=self._follow)):
                    if isinstance(item, Skipped):
                        batch.skipped.append(item)
                        problems += 1
                    else:
                        self._take(item, batch, item.source)
                        articles += 1
                    if batch.full:
                        batch.bytes_done = self._bytes_before + self._position()
                        yield batch
                        batch = self._batch(batch, source=file.name, bytes_done=batch.bytes_done)
                if not problems:  # a file with problems is read again next time: its reasons are told again
                    batch.finished.append((file.name, digest, articles))
            self._stream = None
            self._bytes_before += file.size
            batch.bytes_done = self._bytes_before
        yield batch

    def _follow(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def _position(self) -> int:
        """Return how many bytes of the current file have been read."""
        return self._stream.tell() if self._stream and not self._stream.closed else 0


def _put(
    waiting: queue.Queue[ArticleBatch | BaseException | None],
    item: ArticleBatch | BaseException | None,
    stop: threading.Event,
) -> None:
    """Put an item into the queue as soon as there is room, unless nobody waits for it any more."""
    while not stop.is_set():
        try:
            waiting.put(item, timeout=0.2)
            return
        except queue.Full:
            continue
