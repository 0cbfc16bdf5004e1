"""Opening and searching archives of up to tens of millions of passages, by their vectors.

    python -m pullquote.eval.benchmarks.scale --passages 100000 1000000 10000000 --work DIR [--like news.pq]

Vectors are made (`made_vectors`), like those of an archive, or of the paragraphs of `eval/newsroom`; facts are made
(`made_archive`). Each size is made once and stays in DIR: 1.3 KB a passage. A fresh process opens it, and is asked
questions whose vectors lie near passages of it: of all, of one year, of a month of one outlet. An archive is searched
exactly or by clusters according to its size; the exact search is measured in the same process, and says what is right
for recall@10. All times are of one processor core, not of the clock. Text and words are left out: what they cost is in
"Search over real news".
"""

from __future__ import annotations

import argparse
import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from unittest import mock

import numpy as np
from rich.console import Console
from rich.table import Table

from pullquote.commands import run
from pullquote.eval.benchmarks import made_archive
from pullquote.eval.benchmarks.made_vectors import VectorMaker, Vectors
from pullquote.filters import Filters
from pullquote.index.archive import Archive
from pullquote.index.backends import visible
from pullquote.index.backends.snapshot import Snapshot
from pullquote.index.embedding.embedder import SentenceTransformerEmbedder
from pullquote.index.embedding.names import DEFAULT_EMBEDDER
from pullquote.index.storage.archive_files import DATABASE, VECTORS
from pullquote.index.storage.database import Database
from pullquote.index.storage.vector_log import VectorLog

_NEWSROOM = Path(__file__).parents[1] / "newsroom" / "articles"
_LIMIT = 100  # as deep as a search looks
_TEN = 10
# Passages, or at least as many paragraphs, whose covariance made vectors have.
_REAL_PASSAGES, _REAL_PARAGRAPHS = 4_000, 1_200
# From so many passages on, the archive isn't also opened row by row, which takes gigabytes.
_OPENED_BY_ROWS_UP_TO = 2_000_000
FILTERS = {
    "all": Filters(),
    "a year": Filters(since=made_archive.day_of(0.5), until=made_archive.day_of(0.6)),
    "a month, an outlet": Filters(
        since=made_archive.day_of(0.5), until=made_archive.day_of(0.508), outlets=("Outlet 7",)
    ),
}


@dataclass(frozen=True, slots=True)
class Opened:
    """What opening an archive cost a fresh process: seconds, and MB of its own memory and of mapped files."""

    seconds: float
    own_mb: float
    mapped_mb: float


@dataclass(frozen=True, slots=True)
class Asked:
    """Milliseconds of each search by the archive's own way and exactly, and how much of the exact ten was found."""

    passages: int
    times_ms: list[float]
    exact_ms: list[float]
    recall: float


def _opened(path: Path) -> Snapshot:
    database = Database(path / DATABASE, write=False)
    opened = Snapshot(database, VectorLog(path / VECTORS, int(database.manifest()["dimension"])))
    opened.refresh()
    return opened


def open_once(path: Path, *, by_rows: bool) -> Opened:
    """Open an archive in this process, as if it had no mapped files if asked to, up to the first search."""
    none = mock.patch.object(visible, "noted", return_value=None) if by_rows else contextlib.nullcontext()
    before = _memory_mb("RssAnon")
    begun = time.process_time()
    with none:
        opened = _opened(path)
        opened.masks(Filters())
    seconds = time.process_time() - begun
    return Opened(seconds, _memory_mb("RssAnon") - before, _memory_mb("RssFile"))


def ask(path: Path, questions: Vectors) -> dict[str, Asked]:
    """Ask an archive each question under each filter, and the exact search beside it."""
    opened = _opened(path)
    clusters = opened._clusters
    asked = {}
    for name, filters in FILTERS.items():
        passages = opened.masks(filters)[1]
        found: list[list[set[int]]] = []
        times: list[list[float]] = []
        for way in (None, clusters):
            opened._clusters = way
            tens, took = [], []
            for question in (questions[0], *questions):  # the first reads what isn't in memory
                begun = time.process_time()
                matches = opened.dense_search(question, passages, _LIMIT)
                took.append(1000 * (time.process_time() - begun))
                tens.append({match.row for match in matches[:_TEN]})
            found.append(tens[1:])
            times.append(took[1:])
        shares = [len(exact & other) / len(exact) for exact, other in zip(*found, strict=True) if exact]
        asked[name] = Asked(int(passages.sum()), times[1], times[0], float(np.mean(shares)))
    return asked


def _memory_mb(kind: str) -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(kind)) / 1024


def real_vectors(archive: Path | None) -> Vectors:
    """Return (n, dimension) float32: passages of an archive, or paragraphs of `eval/newsroom`, embedded now."""
    if archive is not None:
        with Archive.open(archive) as opened:
            log = opened._vectors
            rows = np.linspace(0, opened._database.number("vector_rows") - 1, _REAL_PASSAGES).astype(np.int64)
            found: Vectors = log.take(rows).astype(np.float32)
        embedded: Vectors = found[np.linalg.norm(found, axis=1) > 0.5]  # what was erased has zeros
        return embedded
    texts = [
        paragraph
        for file in sorted(_NEWSROOM.rglob("*"))
        if file.is_file()
        for paragraph in file.read_text(encoding="utf-8", errors="replace").splitlines()
        if len(paragraph) > 100
    ]
    return SentenceTransformerEmbedder(DEFAULT_EMBEDDER).embed_passages(
        texts[:: max(1, len(texts) // _REAL_PARAGRAPHS)]
    )


def _questions(path: Path, maker: VectorMaker, passages: int, count: int) -> Vectors:
    rows = np.sort(np.random.default_rng(maker.seed).choice(passages - 2, size=count, replace=False))
    log = VectorLog(path / VECTORS, len(maker.mean))
    centres = sum(log.take(rows + more).astype(np.float32) for more in range(3)) / 3
    return maker.questions(centres / np.linalg.norm(centres, axis=1, keepdims=True))


def measure(path: Path, maker: Callable[[], VectorMaker], passages: int, questions: int) -> list[list[str]]:
    """Return the rows of the table for one size; the archive is made where there is none."""
    begun = time.monotonic()
    if not (path / DATABASE).exists():
        made_archive.make(path, passages, maker())
    made_s = time.monotonic() - begun
    begun = time.monotonic()
    made_archive.optimize(path)
    print(f"{passages:,}: made in {made_s:.0f} s, optimized in {time.monotonic() - begun:.0f} s", flush=True)
    vectors = _questions(path, maker(), passages, questions)
    with get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        opened = pool.apply(open_once, (path,), {"by_rows": False})
        rows = pool.apply(open_once, (path,), {"by_rows": True}) if passages <= _OPENED_BY_ROWS_UP_TO else None
        asked = pool.apply(ask, (path, vectors))
    return [_row(path, passages, name, one, opened, rows) for name, one in asked.items()]


def _row(path: Path, passages: int, name: str, asked: Asked, opened: Opened, by_rows: Opened | None) -> list[str]:
    if name != "all":
        facts = [""] * 4
    else:
        mapped = sum(file.stat().st_size for kind in ("articles-*", "clusters-*") for file in path.glob(kind))
        old = f"{by_rows.seconds:.1f} s, {by_rows.own_mb:,.0f} MB" if by_rows else "not measured"
        now = f"{opened.seconds:.2f} s, {opened.own_mb:,.0f} MB"
        facts = [
            f"{passages:,}",
            f"{(path / VECTORS).stat().st_size / passages:.0f} + {mapped / passages:.0f}",
            now,
            old,
        ]
    return [*facts, name, f"{asked.passages:,}", _times(asked.times_ms), _times(asked.exact_ms), f"{asked.recall:.3f}"]


def _times(times: Sequence[float]) -> str:
    return f"{np.median(times):.1f}, {np.percentile(times, 95):.1f}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command of the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m pullquote.eval.benchmarks.scale", description=__doc__)
    parser.add_argument("--passages", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--work", type=Path, required=True, metavar="DIR", help="where the archives are made, and stay")
    parser.add_argument("--questions", type=int, default=50)
    parser.add_argument("--like", type=Path, metavar="ARCHIVE", help="whose vectors the made ones are like")
    options = parser.parse_args(arguments)
    options.work.mkdir(parents=True, exist_ok=True)
    maker = VectorMaker.like(real_vectors(options.like))
    table = Table(
        "passages",
        "bytes of vectors + mapped files",
        "opened",
        "opened by rows",
        "filter",
        "left",
        "search, ms: median, 95%",
        "exact",
        "recall@10",
    )
    for passages in options.passages:
        for row in measure(options.work / f"{passages}.pq", lambda: maker, passages, options.questions):
            table.add_row(*row)
    Console(width=160).print(table)


if __name__ == "__main__":
    run(main)
