"""The archive that is mistreated: invented articles, and what a reader sees of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pullquote.index.adding import adding
from pullquote.index.archive import Archive
from pullquote.index.embedding.embedder import Embedder
from pullquote.index.storage.pending import rows_to_embed

Rows = Sequence[dict[str, Any]]
Tell = Callable[[Any], None]

# What `check` says of an erasure that was refused or killed, and that the next writer finishes.
UNFINISHED = "an erasure was interrupted: what is to be erased may still stand in some file"

# So small that a few articles make several.
BATCH_PASSAGES = 6


def small_batches() -> None:
    """Make batches of this process, and of those forked from it, small."""
    adding.BATCH_PASSAGES = adding.WORDS_FIRST_PASSAGES = BATCH_PASSAGES


def write_rows(file: Path, rows: Rows) -> Path:
    """Write articles to a file of JSON lines and return it."""
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def add(tell: Tell, archive: Path, source: Path, embedder: Embedder) -> None:
    """Add a file, telling how many of its articles are committed."""
    with Archive.open(archive, create=True, embedder=embedder) as opened:
        opened.add([source], progress=lambda at: tell(at.articles))


def remove(tell: Tell, archive: Path, names: Sequence[str], embedder: Embedder) -> None:
    """Remove articles, telling when it is done."""
    with Archive.open(archive, embedder=embedder) as opened:
        opened.remove(names)
        tell("done")


def erase(tell: Tell, archive: Path, names: Sequence[str], embedder: Embedder) -> None:
    """Erase articles, telling when it is done."""
    with Archive.open(archive, embedder=embedder) as opened:
        opened.remove(names, erase=True)
        tell("done")


def optimize(tell: Tell, archive: Path, embedder: Embedder) -> None:
    """Rewrite the followers, telling when it is done."""
    with Archive.open(archive, embedder=embedder) as opened:
        opened.optimize()
        tell("done")


def mend(tell: Tell, archive: Path, embedder: Embedder) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Repair the archive; return (problems left, what was done, advice)."""
    with Archive.open(archive, embedder=embedder) as opened:
        report = opened.check(repair=True)
        tell("done")
        return report.problems, report.repaired, report.advice


def settle(_: Tell, archive: Path, embedder: Embedder) -> None:
    """Let a writer finish what another one began."""
    with Archive.open(archive, embedder=embedder) as opened:
        opened.remove(["nobody"])


def seen(_: Tell, archive: Path, ids: Sequence[str], queries: Sequence[str], embedder: Embedder) -> dict[str, Any]:
    """Return what a reader sees: problems of `check`, texts by id, and the ids that each query finds in both searches.

    The views are taken by one handle, so that a difference between them is a mixed view.
    """
    with Archive.open(archive, embedder=embedder) as opened:
        report = opened.check()
        texts = {name: article.text for name in ids if (article := opened.article(name))}
        found = {}
        for query in queries:
            hits = [copy for hit in opened.search(query, limit=1000) for copy in (hit, *hit.near_duplicates)]
            found[query] = (
                sorted({hit.article.id for hit in hits if hit.dense_rank}),
                sorted({hit.article.id for hit in hits if hit.lexical_rank}),
                all(hit.article.text[hit.passage.start : hit.passage.end] == hit.passage.text for hit in hits),
                {hit.article.id: hit.article.text for hit in hits},
            )
        counts = opened.count_articles(), opened.info().articles, len(opened.bylines())
        left = [row for first, end in rows_to_embed(opened._database) for row in range(first, end)]
        rowids = {place[0] for row in left if (place := opened._database.passage_if_there(row))}
        return {
            "problems": report.problems,
            "texts": texts,
            "found": found,
            "counts": counts,
            # What a killed `add` stored and hadn't embedded yet is found by its words alone.
            "by_words": {opened._database.article(rowid).id for rowid in rowids},
        }
