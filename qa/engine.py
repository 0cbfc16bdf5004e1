"""The engine: a question in, an answer with its citations out, or the statement that there is none."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from threading import Lock, Thread

from pullquote.answers import Answer, Hit, PassagesFound, Remark, Searched, Turn
from pullquote.arguments import whole_number
from pullquote.errors import InputError, PullquoteError
from pullquote.filters import Filters
from pullquote.index.adding.adding import passage_head
from pullquote.index.archive import Archive
from pullquote.index.embedding.memory import keep_freed
from pullquote.index.search.printed_words import vocabulary
from pullquote.index.search.ranked_pool import is_ranked
from pullquote.index.search.searching import check_query
from pullquote.qa.answering import answer_steps
from pullquote.qa.followups.interleaving import search_understood
from pullquote.qa.followups.understanding import Understood, understand
from pullquote.qa.questions.asking import asking
from pullquote.qa.questions.remarks import language_remark, small_talk, small_talk_remark
from pullquote.qa.questions.spelling import corrected
from pullquote.qa.questions.telling import asks_for_sentences
from pullquote.qa.quoting.quotations import QuotationModel, quotation_model_for, quotations
from pullquote.qa.quoting.speakers import with_speakers
from pullquote.qa.ranking.combining import Combiner, combiner_for
from pullquote.qa.ranking.confidence import ConfidenceModel, confidence_for
from pullquote.qa.ranking.evidence import candidates
from pullquote.qa.ranking.found import Asked, collect
from pullquote.qa.ranking.rereading import read_again
from pullquote.qa.ranking.sifting import GLANCED, SiftingModel, glance, sift, sifter_of, sifting_for
from pullquote.qa.ranking.spans_to_verify import verified
from pullquote.qa.ranking.thresholds import SURE, Thresholds, check_precision, thresholds_for
from pullquote.qa.ranking.verifier import Claim, Verifier, verifier_for
from pullquote.qa.reading.paired import DEFAULT_READER, load_reader
from pullquote.qa.reading.reader import Reader, Reading, checked_reader, checked_readings, rereader_of
from pullquote.qa.reading.windows import ReaderInput
from pullquote.qa.values.by_day import latest_first, with_days
from pullquote.qa.values.listing import SEARCHED_FOR_LIST

# How many passages are read: more find more and take longer. Right on the tune splits, gold and RealTime QA 2023, by
# the small reader alone with 4: 48.8 and 18.6%, 5: 49.0 and 18.4%, 6: 48.6 and 19.0%, 8: 48.3 and 20.0%
# (`python -m pullquote.eval.fitting.combine fit --passages N`, its weights before they were packed); what each costs
# says `python -m pullquote.eval.benchmarks.latency`.
PASSAGES_READ = 6
# As many as the command line takes.
MAX_PASSAGES_READ = 100
_SPANS_A_PASSAGE = 5
CANDIDATES = 5
# Sentences that an answer keeps.
QUOTATIONS = 5

# What is yielded on the way to an answer: the answer comes last.
Progress = PassagesFound | Answer


class Engine:
    """Answers questions from one archive.

    Args:
        archive: an open archive.
        reader: a reader, or the name of one; loaded on first use.
        passages: how many passages to read for a question.
        sure: of the values given, the share that is right, at least, 0..1; the rest is withheld.

    Raises:
        InputError: an argument can't be used: a path for an archive, a number of passages that isn't 1 to 100, a share
            that isn't between 0 and 1.
    """

    def __init__(
        self,
        archive: Archive,
        *,
        reader: Reader | str = DEFAULT_READER,
        passages: int = PASSAGES_READ,
        sure: float = SURE,
    ) -> None:
        if isinstance(archive, (str, Path)):
            raise InputError(f"An engine answers from an open archive: Engine(Archive.open({str(archive)!r})).")
        self._reader = checked_reader(reader)
        check_precision(sure)
        self.archive = archive
        self._passages = whole_number(passages, "passages", low=1, high=MAX_PASSAGES_READ)
        self._sure = sure
        self._loading = Lock()
        self._verifying = Lock()

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
        """What makes scores probabilities: the archive's own model, else the reader's, if it fits weights and settings.

        Raises:
            ModelError: it is damaged.
        """
        return confidence_for(self.archive.path, self.reader, passages_read=self._passages)

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
    def thresholds(self) -> Thresholds:
        """From what confidence on values are given and quotations shown.

        Raises:
            ModelError: they are damaged.
        """
        return thresholds_for(self.reader)

    @cached_property
    def sifting(self) -> SiftingModel | None:
        """What says which of many passages are read: the reader's model, if it has one; else the search does.

        Raises:
            ModelError: it is damaged.
        """
        # What it was fitted on are the scores of a fitted ranking.
        return sifting_for(self.reader) if is_ranked(self.archive) else None

    @property
    def verifier(self) -> Verifier | None:
        """What is shown the leading spans once more: the reader's, if it has one.

        Raises:
            ModelError: it is damaged.
        """
        with self._verifying:  # another thread may be loading it (`load_ahead`)
            return self._verifier

    @cached_property
    def _verifier(self) -> Verifier | None:
        return verifier_for(self.reader)

    @cached_property
    def _first_combiner(self) -> Combiner | None:
        """What says which values a second look is worth."""
        again = rereader_of(self.reader)
        return combiner_for(again.first) if again else None

    def settings(self) -> dict[str, float | int]:
        """Return what decides an answer besides archive, models and confidence."""
        return {
            "passages_read": self._passages,
            "spans_a_passage": _SPANS_A_PASSAGE,
            "sure": self._sure,
            "given_from": self.thresholds.sure_from(self._sure),
            "speaks_from": self.thresholds.speaks_from,
        }

    def load_ahead(self) -> None:
        """Begin to load the models in other threads, while the first question is still being understood.

        What goes wrong there is raised where the model is needed, since it is loaded anew then.
        """

        def load(needed: Callable[[], object]) -> None:
            with contextlib.suppress(PullquoteError):
                needed()

        keep_freed()
        # They aren't daemons: a process that ends in the middle of them could crash.
        for needed in (lambda: self.verifier, lambda: self.archive.embedder):
            Thread(target=load, args=(needed,), name="pullquote-loading").start()

    def warm_up(self) -> None:
        """Load the models and the index, so that the first question takes no longer than the next."""
        self.reader.read("Who?", [ReaderInput("Nobody.")])
        if again := rereader_of(self.reader):
            again.score_spans("Who?", ReaderInput("Nobody."), [(0, 6)])
        if self.sifting and (sifter := sifter_of(self.reader)):
            sifter.read("Who?", [ReaderInput("Nobody.")])
        if self.verifier:
            self.verifier.score("Who?", [Claim("Nobody.", 0, 6)])
        self.archive.search("warm up", limit=1)
        vocabulary(self.archive)

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        understood_as: str | None = None,
        filters: Filters | None = None,
        since: str | dt.date | None = None,
        until: str | dt.date | None = None,
        outlets: str | Iterable[str] = (),
        authors: str | Iterable[str] = (),
        as_of: str | dt.date | None = None,
    ) -> Answer:
        """Return the answer to a question.

        Args:
            question: in plain words.
            history: the turns of the conversation so far, oldest first; what the question leaves to them is
                filled in (see `pullquote.qa.followups.understanding`).
            understood_as: what to search and read, used as it is; nothing is filled in then.
            filters: bounds, instead of the single ones that follow.
            since: earliest day of publication.
            until: latest day of publication.
            outlets: only these.
            authors: only these.
            as_of: answer as the archive stood that day.

        Raises:
            InputError: the question is empty or too long, a bound can't be used or comes beside filters, or an outlet
                or an author isn't in the archive.
            ModelError: a model can't be loaded.
        """
        bounds = Filters.either(filters, since=since, until=until, outlets=outlets, authors=authors, as_of=as_of)
        steps = answer_steps(self, question, bounds, history, understood_as)
        return next(step for step in steps if isinstance(step, Answer))

    def ask_steps(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        understood_as: str | None = None,
        filters: Filters | None = None,
    ) -> Iterator[Progress]:
        """Yield what is known of a question so far: the passages once they are found, then the answer.

        Of several questions in one, the passages of each are yielded in turn. What is no question to this archive (see
        `Remark`) has an answer at once.

        Arguments and errors as in `ask`; errors are raised at the first step.
        """
        return answer_steps(self, question, filters or Filters(), history, understood_as)

    def find(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        understood_as: str | None = None,
        filters: Filters | None = None,
    ) -> PassagesFound:
        """Return the passages found for a question, not yet read. Arguments and errors as in `ask`.

        A greeting and the like is searched for only where `understood_as` says so.
        """
        begun = time.perf_counter()
        question = check_query(question)
        remark = None
        if understood_as is None:
            if remark := small_talk_remark(question, self.archive):
                return PassagesFound(question, None, (), Searched(0, 0), _search_ms(begun), remark)
            understood, remark = self._understood(question, history)
        else:
            understood = Understood(check_query(understood_as))
        standing = understood.question
        count = max(self._passages, GLANCED) if self.sifting else self._passages
        limit = max(count, SEARCHED_FOR_LIST) if asking(standing).several else count
        hits, searched = search_understood(self.archive, understood, limit=limit, filters=filters or Filters())
        return PassagesFound(
            question=question,
            understood=None if standing == question else standing,
            passages=tuple(hits[:count]),
            further=tuple(hits[count:]),
            searched=searched,
            timings_ms=_search_ms(begun),
            remark=remark,
        )

    def _understood(self, question: str, history: Sequence[Turn]) -> tuple[Understood, Remark | None]:
        """Return what to search for a question, and what is said of it where it is in another language."""
        if remark := language_remark(question, self.archive):
            return Understood(question), remark
        said = [turn for turn in history if not small_talk(turn.question)]
        understood = understand(question, said)
        return replace(understood, question=corrected(check_query(understood.question), self.archive)), None

    def read(self, found: PassagesFound, as_of: dt.date | None = None) -> Asked:
        """Return what the reader makes of the passages found.

        Args:
            found: of `find`.
            as_of: the day that the question was bound to.
        """
        return self.verify(self.look_again(self.look(found, as_of)))

    def look(self, found: PassagesFound, as_of: dt.date | None = None, *, count: int | None = None) -> Asked:
        """Return what the reader makes of the passages at first.

        Args:
            found: of `find`.
            as_of: the day that the question was bound to.
            count: how many are read; None for as many as usual.
        """
        standing = found.understood or found.question
        hits, glances = self._sifted(standing, found.passages, self._passages if count is None else count)
        inputs = [reader_input(hit) for hit in hits]
        readings = checked_readings(self.reader, self.reader.read(standing, inputs, spans=_SPANS_A_PASSAGE), inputs)
        return Asked(standing, hits, readings, found.searched.passages, as_of, glances=glances)

    def _sifted(self, standing: str, hits: Sequence[Hit], count: int) -> tuple[Sequence[Hit], Sequence[Reading]]:
        """Return the passages that are read, and what was seen of each at a glance, if anything glanced at them."""
        sifter = sifter_of(self.reader)
        if self.sifting is None or sifter is None or not hits:
            return hits[:count], ()
        chosen = sift(hits, glance(sifter, standing, hits), self.sifting, count=count)
        return tuple(hit for hit, _ in chosen), tuple(seen for _, seen in chosen)

    def look_again(self, asked: Asked) -> Asked:
        """Return what was read with what a second look says, if the reader takes one."""
        again = rereader_of(self.reader)
        if again is None:
            return asked
        return replace(asked, again=read_again(asked, again, self._first_combiner))

    def verify(self, asked: Asked) -> Asked:
        """Return what was read with what a verifier says of the leading spans, if the reader has one."""
        if self.verifier is None:
            return asked
        return replace(asked, verified=verified(asked, self.verifier, self._first_combiner))

    def answer(
        self, found: PassagesFound, filters: Filters, asked: Asked | None = None, *, one_value: bool = True
    ) -> Answer:
        """Return the answer that the passages found give, whatever kind of question it is.

        Args:
            found: of `find`.
            filters: that the search was bound by.
            asked: of `read`, if they have been read already.
            one_value: one value answers it, so that those of different days compete.
        """
        if found.remark is not None:
            return _remarked(found)
        begun = time.perf_counter()
        asked = asked or self.read(found, filters.as_of)
        read = time.perf_counter()
        spans = collect(asked)
        answers = tuple(candidates(spans, asked, limit=CANDIDATES, confidence=self.confidence, combiner=self.combiner))
        quoted = tuple(
            quotations(spans, asked, answers, limit=QUOTATIONS, combiner=self.combiner, model=self.quotation_model)
        )
        # No printed words are a yes or a no: the sentence that decides it is shown, and no value given as the verdict.
        sure_from = self.thresholds.sure_from(self._sure)
        unsure = not answers or answers[0].confidence < sure_from
        abstained = unsure or asks_for_sentences(asked.question)
        done = time.perf_counter()
        timings_ms = {**found.timings_ms, "read": (read - begun) * 1000, "combine": (done - read) * 1000}
        answer = Answer(
            question=found.question,
            answer=None if abstained else answers[0].text,
            abstained=abstained,
            confidence=answers[0].confidence if answers else 0.0,
            answers=answers,
            searched=found.searched,
            timings_ms=timings_ms | {"total": sum(timings_ms.values())},
            passages=tuple(asked.hits),
            understood=found.understood,
            quotations=quoted,
            speaks=bool(quoted) and quoted[0].confidence >= self.thresholds.speaks_from,
        )
        dated = with_days(answer, asked, sure_from=sure_from) if one_value else answer
        return with_speakers(latest_first(dated), asked)


def _search_ms(begun: float) -> dict[str, float]:
    return {"search": (time.perf_counter() - begun) * 1000}


def _remarked(found: PassagesFound) -> Answer:
    """Return the answer to what is no question to this archive: nothing is read for it."""
    return Answer(
        question=found.question,
        answer=None,
        abstained=True,
        confidence=0.0,
        answers=(),
        searched=found.searched,
        timings_ms={**found.timings_ms, "total": sum(found.timings_ms.values())},
        passages=found.passages,
        remark=found.remark,
    )


def reader_input(hit: Hit) -> ReaderInput:
    """Return a passage as the reader reads it: headline and date before it, never part of an answer."""
    return ReaderInput(hit.passage.text, passage_head(hit.article))
