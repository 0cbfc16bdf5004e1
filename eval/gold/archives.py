"""The archive of the articles that a gold set brings: built once, kept in the user's cache as long as it fits."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory

import platformdirs

from pullquote.errors import InputError, SourceError
from pullquote.eval.gold.files import write_articles
from pullquote.eval.gold.folder_cache import FolderCache, discard, is_whole
from pullquote.eval.gold.hashes import code_sha256, files_sha256, json_sha256
from pullquote.eval.gold.questions import GoldSet
from pullquote.index.archive import Archive
from pullquote.index.embedding.embedder import DEFAULT_SHA256
from pullquote.index.embedding.names import DEFAULT_EMBEDDER
from pullquote.index.embedding.precision import has_fast_bfloat16
from pullquote.index.sources.files import sidecar_of
from pullquote.reports import AddProgress

CACHE_VARIABLE = "PULLQUOTE_CACHE"
# The shipped set's archive has 4 MB, one of six thousand articles 120 MB: enough for a few sets and a few states of
# the code, and no burden on a laptop's disk.
_KEPT = 4
_CACHE, _ARCHIVE = "eval-archives", "archive.pq"
# What reads, cuts, embeds and stores articles; another version may do it in another way.
_LIBRARIES = (
    "charset-normalizer", "feedparser", "htmldate", "lxml", "numpy", "pyyaml", "sentence-transformers", "syntok",
    "tantivy", "tokenizers", "torch", "trafilatura", "transformers",
)  # fmt: skip

Progress = Callable[[AddProgress], None]


def cache_folder() -> Path:
    """Return the folder that PULLQUOTE_CACHE names, else the user's cache folder for Pullquote."""
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named) if named else platformdirs.user_cache_path("pullquote", appauthor=False)


@contextmanager
def gold_archive(
    gold: GoldSet,
    *,
    rebuild: bool = False,
    progress: Progress | None = None,
    tell: Callable[[str], None] = lambda sentence: None,
) -> Iterator[Archive]:
    """Give the archive of a gold set's articles: from the cache, or built and put there.

    Several processes may do so at once: one builds, the others wait for it.

    Args:
        gold: brings its articles.
        rebuild: build it anew even if the cache has it.
        progress: as of `Archive.add`.
        tell: called with a sentence where the archive comes from the cache, or can't be kept there.

    Raises:
        InputError: the set brings no articles.
        SourceError: one of them can't be used: a gold set must not lack an article silently.
        PullquoteError: as `Archive.open` and `Archive.add`.
    """
    if not gold.brings_articles:
        raise InputError(f"The question set {gold.name} brings no articles; name an archive of them: --archive DIR.")
    try:
        cache = FolderCache(cache_folder() / _CACHE, kept=_KEPT)
    except OSError as error:
        tell(f"the cache {cache_folder()} can't be used ({error.strerror}); the archive is built for this run alone.")
        with (
            TemporaryDirectory(prefix="pullquote-eval-") as folder,
            build_archive(gold, Path(folder) / _ARCHIVE, progress=progress) as archive,
        ):
            yield archive
        return
    with _from_cache(cache, gold, rebuild=rebuild, progress=progress, tell=tell) as archive:
        yield archive


@contextmanager
def _from_cache(
    cache: FolderCache, gold: GoldSet, *, rebuild: bool, progress: Progress | None, tell: Callable[[str], None]
) -> Iterator[Archive]:
    key = archive_key(gold)
    with ExitStack() as stack:
        with cache.making(key, waits=lambda: tell("another process builds the same archive; waiting for it.")):
            folder = None if rebuild else stack.enter_context(cache.taken(key))
            if folder and not is_whole(folder):
                tell(f"the archive in the cache, {folder}, is damaged; it is built anew.")
                discard(folder)
                folder = None
            if folder:
                tell(f"archive from cache: {folder} (--rebuild builds it anew)")
                archive = Archive.open(folder / _ARCHIVE)
            else:
                part, put = stack.enter_context(cache.made(key))
                with build_archive(gold, part / _ARCHIVE, progress=progress) as built:
                    embedder = built.embedder
                archive = Archive.open(put() / _ARCHIVE, embedder=embedder)
        stack.enter_context(archive)
        cache.tidy()
        yield archive


def archive_key(gold: GoldSet) -> str:
    """Return a hash of everything that the archive of a gold set's articles depends on."""
    sidecars = [sidecar for source in gold.sources if source.is_file() and (sidecar := sidecar_of(source))]
    made_of = [
        code_sha256("index"),
        (DEFAULT_EMBEDDER, DEFAULT_SHA256, has_fast_bfloat16()),
        [(name, _version(name)) for name in _LIBRARIES],
        files_sha256([*gold.sources, *sidecars]),
        [(article.id, article.title, article.text) for article in gold.articles],
    ]
    return json_sha256(made_of)[:16]


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def build_archive(gold: GoldSet, folder: Path, *, progress: Progress | None = None) -> Archive:
    """Return a new archive of the articles that a gold set brings.

    Raises:
        SourceError: an article of its sources can't be used.
        PullquoteError: as `Archive.open` and `Archive.add`.
    """
    archive = Archive.open(folder, create=True)
    try:
        sources = [*gold.sources]
        with TemporaryDirectory(prefix="pullquote-articles-") as written:
            if gold.articles:
                sources.append(write_articles(gold.articles, Path(written) / "articles.jsonl"))
            report = archive.add(sources, progress=progress)
        lost = [skipped for skipped in report.skipped if not skipped.unsupported]
        if lost and gold.sources:
            raise SourceError(f"{lost[0].source}: {lost[0].reason}.")
    except BaseException:
        archive.close()
        raise
    return archive
