"""The local back end, which is exact, and Milvus, both made from one archive that was embedded once.

    python -m pullquote.eval.benchmarks.back_ends ARTICLES QUESTIONS [--split 2022] [--archive news.pq]
        [--index http://HOST:19530] [--limit 200]

ARTICLES go into the archive, unless it is there already; QUESTIONS are those of RealTime QA, each bound by its day.
Without `--index`, Milvus Lite searches a temporary file. Prints one JSON line a back end: hit@k in percent,
seconds to build, milliseconds a search. A last line compares them: in percent, recall@10 of vectors against the exact
ten, how much of BM25's ten is the same, how many searches begin with the same passage, and how many give the same
twenty in the same order.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pullquote.answers import Hit
from pullquote.commands import run
from pullquote.errors import InputError
from pullquote.eval.gold.formats import read_realtime_qa
from pullquote.eval.gold.questions import GoldQuestion
from pullquote.eval.metrics.retrieval import answer_hit
from pullquote.filters import Filters
from pullquote.index.archive import Archive
from pullquote.index.backends.base import Index
from pullquote.index.backends.local import LocalIndex
from pullquote.index.backends.opening import LOCAL, is_at
from pullquote.index.search import searching
from pullquote.index.search.ranking import ranker_for

_RANKS = (1, 5, 20)
_TEN = 10


def compare(archive: Archive, address: str, questions: Sequence[GoldQuestion]) -> list[dict[str, Any]]:
    """Return the figures of the local back end, of Milvus, and of the two beside each other.

    Args:
        archive: with articles; its own back end is written anew first.
        address: where Milvus is to index it: nothing may be there under the archive's name.
        questions: at least one.

    Raises:
        InputError: the archive is searched at an address.
    """
    if not is_at(archive._database, LOCAL):
        raise InputError(f"{archive.path} is searched at an address; give an archive that searches itself.")
    from pullquote.index.backends.milvus.address import MilvusAddress
    from pullquote.index.backends.milvus.index import MilvusIndex

    files = archive._files(archive._database)
    local = LocalIndex(files)
    milvus = MilvusIndex(files, MilvusAddress.parse(address, archive=archive.path))
    try:
        with archive._locked() as database:
            built = [_seconds(LocalIndex(archive._files(database)).rebuild), _seconds(milvus.rebuild)]
        engines: dict[str, Index] = {"local": local, "milvus": milvus}
        vectors = [archive.embedder.embed_query(question.question) for question in questions]
        lines: list[dict[str, Any]] = []
        found: list[list[list[Hit]]] = []
        for (name, index), built_s in zip(engines.items(), built, strict=True):
            index.refresh()
            hits, times = _searched(archive, index, questions, vectors)
            found.append(hits)
            lines.append({"back_end": name, **_hit_rates(hits, questions), "build_s": round(built_s, 1), **times})
        return [*lines, _beside(local, milvus, questions, vectors, found)]
    finally:
        milvus.close()


def _seconds(build: Callable[[], None]) -> float:
    begun = time.perf_counter()
    build()
    return time.perf_counter() - begun


def _searched(
    archive: Archive, index: Index, questions: Sequence[GoldQuestion], vectors: Sequence[Any]
) -> tuple[list[list[Hit]], dict[str, float]]:
    """Return each question's hits, and how long a search takes; the first, which opens files, isn't counted."""
    hits, times = [], []
    ranker = ranker_for(archive.embedder.sha256)
    for question, vector in zip((questions[0], *questions), (vectors[0], *vectors), strict=True):
        begun = time.perf_counter()
        one, _ = searching.run(
            archive._database,
            index,
            question.question,
            vector,
            limit=max(_RANKS),
            filters=Filters(as_of=question.as_of),
            ranker=ranker,
        )
        times.append(1000 * (time.perf_counter() - begun))
        hits.append(one)
    figures = {"median_ms": float(np.median(times[1:])), "p95_ms": float(np.percentile(times[1:], 95))}
    return hits[1:], {name: round(value, 1) for name, value in figures.items()}


def _hit_rates(hits: Sequence[Sequence[Hit]], questions: Sequence[GoldQuestion]) -> dict[str, float]:
    rates = [
        list(answer_hit([hit.passage.text for hit in one], question.answers, _RANKS).values())
        for one, question in zip(hits, questions, strict=True)
    ]
    return {
        f"hit@{rank}": round(float(mean), 1) for rank, mean in zip(_RANKS, 100 * np.mean(rates, axis=0), strict=True)
    }


def _beside(
    local: Index,
    milvus: Index,
    questions: Sequence[GoldQuestion],
    vectors: Sequence[Any],
    found: Sequence[Sequence[Sequence[Hit]]],
) -> dict[str, Any]:
    """Return how much of the exact ten of each search Milvus finds, and how many whole searches are the same."""
    shares: dict[str, list[float]] = {"recall@10": [], "bm25_ten": []}
    for question, vector in zip(questions, vectors, strict=True):
        filters = Filters(as_of=question.as_of)
        for name, pair in (
            ("recall@10", [index.by_vector(vector, filters, _TEN) for index in (local, milvus)]),
            ("bm25_ten", [index.by_terms(question.question, filters, _TEN) for index in (local, milvus)]),
        ):
            exact, other = ({match.row for match in matches} for matches in pair)
            if exact:
                shares[name].append(len(exact & other) / len(exact))
    rows = [[[(hit.article.id, hit.passage.start) for hit in one] for one in hits] for hits in found]
    same_first = [one[:1] == other[:1] for one, other in zip(*rows, strict=True)]
    same = [one == other for one, other in zip(*rows, strict=True)]
    means = {**shares, "same_first": same_first, "same_twenty": same}
    return {
        "questions": len(questions),
        "passages": local.live_passages(),
        **{name: round(100 * float(np.mean(values)), 2) for name, values in means.items() if values},
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command of the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m pullquote.eval.benchmarks.back_ends", description=__doc__)
    parser.add_argument("articles", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--split", default="2022")
    parser.add_argument("--archive", type=Path, help="made of ARTICLES where there is none (default: a temporary one)")
    parser.add_argument("--index", help="where Milvus is (default: Milvus Lite in a temporary file)")
    parser.add_argument("--limit", type=int, default=200, help="so many questions, spread evenly (default: 200)")
    options = parser.parse_args(arguments)
    questions = list(read_realtime_qa(options.questions).of_split(options.split))
    step = max(1, len(questions) // options.limit)
    with tempfile.TemporaryDirectory() as temporary:
        path = options.archive or Path(temporary) / "news.pq"
        with Archive.open(path, create=True) as archive:
            if not archive.count_articles():
                archive.add([options.articles])
            for line in compare(archive, options.index or f"{temporary}/index.db", questions[::step][: options.limit]):
                print(json.dumps(line), flush=True)


if __name__ == "__main__":
    run(main)
