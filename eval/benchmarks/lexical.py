"""BM25 engines over the same passages and questions: tantivy, SQLite FTS5, bm25s.

    python -m pullquote.eval.benchmarks.lexical articles.jsonl.gz questions.jsonl.gz [--year 2022]

bm25s is no dependency of the package (pip install bm25s PyStemmer). Prints one JSON line an engine: hit@k in
percent over the year's questions, seconds to build, milliseconds a query, bytes on disk.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from pullquote.articles import Article
from pullquote.commands import run
from pullquote.eval.benchmarks.cut_articles import articles_of, words_as_tokens
from pullquote.eval.gold.formats import read_realtime_qa
from pullquote.eval.gold.questions import GoldQuestion
from pullquote.eval.metrics.retrieval import answer_hit
from pullquote.filters import Filters
from pullquote.index.analyser import analyzer
from pullquote.index.backends.lexical import LexicalIndex, LexicalPassage
from pullquote.index.furniture.ranges import furniture_ranges
from pullquote.index.passages.splitting import split_passages

_RANKS = (1, 5, 20)
_WORD = re.compile(r"\w+")
Search = Callable[[GoldQuestion], list[int]]


def read_passages(file: Path, year: str) -> Iterator[tuple[Article, str]]:
    """Yield (article, passage text) of a year's articles; words stand for tokens, which needs no model."""
    for article in articles_of([file]):
        if article.published and str(article.published)[:4] == year:
            for passage in split_passages(article, furniture_ranges(article), words_as_tokens):
                yield article, passage.text


def _tantivy(folder: Path, texts: Sequence[str], days: Sequence[int]) -> Search:
    index = LexicalIndex(folder / "tantivy")
    index.apply((LexicalPassage(row, row, text, days[row], "", ()) for row, text in enumerate(texts)), ())
    index.reload()
    return lambda question: [
        row for row, _ in index.search(question.question, Filters(until=question.as_of), max(_RANKS))
    ]


def _fts5(folder: Path, texts: Sequence[str], days: Sequence[int]) -> Search:
    db = sqlite3.connect(folder / "fts5.db")
    db.execute("CREATE TABLE passages (rowid INTEGER PRIMARY KEY, day INTEGER)")
    db.executemany("INSERT INTO passages VALUES (?, ?)", enumerate(days))
    db.execute("CREATE VIRTUAL TABLE words USING fts5(text, content='', tokenize='porter unicode61')")
    db.executemany("INSERT INTO words(rowid, text) VALUES (?, ?)", enumerate(texts))
    db.commit()
    terms = analyzer()

    def search(question: GoldQuestion) -> list[int]:
        # The same stop words as tantivy's leaves out.
        kept = [word for word in _WORD.findall(question.question.lower()) if terms.analyze(word)]
        match = " OR ".join(f'"{word}"' for word in dict.fromkeys(kept))
        rows = db.execute(
            "SELECT words.rowid FROM words JOIN passages ON passages.rowid = words.rowid "
            "WHERE words MATCH ? AND day <= ? ORDER BY bm25(words) LIMIT ?",
            (match, _day(question), max(_RANKS)),
        )
        return [row[0] for row in rows]

    return search


def _bm25s(folder: Path, texts: Sequence[str], days: Sequence[int]) -> Search:
    bm25s: Any = import_module("bm25s")
    terms = analyzer()
    index = bm25s.BM25()
    index.index([terms.analyze(text) for text in texts], show_progress=False)
    index.save(folder / "bm25s")
    known = np.array(days)

    def search(question: GoldQuestion) -> list[int]:
        allowed = (known <= _day(question)).astype(np.float32)
        rows, _ = index.retrieve(
            [terms.analyze(question.question)], k=max(_RANKS), show_progress=False, weight_mask=allowed
        )
        return [int(row) for row in rows[0]]

    return search


def _day(question: GoldQuestion) -> int:
    return question.as_of.toordinal() if question.as_of else dt.date.max.toordinal()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command of the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m pullquote.eval.benchmarks.lexical", description=__doc__)
    parser.add_argument("articles", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--year", default="2022")
    options = parser.parse_args(arguments)
    questions = read_realtime_qa(options.questions).of_split(options.year)
    pairs = list(read_passages(options.articles, options.year))
    texts = [f"{article.title}\n{text}" for article, text in pairs]
    days = [article.published.toordinal() if article.published else 0 for article, _ in pairs]
    for name, build in (("tantivy", _tantivy), ("SQLite FTS5", _fts5), ("bm25s", _bm25s)):
        with tempfile.TemporaryDirectory() as temporary:
            begun = time.perf_counter()
            search = build(Path(temporary), texts, days)
            built = time.perf_counter() - begun
            times, hits = [], []
            for question in questions:
                begun = time.perf_counter()
                rows = search(question)
                times.append(1000 * (time.perf_counter() - begun))
                hits.append(list(answer_hit([pairs[row][1] for row in rows], question.answers, _RANKS).values()))
            size = sum(file.stat().st_size for file in Path(temporary).rglob("*") if file.is_file())
        means = 100 * np.mean(hits, axis=0)
        figures = {f"hit@{rank}": round(float(mean), 1) for rank, mean in zip(_RANKS, means, strict=True)}
        print(
            json.dumps(
                {
                    "engine": name,
                    "passages": len(texts),
                    "questions": len(questions),
                    **figures,
                    "build_s": round(built, 1),
                    "median_ms": round(float(np.median(times)), 2),
                    "p95_ms": round(float(np.percentile(times, 95)), 2),
                    "megabytes": round(size / 1e6, 1),
                }
            ),
            flush=True,
        )


if __name__ == "__main__":
    run(main)
