"""The benchmark of back ends: on a few articles, where HNSW finds whatever there is, both find the same."""

from __future__ import annotations

import datetime as dt
from importlib.util import find_spec
from pathlib import Path

import pytest

from pullquote.articles import Article
from pullquote.eval.benchmarks.back_ends import compare
from pullquote.eval.gold.questions import GoldQuestion
from pullquote.index.archive import Archive

from fakes import HashEmbedder

ARTICLES = [
    Article("The ferry board met. It is chaired by Mara Lind of Varn.", id="a", published=dt.date(2031, 5, 1)),
    Article("Lind rang twice.", id="b", published=dt.date(2031, 5, 2)),
    Article("Ole Vig sailed on the ferry.", id="c", published=dt.date(2031, 5, 9)),
]
QUESTIONS = [
    GoldQuestion("q1", "Who chairs the ferry board?", answers=("Mara Lind",), as_of=dt.date(2031, 5, 3)),
    GoldQuestion("q2", "Who sailed?", answers=("Ole Vig",), as_of=dt.date(2031, 5, 3)),
]


@pytest.mark.skipif(
    not (find_spec("pymilvus") and find_spec("milvus_lite")), reason="pymilvus and milvus-lite aren't installed"
)
def test_both_are_asked_the_same_and_compared(tmp_path: Path):
    with Archive.open(tmp_path / "a.pq", create=True, embedder=HashEmbedder()) as archive:
        archive.add_articles(ARTICLES)
        local, milvus, beside = compare(archive, str(tmp_path / "index.db"), QUESTIONS)
    # The second question is asked before its answer was printed.
    for figures, name in ((local, "local"), (milvus, "milvus")):
        assert (figures["back_end"], figures["hit@1"], figures["hit@5"], figures["hit@20"]) == (name, 50.0, 50.0, 50.0)
    assert beside == {
        "questions": 2,
        "passages": 3,
        "recall@10": 100.0,
        "bm25_ten": 100.0,
        "same_first": 100.0,
        "same_twenty": 100.0,
    }
