"""The embedder `fast`: passages from a table of tokens' vectors, questions by the default's own encoder.

The table stands for the default embedder: it was trained to give passages the vectors that all-MiniLM-L6-v2 gives them.
So questions are embedded by all-MiniLM-L6-v2 itself, and what was fitted for its cosines serves here, too
(`pullquote.index.search.ranking`). How much is lost and how much time is saved stands in docs/measurements.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock

import numpy as np

from pullquote.index.embedding.embedder import (
    DEFAULT_SHA256,
    SentenceTransformerEmbedder,
    Vectors,
    default_model_folder,
)
from pullquote.index.embedding.names import DEFAULT_EMBEDDER, FAST_EMBEDDER
from pullquote.index.embedding.passage_table import PassageTable
from pullquote.index.encoders.tokenizer import FastTokenizer

# What the default embedder reads of a passage, and so what the table was trained on.
MAX_TOKENS = 256
# Bounds the memory of a call.
_AT_ONCE = 512


class FastEmbedder:
    """Embeds passages without computing a layer.

    Raises:
        ModelError: the table is damaged, or the default's package isn't installed.
    """

    name = FAST_EMBEDDER

    def __init__(self) -> None:
        self._table = PassageTable.load(table_file())
        self._tokenizer = FastTokenizer(default_model_folder(), "bert")
        # A tokenizer keeps truncation as state; `add` counts tokens in one thread and embeds in another.
        self._tokenizing = Lock()
        self._loading = Lock()
        self._questions: SentenceTransformerEmbedder | None = None

    @property
    def sha256(self) -> str:
        """Hash of the table and of what embeds questions."""
        return _with_default(self._table.sha256)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return len(self._table.shift)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the tokens of each text, special tokens left out."""
        with self._tokenizing:
            return [len(ids) for ids in self._tokenizer(list(texts), add_special_tokens=False)["input_ids"]]

    def embed_passages(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Vectors:
        """Return (n, dimension) float32, L2-normalised; `progress` hears how many texts are done."""
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for first in range(0, len(texts), _AT_ONCE):
            some = [text.strip() for text in texts[first : first + _AT_ONCE]]
            with self._tokenizing:
                tokens = self._tokenizer(some, truncation=True, max_length=MAX_TOKENS)["input_ids"]
            vectors[first : first + len(some)] = self._table.embed([np.array(ids, dtype=np.int64) for ids in tokens])
            if progress:
                progress(first + len(some))
        return vectors

    def embed_query(self, text: str) -> Vectors:
        """Return (dimension,) float32, L2-normalised."""
        with self._loading:
            # Adding articles never needs it, nor the second that torch takes to import.
            if self._questions is None:
                self._questions = SentenceTransformerEmbedder(DEFAULT_EMBEDDER)
        return self._questions.embed_query(text)


def table_file() -> Path:
    """Return the file of the table that ships in the package."""
    return Path(__file__).parents[1] / "fast-embedder" / "table.safetensors"


def stands_for_default(sha256: str) -> bool:
    """Return whether a hash is of vectors that stand for the default's own: those of `fast` as it ships."""
    with table_file().open("rb") as stream:
        return sha256 == _with_default(hashlib.file_digest(stream, "sha256").hexdigest())


def _with_default(table_sha256: str) -> str:
    return hashlib.sha256(f"{table_sha256} {DEFAULT_SHA256}".encode()).hexdigest()
