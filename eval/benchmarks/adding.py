"""How fast `add` stores articles, whatever embeds them, and how soon a first question is answered meanwhile.

    python -m pullquote.eval.benchmarks.adding articles.jsonl.gz [--articles N] [--copies N] [--stretch N]
    python -m pullquote.eval.benchmarks.adding articles.jsonl.gz --ask "Who ...?" [--articles N]

The first prints passages/s of all of `add` but the embedder's own time: reading, furniture, cutting, telling new from
known, the database, the vector log, the lexical index. Tokens are counted as ever; vectors are ready-made. `--copies`
adds the articles again under other addresses, so that the archive grows. Each stretch says passages a second by the
clock and by the processor's time of all threads; the second is what counts on a machine that does other things, too.
Where it goes is in microseconds a passage of the calling thread's processor time; parts with a dash are in the one
above.

The second lets another process add with the default embedder, and asks as soon as the first batch can be found, and as
soon as all articles can. Then that process is stopped: embedding goes on for long.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from pullquote import Archive, Engine
from pullquote.commands import run
from pullquote.index.adding import adding
from pullquote.index.adding.writing import Writer
from pullquote.index.backends.lexical import LexicalIndex
from pullquote.index.embedding.embedder import SentenceTransformerEmbedder, Vectors
from pullquote.index.storage.database import Database
from pullquote.reports import AddProgress

_PARTS: dict[str, tuple[Any, str]] = {
    "words compared with copies": (adding, "words_digest"),
    "furniture": (adding, "furniture_ranges"),
    "cutting": (adding, "split_passages"),
    "storing": (Writer, "store"),
    "- database": (Database, "insert"),
    "- lexical index": (LexicalIndex, "apply"),
    "printed words": (Archive, "_followed"),
}


class MadeVectors:
    """An embedder that costs next to nothing: it counts the default's tokens, and gives ready-made vectors."""

    name, sha256, dimension = "made", "0" * 64, 384

    def __init__(self) -> None:
        self.count_tokens = SentenceTransformerEmbedder().count_tokens
        vectors = np.random.default_rng(0).standard_normal((1024, self.dimension)).astype(np.float32)
        self._vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def embed_passages(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Vectors:
        """Return (n, 384) float32."""
        vectors: Vectors = self._vectors[np.arange(len(texts)) % len(self._vectors)]
        return vectors

    def embed_query(self, text: str) -> Vectors:
        """Return (384,) float32."""
        vector: Vectors = self.embed_passages([text])[0]
        return vector


class Stretches:
    """Hears of progress, and notes how fast each stretch of passages was stored.

    Args:
        length: of a stretch, in passages.
    """

    def __init__(self, length: int) -> None:
        self._length, self._before = length, (0, time.perf_counter(), _cpu_s())
        self.rates: list[dict[str, int]] = []

    def __call__(self, progress: AddProgress) -> None:
        """Note the stretch that is over, if one is."""
        passages, wall, cpu = self._before
        count = progress.passages - passages
        if progress.to_embed or count < self._length:
            return
        now = progress.passages, time.perf_counter(), _cpu_s()
        self.rates.append(
            {"up_to": now[0], "per_s": round(count / (now[1] - wall)), "per_cpu_s": round(count / (now[2] - cpu))}
        )
        self._before = now


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _timed(function: Callable[..., Any], name: str, spent: Counter[str]) -> Callable[..., Any]:
    @wraps(function)
    def timed(*arguments: Any, **named: Any) -> Any:
        begun = time.thread_time()
        try:
            return function(*arguments, **named)
        finally:
            spent[name] += time.thread_time() - begun  # type: ignore[assignment]

    return timed


def _lines(file: Path, articles: int | None, copies: int) -> Iterator[str]:
    """Yield the lines of a file of articles, then those of its copies."""
    for copy in range(copies):
        with gzip.open(file, "rt") if file.suffix == ".gz" else file.open(encoding="utf-8") as lines:
            for number, line in enumerate(islice(lines, articles)):
                if copy:
                    record = json.loads(line)
                    record["id"], record["url"] = f"{copy}-{number}", f"https://copies.example/{copy}/{number}"
                    line = json.dumps(record) + "\n"
                yield line


def pipeline(source: Path, folder: Path, stretch: int) -> dict[str, Any]:
    """Return how fast `add` is without an embedder."""
    embedder = MadeVectors()
    spent: Counter[str] = Counter()
    for name, (owner, attribute) in _PARTS.items():
        setattr(owner, attribute, _timed(getattr(owner, attribute), name, spent))
    stretches, begun, cpu = Stretches(stretch), time.perf_counter(), _cpu_s()
    with Archive.open(folder, create=True, embedder=embedder) as archive:
        report = archive.add([source], progress=stretches)
    wall, cpu = time.perf_counter() - begun, _cpu_s() - cpu
    return {
        "articles": len(report.added),
        "passages": report.passages,
        "per_s": round(report.passages / wall),
        "per_cpu_s": round(report.passages / cpu),
        "stretches": stretches.rates,
        "microseconds_a_passage": {name: round(1e6 * spent[name] / report.passages) for name in _PARTS},
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


_WRITER = """
import sys
from pullquote import Archive
def tell(at):
    print(at.bytes_done, at.bytes_total, flush=True)
with Archive.open(sys.argv[2], create=True) as archive:
    archive.add([sys.argv[1]], progress=tell)
"""


def first_answers(source: Path, folder: Path, question: str) -> dict[str, Any]:
    """Return after how many seconds a question was answered of the first batch, and of all articles."""
    begun = time.perf_counter()
    command = [sys.executable, "-c", _WRITER, str(source), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        told = map(str.split, writer.stdout or ())
        next(told)
        first = _answered(folder, question, begun)
        for done, total in told:
            if done == total:
                break
        whole = _answered(folder, question, begun)
        used = sum(map(float, Path(f"/proc/{writer.pid}/stat").read_text().rpartition(")")[2].split()[11:13]))
        writer.kill()
    return {"of_the_first_batch": first, "of_all": whole, "writer_cpu_s": round(used / os.sysconf("SC_CLK_TCK"), 1)}


def _answered(folder: Path, question: str, begun: float) -> dict[str, Any]:
    stored_s = time.perf_counter() - begun
    with Archive.open(folder) as archive:
        answer = Engine(archive).ask(question)
    return {
        "articles": answer.searched.articles,
        "passages": answer.searched.passages,
        "not_embedded": answer.searched.unembedded,
        "stored_s": round(stored_s, 1),
        "answered_s": round(time.perf_counter() - begun, 1),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command of the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m pullquote.eval.benchmarks.adding", description=__doc__)
    parser.add_argument("articles_file", type=Path)
    parser.add_argument("--articles", type=int)
    parser.add_argument("--copies", type=int, default=1)
    parser.add_argument("--stretch", type=int, default=50_000)
    parser.add_argument("--ask", metavar="QUESTION")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        source, folder = Path(temporary) / "articles.jsonl", Path(temporary) / "archive"
        with source.open("w", encoding="utf-8") as stream:
            stream.writelines(_lines(options.articles_file, options.articles, options.copies))
        asked = options.ask
        found = first_answers(source, folder, asked) if asked else pipeline(source, folder, options.stretch)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    run(main)
