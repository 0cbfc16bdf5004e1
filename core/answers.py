"""What a question gives back: hits of the search, and answers with their citations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pullquote.articles import Article, Passage


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage that the search found.

    Attributes:
        passage: the passage.
        article: its article.
        score: any real, higher is better; comparable within one search only. It is the preference of the fitted
            ranking, or the fused score where there is none for the embedder.
        dense_score: cosine of question and passage in -1..1, or None where the dense list lacks it.
        dense_rank: 1-based rank in the dense list, or None.
        lexical_score: BM25, 0 or more, or None where the lexical list lacks it.
        lexical_rank: 1-based rank in the lexical list, or None.
        near_duplicates: passages that say the same in nearly the same words, left out of the list.
    """

    passage: Passage
    article: Article
    score: float
    dense_score: float | None = None
    dense_rank: int | None = None
    lexical_score: float | None = None
    lexical_rank: int | None = None
    near_duplicates: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """One place in print that carries an answer: article, passage, span, sentence, link.

    `start`, `end`, `sentence_start`, `passage_start`... count characters of the article's text.

    Attributes:
        article_id, title, outlet, url, published, authors: the article's.
        start, end: the span; `text` is exactly the article's text there.
        sentence: the sentence around the span, verbatim; it starts at `sentence_start`. Where the span is the whole
            name of somebody whom the answering sentence calls by a part of it, all sentences from one to the other.
        passage_start, passage_end: the passage the reader read.
        link: the article's URL with a text fragment that lands on the sentence, or None without a URL.
        sha256: of the article's text in UTF-8.
        reader_score: raw span score of the reader (a difference of logits, any real; higher is better).
        retrieval_score: the search's score of the passage (any real; higher is better).
    """

    article_id: str
    title: str
    outlet: str | None
    url: str | None
    published: dt.date | None
    authors: tuple[str, ...]
    start: int
    end: int
    text: str
    sentence: str
    sentence_start: int
    passage_start: int
    passage_end: int
    link: str | None
    sha256: str
    reader_score: float
    retrieval_score: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """One value that may be the answer, with every citation that carries it.

    Attributes:
        text: the value as the best citation prints it.
        confidence: 0..1: the probability that it is right, where the archive or the package has a
            confidence fitted for the reader; else it only orders the answers.
        origins: how many independent reports carry it (reprints of one text count once).
        citations: best first; never empty.
        features: what `confidence` was made of, by name; not part of the JSON object.
        calibrated: `confidence` is a fitted probability; not part of the JSON object.
    """

    text: str
    confidence: float
    origins: int
    citations: tuple[Citation, ...]
    features: Mapping[str, float] = field(default_factory=dict, repr=False)
    calibrated: bool = False


@dataclass(frozen=True, slots=True)
class Quotation:
    """One printed sentence, or two, that may answer: the unit that is given and cited.

    Attributes:
        text: exactly the article's text at `[start, end)`.
        start, end: characters of the article's text.
        confidence: 0..1: the probability that it answers, where one is fitted for the reader; else it only orders the
            quotations.
        citation: the article, and the words in it that are marked as what answers.
        reprints: where else the same words are printed.
        features: what `confidence` was made of, by name; not part of the JSON object.
        calibrated: `confidence` is a fitted probability; not part of the JSON object.
    """

    text: str
    start: int
    end: int
    confidence: float
    citation: Citation
    reprints: tuple[Citation, ...] = ()
    features: Mapping[str, float] = field(default_factory=dict, repr=False)
    calibrated: bool = False


class State(StrEnum):
    """What the archive says of a question."""

    SURE = "sure"
    """One value is sure: `Answer.answer`."""
    SPEAKS = "speaks"
    """The archive speaks to it: `Answer.quotations`, but no single value is sure."""
    SILENT = "silent"
    """The archive says nothing of it."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What was looked at for an answer: how much of the archive, and between which days."""

    articles: int
    passages: int
    since: dt.date | None = None
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class PassagesFound:
    """What the search found for a question, before it is read.

    Attributes:
        question: as asked.
        understood: what was searched instead, where an earlier turn says what the question leaves out; or None.
        passages: best first.
        searched: what was looked at.
        timings_ms: milliseconds by stage, so far.
    """

    question: str
    understood: str | None
    passages: tuple[Hit, ...]
    searched: Searched
    timings_ms: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question, or the statement that the archive doesn't hold it.

    Attributes:
        question: as asked.
        answer: `answers[0].text` where that value is sure, else None.
        abstained: no value is sure.
        confidence: of `answers[0]`, 0..1 (see `Candidate.confidence`); 0 without any.
        answers: values, best first; the best ones are kept when none is sure, too.
        searched: what was looked at.
        timings_ms: milliseconds by stage.
        passages: the passages read, best first; not part of the JSON object.
        understood: what was searched and read instead of `question`, where an earlier turn says what it leaves
            out; or None.
        quotations: sentences, best first; the best ones are kept when the archive is silent, too.
        speaks: whether the first quotation is likely enough to answer to be shown as one.
    """

    question: str
    answer: str | None
    abstained: bool
    confidence: float
    answers: tuple[Candidate, ...]
    searched: Searched
    timings_ms: Mapping[str, float]
    passages: tuple[Hit, ...] = field(default=(), repr=False)
    understood: str | None = None
    quotations: tuple[Quotation, ...] = ()
    speaks: bool = False

    @property
    def state(self) -> State:
        """What the archive says: a value that is sure, sentences that speak to it, or nothing."""
        if not self.abstained:
            return State.SURE
        return State.SPEAKS if self.speaks else State.SILENT

    def to_json(self) -> dict[str, Any]:
        """Return the answer object of the command line's `--json` (dates as YYYY-MM-DD)."""
        return {
            "question": self.question,
            **({} if self.understood is None else {"understood": self.understood}),
            "answer": self.answer,
            "abstained": self.abstained,
            "confidence": round(self.confidence, 4),
            "state": self.state.value,
            "quotations": [_quotation_json(quotation) for quotation in self.quotations],
            "answers": [_candidate_json(candidate) for candidate in self.answers],
            "searched": {
                "articles": self.searched.articles,
                "passages": self.searched.passages,
                "since": _day(self.searched.since),
                "until": _day(self.searched.until),
            },
            "timings_ms": {stage: round(value, 1) for stage, value in self.timings_ms.items()},
        }


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of the same conversation, and what was answered.

    Attributes:
        question: as asked.
        answer: the words that were given, or None.
        citation: where they are printed, if that is known.
        understood: what the question was understood as, where that is something else.
    """

    question: str
    answer: str | None = None
    citation: Citation | None = None
    understood: str | None = None

    @classmethod
    def of(cls, answer: Answer) -> Turn:
        """Return the turn that an answer ended."""
        given = None if answer.abstained or not answer.answers else answer.answers[0]
        citation = given.citations[0] if given else None
        return cls(answer.question, answer.answer, citation, answer.understood)


def _day(value: dt.date | None) -> str | None:
    return value.isoformat() if value else None


def _candidate_json(candidate: Candidate) -> dict[str, Any]:
    return {
        "text": candidate.text,
        "confidence": round(candidate.confidence, 4),
        "origins": candidate.origins,
        "citations": [_citation_json(citation) for citation in candidate.citations],
    }


def _quotation_json(quotation: Quotation) -> dict[str, Any]:
    return {
        "text": quotation.text,
        "start": quotation.start,
        "end": quotation.end,
        "confidence": round(quotation.confidence, 4),
        "citation": _citation_json(quotation.citation),
        "reprints": [_citation_json(citation) for citation in quotation.reprints],
    }


def _citation_json(citation: Citation) -> dict[str, Any]:
    return {
        "article_id": citation.article_id,
        "title": citation.title,
        "outlet": citation.outlet,
        "url": citation.url,
        "published": _day(citation.published),
        "authors": list(citation.authors),
        "start": citation.start,
        "end": citation.end,
        "text": citation.text,
        "sentence": citation.sentence,
        "passage_start": citation.passage_start,
        "passage_end": citation.passage_end,
        "link": citation.link,
        "sha256": citation.sha256,
        "reader_score": round(citation.reader_score, 4),
        "retrieval_score": round(citation.retrieval_score, 6),
    }


def hit_json(hit: Hit) -> dict[str, Any]:
    """Return one line of `pullquote search --json`."""
    article, passage = hit.article, hit.passage
    return {
        "article_id": article.id,
        "title": article.title,
        "outlet": article.outlet,
        "url": article.url,
        "published": _day(article.published),
        "authors": list(article.authors),
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
        "score": round(hit.score, 6),
        "dense_score": None if hit.dense_score is None else round(hit.dense_score, 6),
        "dense_rank": hit.dense_rank,
        "lexical_score": None if hit.lexical_score is None else round(hit.lexical_score, 6),
        "lexical_rank": hit.lexical_rank,
        "near_duplicates": len(hit.near_duplicates),
    }
