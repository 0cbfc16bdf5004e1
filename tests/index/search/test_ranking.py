"""The order of what was found: its features by hand, and what a ranker makes of an archive's hits."""

from __future__ import annotations

import math

import pytest

from pullquote.articles import Article
from pullquote.errors import ModelError
from pullquote.filters import Filters
from pullquote.index.archive import Archive
from pullquote.index.embedding.embedder import DEFAULT_SHA256
from pullquote.index.search import ranking
from pullquote.index.search.ranked_pool import described_pool
from pullquote.index.search.ranking import PASSAGE_FEATURES, FoundPassage, PassageRanker, describe, ordered, ranker_for

ARTICLE = Article(id="a", title="Ferry sails", text="The ferry took 412 people. Then Mara Lind, aboard, said: Sail on.")
OTHER = Article(id="b", title="Harbour dues", text="Dues rise.")


def passage(article: Article, row: int, **changes) -> FoundPassage:
    facts = {
        "start": 0,
        "end": len(article.text),
        "tokens": 9,
        "fused": 0.02,
        "dense_score": 0.5,
        "dense_rank": row + 1,
        "lexical_score": 4.0,
        "lexical_rank": row + 1,
        "age_days": None,
    }
    return FoundPassage(row=row, article=article, **(facts | changes))


def words(text: str) -> list[str]:
    return [word.strip(".,:?").lower() for word in text.split()]


def test_features_by_hand():
    found = [
        passage(ARTICLE, 0, end=26, age_days=14, fused=0.03),
        passage(ARTICLE, 1, start=27, fused=0.02, dense_score=0.3),
        passage(OTHER, 2, lexical_score=None, lexical_rank=None, dense_score=None, dense_rank=None, fused=0.01),
    ]
    first, second, third = describe("How many people took the ferry?", found, words)
    assert tuple(first) == PASSAGE_FEATURES
    assert [row["fused"] for row in (first, second, third)] == pytest.approx([math.log(x) for x in (0.03, 0.02, 0.01)])
    assert [row["dense"] for row in (first, second, third)] == pytest.approx([0.0, -0.2, -0.2])
    assert [row["lexical"] for row in (first, second, third)] == pytest.approx([1.0, 1.0, 1.0])
    assert [row["not_dense"] for row in (first, second, third)] == [0, 0, 1]
    assert [row["not_lexical"] for row in (first, second, third)] == [0, 0, 1]
    assert [row["dense_rank"] for row in (first, second, third)] == pytest.approx([10 / 11, 10 / 12, 0])
    assert [row["article"] for row in (first, second, third)] == pytest.approx(
        [math.log(x) for x in (0.05, 0.05, 0.01)]
    )
    assert (first["recent"], first["undated"]) == (pytest.approx(math.exp(-1)), 0)
    assert (second["recent"], second["this_year"], second["undated"]) == (0, 0, 1)
    assert [row["figure"] for row in (first, second, third)] == [1, 0, 0]
    assert (first["place"], second["place"]) == (0, pytest.approx(math.log(28)))
    # Of how, many, people, took, the, ferry the first holds the last four, the second "ferry" of its title.
    rare, shared, missing = math.log(1 + 3 / 2), math.log(1 + 3 / 3), math.log(1 + 3 / 1)
    every = 2 * missing + 3 * rare + shared
    assert first["covered"] == pytest.approx((3 * rare + shared) / every)
    assert second["covered"] == pytest.approx(shared / every)
    assert third["covered"] == 0
    assert (first["pairs"], second["pairs"]) == (pytest.approx(1 / 5), 0)


def test_names_count_for_persons_only():
    found = [passage(ARTICLE, 0)]
    assert describe("Who was aboard?", found, words)[0]["names"] == pytest.approx(math.log(2))
    assert describe("What was aboard?", found, words)[0]["names"] == 0


def test_nothing_found_and_nothing_shared():
    assert describe("Who?", [], words) == []
    (alone,) = describe("Zebra?", [passage(OTHER, 0, lexical_score=None, lexical_rank=None)], words)
    assert (alone["covered"], alone["pairs"], alone["lexical"]) == (0, 0, 0)


def ranker(**weights: float) -> PassageRanker:
    count = len(PASSAGE_FEATURES)
    return PassageRanker(
        model_sha256="",
        mean=(0.0,) * count,
        scale=(1.0,) * count,
        weights=tuple(weights.get(name, 0.0) for name in PASSAGE_FEATURES),
        intercept=0.0,
        features=PASSAGE_FEATURES,
    )


def test_the_preferred_come_first_and_equals_by_row():
    found = [passage(OTHER, 7), passage(OTHER, 5), passage(ARTICLE, 6)]
    places = [one.row for one, _ in ordered("ferry", found, ranker(covered=1.0), words)]
    assert places == [6, 5, 7]


def test_the_ranking_that_ships_is_of_the_embedder_that_ships():
    shipped = ranker_for(DEFAULT_SHA256)
    assert shipped is not None
    assert shipped.features == PASSAGE_FEATURES
    assert ranker_for("0" * 64) is None


def test_a_damaged_ranking_is_told(tmp_path, monkeypatch):
    (tmp_path / "ranking.json").write_text("{")
    monkeypatch.setattr(ranking, "__file__", str(tmp_path / "ranking.py"))
    ranker_for.cache_clear()
    with pytest.raises(ModelError, match=r"ranking\.json is not what it should be"):
        ranker_for(DEFAULT_SHA256)
    ranker_for.cache_clear()


@pytest.fixture
def news(archive: Archive, write_articles) -> Archive:
    rows = [
        {"id": f"a{number:02}", "text": f"The ferry took {number} cows. " * (1 + number % 7)} for number in range(30)
    ]
    archive.add([write_articles(*rows)])
    return archive


def test_an_archive_is_searched_in_the_rankers_order(news: Archive, monkeypatch):
    fused = news.search("ferry", limit=30)
    monkeypatch.setattr("pullquote.index.archive.ranker_for", lambda sha256: ranker(length=1.0))
    hits = news.search("ferry", limit=30)
    lengths = [len(hit.passage.text) for hit in hits]
    assert lengths == sorted(lengths, reverse=True) != [len(hit.passage.text) for hit in fused]
    assert {hit.article.id for hit in hits} == {hit.article.id for hit in fused}
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    by_id = {hit.article.id: (hit.dense_rank, hit.lexical_rank, hit.dense_score) for hit in fused}
    assert {hit.article.id: (hit.dense_rank, hit.lexical_rank, hit.dense_score) for hit in hits} == by_id


def test_what_the_ranker_does_not_see_follows_in_the_fusions_order(news: Archive, monkeypatch):
    fused = [hit.article.id for hit in news.search("ferry", limit=30)]
    monkeypatch.setattr("pullquote.index.search.searching.POOL", 10)
    monkeypatch.setattr("pullquote.index.archive.ranker_for", lambda sha256: ranker(length=1.0))
    hits = news.search("ferry", limit=30)
    assert sorted(hit.article.id for hit in hits[:10]) == sorted(fused[:10])
    assert [hit.article.id for hit in hits[10:]] == fused[10:]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_the_pool_is_what_the_ranker_orders(news: Archive):
    pool = described_pool(news, "ferry", filters=Filters(since=None))
    assert [one.article.id for one, _ in pool] == [hit.article.id for hit in news.search("ferry", limit=30)]
    assert all(tuple(features) == PASSAGE_FEATURES for _, features in pool)
    assert all(one.text == one.article.text[one.start : one.end] for one, _ in pool)
