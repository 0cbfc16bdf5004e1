"""Files that are mapped: what they hold is what the database says, and one that doesn't fit is never used."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullquote.articles import Article
from pullquote.errors import ArchiveWriteFailed
from pullquote.filters import Filters
from pullquote.index.archive import Archive
from pullquote.index.backends import clusters, mapped_followers, snapshot, visible
from pullquote.index.backends.article_columns import ArticleColumns
from pullquote.index.backends.clustering import Clustering
from pullquote.index.storage import mapped_files
from pullquote.index.storage.database import ArticleFacts

from fakes import HashEmbedder, made_up_news

FILTERS = [
    Filters(),
    Filters(since=dt.date(2031, 1, 20), until=dt.date(2031, 2, 10)),
    Filters(outlets=("the harbour post", "Island Radio")),
    Filters(authors=("Asa Strasse", "mara lind")),
]
EXTRA = [
    Article("A storm closed the islands.", id="x1", outlet="Neu\n\0Zeit", authors=("Zoë Quint",)),
    Article("No more ferries in May.", id="x2", published=dt.date(2031, 2, 1), authors=("Mara Lind", "Mara Lind")),
]


def stored(count: int, first: int = 0) -> list[Article]:
    return [
        Article(
            row["text"],
            id=row["id"],
            title=row["title"],
            outlet=row.get("outlet"),
            published=dt.date.fromisoformat(row["published"]) if "published" in row else None,
            authors=tuple(row.get("authors", ())),
        )
        for row in made_up_news(count, seed=4, first=first)
    ]


def reopened(archive: Archive) -> Archive:
    return Archive.open(archive.path, embedder=HashEmbedder())


def files(archive: Archive, kind: str = "articles") -> list[Path]:
    return sorted(archive.path.glob(f"{kind}-*"))


def answers(archive: Archive) -> list[object]:
    """What a new reader finds, sees and counts."""
    with reopened(archive) as reader:
        found: list[object] = []
        for filters in FILTERS:
            for query in ("storm islands", "ferry council budget", "harbour"):
                vector = HashEmbedder().embed_query(query)
                with reader._searchable() as (_, index):
                    found += [index.by_vector(vector, filters, 12), index.by_terms(query, filters, 12)]
                    found.append(index.scope(filters))
        return found


def is_mapped(archive: Archive) -> bool:
    """Whether a new reader begins with the mapped file."""
    table = visible.VisibleArticles(archive._database, mapped=True)
    table._begin_mapped(archive.generation)
    return table.generation > 0


@pytest.fixture
def by_rows(monkeypatch: pytest.MonkeyPatch) -> Callable[[Archive], list[object]]:
    """`by_rows(archive)` returns the answers of a reader who reads all from the database."""

    def read(archive: Archive) -> list[object]:
        with monkeypatch.context() as patched:
            patched.setattr(visible, "noted", lambda *_: None)
            patched.setattr(snapshot, "noted", lambda *_: None)
            return answers(archive)

    return read


@pytest.fixture
def filled(archive: Archive) -> Archive:
    articles = stored(30)
    archive.add_articles([*articles[:20], *EXTRA, *articles[20:]])
    archive.add_articles([replace(articles[3], text="A storm closed three islands for a week.", authors=())])
    archive.remove([articles[5].id, articles[29].id])
    archive.optimize()
    return archive


# -- facts of articles


def test_a_mapped_file_gives_what_the_database_gives(filled: Archive, by_rows):
    assert len(files(filled)) == 1
    assert is_mapped(filled)
    assert answers(filled) == by_rows(filled)
    assert filled.check().ok


def test_what_changed_since_is_read_from_the_database(filled: Archive, by_rows):
    before = files(filled)
    filled.add_articles(stored(8, first=100))
    filled.add_articles([replace(EXTRA[1], text="Ferries go again.", authors=("Jon Vig",), outlet="Island Radio")])
    filled.remove(["x1", stored(30)[7].id])
    assert files(filled) == before
    assert is_mapped(filled)
    assert answers(filled) == by_rows(filled)
    mapped_followers.catch_up(filled._database)
    assert files(filled) == before
    filled.optimize()
    assert len(files(filled)) == 1
    assert files(filled) != before
    assert answers(filled) == by_rows(filled)


def test_add_writes_it_once_much_was_added(filled: Archive, monkeypatch: pytest.MonkeyPatch, by_rows):
    monkeypatch.setattr(mapped_followers, "_LEAST_BEHIND", 8)
    before = files(filled)
    filled.add_articles(stored(2, first=200))
    assert files(filled) == before
    filled.add_articles(stored(12, first=300))
    assert files(filled) != before
    assert mapped_files.noted(filled._database, "articles").generation == filled.generation
    assert answers(filled) == by_rows(filled)


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size - 5)


def empty(file: Path) -> None:
    os.truncate(file, 0)


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 4
    file.write_bytes(data)


def flip_header(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[8] ^= 64
    file.write_bytes(data)


@pytest.mark.parametrize("damage", [cut, empty, flip, flip_header, Path.unlink])
def test_a_damaged_file_is_not_used_and_is_told_and_mended(filled: Archive, damage, by_rows):
    expected = by_rows(filled)
    damage(files(filled)[0])
    assert not is_mapped(filled)
    assert answers(filled) == expected
    assert filled.check().problems == ("the mapped facts of articles are not what was written",)
    report = filled.check(repair=True)
    assert (report.problems, report.repaired) == ((), ("wrote the mapped files anew",))
    assert is_mapped(filled)
    assert answers(filled) == expected


def test_another_archives_file_is_not_used(filled: Archive, tmp_path: Path, by_rows):
    with Archive.open(tmp_path / "other.pq", create=True, embedder=HashEmbedder()) as other:
        other.add_articles(stored(30))
        other.optimize()
        shutil.copy(files(other)[0], files(filled)[0])
    assert not is_mapped(filled)
    assert answers(filled) == by_rows(filled)


def test_a_file_of_a_later_state_is_not_used_by_a_database_that_was_put_back(filled: Archive, tmp_path: Path, by_rows):
    filled._database.close()
    shutil.copytree(filled.path, tmp_path / "copy")
    with reopened(filled) as later:
        later.add_articles(stored(8, first=100))
        later.optimize()
        newer = files(later)[0]
    back = Archive.open(tmp_path / "copy", embedder=HashEmbedder())
    expected = by_rows(back)
    files(back)[0].unlink()
    shutil.copy(newer, back.path)
    assert not is_mapped(back)
    assert answers(back) == expected


def test_a_writer_that_was_stopped_before_the_file_was_noted_leaves_nothing_that_is_used(
    filled: Archive, monkeypatch: pytest.MonkeyPatch, by_rows
):
    with monkeypatch.context() as patched:
        patched.setattr(visible, "note", lambda *_: (_ for _ in ()).throw(ArchiveWriteFailed("stopped")))
        filled.add_articles(stored(4, first=100))
        with pytest.raises(ArchiveWriteFailed):
            filled.optimize()
    assert len(files(filled)) == 2
    (filled.path / "articles-0.partial").write_bytes(b"torn")
    assert answers(filled) == by_rows(filled)
    filled.optimize()
    assert len(files(filled)) == 1
    assert filled.check().ok


def test_a_full_disk_leaves_the_file_that_there_was(filled: Archive, monkeypatch: pytest.MonkeyPatch):
    before, found = files(filled), answers(filled)
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(ArchiveWriteFailed, match="No space left"):
        visible.write_mapped(filled._database)
    assert files(filled) == before
    assert answers(filled) == found


def test_a_reader_goes_on_with_the_file_that_a_writer_replaces(filled: Archive):
    expected = answers(filled)
    with reopened(filled) as reader:
        first = reader.search("storm islands")
        with reopened(filled) as writer:
            writer.optimize()
        assert reader.search("storm islands") == first
        filled.add_articles([Article("A storm on seven islands.", id="seven")])
        filled.optimize()
        assert "seven" in {hit.article.id for hit in reader.search("storm islands")}
    assert answers(filled) != expected


def test_nothing_of_an_erased_article_is_left_in_it(filled: Archive, by_rows):
    assert "Zoë".encode() in files(filled)[0].read_bytes()
    filled.remove(["x1"], erase=True)
    assert all("Zoë".encode() not in file.read_bytes() for file in filled.path.iterdir() if file.is_file())
    assert files(filled) == []
    assert filled.check().ok
    filled.optimize()
    assert "Zoë".encode() not in files(filled)[0].read_bytes()
    assert answers(filled) == by_rows(filled)


NAMES = st.sampled_from(["", "Post", "post", "Öl", "a\nb", "Ø'x"])
FACTS = st.builds(
    ArticleFacts,
    rowid=st.integers(1, 9),
    published=st.none() | st.dates(),
    outlet=st.none() | NAMES,
    authors=st.lists(NAMES, max_size=3).map(tuple),
    added_in=st.just(1),
    removed_in=st.none(),
)


@given(st.lists(st.tuples(FACTS, st.booleans())), st.lists(st.tuples(FACTS, st.booleans())))
def test_columns_that_were_written_are_as_they_were(first, then):
    plain, mapped = ArticleColumns(), ArticleColumns()
    for facts, live in first:
        plain.put(facts, live=live)
        mapped.put(facts, live=live)
    mapped = ArticleColumns.of(mapped.arrays())
    for facts, live in then:
        plain.put(facts, live=live)
        mapped.put(facts, live=live)
    mapped = ArticleColumns.of(mapped.arrays())
    last = dict((facts.rowid, (facts, live)) for facts, live in [*first, *then])
    assert len(mapped.day) == max(last, default=0) + 1
    for rowid, (facts, live) in last.items():
        assert mapped.live[rowid] == live
        assert mapped.day[rowid] == (facts.published.toordinal() if facts.published else 0)
    for name in ("", "Post", "Öl", "a\nb", "Ø'x", "nobody"):
        for one in (plain, mapped):
            assert set(np.flatnonzero(one.of_authors([name]))) == {
                rowid for rowid, (facts, _) in last.items() if name.casefold() in map(str.casefold, facts.authors)
            }
            if name:
                assert set(np.flatnonzero(one.of_outlets([name]))) == {
                    rowid for rowid, (facts, _) in last.items() if name.casefold() == (facts.outlet or "").casefold()
                }


# -- clusters


@pytest.fixture
def clustered(filled: Archive, monkeypatch: pytest.MonkeyPatch) -> Archive:
    """An archive that is large enough for clusters, and searched by them however few passages filters leave."""
    monkeypatch.setattr(mapped_followers, "CLUSTERS_FROM", 10)
    monkeypatch.setattr(snapshot, "_EXACT_UP_TO", 0)
    filled.optimize()
    assert [file.suffix for file in sorted(files(filled, "clusters"), key=lambda file: file.suffix)] == [".i8", ".map"]
    return filled


def test_where_all_clusters_are_looked_in_the_answers_are_the_exact_ones(clustered: Archive, by_rows):
    assert answers(clustered) == by_rows(clustered)
    clustered.add_articles(stored(8, first=100))
    clustered.remove([stored(30)[8].id])
    assert answers(clustered) == by_rows(clustered)
    assert clustered.check().ok


def test_only_the_nearest_clusters_are_looked_in(clustered: Archive):
    with clustered._searchable():
        opened = clustered._index._snapshot
        log = np.asarray(opened._log, dtype=np.float32)
        allowed = opened.masks(Filters())[1]
        row = int(np.flatnonzero(allowed)[4])
        few = opened._clusters.candidates(log[row], allowed, 100, compared=1)
        every = opened._clusters.candidates(log[row], allowed, 100, compared=1000)
    assert row in few
    assert len(few) < len(every) == allowed.sum()


@pytest.mark.parametrize("damage", [cut, empty, Path.unlink])
@pytest.mark.parametrize("ending", [".i8", ".map"])
def test_damaged_clusters_are_not_used_and_are_told_and_mended(clustered: Archive, damage, ending: str, by_rows):
    damage(next(file for file in files(clustered, "clusters") if file.suffix == ending))
    assert clusters.Clusters.open(clustered._database) is None
    assert answers(clustered) == by_rows(clustered)
    assert clustered.check().problems == ("the clusters of vectors are not what was written",)
    assert clustered.check(repair=True).ok
    assert clusters.Clusters.open(clustered._database) is not None
    assert answers(clustered) == by_rows(clustered)


def test_flipped_codes_change_no_score_and_check_tells(clustered: Archive, by_rows):
    flip(next(file for file in files(clustered, "clusters") if file.suffix == ".i8"))
    assert answers(clustered) == by_rows(clustered)
    assert clustered.check().problems == ("the clusters of vectors are not what was written",)


def test_they_are_left_where_nothing_changed_and_are_deleted_with_an_erasure(clustered: Archive, by_rows):
    before = {file: file.stat().st_mtime_ns for file in files(clustered, "clusters")}
    clustered.optimize()
    assert {file: file.stat().st_mtime_ns for file in files(clustered, "clusters")} == before
    clustered.remove(["x2"], erase=True)
    assert files(clustered, "clusters") == []
    assert answers(clustered) == by_rows(clustered)


def test_vectors_near_a_centre_are_in_its_cluster():
    rng = np.random.default_rng(3)
    centres = np.eye(16, dtype=np.float32)[:9]
    log = np.concatenate([centres] * 30) + 0.05 * rng.standard_normal((270, 16), dtype=np.float32)
    log = (log / np.linalg.norm(log, axis=1, keepdims=True)).astype(np.float16)
    rows = np.arange(3, 270)
    clustering = Clustering.of(log, rows)
    found = clustering.assigned(log, rows)
    every = log[rows].astype(np.float32) @ clustering.centres.T
    # The nearest of all centres is among those that were looked at, but for few.
    assert (every.max(axis=1) - every[np.arange(len(rows)), found] < 0.01).mean() > 0.9
    assert np.allclose(np.linalg.norm(clustering.centres, axis=1), 1.0, atol=1e-5)
