"""txtai: an embeddings index with content, and its extractor over an extractive question-answering model.

    VENV/bin/python txtai_peer.py JOB.json OUTPUT_FOLDER

- The index is txtai's default: FAISS, exact up to 5,000 passages, approximate (IVF) above.
- The passage's head stands before its text, in what is embedded and in what is read: txtai has one text a row.
- as_of is a condition of its SQL, `similar(...) and published <= ...`. txtai filters after the search: with a
  condition it takes the best 10 times as many from the index and drops what doesn't fit.
- The extractor (`Extractor`, today a name of `RAG`) joins the 3 best passages into one text, cut to the reader's
  512 tokens, as by default. Its question-answering pipeline takes the likeliest start and the likeliest end,
  each by itself, and gives None where the product of their probabilities is below 0.05.
- That product isn't returned: it is computed again here from the logits, which the pipeline's own model shows
  to a hook; what txtai answers isn't touched. Where the likeliest token is [CLS], a reader's "not here", the
  pipeline raises TypeError (9.14.0): no answer, score 0, and the error is kept.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from peer_protocol import PeerAnswer, run
from txtai import Embeddings
from txtai.pipeline import Extractor


class Txtai:
    """The system of the module's docstring."""

    packages = ("txtai", "transformers", "torch", "faiss-cpu", "numpy")

    def __init__(self, job: Mapping[str, Any]) -> None:
        torch.set_num_threads(job["threads"])
        self._embeddings = Embeddings(path=job["embedder"], content=True, gpu=False)
        self._extractor = Extractor(self._find, job["reader"], gpu=False, output="flatten")
        self._extractor.model.model.eval().register_forward_hook(self._note_score)
        self._as_of: str | None = None
        self._found: list[dict[str, Any]] = []
        self._score = 0.0

    def load(self, passages: Sequence[Mapping[str, Any]]) -> None:
        """Use the embedder once; the models are loaded already."""
        self._embeddings.batchtransform([_text(passage) for passage in passages])

    def index(self, passages: Sequence[Mapping[str, Any]]) -> None:
        """Embed and store the passages."""
        self._embeddings.index(
            (passage["id"], {"text": _text(passage), "published": passage["published"]}, None) for passage in passages
        )

    def ask(self, question: str, as_of: str | None) -> PeerAnswer:
        """Return what the extractor gives, None and "" being no answer."""
        self._as_of, self._found, self._score = as_of, [], 0.0
        text = self._extractor([(None, question, question, None)])[0]
        if not text:
            return PeerAnswer(score=self._score)
        holders = (row["id"] for row in self._found if text in row["text"])
        return PeerAnswer(text=text, best=text, score=self._score, passage=next(holders, None))

    def search(self, question: str, as_of: str | None, depth: int) -> list[str]:
        """Return ids of the passages found, best first."""
        return [row["id"] for row in self._rows(question, as_of, depth)]

    def _find(self, questions: Sequence[str], limit: int) -> list[list[dict[str, Any]]]:
        """Search for the extractor, which takes a function in place of an index to have conditions."""
        self._found = self._rows(questions[0], self._as_of, limit)
        return [self._found]

    def _rows(self, question: str, as_of: str | None, limit: int) -> list[dict[str, Any]]:
        bound = " and published <= :day" if as_of else ""
        query = f"select id, text, score from txtai where similar(:question){bound}"
        rows: list[dict[str, Any]] = self._embeddings.search(
            query, limit, parameters={"question": question, **({"day": as_of} if as_of else {})}
        )
        return rows

    def _note_score(self, model: Any, inputs: Any, output: Any) -> None:
        start, end = (logits.softmax(dim=-1).max() for logits in (output.start_logits, output.end_logits))
        self._score = float(start * end)


def _text(passage: Mapping[str, Any]) -> str:
    return f"{passage['head']}. {passage['text']}" if passage["head"] else str(passage["text"])


if __name__ == "__main__":
    run(Txtai, sys.argv[1:])
