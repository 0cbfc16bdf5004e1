"""How fast an archive is opened and checked: `python -m pullquote.eval.benchmarks.checking --passages 181000`.

Without `--archive`, one is made of invented words and random vectors, which cost the same to verify as real ones.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pullquote.articles import Article, Passage
from pullquote.index.adding.adding import ArticleBatch
from pullquote.index.archive import Archive
from pullquote.index.storage.database import NewArticle
from pullquote.index.storage.stored_article import fingerprint

# As RealTime QA's articles of 2022 are: 15 passages each, of 86 tokens.
_PASSAGES, _WORDS = 15, 75
_BATCH_ARTICLES = 200


class _RandomEmbedder:
    """Gives unit vectors that mean nothing."""

    name = "random"
    sha256 = hashlib.sha256(b"random").hexdigest()
    dimension = 384

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def embed_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> npt.NDArray[np.float32]:
        vectors = np.random.default_rng(len(texts)).standard_normal((len(texts), self.dimension), dtype=np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors

    def embed_query(self, text: str) -> npt.NDArray[np.float32]:
        vector: npt.NDArray[np.float32] = self.embed_passages([text])[0]
        return vector


def make(path: Path, passages: int) -> None:
    """Make an archive of so many passages."""
    rng = random.Random(1)
    words = ["".join(rng.choices("abcdefghilmnoprstu", k=rng.randint(2, 9))) for _ in range(30_000)]
    embedder = _RandomEmbedder()
    articles = passages // _PASSAGES
    with Archive.open(path, create=True, embedder=embedder) as archive, archive._writer() as writer:
        for first in range(0, articles, _BATCH_ARTICLES):
            numbers = range(first, min(articles, first + _BATCH_ARTICLES))
            batch = ArticleBatch(new=[_article(number, words, rng) for number in numbers])
            writer.store(batch, embedder.embed_passages([""] * batch.passages))
        writer.rebuild_index()


def _article(number: int, words: Sequence[str], rng: random.Random) -> NewArticle:
    parts = [" ".join(rng.choices(words, k=_WORDS)) for _ in range(_PASSAGES)]
    name = f"a{number}"
    article = Article("\n\n".join(parts), id=name, title=parts[0][:40], url=f"https://post.example/{number}")
    passages, start = [], 0
    for part in parts:
        passages.append(Passage(name, start, start + len(part), part, _WORDS))
        start += len(part) + 2
    return NewArticle(article, fingerprint(article), (), passages)


def measure(path: Path, rounds: int) -> None:
    """Print how long opening (until the first search could begin) and `check` take; the median of the rounds."""
    opened, checked = [], []
    for _ in range(rounds):
        begun = time.perf_counter()
        with Archive.open(path) as archive:
            passages = archive.count_passages()
            opened.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            report = archive.check()
            checked.append(time.perf_counter() - begun)
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    seconds = sorted(checked)[rounds // 2]
    print(
        f"{passages:,} passages, {size / 1e6:,.0f} MB: opened in {sorted(opened)[rounds // 2]:.2f} s, checked in "
        f"{seconds:.2f} s ({passages / seconds:,.0f} passages/s, {size / 1e6 / seconds:,.0f} MB/s); sound: {report.ok}"
    )


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", type=Path, help="an archive there is")
    parser.add_argument("--passages", type=int, default=20_000, help="of the archive that is made")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = given.archive or Path(folder) / "made.pq"
        if not given.archive:
            make(path, given.passages)
        measure(path, given.rounds)


if __name__ == "__main__":
    main()
