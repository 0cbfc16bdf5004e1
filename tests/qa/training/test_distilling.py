"""The table of the embedder `fast`, trained on a handful of invented articles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pullquote import Archive, Article
from pullquote.errors import InputError
from pullquote.index.embedding.passage_table import PassageTable
from pullquote.qa.training import distilling

from fakes import HashEmbedder

NEWS = [
    ("Ferry talks end", "2031-05-04", "The port authority of Varn said that the ferry to Brask would sail again."),
    ("Herring catch rises", "2031-03-02", "The fishing fleet landed 1,250 tonnes of herring since the autumn."),
    ("School budget passed", "2030-06-09", "Teachers had asked for smaller classes, and the council voted for them."),
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("distilling") / "news.pq"
    with Archive.open(path, create=True) as opened:
        opened.add_articles([Article(text=text, title=title, published=day) for title, day, text in NEWS])
    return path


def test_a_table_learns_the_vectors_of_an_archive(archive, tmp_path, capsys):
    file = tmp_path / "table.safetensors"
    learn = [str(archive), "--output", str(file), "--width", "8", "--epochs", "60", "--without", "2030"]
    distilling.main(learn)
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("2 passages, cosine ")
    assert second.startswith("1 passages of 2030, cosine ")
    assert float(first.split()[-1]) > 0.95
    table = PassageTable.load(file)
    assert table.rows.shape[1] == 8
    again = tmp_path / "again.safetensors"
    distilling.main([*learn[:2], str(again), *learn[3:]])
    assert np.array_equal(PassageTable.load(again).rows, table.rows)


def test_an_archive_of_another_embedder_teaches_nothing(tmp_path):
    with Archive.open(tmp_path / "other.pq", create=True, embedder=HashEmbedder()) as opened:
        opened.add_articles([Article(text="The ferry sailed on Sunday.")])
    with pytest.raises(InputError, match="wasn't made with the default embedder"):
        distilling.passages_of([str(tmp_path / "other.pq")], without=None)
