"""What every back end holds to; the local one, which searches exactly, says what is right.

The Milvus ones need pymilvus and milvus-lite (`pip install 'pullquote[milvus]'`). Those over a file are marked `slow`:
they take 15 s, and differ from those over `http://` in who starts the server. The same tests run against a server
with PULLQUOTE_MILVUS=http://HOST:19530, as `docs/milvus.md` says.
"""

from __future__ import annotations

import datetime as dt
import itertools
import os
import random
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from pullquote.articles import Article
from pullquote.errors import ArchiveDamaged, ArchiveError, InputError
from pullquote.filters import Filters
from pullquote.index.archive import Archive
from pullquote.index.backends.base import Match
from pullquote.index.search import printed_words

from fakes import HashEmbedder, made_up_news

HAS_MILVUS = find_spec("pymilvus") is not None and find_spec("milvus_lite") is not None
SERVER = os.environ.get("PULLQUOTE_MILVUS", "")
needs_lite = pytest.mark.skipif(not HAS_MILVUS, reason="pymilvus and milvus-lite aren't installed")
needs_server = pytest.mark.skipif(not SERVER, reason="PULLQUOTE_MILVUS names no server")

FILTERS = [
    Filters(),
    Filters(since=dt.date(2031, 1, 20), until=dt.date(2031, 2, 10)),
    Filters(outlets=("the harbour post", "Island Radio")),
    Filters(authors=("Asa Strasse",)),
    Filters(outlets=("BRASK DAILY",), authors=("Mara Lind", "Jon Vig"), as_of=dt.date(2031, 2, 1)),
    Filters(since=dt.date(2040, 1, 1)),
]


def articles(count: int, seed: int = 3, first: int = 0) -> list[Article]:
    """Invented articles; a name with a quotation mark, and one in another script."""
    made = []
    for row in made_up_news(count, seed=seed, first=first):
        day = dt.date.fromisoformat(row["published"]) if "published" in row else None
        made.append(
            Article(
                row["text"],
                id=row["id"],
                title=row["title"],
                url=row["url"],
                outlet=row.get("outlet"),
                published=day,
                authors=tuple(row.get("authors", ())),
            )
        )
    made[0] = replace(made[0], outlet='The "Post"', authors=("Ørsted", "O'Neil"), text=made[0].text + " Müller Мария")
    return made


@pytest.fixture(scope="module")
def server_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("milvus")


@pytest.fixture(scope="module")
def server(server_files: Path) -> Iterator[str]:
    """The address of Milvus Lite's own server."""
    from milvus_lite.adapter.grpc.server import start_server_in_thread

    running, database, port = start_server_in_thread(str(server_files))
    yield f"http://127.0.0.1:{port}"
    running.stop(grace=0)
    database.close()


@pytest.fixture(
    params=[
        "local",
        pytest.param("file", marks=[needs_lite, pytest.mark.slow]),
        pytest.param("http", marks=needs_lite),
        pytest.param("server", marks=needs_server),
    ]
)
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Archive]]:
    """`make(name)` makes an archive with one of the back ends."""
    opened = []

    def open_new(name: str = "news") -> Archive:
        address = None
        if request.param == "file":
            address = str(tmp_path / f"{name}.db")
        elif request.param == "http":
            address = f"{request.getfixturevalue('server')}/t{uuid.uuid4().hex}"
        elif request.param == "server":
            address = f"{SERVER}/t{uuid.uuid4().hex}"
        opened.append(Archive.open(tmp_path / f"{name}.pq", create=True, embedder=HashEmbedder(), index=address))
        return opened[-1]

    yield open_new
    for archive in opened:
        archive.close()


@pytest.fixture
def oracle(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "oracle.pq", create=True, embedder=HashEmbedder()) as archive:
        yield archive


def reopened(archive: Archive) -> Archive:
    archive.close()
    return Archive.open(archive.path, embedder=HashEmbedder())


def questions(stored: list[Article], count: int, seed: int = 5) -> list[str]:
    rng = random.Random(seed)
    return [" ".join(rng.sample(rng.choice(stored).text.split(), k=rng.randint(2, 6))) for _ in range(count)]


def found(archive: Archive, query: str, filters: Filters, limit: int = 20) -> tuple[list[Match], list[Match]]:
    vector = HashEmbedder().embed_query(query)
    with archive._searchable() as (_, index):
        return index.by_vector(vector, filters, limit), index.by_terms(query, filters, limit)


@pytest.fixture
def always_by_hnsw(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where so few passages are left that each would be compared."""
    if HAS_MILVUS:
        monkeypatch.setattr("pullquote.index.backends.milvus.index._EXACT_UP_TO", 0)


@pytest.mark.usefixtures("always_by_hnsw")
def test_it_finds_what_the_exact_one_finds(make, oracle: Archive):
    stored = articles(60)
    archive = make()
    for one in (archive, oracle):
        one.add_articles(stored)
    for query, filters in itertools.product(questions(stored, 4), FILTERS):
        assert found(archive, query, filters) == found(oracle, query, filters)
        assert archive.search_with_scope(query, filters=filters) == oracle.search_with_scope(query, filters=filters)


def test_its_words_are_counted_as_the_exact_one_counts_them(make, oracle: Archive):
    stored = articles(30)
    archive = make()
    for one in (archive, oracle):
        one.add_articles(stored)
    words = [word.strip(".") for word in stored[4].text.split()[:12]]
    for word, other in itertools.pairwise([*words, "Müller", "МАРИЯ", "the", "zebra", "n-o"]):
        assert printed_words.printed(archive, word) == printed_words.printed(oracle, word)
        assert printed_words.terms(archive, word) == printed_words.terms(oracle, word)
        together = [printed_words.most_together(one, word, [other, "and", *words]) for one in (archive, oracle)]
        assert together[0] == together[1]
        with archive._searchable() as (_, index), oracle._searchable() as (_, exact):
            assert index.rows_with([word, other], 1000) == exact.rows_with([word, other], 1000)


def test_an_empty_archive_finds_nothing(make):
    archive = make()
    assert archive.search("ferry") == []
    assert found(archive, "ferry", Filters()) == ([], [])
    assert (printed_words.printed(archive, "ferry"), printed_words.most_together(archive, "ferry", ["dues"])) == (0, -1)
    assert archive.info().passages == 0
    assert archive.check().ok


def test_a_new_version_and_a_removal_are_seen(make, oracle: Archive):
    stored = articles(12)
    archive = make()
    for one in (archive, oracle):
        one.add_articles(stored)
        one.add_articles([replace(stored[3], text="A storm closed three islands for a week.")])
        one.remove([stored[5].id, stored[6].id])
        one.optimize()  # tantivy counts what was removed until then
    with archive._searchable() as (_, index):
        assert index.live_passages() == archive.info().passages == oracle.info().passages
    for query in ("storm islands", *questions(stored, 6)):
        assert found(archive, query, Filters(), 50) == found(oracle, query, Filters(), 50)
    assert archive.check().ok


def test_counts_hold_without_being_written_anew(make):
    """BM25's counts after changes, one by one, are those of an index that was made in one go."""
    stored = articles(12)
    changed, fresh = make("changed"), make("fresh")
    changed.add_articles(stored[:5])
    changed.add_articles(stored[5:])
    changed.remove([stored[2].id])
    changed.add_articles([replace(stored[3], text="A storm closed three islands for a week.")])
    changed.add_articles([replace(stored[4], text="The storm went on.")])
    if changed._database.manifest().get("index") is None:
        changed.optimize()  # tantivy counts what was removed until then
    fresh.add_articles(
        [
            *(one for number, one in enumerate(stored) if number not in (2, 3, 4)),
            replace(stored[3], text="A storm closed three islands for a week."),
            replace(stored[4], text="The storm went on."),
        ]
    )
    for query in ("storm islands", *questions(stored, 6)):
        scores = [[hit.score for hit in found(one, query, Filters(), 50)[1]] for one in (changed, fresh)]
        assert scores[0] == scores[1]


class Killed(BaseException):
    """What stops a writer at once."""


@pytest.mark.parametrize("dies_after", ["the database", "the back end", "the publication"])
def test_no_half_batch_is_ever_seen(make, monkeypatch: pytest.MonkeyPatch, dies_after: str):
    stored = articles(10)
    archive = make()
    archive.add_articles(stored)
    queries = ["storm islands", *questions(stored, 4)]
    before = [found(archive, query, Filters(), 50) for query in queries]
    changes = [replace(stored[3], text="A storm closed three islands for a week."), *articles(4, seed=9, first=40)]
    number = 0
    from pullquote.index.adding import writing

    open_index = writing.open_index

    def opened(files):
        index = open_index(files)
        follow = index.follow

        def dies(added: int, removed: int) -> None:
            nonlocal number
            number += 1
            if number <= 1:  # a writer looks first whether another one left something to do
                follow(added, removed)
                return
            if dies_after == "the database" or (dies_after == "the publication" and added == removed):
                raise Killed
            follow(added, removed)
            if dies_after == "the back end":
                raise Killed

        index.follow = dies
        return index

    with monkeypatch.context() as patch:
        patch.setattr(writing, "open_index", opened)
        with pytest.raises(Killed):
            archive.add_articles(changes)
    seen = reopened(archive)
    if dies_after != "the publication":
        after = [found(seen, query, Filters(), 50) for query in queries]
        if dies_after == "the back end" and seen._database.manifest().get("index") is None:
            # tantivy counts what is stored, published or not: the passages are the same, their BM25 is not.
            before, after = ([(dense, {hit.row for hit in words}) for dense, words in one] for one in (before, after))
        assert after == before
    else:
        assert seen.search("storm closed islands")[0].article.id == stored[3].id
    assert seen.check().ok
    seen.add_articles(changes)  # does what is missing
    whole = make("whole")
    whole.add_articles(stored)
    whole.add_articles(changes)
    for one in (seen, whole):
        one.optimize()
    assert [found(seen, query, Filters(), 50) for query in queries] == [
        found(whole, query, Filters(), 50) for query in queries
    ]
    assert seen.check().ok
    seen.close()


def test_who_searches_while_a_change_is_published_sees_the_change_before(make):
    stored = articles(8)
    archive = make()
    archive.add_articles(stored)
    queries = questions(stored, 4)
    vectors = [HashEmbedder().embed_query(query) for query in queries]
    with archive._searchable() as (_, index):

        def seen() -> list[tuple[list[Match], list[Match]]]:
            return [
                (index.by_vector(vector, Filters(), 50), index.by_terms(query, Filters(), 50))
                for query, vector in zip(queries, vectors, strict=True)
            ]

        before = seen()
        with Archive.open(archive.path, embedder=HashEmbedder()) as writer:
            writer.add_articles([replace(stored[3], text="A storm closed three islands for a week.")])
        assert seen() == before
    assert archive.search("storm islands")[0].passage.text == "A storm closed three islands for a week."


def test_it_can_be_written_anew_from_the_database(make):
    stored = articles(10)
    archive = make()
    archive.add_articles(stored)
    queries = questions(stored, 4)
    before = [found(archive, query, Filters(), 50) for query in queries]
    archive.optimize()
    assert [found(archive, query, Filters(), 50) for query in queries] == before
    assert [found(reopened(archive), query, Filters(), 50) for query in queries] == before


def test_of_an_erased_article_nothing_is_found(make, tmp_path: Path, server_files: Path):
    stored = [replace(articles(1)[0], text="The quorvexian harbour opened.", id="erased"), *articles(6, first=10)]
    archive = make()
    archive.add_articles(stored)
    archive.add_articles([replace(stored[0], text="The quorvexian harbour closed.")])
    assert found(archive, "quorvexian", Filters())[1] != []

    def holding() -> list[Path]:
        # Where Milvus Lite's own server keeps its files, too.
        files = [file for folder in (tmp_path, server_files) for file in folder.rglob("*") if file.is_file()]
        return [file for file in files if b"quorvex" in file.read_bytes().lower()]

    # Lite writes what it holds in memory when it builds an index: then the words are there to be found.
    with archive._searchable() as (_, index):
        if hasattr(index, "_connection"):
            index._connection.tell("flush", index._connection.collection("passages"))
            assert any(archive.path not in file.parents for file in holding()) or not index._connection.is_lite
    assert any(archive.path in file.parents for file in holding())
    assert archive.remove(["erased"], erase=True).removed == ("erased",)
    assert printed_words.printed(archive, "quorvexian") == 0
    assert found(archive, "quorvexian", Filters())[1] == []
    assert archive.check().ok
    archive.close()
    assert holding() == []


# -- Milvus alone


@pytest.fixture(params=[pytest.param("file", marks=needs_lite), pytest.param("server", marks=needs_server)])
def milvus(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Archive]:
    address = str(tmp_path / "index.db") if request.param == "file" else f"{SERVER}/t{uuid.uuid4().hex}"
    with Archive.open(tmp_path / "news.pq", create=True, embedder=HashEmbedder(), index=address) as archive:
        archive.add_articles(articles(24))
        yield archive


def test_what_was_built_is_hnsw(milvus: Archive, tmp_path: Path):
    from pullquote.index.backends.milvus import collections

    milvus.search("storm")
    assert collections.index_type(milvus._index._connection) == ("HNSW", "IP")
    if milvus._index._connection.is_lite:
        built = [file.name for file in tmp_path.rglob("*.vector.*.idx")]
        assert built == [f"data_000001_{milvus.info().passages:06}.vector.hnsw.idx"]


def test_what_was_altered_is_told_and_mended(milvus: Archive):
    from pullquote.index.backends.milvus import collections

    milvus.search("storm")
    connection = milvus._index._connection
    (row,) = connection.query(collections.PASSAGES, "row == 3", ["*"])
    connection.upsert(collections.PASSAGES, [{**row, "terms": "storm"}])
    (piece,) = connection.query(collections.ARTICLES, "article == 2", ["*"])
    connection.upsert(collections.ARTICLES, [{**piece, "content": piece["content"].replace("a", "b")}])
    connection.delete(collections.PASSAGES, "row == 5")
    named = f"the index {connection.address}"
    assert milvus.check().problems == (
        f"{named} lacks 1 passages and has 0 too many",
        f"1 passages of {named} were altered",
        f"1 articles of {named} are missing or were altered",
    )
    report = milvus.check(repair=True)
    assert (report.problems, report.repaired) == ((), (f"wrote {named} anew",))


def test_an_index_that_is_missing_or_of_another_archive_is_told(milvus: Archive, tmp_path: Path):
    from pullquote.index.backends.milvus import collections

    address = milvus._database.manifest()["index"]
    with pytest.raises(InputError, match="is another archive's; name another one"):
        Archive.open(tmp_path / "other.pq", create=True, embedder=HashEmbedder(), index=address)
    assert not (tmp_path / "other.pq").exists()
    Archive.open(milvus.path, embedder=HashEmbedder(), index=address).close()
    milvus.search("storm")
    collections.drop(milvus._index._connection)
    with pytest.raises(ArchiveDamaged, match=r"is missing; run: pullquote check --repair"):
        reopened(milvus).search("storm")
    assert milvus.path.exists()


def test_an_archive_moves_without_being_embedded_again(oracle: Archive, milvus: Archive, tmp_path: Path):
    stored = articles(8)
    oracle.add_articles(stored)
    queries = questions(stored, 4)
    before = [oracle.search_with_scope(query) for query in queries]
    words = [found(oracle, query, Filters()) for query in queries]
    oracle.close()
    address = f"{milvus._database.manifest()['index'].rpartition('/')[0]}/moved{uuid.uuid4().hex}"
    with pytest.raises(InputError, match="is another archive's"):
        Archive.open(oracle.path, embedder=HashEmbedder(), index=milvus._database.manifest()["index"])
    with Archive.open(oracle.path, index=address) as moved:
        assert moved._database.manifest()["index"] == address
    with Archive.open(oracle.path, embedder=HashEmbedder()) as moved:
        assert [moved.search_with_scope(query) for query in queries] == before
        assert [found(moved, query, Filters()) for query in queries] == words
        assert moved.check().ok
    assert not (oracle.path / "lexical").exists()


def test_an_address_alone_is_enough_to_search(milvus: Archive, oracle: Archive):
    """Same answers, whole changes, verified content, and nothing is written."""
    from pullquote.index.backends.milvus import collections

    stored = articles(24)
    oracle.add_articles(stored)
    address = f"milvus+{milvus._database.manifest()['index']}"
    with Archive.open(Path(address) if "http" in address else address, embedder=HashEmbedder()) as remote:
        for query, filters in itertools.product(questions(stored, 2), FILTERS):
            assert remote.search_with_scope(query, filters=filters) == oracle.search_with_scope(query, filters=filters)
        for one in stored:
            assert remote.article(one.id) == oracle.article(one.id)
            assert remote.article(f"{one.url}?utm_source=feed") == oracle.article(one.id)
            assert remote.passages(one.id) == oracle.passages(one.id)
            assert remote.furniture(one.id) == oracle.furniture(one.id)
        assert list(remote.articles()) == list(oracle.articles())
        assert (remote.bylines(), remote.newest(), remote.sample()) == (
            oracle.bylines(),
            oracle.newest(),
            oracle.sample(),
        )
        assert printed_words.vocabulary(remote).forms == printed_words.vocabulary(oracle).forms
        told, exact = remote.info(), oracle.info()
        assert told.path == address
        assert replace(told, path="", bytes_on_disk=0) == replace(exact, path="", bytes_on_disk=0)
        # A change is seen as soon as it is published.
        for one in (milvus, oracle):
            one.add_articles([replace(stored[3], text="A storm closed three islands for a week.")])
            one.remove([stored[5].id])
            one.optimize()
        assert remote.search("storm islands") == oracle.search("storm islands")
        assert remote.article(stored[5].id) is None
        assert remote.info().articles == 23
        for change in (
            lambda: remote.add_articles(stored),
            lambda: remote.remove(["n1"]),
            remote.optimize,
            remote.check,
        ):
            with pytest.raises(ArchiveError, match="read-only here"):
                change()
    # What was altered is not quoted.
    milvus.search("storm")
    connection = milvus._index._connection
    number = milvus._database.live_rowid(stored[4].id)[0]
    (piece,) = connection.query(collections.ARTICLES, f"article == {number}", ["*"])
    connection.upsert(collections.ARTICLES, [{**piece, "content": piece["content"].replace("a", "b")}])
    with Archive.open(address, embedder=HashEmbedder()) as remote:
        hits, searched = remote.search_with_scope(stored[4].text[:60])
        assert searched.altered == (stored[4].id,)
        assert stored[4].id not in {hit.article.id for hit in hits}
    with pytest.raises(ArchiveDamaged, match="holds no archive"):
        Archive.open(f"{address}x", embedder=HashEmbedder())


@pytest.mark.parametrize(("missing", "index"), [("pymilvus", "http://127.0.0.1:9"), ("milvus_lite", "{}/x.db")])
def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str, index: str):
    if missing == "milvus_lite" and not HAS_MILVUS:
        pytest.skip("pymilvus isn't installed")
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ArchiveError, match=rf"{missing.replace('_', '-')}, .* pip install 'pullquote\[milvus\]'"):
        Archive.open(tmp_path / "a.pq", create=True, embedder=HashEmbedder(), index=index.format(tmp_path))
    assert not (tmp_path / "a.pq").exists()


@needs_lite
def test_an_address_where_nobody_answers_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pullquote.index.backends.milvus.connection._ANSWER_WITHIN_S", 1)
    for path, index in ((tmp_path / "a.pq", "http://127.0.0.1:9"), ("milvus+http://127.0.0.1:9/news", None)):
        with pytest.raises(ArchiveError, match=r"No Milvus answers at http://127\.0\.0\.1:9 .*; is it running"):
            Archive.open(path, create=True, embedder=HashEmbedder(), index=index)
    assert not (tmp_path / "a.pq").exists()


def test_what_is_no_address_is_refused(tmp_path: Path):
    for address in ("ftp://host", "news", "http://", "http://host:1/a/b", "x.db/1a"):
        with pytest.raises(InputError, match=r"write http://HOST:PORT"):
            Archive.open(tmp_path / "a.pq", create=True, embedder=HashEmbedder(), index=address)
    assert not (tmp_path / "a.pq").exists()


@needs_lite
def test_bm25_scores_as_tantivy_does(tmp_path: Path):
    """Bit for bit, also where lengths are rounded."""
    from pullquote.index.backends import bm25
    from pullquote.index.backends.lexical import LexicalIndex, LexicalPassage

    rng = random.Random(4)
    words = ["storm", "harbour", "ferry", "mayor", "tax", "school"]
    texts = [" ".join(rng.choices(words, weights=[1, 2, 3, 4, 5, 6], k=rng.randint(1, 300))) for _ in range(200)]
    index = LexicalIndex(tmp_path / "lexical", create=True)
    index.apply([LexicalPassage(row, 1, text, 0, "", ()) for row, text in enumerate(texts)], ())
    index.reload()
    held = [index.analyze(text) for text in texts]
    mean = bm25.mean_length(sum(map(len, held)), len(held))
    for query in ("storm", "ferry tax", "mayor school harbour storm"):
        asked = index.analyze(query)
        weights = {term: bm25.telling(len(held), sum(term in terms for terms in held)) for term in asked}
        expected = {row: score for row, score in index.search(query, Filters(), 200)}
        assert len(expected) > 100
        scores = {row: bm25.score(weights, terms, mean) for row, terms in enumerate(held) if set(terms) & set(asked)}
        assert scores == expected
