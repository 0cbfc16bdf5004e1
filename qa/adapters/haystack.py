"""A retriever for Haystack: `pip install "pullquote[haystack]"`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Self

from pullquote.errors import PackageMissing
from pullquote.index.archive import Archive
from pullquote.qa.adapters.passages_found import check, document_id, facts, opened, search

try:
    from haystack import Document, component, default_from_dict, default_to_dict
except ImportError as error:
    raise PackageMissing("haystack-ai", extra="haystack") from error


@component
class PullquoteRetriever:
    """Finds the passages of an archive that fit a question best, best first.

    Each is a `Document`: the words as they are printed, `passages_found.facts` as its meta, and a score (any real,
    higher is better, comparable within one search).

    Args:
        archive: an archive or its folder; opened by `warm_up` or the first `run`. A pipeline is dumped with the folder.
        top_k: how many, 1 to 10,000.
        filters: any of since, until, outlets, authors and as_of, as `Archive.search` takes them.

    Raises:
        InputError: a filter or `top_k` can't be used.
    """

    def __init__(self, archive: Archive | str | Path, top_k: int = 10, filters: dict[str, Any] | None = None) -> None:
        check(filters or {}, top_k=top_k)
        self.archive = archive
        self.top_k = top_k
        self.filters = filters
        self._opened: Archive | None = None

    def warm_up(self) -> None:
        """Open the archive and load its embedder."""
        self._opened = self._opened or opened(self.archive)
        _ = self._opened.embedder

    def close(self) -> None:
        """Close the archive, unless it was given open."""
        if self._opened is not None and self._opened is not self.archive:
            self._opened.close()
        self._opened = None

    @component.output_types(documents=list[Document])
    def run(
        self, query: str, top_k: int | None = None, filters: dict[str, Any] | None = None
    ) -> dict[str, list[Document]]:
        """Return {"documents": [...]}; `top_k` and `filters` take the place of the component's own.

        Raises:
            InputError: one of them can't be used, or the question is empty.
            NotAnArchive: there is none at `archive`.
        """
        self._opened = self._opened or opened(self.archive)
        bounds = (self.filters if filters is None else filters) or {}
        hits = search(self._opened, query, bounds, top_k=self.top_k if top_k is None else top_k)
        return {"documents": [Document(document_id(h), h.passage.text, meta=facts(h), score=h.score) for h in hits]}

    def to_dict(self) -> dict[str, Any]:
        """Return what `from_dict` makes this component of."""
        folder = self.archive.path if isinstance(self.archive, Archive) else self.archive
        filters = self.filters and {
            name: value.isoformat() if isinstance(value, dt.date) else value for name, value in self.filters.items()
        }
        return default_to_dict(self, archive=str(folder), top_k=self.top_k, filters=filters)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Return the component that `to_dict` described."""
        return default_from_dict(cls, data)
