"""A run against a baseline: which questions changed sides, and whether that is more than noise."""

from dataclasses import replace

import pytest

from pullquote.errors import InputError
from pullquote.eval.compare import compare

from eval_fakes import FACTS, right, row


def compared(run, baseline, **facts):
    changed = replace(FACTS, reader_sha256="ee" * 32, settings={"passages_read": 20, "given_from": 0.5}, **facts)
    return compare(run, baseline, seed=7, facts=changed, baseline_facts=FACTS)


def differences(found):
    return {one.name: (one.baseline, one.run, one.difference) for one in found.differences}


BEFORE = [
    right("kept"),
    right("lost"),
    row("gained", f1=0.5),
    right("withheld", given=False),
    row("absent", answerable=False),
]
NOW = [  # in another order
    row("absent", answerable=False, given=False),
    right("gained"),
    right("kept"),
    right("withheld", given=False),
    row("lost", error="missing from the run"),
]


def test_questions_that_changed_sides():
    found = compared(NOW, BEFORE)
    assert [(before.id, now.id) for before, now in found.gained] == [("absent", "absent"), ("gained", "gained")]
    assert [(before.id, now.id) for before, now in found.lost] == [("lost", "lost")]
    before, now = found.gained[1]
    assert (before.good, now.good) == (False, True)


def test_differences_by_hand():
    found = differences(compared(NOW, BEFORE))
    assert found == {
        # kept, lost; then absent, gained, kept
        "exact_match": (pytest.approx(40), pytest.approx(60), pytest.approx(20)),
        "f1": (pytest.approx(50), pytest.approx(60), pytest.approx(10)),
        "right": (pytest.approx(40), pytest.approx(60), pytest.approx(20)),
        # Of the four answerable ones kept, lost, withheld; then gained, kept, withheld.
        "best_right": (pytest.approx(75), pytest.approx(75), pytest.approx(0)),
    }


def test_what_differs_between_the_runs():
    found = compared(NOW, BEFORE, seed=9)
    assert found.changed_facts == (
        f"reader_sha256: {'cc' * 32} -> {'ee' * 32}",
        "seed: 7 -> 9",
        "passages_read: 12 -> 20",
    )


def test_a_setting_that_only_one_run_knows():
    now = replace(FACTS, settings={"given_from": 0.5, "spans": 5})
    found = compare(NOW, BEFORE, seed=7, facts=now, baseline_facts=FACTS)
    assert found.changed_facts == ("passages_read: 12 -> None", "spans: None -> 5")


def test_without_an_answerable_question_there_is_no_best_candidate_to_judge():
    rows = [row("a", answerable=False, given=False)]
    assert set(differences(compared(rows, rows))) == {"exact_match", "f1", "right"}


def test_where_only_articles_are_judged_no_answers_are_compared():
    rows = [row("a", judged=False, answerable=False, given=False, relevant={"x": 1})]
    found = compared(rows, rows)
    assert (found.differences, found.gained, found.lost) == ((), (), ())
    assert found.changed_facts


def test_one_question_of_six_may_be_chance():
    before = [row(f"q{at}") for at in range(6)]
    (_, _, difference, _) = compared([right("q0"), *before[1:]], before).differences
    assert difference.name == "right"
    assert difference.difference == pytest.approx(100 / 6)
    # Drawn 0 times, or twice and more: of six draws with chance 1/6, all but exactly one.
    assert difference.p_value == pytest.approx(1 - 6 * (1 / 6) * (5 / 6) ** 5, abs=0.02)
    assert difference.noise


def test_twenty_of_thirty_is_no_chance():
    before = [row(f"q{at}") for at in range(30)]
    now = [right(one.id) if at < 20 else one for at, one in enumerate(before)]
    for difference in compared(now, before).differences:
        assert difference.difference == pytest.approx(200 / 3)
        assert 40 < difference.low < difference.difference < difference.high < 90
        assert difference.p_value < 0.001
        assert not difference.noise
    for difference in compared(before, now).differences:
        assert difference.difference == pytest.approx(-200 / 3)
        assert not difference.noise


def test_a_run_against_itself():
    found = compare(NOW, NOW, seed=7, facts=FACTS, baseline_facts=FACTS)
    assert (found.gained, found.lost, found.changed_facts) == ((), (), ())
    for one in found.differences:
        assert (one.difference, one.low, one.high, one.p_value, one.noise) == (0.0, 0.0, 0.0, 1.0, True)


@pytest.mark.parametrize(
    ("run", "facts"),
    [
        (NOW, {"gold_sha256": "ab" * 32}),
        (NOW[:-1], {"n": 4}),
        ([*NOW[:-1], row("other")], {}),
        ([*NOW, row("other")], {}),
    ],
)
def test_other_questions_cannot_be_compared(run, facts):
    with pytest.raises(
        InputError, match=r"can't be compared: one asked \d questions of Tarn \(report\), the other 4 of"
    ):
        compared(run, BEFORE, **facts)
