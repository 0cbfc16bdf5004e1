"""Ten rows whose every figure is worked out by hand; intervals by story and by question."""

from dataclasses import replace
from math import log2

import pytest

from pullquote.eval.gold.questions import GoldQuestion, GoldSpan
from pullquote.eval.runs.rows import complete
from pullquote.eval.runs.scores import Figure, score

from eval_fakes import right, row

pytestmark = pytest.mark.usefixtures("few_resamples")

TO_FIND = {"a": 1}
ROWS = [
    # Answered: rightly, rightly but for EM and from the wrong place, wrongly, rightly (no spans known).
    right("r1", confidence=0.95, right_source=True, relevant=TO_FIND, hits=("a", "b"), answer_rank=1,
          origins_right=True, timings_ms={"search": 10.0, "total": 20.0}),
    right("r2", confidence=0.85, exact_match=0.0, f1=0.5, right_source=False, relevant=TO_FIND, hits=("b", "a"),
          answer_rank=3, origins_right=False, timings_ms={"search": 30.0, "total": 60.0}),
    row("r3", confidence=0.75, f1=0.25, right_source=False, relevant={"a": 1, "b": 1}, hits=("c", "d", "a"),
        answer_rank=25, verbatim=False),
    right("r6", confidence=0.65, type="list", answer_rank=1, items_found=0.5),
    # Answered where the archive holds no answer.
    row("r9", confidence=0.55, type="unanswerable", answerable=False, accepted=()),
    # Withheld: a right answer, a wrong one, one rightly, a wrong one.
    right("r4", given=False, confidence=0.45, type="speaker", right_source=True, relevant=TO_FIND, answer_rank=2),
    row("r5", given=False, confidence=0.35, right_source=False, relevant=TO_FIND, hits=("b",)),
    row("r8", given=False, confidence=0.25, type="unanswerable", answerable=False, accepted=()),
    row("r7", given=False, confidence=0.15, type="changing", values_found=0.25),
]  # fmt: skip
# The tenth is missing from the run.
MISSING = GoldQuestion("r10", "Who?", type="followup", answers=("Lind",), spans=(GoldSpan("a", 0, 4, "Lind"),))
ALL = [*ROWS, *complete([], [MISSING])]


@pytest.fixture
def scores():
    return score(ALL, seed=7)


def values(figures):
    return {name: figure.value for name, figure in figures.items()}


def test_groups_in_order(scores):
    assert {name: group.n for name, group in scores.groups.items()} == {
        "all": 10, "answerable": 8, "unanswerable": 2, "fact": 4, "list": 1, "speaker": 1, "changing": 1, "followup": 1,
    }  # fmt: skip
    assert list(scores.groups)[:3] == ["all", "answerable", "unanswerable"]


def test_those_worded_far_from_the_article_come_last():
    found = score([right("a"), row("b", far=True)], seed=7).groups
    assert [(name, group.n, group.right.value) for name, group in found.items()] == [
        ("all", 2, 50.0), ("answerable", 2, 50.0), ("fact", 2, 50.0), ("far", 1, 0.0),
    ]  # fmt: skip


def test_end_to_end_of_all(scores):
    group = scores.groups["all"]
    assert group.right.value == pytest.approx(100 * 4 / 10)  # r1 r2 r6, and r8 withheld
    assert group.exact_match.value == pytest.approx(100 * 3 / 10)  # r1 r6 r8
    assert group.f1.value == pytest.approx(100 * (1 + 0.5 + 0.25 + 1 + 1) / 10)  # r1 r2 r3 r6 r8
    assert (group.right_source.value, group.right_source.n) == (pytest.approx(100 / 6), 6)  # r1 of r1-r5 and r10
    assert group.answered.value == pytest.approx(50)
    assert (group.best_right.value, group.best_right.n) == (pytest.approx(100 * 4 / 8), 8)  # r4, too
    assert group.best_exact_match.value == pytest.approx(100 * 3 / 8)  # r1 r4 r6
    assert group.best_f1.value == pytest.approx(100 * (1 + 0.5 + 0.25 + 1 + 1) / 8)  # r1 r2 r3 r4 r6


def test_end_to_end_of_parts(scores):
    unanswerable = scores.groups["unanswerable"]
    assert unanswerable.right.value == unanswerable.exact_match.value == unanswerable.f1.value == 50
    assert (unanswerable.right_source, unanswerable.best_right, unanswerable.best_f1) == (None, None, None)
    answerable = scores.groups["answerable"]
    assert (answerable.right.value, answerable.answered.value) == (pytest.approx(37.5), pytest.approx(50))
    fact = scores.groups["fact"]
    assert (fact.right.value, fact.exact_match.value, fact.f1.value) == (50, 25, 43.75)
    speaker = scores.groups["speaker"]
    assert (speaker.right.value, speaker.best_right.value, speaker.right_source.value) == (0, 100, 0)
    followup = scores.groups["followup"]
    assert (followup.right.value, followup.right_source.value, followup.best_right.value) == (0, 0, 0)
    assert scores.groups["list"].right_source is None
    # All of one: Wilson's z^2 / (1 + z^2) stands in for an interval without width.
    assert scores.groups["list"].right == Figure(100.0, pytest.approx(100 / 4.8415, abs=0.01), 100.0, 1)


def test_search(scores):
    assert values(scores.retrieval) == pytest.approx(
        {
            # Of eight answerable: the ranks are 1, 3, 25, 1, 2 and three times none.
            "hit@1": 100 * 2 / 8,
            "hit@5": 100 * 4 / 8,
            "hit@20": 100 * 4 / 8,
            "hit@50": 100 * 5 / 8,
            # Of six with articles to find: "a" first, second, third of two to find, and three times not found.
            "recall@1": 100 * 1 / 6,
            "recall@5": 100 * (1 + 1 + 1 / 2) / 6,
            "recall@20": 100 * (1 + 1 + 1 / 2) / 6,
            "MRR@10": 100 * (1 + 1 / 2 + 1 / 3) / 6,
            "nDCG@10": 100 * (1 + 1 / log2(3) + (1 / log2(4)) / (1 + 1 / log2(3))) / 6,
        }
    )
    assert {name: figure.n for name, figure in scores.retrieval.items() if "@1" in name and "hit" not in name} == {
        "recall@1": 6,
        "MRR@10": 6,
        "nDCG@10": 6,
    }
    assert scores.retrieval["hit@1"].n == 8


def test_grades_count_in_ndcg():
    found = score([row("a", relevant={"a": 2, "b": 1}, hits=("b", "a"))], seed=7).retrieval["nDCG@10"]
    assert found.value == pytest.approx(100 * (1 + 2 / log2(3)) / (2 + 1 / log2(3)))


def test_abstention(scores):
    found = values(scores.abstention)
    # By falling confidence: R R W R W R W W W W. The right ones are above 6, 6, 5 and 4 of the 6 wrong ones.
    assert found["auroc"] == pytest.approx(21 / 24)
    assert found["aurc"] == pytest.approx((0 + 0 + 1 / 3 + 1 / 4 + 2 / 5 + 2 / 6 + 3 / 7 + 4 / 8 + 5 / 9 + 6 / 10) / 10)
    assert found["coverage_at_90_precision"] == pytest.approx(20)
    assert scores.curve[:4] == (
        (pytest.approx(0.1), 0.0),
        (pytest.approx(0.2), 0.0),
        (pytest.approx(0.3), pytest.approx(1 / 3)),
        (pytest.approx(0.4), pytest.approx(1 / 4)),
    )
    assert scores.curve[-1] == (1.0, pytest.approx(0.6))


@pytest.mark.parametrize(
    ("wrong_cost", "confidence", "cost"),
    [
        # Giving the first 4: one wrong, and of 8 answerable 4 withheld. The first 6 and 7 cost as much, and are lower.
        (1.0, 0.65, 5 / 10),
        # The first 2: none wrong, 6 withheld.
        (3.0, 0.85, 6 / 10),
        # All: nothing is withheld, and wrong ones are free.
        (0.0, 0.0, 0.0),
    ],
)
def test_the_cheapest_threshold(wrong_cost, confidence, cost):
    found = score(ALL, seed=7, wrong_cost=wrong_cost).threshold
    assert found == (confidence, pytest.approx(cost))


def test_calibration(scores):
    gaps = [0.05, 0.15, 0.75, 0.35, 0.55, 0.55, 0.35, 0.25, 0.15, 0.0]  # ten bins of one question
    found = values(scores.calibration)
    by_chance = found.pop("ece_if_calibrated")
    assert found == pytest.approx({"ece": sum(gaps) / 10, "brier": sum(gap * gap for gap in gaps) / 10})
    assert 0.2 < by_chance < sum(gaps) / 10 + 0.1  # a bin of one question always misses its mean
    assert [(one.mean_confidence, one.share_right, one.n) for one in scores.bins[-2:]] == [
        (0.85, 1.0, 1),
        (0.95, 1.0, 1),
    ]


def test_citations_lists_latency_errors(scores):
    assert values(scores.citations) == pytest.approx({"verbatim": 100 * 8 / 9, "origins_right": 50})
    assert (scores.citations["verbatim"].n, scores.citations["origins_right"].n) == (9, 2)  # r10 cites nothing
    assert {name: (figure.value, figure.n) for name, figure in scores.lists.items()} == {
        "items_found": (50.0, 1),
        "values_found": (25.0, 1),
    }
    # The median of two is their middle; the 95th percentile lies 0.95 of the way from the first to the second.
    assert scores.latency_ms == {"search": (20.0, 29.0), "total": (40.0, 58.0)}
    assert scores.errors == 1


def test_intervals_hold_the_value_and_follow_the_seed(scores):
    figures = [scores.groups["all"].right, *scores.retrieval.values(), *scores.citations.values()]
    for figure in figures:
        assert 0 <= figure.low <= figure.value <= figure.high <= 100
    assert scores.groups["all"].right.low < 40 < scores.groups["all"].right.high
    assert score(ALL, seed=7) == scores
    assert score(ALL, seed=8).groups["all"].right != scores.groups["all"].right
    assert score(ALL, seed=8).groups["all"].right.value == scores.groups["all"].right.value


def test_figures_that_are_undefined_are_left_out():
    found = score([right("a", confidence=0.5), right("b", confidence=0.5)], seed=7)
    assert "auroc" not in found.abstention
    assert found.abstention["aurc"].value == 0.0
    assert values(found.retrieval) == dict.fromkeys(["hit@1", "hit@5", "hit@20", "hit@50"], 0.0)
    assert found.lists == {}
    assert set(found.citations) == {"verbatim"}
    assert set(found.groups) == {"all", "answerable", "fact"}


def test_of_articles_judged_alone_only_the_search_is_scored():
    plain = {"judged": False, "answerable": False, "accepted": (), "given": False, "type": "retrieval"}
    rows = [row("a", relevant={"x": 1}, hits=("x",), **plain), row("b", relevant={"x": 1}, hits=("y", "x"), **plain)]
    found = score(rows, seed=7)
    assert values(found.retrieval) == pytest.approx(
        {"recall@1": 50, "recall@5": 100, "recall@20": 100, "MRR@10": 75, "nDCG@10": 50 * (1 + 1 / log2(3))}
    )
    assert (found.groups, found.abstention, found.calibration, found.citations, found.lists) == ({}, {}, {}, {}, {})
    assert (found.curve, found.bins, found.threshold, found.latency_ms, found.errors) == ((), (), None, {}, 0)


def test_withheld_by_why_there_is_no_answer():
    def absent(name, why, **changes):
        return row(name, type="unanswerable", answerable=False, accepted=(), why=why, **changes)

    rows = [
        right("fact", why="wrong-event"),  # not an unanswerable one
        absent("a", "false-premise", given=False),
        absent("b", "out-of-date"),
        absent("c", "wrong-event", given=False),
        absent("d", "wrong-event"),
        absent("e", "wrong-event", given=False),
        absent("f", "wrong-event", given=False, error="missing from the run"),
        absent("g", ""),
    ]
    found = score(rows, seed=7).why
    assert [(name, figure.value, figure.n) for name, figure in found.items()] == [
        ("wrong-event", 50.0, 4), ("false-premise", 100.0, 1), ("out-of-date", 0.0, 1),
    ]  # fmt: skip
    assert score([right("a")], seed=7).why == {}


def of_stories(stories, **changes):
    """Return ten rows a story, that came out alike in each: right in every other story."""
    return [
        replace(right(f"{name}{at}", story=name, **changes), right=number % 2 == 0, f1=float(number % 2 == 0))
        for number, name in enumerate(stories)
        for at in range(10)
    ]


def test_intervals_by_story_are_wider_where_questions_of_a_story_are_alike():
    rows = of_stories("abcdef")
    whole, alone = (score(some, seed=7) for some in (rows, [replace(row, story="") for row in rows]))
    assert (whole.stories, alone.stories) == (6, 0)
    for name in ("right", "f1", "best_right"):
        by_story, by_question = getattr(whole.groups["all"], name), getattr(alone.groups["all"], name)
        assert by_story.value == by_question.value == 50
        assert (by_story.stories, by_question.stories) == (6, 0)
        # Six of which half are right against sixty.
        assert by_story.high - by_story.low > 2 * (by_question.high - by_question.low)
    assert whole.calibration["brier"].high - whole.calibration["brier"].low > 1.5 * (
        alone.calibration["brier"].high - alone.calibration["brier"].low
    )


def test_questions_are_resampled_where_stories_are_few_or_some_question_has_none():
    assert score(of_stories("abcd"), seed=7).stories == 0
    assert score(of_stories("abcde"), seed=7).stories == 5
    assert score([*of_stories("abcde"), right("z")], seed=7).stories == 0
    # A part of too few stories resamples its questions, the whole its stories.
    rows = [*of_stories("abcde"), *of_stories("ab", type="list")]
    rows = [replace(one, id=f"{at}") for at, one in enumerate(rows)]
    groups = score(rows, seed=7).groups
    assert (groups["all"].right.stories, groups["fact"].right.stories, groups["list"].right.stories) == (5, 5, 0)
    assert groups["list"].right.low < 50 < groups["list"].right.high


def test_where_all_came_out_alike_an_interval_has_width_all_the_same():
    rows = [row(f"q{at}", given=False, answerable=False, accepted=(), type="unanswerable") for at in range(68)]
    everything = score(rows, seed=7).groups["all"]
    # z^2 / (68 + z^2) = 5.35%.
    assert (everything.answered.low, everything.answered.high) == (0.0, pytest.approx(5.35, abs=0.01))
    assert (everything.right.low, everything.right.high) == (pytest.approx(94.65, abs=0.01), 100.0)
    # Stories say no more than questions here.
    told = [replace(one, story=f"s{at % 6}") for at, one in enumerate(rows)]
    assert score(told, seed=7).groups["all"].right == everything.right


def test_no_rows_have_no_scores():
    with pytest.raises(ValueError, match="A run without rows has no scores"):
        score([], seed=7)
