"""Ask every question of a gold set and keep a row for each."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pullquote
from pullquote.answers import Answer, Candidate, Citation, Hit
from pullquote.articles import Article
from pullquote.errors import InputError
from pullquote.eval.gold.hashes import code_sha256, files_sha256, json_sha256
from pullquote.eval.gold.questions import GoldQuestion, GoldSet, GoldSpan, article_key, history_of, overlaps
from pullquote.eval.metrics import realtimeqa, squad
from pullquote.eval.metrics.retrieval import holds_answer
from pullquote.eval.metrics.squad import best
from pullquote.eval.metrics.wording import distinct, is_right
from pullquote.eval.runs.rows import CandidatePlace, CandidateRow, QuotationRow, Row, RunFacts, blank, complete
from pullquote.eval.runs.run_files import ROWS_FILE, begin, read_facts, read_rows, row_line
from pullquote.filters import Filters
from pullquote.index.archive import Archive
from pullquote.index.embedding.precision import has_fast_bfloat16
from pullquote.qa.engine import Engine
from pullquote.qa.ranking.evidence import MAX_CITATIONS

# The modules beside this one that make rows, with it and the metrics.
_JUDGING = ("runs/asking.py", "runs/rows.py", "gold/questions.py")
# How deep the search is judged; the engine itself reads fewer.
SEARCH_DEPTH = 50
DEFAULT_SEED = 20310504


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run: its facts and one row for each question."""

    facts: RunFacts
    rows: tuple[Row, ...]


def ask_all(
    engine: Engine,
    gold: GoldSet,
    questions: Sequence[GoldQuestion],
    *,
    split: str = "all",
    folder: Path | None = None,
    seed: int = DEFAULT_SEED,
    progress: Callable[[int, int], None] | None = None,
) -> Run:
    """Ask questions and return their rows.

    Args:
        engine: over the archive that holds the set's articles.
        gold: the set.
        questions: those of it that are asked.
        split: what part of the set they are, for the run's facts.
        folder: keeps rows as they come. A run that was interrupted there goes on where it was; the rows of
            a run with other models, articles, questions, settings or code are replaced.
        seed: of the bootstrap, for the run's facts.
        progress: called with (done, all).

    Raises:
        ModelError: a model can't be loaded.
    """
    engine.warm_up()
    facts = run_facts(engine, gold, split=split, n=len(questions), seed=seed)
    rows = {row.id: row for row in _earlier_rows(folder, facts)} if folder else {}
    if folder:
        begin(facts, rows.values(), folder)
    judge = Judge(engine.archive, gold)
    for done, question in enumerate(questions, 1):
        if question.id not in rows:
            rows[question.id] = judge.ask(engine, question)
            if folder:
                with (folder / ROWS_FILE).open("a", encoding="utf-8") as stream:
                    stream.write(row_line(rows[question.id]))
        if progress:
            progress(done, len(questions))
    return Run(facts, tuple(complete(rows.values(), questions)))


def run_facts(engine: Engine, gold: GoldSet, *, split: str, n: int, seed: int) -> RunFacts:
    """Return what a run of this engine over this set is."""
    info = engine.archive.info()
    confidence = engine.confidence
    return RunFacts(
        pullquote=pullquote.__version__,
        gold=gold.name,
        gold_sha256=gold.sha256,
        split=split,
        n=n,
        archive_sha256=info.content_sha256,
        articles=info.articles,
        passages=info.passages,
        reader=engine.reader.name,
        reader_sha256=engine.reader.sha256,
        embedder=info.embedder,
        embedder_sha256=info.embedder_sha256,
        confidence_sha256=confidence.sha256 if confidence else "",
        settings=engine.settings(),
        seed=seed,
        bfloat16=has_fast_bfloat16(),
        cores=os.cpu_count() or 1,
        code_sha256=json_sha256([code_sha256("index", "qa", "eval.metrics"), _judging_sha256()]),
        confidence_fitted_on=confidence.fitted_on if confidence else "",
        combination_sha256=engine.combiner.sha256 if engine.combiner else "",
    )


def _judging_sha256() -> str:
    return files_sha256(Path(__file__).parents[1] / name for name in _JUDGING)


def _earlier_rows(folder: Path, facts: RunFacts) -> list[Row]:
    """Return the rows of an earlier run in this folder, if it was the same run."""
    if not (folder / ROWS_FILE).is_file() or read_facts(folder) != facts:
        return []
    return [row for row in read_rows(folder / ROWS_FILE) if not row.error]


class Judge:
    """Compares answers with what a gold set accepts.

    Args:
        archive: holds the set's articles.
        gold: the set.
    """

    def __init__(self, archive: Archive, gold: GoldSet) -> None:
        self._archive = archive
        self._texts: dict[str, Article | None] = {}
        self._origin: Mapping[str, int] = {key: at for at, group in enumerate(gold.reprints) for key in group}
        self._knows_origins = bool(gold.reprints)
        self._scorer = gold.scorer

    def ask(self, engine: Engine, question: GoldQuestion) -> Row:
        """Return the row of one question; what cannot be asked gets a row that says why."""
        filters = Filters(as_of=question.as_of)
        try:
            answer = (
                engine.ask(question.question, history=history_of(question), filters=filters)
                if question.judged
                else None
            )
            searched = (answer.understood if answer else None) or question.question
            hits = self._archive.search(searched, limit=SEARCH_DEPTH, filters=filters)
        except InputError as error:
            return blank(question, error=str(error))
        row = self._with_hits(blank(question), question, hits)
        return self._with_answer(row, question, answer) if answer else row

    def _with_hits(self, row: Row, question: GoldQuestion, hits: Sequence[Hit]) -> Row:
        # A reprint that is shown under another article's passage has been found, too.
        shown = [one for hit in hits for one in (hit, *hit.near_duplicates)]
        ranks = (rank for rank, hit in enumerate(hits, 1) if holds_answer(hit.passage.text, question.answers))
        return replace(
            row,
            hits=tuple(dict.fromkeys(article_key(hit.article.url, hit.article.id) for hit in shown)),
            answer_rank=next(ranks, None),
        )

    def _with_answer(self, row: Row, question: GoldQuestion, answer: Answer) -> Row:
        top = answer.answers[0] if answer.answers else None
        text = top.text if top else ""
        row = judge_wording(row, question, text, scorer=self._scorer)
        if question.type == "explain":
            # What explains has no one wording: the sentence has to say it.
            row = replace(row, right=top is not None and explains(top.citations[0], question))
        supported = bool(row.right and top and supports(top.citations[0], question.spans))
        return replace(
            row,
            answer=answer.answer,
            confidence=answer.confidence,
            right_source=supported if question.spans else None,
            verbatim=all(self._verbatim(cited) for one in answer.answers for cited in one.citations),
            origins_right=self._origins_right(top) if top and self._knows_origins else None,
            items_found=_share([_among(item, (*answer.answers, *answer.items)) for item in question.items]),
            values_found=_share([_among(value, answer.answers) for value in distinct(question.values_by_then())]),
            candidates=tuple(
                CandidateRow(
                    one.text,
                    one.confidence,
                    question.accepts(one.text),
                    dict(one.features),
                )
                for one in answer.answers
            ),
            place=self._place(top.citations[0]) if top else None,
            quotations=tuple(
                QuotationRow(one.text, one.citation.text, one.confidence, quotation_right(one.citation, question))
                for one in answer.quotations
            ),
            state=answer.state.value,
            timings_ms=dict(answer.timings_ms),
        )

    def _verbatim(self, citation: Citation) -> bool:
        article = self._article(citation.article_id)
        return (
            article is not None
            and article.text[citation.start : citation.end] == citation.text
            and hashlib.sha256(article.text.encode()).hexdigest() == citation.sha256
        )

    def _origins_right(self, candidate: Candidate) -> bool | None:
        if len(candidate.citations) == MAX_CITATIONS:  # not all are there
            return None
        keys = {article_key(citation.url, citation.article_id) for citation in candidate.citations}
        return candidate.origins == len({self._origin.get(key, key) for key in keys})

    def _place(self, citation: Citation) -> CandidatePlace | None:
        article = self._article(citation.article_id)
        if article is None:
            return None
        return CandidatePlace(
            article=article_key(citation.url, citation.article_id),
            title=citation.title,
            outlet=citation.outlet or "",
            published=citation.published.isoformat() if citation.published else "",
            passage=article.text[citation.passage_start : citation.passage_end],
            start=citation.start - citation.passage_start,
            end=citation.end - citation.passage_start,
        )

    def _article(self, article_id: str) -> Article | None:
        if article_id not in self._texts:
            self._texts[article_id] = self._archive.article(article_id)
        return self._texts[article_id]


def judge_wording(row: Row, question: GoldQuestion, text: str, *, scorer: str) -> Row:
    """Return a row with the best candidate's words, and how they compare with the accepted ones.

    Args:
        row: of the question.
        question: with its accepted answers.
        text: the best candidate; "" without any.
        scorer: whose normalisation EM and F1 use: "squad" or "realtimeqa".
    """
    if not question.answerable:
        return replace(row, best=text)
    metrics = realtimeqa if scorer == "realtimeqa" else squad
    return replace(
        row,
        best=text,
        exact_match=best(metrics.exact_match, text, question.answers),
        f1=best(metrics.f1, text, question.answers),
        right=question.accepts(text),
    )


def supports(citation: Citation, spans: Sequence[GoldSpan]) -> bool:
    """Return whether a citation overlaps one of the spans that are known to answer."""
    key = article_key(citation.url, citation.article_id)
    return overlaps(spans, key, citation.start, citation.end)


def explains(citation: Citation, question: GoldQuestion) -> bool:
    """Return whether the sentence of a citation stands where the question is answered, and holds what answers."""
    key = article_key(citation.url, citation.article_id)
    end = citation.sentence_start + len(citation.sentence)
    there = overlaps(question.spans, key, citation.sentence_start, end)
    return there and holds_answer(citation.sentence, question.answers)


def quotation_right(citation: Citation, question: GoldQuestion) -> bool:
    """Return whether a quotation answers: its sentence holds an accepted answer, and what is marked is right.

    What is marked is right where it overlaps a span that is known to answer; where the set knows none, where it is an
    accepted wording. In what explains, only the sentence counts.
    """
    if not question.answerable:
        return False
    if question.type == "explain":
        return explains(citation, question)
    if not question.spans:
        return question.accepts(citation.text)
    return supports(citation, question.spans) and holds_answer(citation.sentence, question.answers)


def _among(wordings: Sequence[str], answers: Sequence[Candidate]) -> bool:
    return any(is_right(one.text, wordings) for one in answers)


def _share(found: Sequence[bool]) -> float | None:
    return sum(found) / len(found) if found else None
