"""What is resampled for an interval, and what stands in where resampling says nothing."""

import pytest

from pullquote.eval.runs.figures import Figure, percent, stories_of

from eval_fakes import row


def rows(*stories):
    return [row(f"q{at}", story=story) for at, story in enumerate(stories)]


@pytest.mark.parametrize(
    ("stories", "by_story"),
    [("abcde", True), ("abcdeaa", True), ("abcd", False), ("aaaaaa", False), (("a", "b", "c", "d", "e", ""), False)],
)
def test_stories_are_resampled_where_all_have_one_and_they_are_enough(stories, by_story):
    assert stories_of(rows(*stories)) == (list(stories) if by_story else None)
    assert stories_of([]) is None


def test_by_story_and_by_question():
    values = [1.0] * 30 + [0.0] * 30
    by_story = percent(values, rows(*(story for story in "abcdef" for _ in range(10))), seed=1)
    by_question = percent(values, rows(*[""] * 60), seed=1)
    assert (by_story.value, by_story.n, by_story.stories) == (50.0, 60, 6)
    assert (by_question.value, by_question.n, by_question.stories) == (50.0, 60, 0)
    # Six tosses of a coin: none right in 1 of 64 (1.6%), at most one in 7 (10.9%). The 2.5% point would be one of six;
    # six being few, it is the 0.24% point that counts.
    assert (by_story.low, by_story.high) == (0.0, 100.0)
    assert 35 < by_question.low < by_question.high < 65


@pytest.mark.parametrize("stories", ["", "abcdef"])
def test_wilson_where_every_resample_is_alike(stories):
    some = rows(*(stories[at % 6] if stories else "" for at in range(60)))
    assert percent([0.0] * 60, some, seed=1) == Figure(0.0, 0.0, pytest.approx(100 * 3.8415 / 63.8415, abs=1e-3), 60)
    # 0.1 added up six times and divided is not 0.1: the interval is without width but for rounding.
    found = percent([0.1] * 60, some, seed=1)
    assert found.low < 9 < 11 < found.high
    # Stories whose shares are all one half tell nothing of one another, and questions do.
    half = percent([float(at // 6 % 2) for at in range(60)], some, seed=1)
    assert (half.low, half.high) == pytest.approx((37.7, 62.3), abs=1.5)
