"""sentence-transformers as it comes: `encode` with its defaults, and an exact search over the vectors.

    PYTHON encode_peer.py JOB.json OUTPUT_FOLDER

It embeds just what Pullquote embeds, in float32, and reads nothing. as_of is applied before the search; a passage
without a day doesn't pass it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from peer_protocol import run
from sentence_transformers import SentenceTransformer

_UNDATED = "9999-99-99"


class Encode:
    """The system of the module's docstring."""

    packages = ("sentence-transformers", "transformers", "torch", "numpy")

    def __init__(self, job: Mapping[str, Any]) -> None:
        torch.set_num_threads(job["threads"])
        self._model = SentenceTransformer(job["embedder"], device="cpu")
        self._ids: list[str] = []
        self._days = np.empty(0, dtype="U10")
        self._vectors = np.empty((0, 0), dtype=np.float32)

    def load(self, passages: Sequence[Mapping[str, Any]]) -> None:
        """Use the embedder once; it is loaded already."""
        self._encode(passages)

    def index(self, passages: Sequence[Mapping[str, Any]]) -> None:
        """Embed the passages."""
        self._ids = [passage["id"] for passage in passages]
        self._days = np.array([passage["published"] or _UNDATED for passage in passages])
        self._vectors = self._encode(passages)

    def search(self, question: str, as_of: str | None, depth: int) -> list[str]:
        """Return ids of the passages found, best first."""
        cosines = self._vectors @ self._model.encode(question, show_progress_bar=False)
        if as_of:
            cosines[self._days > as_of] = -np.inf
        best = np.argsort(-cosines, kind="stable")[:depth]
        return [self._ids[row] for row in best if np.isfinite(cosines[row])]

    def _encode(self, passages: Sequence[Mapping[str, Any]]) -> np.ndarray:
        texts = [f"{one['head']}. {one['text']}" if one["head"] else one["text"] for one in passages]
        return self._model.encode(texts, show_progress_bar=False)


if __name__ == "__main__":
    run(Encode, sys.argv[1:])
