"""A quick look shows what the whole set would: every story and type with its share, always the same questions."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullquote.eval.gold.formats import load
from pullquote.eval.gold.questions import GoldQuestion, shipped_gold
from pullquote.eval.gold.sampling import sample


def questions(**counts):
    """Return questions by "story_type" and how many, those of one kind together."""
    made = []
    for name, number in counts.items():
        story, kind = name.split("_")
        made += [GoldQuestion(f"{name}{at}", "Who?", type=kind, story=story) for at in range(number)]
    return made


def counted(chosen):
    return Counter(f"{one.story}_{one.type}" for one in chosen)


def test_shares_by_hand():
    # Stories 12 to 6, types 12 to 6: of six, four and two of each; as everything lies, that is one of the rarest.
    asked = questions(ferry_fact=8, ferry_list=4, port_fact=4, port_list=2)
    chosen = sample(asked, 9, seed=1)
    assert Counter(one.story for one in chosen) == {"ferry": 6, "port": 3}
    assert Counter(one.type for one in chosen) == {"fact": 6, "list": 3}
    assert counted(sample(asked, 1, seed=1)) == {"ferry_fact": 1}


def test_the_order_is_the_sets_and_the_seed_decides():
    asked = questions(ferry_fact=30, port_fact=30)
    chosen = sample(asked, 10, seed=1)
    at = [asked.index(one) for one in chosen]
    assert at == sorted(set(at))
    assert chosen == sample(asked, 10, seed=1) != sample(asked, 10, seed=2)
    assert set(map(id, chosen)) <= set(map(id, sample(asked, 20, seed=1)))


@pytest.mark.parametrize("n", [3, 4, 100])
def test_no_more_than_there_are(n):
    asked = questions(ferry_fact=2, port_list=1)
    assert sample(asked, n, seed=1) == tuple(asked)


def test_without_stories_types_have_their_share():
    asked = [GoldQuestion(f"{kind}{at}", "Who?", type=kind) for kind in ("fact", "list") for at in range(20)]
    assert Counter(one.type for one in sample(asked, 10, seed=1)) == {"fact": 5, "list": 5}


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("xyz")), min_size=1, max_size=60), st.data())
def test_margins_stay_near_their_shares(kinds, data):
    asked = [GoldQuestion(f"{at}", "Who?", story=story, type=kind) for at, (story, kind) in enumerate(kinds)]
    n = data.draw(st.integers(1, len(asked)))
    chosen = sample(asked, n, seed=data.draw(st.integers(0, 99)))
    assert len(chosen) == len({one.id for one in chosen}) == n
    for of in (lambda one: one.story, lambda one: one.type):
        for name, whole in Counter(map(of, asked)).items():
            assert abs(Counter(map(of, chosen))[name] - n * whole / len(asked)) <= 3


@pytest.mark.parametrize("n", [20, 50, 100])
def test_of_the_shipped_set_every_story_and_type_is_there(n):
    report = load(shipped_gold()).of_split("report")
    chosen = sample(report, n, seed=20310504)
    for of in (lambda one: one.story, lambda one: one.type):
        for name, whole in Counter(map(of, report)).items():
            assert abs(Counter(map(of, chosen))[name] - n * whole / len(report)) < 1, name
