"""Haystack 3: in-memory store, sentence-transformers embedders, extractive reader, all with their defaults.

    VENV/bin/python haystack_peer.py JOB.json OUTPUT_FOLDER

Its own packages, as of version 3: haystack-ai has store, retriever and pipeline; the embedders are in
sentence-transformers-haystack, the reader (`ExtractiveReader` up to 2.x) in transformers-haystack.

- The passage's head is embedded with it, by `meta_fields_to_embed`; the reader reads the passage alone.
- as_of is a filter on `meta.published`, applied before the search; a passage without a day doesn't pass it.
- The retriever hands its 10 best to the reader, which gives the model no token types (2.0.0): a BERT is told all is
  question. Our reader's F1 on 60 development questions with their passage given is 67.7 with them, 64.0 without.
- `no_answer` is on, as by default: one more "answer", without
  text, whose score is the chance that all others are wrong; the question is unanswered where it comes first.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from haystack import Document, Pipeline
from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
from haystack.components.writers import DocumentWriter
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)
from haystack_integrations.components.readers.transformers import TransformersExtractiveReader
from peer_protocol import PeerAnswer, run


class Haystack:
    """The system of the module's docstring."""

    packages = (
        "haystack-ai",
        "transformers-haystack",
        "sentence-transformers-haystack",
        "sentence-transformers",
        "transformers",
        "torch",
        "numpy",
    )

    def __init__(self, job: Mapping[str, Any]) -> None:
        torch.set_num_threads(job["threads"])
        store = InMemoryDocumentStore()
        self._document_embedder = SentenceTransformersDocumentEmbedder(
            model=job["embedder"], meta_fields_to_embed=["head"], embedding_separator=". ", progress_bar=False
        )
        self._text_embedder = SentenceTransformersTextEmbedder(model=job["embedder"], progress_bar=False)
        self._retriever = InMemoryEmbeddingRetriever(store)
        self._indexing = Pipeline()
        self._indexing.add_component("embedder", self._document_embedder)
        self._indexing.add_component("writer", DocumentWriter(store))
        self._indexing.connect("embedder", "writer")
        self._asking = Pipeline()
        self._asking.add_component("embedder", self._text_embedder)
        self._asking.add_component("retriever", self._retriever)
        self._asking.add_component("reader", TransformersExtractiveReader(model=job["reader"]))
        self._asking.connect("embedder.embedding", "retriever.query_embedding")
        self._asking.connect("retriever.documents", "reader.documents")

    def load(self, passages: Sequence[Mapping[str, Any]]) -> None:
        """Load the models and use the embedder once."""
        self._indexing.warm_up()
        self._asking.warm_up()
        self._document_embedder.run(documents=_documents(passages))

    def index(self, passages: Sequence[Mapping[str, Any]]) -> None:
        """Embed and store the passages."""
        self._indexing.run({"embedder": {"documents": _documents(passages)}})

    def ask(self, question: str, as_of: str | None) -> PeerAnswer:
        """Return the best span, unless "no answer" comes before it."""
        answers = self._asking.run(
            {
                "embedder": {"text": question},
                "retriever": {"filters": _filters(as_of)},
                "reader": {"query": question},
            }
        )["reader"]["answers"]
        spans = [answer for answer in answers if answer.data is not None]
        nothing = next((float(answer.score) for answer in answers if answer.data is None), None)
        if not spans:
            return PeerAnswer(no_answer_score=nothing)
        return PeerAnswer(
            text=answers[0].data,
            best=spans[0].data,
            score=float(spans[0].score),
            no_answer_score=nothing,
            passage=spans[0].document.id,
        )

    def search(self, question: str, as_of: str | None, depth: int) -> list[str]:
        """Return ids of the passages found, best first."""
        vector = self._text_embedder.run(text=question)["embedding"]
        found = self._retriever.run(query_embedding=vector, filters=_filters(as_of), top_k=depth)["documents"]
        return [document.id for document in found]


def _documents(passages: Sequence[Mapping[str, Any]]) -> list[Document]:
    return [
        Document(
            id=passage["id"],
            content=passage["text"],
            meta={key: passage[key] for key in ("article", "title", "published", "head") if passage[key]},
        )
        for passage in passages
    ]


def _filters(as_of: str | None) -> dict[str, Any] | None:
    return {"field": "meta.published", "operator": "<=", "value": as_of} if as_of else None


if __name__ == "__main__":
    run(Haystack, sys.argv[1:])
