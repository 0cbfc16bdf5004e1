"""One small fake a seam: an embedder and a reader that need no weights."""

from __future__ import annotations

import datetime as dt
import hashlib
import random
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pullquote.qa.reading.reader import Reading, ScoredSpan
from pullquote.qa.reading.windows import ReaderInput

_WORD = re.compile(r"\w+")


class HashEmbedder:
    """Bag of hashed words: texts that share words have a high cosine."""

    def __init__(self, dimension: int = 64, name: str = "hash") -> None:
        self.dimension = dimension
        self.name = name
        self.sha256 = hashlib.sha256(f"{name}-{dimension}".encode()).hexdigest()

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(_WORD.findall(text)) for text in texts]

    def embed_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> npt.NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in _WORD.findall(text.lower()):
                slot = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=4).digest(), "big")
                vectors[row, slot % self.dimension] += 1.0
            vectors[row, 0] += 0.01
        if progress:
            progress(len(texts))
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def embed_query(self, text: str) -> npt.NDArray[np.float32]:
        return self.embed_passages([text])[0]


class CapitalReader:
    """Takes the first capitalised word that the question lacks; surer the more words question and passage share."""

    name = "capital"
    sha256 = "0" * 64
    folder = None

    def read(self, question: str, passages: Sequence[ReaderInput], *, spans: int = 5) -> list[Reading]:
        asked = set(_WORD.findall(question.lower()))
        readings = []
        for passage in passages:
            shared = len(asked & set(_WORD.findall(passage.text.lower())))
            found = [
                ScoredSpan(match.start(), match.end(), float(shared - rank))
                for rank, match in enumerate(re.finditer(r"\b[A-Z]\w+", passage.text))
                if match.group().lower() not in asked
            ]
            readings.append(Reading(tuple(found[:spans]), no_answer_score=2.5))
        return readings


class FailingEmbedder(HashEmbedder):
    """A `HashEmbedder` that raises on the n-th call of `embed_passages` and every one after."""

    def __init__(self, fails_on_call: int) -> None:
        super().__init__()
        self._calls_left = fails_on_call - 1

    def embed_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> npt.NDArray[np.float32]:
        if self._calls_left <= 0:
            raise RuntimeError("the power went out")
        self._calls_left -= 1
        return super().embed_passages(texts, progress=progress)


_SYLLABLES = ["var", "nol", "bra", "ske", "lin", "dum", "tor", "vig", "hal", "mor", "ste", "ulf", "rin", "gat", "osk"]


def made_up_news(count: int, *, seed: int, first: int = 0) -> list[dict[str, Any]]:
    """Return article rows `n{first}`... of two to five paragraphs, no two alike, some without day, outlet or byline."""
    rng = random.Random(seed)
    lexicon = [a + b + c for a in _SYLLABLES for b in _SYLLABLES for c in ("", "en", "ist")]
    rows = []
    for number in range(first, first + count):
        paragraphs = []
        for _ in range(rng.randint(2, 5)):
            words = rng.choices(lexicon, k=rng.randint(20, 90))
            paragraphs.append(" ".join(words).capitalize() + f" {number}.")
        row: dict[str, Any] = {
            "id": f"n{number}",
            "title": " ".join(rng.choices(lexicon, k=4)).capitalize(),
            "text": "\n\n".join(paragraphs),
            "url": f"https://harbour.example/{number}",
        }
        if rng.random() < 0.85:
            row["published"] = (dt.date(2031, 1, 1) + dt.timedelta(days=rng.randrange(60))).isoformat()
        if rng.random() < 0.85:
            row["outlet"] = rng.choice(["The Harbour Post", "Brask Daily", "Island Radio"])
        if rng.random() < 0.85:
            row["authors"] = rng.sample(["Mara Lind", "Jon Vig", "Ása Straße", "Ole Dumas"], k=rng.randint(1, 2))
        rows.append(row)
    return rows
