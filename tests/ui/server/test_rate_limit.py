"""Token buckets on a clock that the test turns, and the bounds of a question."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullquote.errors import InputError
from pullquote.ui.server import rate_limit as limits
from pullquote.ui.server.rate_limit import RateLimit, check_question


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_a_burst_then_one_a_second(clock):
    limit = RateLimit(per_minute=60, burst=3, clock=clock)
    assert [limit.take("a") for _ in range(4)] == [0.0, 0.0, 0.0, 1.0]
    clock.now += 0.25
    assert limit.take("a") == pytest.approx(0.75)
    clock.now += 0.75
    assert limit.take("a") == 0.0
    assert limit.take("a") == pytest.approx(1.0)


def test_waiting_as_long_as_told_is_enough(clock):
    limit = RateLimit(per_minute=7, burst=1, clock=clock)
    limit.take("a")
    for _ in range(50):
        clock.now += limit.take("a")
        assert limit.take("a") == 0.0


def test_sessions_are_apart_and_never_hold_more_than_a_burst(clock):
    limit = RateLimit(per_minute=60, burst=2, clock=clock)
    assert [limit.take("a"), limit.take("a"), limit.take("b")] == [0.0, 0.0, 0.0]
    clock.now += 3600
    assert [limit.take("a") for _ in range(3)] == [0.0, 0.0, 1.0]


def test_the_error_says_how_long(clock):
    limit = RateLimit(per_minute=20, burst=1, clock=clock)
    limit.check("a")
    with pytest.raises(InputError, match=re.escape("Too many questions at once; try again in 3 seconds.")):
        limit.check("a")
    clock.now += 2.5
    with pytest.raises(InputError, match=re.escape("try again in 1 second.")):
        limit.check("a")


def test_idle_sessions_are_forgotten(clock, monkeypatch):
    monkeypatch.setattr(limits, "_VISITORS", 2)
    limit = RateLimit(per_minute=60, burst=1, clock=clock)
    assert [limit.take(session) for session in "aba"] == [0.0, 0.0, 1.0]
    assert limit.take("c") == 0.0  # b was idle longest
    assert limit.take("a") == 1.0
    assert limit.take("b") == 0.0


@given(st.lists(st.floats(0, 30), max_size=60), st.integers(1, 5), st.floats(1, 120))
def test_never_more_than_allowed(pauses, burst, per_minute):
    clock = Clock()
    limit = RateLimit(per_minute=per_minute, burst=burst, clock=clock)
    taken = 0
    for pause in pauses:
        clock.now += pause
        taken += limit.take("a") == 0.0
    assert taken <= burst + (clock.now - 1000) * per_minute / 60 + 1e-6


@pytest.mark.parametrize(("per_minute", "burst"), [(0, 1), (-1, 1), (10, 0), (float("nan"), 1)])
def test_a_limit_that_lets_nothing_through_is_refused(per_minute, burst):
    with pytest.raises(InputError, match="A rate limit needs"):
        RateLimit(per_minute=per_minute, burst=burst)


def test_question_is_stripped_and_bounded():
    assert check_question("  Who?\n") == "Who?"
    assert check_question("w" * 1000) == "w" * 1000
    with pytest.raises(InputError, match=re.escape("The question has 1,001 characters; at most 1,000 are allowed.")):
        check_question("w" * 1001)
    with pytest.raises(InputError, match="at most 5 are"):
        check_question("longer", max_chars=5)
    with pytest.raises(InputError, match="empty"):
        check_question(" ")
