"""An empty archive to add to, and short ways to add and to ask."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pullquote.index.adding import adding
from pullquote.index.archive import Archive

from fakes import HashEmbedder


@pytest.fixture
def archive(tmp_path: Path, embedder: HashEmbedder) -> Archive:
    return Archive.open(tmp_path / "news.pq", create=True, embedder=embedder)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two passages a batch, so that a few articles make several."""
    monkeypatch.setattr(adding, "BATCH_PASSAGES", 2)
    monkeypatch.setattr(adding, "WORDS_FIRST_PASSAGES", 2)


@pytest.fixture
def found() -> Callable[..., list[str]]:
    """`found(archive, query)` returns the ids of the articles that hold one of the query's words, best first."""

    def ids(archive: Archive, query: str, **options: object) -> list[str]:
        return [hit.article.id for hit in archive.search(query, **options) if hit.lexical_rank]  # type: ignore[arg-type]

    return ids
