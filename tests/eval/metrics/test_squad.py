from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullquote.eval.metrics.squad import best, exact_match, f1, normalize


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The  Port Authority's chair.", "port authoritys chair"),
        ("An apple a day", "apple day"),
        ("U.S.", "us"),
        ("theatre", "theatre"),  # "the" counts as a word of its own only
        ("£3.2m", "£32m"),
        ("", ""),
    ],
)
def test_normalize(text, expected):
    assert normalize(text) == expected


@pytest.mark.parametrize(
    ("prediction", "answer", "exact", "overlap"),
    [
        ("the port authority", "Port Authority", 1.0, 1.0),  # the same after normalisation
        ("Authority, Port", "Port Authority", 0.0, 1.0),  # a bag of words has no order
        ("Captain Tobias Marrick", "Tobias Marrick", 0.0, 0.8),  # precision 2/3, recall 1
        ("Marrick", "Tobias Marrick", 0.0, 2 / 3),  # precision 1, recall 1/2
        ("May 4 May", "May May 19", 0.0, 2 / 3),  # "may" counts twice in both: 2 of 3, 2 of 3
        ("May 4", "May May 19", 0.0, 0.4),  # and once here: 1 of 2, 1 of 3
        ("in the harbour of Tarn", "Tarn harbour", 0.0, 2 / 3),  # precision 2/4, recall 1
        ("forty-one", "forty one", 0.0, 0.0),  # the hyphen goes, and no space comes
        ("nine", "eleven", 0.0, 0.0),
        ("", "", 1.0, 1.0),
        ("nine", "", 0.0, 0.0),
        ("the", "a", 1.0, 1.0),  # nothing is left of either
    ],
)
def test_exact_match_and_f1_by_hand(prediction, answer, exact, overlap):
    assert exact_match(prediction, answer) == exact
    assert f1(prediction, answer) == pytest.approx(overlap)


def test_exact_match():
    assert exact_match("“Nine”", "nine") == 0.0  # SQuAD strips ASCII punctuation only
    assert exact_match('"Nine"', "nine") == 1.0


def test_best_takes_the_answer_that_fits_and_scores_missing_ones_as_wrong():
    assert best(exact_match, "41", ["forty-one", "41"]) == 1.0
    assert best(f1, "41", []) == 0.0
    assert best(f1, "", ["41"]) == 0.0


@given(st.text(max_size=40), st.text(max_size=40))
def test_f1_is_symmetric_and_bounded(left, right):
    assert f1(left, right) == pytest.approx(f1(right, left))
    assert exact_match(left, right) <= f1(left, right) + 1e-9 <= 1.0 + 2e-9
