from __future__ import annotations

from itertools import product
from math import nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap as scipy_bootstrap
from scipy.stats import norm, t

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


# groups of questions


@pytest.mark.parametrize(("level", "worst"), [(0.95, 0.003), (0.8, 0.001)])
def test_so_few_groups_reach_as_far_as_students_t(level, worst):
    for number in (5, 6, 9, 20, 100):
        ours = bootstrap._reach([at for at in range(number) for _ in range(3)], level)
        student, normal = t.ppf((1 + level) / 2, number - 1), norm.ppf((1 + level) / 2)
        assert ours == pytest.approx(np.sqrt(number / (number - 1)) * student / normal, rel=worst)
    assert bootstrap._reach(None, level) == bootstrap._reach(["all"] * 9, level) == 1.0


def test_groups_of_one_are_drawn_as_questions_are(monkeypatch):
    values = np.random.default_rng(1).normal(size=40)
    other = np.random.default_rng(2).normal(size=40)
    each = [f"q{at}" for at in range(40)]

    def mean(rows):
        return float(values[rows].mean())

    wider = interval(values, seed=1, groups=each)
    monkeypatch.setattr(bootstrap, "_reach", lambda *_: 1.0)
    alone = interval(values, seed=1)
    assert interval(values, seed=1, groups=each) == pytest.approx(alone)
    # t with 39 degrees of freedom is 2.02, and the root 1.013: 4.5% wider.
    assert (wider.high - wider.low) / (alone.high - alone.low) == pytest.approx(1.045, abs=0.02)
    assert paired(values, other, seed=1, groups=each) == pytest.approx(paired(values, other, seed=1))
    of_mean = interval_of(mean, 40, seed=1, groups=each, resamples=300)
    assert of_mean == pytest.approx(interval_of(mean, 40, seed=1, resamples=300))


def test_questions_that_only_repeat_their_group_add_nothing():
    # Three groups, each of one value six times over: as uncertain as three questions. Taken for eighteen questions
    # they look better known than they are.
    groups = [name for name in "abc" for _ in range(6)]
    values = [value for value in (0.0, 1.0, 2.0) for _ in range(6)]
    whole = interval(values, seed=1, groups=groups)
    assert whole == interval([0, 1, 2], seed=1) == (1.0, 0.0, 2.0)
    alone = interval(values, seed=1)
    assert 0.3 < alone.low < alone.high < 1.7
    assert interval_of(lambda rows: float(np.mean(np.array(values)[rows])), 18, seed=1, groups=groups) == whole
    # All three gained: sure of three groups, not of eighteen questions.
    gains = [0.0] * 6 + [0.0] * 6 + [1.0] * 6
    assert paired(gains, [0.0] * 18, seed=1, groups=groups) == paired([0, 0, 1], [0, 0, 0], seed=1)
    assert paired(gains, [0.0] * 18, seed=1, groups=groups).p_value > 0.5
    assert paired(gains, [0.0] * 18, seed=1).p_value < 0.05


def test_groups_of_different_sizes_weigh_by_their_questions():
    groups, values = ["a", "b", "b", "b", "c", "c"], [1.0, 0.0, 0.0, 1.0, 1.0, 1.0]
    sums, sizes = {"a": 1, "b": 1, "c": 2}, {"a": 1, "b": 3, "c": 2}
    means = [sum(sums[one] for one in drawn) / sum(sizes[one] for one in drawn) for drawn in product("abc", repeat=3)]
    found = interval(values, seed=1, groups=groups, level=0.8)
    assert found.value == pytest.approx(4 / 6)
    # Of the 27 resamples, those without b give 1 (8), that of three b gives 1/3 (1). Of three groups the 80% interval
    # reaches from the 1% point on, not the 10% point (3/7).
    assert (found.low, found.high) == pytest.approx((1 / 3, 1.0))
    seen, reach = 4 / 6, bootstrap._reach(groups, 0.95)
    exact = np.mean(reach * np.abs(np.array(means) - seen) > seen - 1e-9)
    assert exact == pytest.approx(9 / 27)
    assert paired(values, [0.0] * 6, seed=1, groups=groups).p_value == pytest.approx(exact, abs=0.02)


def test_the_names_of_groups_do_not_matter():
    values = np.arange(12.0)
    one, other = (interval(values, seed=3, groups=[name[at // 4] for at in range(12)]) for name in ("abc", "zy\0"))
    assert one == other


def test_of_questions_that_come_out_alike_in_their_story_intervals_by_story_hold_the_truth_more_often():
    random = np.random.default_rng(20310504)
    held = {"stories": 0, "questions": 0}
    for _ in range(200):
        # Twelve stories of fifteen questions; each story has a share of its own, 0.5 on average.
        shares = random.beta(1.5, 1.5, size=12)
        values = (random.random((12, 15)) < shares[:, None]).astype(float).ravel()
        stories = [at // 15 for at in range(180)]
        for name, groups in (("stories", stories), ("questions", None)):
            found = interval(values, seed=1, groups=groups, resamples=300)
            held[name] += found.low <= 0.5 <= found.high
    # 95% would be 190; the standard error of it is 3.
    assert 182 <= held["stories"] <= 198
    assert held["questions"] < 140


def test_groups_must_be_one_a_question():
    for call in (
        lambda: interval([1.0, 2.0], seed=1, groups=["a"]),
        lambda: paired([1.0, 2.0], [1.0, 2.0], seed=1, groups=["a"]),
        lambda: interval_of(lambda rows: 1.0, 2, seed=1, groups=["a"]),
    ):
        with pytest.raises(ValueError, match="one a question; they are 1 for 2"):
            call()
