"""Processes that are forked after an archive or a model was opened."""

import os
import signal
import subprocess
import sys

import pytest

from pullquote import Archive, ArchiveError, Article

from fakes import HashEmbedder

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")

# The parent's parallel loops have started their threads before it forks; the child would wait for them.
COMPUTE_IN_CHILD = """
import os, signal, sys, torch
{follow}
torch.set_num_threads(2)
weights = torch.ones(400, 400)
torch.nn.functional.linear(weights, weights)
child = os.fork()
if not child:
    signal.alarm(20)
    print(float(torch.nn.functional.linear(weights, weights)[0, 0]), torch.get_num_threads(), flush=True)
    os._exit(0)
sys.exit(os.waitpid(child, 0)[1])
"""


def in_child(work):
    """Return what `work` returns in a forked process, as text; it is stopped after 60 seconds."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        signal.alarm(60)
        try:
            told = str(work())
        except BaseException as error:
            told = f"{type(error).__name__}: {error}"
        os.write(writing, told.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        found = told.read().decode()
    assert os.waitpid(child, 0)[1] == 0
    return found


@pytest.fixture
def archive(tmp_path):
    with Archive.open(tmp_path / "news.pq", create=True, embedder=HashEmbedder()) as archive:
        archive.add_articles(Article(f"The ferry to Brask costs {n} crowns.", id=f"a{n}") for n in range(3))
        archive.search("ferry")
        yield archive


def test_a_model_computes_in_a_child():
    follow = "from pullquote.index.forks import compute_alone_after_fork; compute_alone_after_fork()"
    done = subprocess.run(
        [sys.executable, "-c", COMPUTE_IN_CHILD.format(follow=follow)],
        env={**os.environ, "OMP_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["400.0", "1"]


def test_a_child_searches_with_a_connection_of_its_own(archive):
    parents = id(archive._database)
    before = [hit.to_json() for hit in archive.search("ferry to Brask")]

    def work():
        found = [hit.to_json() for hit in archive.search("ferry to Brask")]
        return found == before and id(archive._database) != parents

    assert in_child(work) == "True"
    assert [hit.to_json() for hit in archive.search("ferry to Brask")] == before


def test_parent_and_child_see_what_the_other_adds(archive):
    assert in_child(lambda: archive.add_articles(Article("The quay is closed.", id="quay")).added) == "('quay',)"
    assert archive.search("quay")[0].article.id == "quay"
    archive.add_articles(Article("The bridge is open.", id="bridge"))
    assert in_child(lambda: archive.search("bridge")[0].article.id) == "bridge"


def test_a_lock_that_a_thread_of_the_parent_held_is_free_in_the_child(archive):
    from threading import Event, Thread

    held, done = Event(), Event()

    def hold():
        with archive._searchable():
            held.set()
            done.wait()

    thread = Thread(target=hold)
    thread.start()
    held.wait()
    try:
        assert in_child(lambda: archive.search("ferry to Brask", limit=1)[0].article.id) == "a0"
    finally:
        done.set()
        thread.join()


def test_what_the_parent_closed_stays_closed(archive):
    archive.close()
    assert in_child(lambda: archive.search("ferry")).startswith("ArchiveError: The archive")
    with pytest.raises(ArchiveError, match="is closed"):
        archive.search("ferry")


def test_an_archive_that_is_gone_is_closed_in_the_child(archive):
    archive.path.rename(archive.path.with_name("moved.pq"))
    assert "is closed" in in_child(lambda: archive.search("ferry"))
    assert archive.search("ferry")


def test_archives_that_are_gone_are_forgotten(archive):
    from pullquote.index import forks

    for _ in range(4):
        Archive.open(archive.path, embedder=HashEmbedder()).close()
    assert sum(known() is None for known in forks._renewing) <= 1
