"""The Milvus back end where something goes wrong: kills, dead servers, altered rows, others' collections.

What it has in common with the local one is in `test_contract.py`.
"""

from __future__ import annotations

import datetime as dt
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from pullquote.articles import Article
from pullquote.errors import ArchiveDamaged, ArchiveError, ArchiveWriteFailed, InputError
from pullquote.filters import Filters
from pullquote.index.archive import Archive
from pullquote.index.backends.milvus.address import MilvusAddress
from pullquote.index.storage.database import Database

from fakes import CapitalReader, HashEmbedder

pytestmark = pytest.mark.skipif(
    find_spec("pymilvus") is None or find_spec("milvus_lite") is None, reason="pymilvus or milvus-lite isn't installed"
)
NEWS = [
    Article(
        "Mara Lind chairs the port authority.", id="n0", title="Port", outlet="Post", published=dt.date(2031, 1, 1)
    ),
    Article("The ferry to Skaldby sank at dawn.", id="n1", title="Ferry", outlet="Post", published=dt.date(2031, 1, 2)),
    Article("Island schools close on Monday.", id="n2", title="Schools", outlet="Radio", authors=("Jon Vig",)),
]
STORM = Article("A quorvexian storm closed three islands.", id="n9", title="Storm", outlet="Gale", authors=("Ole Dum",))


class Killed(BaseException):
    """What stops a writer at once."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    from milvus_lite.adapter.grpc.server import start_server_in_thread

    running, database, port = start_server_in_thread(str(tmp_path_factory.mktemp("milvus")))
    yield f"http://127.0.0.1:{port}"
    running.stop(grace=0)
    database.close()


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def make(server: str, tmp_path: Path, opened: ExitStack) -> Callable[..., Archive]:
    """`make()` makes an archive of `NEWS` at a name of its own; `make(None)` one that is searched by itself."""

    def made(index: str | None = "", folder: str = "news", news: list[Article] = NEWS) -> Archive:
        address = f"{server}/t{uuid.uuid4().hex}" if index == "" else index
        archive = Archive.open(tmp_path / f"{folder}.pq", create=True, embedder=HashEmbedder(), index=address)
        opened.callback(archive.close)
        archive.add_articles(news)
        return archive

    return made


@pytest.fixture
def by_address(opened: ExitStack) -> Callable[[Archive], Archive]:
    def remote(archive: Archive) -> Archive:
        return opened.enter_context(
            Archive.open(f"milvus+{archive._database.manifest()['index']}", embedder=HashEmbedder())
        )

    return remote


@pytest.fixture
def connected(opened: ExitStack) -> Callable[[Archive], Any]:
    """A connection to an archive's index that asks the version that its state names."""

    def connect(archive: Archive) -> Any:
        from pullquote.index.backends.milvus.connection import MilvusConnection
        from pullquote.index.backends.milvus.statistics import read_state

        connection = MilvusConnection(MilvusAddress.parse(archive._database.manifest()["index"]))
        opened.callback(connection.close)
        read_state(connection)
        return connection

    return connect


def ids(archive: Archive, query: str, **filters: Any) -> list[str]:
    return [hit.article.id for hit in archive.search(query, **filters)]


def kill_at(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let the writer die when it calls a function of `writing`."""

    def die(*given: object, **options: object) -> None:
        raise Killed

    monkeypatch.setattr(f"pullquote.index.backends.milvus.writing.{name}", die)


def kill_after_follow(archive: Archive, change: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a writer die between `follow` and the publication."""
    from pullquote.index.backends.milvus.index import MilvusIndex

    follow = MilvusIndex.follow

    def dies(self: MilvusIndex, added: int, removed: int) -> None:
        follow(self, added, removed)
        if added != removed:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(MilvusIndex, "follow", dies)
        with pytest.raises(Killed):
            change()


# -- names


@pytest.mark.parametrize("kind", ["articles", "terms", "state", "passages"])
def test_an_archive_named_as_anothers_collection_has_its_own(kind: str):
    from pullquote.index.backends.milvus.connection import STATE, MilvusConnection

    names = []
    for name in ("news", f"news_{kind}", f"{kind}_news", f"_1_{kind}", "_1_news"):
        connection = object.__new__(MilvusConnection)
        connection.address, connection.version = MilvusAddress("http://host", name), 1
        names += [connection.collection(what) for what in ("passages", "articles", "terms", STATE)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("names", [("{}", "{}_articles"), ("{}_articles", "{}")])
def test_two_archives_with_like_names_leave_each_other_alone(make, server: str, names: tuple[str, str]):
    own = f"t{uuid.uuid4().hex}"
    first, second = (
        make(f"{server}/{name.format(own)}", folder=str(place), news=[NEWS[place]]) for place, name in enumerate(names)
    )
    assert (ids(first, "port ferry"), ids(second, "port ferry")) == (["n0"], ["n1"])
    assert first.check().ok
    assert second.check().ok


# -- by address


def test_what_is_stored_and_not_yet_published_is_copied_once_it_is(make, by_address, monkeypatch: pytest.MonkeyPatch):
    archive = make()
    kill_after_follow(archive, lambda: archive.add_articles([STORM]), monkeypatch)
    remote = by_address(archive)
    assert "n9" not in ids(remote, "storm")
    archive.add_articles([replace(NEWS[2], text="Island schools open again on Tuesday.")])
    assert ids(remote, "quorvexian storm")[0] == "n9"
    assert remote.passages("n9") == archive.passages("n9")
    assert remote.info().passages == archive.info().passages == 4


def test_by_address_a_change_is_seen_by_whatever_is_asked_first(make, by_address):
    archive = make()
    remotes = [by_address(archive) for _ in range(4)]
    archive.add_articles([replace(STORM, published=dt.date(2031, 5, 1))])
    assert remotes[0].article("n9").text == STORM.text
    assert remotes[1].count_articles() == 4
    assert remotes[2].newest(limit=1)[0].id == "n9"
    assert ids(remotes[3], "storm", outlets=["Gale"]) == ["n9"]
    assert len(list(remotes[0].articles())) == 4


def test_by_address_another_archive_in_its_place_is_told(make, by_address, connected):
    from pullquote.index.backends.milvus import collections

    archive = make()
    remote = by_address(archive)
    collections.drop(connected(archive))
    make(archive._database.manifest()["index"], folder="other")
    with pytest.raises(ArchiveDamaged, match="is another archive's now"):
        remote.article("n0")


def test_by_address_search_ask_and_info(make, by_address):
    from pullquote.qa.engine import Engine

    archive = make()
    remote = by_address(archive)
    assert ids(remote, "ferry") == ids(archive, "ferry")
    told = [Engine(one, reader=CapitalReader()).ask("Who chairs the port authority?") for one in (remote, archive)]
    assert told[0].answers[0].citations[0].article_id == "n0"
    assert [replace(one, timings_ms={}) for one in told[:1]] == [replace(told[1], timings_ms={})]
    facts = [replace(one.info(), path="", bytes_on_disk=0) for one in (remote, archive)]
    assert facts[0] == facts[1]
    assert remote.info().path == f"milvus+{archive._database.manifest()['index']}"


def test_by_address_altered_facts_are_told(make, by_address, connected):
    archive = make()
    connection = connected(archive)
    (piece,) = connection.query("articles", "article == 2", ["*"])
    connection.upsert("articles", [{**piece, "facts": piece["facts"].replace("Post", "Past")}])
    with pytest.raises(ArchiveDamaged, match=r"The facts of article 2 .* were altered"):
        by_address(archive)


# -- written anew


def test_who_searches_while_the_index_is_written_anew_finds_all(make, by_address, monkeypatch: pytest.MonkeyPatch):
    from pullquote.index.backends.milvus.writing import MilvusWriter

    archive = make()
    remote, other = by_address(archive), Archive.open(archive.path, embedder=HashEmbedder())
    before = archive.search("ferry port")
    seen = []
    append = MilvusWriter._append

    def watched(self: MilvusWriter, *given: Any) -> Any:
        state = append(self, *given)
        seen.extend(one.search("ferry port") for one in (remote, other))
        return state

    with other, other._searchable() as (_, held):
        monkeypatch.setattr(MilvusWriter, "_append", watched)
        archive.optimize()
        # Of who holds a generation still, and of who comes afterwards.
        assert held.by_terms("ferry", Filters(), 5)[0].row == 1
        seen += [one.search("ferry port") for one in (remote, other, archive)]
    assert seen == [before] * 5


@pytest.mark.parametrize("step", ["write_owner", "write_state"])
def test_a_killed_rewriting_leaves_what_there_was(make, connected, monkeypatch: pytest.MonkeyPatch, step: str):
    from pullquote.index.backends.milvus import collections

    archive = make()
    connection = connected(archive)
    before = collections.versions(connection)
    with monkeypatch.context() as patch:
        kill_at(patch, step)
        with pytest.raises(Killed):
            archive.optimize()
    assert len(collections.versions(connection)) == 6
    assert ids(archive, "ferry")[0] == "n1"
    archive.add_articles([STORM])
    assert collections.versions(connection) == before
    assert archive.check().ok


# -- altered


def test_a_state_that_cannot_be_read_is_mended_and_no_ones_elses(make, connected):
    from pullquote.index.backends.milvus.connection import STATE

    archive, other = make(), make(None, folder="other")
    connection = connected(archive)
    (row,) = connection.query(STATE, 'key == "state"', ["*"])
    connection.upsert(STATE, [{**row, "value": "{"}])
    archive._let_go()
    with pytest.raises(ArchiveDamaged, match="says of itself was altered; run: pullquote check --repair"):
        archive.search("ferry")
    with pytest.raises(InputError, match="is another archive's"):
        Archive.open(other.path, embedder=HashEmbedder(), index=archive._database.manifest()["index"])
    assert archive.check().problems == (f"What the index {connection.address} says of itself was altered",)
    assert archive.check(repair=True).ok
    assert ids(archive, "ferry")[0] == "n1"


def altered(row: dict[str, Any], **values: Any) -> dict[str, Any]:
    """Return a passage's row with other values, and the checksum of these."""
    from pullquote.index.backends.milvus.rows import checksum_of

    return {**row, **values, "checksum": checksum_of({**row, **values})}


def test_check_compares_rows_with_the_database_and_counts_again(make, connected):
    from pullquote.index.backends.milvus.connection import STATE
    from pullquote.index.backends.milvus.rows import term_key

    archive = make()
    connection = connected(archive)
    named = f"the index {connection.address}"
    (passage,) = connection.query("passages", "row == 1", ["*"])
    for values in ({"day": 1}, {"start": 1}, {"outlet": "radio"}, {"article": 1}, {"vector_checksum": "ab"}):
        connection.upsert("passages", [altered(passage, **values)])
        assert archive.check().problems == (f"1 passages of {named} were altered",), values
    connection.upsert("passages", [passage])
    (piece,) = connection.query("articles", "article == 2", ["*"])
    connection.upsert("articles", [{**piece, "facts": piece["facts"].replace("Post", "Past")}])
    assert archive.check().problems == (f"1 articles of {named} are missing or were altered",)
    connection.upsert("articles", [piece])
    wrong = (f"{named} counts other passages or terms than it has",)
    (term,) = connection.query("terms", f"key == {term_key('ferri')}", ["*"])
    for one in ({**term, "passages": 2}, {**term, "key": 7}):
        connection.upsert("terms", [one])
        assert archive.check().problems == wrong
        connection.upsert("terms", [term])
    connection.delete("terms", "key == 7")
    (state,) = connection.query(STATE, 'key == "state"', ["*"])
    connection.upsert(STATE, [{**state, "value": state["value"].replace('"passages": 3', '"passages": 4')}])
    assert archive.check().problems == wrong
    connection.upsert(STATE, [state])
    assert archive.check().ok


def test_altered_vectors_that_reached_milvus_are_mended_there(make, connected):
    archive = make()
    (before,) = connected(archive).query("passages", "row == 1", ["vector"])
    log = archive.path / "vectors.f16"
    whole = log.read_bytes()
    log.write_bytes(whole[:128] + bytes(reversed(whole[128:256])) + whole[256:])
    archive.optimize()
    (wrong,) = connected(archive).query("passages", "row == 1", ["vector"])
    assert wrong != before
    report = archive.check(repair=True)
    assert report.ok
    assert any(done.startswith("wrote the index") for done in report.repaired)
    assert connected(archive).query("passages", "row == 1", ["vector"]) == [before]


def test_terms_are_counted_once_over_two_changes_that_were_not_published(make, monkeypatch: pytest.MonkeyPatch):
    archive = make()
    with monkeypatch.context() as patch:
        kill_at(patch, "write_state")
        with pytest.raises(Killed):
            archive.add_articles([STORM, replace(NEWS[0], text="The port authority has no chair.")])
    # As `check --repair` takes out what was altered, before it publishes.
    with archive._locked() as database, database.transaction():
        database.mark_removed(database.live_rowid("n9")[0], 3)
        database.set_number("generation", 3)
    archive.add_articles([replace(STORM, id="n8", text="A storm closed the ferry.")])
    assert archive.check().problems == ()


def test_a_database_older_than_its_index_is_told(make):
    archive = make()
    archive.close()
    shutil.copytree(archive.path, archive.path.with_name("old.pq"))
    with Archive.open(archive.path, embedder=HashEmbedder()) as newer:
        newer.add_articles([STORM])
    with (
        Archive.open(archive.path.with_name("old.pq"), embedder=HashEmbedder()) as old,
        pytest.raises(ArchiveDamaged, match="is of change 2, the database of 1; run: pullquote check --repair"),
    ):
        old.search("ferry")


# -- erasing and moving


def test_a_moved_archive_leaves_no_words_of_what_is_erased(make, server: str):
    archive = make(None, news=[*NEWS, STORM])
    left = [archive.path / "lexical.old", archive.path / "lexical.new"]
    for folder in left:
        shutil.copytree(archive.path / "lexical", folder)
        (folder / "words").write_bytes(b"quorvexian")
    archive.close()

    def holding() -> list[str]:
        return [
            str(file) for file in archive.path.rglob("*") if file.is_file() and b"quorvex" in file.read_bytes().lower()
        ]

    assert len([file for file in holding() if "/lexical." in file]) == 2
    with Archive.open(archive.path, embedder=HashEmbedder(), index=f"{server}/t{uuid.uuid4().hex}") as moved:
        assert list(archive.path.glob("lexical*")) == []
        left[0].mkdir()  # as a kill before the last step leaves it
        (left[0] / "words").write_bytes(b"quorvexian")
        told = "a lexical index is left (lexical.old), which another back end has replaced"
        assert moved.check().problems == (told,)
        moved.remove(["n9"], erase=True)
        assert holding() == []
        left[0].mkdir()
        report = moved.check(repair=True)
        assert (report.ok, report.repaired) == (True, ("deleted a lexical index that another back end has replaced",))


def test_an_archive_moves_on_where_nobody_answers_any_more(make, server: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pullquote.index.backends.milvus.connection._ANSWER_WITHIN_S", 1)
    archive = make()
    words = [archive.search("ferry port")]
    archive.close()
    with closing(Database(archive.path / "archive.db", write=True)) as database, database.transaction():
        database.execute("UPDATE manifest SET value = 'http://127.0.0.1:9/news' WHERE key = 'index'")
    address = f"{server}/t{uuid.uuid4().hex}"
    for index, kept in ((address, address), ("local", None)):
        with Archive.open(archive.path, embedder=HashEmbedder(), index=index) as moved:
            assert moved._database.manifest().get("index") == kept
            words.append(moved.search("ferry port"))
            assert moved.check().ok
    assert words == [words[0]] * 3


# -- a server that is away


@pytest.fixture
def dying(tmp_path: Path, opened: ExitStack, monkeypatch: pytest.MonkeyPatch) -> tuple[Archive, Callable[[], None]]:
    """An archive whose server can be stopped."""
    from milvus_lite.adapter.grpc.server import start_server_in_thread

    monkeypatch.setattr("pullquote.index.backends.milvus.connection._ANSWER_WITHIN_S", 1)
    running, database, port = start_server_in_thread(str(tmp_path / "server"))
    opened.callback(database.close)
    archive = Archive.open(
        tmp_path / "dying.pq", create=True, embedder=HashEmbedder(), index=f"http://127.0.0.1:{port}/news"
    )
    opened.callback(archive.close)
    archive.add_articles(NEWS)
    archive.search("ferry")
    return archive, lambda: running.stop(grace=0).wait()


def test_a_dead_server_is_one_sentence_within_seconds(dying):
    archive, stop = dying
    files = archive._files(archive._database)
    from pullquote.index.backends.opening import open_index

    writer = open_index(files)
    writer.prepare(trusted=False)
    stop()
    begun = time.monotonic()
    with pytest.raises(ArchiveError, match="cannot be searched"):
        archive.search("ferry")
    for write in (lambda: writer.prepare(trusted=False), lambda: writer.follow(2, 1), writer.rebuild):
        with pytest.raises(ArchiveWriteFailed, match="what was committed before is intact"):
            write()
    writer.settle()
    writer.close()
    with pytest.raises(ArchiveWriteFailed, match="No Milvus answers at"):
        archive.add_articles([STORM])
    for repair in (False, True):
        (problem,) = archive.check(repair=repair).problems
        assert problem.startswith("No Milvus answers at http://127.0.0.1:")
    assert time.monotonic() - begun < 60


def test_errors_of_grpc_are_the_archives(make, connected, monkeypatch: pytest.MonkeyPatch):
    import grpc

    class Refused(grpc.RpcError):
        """What pymilvus passes on as it is."""

    def refuse(*given: object, **options: object) -> None:
        raise Refused("permission denied")

    connection = connected(make())
    monkeypatch.setattr(connection.client, "query", refuse)
    monkeypatch.setattr(connection.client, "delete", refuse)
    with pytest.raises(ArchiveError, match=r"cannot be searched \(permission denied\)"):
        connection.query("passages", "row == 1", ["row"])
    with pytest.raises(ArchiveWriteFailed, match=r"cannot be written \(permission denied\)"):
        connection.delete("passages", "row == 1")
    with pytest.raises(ArchiveWriteFailed, match="cannot be written"), connection.writing():
        connection.query("passages", "row == 1", ["row"])


def test_every_call_has_a_limit(make, monkeypatch: pytest.MonkeyPatch):
    import pymilvus

    real = pymilvus.MilvusClient
    asked = set()

    class Watched:
        """A client that notes which of its methods are called without a limit."""

        create_schema = staticmethod(real.create_schema)

        def __init__(self, **options: Any) -> None:
            self._client = real(**options)

        def __getattr__(self, name: str) -> Any:
            method = getattr(self._client, name)
            if name in {"close", "prepare_index_params"}:
                return method

            def called(*given: Any, **options: Any) -> Any:
                assert 0 < options.get("timeout", 0) <= 600, name
                asked.add(name)
                return method(*given, **options)

            return called

    monkeypatch.setattr(pymilvus, "MilvusClient", Watched)
    archive = make()
    monkeypatch.setattr("pullquote.index.backends.milvus.index._EXACT_UP_TO", 0)
    archive.search("ferry")
    archive.remove(["n2"])
    archive.add_articles([STORM])
    assert archive.check().ok
    archive.optimize()
    assert {"query", "search", "upsert", "delete", "create_collection", "load_collection", "flush"} <= asked


def test_what_is_stored_counts_where_milvus_builds_no_index(make, monkeypatch: pytest.MonkeyPatch):
    from pullquote.index.backends.base import BackEndAway
    from pullquote.index.backends.milvus.writing import MilvusWriter

    archive = make()

    def fails(self: MilvusWriter) -> None:
        raise BackEndAway("The disk of the server is full.")

    monkeypatch.setattr(MilvusWriter, "settle", fails)
    assert archive.add_articles([STORM]).added == ("n9",)
    assert ids(archive, "storm")[0] == "n9"


# -- small things


def test_addresses():
    assert not MilvusAddress("http://host.db", "news").is_file
    assert MilvusAddress.parse("x.db/news").is_file
    with pytest.raises(InputError, match="PULLQUOTE_MILVUS_TOKEN") as told:
        MilvusAddress.parse("http://ines:secret@host:19530/news")
    assert "secret" not in str(told.value)


def test_a_name_with_control_characters_is_found(make):
    odd = replace(STORM, outlet="Gale\x01\x0bPost", authors=("Ole\x7fDum",))
    archive = make(news=[odd, *NEWS])
    assert archive.check().ok
    assert [hit.article.id for hit in archive.search("storm", outlets=[archive.article("n9").outlet])] == ["n9"]


def test_a_row_that_is_gone_between_two_queries_is_left_out(make, by_address, connected):
    archive = make()
    remote = by_address(archive)
    assert "n1" in ids(remote, "ferry")
    connected(archive).delete("passages", "row == 1")
    vector = HashEmbedder().embed_query("ferry")
    with remote._searchable() as (_, index):
        assert {hit.row for hit in index.by_vector(vector, Filters(), 5)} == {0, 2}


def test_what_fails_to_open_leaves_nothing_open(make, monkeypatch: pytest.MonkeyPatch):
    from pullquote.errors import ModelMismatch

    archive = make()
    closed = []
    close = Database.close

    def watched(self: Database) -> None:
        closed.append(type(self).__name__)
        close(self)

    monkeypatch.setattr(Database, "close", watched)
    with pytest.raises(ModelMismatch):
        Archive.open(archive.path, embedder=HashEmbedder(name="other"))
    with pytest.raises(ModelMismatch):
        Archive.open(f"milvus+{archive._database.manifest()['index']}", embedder=HashEmbedder(name="other"))
    assert closed == ["Database", "CopiedDatabase", "CopiedDatabase"]


def test_a_forked_process_is_told_to_open_the_archive_itself(make, by_address):
    remote = by_address(make())
    folder = remote.path
    # What a fork does in the child; forking this process, which talks to a server, isn't safe.
    remote._renew()
    for call in (lambda: remote.search("harbour"), lambda: remote.article("a"), remote.info):
        with pytest.raises(ArchiveError, match="was opened before this process was forked; open it in here"):
            call()
    remote.close()
    assert folder.is_dir()
