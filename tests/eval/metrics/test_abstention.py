from __future__ import annotations

from itertools import pairwise, permutations
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from pullquote.eval.metrics.abstention import (
    Threshold,
    aurc,
    auroc,
    best_threshold,
    coverage_at_precision,
    risk_coverage,
)

CONFIDENCE = [0.9, 0.8, 0.8, 0.3]
RIGHT = [True, False, True, False]


def test_risk_coverage_by_hand():
    # At 0.9, 1 of 4 is answered and right; at 0.8, 3 of 4 with 1 wrong; at 0.3, all with 2 wrong.
    assert risk_coverage(CONFIDENCE, RIGHT) == ((0.25, 0.0), (0.75, pytest.approx(1 / 3)), (1.0, 0.5))


def test_aurc_by_hand():
    # Of the 2 tied at 0.8 one is wrong: after the first of them, half a wrong answer is expected.
    assert aurc(CONFIDENCE, RIGHT) == pytest.approx((0 / 1 + 0.5 / 2 + 1 / 3 + 2 / 4) / 4)
    assert aurc([0.9, 0.5], [True, False]) == 0.25
    assert aurc([0.5, 0.9], [True, False]) == 0.75


def test_auroc_by_hand():
    # Right at 0.9 and 0.8, wrong at 0.8 and 0.3: 3 pairs in order, 1 tied.
    assert auroc(CONFIDENCE, RIGHT) == 3.5 / 4
    assert auroc([0.9, 0.1], [True, False]) == 1.0
    assert auroc([0.9, 0.1], [False, True]) == 0.0


@pytest.mark.parametrize(
    ("precision", "coverage"), [(1.0, 0.25), (0.67, 0.25), (0.66, 0.75), (0.51, 0.75), (0.5, 1.0), (0.0, 1.0)]
)
def test_coverage_at_precision_by_hand(precision, coverage):
    assert coverage_at_precision(CONFIDENCE, RIGHT, precision=precision) == coverage


def test_coverage_at_precision_looks_beyond_a_wrong_first_answer():
    assert coverage_at_precision([0.9, 0.8, 0.7, 0.1], [False, True, True, False], precision=0.6) == 0.75


def test_coverage_at_precision_reaches_a_precision_exactly():
    assert coverage_at_precision(np.linspace(1, 0, 20), [True] * 19 + [False], precision=0.95) == 1.0


@pytest.mark.parametrize(
    ("wrong_cost", "expected"),
    [
        # Costs of answering none, the first 1, 2, 3, 4, times 4; answers 2 and 4 are wrong, 2 unanswerable:
        (2.0, Threshold(0.9, 0.5)),  # 3, 2, 4, 3, 4
        (0.5, Threshold(0.3, 0.25)),  # 3, 2, 2.5, 1.5, 1
        (1.0, Threshold(0.9, 0.5)),  # 3, 2, 3, 2, 2: three are as cheap, the highest is taken
    ],
)
def test_best_threshold_by_hand(wrong_cost, expected):
    found = best_threshold(
        [0.9, 0.8, 0.6, 0.3], [True, False, True, False], [True, False, True, True], wrong_cost=wrong_cost
    )
    assert found == expected


def test_withholding_is_free_where_there_is_no_answer_and_costs_one_where_there_is():
    assert best_threshold([0.9, 0.2], [False, False], [False, False], wrong_cost=3) == (inf, 0.0)
    assert best_threshold([0.9, 0.2], [False, False], [True, True], wrong_cost=3) == (inf, 1.0)
    assert best_threshold([0.9, 0.2], [True, True], [True, True], wrong_cost=3) == (0.2, 0.0)


@pytest.mark.parametrize(
    ("right", "curve", "area", "covered"),
    [
        ([True, True], ((1.0, 0.0),), 0.0, 1.0),
        ([False, False], ((1.0, 1.0),), 1.0, 0.0),
        ([True, False], ((1.0, 0.5),), 0.5, 0.0),
    ],
)
def test_all_tied(right, curve, area, covered):
    assert risk_coverage([0.5, 0.5], right) == curve
    assert aurc([0.5, 0.5], right) == area
    assert coverage_at_precision([0.5, 0.5], right, precision=0.9) == covered
    assert auroc([0.5, 0.5], right) == (0.5 if curve[0][1] == 0.5 else None)


def naive_aurc(confidence, right):
    """The mean over all orders of falling confidence, each by its definition."""
    areas = []
    for order in permutations(range(len(right))):
        if all(confidence[one] >= confidence[two] for one, two in pairwise(order)):
            wrong, area = 0, 0.0
            for k, index in enumerate(order, 1):
                wrong += not right[index]
                area += wrong / k
            areas.append(area / len(right))
    return sum(areas) / len(areas)


def naive_auroc(confidence, right):
    pairs = [(one, other) for one in confidence[right] for other in confidence[~right]]
    return sum((one > other) + (one == other) / 2 for one, other in pairs) / len(pairs) if pairs else None


def naive_costs(confidence, right, answerable, wrong_cost):
    for threshold in [inf, *sorted(confidence, reverse=True)]:
        cost = 0.0
        for one, good, known in zip(confidence, right, answerable, strict=True):
            cost += (0 if good else wrong_cost) if one >= threshold else known
        yield cost / len(right), threshold


def naive_coverage(confidence, right, precision):
    best = 0.0
    for threshold in confidence:
        given = [good for one, good in zip(confidence, right, strict=True) if one >= threshold]
        if sum(given) / len(given) >= precision:
            best = max(best, len(given) / len(right))
    return best


def test_random_cases_agree_with_naive_loops_and_scikit_learn():
    random = np.random.default_rng(20310504)
    for case in range(1_000):
        n = random.integers(1, 6)
        confidence = random.integers(0, 4, n) / 4
        answerable = random.random(n) < 0.7
        right = (random.random(n) < 0.5) & answerable
        assert aurc(confidence, right) == pytest.approx(naive_aurc(confidence, right))
        wrong_cost = float(random.integers(0, 5)) / 2
        cheapest = min(naive_costs(confidence, right, answerable, wrong_cost), key=lambda pair: pair[0])
        assert best_threshold(confidence, right, answerable, wrong_cost=wrong_cost) == cheapest[::-1]
        precision = float(random.random())
        assert coverage_at_precision(confidence, right, precision=precision) == naive_coverage(
            confidence, right, precision
        )
        assert auroc(confidence, right) == naive_auroc(confidence, right)
        if 0 < right.sum() < n and case % 10 == 0:  # scikit-learn takes a millisecond
            assert auroc(confidence, right) == pytest.approx(roc_auc_score(right, confidence))


OUTCOMES = st.lists(st.tuples(st.integers(-8, 8), st.booleans(), st.booleans()), min_size=1, max_size=30)


@given(OUTCOMES, st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_order_of_questions_and_scale_of_confidence_do_not_count(rows, random):
    confidence, right = [row[0] for row in rows], [row[1] for row in rows]
    shuffled = random.sample(rows, len(rows))
    monotone = [row[0] ** 3 / 2 + 100 for row in shuffled]
    again = [row[1] for row in shuffled]
    assert aurc(monotone, again) == pytest.approx(aurc(confidence, right), abs=1e-12)
    assert auroc(monotone, again) == auroc(confidence, right)
    assert risk_coverage(monotone, again) == risk_coverage(confidence, right)


@given(OUTCOMES, st.floats(0, 5))
@settings(max_examples=50)
def test_bounds(rows, wrong_cost):
    confidence, right, answerable = (
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[1] or row[2] for row in rows],
    )
    wrong = 1 - np.mean(right)
    curve = risk_coverage(confidence, right)
    assert [point.coverage for point in curve] == sorted({point.coverage for point in curve})
    assert curve[-1] == (1.0, pytest.approx(wrong))
    best_order = aurc(right, right)
    assert best_order - 1e-12 <= aurc(confidence, right) <= aurc([not one for one in right], right) + 1e-12
    found = best_threshold(confidence, right, answerable, wrong_cost=wrong_cost)
    assert 0 <= found.mean_cost <= min(np.mean(answerable), wrong_cost * wrong) + 1e-12


@pytest.mark.parametrize("metric", [risk_coverage, aurc, auroc])
@pytest.mark.parametrize(
    ("confidence", "right", "message"),
    [
        ([], [], "at least one question"),
        ([0.5, nan], [True, False], "not a number"),
        ([0.5, inf], [True, False], "infinite"),
        ([0.5, 0.6], [True], r"\(2,\), not \(1,\)"),
        ([0.5], [1.0], "must be bool"),
        ([[0.5]], [True], "one row"),
    ],
)
def test_bad_input_is_refused(metric, confidence, right, message):
    with pytest.raises(ValueError, match=message):
        metric(confidence, right)


def test_bad_options_are_refused():
    with pytest.raises(ValueError, match=r"within 0\.\.1, not 90"):
        coverage_at_precision(CONFIDENCE, RIGHT, precision=90)
    with pytest.raises(ValueError, match="0 or more, not -1"):
        best_threshold(CONFIDENCE, RIGHT, [True] * 4, wrong_cost=-1)
    with pytest.raises(ValueError, match="True at an unanswerable question"):
        best_threshold(CONFIDENCE, RIGHT, [False] * 4, wrong_cost=1)
    with pytest.raises(ValueError, match="answerable must have one value a question"):
        best_threshold(CONFIDENCE, RIGHT, [True], wrong_cost=1)
