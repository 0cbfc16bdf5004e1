"""Archives of made vectors and facts, up to tens of millions of passages: what is opened and searched, without texts.

The rows go into the database in bulk. Their checksums, texts and words are left out, so `check` calls it damaged.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pullquote.eval.benchmarks.made_vectors import VectorMaker
from pullquote.index.archive import Archive
from pullquote.index.backends import mapped_followers
from pullquote.index.storage.database import Database
from pullquote.index.storage.vector_log import VectorLog, checksum_of

# Passages an article: as RealTime QA's articles have, 15 on average.
_PASSAGES = 10, 21
_FIRST_DAY, DAYS = dt.date(2016, 1, 1), 3652
OUTLETS, _AUTHORS = 40, 5_000
_CHUNK_ROWS = 100_000
_ARTICLE = (
    "INSERT INTO articles VALUES (?, ?, NULL, '', ?, ?, ?, 'en', '{}', '', 'null', '[]', '', '', 1, NULL, '', '')"
)


class MadeEmbedder:
    """Names an archive's vectors; embeds nothing."""

    name = "made"
    sha256 = hashlib.sha256(b"made").hexdigest()

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many words texts have."""
        return [len(text.split()) for text in texts]

    def embed_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> npt.NDArray[np.float32]:
        """Return one and the same vector for all."""
        return np.full((len(texts), self.dimension), self.dimension**-0.5, dtype=np.float32)

    def embed_query(self, text: str) -> npt.NDArray[np.float32]:
        """Return that vector."""
        vector: npt.NDArray[np.float32] = self.embed_passages([text])[0]
        return vector


def day_of(share: float) -> dt.date:
    """Return the day by which this share of an archive was printed."""
    return _FIRST_DAY + dt.timedelta(days=int(share * DAYS))


def make(path: Path, passages: int, maker: VectorMaker) -> None:
    """Make an archive of so many passages, in the order of their days, and its mapped files."""
    with (
        Archive.open(path, create=True, embedder=MadeEmbedder(len(maker.mean))) as archive,
        archive._locked() as database,
    ):
        rng = np.random.default_rng(maker.seed)
        sizes = rng.integers(*_PASSAGES, size=passages // _PASSAGES[0] + 1)
        article_of = np.repeat(np.arange(len(sizes)), sizes)[:passages]
        articles = int(article_of[-1]) + 1
        with database.transaction():
            _store_articles(database, articles, rng)
            _store_passages(database, article_of, archive._vectors, maker)
            for key, value in (("article_rows", articles), ("vector_rows", passages)):
                database.set_number(key, value)
            for key in ("generation", "published_generation"):
                database.set_number(key, 1)
        database.checkpoint()


def optimize(path: Path) -> None:
    """Write the mapped files anew, as the command `optimize` does."""
    with Archive.open(path, embedder=None) as archive, archive._locked() as database:
        mapped_followers.rebuild(database, archive._vectors)
        database.checkpoint()


def _store_articles(database: Database, articles: int, rng: np.random.Generator) -> None:
    outlets = rng.integers(OUTLETS, size=articles).tolist()
    authors = rng.integers(_AUTHORS, size=articles).tolist()
    database._db.executemany(
        _ARTICLE,
        (
            (
                number + 1,
                f"a{number}",
                f"Outlet {outlets[number]}",
                day_of(number / articles).isoformat(),
                json.dumps([f"Author {authors[number]}"]),
            )
            for number in range(articles)
        ),
    )


def _store_passages(
    database: Database, article_of: npt.NDArray[np.int64], vectors: VectorLog, maker: VectorMaker
) -> None:
    for first in range(0, len(article_of), _CHUNK_ROWS):
        articles = article_of[first : first + _CHUNK_ROWS]
        end = first + len(articles)
        made = maker.passages(first, articles)
        vectors.append(made, first)
        database.set_vector_batch(first, end, checksum_of(made))
        rows = zip(range(first, end), (articles + 1).tolist(), strict=True)
        database._db.executemany("INSERT INTO passages VALUES (?, ?, 0, 1, 1)", rows)
