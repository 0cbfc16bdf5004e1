"""Which articles a change added or removed is found without reading the texts of all others."""

import contextlib
import sqlite3

import pytest

from pullquote import Archive, Article
from pullquote.index.storage import schema
from pullquote.index.storage.database import Database

from fakes import HashEmbedder


@pytest.fixture
def path(tmp_path):
    """An archive of six changes: articles are added, updated, removed."""
    with Archive.open(tmp_path / "news.pq", create=True, embedder=HashEmbedder()) as archive:
        for numbers in ((0, 1, 2), (3,), (1, 4)):
            archive.add_articles([Article(f"Ferry {number} of {numbers}.", id=f"a{number}") for number in numbers])
        archive.remove(["a0"])
        archive.add_articles(Article("Ferry again.", id="a0"))
        archive.remove(["a3", "a4"])
    return tmp_path / "news.pq"


def facts(path, generation):
    """(rowid, added_in, removed_in) of what was added or removed after a generation."""
    database = sqlite3.connect(path / "archive.db")
    rows = database.execute("SELECT rowid, added_in, removed_in FROM articles ORDER BY rowid").fetchall()
    database.close()
    return [row for row in rows if row[1] > generation or (row[2] or 0) > generation]


def test_what_each_change_did_is_found(path):
    assert len(facts(path, 0)) == 7
    with contextlib.closing(Database(path / "archive.db", write=False)) as database:
        assert database.number("generation") == 6
        for generation in range(8):
            changed = facts(path, generation)
            found = list(database.facts_since(generation))
            assert [(one.rowid, one.added_in, one.removed_in) for one in found] == changed
            added = [row[0] for row in changed if row[1] > generation and row[2] is None]
            assert database.articles_added(generation) == added
            removed = [row[0] for row in changed if (row[2] or 0) > generation]
            assert sorted(database.articles_removed(generation, 6)) == removed
        assert database.articles_removed(0, 3) == [2]
        shown = [{row[0] for row in facts(path, 0) if row[1] <= at and not (row[2] or 9) <= at} for at in range(7)]
        for before in range(7):
            for after in range(before, 7):
                added, removed = database.articles_between(before, after)
                assert (added, removed) == (sorted(shown[after] - shown[before]), sorted(shown[before] - shown[after]))


def test_nothing_is_read_from_beginning_to_end(path):
    database = sqlite3.connect(path / "archive.db")
    asked = []
    database.set_trace_callback(asked.append)
    reader = Database(path / "archive.db", write=False)
    reader._db.set_trace_callback(asked.append)
    list(reader.facts_since(5))
    reader.articles_added(5)
    reader.articles_removed(5, 6)
    reader.articles_between(5, 6)
    reader.close()
    plans = [row[3] for sql in asked for row in database.execute(f"EXPLAIN QUERY PLAN {sql}")]
    database.close()
    assert len(asked) > 5
    assert [step for step in plans if step.startswith("SCAN")] == []
    assert any("removed_article" in step for step in plans)


def test_an_archive_without_the_index_gets_it_from_the_next_writer(path):
    database = sqlite3.connect(path / "archive.db")
    database.execute("DROP INDEX removed_article")
    checksum = schema.manifest_checksum(*schema.manifest_facts(database))
    database.execute("UPDATE manifest SET value = ? WHERE key = 'checksum'", (checksum,))
    database.commit()
    with Archive.open(path, embedder=HashEmbedder()) as archive:
        assert archive.check().ok
        assert archive.count_passages() == 3
        archive.remove(["a2"])
        assert archive.count_passages() == 2
        assert archive.check().ok
    assert database.execute("SELECT 1 FROM sqlite_master WHERE name = 'removed_article'").fetchall() == [(1,)]
    database.close()


def test_an_index_that_is_gone_is_damage_that_can_be_mended(path):
    database = sqlite3.connect(path / "archive.db")
    database.execute("DROP INDEX removed_article")
    database.commit()
    database.close()
    with Archive.open(path, embedder=HashEmbedder()) as archive:
        assert not archive.check().ok
        assert "worked out anew what the database states about the archive" in archive.check(repair=True).repaired
        assert archive.check().ok
