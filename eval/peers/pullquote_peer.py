"""Pullquote itself, under the same protocol: `add` in one process, `ask` in another.

    python -m pullquote.eval.peers.pullquote_peer add  SOURCES.json OUTPUT_FOLDER
    python -m pullquote.eval.peers.pullquote_peer ask  JOB.json     OUTPUT_FOLDER

`add` comes first: the passages that it cuts are everyone's. Its time is all that `add` does: reading and cleaning
the articles, cutting, embedding, storing and the keyword index, where the others only embed and store.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from pullquote import Archive, Engine
from pullquote.eval.peers.peer_protocol import (
    Job,
    Passage,
    PeerAnswer,
    conditions,
    peak_memory_mb,
    run,
    say,
    write_facts,
)
from pullquote.filters import Filters
from pullquote.index.embedding.embedder import SentenceTransformerEmbedder
from pullquote.qa.reading.shipped import SMALL_READER

ARCHIVE_FOLDER = "archive.pq"


def passage_id(article_id: str, start: int, end: int) -> str:
    """Return the id by which the job knows a passage."""
    return f"{article_id}#{start}-{end}"


def add(sources: Sequence[str], output: Path, threads: int) -> None:
    """Make the archive in the output folder, and write how long that took."""
    import torch

    torch.set_num_threads(threads)
    began = conditions()
    embedder = SentenceTransformerEmbedder()
    embedder.embed_passages(["The first call allocates."] * 32)
    with Archive.open(output / ARCHIVE_FOLDER, create=True, embedder=embedder) as archive:
        report = archive.add(sources, progress=lambda done: say(f"{done.passages} passages added"))
    write_facts(
        output,
        {
            **began,
            "articles": len(report.added) + len(report.updated),
            "passages": report.passages,
            "index_s": report.seconds,
            "passages_per_s": report.passages / report.seconds,
            "peak_memory_mb": peak_memory_mb(),
            "skipped": [f"{one.source}: {one.reason}." for one in report.skipped if not one.unsupported],
        },
    )


class Pullquote:
    """Asks an archive that `add` has made."""

    packages = ("pullquote", "sentence-transformers", "transformers", "torch", "faiss-cpu", "tantivy", "numpy")

    def __init__(self, job: Job) -> None:
        import torch

        torch.set_num_threads(job["threads"])
        self._archive = Archive.open(job["archive"])
        # The others read with this one's weights.
        self._engine = Engine(self._archive, reader=SMALL_READER)

    def load(self, passages: Sequence[Passage]) -> None:
        """Load the models and the index."""
        self._engine.warm_up()

    def index(self, passages: Sequence[Passage]) -> None:
        """They are in the archive already."""

    def ask(self, question: str, as_of: str | None) -> PeerAnswer:
        """Return the engine's answer and its best candidate."""
        answer = self._engine.ask(question, as_of=as_of)
        if not answer.answers:
            return PeerAnswer()
        best = answer.answers[0]
        cited = best.citations[0]
        return PeerAnswer(
            text=answer.answer,
            best=best.text,
            score=answer.confidence,
            passage=passage_id(cited.article_id, cited.passage_start, cited.passage_end),
        )

    def search(self, question: str, as_of: str | None, depth: int) -> list[str]:
        """Return ids of the passages found, best first."""
        hits = self._archive.search(question, limit=depth, filters=Filters.of(as_of=as_of))
        return [passage_id(hit.article.id, hit.passage.start, hit.passage.end) for hit in hits]


if __name__ == "__main__":
    if sys.argv[1] == "add":
        given = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
        add(given["sources"], Path(sys.argv[3]), given["threads"])
    else:
        run(Pullquote, sys.argv[2:])
