from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullquote.index.search.fusion import RECENCY_WEIGHT, recency_factor, reciprocal_rank_fusion


def test_the_sum_of_reciprocal_ranks_by_hand():
    scores = reciprocal_rank_fusion([[7, 8, 9], [9, 7]])
    assert scores == pytest.approx({7: 1 / 61 + 1 / 62, 8: 1 / 62, 9: 1 / 63 + 1 / 61}, abs=1e-15)
    assert scores[7] == pytest.approx(0.0325224748, abs=1e-10)
    assert sorted(scores, key=scores.__getitem__, reverse=True) == [7, 9, 8]


def test_weights_and_k_by_hand():
    assert reciprocal_rank_fusion([[1, 2], [2]], weights=[1.0, 3.0], k=1) == {1: 0.5, 2: 1 / 3 + 1.5}


def test_nothing_to_fuse():
    assert reciprocal_rank_fusion([]) == {}
    assert reciprocal_rank_fusion([[], []]) == {}


def test_a_weight_for_each_ranking():
    with pytest.raises(ValueError, match="zip"):
        reciprocal_rank_fusion([[1], [2]], weights=[1.0])


rankings = st.lists(st.lists(st.integers(0, 20), unique=True, max_size=10), max_size=4)


@given(rankings)
def test_scores_are_bounded_and_better_ranks_everywhere_win(lists: list[list[int]]):
    scores = reciprocal_rank_fusion(lists)
    assert set(scores) == {item for ranking in lists for item in ranking}
    assert all(1 / (60 + 10) <= score <= len(lists) / 61 + 1e-12 for score in scores.values())
    for better in scores:
        for worse in scores:
            if better != worse and all(
                better in ranking and (worse not in ranking or ranking.index(better) < ranking.index(worse))
                for ranking in lists
            ):
                assert scores[better] > scores[worse]


@given(rankings, st.randoms())
def test_the_order_of_the_rankings_does_not_matter(lists: list[list[int]], random):
    shuffled = list(lists)
    random.shuffle(shuffled)
    assert reciprocal_rank_fusion(shuffled) == pytest.approx(reciprocal_rank_fusion(lists), abs=1e-15)


def test_recency_by_hand():
    assert recency_factor(0) == 1.0 + RECENCY_WEIGHT
    assert recency_factor(10, weight=0.6, decay_days=10.0) == pytest.approx(1.2207276647, abs=1e-10)  # 1 + 0.6 / e
    assert recency_factor(7, weight=0.5, decay_days=7 / math.log(2)) == pytest.approx(1.25, abs=1e-12)


@given(st.integers(-1000, 800_000), st.integers(0, 1000))
def test_the_older_the_less(age: int, more: int):
    assert 1.0 <= recency_factor(age + more) <= recency_factor(age) <= 1.0 + RECENCY_WEIGHT
    if 0 <= age < 100 and more:
        assert recency_factor(age + more) < recency_factor(age)
