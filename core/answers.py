"""What a question gives back: hits of the search, and answers with their citations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pullquote.articles import Article, Passage
from pullquote.json_objects import FromJson


@dataclass(frozen=True, slots=True)
class Hit(FromJson):
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

    def to_json(self) -> dict[str, Any]:
        """Return one line of `pullquote search --json`."""
        article, passage = self.article, self.passage
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
            "score": round(self.score, 6),
            "dense_score": None if self.dense_score is None else round(self.dense_score, 6),
            "dense_rank": self.dense_rank,
            "lexical_score": None if self.lexical_score is None else round(self.lexical_score, 6),
            "lexical_rank": self.lexical_rank,
            "near_duplicates": len(self.near_duplicates),
        }

    @classmethod
    def _fields_of(cls, value: Mapping[str, Any]) -> Mapping[str, Any]:
        article = {key: value[key] for key in ("title", "outlet", "url", "published", "authors") if key in value}
        named = {"id": value.get("article_id"), **article, "text": ""}
        # How many near duplicates there are says nothing of what they are.
        return {**value, "passage": value, "article": named, "near_duplicates": ()}


@dataclass(frozen=True, slots=True)
class Citation(FromJson):
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
        speaker: who says the sentence, in words of the article, where it or the one before names them; else None.
        page: of a document with pages, the one on which the span begins, from 1; else None.
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
    speaker: str | None = None
    page: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the object that stands in an answer's JSON object."""
        return {
            "article_id": self.article_id,
            "title": self.title,
            "outlet": self.outlet,
            "url": self.url,
            "published": _day(self.published),
            "authors": list(self.authors),
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "sentence": self.sentence,
            "sentence_start": self.sentence_start,
            "passage_start": self.passage_start,
            "passage_end": self.passage_end,
            "link": self.link,
            "sha256": self.sha256,
            "reader_score": round(self.reader_score, 4),
            "retrieval_score": round(self.retrieval_score, 6),
            **({} if self.speaker is None else {"speaker": self.speaker}),
            **({} if self.page is None else {"page": self.page}),
        }


@dataclass(frozen=True, slots=True)
class Candidate(FromJson):
    """One value that may be the answer, with every citation that carries it.

    Attributes:
        text: the value as the best citation prints it.
        confidence: 0..1: the probability that it is right, where the archive or the package has a
            confidence fitted for the reader; else it only orders the answers. A value that a later one took the
            first place of has at most that one's.
        origins: how many independent reports carry it (reprints of one text count once).
        citations: best first; never empty.
        features: what `confidence` was made of, by name; not part of the JSON object.
        calibrated: `confidence` is a fitted probability.
    """

    text: str
    confidence: float
    origins: int
    citations: tuple[Citation, ...]
    features: Mapping[str, float] = field(default_factory=dict, repr=False)
    calibrated: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the object that stands in an answer's JSON object."""
        return {
            "text": self.text,
            "confidence": round(self.confidence, 4),
            "calibrated": self.calibrated,
            "origins": self.origins,
            "citations": [citation.to_json() for citation in self.citations],
        }


@dataclass(frozen=True, slots=True)
class Quotation(FromJson):
    """One printed sentence, or two, that may answer: the unit that is given and cited.

    Attributes:
        text: exactly the article's text at `[start, end)`.
        start, end: characters of the article's text.
        confidence: 0..1: the probability that it answers, where one is fitted for the reader; else it only orders the
            quotations.
        citation: the article, and the words in it that are marked as what answers.
        reprints: where else the same words are printed.
        speaker: who says it, in words of the article, where it or the sentence before names them; else None.
        features: what `confidence` was made of, by name; not part of the JSON object.
        calibrated: `confidence` is a fitted probability.
    """

    text: str
    start: int
    end: int
    confidence: float
    citation: Citation
    reprints: tuple[Citation, ...] = ()
    features: Mapping[str, float] = field(default_factory=dict, repr=False)
    calibrated: bool = False
    speaker: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the object that stands in an answer's JSON object."""
        return {
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "confidence": round(self.confidence, 4),
            "calibrated": self.calibrated,
            **({} if self.speaker is None else {"speaker": self.speaker}),
            "citation": self.citation.to_json(),
            "reprints": [citation.to_json() for citation in self.reprints],
        }


class Course(StrEnum):
    """How the values that were printed on a question relate."""

    AGREE = "agree"
    """All are the same."""
    CHANGED = "changed"
    """One took another's place."""
    DISAGREE = "disagree"
    """On one day independent reports print different ones."""


@dataclass(frozen=True, slots=True)
class DatedValue(FromJson):
    """One value as it was printed on one day.

    Attributes:
        text: as the best of that day's citations prints it.
        day: of publication, or None where no date is known.
        outlets: who printed it, each once.
        citations: the best first; never empty.
        withdrawn: a later correction took it back.
    """

    text: str
    day: dt.date | None
    outlets: tuple[str, ...]
    citations: tuple[Citation, ...]
    withdrawn: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the object that stands in an answer's JSON object."""
        return {
            "text": self.text,
            "day": _day(self.day),
            "outlets": list(self.outlets),
            "withdrawn": self.withdrawn,
            "citations": [citation.to_json() for citation in self.citations],
        }


@dataclass(frozen=True, slots=True)
class Side(FromJson):
    """One side of a comparison, and what the archive says of it.

    Attributes:
        about: the words of the question that name it.
        question: what was asked of the archive: the question with only this side in it.
        quotations: sentences, best first; the best ones are kept where the archive is silent, too.
        speaks: whether the first quotation is likely enough to answer to be shown as one.
    """

    about: str
    question: str
    quotations: tuple[Quotation, ...]
    speaks: bool

    def to_json(self) -> dict[str, Any]:
        """Return the object that stands in an answer's JSON object."""
        return {
            "about": self.about,
            "question": self.question,
            "state": (State.SPEAKS if self.speaks else State.SILENT).value,
            "quotations": [quotation.to_json() for quotation in self.quotations],
        }

    @classmethod
    def _fields_of(cls, value: Mapping[str, Any]) -> Mapping[str, Any]:
        return _with_speaks(value)


class State(StrEnum):
    """What the archive says of a question."""

    SURE = "sure"
    """One value is sure: `Answer.answer`."""
    SPEAKS = "speaks"
    """The archive speaks to it: `Answer.quotations`, but no single value is sure."""
    SILENT = "silent"
    """The archive says nothing of it."""


class RemarkKind(StrEnum):
    """Why an input is answered with a remark."""

    GREETING = "greeting"
    """"Hello" and the like."""
    THANKS = "thanks"
    ABOUT = "about"
    """It asks what this program is or does."""
    LANGUAGE = "language"
    """It is in another language than the archive's articles."""


@dataclass(frozen=True, slots=True)
class Remark(FromJson):
    """What is said of an input that is no question to this archive.

    Attributes:
        kind: what the input is.
        text: one or two plain sentences.
        try_asking: questions that the archive speaks to.
    """

    kind: RemarkKind
    text: str
    try_asking: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the object that stands in an answer's JSON object."""
        return {"kind": self.kind.value, "text": self.text, "try_asking": list(self.try_asking)}


@dataclass(frozen=True, slots=True)
class Searched(FromJson):
    """What was looked at for an answer: how much of the archive, and between which days.

    `altered` names the articles that were found, but are not what was stored any more: they were left out. Of the
    passages, `unembedded` were searched by their words alone, since they aren't embedded yet.
    """

    articles: int
    passages: int
    since: dt.date | None = None
    until: dt.date | None = None
    altered: tuple[str, ...] = ()
    unembedded: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the object that stands in an answer's JSON object."""
        return {
            "articles": self.articles,
            "passages": self.passages,
            "since": _day(self.since),
            "until": _day(self.until),
            **({"altered": list(self.altered)} if self.altered else {}),
            **({"unembedded": self.unembedded} if self.unembedded else {}),
        }


@dataclass(frozen=True, slots=True)
class PassagesFound(FromJson):
    """What the search found for a question, before it is read.

    Attributes:
        question: as asked.
        understood: what was searched instead, where an earlier turn says what the question leaves out, or where it has
            mistyped words; or None.
        passages: best first.
        searched: what was looked at.
        timings_ms: milliseconds by stage, so far.
        remark: what is said of it where it is no question to this archive; then nothing is read.
        further: of a list, what the search found below `passages`, best first.
    """

    question: str
    understood: str | None
    passages: tuple[Hit, ...]
    searched: Searched
    timings_ms: Mapping[str, float]
    remark: Remark | None = None
    further: tuple[Hit, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return an object with the passages as `pullquote search --json` has them."""
        return {
            "question": self.question,
            **({} if self.understood is None else {"understood": self.understood}),
            **({} if self.remark is None else {"remark": self.remark.to_json()}),
            "passages": [hit.to_json() for hit in self.passages],
            "searched": self.searched.to_json(),
            "timings_ms": {stage: round(value, 1) for stage, value in self.timings_ms.items()},
        }

    @classmethod
    def _fields_of(cls, value: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"understood": None, **value}


@dataclass(frozen=True, slots=True)
class Answer(FromJson):
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
            out, or where it has mistyped words; or None.
        quotations: sentences, best first; the best ones are kept when the archive is silent, too.
        speaks: whether the first quotation is likely enough to answer to be shown as one.
        remark: what is said of an input that is no question to this archive; the state is "silent" then.
        parts: of two questions in one, the answer to each; `answers` and `quotations` are then theirs, and `answer` is
            None.
        sides: of a comparison, each side with its quotations.
        items: of a list, each item with all places that print it; an item's confidence is that of its likeliest
            quotation.
        by_day: what was printed on which day, the latest first, where values can be compared.
        course: how those values relate; None without any.
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
    remark: Remark | None = None
    parts: tuple[Answer, ...] = ()
    sides: tuple[Side, ...] = ()
    items: tuple[Candidate, ...] = ()
    by_day: tuple[DatedValue, ...] = ()
    course: Course | None = None

    @property
    def state(self) -> State:
        """What the archive says: a value that is sure, sentences that speak to it, or nothing.

        Of two questions in one, it is sure or silent where it is so of each.
        """
        if self.parts:
            states = {part.state for part in self.parts}
            return states.pop() if len(states) == 1 else State.SPEAKS
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
            "calibrated": any(one.calibrated for one in self.answers[:1]),
            "state": self.state.value,
            **({} if self.remark is None else {"remark": self.remark.to_json()}),
            "quotations": [quotation.to_json() for quotation in self.quotations],
            "answers": [candidate.to_json() for candidate in self.answers],
            **({"parts": [part.to_json() for part in self.parts]} if self.parts else {}),
            **({"sides": [side.to_json() for side in self.sides]} if self.sides else {}),
            **({"items": [item.to_json() for item in self.items]} if self.items else {}),
            **_days_json(self),
            "searched": self.searched.to_json(),
            "timings_ms": {stage: round(value, 1) for stage, value in self.timings_ms.items()},
        }

    @classmethod
    def _fields_of(cls, value: Mapping[str, Any]) -> Mapping[str, Any]:
        return _with_speaks(value)


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


def _with_speaks(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an object with what its state says of its quotations."""
    return {**value, "speaks": value["state"] != State.SILENT.value} if "state" in value else value


def _day(value: dt.date | None) -> str | None:
    return value.isoformat() if value else None


def _days_json(answer: Answer) -> dict[str, Any]:
    """Return the values by day, where there is more than one value or day, and how they relate."""
    if len(answer.by_day) < 2 or answer.course is None:
        return {}
    return {
        "course": answer.course.value,
        "by_day": [value.to_json() for value in answer.by_day],
    }
