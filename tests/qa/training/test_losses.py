from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from pullquote.qa.training.steps.losses import span_losses


def loss(starts, ends, start_targets, end_targets, answerable, groups) -> float:
    return float(
        span_losses(
            (torch.tensor(starts), torch.tensor(ends)),
            (torch.tensor(start_targets), torch.tensor(end_targets)),
            torch.tensor(answerable),
            np.array(groups),
        ).mean()
    )


def test_one_window_a_question_is_the_usual_cross_entropy():
    generator = torch.Generator().manual_seed(1)
    starts, ends = torch.randn(3, 6, generator=generator), torch.randn(3, 6, generator=generator)
    answerable = torch.tensor([[False, False, True, True, True, True]] * 3)
    targets_start, targets_end = torch.zeros(3, 6, dtype=torch.bool), torch.zeros(3, 6, dtype=torch.bool)
    targets_start[0, 2] = targets_end[0, 4] = targets_start[1, 5] = targets_end[1, 5] = True  # the third has none
    allowed = answerable.clone()
    allowed[:, 0] = True
    expected = (
        cross_entropy(starts.masked_fill(~allowed, -1e4), torch.tensor([2, 5, 0]))
        + cross_entropy(ends.masked_fill(~allowed, -1e4), torch.tensor([4, 5, 0]))
    ) / 2
    found = span_losses((starts, ends), (targets_start, targets_end), answerable, np.arange(3))
    assert float(found.mean()) == pytest.approx(float(expected), rel=1e-5)


def test_two_passages_of_one_question_by_hand():
    # [CLS] and two tokens; odds against "none" of 3 and 1 in the first passage, 2 and 1 in the second.
    logits = np.log(np.array([[1, 3, 1], [1, 2, 1]], dtype=np.float32)).tolist()
    answerable = [[False, True, True]] * 2
    targets = [[False, True, False], [False, False, False]]
    alone = (-np.log(3 / 5) - np.log(1 / 4)) / 2
    together = -np.log(3 / 8)
    assert loss(logits, logits, targets, targets, answerable, [0, 0]) == pytest.approx((alone + together) / 2, rel=1e-5)


def test_places_of_the_answer_are_summed():
    logits = np.log(np.array([[1, 3, 1], [1, 2, 1]], dtype=np.float32)).tolist()
    answerable = [[False, True, True]] * 2
    targets = [[False, True, True], [False, True, False]]
    alone = (-np.log(4 / 5) - np.log(2 / 4)) / 2
    together = -np.log(6 / 8)
    assert loss(logits, logits, targets, targets, answerable, [0, 0]) == pytest.approx((alone + together) / 2, rel=1e-5)


def test_a_question_without_an_answer_wants_none_everywhere():
    logits = np.log(np.array([[1, 3, 1], [1, 2, 1]], dtype=np.float32)).tolist()
    answerable = [[False, True, True]] * 2
    targets = [[False] * 3] * 2
    alone = (-np.log(1 / 5) - np.log(1 / 4)) / 2
    together = -np.log(1 / 8)
    assert loss(logits, logits, targets, targets, answerable, [0, 0]) == pytest.approx((alone + together) / 2, rel=1e-5)


def test_only_the_level_against_cls_counts_between_passages():
    logits = np.log(np.array([[1, 3, 1], [1, 2, 1]], dtype=np.float32))
    shifted = (logits + np.array([[5.0], [-7.0]], dtype=np.float32)).tolist()
    answerable = [[False, True, True]] * 2
    targets = [[False, True, False], [False, False, False]]
    assert loss(shifted, shifted, targets, targets, answerable, [0, 0]) == pytest.approx(
        loss(logits.tolist(), logits.tolist(), targets, targets, answerable, [0, 0]), rel=1e-5
    )
