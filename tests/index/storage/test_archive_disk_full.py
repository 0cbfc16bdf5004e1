from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from pullquote.errors import ArchiveWriteFailed
from pullquote.index.archive import Archive
from pullquote.index.backends import lexical as lexical_module
from pullquote.index.backends.lexical import LexicalIndex
from pullquote.index.storage import vector_log as vectors_module
from pullquote.index.storage.database import Database

from fakes import HashEmbedder, made_up_news

OLD, NEW = made_up_news(3, seed=1), made_up_news(6, seed=2, first=3)

Breaker = Callable[[pytest.MonkeyPatch, Path], None]


def no_space(*_: object, **__: object) -> NoReturn:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def vectors_cannot_be_opened(patch: pytest.MonkeyPatch, _: Path) -> None:
    genuine = os.open

    def open_others(path: str | Path, *arguments: int) -> int:
        return no_space() if Path(path).name == "vectors.f16" else genuine(path, *arguments)

    patch.setattr(os, "open", open_others)


def vectors_cannot_be_written(patch: pytest.MonkeyPatch, _: Path) -> None:
    """Half of the bytes reach the file before the disk is full."""
    genuine = os.fdopen

    class Full:
        def __init__(self, descriptor: int, mode: str) -> None:
            self.stream = genuine(descriptor, mode)

        def __enter__(self) -> Full:
            return self

        def __exit__(self, *_: object) -> None:
            self.stream.close()

        def seek(self, offset: int) -> None:
            self.stream.seek(offset)

        def write(self, data: bytes) -> None:
            self.stream.write(data[: len(data) // 2])
            self.stream.flush()
            no_space()

    patch.setattr(vectors_module, "open", Full, raising=False)


def database_is_full(patch: pytest.MonkeyPatch, path: Path) -> None:
    genuine = Database.__init__

    def limited(self: Database, file: Path, *, write: bool) -> None:
        genuine(self, file, write=write)
        if write:
            pages = self._db.execute("PRAGMA page_count").fetchone()[0]
            self._db.execute(f"PRAGMA max_page_count = {pages + 1}")

    patch.setattr(Database, "__init__", limited)


def lexical_cannot_commit(patch: pytest.MonkeyPatch, _: Path) -> None:
    genuine = lexical_module.tantivy.Index

    class Full:
        exists = staticmethod(genuine.exists)

        def __init__(self, *arguments: object, **options: object) -> None:
            self.index = genuine(*arguments, **options)

        def __getattr__(self, name: str) -> object:
            return getattr(self.index, name)

        def writer(self, **_: object) -> None:
            raise ValueError("An IO error occurred: 'No space left on device (os error 28)'")

    patch.setattr(lexical_module.tantivy, "Index", Full)


def state(archive: Archive) -> tuple:
    reader = Archive.open(archive.path, embedder=HashEmbedder())
    rows = OLD + NEW
    return (
        [reader.article(row["id"]) for row in rows],
        [[hit.passage for hit in reader.search(row["text"][:60], limit=20)] for row in rows],
        reader.info().articles,
    )


@pytest.mark.parametrize(
    "breaks", [vectors_cannot_be_opened, vectors_cannot_be_written, database_is_full, lexical_cannot_commit]
)
def test_a_full_disk_leaves_the_archive_as_it_was_and_the_next_add_completes_it(
    archive: Archive, write_articles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, breaks: Breaker
):
    archive.add([write_articles(*OLD, name="old.jsonl")])
    new = write_articles(*NEW, {**OLD[0], "text": "A shorter text."}, name="new.jsonl")
    before = [hit for row in OLD + NEW for hit in archive.search(row["text"][:60], limit=20)]
    articles = archive.info().articles
    with monkeypatch.context() as patch:
        breaks(patch, archive.path)
        with pytest.raises(ArchiveWriteFailed, match="committed before is intact"):
            archive.add([new])
    for handle in (archive, Archive.open(archive.path, embedder=HashEmbedder())):
        assert handle.info().articles == articles == 3
        assert [hit for row in OLD + NEW for hit in handle.search(row["text"][:60], limit=20)] == before
        assert handle.check().ok
    report = archive.add([new])
    assert (len(report.added) + len(report.updated), report.unchanged) in {(7, 0), (0, 7)}
    assert archive.check().ok

    whole = Archive.open(tmp_path / "whole.pq", create=True, embedder=HashEmbedder())
    whole.add([tmp_path / "old.jsonl"])
    whole.add([new])
    assert state(archive) == state(whole)


def test_a_removal_is_whole_where_the_lexical_index_cannot_be_written(
    archive: Archive, write_articles, monkeypatch: pytest.MonkeyPatch, found
):
    """Readers leave a removed article out by themselves, so that the index may follow later."""
    archive.add([write_articles(*OLD)])
    with monkeypatch.context() as patch:
        lexical_cannot_commit(patch, archive.path)
        assert archive.remove(["n0"]).removed == ("n0",)
    for handle in (archive, Archive.open(archive.path, embedder=HashEmbedder())):
        assert handle.info().articles == handle.count_articles() == 2
        assert handle.article("n0") is None
        assert "n0" not in found(handle, OLD[0]["text"][:60], limit=100)
        assert handle.check().ok
    # The next writer takes it out of the index.
    held = LexicalIndex(archive.path / "lexical").count()
    assert archive.remove(["nobody"]).removed == ()
    assert LexicalIndex(archive.path / "lexical").count() == archive.info().passages < held
    assert archive.check().ok


def test_a_removal_that_the_database_cannot_store_removes_nothing(
    archive: Archive, write_articles, monkeypatch: pytest.MonkeyPatch
):
    archive.add([write_articles(*OLD)])
    with monkeypatch.context() as patch:
        patch.setattr(Database, "mark_removed", no_space)
        with pytest.raises(OSError, match="No space"):
            archive.remove(["n0", "n1"])
    assert archive.info().articles == 3
    assert archive.article("n0") is not None
    assert archive.check().ok


def test_an_archive_on_a_full_disk_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Path, "mkdir", no_space)
    with pytest.raises(ArchiveWriteFailed, match="No space left on device"):
        Archive.open(tmp_path / "news.pq", create=True, embedder=HashEmbedder())


LIMITED = """
import resource, sys
from pullquote.errors import ArchiveWriteFailed
from pullquote.index.archive import Archive
from fakes import HashEmbedder
archive = Archive.open(sys.argv[1], embedder=HashEmbedder())
archive.search("warm up")
for limit in map(int, sys.argv[3:]):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        archive.add([sys.argv[2]])
        print("added")
    except ArchiveWriteFailed as error:
        print("refused")
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    print(archive.info().articles, archive.check().ok)
"""


def test_files_that_the_system_lets_grow_no_further(archive: Archive, write_articles, monkeypatch: pytest.MonkeyPatch):
    """What the three back ends really do when a write fails, whichever of them it hits."""
    archive.add([write_articles(*OLD, name="old.jsonl")])
    new = write_articles(*made_up_news(40, seed=2, first=3), name="new.jsonl")
    database = (archive.path / "archive.db").stat().st_size
    limits = [0, 100, 1000, 4000, 10_000, 20_000, database, database + 5000]
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(archive.path), str(new), *map(str, limits)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])},
        capture_output=True,
        text=True,
        timeout=120,
    )
    lines = done.stdout.split("\n")[:-1]
    assert done.returncode == 0, done.stderr
    assert lines[:2] == ["refused", "3 True"]
    assert len(lines) == 2 * len(limits)
    for outcome, after in zip(lines[::2], lines[1::2], strict=True):
        assert (outcome, after) in {("refused", "3 True"), ("added", "43 True")}
    report = archive.add([new])
    assert len(report.added) + report.unchanged == 40
    assert archive.info().articles == 43
    assert archive.check().ok
