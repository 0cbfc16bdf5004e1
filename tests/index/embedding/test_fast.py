"""The embedder `fast`, and the table that it takes passages' vectors from."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pullquote import Archive, Article
from pullquote.errors import ModelError, ModelMismatch
from pullquote.index.embedding.embedder import Embedder, SentenceTransformerEmbedder
from pullquote.index.embedding.fast import FastEmbedder, stands_for_default, table_file
from pullquote.index.embedding.passage_table import PassageTable
from pullquote.index.search.ranking import ranker_for

TEXTS = [
    "Ferry talks end in Varn. May 4, 2031. The port authority of Varn said the ferry to Brask would sail again.",
    "Herring catch rises. March 2, 2031. The fishing fleet landed 1,250 tonnes of herring since the autumn.",
    "Council votes on school budget. June 9, 2031. Teachers had asked for smaller classes and new roofs.",
    "Bridge closed after storm. January 20, 2031. High winds had torn two cables of the bridge at Ardmere.",
    "",
]


@pytest.fixture(scope="module")
def fast() -> FastEmbedder:
    return FastEmbedder()


@pytest.fixture(scope="module")
def default() -> Iterator[SentenceTransformerEmbedder]:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield SentenceTransformerEmbedder(bfloat16=False)
    torch.set_num_threads(before)


def table(tmp_path: Path) -> Path:
    """A table of three tokens and two numbers a token, by which vectors can be worked out by hand."""
    file = tmp_path / "table.safetensors"
    rows = np.array([[1.27, 0.0], [0.0, 1.27], [-1.27, 0.0]], dtype=np.float32)
    PassageTable.save(file, rows, np.array([[1, 0, 0], [0, 2, 0]], np.float32), np.zeros(3, np.float32), made="by hand")
    return file


def test_a_passage_is_the_mean_of_its_tokens_through_the_matrix(tmp_path):
    found = PassageTable.load(table(tmp_path)).embed([np.array([0]), np.array([0, 1]), np.array([0, 1, 1])])
    # (1, 0) -> (1, 0, 0); (.5, .5) -> (.5, 1, 0); (1/3, 2/3) -> (1/3, 4/3, 0); each made as long as 1.
    wanted = [[1, 0, 0], [5**-0.5, 2 * 5**-0.5, 0], [17**-0.5, 4 * 17**-0.5, 0]]
    assert np.allclose(found, wanted, atol=1e-3)
    assert found.dtype == np.float32
    assert PassageTable.load(table(tmp_path)).embed([]).shape == (0, 3)


def test_a_damaged_table_is_told(tmp_path):
    file = table(tmp_path)
    file.write_bytes(file.read_bytes()[:-8])
    with pytest.raises(ModelError, match=r"table\.safetensors is no table of passages' vectors"):
        PassageTable.load(file)
    with pytest.raises(ModelError, match="reinstall"):
        PassageTable.load(tmp_path / "missing")


def test_it_is_an_embedder_with_vectors_of_length_1(fast):
    assert isinstance(fast, Embedder)
    done: list[int] = []
    vectors = fast.embed_passages(TEXTS, progress=done.append)
    assert vectors.shape == (5, fast.dimension) == (5, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert done == [5]
    assert np.allclose(vectors[2:3], fast.embed_passages(TEXTS[2:3]), atol=1e-6)


def test_it_counts_the_tokens_that_the_default_counts(fast, default):
    assert fast.count_tokens(TEXTS) == default.count_tokens(TEXTS)
    assert fast.count_tokens([]) == []


def test_its_vectors_come_near_the_defaults(fast, default):
    likeness = fast.embed_passages(TEXTS[:4]) @ default.embed_passages(TEXTS[:4]).T
    assert np.diag(likeness).min() > 0.6
    assert (likeness.argmax(axis=1) == np.arange(4)).all()


def test_questions_are_embedded_by_the_default(fast, default):
    question = "When will the ferry to Brask sail?"
    assert np.allclose(fast.embed_query(question), default.embed_query(question), atol=0.02)
    assert (fast.embed_passages(TEXTS[:4]) @ fast.embed_query(question)).argmax() == 0


def test_an_archive_made_with_it_is_opened_by_its_name_and_ranked_as_the_defaults_are(tmp_path, fast):
    path = tmp_path / "news.pq"
    with Archive.open(path, create=True, embedder="fast") as archive:
        archive.add_articles([Article(text=text, title=f"Story {at}") for at, text in enumerate(TEXTS[:4])])
    with Archive.open(path) as archive:
        assert archive.info().embedder == "fast"
        assert archive.search("Who torn cables of the bridge?", limit=1)[0].article.title == "Story 3"
    with pytest.raises(ModelMismatch, match="made with 'fast'"):
        Archive.open(path, embedder="all-MiniLM-L6-v2")
    assert stands_for_default(fast.sha256)
    assert ranker_for(fast.sha256) is not None
    assert ranker_for("0" * 64) is None


def test_adding_with_it_imports_no_torch(tmp_path):
    (tmp_path / "a.txt").write_text("Ferry talks end in Varn\n\nThe port authority said so on Friday.\n")
    code = (
        "import sys; from pullquote import Archive\n"
        "with Archive.open('news.pq', create=True, embedder='fast') as archive: print(archive.add('a.txt').added)\n"
        "print('torch' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "False"


def test_the_table_that_ships_keeps_the_wheel_within_pypis_bounds():
    assert table_file().stat().st_size < 5.5e6
