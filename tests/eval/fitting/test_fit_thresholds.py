"""Bounds of confidence: the share that is right is at least what was asked for, and not by luck."""

from __future__ import annotations

import numpy as np
import pytest

from pullquote.eval.fitting.fit_thresholds import clopper_pearson, fit_thresholds, lowest_bound
from pullquote.qa.ranking.thresholds import Thresholds


@pytest.mark.parametrize(
    ("right", "n", "bound"),
    # By hand: of n alike, the bound is (1 - level)^(1/n).
    [(10, 10, 0.1**0.1), (1, 1, 0.1), (100, 100, 0.1**0.01), (0, 7, 0.0)],
)
def test_the_bound_by_hand(right, n, bound):
    assert clopper_pearson(right, n, level=0.9) == pytest.approx(bound)


def test_the_bound_holds_as_often_as_it_says():
    """Of shares drawn again and again, the bound lies below the true one nine times in ten, or more often."""
    draws = np.random.default_rng(7).binomial(60, 0.8, size=2_000)
    below = np.mean([clopper_pearson(int(right), 60, level=0.9) <= 0.8 for right in draws])
    assert 0.9 <= below < 0.97


def test_no_share_is_refused():
    with pytest.raises(ValueError, match="is no share"):
        clopper_pearson(3, 2)


def answers(n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    confidence = np.linspace(0.01, 0.99, n)
    return confidence, np.random.default_rng(3).random(n) < confidence


def test_who_asks_for_more_is_given_less_and_surer():
    confidence, right = answers()
    low, high = (lowest_bound(confidence, right, precision) for precision in (0.6, 0.85))
    assert low is not None
    assert high is not None
    assert low < high
    for bound, precision in ((low, 0.6), (high, 0.85)):
        assert right[confidence >= bound].mean() > precision


def test_where_none_is_so_sure_there_is_no_bound():
    confidence, right = answers()
    assert lowest_bound(confidence, np.zeros_like(right), 0.5) is None
    assert lowest_bound(confidence[:5], np.ones(5, dtype=bool), 0.5) is None  # five say too little


def test_equally_sure_answers_are_given_together():
    confidence = np.array([0.9] * 30 + [0.5] * 30)
    right = np.array([True] * 30 + [True] * 14 + [False] * 16)
    assert lowest_bound(confidence, right, 0.8) == 0.9


def test_copies_of_the_same_answers_make_nothing_surer():
    confidence, right = answers(80)
    twice, right_twice = np.repeat(confidence, 2), np.repeat(right, 2)
    assert lowest_bound(twice, right_twice, 0.6, copies=2) == lowest_bound(confidence, right, 0.6)


def test_what_is_fitted_is_kept(tmp_path):
    confidence, right = answers()
    fitted = fit_thresholds(confidence, right, confidence, right, "a" * 64, fitted_on="made up")
    assert list(fitted.given_from) == sorted(fitted.given_from)
    assert 0 < fitted.speaks_from < 1
    fitted.save(tmp_path / "thresholds.json")
    assert Thresholds.load(tmp_path / "thresholds.json") == fitted
