from __future__ import annotations

from math import nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from pullquote.eval.metrics.calibration import (
    Bin,
    brier_score,
    error_if_calibrated,
    expected_calibration_error,
    reliability_bins,
)

CONFIDENCE = [0.1, 0.3, 0.6, 0.8]
RIGHT = [False, True, False, True]


def test_brier_score_by_hand():
    # 0.01 + 0.49 + 0.36 + 0.04 = 0.9
    assert brier_score(CONFIDENCE, RIGHT) == pytest.approx(0.9 / 4)


def test_bins_by_hand():
    two = (Bin(0.1, 0.3, pytest.approx(0.2), 0.5, 2), Bin(0.6, 0.8, pytest.approx(0.7), 0.5, 2))
    assert reliability_bins(CONFIDENCE, RIGHT, bins=2) == two
    assert reliability_bins(CONFIDENCE, RIGHT, bins=4, equal="width") == (
        Bin(0.0, 0.25, 0.1, 0.0, 1),
        Bin(0.25, 0.5, 0.3, 1.0, 1),
        Bin(0.5, 0.75, 0.6, 0.0, 1),
        Bin(0.75, 1.0, 0.8, 1.0, 1),
    )


def test_expected_calibration_error_by_hand():
    # Bins of two: gaps 0.3 and 0.2.
    assert expected_calibration_error(CONFIDENCE, RIGHT, bins=2) == pytest.approx(0.25)
    # Ten bins, one question each: gaps 0.1, 0.7, 0.6, 0.2.
    assert expected_calibration_error(CONFIDENCE, RIGHT) == pytest.approx(0.4)
    assert expected_calibration_error(CONFIDENCE, RIGHT, equal="width") == pytest.approx(0.4)
    assert expected_calibration_error(CONFIDENCE, RIGHT, bins=1) == pytest.approx(0.05)  # 0.45 and 0.5


def test_edges_belong_to_the_bin_below_and_empty_bins_are_left_out():
    bins = reliability_bins([0.0, 0.5, 0.50001], [True, True, True], bins=4, equal="width")
    assert [(one.lower, one.upper, one.n) for one in bins] == [(0.0, 0.25, 1), (0.25, 0.5, 1), (0.5, 0.75, 1)]


def test_ties_stay_together():
    # Of 5 questions in 2 bins, the four at 0.5 have their middle in the first half.
    bins = reliability_bins([0.5, 0.9, 0.5, 0.5, 0.5], [True, True, False, False, False], bins=2)
    assert bins == (Bin(0.5, 0.5, 0.5, 0.25, 4), Bin(0.9, 0.9, 0.9, 1.0, 1))
    assert [one.n for one in reliability_bins([0.5] * 7, [True] * 7)] == [7]


def test_bins_of_equal_mass_differ_by_one_at_most():
    assert sorted(one.n for one in reliability_bins(np.arange(23) / 23, [True] * 23)) == [2] * 7 + [3] * 3


@pytest.mark.parametrize(("right", "error", "brier"), [(True, 0.25, 0.0625), (False, 0.75, 0.5625)])
def test_all_right_and_all_wrong(right, error, brier):
    assert expected_calibration_error([0.75] * 3, [right] * 3) == error
    assert brier_score([0.75] * 3, [right] * 3) == brier


def naive_error(confidence, right, bin_of, bins):
    gaps = 0.0
    numbers = [bin_of(index) for index in range(len(right))]
    for number in range(bins):
        inside = [index for index in range(len(right)) if numbers[index] == number]
        if inside:
            mean = sum(confidence[index] for index in inside) / len(inside)
            share = sum(right[index] for index in inside) / len(inside)
            gaps += len(inside) / len(right) * abs(mean - share)
    return gaps


def test_random_cases_agree_with_naive_loops_and_scikit_learn():
    random = np.random.default_rng(20310504)
    for case in range(1_000):
        n, bins = int(random.integers(1, 15)), int(random.integers(1, 6))
        confidence = (random.integers(0, 21, n) / 20).tolist()
        right = (random.random(n) < 0.5).tolist()
        edges = np.linspace(0, 1, bins + 1).tolist()

        def by_width(index, bins=bins, confidence=confidence, edges=edges):
            return next(number for number in range(bins) if confidence[index] <= edges[number + 1])

        def by_mass(index, bins=bins, confidence=confidence, n=n):
            below = sum(one < confidence[index] for one in confidence)
            tied = confidence.count(confidence[index])
            return next(number for number in range(bins) if (2 * below + tied) * bins < 2 * n * (number + 1))

        found = expected_calibration_error(confidence, right, bins=bins, equal="width")
        assert found == pytest.approx(naive_error(confidence, right, by_width, bins))
        found = expected_calibration_error(confidence, right, bins=bins)
        assert found == pytest.approx(naive_error(confidence, right, by_mass, bins))
        assert brier_score(confidence, right) == pytest.approx(
            np.mean([(c - r) ** 2 for c, r in zip(confidence, right, strict=True)])
        )
        if 0 < sum(right) < n and case % 10 == 0:  # scikit-learn takes milliseconds
            assert brier_score(confidence, right) == pytest.approx(brier_score_loss(right, confidence))
            share, mean = calibration_curve(right, confidence, n_bins=bins)
            made = reliability_bins(confidence, right, bins=bins, equal="width")
            assert [one.share_right for one in made] == pytest.approx(share)
            assert [one.mean_confidence for one in made] == pytest.approx(mean)


def test_bins_of_equal_mass_are_scikit_learns_quantiles_where_nothing_ties():
    random = np.random.default_rng(20310504)
    confidence, right = random.random(200), random.random(200) < 0.5
    share, mean = calibration_curve(right, confidence, n_bins=10, strategy="quantile")
    made = reliability_bins(confidence, right)
    assert [one.share_right for one in made] == pytest.approx(share)
    assert [one.mean_confidence for one in made] == pytest.approx(mean)


@given(
    st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=1, max_size=40),
    st.integers(1, 12),
    st.sampled_from(["mass", "width"]),
    st.randoms(use_true_random=False),
)
@settings(max_examples=50)
def test_bounds_and_order(rows, bins, equal, random):
    confidence, right = [row[0] / 8 for row in rows], [row[1] for row in rows]
    made = reliability_bins(confidence, right, bins=bins, equal=equal)
    assert sum(one.n for one in made) == len(rows)
    assert all(one.lower <= one.mean_confidence + 1e-12 <= one.upper + 2e-12 for one in made)
    assert [one.lower for one in made] == sorted(one.lower for one in made)
    error = expected_calibration_error(confidence, right, bins=bins, equal=equal)
    # The overall gap is the least that any bins can show.
    assert abs(np.mean(confidence) - np.mean(right)) - 1e-12 <= error <= 1
    shuffled = random.sample(rows, len(rows))
    again = expected_calibration_error(
        [row[0] / 8 for row in shuffled], [row[1] for row in shuffled], bins=bins, equal=equal
    )
    assert again == pytest.approx(error)
    assert 0 <= brier_score(confidence, right) <= 1


@pytest.mark.parametrize("metric", [brier_score, expected_calibration_error, reliability_bins])
@pytest.mark.parametrize(
    ("confidence", "right", "message"),
    [
        ([], [], "at least one question"),
        ([nan], [True], "not a number"),
        ([1.01], [True], "within 0..1"),
        ([-0.01], [True], "within 0..1"),
        ([0.5], [1], "must be bool"),
        ([0.5], [True, False], "one value a question"),
    ],
)
def test_bad_input_is_refused(metric, confidence, right, message):
    with pytest.raises(ValueError, match=message):
        metric(confidence, right)


def test_no_bins_are_refused():
    with pytest.raises(ValueError, match="1 or more, not 0"):
        reliability_bins([0.5], [True], bins=0)


def test_the_error_by_chance_of_one_bin_is_a_half_normals_mean():
    n = 400
    mean, low, high = error_if_calibrated(np.full(n, 0.5), seed=1, draws=4000)
    spread = np.sqrt(0.25 / n)
    assert mean == pytest.approx(spread * np.sqrt(2 / np.pi), rel=0.05)
    assert low == pytest.approx(0.0, abs=0.1 * spread)
    assert high == pytest.approx(2.24 * spread, rel=0.1)  # 97.5th percentile of a half-normal


def test_the_error_by_chance_falls_with_the_number_of_questions_and_is_none_for_certainties():
    draw = np.random.default_rng(3)
    few, many = (error_if_calibrated(draw.random(n), seed=1, draws=100)[0] for n in (100, 10_000))
    assert many < few / 5
    assert error_if_calibrated([0.0, 1.0, 1.0], seed=1) == (0.0, 0.0, 0.0)
    some = draw.random(50)
    assert error_if_calibrated(some, seed=2) == error_if_calibrated(some, seed=2)
