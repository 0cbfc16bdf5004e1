from __future__ import annotations

import sys
from math import log2, nan

import ir_measures
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pullquote.errors import PullquoteError
from pullquote.eval.metrics.retrieval import answer_hit, holds_answer, ndcg, recall, reciprocal_rank

QRELS = {"q1": {"a": 1, "b": 2, "c": 0}, "q2": {"d": 1}, "q3": {}, "q4": {"e": 0}, "q5": {"f": 1}}
RUN = {
    "q1": {"a": 0.6, "b": 0.8, "c": 0.9, "x": 0.7},  # c b x a
    "q3": {"a": 1.0},
    "q4": {"e": 1.0},
    "q5": {},
    "q9": {"a": 1.0},
}


def test_by_hand():
    nothing = {"q2": 0.0, "q3": 0.0, "q4": 0.0, "q5": 0.0}
    assert recall(QRELS, RUN, k=1) == {"q1": 0.0, **nothing}
    assert recall(QRELS, RUN, k=3) == {"q1": 0.5, **nothing}
    assert recall(QRELS, RUN, k=4) == {"q1": 1.0, **nothing}
    assert reciprocal_rank(QRELS, RUN) == {"q1": 0.5, **nothing}
    assert reciprocal_rank(QRELS, RUN, k=1) == {"q1": 0.0, **nothing}
    found = 2 / log2(3) + 1 / log2(5)
    best = 2 / log2(2) + 1 / log2(3)
    assert ndcg(QRELS, RUN) == {"q1": pytest.approx(found / best), **nothing}
    assert ndcg(QRELS, RUN, k=2) == {"q1": pytest.approx(2 / log2(3) / best), **nothing}


def test_questions_keep_the_order_of_qrels_and_those_of_the_run_alone_stay_out():
    assert list(reciprocal_rank(QRELS, RUN)) == ["q1", "q2", "q3", "q4", "q5"]
    assert reciprocal_rank({}, RUN) == {}
    assert reciprocal_rank({"q2": {"d": 1}}, {}) == {"q2": 0.0}


@pytest.mark.parametrize(("relevant", "rank"), [("a", 1), ("b", 2)])
def test_equal_scores_are_ranked_by_id_by_every_measure(relevant, rank):
    qrels, run = {"q": {relevant: 1}}, {"q": {"b": 1.0, "a": 1.0}}
    assert recall(qrels, run, k=1) == {"q": float(rank == 1)}
    assert reciprocal_rank(qrels, run) == {"q": 1 / rank}
    assert ndcg(qrels, run) == {"q": pytest.approx(1 / log2(1 + rank))}


def test_scores_closer_than_32_bits_tell_apart_still_rank():
    qrels, run = {"q": {"z": 1}}, {"q": {"a": 1.0, "z": 1.0 + 1e-12}}
    assert recall(qrels, run, k=1) == reciprocal_rank(qrels, run) == ndcg(qrels, run) == {"q": 1.0}


def test_random_cases_agree_with_the_formulas_and_with_trec_eval():
    random = np.random.default_rng(20310504)
    documents = [f"d{number}" for number in range(15)]
    qrels, run = {}, {}
    for number in range(1_000):
        judged = random.choice(documents, random.integers(1, 8), replace=False).tolist()
        found = random.choice(documents, random.integers(0, 10), replace=False).tolist()
        qrels[f"q{number}"] = dict(zip(judged, random.integers(0, 4, len(judged)).tolist(), strict=True))
        run[f"q{number}"] = dict(zip(found, random.permutation(len(found)).astype(float).tolist(), strict=True))
    recalls, ranks, gains = recall(qrels, run, k=5), reciprocal_rank(qrels, run), ndcg(qrels, run)
    for question, grades in qrels.items():
        order = sorted(run[question], key=run[question].__getitem__, reverse=True)
        relevant = {document for document, grade in grades.items() if grade > 0}
        first = next((rank for rank, document in enumerate(order, 1) if document in relevant), None)
        gain = sum(grades.get(document, 0) / log2(1 + rank) for rank, document in enumerate(order, 1))
        best = sum(grade / log2(1 + rank) for rank, grade in enumerate(sorted(grades.values(), reverse=True), 1))
        assert recalls[question] == pytest.approx(len(relevant & set(order[:5])) / len(relevant) if relevant else 0)
        assert ranks[question] == pytest.approx(1 / first if first else 0)
        assert gains[question] == pytest.approx(gain / best if best else 0)
    # trec_eval's own reciprocal rank has no cut-off; no run is longer than 10.
    theirs = {
        metric.query_id: metric.value for metric in ir_measures.pytrec_eval.iter_calc([ir_measures.RR], qrels, run)
    }
    assert ranks == pytest.approx(theirs)


DOCUMENTS = st.sampled_from("abcdefgh")


@given(
    st.dictionaries(DOCUMENTS, st.integers(0, 3), min_size=1),
    st.dictionaries(DOCUMENTS, st.sampled_from([0.0, 0.5, 1.0])),
    st.integers(1, 5),
)
@settings(max_examples=50)
def test_bounds_and_that_the_order_given_does_not_count(grades, scores, k):
    backwards = dict(reversed(scores.items()))
    for measure in (recall, reciprocal_rank, ndcg):
        value = measure({"q": grades}, {"q": scores}, k=k)["q"]
        assert 0 <= value <= 1 + 1e-9
        assert value == measure({"q": grades}, {"q": backwards}, k=k)["q"]
        assert value <= measure({"q": grades}, {"q": scores}, k=8)["q"] + 1e-9 or measure is ndcg


@pytest.mark.parametrize("measure", [recall, reciprocal_rank, ndcg])
def test_bad_input_is_refused(measure):
    with pytest.raises(ValueError, match="1 or more, not 0"):
        measure(QRELS, RUN, k=0)
    with pytest.raises(ValueError, match="negative"):
        measure({"q": {"a": -1}}, {"q": {"a": 1.0}}, k=1)
    with pytest.raises(ValueError, match="not a number"):
        measure({"q": {"a": 1}}, {"q": {"a": nan}}, k=1)


def test_without_ir_measures_the_error_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "ir_measures", None)
    with pytest.raises(PullquoteError, match="pip install ir-measures"):
        recall(QRELS, RUN, k=1)


@pytest.mark.parametrize(
    ("text", "answers", "expected"),
    [
        ("It reopens on Monday, 19 May.", ["19 May"], True),
        ("It reopens on 19 Mayfair Road.", ["19 May"], False),  # whole words only
        ("The harbour of Tarn", ["a harbour"], True),
        ("Nothing here", ["", "the"], False),  # an answer of nothing is found nowhere
        ("Nothing here", [], False),
    ],
)
def test_holds_answer(text, answers, expected):
    assert holds_answer(text, answers) is expected


def test_answer_hit_by_hand():
    texts = ["It rained.", "The ferry left.", "It left on 19 May.", "19 May again"]
    assert answer_hit(texts, ["19 May"], (1, 2, 3, 20)) == {1: False, 2: False, 3: True, 20: True}
    assert answer_hit(texts, ["19 May", "rained"], (1, 3)) == {1: True, 3: True}
    assert answer_hit([], ["19 May"], (1, 3)) == {1: False, 3: False}
    assert answer_hit(texts, ["20 May"], (20,)) == {20: False}
    with pytest.raises(ValueError, match="1 or more, not 0"):
        answer_hit(texts, ["19 May"], (0,))
