from __future__ import annotations

from itertools import product
from math import nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap as scipy_bootstrap

from pullquote.eval.metrics import bootstrap
from pullquote.eval.metrics.abstention import auroc
from pullquote.eval.metrics.bootstrap import interval, interval_of, paired


def test_interval_by_hand():
    # Of the 27 resamples of 0, 1, 2, one has mean 0 (3.7%) and three mean 1/3 (14.8% up to there): the 2.5% point
    # is 0, the 5% point 1/3; above, the same.
    assert interval([0, 1, 2], seed=1) == (1.0, 0.0, 2.0)
    assert interval([0, 1, 2], seed=1, level=0.9) == (1.0, pytest.approx(1 / 3), pytest.approx(5 / 3))


@pytest.mark.parametrize("values", [[0.25], [0.25] * 4])
def test_equal_values_leave_no_doubt(values):
    assert interval(values, seed=1) == (0.25, 0.25, 0.25)


def test_interval_agrees_with_scipy():
    values = np.random.default_rng(20310504).normal(5, 2, 200)
    ours = interval(values, seed=1)
    theirs = scipy_bootstrap((values,), np.mean, method="percentile", n_resamples=10_000, rng=2).confidence_interval
    # Two runs of 10,000 resamples differ by about 0.005 at these ends; the interval is 0.55 wide.
    assert ours.value == pytest.approx(values.mean())
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.03)


def test_the_seed_decides():
    values = np.arange(50) ** 2
    assert interval(values, seed=1) == interval(values, seed=1)
    assert interval(values, seed=1) != interval(values, seed=2)
    assert paired(values, values[::-1], seed=1) == paired(values, values[::-1], seed=1)


def test_memory_is_bounded_and_the_blocks_do_not_change_the_result(monkeypatch):
    values = np.arange(100.0)
    whole = interval(values, seed=1, resamples=1_000)
    monkeypatch.setattr(bootstrap, "_AT_ONCE", 700)
    shapes = [rows.shape for rows in bootstrap._draws(100, seed=1, resamples=1_000)]
    assert max(rows * columns for rows, columns in shapes) == 700
    assert sum(rows for rows, _ in shapes) == 1_000
    assert interval(values, seed=1, resamples=1_000) == whole


def test_any_statistic():
    values = np.arange(30.0)
    of_mean = interval_of(lambda rows: float(values[rows].mean()), 30, seed=1, resamples=500)
    assert of_mean == pytest.approx(interval(values, seed=1, resamples=500))


def test_a_statistic_undefined_on_some_resamples_leaves_them_out():
    values = np.array([0.0, 1.0])

    def mean_of_both(rows):
        return None if rows[0] == rows[1] else float(values[rows].mean())

    assert interval_of(mean_of_both, 2, seed=1) == (0.5, 0.5, 0.5)
    assert interval_of(lambda rows: None, 2, seed=1) is None
    # Defined for the questions as they are, and by chance for no resample.
    assert interval_of(lambda rows: 7.0 if list(rows) == list(range(20)) else None, 20, seed=1) == (7.0, 7.0, 7.0)


def test_auroc_has_an_interval_although_some_resamples_have_one_class():
    confidence, right = np.array([0.9, 0.6, 0.7, 0.2]), np.array([True, True, False, False])
    found = interval_of(lambda rows: auroc(confidence[rows], right[rows]), 4, seed=1)
    # 3 of 4 pairs are in order; resamples reach from only the pair that isn't to only those that are.
    assert found == (0.75, 0.0, 1.0)


def test_paired_by_hand():
    # Every resample of five gains of 1 has mean 1, never 1 away from 1: nothing but the added one counts.
    assert paired([1, 1, 1, 1, 1], [0, 0, 0, 0, 0], seed=1, resamples=999) == (1.0, 1.0, 1.0, 0.001)
    assert paired([0, 1, 0.5], [0, 1, 0.5], seed=1) == (0.0, 0.0, 0.0, 1.0)


@pytest.mark.parametrize("gains", [[1, 1, 0, -1], [1, 1, 1, 0, 0], [0.3, 0.1, 0.2, -0.1]])
def test_p_value_agrees_with_all_resamples(gains):
    seen = np.mean(gains)
    means = np.array([np.mean(draw) for draw in product(gains, repeat=len(gains))])
    exact = np.mean(np.abs(means - seen) > abs(seen) - 1e-9)
    # The standard error of 10,000 resamples is 0.005 at most.
    assert paired(gains, [0] * len(gains), seed=1).p_value == pytest.approx(exact, abs=0.02)


VALUES = st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), min_size=1, max_size=12)


@given(VALUES, st.integers(0, 2**32))
@settings(max_examples=50)
def test_bounds_and_swapping(pairs, seed):
    a, b = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    found, swapped = paired(a, b, seed=seed, resamples=200), paired(b, a, seed=seed, resamples=200)
    assert 0 < found.p_value <= 1
    gains = np.subtract(a, b)
    assert min(gains) - 1e-9 <= found.low <= found.high <= max(gains) + 1e-9
    assert swapped == pytest.approx((-found.difference, -found.high, -found.low, found.p_value))


@given(VALUES, st.integers(0, 2**32), st.floats(-5, 5))
@settings(max_examples=50)
def test_shifting_all_values_shifts_the_interval(pairs, seed, shift):
    values = np.array([pair[0] for pair in pairs])
    one, other = (interval(moved, seed=seed, resamples=200) for moved in (values, values + shift))
    assert other == pytest.approx(tuple(end + shift for end in one), abs=1e-9)


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        ([], {}, "at least one question"),
        ([1.0, nan], {}, "not a number"),
        ([1.0], {"resamples": 0}, "1 or more, not 0"),
        ([1.0], {"level": 95}, "between 0 and 1, not 95"),
        ([1.0], {"level": 1.0}, "between 0 and 1"),
    ],
)
def test_bad_input_is_refused(values, options, message):
    with pytest.raises(ValueError, match=message):
        interval(values, seed=1, **options)
    with pytest.raises(ValueError, match=message):
        paired(values, values, seed=1, **options)


def test_bad_statistics_and_pairs_are_refused():
    with pytest.raises(ValueError, match="at least one question"):
        interval_of(lambda rows: 1.0, 0, seed=1)
    with pytest.raises(ValueError, match="not a number"):
        interval_of(lambda rows: nan, 2, seed=1)
    with pytest.raises(ValueError, match="they are 2 and 1"):
        paired([1, 2], [1], seed=1)
