from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from pullquote.eval.metrics.proportion import wilson


def test_none_of_some_by_hand():
    # z^2 = 3.8415; of 0 among n the upper end is z^2 / (n + z^2).
    assert wilson(0.0, 68) == (0.0, pytest.approx(3.8415 / 71.8415, abs=1e-5))
    assert wilson(1.0, 68) == (pytest.approx(68 / 71.8415, abs=1e-5), 1.0)
    assert wilson(0.0, 1) == (0.0, pytest.approx(3.8415 / 4.8415, abs=1e-5))


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_agrees_with_scipy(counted):
    right, n = counted
    theirs = binomtest(right, n).proportion_ci(confidence_level=0.95, method="wilson")
    assert wilson(right / n, n) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_half_right_answers_of_one_question():
    # The middle stays; half the width is z / (1 + z^2) * sqrt(1/4 + z^2/4) = z / (2 sqrt(1 + z^2)).
    low, high = wilson(0.5, 1)
    assert (low, high) == (pytest.approx(0.0546, abs=1e-4), pytest.approx(0.9454, abs=1e-4))


@pytest.mark.parametrize(
    ("share", "n", "options", "message"),
    [
        (1.1, 5, {}, "within 0..1, not 1.1"),
        (float("nan"), 5, {}, "within 0..1"),
        (0.5, 0, {}, "1 or more, not 0"),
        (0.5, 5, {"level": 95}, "between 0 and 1, not 95"),
    ],
)
def test_bad_input_is_refused(share, n, options, message):
    with pytest.raises(ValueError, match=message):
        wilson(share, n, **options)
