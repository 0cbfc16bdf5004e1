"""A run against a baseline: which questions changed sides, and whether that is more than noise."""

from dataclasses import replace
from math import log2

import pytest

from pullquote.errors import InputError
from pullquote.eval.runs.compare import compare

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
        **dict.fromkeys(["hit@1", "hit@5", "hit@20", "hit@50"], (0, 0, 0)),
    }


def test_search_and_sources_by_hand():
    before = [
        right("a", right_source=True, relevant={"x": 1}, hits=("x",), answer_rank=1),
        right("b", right_source=False, relevant={"x": 1, "y": 1}, hits=("z", "y"), answer_rank=7),
        right("c"),
    ]
    now = [
        right("a", right_source=True, relevant={"x": 1}, hits=("z", "x"), answer_rank=2),
        right("b", right_source=True, relevant={"x": 1, "y": 1}, hits=("y", "x"), answer_rank=1),
        right("c", answer_rank=30),
    ]
    found = compared(now, before)
    shares = {name: (100 * was, 100 * now, 100 * (now - was)) for name, was, now in (
        ("right_source", 1 / 2, 2 / 2),
        ("hit@1", 1 / 3, 1 / 3),
        ("hit@5", 1 / 3, 2 / 3),
        ("hit@20", 2 / 3, 2 / 3),
        ("hit@50", 2 / 3, 3 / 3),
        ("recall@1", 1 / 2, (0 + 1 / 2) / 2),
        ("recall@5", (1 + 1 / 2) / 2, 1),
        ("MRR@10", (1 + 1 / 2) / 2, (1 / 2 + 1) / 2),
        ("nDCG@10", (1 + (1 / log2(3)) / (1 + 1 / log2(3))) / 2, (1 / log2(3) + 1) / 2),
    )}  # fmt: skip
    told = differences(found)
    for name, values in shares.items():
        assert told[name] == pytest.approx(values), name
    assert {one.name: one.n for one in found.differences} == {
        "exact_match": 3, "f1": 3, "right": 3, "right_source": 2, "best_right": 3,
        "hit@1": 3, "hit@5": 3, "hit@20": 3, "hit@50": 3,
        "recall@1": 2, "recall@5": 2, "recall@20": 2, "MRR@10": 2, "nDCG@10": 2,
    }  # fmt: skip
    assert [one.name for one in found.differences][3:6] == ["right_source", "best_right", "hit@1"]


def test_remarks_on_the_search():
    before = [right(f"q{at}", answer_rank=30) for at in range(30)]
    now = [right(f"q{at}", answer_rank=1 if at < 20 else 4 if at == 20 else 30) for at in range(30)]
    said = {one.name: one.remark for one in compared(now, before).differences}
    assert (said["hit@1"], said["hit@50"], said["right"]) == ("more than noise", "the same", "the same")
    one_more = [right(f"q{at}", answer_rank=1 if at == 0 else 30) for at in range(30)]
    assert {one.name: one.remark for one in compared(one_more, before).differences}["hit@1"] == "may be chance"


def test_a_difference_within_few_stories_may_be_chance_though_not_by_question():
    def rows(good, named=True):
        return [
            right(f"{story}{at}", story=story if named else "", answer_rank=1 if story in good else 30)
            for story in "abcdef"
            for at in range(10)
        ]

    def hit(named):
        (found,) = [one for one in compared(rows("a", named), rows("", named)).differences if one.name == "hit@1"]
        return found

    # Ten questions of sixty were gained, all in one story of six.
    assert hit(named=True).difference == hit(named=False).difference == pytest.approx(100 / 6)
    assert hit(named=False).p_value < 0.005
    # Of six draws with chance 1/6, all but exactly one.
    assert hit(named=True).p_value == pytest.approx(1 - 6 * (1 / 6) * (5 / 6) ** 5, abs=0.02)
    assert (hit(named=False).remark, hit(named=True).remark) == ("more than noise", "may be chance")
    assert hit(named=True).low == 0 < hit(named=False).low
    # A baseline that was kept before rows had stories changes nothing.
    (old,) = [one for one in compared(rows("a"), rows("", named=False)).differences if one.name == "hit@1"]
    assert old == hit(named=True)


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


def test_a_question_that_one_run_could_not_ask_counts_in_the_search():
    before = [right("a", relevant={"x": 1}, hits=("x",), answer_rank=1), right("b")]
    now = [row("a", relevant={"x": 1}, error="missing from the run"), right("b")]
    found = differences(compared(now, before))
    assert (found["recall@1"], found["hit@1"]) == ((100, 0, -100), (50, 0, -50))


def test_where_only_articles_are_judged_only_the_search_is_compared():
    rows = [row("a", judged=False, answerable=False, given=False, relevant={"x": 1})]
    found = compared([replace(rows[0], hits=("x",))], rows)
    assert differences(found) == dict.fromkeys(
        ["recall@1", "recall@5", "recall@20", "MRR@10", "nDCG@10"], (0, 100, 100)
    )
    assert (found.gained, found.lost) == ((), ())
    assert found.changed_facts
    unknown = [replace(rows[0], relevant={})]
    assert compared(unknown, unknown).differences == ()


def test_one_question_of_six_may_be_chance():
    before = [row(f"q{at}") for at in range(6)]
    difference = compared([right("q0"), *before[1:]], before).differences[2]
    assert difference.name == "right"
    assert difference.difference == pytest.approx(100 / 6)
    # Drawn 0 times, or twice and more: of six draws with chance 1/6, all but exactly one.
    assert difference.p_value == pytest.approx(1 - 6 * (1 / 6) * (5 / 6) ** 5, abs=0.02)
    assert difference.noise


def test_twenty_of_thirty_is_no_chance():
    before = [row(f"q{at}") for at in range(30)]
    now = [right(one.id) if at < 20 else one for at, one in enumerate(before)]
    for difference in compared(now, before).differences[:4]:
        assert difference.difference == pytest.approx(200 / 3)
        assert 40 < difference.low < difference.difference < difference.high < 90
        assert difference.p_value < 0.001
        assert not difference.noise
    for difference in compared(before, now).differences[:4]:
        assert difference.difference == pytest.approx(-200 / 3)
        assert not difference.noise


def test_a_run_against_itself():
    found = compare(NOW, NOW, seed=7, facts=FACTS, baseline_facts=FACTS)
    assert (found.gained, found.lost, found.changed_facts) == ((), (), ())
    for one in found.differences:
        assert (one.difference, one.low, one.high, one.p_value, one.noise) == (0.0, 0.0, 0.0, 1.0, True)
        assert one.remark == "the same"


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
