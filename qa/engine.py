"""The engine: a question in, an answer with its citations out, or the statement that there is none."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from threading import Lock

from pullquote.answers import Answer, Hit, Searched
from pullquote.filters import Filters
from pullquote.index.adding import passage_head
from pullquote.index.archive import Archive
from pullquote.index.search import check_query
from pullquote.qa.confidence import ConfidenceModel, confidence_for
from pullquote.qa.evidence import Asked, candidates, collect
from pullquote.qa.reader import DEFAULT_READER, Reader, TransformersReader
from pullquote.qa.windows import ReaderInput

# How many passages are read. More find more and take longer; not tuned yet.
PASSAGES_READ = 12
_SPANS_A_PASSAGE = 5
# An answer less sure than this is withheld.
GIVEN_FROM = 0.5
_CANDIDATES = 5


class Engine:
    """Answers questions from one archive.

    Args:
        archive: an open archive.
        reader: a reader, or the name of one; loaded on first use.
        passages: how many passages to read for a question.
    """

    def __init__(
        self, archive: Archive, *, reader: Reader | str = DEFAULT_READER, passages: int = PASSAGES_READ
    ) -> None:
        self.archive = archive
        self._reader = reader
        self._passages = passages
        self._loading = Lock()
        self._confidence: ConfidenceModel | None = None
        self._confidence_known = False

    @property
    def reader(self) -> Reader:
        """The reading model.

        Raises:
            ModelError: it can't be loaded.
        """
        with self._loading:
            if isinstance(self._reader, str):
                self._reader = TransformersReader(self._reader)
            return self._reader

    @property
    def confidence(self) -> ConfidenceModel | None:
        """What makes scores probabilities: the archive's own model, else the shipped one, if it fits the reader.

        Raises:
            ModelError: it is damaged.
        """
        if not self._confidence_known:
            self._confidence = confidence_for(self.archive.path, self.reader.sha256)
            self._confidence_known = True
        return self._confidence

    def settings(self) -> dict[str, float | int]:
        """Return what decides an answer besides archive, models and confidence."""
        return {"passages_read": self._passages, "spans_a_passage": _SPANS_A_PASSAGE, "given_from": GIVEN_FROM}

    def warm_up(self) -> None:
        """Load the models and the index, so that the first question takes no longer than the next."""
        self.reader.read("Who?", [ReaderInput("Nobody.")])
        self.archive.search("warm up", limit=1)

    def ask(
        self,
        question: str,
        *,
        filters: Filters | None = None,
        since: str | dt.date | None = None,
        until: str | dt.date | None = None,
        outlets: Sequence[str] = (),
        authors: Sequence[str] = (),
        as_of: str | dt.date | None = None,
    ) -> Answer:
        """Return the answer to a question.

        Args:
            question: in plain words.
            filters: bounds, instead of the single ones that follow.
            since: earliest day of publication.
            until: latest day of publication.
            outlets: only these.
            authors: only these.
            as_of: answer as the archive stood that day.

        Raises:
            InputError: the question is empty or too long, or a date is malformed.
            ModelError: a model can't be loaded.
        """
        bounds = filters or Filters.of(
            since=since, until=until, outlets=tuple(outlets), authors=tuple(authors), as_of=as_of
        )
        question = check_query(question)
        begun = time.perf_counter()
        hits, scope = self.archive.search_with_scope(question, limit=self._passages, filters=bounds)
        searched = time.perf_counter()
        readings = self.reader.read(question, [reader_input(hit) for hit in hits], spans=_SPANS_A_PASSAGE)
        read = time.perf_counter()
        asked = Asked(question, hits, readings, scope.passages, bounds.as_of)
        answers = tuple(candidates(collect(asked), asked, limit=_CANDIDATES, confidence=self.confidence))
        abstained = not answers or answers[0].confidence < GIVEN_FROM
        done = time.perf_counter()
        return Answer(
            question=question,
            answer=None if abstained else answers[0].text,
            abstained=abstained,
            confidence=answers[0].confidence if answers else 0.0,
            answers=answers,
            searched=Searched(scope.articles, scope.passages, scope.since, scope.until),
            timings_ms={
                "search": (searched - begun) * 1000,
                "read": (read - searched) * 1000,
                "combine": (done - read) * 1000,
                "total": (done - begun) * 1000,
            },
            passages=tuple(hits),
        )


def reader_input(hit: Hit) -> ReaderInput:
    """Return a passage as the reader reads it: headline and date before it, never part of an answer."""
    return ReaderInput(hit.passage.text, passage_head(hit.article))
