"""What is embedded later is stored in large batches, and embedded and checked in small ones."""

import hashlib
import sqlite3

import pytest

from pullquote import Archive, Article
from pullquote.index.adding import adding
from pullquote.index.embedding.embedder import SentenceTransformerEmbedder
from pullquote.index.furniture.ranges import furniture_ranges
from pullquote.index.passages.splitting import split_passages

from fakes import FailingEmbedder, HashEmbedder


def articles(count):
    return [
        Article(f"The ferry of Brask number {number} was seen by Mara Lind.", id=f"a{number}")
        for number in range(count)
    ]


@pytest.fixture(autouse=True)
def _sizes(monkeypatch):
    monkeypatch.setattr(adding, "BATCH_PASSAGES", 2)
    monkeypatch.setattr(adding, "WORDS_FIRST_PASSAGES", 6)


def vector_batches(path):
    database = sqlite3.connect(path / "archive.db")
    rows = database.execute("SELECT first_row, end_row FROM vector_batches ORDER BY first_row").fetchall()
    database.close()
    return rows


def test_all_but_the_first_batch_are_large(tmp_path):
    told = []
    with Archive.open(tmp_path / "news.pq", create=True, embedder=HashEmbedder()) as archive:
        archive.add_articles(articles(17), progress=told.append)
        assert archive.check().ok
    assert [one.passages for one in told if not one.to_embed] == [2, 8, 14, 17]
    assert [one.embedded for one in told if one.to_embed] == [2, 4, 6, 8, 10, 12, 14, 15]
    assert vector_batches(tmp_path / "news.pq") == [(first, min(first + 2, 17)) for first in range(0, 17, 2)]


def test_a_reader_sees_whole_batches(tmp_path):
    seen = []
    with Archive.open(tmp_path / "news.pq", create=True, embedder=HashEmbedder()) as archive:
        reader = Archive.open(tmp_path / "news.pq", embedder=HashEmbedder())
        archive.add_articles(
            articles(17), progress=lambda _: seen.append(reader.search_with_scope("ferry")[1].passages)
        )
        reader.close()
    assert seen[:4] == [2, 8, 14, 17]


def test_an_interrupted_add_ends_with_the_vectors_of_a_whole_one(tmp_path):
    with Archive.open(tmp_path / "whole.pq", create=True, embedder=HashEmbedder()) as archive:
        archive.add_articles(articles(17))
    with Archive.open(tmp_path / "cut.pq", create=True, embedder=FailingEmbedder(fails_on_call=5)) as archive:
        with pytest.raises(RuntimeError, match="power went out"):
            archive.add_articles(articles(17))
        assert archive.count_articles() == 17
    with Archive.open(tmp_path / "cut.pq", embedder=HashEmbedder()) as archive:
        assert archive.search_with_scope("ferry")[1].unembedded == 9
        archive.optimize()
        assert archive.check().ok
    vectors = [(tmp_path / name / "vectors.f16").read_bytes() for name in ("whole.pq", "cut.pq")]
    assert vectors[0] == vectors[1]
    assert vector_batches(tmp_path / "whole.pq") == vector_batches(tmp_path / "cut.pq")


def test_an_archive_elsewhere_gets_small_batches():
    reader = adding.SourceReader([], known=None, embedder=HashEmbedder)
    assert [reader._batch(before).most for before in (None, adding.ArticleBatch())] == [2, 2]
    reader.words_first = True
    assert [reader._batch(before).most for before in (None, adding.ArticleBatch())] == [2, 6]


TEXT = "\n\n".join(
    [
        "Share this article",
        "VARN — The port authority of Varn, chaired by Mara Lind, 47, landed 1,250 tonnes of herring (12% more).",
        "“We didn’t expect it,” Lind told the Harbour Post. " * 30,
        "Read more: Ferry talks end in Varn",
        "Ünïcödé 東京 a\u0301 well-known e-mail@brask.example costs £3.5m…",
        "word " * 400,
        "Sign up for our newsletter",
    ]
)
# As it was cut when tokens were made to be counted: what was stored then stays as it is.
KNOWN = (
    [(0, 18), (1657, 1691), (3755, 3781)],
    [
        (20, 123, 31),
        (125, 634, 160),
        (635, 1144, 160),
        (1145, 1654, 160),
        (1693, 2247, 120),
        (2248, 2747, 100),
        (2748, 3247, 100),
        (3248, 3752, 101),
    ],
)
KNOWN_SHA256 = "1e8cf3d09f1c220f"


def test_passages_furniture_and_tokens_are_those_of_earlier_versions():
    article = Article(TEXT, id="one", title="Herring in Varn", outlet="Harbour Post")
    furniture = furniture_ranges(article)
    passages = split_passages(article, furniture, SentenceTransformerEmbedder(bfloat16=False).count_tokens)
    facts = furniture, [(one.start, one.end, one.tokens) for one in passages]
    assert facts == KNOWN
    assert hashlib.sha256("".join(one.text for one in passages).encode()).hexdigest()[:16] == KNOWN_SHA256
