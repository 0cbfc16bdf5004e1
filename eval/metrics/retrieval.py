"""How high search ranks what answers: recall, MRR and nDCG of judged passages, and hits of accepted answers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from pullquote.errors import PullquoteError
from pullquote.eval.metrics.squad import normalize

Qrels = Mapping[str, Mapping[str, int]]
Run = Mapping[str, Mapping[str, float]]


def recall(qrels: Qrels, run: Run, *, k: int) -> dict[str, float]:
    """Return, for each question of qrels, the share of its relevant documents that are in the top k, 0..1.

    Args:
        qrels: question -> document -> grade; relevant from 1 on.
        run: question -> document -> score, higher is better; equal scores are ranked by document id.
        k: depth, from 1.

    Returns:
        One value a question, in the order of qrels. A question missing from the run scores 0; so does one with
        nothing relevant, as in trec_eval: leave unanswerable questions out of qrels.

    Raises:
        ValueError: k is below 1, a grade is negative, or a score is not a number.
        PullquoteError: ir-measures isn't installed.

    Source: trec_eval's recall_k, by ir-measures (MacAvaney et al. 2022).
    """
    return _per_question("R", k, qrels, run)


def reciprocal_rank(qrels: Qrels, run: Run, *, k: int = 10) -> dict[str, float]:
    """Return, for each question of qrels, 1 / rank of its first relevant document, 0 beyond rank k.

    The mean of it is MRR@k. Arguments, missing questions and errors as in `recall`.

    Source: MS MARCO's RR@k, by ir-measures (MacAvaney et al. 2022).
    """
    return _per_question("RR", k, qrels, run)


def ndcg(qrels: Qrels, run: Run, *, k: int = 10) -> dict[str, float]:
    """Return, for each question of qrels, nDCG@k, 0..1: gain = grade, discount = log2(1 + rank).

    Arguments, missing questions and errors as in `recall`.

    Source: Järvelin and Kekäläinen 2002, in trec_eval's form (ndcg_cut_k), by ir-measures (MacAvaney et al. 2022).
    """
    return _per_question("nDCG", k, qrels, run)


def _per_question(name: str, k: int, qrels: Qrels, run: Run) -> dict[str, float]:
    # Imported here: it gives its logger a handler, and has no wheel for Linux on ARM.
    try:
        import ir_measures
    except ImportError as error:
        raise PullquoteError(
            "Recall, MRR and nDCG need ir-measures: pip install ir-measures (where its pytrec-eval-terrier has no "
            "wheel, that takes a C compiler and the network)."
        ) from error
    measure = getattr(ir_measures, name) @ _depth(k)
    if any(grade < 0 for grades in qrels.values() for grade in grades.values()):
        raise ValueError("A grade in qrels is negative; 0 means not relevant.")
    ranked = {question: _by_rank(run[question]) for question in qrels if run.get(question)}
    # A question without any judged document would vanish in some providers: all begin at 0.
    values = dict.fromkeys(qrels, 0.0)
    judged = {question: dict(grades) for question, grades in qrels.items() if grades}
    for metric in ir_measures.iter_calc([measure], judged, ranked):
        values[metric.query_id] = float(metric.value)
    return values


def _by_rank(scores: Mapping[str, float]) -> dict[str, float]:
    """Return the documents with scores that fall by 1 a rank.

    trec_eval compares scores as 32-bit floats and breaks ties by falling document id, MS MARCO's by rising:
    given ranks, both see one order.
    """
    if any(math.isnan(score) for score in scores.values()):
        raise ValueError("A score in the run is not a number.")
    order = sorted(scores, key=lambda document: (-scores[document], document))
    return {document: float(-rank) for rank, document in enumerate(order)}


def holds_answer(text: str, accepted: Sequence[str]) -> bool:
    """Return whether an accepted answer stands in the text as whole words, after SQuAD's normalisation."""
    padded = f" {normalize(text)} "
    return any(f" {wanted} " in padded for answer in accepted if (wanted := normalize(answer)))


def answer_hit(texts: Sequence[str], accepted: Sequence[str], ks: Sequence[int]) -> dict[int, bool]:
    """Return, for each k, whether one of the top k texts holds an accepted answer (see `holds_answer`).

    Args:
        texts: of the passages found, best first.
        accepted: accepted wordings of the answer; with none, nothing is a hit.
        ks: depths, from 1.

    Raises:
        ValueError: a depth is below 1.
    """
    deepest = max((_depth(k) for k in ks), default=0)
    first = next((rank for rank, text in enumerate(texts[:deepest], 1) if holds_answer(text, accepted)), math.inf)
    return {k: first <= k for k in ks}


def _depth(k: int) -> int:
    if k < 1:
        raise ValueError(f"The depth k must be 1 or more, not {k}.")
    return k
