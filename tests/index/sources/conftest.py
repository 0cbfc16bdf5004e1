"""Short ways to write a file and to read what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pullquote.articles import Article, Skipped
from pullquote.index.sources import SourceFile, discover, read_articles

Read = Callable[..., list[Article | Skipped]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """`read("a.txt", b"...")` writes the file and returns all that `read_articles` yields for it."""

    def write_and_read(name: str, data: bytes | str) -> list[Article | Skipped]:
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        (source,) = discover([path])
        assert isinstance(source, SourceFile)
        return list(read_articles(source))

    return write_and_read


@pytest.fixture
def reason(read: Read) -> Callable[..., str]:
    """Like `read`, for a file whose one outcome is a Skipped: returns its reason."""

    def read_reason(name: str, data: bytes | str) -> str:
        (outcome,) = read(name, data)
        assert isinstance(outcome, Skipped), outcome
        return outcome.reason

    return read_reason
