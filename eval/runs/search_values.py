"""What the search was worth on each question: hits of accepted answers, and ranks of the articles to find."""

from __future__ import annotations

from collections.abc import Sequence

from pullquote.eval.metrics import retrieval
from pullquote.eval.runs.rows import Row

HIT_DEPTHS = (1, 5, 20, 50)
RECALL_DEPTHS = (1, 5, 20)


def search_values(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """Return, by figure, the value of each question that it is defined for, by id, 0..1.

    hit@k (a passage in the top k holds an accepted answer) is of answerable questions; recall@k, MRR@10 and nDCG@10
    (articles; by ir-measures) are of those whose articles are known. What is defined for none is left out.
    """
    found: dict[str, dict[str, float]] = {}
    answerable = [row for row in rows if row.answerable]
    for depth in HIT_DEPTHS if answerable else ():
        found[f"hit@{depth}"] = {
            row.id: float(row.answer_rank is not None and row.answer_rank <= depth) for row in answerable
        }
    judged = [row for row in rows if row.relevant]
    if judged:
        qrels = {row.id: dict(row.relevant) for row in judged}
        run = {row.id: {key: 1.0 / rank for rank, key in enumerate(row.hits, 1)} for row in judged if row.hits}
        found |= {f"recall@{depth}": retrieval.recall(qrels, run, k=depth) for depth in RECALL_DEPTHS}
        found |= {"MRR@10": retrieval.reciprocal_rank(qrels, run), "nDCG@10": retrieval.ndcg(qrels, run)}
    return found
