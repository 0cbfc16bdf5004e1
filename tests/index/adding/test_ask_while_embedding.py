"""Articles are stored first and embedded afterwards: they can be found by their words at once."""

import json
import sqlite3

import numpy as np
import pytest

from pullquote import Archive, Article, Engine, InputError, ModelError
from pullquote.index.adding import adding
from pullquote.index.storage.pending import note_rows_to_embed, overlap, rows_to_embed, without

from fakes import CapitalReader, FailingEmbedder, HashEmbedder

WORDS = ("ferry", "quay", "herring", "mayor", "bridge", "storm", "strike", "lantern", "orchard", "glacier")


def articles(count=10):
    return [
        Article(f"The {WORDS[number % 10]} of Brask number {number} was seen by Mara Lind.", id=f"a{number}")
        for number in range(count)
    ]


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch):
    monkeypatch.setattr(adding, "BATCH_PASSAGES", 2)
    monkeypatch.setattr(adding, "WORDS_FIRST_PASSAGES", 2)


def add(path, batches, count=10):
    """Add articles with an embedder that stops after some batches."""
    with (
        Archive.open(path, create=True, embedder=FailingEmbedder(fails_on_call=batches + 1)) as archive,
        pytest.raises(RuntimeError, match="power went out"),
    ):
        archive.add_articles(articles(count))


def whole(path, count=10):
    with Archive.open(path, create=True, embedder=HashEmbedder()) as archive:
        archive.add_articles(articles(count))
    return path


def test_what_is_not_embedded_is_found_by_its_words(tmp_path):
    add(tmp_path / "news.pq", 2)
    with Archive.open(tmp_path / "news.pq", embedder=HashEmbedder()) as archive:
        assert archive.count_articles() == 10
        hits, searched = archive.search_with_scope("glacier of Brask", limit=20)
        assert (searched.passages, searched.unembedded) == (10, 6)
        found = {hit.article.id: hit.dense_rank for hit in hits}
        # The first batch is embedded before it is stored, the second was embedded after all were.
        assert {name for name, rank in found.items() if rank is not None} == {"a0", "a1", "a2", "a3"}
        assert "a9" in found
        _, searched = archive.search_with_scope("glacier")
        assert searched.to_json()["unembedded"] == 6


def test_confidence_is_called_uncalibrated_meanwhile(tmp_path, monkeypatch):
    add(tmp_path / "news.pq", 2)
    monkeypatch.setattr("pullquote.qa.engine.confidence_for", lambda *_, **__: Certain())
    with Archive.open(tmp_path / "news.pq", embedder=HashEmbedder()) as archive:
        engine = Engine(archive, reader=CapitalReader())
        assert not engine.ask("Who saw the glacier of Brask?").answers[0].calibrated
        archive.optimize()
        answer = engine.ask("Who saw the glacier of Brask?")
        assert answer.answers[0].calibrated
        assert answer.searched.unembedded == 0


class Certain:
    def probability(self, features):
        return 0.9


def test_the_next_add_and_optimize_embed_what_is_left(tmp_path):
    for number, finish in enumerate([lambda one: one.add_articles(articles()), lambda one: one.optimize()]):
        path = tmp_path / f"{number}.pq"
        add(path, 2)
        with Archive.open(path, embedder=HashEmbedder()) as archive:
            assert archive.search_with_scope("glacier")[1].unembedded == 6
            finish(archive)
            assert archive.search_with_scope("glacier")[1].unembedded == 0
            assert archive.check().ok
            assert archive.check().notes == ()


def test_the_vectors_are_those_of_one_uninterrupted_add(tmp_path):
    expected = (whole(tmp_path / "whole.pq") / "vectors.f16").read_bytes()
    add(tmp_path / "news.pq", 3)
    with Archive.open(tmp_path / "news.pq", embedder=HashEmbedder()) as archive:
        archive.optimize()
    assert (tmp_path / "news.pq" / "vectors.f16").read_bytes() == expected
    assert np.frombuffer(expected, dtype=np.float16).any()


def test_an_open_reader_sees_vectors_as_they_come(tmp_path):
    add(tmp_path / "news.pq", 1)
    with (
        Archive.open(tmp_path / "news.pq", embedder=HashEmbedder()) as reader,
        Archive.open(tmp_path / "news.pq", embedder=HashEmbedder()) as other,
        Archive.open(whole(tmp_path / "whole.pq"), embedder=HashEmbedder()) as expected,
    ):
        assert reader.search_with_scope("glacier")[1].unembedded == 8
        other.optimize()
        hits, searched = reader.search_with_scope("glacier of Brask", limit=20)
        assert searched.unembedded == 0
        assert [hit.to_json() for hit in hits] == [
            hit.to_json() for hit in expected.search("glacier of Brask", limit=20)
        ]


def test_check_says_what_is_left_and_repair_embeds_it(tmp_path):
    add(tmp_path / "news.pq", 2)
    with Archive.open(tmp_path / "news.pq", embedder=HashEmbedder()) as archive:
        report = archive.check()
        assert report.ok
        assert report.notes == (
            "6 passages aren't embedded yet, and are found by their words alone; run: pullquote optimize",
        )
        assert "embedded 6 passages again" in archive.check(repair=True).repaired
        assert archive.check().notes == ()
        assert archive.search_with_scope("glacier")[1].unembedded == 0


def test_a_torn_write_of_vectors_is_written_over(tmp_path):
    add(tmp_path / "news.pq", 2)
    with (tmp_path / "news.pq" / "vectors.f16").open("r+b") as stream:
        stream.seek(4 * 64 * 2 + 10)
        stream.write(b"\x7f" * 77)
    with Archive.open(tmp_path / "news.pq", embedder=HashEmbedder()) as archive:
        assert archive.check().ok
        assert {hit.article.id: hit.dense_rank for hit in archive.search("glacier of Brask")}["a9"] is None
        archive.optimize()
        assert archive.check().ok
    expected = whole(tmp_path / "whole.pq") / "vectors.f16"
    assert (tmp_path / "news.pq" / "vectors.f16").read_bytes() == expected.read_bytes()


def test_removed_and_erased_articles_are_not_embedded(tmp_path):
    add(tmp_path / "news.pq", 2)
    embedder = Counting()
    with Archive.open(tmp_path / "news.pq", embedder=embedder) as archive:
        archive.remove("a8", erase=True)
        archive.optimize()
        assert not any("orchard" in text for text in embedder.texts)
        assert any("glacier" in text for text in embedder.texts)
        assert archive.check().ok
        assert archive.count_articles() == 9


class Counting(HashEmbedder):
    def __init__(self):
        super().__init__()
        self.texts = []

    def embed_passages(self, texts, *, progress=None):
        self.texts += texts
        return super().embed_passages(texts, progress=progress)


def test_progress_tells_what_is_embedded_of_what(tmp_path):
    told = []
    with Archive.open(tmp_path / "news.pq", create=True, embedder=HashEmbedder()) as archive:
        archive.add_articles(articles(), progress=told.append)
    assert [(one.passages, one.embedded, one.to_embed) for one in told] == [
        *((passages, 0, 0) for passages in (2, 4, 6, 8, 10, 10)),
        *((10, embedded, 8) for embedded in (2, 4, 6, 8)),
    ]


def test_a_small_add_is_embedded_before_it_is_stored(tmp_path):
    with Archive.open(tmp_path / "news.pq", create=True, embedder=FailingEmbedder(fails_on_call=1)) as archive:
        with pytest.raises(RuntimeError, match="power went out"):
            archive.add_articles(articles(1))
        assert archive.count_articles() == 0


def test_an_archive_that_is_not_embedded_to_its_end_does_not_move(tmp_path):
    pytest.importorskip("pymilvus")
    add(tmp_path / "news.pq", 2)
    with pytest.raises(InputError, match="isn't embedded to its end; run first: pullquote optimize"):
        Archive.open(tmp_path / "news.pq", index="http://127.0.0.1:1/x", embedder=HashEmbedder())


def test_wrong_vectors_stop_the_embedding_and_lose_nothing(tmp_path):
    class Wrong(HashEmbedder):
        def embed_passages(self, texts, *, progress=None):
            found = super().embed_passages(texts, progress=progress)
            return found if any("number 0 " in text for text in texts) else found * 3

    with Archive.open(tmp_path / "news.pq", create=True, embedder=Wrong()) as archive:
        with pytest.raises(ModelError, match="gave a vector of length 3, not 1"):
            archive.add_articles(articles())
        assert archive.count_articles() == 10
    with Archive.open(tmp_path / "news.pq", embedder=HashEmbedder()) as archive:
        archive.optimize()
        assert archive.check().ok


def test_an_altered_note_of_rows_is_damage(tmp_path):
    add(tmp_path / "news.pq", 2)
    database = sqlite3.connect(tmp_path / "news.pq" / "archive.db")
    with database:
        database.execute("UPDATE manifest SET value = 'x' WHERE key = 'rows_to_embed'")
    database.close()
    with Archive.open(tmp_path / "news.pq", embedder=HashEmbedder()) as archive:
        assert not archive.check().ok


# -- ranges


class Noted:
    """Stands in for the database: it keeps the note."""

    def __init__(self):
        self.value = None

    def execute(self, sql, parameters):
        self.value = None if sql.startswith("DELETE") else parameters[1]

    def query(self, sql, parameters):
        return [] if self.value is None else [(self.value,)]


@pytest.mark.parametrize(
    ("ranges", "noted"),
    [
        ([], None),
        ([(3, 3)], None),
        ([(4, 6), (0, 2)], [[0, 2], [4, 6]]),
        ([(0, 2), (2, 5)], [[0, 5]]),
        ([(0, 9), (2, 5)], [[0, 9]]),
    ],
)
def test_ranges_are_noted_in_order_and_joined(ranges, noted):
    database = Noted()
    note_rows_to_embed(database, ranges)
    assert database.value == (None if noted is None else json.dumps(noted))
    assert rows_to_embed(database) == tuple(map(tuple, noted or ()))


@pytest.mark.parametrize(
    ("first", "end", "left"),
    [
        (0, 2, ((2, 6), (8, 9))),
        (2, 4, ((0, 2), (4, 6), (8, 9))),
        (5, 9, ((0, 5),)),
        (6, 8, ((0, 6), (8, 9))),
        (0, 9, ()),
    ],
)
def test_rows_are_taken_out_of_ranges(first, end, left):
    assert without(((0, 6), (8, 9)), first, end) == left
    assert overlap(((0, 6), (8, 9)), first, end) is ((first, end) != (6, 8))
