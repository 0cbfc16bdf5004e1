"""RealTime QA (Kasai et al. 2023) against an archive: how often search and `ask` find the answer.

python -m pullquote.eval.rtqa search ARCHIVE questions.jsonl.gz --year 2022
python -m pullquote.eval.rtqa ask    ARCHIVE questions.jsonl.gz --year 2022 --output rows.jsonl
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import json
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pullquote import Archive, Engine, Filters
from pullquote.eval.metrics.realtimeqa import exact_match, f1
from pullquote.eval.metrics.retrieval import answer_hit
from pullquote.eval.metrics.squad import best

_RANKS = (1, 5, 20)


@dataclass(frozen=True, slots=True)
class Question:
    """One quiz question with its accepted answers, asked on `day`."""

    id: str
    text: str
    answers: tuple[str, ...]
    day: dt.date


def read_questions(file: Path, year: str, *, limit: int | None = None) -> list[Question]:
    """Return the questions of a year, those ending in "except" left out as in the source's own scorer."""
    opener = gzip.open if file.suffix == ".gz" else open
    with opener(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    kept = [
        Question(row["id"], row["question"], tuple(row["answers"]), dt.date.fromisoformat(row["date"]))
        for row in rows
        if row["date"].startswith(year) and not re.search(r"\bexcept\W*$", row["question"].strip().lower())
    ]
    return kept[:limit]


def score_search(archive: Archive, questions: Sequence[Question]) -> dict[str, object]:
    """Return hit@k in percent (title not counted) and the latency of `search` in ms."""
    hits = np.zeros((len(questions), len(_RANKS)))
    times = []
    for row, question in enumerate(questions):
        begun = time.perf_counter()
        found = archive.search(question.text, limit=max(_RANKS), filters=Filters(as_of=question.day))
        times.append(1000 * (time.perf_counter() - begun))
        hits[row] = list(answer_hit([hit.passage.text for hit in found], question.answers, _RANKS).values())
        _show(row + 1, len(questions))
    means = 100 * hits.mean(axis=0)
    return {
        "n": len(questions),
        **{f"hit@{rank}": round(float(mean), 1) for rank, mean in zip(_RANKS, means, strict=True)},
        **_latency(times),
    }


def score_ask(engine: Engine, questions: Sequence[Question], output: Path | None) -> dict[str, object]:
    """Return EM and F1 in percent of the best candidate (given or withheld) and of the given answers."""
    rows, times = [], []
    for number, question in enumerate(questions, 1):
        answer = engine.ask(question.text, as_of=question.day)
        times.append(answer.timings_ms["total"])
        top = answer.answers[0].text if answer.answers else ""
        rows.append(
            {
                "id": question.id,
                "question": question.text,
                "accepted": question.answers,
                "answer": answer.answer,
                "best": top,
                "confidence": answer.confidence,
                "exact_match": best(exact_match, top, question.answers),
                "f1": best(f1, top, question.answers),
                "given_exact_match": best(exact_match, answer.answer or "", question.answers),
                "given_f1": best(f1, answer.answer or "", question.answers),
                "abstained": answer.abstained,
            }
        )
        _show(number, len(questions))
    if output:
        output.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    figures = ("exact_match", "f1", "given_exact_match", "given_f1", "abstained")
    return {
        "n": len(rows),
        **{name: round(100 * float(np.mean([float(row[name]) for row in rows])), 1) for name in figures},  # type: ignore[arg-type]
        **_latency(times),
    }


def _latency(times_ms: Sequence[float]) -> dict[str, float]:
    return {
        "median_ms": round(float(np.median(times_ms)), 1),
        "p95_ms": round(float(np.percentile(times_ms, 95)), 1),
    }


def _show(done: int, total: int) -> None:
    if done % 50 == 0 or done == total:
        print(f"{done} of {total} questions", file=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command of the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m pullquote.eval.rtqa", description=__doc__)
    parser.add_argument("what", choices=("search", "ask"))
    parser.add_argument("archive", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--year", default="2022")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--output", type=Path)
    parser.add_argument("--reader", default="small")
    options = parser.parse_args(arguments)
    questions = read_questions(options.questions, options.year, limit=options.limit)
    with Archive.open(options.archive) as archive:
        if options.what == "search":
            archive.search("warm up", limit=1)
            scores = score_search(archive, questions)
        else:
            engine = Engine(archive, reader=options.reader)
            engine.warm_up()
            scores = score_ask(engine, questions, options.output)
    print(json.dumps(scores))


if __name__ == "__main__":
    main()
