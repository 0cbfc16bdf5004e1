"""Question sets of other projects: SQuAD, RealTime QA, BEIR; and which format a path holds."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pullquote.articles import Article
from pullquote.errors import SourceError
from pullquote.eval.gold.files import (
    MANIFEST,
    BadRow,
    collect_rows,
    day_of,
    read_gold_folder,
    read_lines,
    read_questions,
    text_of,
    texts_of,
)
from pullquote.eval.gold.hashes import file_sha256
from pullquote.eval.gold.questions import GoldQuestion, GoldSet, GoldSpan
from pullquote.qa.training.data.examples import Example, read_examples

_EXCEPT = re.compile(r"\bexcept\W*$", re.IGNORECASE)
_BEIR_CORPUS, _BEIR_QUERIES, _BEIR_QRELS = "corpus.jsonl", "queries.jsonl", "qrels"


def load(path: Path, *, skip_bad: bool = False) -> GoldSet:
    """Return the question set at a path.

    A folder is one of this project's sets (`gold.json`) or BEIR's (`corpus.jsonl`, `queries.jsonl`,
    `qrels/`); a `.json` file is SQuAD 1.1 or 2.0; JSON lines (gzip'd or not) are RealTime QA's or this
    project's own.

    Args:
        path: file or folder.
        skip_bad: leave bad rows out, each named in `GoldSet.skipped`, instead of refusing the set.

    Raises:
        SourceError: it cannot be read, is of no known format, or a row is bad and `skip_bad` is false.
    """
    if not path.exists():
        raise SourceError(f"There is no question set at {path}.")
    if path.is_dir():
        if (path / MANIFEST).is_file():
            return read_gold_folder(path, skip_bad=skip_bad)
        if (path / _BEIR_QUERIES).is_file():
            return read_beir(path, skip_bad=skip_bad)
        raise SourceError(f"{path} holds neither {MANIFEST} nor BEIR's {_BEIR_QUERIES}.")
    if path.suffix == ".json":
        return read_squad(path)
    if _is_realtime_qa(path):
        return read_realtime_qa(path, skip_bad=skip_bad)
    questions, skipped = read_questions(path, skip_bad=skip_bad)
    return GoldSet(path.name, questions, file_sha256(path), skipped=skipped)


def read_squad(path: Path) -> GoldSet:
    """Return SQuAD JSON as a set whose articles are its paragraphs.

    Raises:
        SourceError: it isn't SQuAD 1.1 or 2.0, or uses an id twice; SQuAD's rows have no lines, so that none
            is left out.
    """
    articles: dict[tuple[str, str], Article] = {}
    questions: dict[str, GoldQuestion] = {}
    for example in read_examples(path):
        if example.id in questions:
            raise SourceError(f"{path} uses the id {example.id!r} twice.")
        article = articles.setdefault(
            (example.title, example.text),
            Article(text=example.text, id=f"{path.stem}/{len(articles)}", title=example.title),
        )
        questions[example.id] = _squad_question(example, article)
    if not questions:
        raise SourceError(f"{path} holds no question.")
    return GoldSet(path.name, tuple(questions.values()), file_sha256(path), articles=tuple(articles.values()))


def _squad_question(example: Example, article: Article) -> GoldQuestion:
    return GoldQuestion(
        id=example.id,
        question=example.question,
        type="fact" if example.answers else "unanswerable",
        answers=tuple(dict.fromkeys(text for _, text in example.answers)),
        spans=tuple(
            GoldSpan(article.id, start, start + len(text), text) for start, text in dict.fromkeys(example.answers)
        ),
        where=example.id,
    )


def _is_realtime_qa(path: Path) -> bool:
    """Return whether the first row that is one has RealTime QA's keys."""
    for _, line in read_lines(path):
        with contextlib.suppress(ValueError, RecursionError):
            row = json.loads(line)
            if isinstance(row, dict):
                return {"choices", "evidence", "date"} <= row.keys()
    return False


def read_realtime_qa(path: Path, *, skip_bad: bool = False) -> GoldSet:
    """Return RealTime QA's questions; those ending in "except" are left out, as in its own scorer.

    The split is the year. The set brings no articles: they come in a file of their own.

    Source: Kasai et al., "RealTime QA: What's the Answer Right Now?", NeurIPS Datasets and Benchmarks 2023.

    Raises:
        SourceError: the file cannot be read, or a row is bad and `skip_bad` is false.
    """
    questions, skipped = collect_rows(path, _realtime_question, skip_bad=skip_bad)
    kept = tuple(one for one in questions if not _EXCEPT.search(one.question))
    return GoldSet("RealTime QA", kept, file_sha256(path), skipped=skipped, scorer="realtimeqa")


def _realtime_question(row: dict[str, Any], where: str) -> GoldQuestion:
    answers = texts_of(row, "answers")
    day = day_of(row, "date")
    if not answers or day is None:
        raise BadRow('"answers" and "date" must not be empty')
    return GoldQuestion(
        id=text_of(row, "id"),
        question=text_of(row, "question"),
        answers=answers,
        split=str(day.year),
        as_of=day,
        where=where,
        lenient=True,
    )


def read_beir(folder: Path, *, skip_bad: bool = False) -> GoldSet:
    """Return a BEIR data set: its judgements say which articles are relevant, not what the answer is.

    Source: Thakur et al., "BEIR: A Heterogeneous Benchmark for Zero-shot Evaluation", NeurIPS Datasets and
    Benchmarks 2021.

    Raises:
        SourceError: a file is missing, or a row is bad and `skip_bad` is false.
    """
    tables = sorted((folder / _BEIR_QRELS).glob("*.tsv"))
    if not tables:
        raise SourceError(f"{folder / _BEIR_QRELS} holds no .tsv file of judgements.")
    table = next((one for one in tables if one.stem == "test"), tables[0])
    bad: list[str] = []
    grades = _grades(table, bad, skip_bad=skip_bad)

    def query(row: dict[str, Any], where: str) -> GoldQuestion:
        name = text_of(row, "_id")
        return GoldQuestion(
            id=name, question=text_of(row, "text"), type="retrieval", relevant=grades.get(name, {}), where=where
        )

    questions, skipped = collect_rows(folder / _BEIR_QUERIES, query, skip_bad=skip_bad)
    judged = tuple(question for question in questions if question.relevant)
    for unknown in sorted(grades.keys() - {question.id for question in questions}):
        _refuse(f"{table} judges the query {unknown!r}, which {_BEIR_QUERIES} doesn't have.", bad, skip_bad=skip_bad)
    articles = tuple(_beir_articles(folder / _BEIR_CORPUS, bad, skip_bad=skip_bad))
    digest = hashlib.sha256((file_sha256(folder / _BEIR_QUERIES) + file_sha256(table)).encode()).hexdigest()
    return GoldSet(folder.name, judged, digest, articles=articles, skipped=(*bad, *skipped))


def _refuse(sentence: str, bad: list[str], *, skip_bad: bool) -> None:
    if not skip_bad:
        raise SourceError(sentence)
    bad.append(sentence)


def _grades(table: Path, bad: list[str], *, skip_bad: bool) -> Mapping[str, Mapping[str, int]]:
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for number, (where, line) in enumerate(read_lines(table)):
        row = line.rstrip("\r\n").split("\t")
        if number == 0 and row[0] == "query-id":
            continue
        try:
            query, article, grade = row
            if int(grade) > 0:
                grades[query][article] = int(grade)
        except ValueError:
            _refuse(f"{where}: not a row of query-id, corpus-id, score.", bad, skip_bad=skip_bad)
    return grades


def _beir_articles(corpus: Path, bad: list[str], *, skip_bad: bool) -> Iterator[Article]:
    for where, line in read_lines(corpus):
        try:
            row = json.loads(line)
            title = str(row.get("title") or "")
            # Some have nothing but a title, which is what there is to find then.
            yield Article(text=str(row["text"] or title), id=str(row["_id"]), title=title)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            _refuse(f"{where}: not a document of BEIR ({error!r}).", bad, skip_bad=skip_bad)
