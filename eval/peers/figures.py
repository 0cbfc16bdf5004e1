"""From a system's answers to its figures, by the metrics that judge Pullquote everywhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from pullquote.eval.gold.questions import GoldQuestion
from pullquote.eval.metrics import bootstrap
from pullquote.eval.metrics.abstention import auroc
from pullquote.eval.metrics.retrieval import holds_answer
from pullquote.eval.runs.asking import judge_wording
from pullquote.eval.runs.rows import Row, blank, complete
from pullquote.eval.runs.scores import Figure, Scores, score

_DEPTHS = ("hit@1", "hit@5", "hit@20")


def rows_of(
    answers: Sequence[Mapping[str, Any]],
    questions: Sequence[GoldQuestion],
    texts: Mapping[str, str],
    *,
    scorer: str = "squad",
) -> list[Row]:
    """Return one row a question, in their order.

    A question that ended in an exception was not answered: that is right where there is no answer. One that is
    missing altogether counts as answered wrongly.

    Args:
        answers: lines of `answers.jsonl`.
        questions: that were asked.
        texts: of the passages, by id; the title doesn't count for a hit.
        scorer: whose normalisation EM and F1 use: "squad" or "realtimeqa".
    """
    asked = {one.id: one for one in questions}
    rows = []
    for answer in answers:
        question = asked[answer["id"]]
        ranks = (rank for rank, hit in enumerate(answer["hits"], 1) if holds_answer(texts[hit], question.answers))
        rows.append(
            replace(
                judge_wording(blank(question), question, answer["best"], scorer=scorer),
                answer=answer["text"],
                confidence=min(1.0, max(0.0, float(answer["score"]))),
                answer_rank=next(ranks, None),
                timings_ms={} if answer["ms"] is None else {"total": answer["ms"]},
            )
        )
    return complete(rows, questions)


def figures(
    answers: Sequence[Mapping[str, Any]], rows: Sequence[Row], facts: Mapping[str, Any], *, seed: int
) -> dict[str, Any]:
    """Return a system's figures as JSON objects.

    Args:
        answers: lines of `answers.jsonl`.
        rows: made of them by `rows_of`.
        facts: of `facts.json`.
        seed: of the bootstrap.

    Returns:
        `quality`: figures with their 95% interval and n, in percent (AUROC 0..1): `right`, `exact_match`, `f1`,
        `answered` over all questions, an answer withheld being wrong where there is one and right where there is
        none; `withheld` over those without an answer; `best_...` of the best candidate, given or not, over those
        with one; `auroc` of the score and, where the system has a score of its own for "no answer",
        `auroc_no_answer`; `hit@k` over those with an answer. `speed`: passages/s of indexing, ms an answer, peak
        memory. `failed_questions`: how many ended in an exception, the first of which is `first_error`.
    """
    scores = score(rows, seed=seed)
    reads = any(answer["ms"] is not None for answer in answers)
    quality = {name: scores.retrieval[name] for name in _DEPTHS if name in scores.retrieval}
    if reads:
        quality = _reading(scores) | _abstention(scores, answers, rows, seed) | quality
    latency = scores.latency_ms.get("total")
    return {
        "quality": {name: asdict(figure) for name, figure in quality.items()},
        "speed": {
            "passages": facts["passages"],
            "index_s": round(facts["index_s"], 1),
            "passages_per_s": round(facts["passages_per_s"], 1),
            **({"median_ms": latency[0], "p95_ms": latency[1]} if latency else {}),
            "peak_memory_mb": round(facts["peak_memory_mb"]),
        },
        "failed_questions": sum(bool(answer["error"]) for answer in answers),
        "first_error": next((answer["error"] for answer in answers if answer["error"]), ""),
    }


def _reading(scores: Scores) -> dict[str, Figure]:
    everything, unanswerable = scores.groups["all"], scores.groups.get("unanswerable")
    named = {
        "right": everything.right,
        "exact_match": everything.exact_match,
        "f1": everything.f1,
        "answered": everything.answered,
        "withheld": unanswerable.right if unanswerable else None,
        "best_right": everything.best_right,
        "best_exact_match": everything.best_exact_match,
        "best_f1": everything.best_f1,
    }
    return {name: figure for name, figure in named.items() if figure}


def _abstention(
    scores: Scores, answers: Sequence[Mapping[str, Any]], rows: Sequence[Row], seed: int
) -> dict[str, Figure]:
    found = {"auroc": scores.abstention["auroc"]} if "auroc" in scores.abstention else {}
    nothing = {one["id"]: one["no_answer_score"] for one in answers}
    if any(value is not None for value in nothing.values()):
        # A question without the score ended in an exception, or found no passage: as sure of nothing as can be.
        surely = np.array([1.0 if nothing.get(row.id) is None else float(nothing[row.id]) for row in rows])
        right = np.array([row.right for row in rows], dtype=bool)
        interval = bootstrap.interval_of(lambda at: auroc(-surely[at], right[at]), len(rows), seed=seed)
        if interval:
            found["auroc_no_answer"] = Figure(*interval, len(rows))
    return found
