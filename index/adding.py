"""Sources to batches that are ready to store: read, tell new from known, cut, embed."""

from __future__ import annotations

import hashlib
import json
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from pullquote.articles import Article, Skipped
from pullquote.index.database import NewArticle
from pullquote.index.embedder import Embedder, Vectors
from pullquote.index.furniture import furniture_ranges
from pullquote.index.passages import split_passages
from pullquote.index.sources import SourceFile, discover, file_hash, read_articles

# A batch is what a crash can cost and what a reader gets to see at once; each costs one fsync of the log, one
# commit of the database and one of the lexical index. Known articles have no passages to count.
BATCH_PASSAGES = 512
BATCH_ARTICLES = 2048
_QUEUED_BATCHES = 2


@dataclass(slots=True)
class Batch:
    """Articles to store together, and what else was learnt on the way.

    Attributes:
        new: articles to store.
        unchanged: articles met that are stored already, as they are.
        skipped: what was left out.
        finished: (name, hash, articles) of files whose last article is in this batch or an earlier one.
        bytes_done: of all sources, so far.
        source: the file last read.
    """

    new: list[NewArticle] = field(default_factory=list)
    unchanged: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    finished: list[tuple[str, str, int]] = field(default_factory=list)
    bytes_done: int = 0
    source: str = ""

    @property
    def passages(self) -> int:
        """How many passages the new articles have."""
        return sum(len(new.passages) for new in self.new)

    @property
    def full(self) -> bool:
        """Whether it is time to store it."""
        return self.passages >= BATCH_PASSAGES or len(self.new) + self.unchanged >= BATCH_ARTICLES


@dataclass(frozen=True, slots=True)
class Known:
    """Look-ups in what is stored already.

    Attributes:
        article: the (id, fingerprint) of the live version of this article, by its id, else its URL; or None.
        articles_of_file: (name, hash) to how many articles a finished file gave, or None.
    """

    article: Callable[[Article], tuple[str, str] | None]
    articles_of_file: Callable[[str, str], int | None]


def passage_head(article: Article) -> str:
    """Return what models are told of a passage's article: title and day, "" where neither is known."""
    day = f"{article.published:%B} {article.published.day}, {article.published.year}" if article.published else ""
    return ". ".join(part for part in (article.title.strip().rstrip("."), day) if part)


def passage_input(article: Article, text: str) -> str:
    """Return what is embedded for a passage: its head stands before the text, never in it."""
    head = passage_head(article)
    return f"{head}. {text}" if head else text


def embed_batch(batch: Batch, embedder: Embedder) -> Vectors:
    """Return (passages, dimension) float32 for the passages of a batch, in order."""
    return embedder.embed_passages(
        [passage_input(new.article, passage.text) for new in batch.new for passage in new.passages]
    )


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


def fingerprint(article: Article) -> str:
    """Return a hash of all that is stored of an article but its source."""
    facts = [
        article.text,
        article.url,
        article.title,
        article.outlet,
        str(article.published),
        article.authors,
        article.language,
        json.dumps(dict(article.extra), sort_keys=True, default=str),
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


class Reader:
    """Turns sources into batches, in a thread of its own, so that parsing overlaps with embedding.

    Args:
        sources: files, folders, globs, "-".
        known: what is stored already.
        embedder: gives the embedder; called only when there is something new.
    """

    def __init__(self, sources: Iterable[str | Path], known: Known, embedder: Callable[[], Embedder]) -> None:
        self._known, self._embedder = known, embedder
        self._seen: dict[str, str] = {}
        found = list(discover(sources))
        self._files = [entry for entry in found if isinstance(entry, SourceFile)]
        self._refused = [entry for entry in found if isinstance(entry, Skipped)]
        self.bytes_total = sum(file.size for file in self._files)
        self._bytes_before = 0
        self._stream: IO[bytes] | None = None

    def batches(self) -> Iterator[Batch]:
        """Yield batches; an exception of the reading thread is raised here."""
        waiting: queue.Queue[Batch | BaseException | None] = queue.Queue(maxsize=_QUEUED_BATCHES)
        stop = threading.Event()

        def put(item: Batch | BaseException | None) -> None:
            while not stop.is_set():
                try:
                    waiting.put(item, timeout=0.2)
                    return
                except queue.Full:
                    continue

        def read() -> None:
            try:
                for batch in self._read():
                    put(batch)
                    if stop.is_set():
                        return
                put(None)
            except BaseException as error:  # handed to the thread that waits for it
                put(error)

        thread = threading.Thread(target=read, name="pullquote-reading", daemon=True)
        thread.start()
        try:
            while (item := waiting.get()) is not None:
                if isinstance(item, BaseException):
                    raise item
                yield item
        finally:
            stop.set()
            thread.join(timeout=10)

    def _read(self) -> Iterator[Batch]:
        batch = Batch(skipped=list(self._refused))
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
                        self._take(item, batch)
                        articles += 1
                    if batch.full:
                        batch.bytes_done = self._bytes_before + self._position()
                        yield batch
                        batch = Batch(source=file.name, bytes_done=batch.bytes_done)
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

    def _take(self, article: Article, batch: Batch) -> None:
        known = self._known.article(article)
        article = replace(article, id=known[0] if known else article_id(article))
        print_ = fingerprint(article)
        before = self._seen.get(article.id)
        if before is not None and before != print_:
            reason = f"the id or URL {article.id!r} came up before in this run with another text"
            batch.skipped.append(Skipped(article.source, reason))
            return
        self._seen[article.id] = print_
        if before is not None or (known and known[1] == print_):
            batch.unchanged += 1
            return
        furniture = furniture_ranges(article)
        passages = split_passages(article, furniture, self._embedder().count_tokens)
        if not passages:
            batch.skipped.append(Skipped(article.source, "has no text besides page furniture"))
            return
        batch.new.append(NewArticle(article, print_, furniture, passages))
