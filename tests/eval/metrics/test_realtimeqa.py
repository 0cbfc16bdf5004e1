from __future__ import annotations

import pytest

from pullquote.eval.metrics.realtimeqa import accepted, exact_match, f1, normalize
from pullquote.eval.metrics.squad import best


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The  Port Authority's chair.", "the port authoritys chair"),  # the article stays, unlike SQuAD's
        ("41人", "41"),
        ("2031年", "2031"),
        ("“Squid Game”", "“squid game”"),  # ASCII punctuation only
        ("", ""),
    ],
)
def test_normalize(text, expected):
    assert normalize(text) == expected


@pytest.mark.parametrize(
    ("prediction", "answer", "exact", "overlap"),
    [
        ("the Port Authority", "Port Authority", 0.0, 0.8),  # precision 2/3, recall 1
        ("PORT authority.", "Port Authority", 1.0, 1.0),
        ("Tarn", "Vellmouth", 0.0, 0.0),
        ("", "", 1.0, 0.0),
        ("Tarn", "", 0.0, 0.0),
        ("", "Tarn", 0.0, 0.0),
    ],
)
def test_scores_by_hand(prediction, answer, exact, overlap):
    assert exact_match(prediction, answer) == exact
    assert f1(prediction, answer) == pytest.approx(overlap)


def test_choices_that_are_right_together_count_in_every_order():
    assert accepted(["Tarn", "New Vell"]) == ["Tarn New Vell", "New Vell Tarn"]
    assert best(exact_match, "new vell, tarn", accepted(["Tarn", "New Vell"])) == 1.0
    assert best(exact_match, "Tarn", accepted(["Tarn", "New Vell"])) == 0.0
