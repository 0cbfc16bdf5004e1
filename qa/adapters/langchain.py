"""A retriever for LangChain: `pip install "pullquote[langchain]"`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Self

from pullquote.errors import PackageMissing
from pullquote.index.archive import Archive
from pullquote.qa.adapters.passages_found import BOUNDS, check, document_id, facts, opened, search

try:
    from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.runnables.config import run_in_executor
    from pydantic import BeforeValidator, SkipValidation, model_validator
except ImportError as error:
    raise PackageMissing("langchain-core", extra="langchain") from error

# Checked by Pullquote, whose errors are sentences.
_Day = SkipValidation[str | dt.date | None]
_Names = SkipValidation[str | Iterable[str] | None]


class PullquoteRetriever(BaseRetriever):
    """Finds the passages of an archive that fit a question best, best first.

    Each is a `Document`: the words as they are printed, and in its metadata `passages_found.facts`, `score` (any real,
    higher is better, comparable within one search) and `source` (the article's URL, else its id).
    `invoke` takes `k` and the bounds, too, in place of the retriever's own.

    Attributes:
        archive: an archive or its folder.
        k: how many, 1 to 10,000.
        since, until, outlets, authors, as_of: bounds, as `Archive.search` takes them.

    Raises:
        InputError: a bound or `k` can't be used, or the question is empty.
        NotAnArchive: there is none at `archive`.
    """

    archive: Annotated[Archive | str | Path, BeforeValidator(opened)]
    k: int = 10
    since: _Day = None
    until: _Day = None
    outlets: _Names = None
    authors: _Names = None
    as_of: _Day = None

    @model_validator(mode="after")
    def _usable(self) -> Self:
        for name, bound in check(self._bounds(), k=self.k).items():
            setattr(self, name, bound)
        return self

    def _bounds(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in BOUNDS}

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None, **bounds: Any
    ) -> list[Document]:
        return [
            Document(
                page_content=hit.passage.text,
                id=document_id(hit),
                metadata={**facts(hit), "source": hit.article.url or hit.article.id, "score": hit.score},
            )
            for hit in search(opened(self.archive), query, {**self._bounds(), **bounds}, k=self.k if k is None else k)
        ]

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun, **given: Any
    ) -> list[Document]:
        found = partial(self._get_relevant_documents, query, run_manager=run_manager.get_sync(), **given)
        return await run_in_executor(None, found)
