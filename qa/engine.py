"""The engine: a question in, an answer with its citations out, or the statement that there is none."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from threading import Lock

from pullquote.answers import Answer, Hit, PassagesFound, Searched, Turn
from pullquote.filters import Filters
from pullquote.index.adding import passage_head
from pullquote.index.archive import Archive
from pullquote.index.kinds import asks_whether
from pullquote.index.search import check_query
from pullquote.qa.combining import Combiner, combiner_for
from pullquote.qa.confidence import ConfidenceModel, confidence_for
from pullquote.qa.evidence import candidates
from pullquote.qa.followups import understand
from pullquote.qa.found import Asked, collect
from pullquote.qa.paired import DEFAULT_READER, load_reader
from pullquote.qa.quotations import QuotationModel, quotation_model_for, quotations
from pullquote.qa.reader import Reader
from pullquote.qa.rereading import Rereader, read_again
from pullquote.qa.windows import ReaderInput

# How many passages are read: more find more and take longer. Right on the tune splits, gold and RealTime QA 2023, by
# the small reader alone with 4: 48.8 and 18.6%, 5: 49.0 and 18.4%, 6: 48.6 and 19.0%, 8: 48.3 and 20.0%
# (`python -m pullquote.eval.combine fit --passages N`, its weights before they were packed); what each costs says
# `python -m pullquote.eval.latency_benchmark`.
PASSAGES_READ = 5
_SPANS_A_PASSAGE = 5
# An answer less sure than this is withheld. Chosen on the gold's tune split, so that of what has no answer about as
# much is withheld as from 0.5 on with the small reader alone.
GIVEN_FROM = 0.55
CANDIDATES = 5
# Sentences that an answer keeps, and how likely the first has to be for the archive to speak to the question. On the
# gold's tune split (`python -m pullquote.eval.combine quotations`) a lower bound is useful a little more often, but has
# much more to say where nothing answers: from 0.3 on it is silent for 45% of those questions, from 0.4 on for 57%.
QUOTATIONS = 5
SPEAKS_FROM = 0.4

# What is yielded on the way to an answer: the answer comes last.
Progress = PassagesFound | Answer


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

    @property
    def reader(self) -> Reader:
        """The reading model.

        Raises:
            ModelError: it can't be loaded.
        """
        with self._loading:
            if isinstance(self._reader, str):
                self._reader = load_reader(self._reader)
            return self._reader

    @cached_property
    def confidence(self) -> ConfidenceModel | None:
        """What makes scores probabilities: the archive's own model, else the reader's, if it fits the weights.

        Raises:
            ModelError: it is damaged.
        """
        return confidence_for(self.archive.path, self.reader)

    @cached_property
    def combiner(self) -> Combiner | None:
        """What ranks the values found: the reader's model, if it has one; else votes decide.

        Raises:
            ModelError: it is damaged.
        """
        return combiner_for(self.reader)

    @cached_property
    def quotation_model(self) -> QuotationModel | None:
        """What says how likely a sentence answers: the reader's model, if it has one; else its values do.

        Raises:
            ModelError: it is damaged.
        """
        return quotation_model_for(self.reader)

    @cached_property
    def _first_combiner(self) -> Combiner | None:
        """What says which values a second look is worth."""
        return combiner_for(self.reader.first) if isinstance(self.reader, Rereader) else None

    def settings(self) -> dict[str, float | int]:
        """Return what decides an answer besides archive, models and confidence."""
        return {
            "passages_read": self._passages,
            "spans_a_passage": _SPANS_A_PASSAGE,
            "given_from": GIVEN_FROM,
            "speaks_from": SPEAKS_FROM,
        }

    def warm_up(self) -> None:
        """Load the models and the index, so that the first question takes no longer than the next."""
        self.reader.read("Who?", [ReaderInput("Nobody.")])
        if isinstance(self.reader, Rereader):
            self.reader.score_spans("Who?", ReaderInput("Nobody."), [(0, 6)])
        self.archive.search("warm up", limit=1)

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        understood_as: str | None = None,
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
            history: the turns of the conversation so far, oldest first; what the question leaves to them is
                filled in (see `pullquote.qa.followups`).
            understood_as: what to search and read, used as it is; nothing is filled in then.
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
        return self._answer(self.find(question, history=history, understood_as=understood_as, filters=bounds), bounds)

    def ask_steps(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        understood_as: str | None = None,
        filters: Filters | None = None,
    ) -> Iterator[Progress]:
        """Yield what is known of a question so far: the passages once they are found, then the answer.

        Arguments and errors as in `ask`; errors are raised at the first step.
        """
        bounds = filters or Filters()
        found = self.find(question, history=history, understood_as=understood_as, filters=bounds)
        yield found
        yield self._answer(found, bounds)

    def find(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        understood_as: str | None = None,
        filters: Filters | None = None,
    ) -> PassagesFound:
        """Return the passages found for a question, not yet read. Arguments and errors as in `ask`."""
        begun = time.perf_counter()
        question = check_query(question)
        standing = check_query(understand(question, history).question if understood_as is None else understood_as)
        hits, scope = self.archive.search_with_scope(standing, limit=self._passages, filters=filters or Filters())
        return PassagesFound(
            question=question,
            understood=None if standing == question else standing,
            passages=tuple(hits),
            searched=Searched(scope.articles, scope.passages, scope.since, scope.until),
            timings_ms={"search": (time.perf_counter() - begun) * 1000},
        )

    def read(self, found: PassagesFound, as_of: dt.date | None = None) -> Asked:
        """Return what the reader makes of the passages found.

        Args:
            found: of `find`.
            as_of: the day that the question was bound to.
        """
        return self.look_again(self.look(found, as_of))

    def look(self, found: PassagesFound, as_of: dt.date | None = None) -> Asked:
        """Return what the reader makes of the passages at first. Arguments as in `read`."""
        standing = found.understood or found.question
        readings = self.reader.read(standing, [reader_input(hit) for hit in found.passages], spans=_SPANS_A_PASSAGE)
        return Asked(standing, found.passages, readings, found.searched.passages, as_of)

    def look_again(self, asked: Asked) -> Asked:
        """Return what was read with what a second look says, if the reader takes one."""
        if not isinstance(self.reader, Rereader):
            return asked
        return replace(asked, again=read_again(asked, self.reader, self._first_combiner))

    def _answer(self, found: PassagesFound, bounds: Filters) -> Answer:
        begun = time.perf_counter()
        asked = self.read(found, bounds.as_of)
        read = time.perf_counter()
        spans = collect(asked)
        answers = tuple(candidates(spans, asked, limit=CANDIDATES, confidence=self.confidence, combiner=self.combiner))
        quoted = tuple(
            quotations(spans, asked, answers, limit=QUOTATIONS, combiner=self.combiner, model=self.quotation_model)
        )
        # No printed words are a yes or a no: the sentence that decides it is shown, and no value given as the verdict.
        abstained = not answers or answers[0].confidence < GIVEN_FROM or asks_whether(asked.question)
        done = time.perf_counter()
        timings_ms = {**found.timings_ms, "read": (read - begun) * 1000, "combine": (done - read) * 1000}
        return Answer(
            question=found.question,
            answer=None if abstained else answers[0].text,
            abstained=abstained,
            confidence=answers[0].confidence if answers else 0.0,
            answers=answers,
            searched=found.searched,
            timings_ms=timings_ms | {"total": sum(timings_ms.values())},
            passages=found.passages,
            understood=found.understood,
            quotations=quoted,
            speaks=bool(quoted) and quoted[0].confidence >= SPEAKS_FROM,
        )


def reader_input(hit: Hit) -> ReaderInput:
    """Return a passage as the reader reads it: headline and date before it, never part of an answer."""
    return ReaderInput(hit.passage.text, passage_head(hit.article))
