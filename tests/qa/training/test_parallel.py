"""Sharing out a batch over threads: the same gradient as in one piece."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pullquote.qa.reading.windows import ReaderInput, Window
from pullquote.qa.training.data.batches import TrainingWindow
from pullquote.qa.training.data.soft_targets import Question
from pullquote.qa.training.steps.parallel import GradientWorkers, questions, shares


def group_of(one):
    return one.group or None


def row(group: str, value: int) -> TrainingWindow:
    nowhere = np.array([-1], dtype=np.int32)
    return TrainingWindow(Window(0, [value], [0], nowhere, nowhere), (), (), Question("who", ReaderInput("")), group)


@given(st.lists(st.sampled_from(["", "a", "b", "c"]), min_size=1, max_size=12), st.integers(1, 4))
def test_shares_lose_nothing_and_keep_questions_whole(groups, count):
    rows = [row(group, at) for at, group in enumerate(groups)]
    parts = shares(rows, count, group_of)
    assert all(parts)
    assert len(parts) <= count
    assert sorted(one.window.ids[0] for part in parts for one in part) == list(range(len(rows)))
    for name in {"a", "b", "c"} & set(groups):
        assert sum(any(one.group == name for one in part) for part in parts) == 1
    assert sum(questions(part, group_of) for part in parts) == questions(rows, group_of)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_the_gradient_is_that_of_the_mean_over_questions(workers):
    """Loss of a question: the weight times the sum of its windows' numbers. So the gradient is their mean."""
    weight = torch.nn.Parameter(torch.tensor(2.0))

    def objective(rows):
        sums = {}
        for at, one in enumerate(rows):
            key = one.group or str(at)
            sums[key] = sums.get(key, 0) + one.window.ids[0]
        return torch.stack([weight * total for total in sums.values()]).mean()

    rows = [row("a", 1), row("", 5), row("a", 2), row("b", 10), row("", 7)]
    threads = torch.get_num_threads()
    with GradientWorkers([weight], objective, key=group_of, workers=workers) as pool:
        loss = pool.backward(rows)
    assert weight.grad.item() == pytest.approx((3 + 5 + 10 + 7) / 4)
    assert loss.item() == pytest.approx(2 * (3 + 5 + 10 + 7) / 4)
    assert torch.get_num_threads() == threads
