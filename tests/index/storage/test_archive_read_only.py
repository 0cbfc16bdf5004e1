"""An archive that this user may not write to: searched and asked all the same, and left as it is.

The tests' user may be root, whom permissions don't stop: a process without root's rights looks at it then.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from pullquote.errors import ArchiveError
from pullquote.index.archive import Archive
from pullquote.index.storage import database as database_module

from fakes import HashEmbedder

FERRY = {"id": "ferry", "text": "A ticket on the Vell ferry will cost 12 crowns from April."}
STORM = {"id": "storm", "text": "A storm took the roof of the Oskar mill on Monday."}

READ = """
import sys
from pullquote.errors import PullquoteError
from pullquote.index.archive import Archive
from pullquote.index.search.printed_words import vocabulary
from fakes import HashEmbedder
try:
    with Archive.open(sys.argv[1], embedder=HashEmbedder()) as archive:
        hit = archive.search("ferry ticket")[0]
        print(hit.article.id, hit.lexical_rank, vocabulary(archive).get("ferry").times, archive.info().articles)
        print(archive.check().problems)
        archive.remove(["ferry"])
except PullquoteError as error:
    print(type(error).__name__, error)
"""


def without_rights() -> list[str]:
    """Return the command that gives up root's rights over others' files, or skip where there is none."""
    if os.geteuid():
        return []
    if not shutil.which("setpriv"):
        pytest.skip("the tests run as root, and there is no setpriv to give up its rights")
    return ["setpriv", "--inh-caps=-all", "--bounding-set=-all", "--ambient-caps=-all"]


def read_without_rights(path: Path) -> list[str]:
    done = subprocess.run(
        [*without_rights(), sys.executable, "-c", READ, str(path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.fixture
def protected(archive: Archive, write_articles):
    """Return a function that takes away everybody's right to write; it comes back after the test."""
    archive.add([write_articles(FERRY, STORM)])
    archive.close()

    def protect() -> Path:
        for path in (archive.path, *archive.path.rglob("*")):
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~0o222)
        return archive.path

    yield protect
    for path in (archive.path, *archive.path.rglob("*")):
        path.chmod(stat.S_IMODE(path.stat().st_mode) | 0o200)


SEEN = ["ferry 1 1 2", "()"]


@pytest.mark.parametrize("beside", [True, False], ids=["as_left", "without_sqlites_files"])
def test_it_is_searched_and_checked_and_not_changed(protected, archive: Archive, beside: bool):
    if not beside:
        for name in ("archive.db-wal", "archive.db-shm"):
            (archive.path / name).unlink(missing_ok=True)
    path = protected()
    before = {str(file): file.read_bytes() for file in path.rglob("*") if file.is_file()}
    *seen, refused = read_without_rights(path)
    assert seen == SEEN
    assert refused.startswith(f"ArchiveWriteFailed You may not write to the archive {path} (")
    assert {str(file): file.read_bytes() for file in path.rglob("*") if file.is_file()} == before


def test_changes_that_stand_in_the_log_alone_are_told_not_left_out(protected, archive: Archive):
    (archive.path / "archive.db-shm").unlink(missing_ok=True)
    (archive.path / "archive.db-wal").write_bytes(b"changes")
    path = protected()
    assert read_without_rights(path) == [
        f"ArchiveError You may not write to the archive {path}, and its last changes stand in archive.db-wal only; "
        "somebody who may write to it has to run: pullquote optimize"
    ]


def test_one_that_may_not_even_be_read_is_told(protected, archive: Archive):
    path = protected()
    (path / "archive.db").chmod(0o000)
    assert read_without_rights(path) == [f"ArchiveError You may not read the archive {path} (its archive.db)."]


def test_everything_is_folded_into_the_database_after_a_change(archive: Archive, write_articles):
    archive.add([write_articles(FERRY)])
    log = archive.path / "archive.db-wal"
    assert not log.exists() or log.stat().st_size == 0


def test_the_lexical_index_is_readable_for_whoever_may_read_the_database(protected, archive: Archive):
    modes = {name: stat.S_IMODE((archive.path / name).stat().st_mode) for name in ("archive.db", "lexical/meta.json")}
    assert len(set(modes.values())) == 1


def test_what_somebody_else_changes_is_followed(protected, archive: Archive, monkeypatch, write_articles):
    """Opened without locks, the file is opened again once it is another."""
    connect = database_module.Database._connect

    def refuse(self: database_module.Database, how: str) -> None:
        if how == "?mode=ro":
            error = sqlite3.OperationalError("unable to open database file")
            error.sqlite_errorname = "SQLITE_CANTOPEN"
            raise error
        connect(self, how)

    access = os.access
    with monkeypatch.context() as patch:
        patch.setattr(database_module.Database, "_connect", refuse)
        patch.setattr(os, "access", lambda path, mode: mode != os.W_OK and access(path, mode))
        reader = Archive.open(archive.path, embedder=HashEmbedder())
        assert {hit.article.id for hit in reader.search("ferry")} == {"ferry", "storm"}
        views = [view for view in Path(reader._index.lexical._view.folder).iterdir()]
        assert any(file.is_symlink() for file in views)
    writer = Archive.open(archive.path, embedder=HashEmbedder())
    writer.remove(["storm"])
    writer.close()
    with monkeypatch.context() as patch:
        patch.setattr(database_module.Database, "_connect", refuse)
        patch.setattr(os, "access", lambda path, mode: mode != os.W_OK and access(path, mode))
        assert {hit.article.id for hit in reader.search("ferry")} == {"ferry"}
        (archive.path / "archive.db-wal").write_bytes(b"somebody writes")
        with pytest.raises(ArchiveError, match="pullquote optimize"):
            reader.search("ferry")
