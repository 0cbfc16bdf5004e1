"""A retriever for LlamaIndex: `pip install "pullquote[llama-index]"`."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from pullquote.answers import Hit
from pullquote.errors import PackageMissing
from pullquote.index.archive import Archive
from pullquote.qa.adapters.passages_found import check, document_id, facts, opened, search

try:
    from llama_index.core.callbacks import CallbackManager
    from llama_index.core.retrievers import BaseRetriever
    from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode
except ImportError as error:
    raise PackageMissing("llama-index-core", extra="llama-index") from error

# What a language model and an embedder are not shown of the metadata.
_FOR_PROGRAMS = ["article_id", "url", "link", "start", "end", "sha256"]


class PullquoteRetriever(BaseRetriever):
    """Finds the passages of an archive that fit a question best, best first.

    Each is a `TextNode`: the words as they are printed, `[start_char_idx, end_char_idx)` in the article's text,
    `passages_found.facts` as metadata, and the article as its source. Its score is any real, higher is better,
    comparable within one search.

    Args:
        archive: an archive or its folder.
        similarity_top_k: how many, 1 to 10,000.
        since, until, outlets, authors, as_of: bounds, as `Archive.search` takes them.

    Raises:
        InputError: a bound or `similarity_top_k` can't be used, or the question is empty.
        NotAnArchive: there is none at `archive`.
    """

    def __init__(
        self,
        archive: Archive | str | Path,
        similarity_top_k: int = 10,
        *,
        since: str | dt.date | None = None,
        until: str | dt.date | None = None,
        outlets: str | Iterable[str] = (),
        authors: str | Iterable[str] = (),
        as_of: str | dt.date | None = None,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        self.similarity_top_k = similarity_top_k
        bounds = {"since": since, "until": until, "outlets": outlets, "authors": authors, "as_of": as_of}
        self.bounds = check(bounds, similarity_top_k=similarity_top_k)
        self.archive = opened(archive)
        super().__init__(callback_manager=callback_manager)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits = search(self.archive, query_bundle.query_str, self.bounds, similarity_top_k=self.similarity_top_k)
        return [NodeWithScore(node=_node(hit), score=hit.score) for hit in hits]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


def _node(hit: Hit) -> TextNode:
    return TextNode(
        id_=document_id(hit),
        text=hit.passage.text,
        start_char_idx=hit.passage.start,
        end_char_idx=hit.passage.end,
        metadata=facts(hit),
        excluded_llm_metadata_keys=_FOR_PROGRAMS,
        excluded_embed_metadata_keys=_FOR_PROGRAMS,
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=hit.article.id)},
    )
