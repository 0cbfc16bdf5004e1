"""Rows, facts and scores of runs that never took place, and a small gold set on disk."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pullquote.eval.runs.rows import CandidateRow, Row, RunFacts
from pullquote.qa.ranking.confidence import FEATURES
from pullquote.qa.reading.reader import Reading, ScoredSpan
from pullquote.qa.reading.windows import ReaderInput

FACTS = RunFacts(
    pullquote="0.1.0",
    gold="Tarn",
    gold_sha256="aa" * 32,
    split="report",
    n=4,
    archive_sha256="bb" * 32,
    articles=5,
    passages=6,
    reader="finding",
    reader_sha256="cc" * 32,
    embedder="hash",
    embedder_sha256="dd" * 32,
    confidence_sha256="",
    settings={"passages_read": 12, "given_from": 0.5},
    seed=7,
    bfloat16=False,
    cores=2,
)


def row(name: str, *, given: bool = True, **changes: Any) -> Row:
    """Return a row of an answerable fact whose best candidate, "Lind", was given unless `given` is False."""
    plain = Row(
        id=name, type="fact", split="report", question=f"Who is {name}?", as_of=None, accepted=("Lind",),
        answerable=True, answer="Lind" if given else None, best="Lind", confidence=0.9 if given else 0.1,
    )  # fmt: skip
    return replace(plain, **changes)


def right(name: str, **changes: Any) -> Row:
    """Return the row of a right answer."""
    return row(name, **{"right": True, "exact_match": 1.0, "f1": 1.0} | changes)


def features(**known: float) -> dict[str, float]:
    """Return a candidate's features: those known, the others 0."""
    assert known.keys() <= set(FEATURES)
    return dict.fromkeys(FEATURES, 0.0) | known


def candidate(text: str = "Lind", *, right: bool = False, confidence: float = 0.5, **known: float) -> CandidateRow:
    return CandidateRow(text, confidence, right, features(**known))


def write_lines(file: Path, rows: Iterable[object], *, mark: bool = False) -> Path:
    """Write rows as JSON lines (a string as it stands), gzip'd if the name says so, with a BOM if asked."""
    lines = "".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in rows)
    data = lines.encode("utf-8-sig" if mark else "utf-8")
    file.write_bytes(gzip.compress(data) if file.suffix == ".gz" else data)
    return file


def write_gold(folder: Path, rows: Sequence[object], asked: Sequence[object], **manifest: Any) -> Path:
    """Write a gold set: articles and questions as JSON lines, and the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    write_lines(folder / "articles.jsonl", rows)
    write_lines(folder / "questions.jsonl", asked)
    facts = {"name": "Tarn", "articles": ["articles.jsonl"], "questions": "questions.jsonl"} | manifest
    (folder / "gold.json").write_text(json.dumps(facts), encoding="utf-8")
    return folder


def span(article: Mapping[str, Any], words: str) -> dict[str, Any]:
    """Return the supporting span of an article row's first printing of some words."""
    start = article["text"].index(words)
    return {"article": article.get("url") or article["id"], "start": start, "end": start + len(words), "text": words}


class FindingReader:
    """Finds given words: of each question, (words, margin above no answer); silent on everything else.

    Attributes:
        asked: the questions read, in their order, without the warm-up's.
        stops_after: raises `KeyboardInterrupt` at the question after so many.
    """

    def __init__(self, found: Mapping[str, Sequence[tuple[str, float]]], *, sha256: str = "f" * 64) -> None:
        self.name = "finding"
        self.sha256 = sha256
        self.folder: Path | None = None
        self.asked: list[str] = []
        self.stops_after: int | None = None
        self._found = found

    def read(self, question: str, passages: Sequence[ReaderInput], *, spans: int = 5) -> list[Reading]:
        if question != "Who?":
            if len(self.asked) == self.stops_after:
                raise KeyboardInterrupt
            self.asked.append(question)
        return [Reading(self._spans(question, passage.text)[:spans], no_answer_score=0.0) for passage in passages]

    def _spans(self, question: str, text: str) -> tuple[ScoredSpan, ...]:
        found = [
            ScoredSpan(text.index(words), text.index(words) + len(words), margin)
            for words, margin in self._found.get(question, ())
            if words in text
        ]
        return tuple(sorted(found, key=lambda span: -span.score))
