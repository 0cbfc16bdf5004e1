"""The answer in the form that a question asks for: each of two questions, side by side, or as a list."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from pullquote.answers import Answer, Candidate, PassagesFound, Quotation, Side, Turn
from pullquote.filters import Filters
from pullquote.index.search.searching import check_query
from pullquote.qa.followups.understanding import understand
from pullquote.qa.questions.asking import asking
from pullquote.qa.questions.comparing import SideAsked
from pullquote.qa.questions.remarks import language_remark, small_talk
from pullquote.qa.values.listing import listed_items

if TYPE_CHECKING:
    from pullquote.qa.engine import Engine

_Judged = TypeVar("_Judged", Candidate, Quotation)

_SEVERAL = 2
# A side's quotations; beyond the third, few say more.
_OF_A_SIDE = 3


def answer_steps(
    engine: Engine, question: str, filters: Filters, history: Sequence[Turn], understood_as: str | None
) -> Iterator[PassagesFound | Answer]:
    """Yield the passages found for a question, or for each of several in one, then the answer.

    Args:
        engine: that answers.
        question: as asked.
        filters: bounds of the search.
        history: the turns before.
        understood_as: what to search and read, used as it is; `history` is not looked at then.

    Raises:
        InputError: the question is empty or too long.
        ModelError: a model can't be loaded.
    """
    if parts := _parts_asked(engine, question, understood_as):
        yield from _in_parts(engine, parts, question, filters, history if understood_as is None else None)
        return
    found = engine.find(question, history=history, understood_as=understood_as, filters=filters)
    if found.remark is None:
        yield found
    yield _while_embedding(_answer_as_asked(engine, found, filters))


def _while_embedding(answer: Answer) -> Answer:
    """Return an answer; where not all was searched by meaning, its confidence was fitted for another search."""
    if not answer.searched.unembedded:
        return answer
    return replace(
        answer,
        answers=_uncalibrated(answer.answers),
        quotations=_uncalibrated(answer.quotations),
        items=_uncalibrated(answer.items),
        sides=tuple(replace(side, quotations=_uncalibrated(side.quotations)) for side in answer.sides),
    )


def _uncalibrated(ones: tuple[_Judged, ...]) -> tuple[_Judged, ...]:
    return tuple(replace(one, calibrated=False) for one in ones)


def _parts_asked(engine: Engine, question: str, understood_as: str | None) -> tuple[str, ...]:
    """Return the questions that one holds; none where it is one, or no question to this archive."""
    question = check_query(question)
    if understood_as is not None:
        return asking(check_query(understood_as)).parts
    parts = asking(question).parts
    if parts and (small_talk(question) or language_remark(question, engine.archive)):
        return ()
    return parts


def _answer_as_asked(engine: Engine, found: PassagesFound, filters: Filters) -> Answer:
    """Return the answer to one question, with what its kind of question gets beside."""
    asks = asking(found.understood or found.question)
    if found.remark is not None or not (asks.sides or asks.several):
        return engine.answer(found, filters)
    begun = time.perf_counter()
    asked = engine.read(found, filters.as_of)
    answer = engine.answer(found, filters, asked, one_value=False)
    if asks.sides:
        answer = _beside(engine, asks.sides, answer, filters)
    else:
        answer = _listed(answer, listed_items(engine, found, asked))
    spent = (time.perf_counter() - begun) * 1000
    # All that is searched for and read besides counts as reading.
    timings_ms = {**answer.timings_ms, "read": spent - answer.timings_ms["combine"]}
    return replace(answer, timings_ms=timings_ms | {"total": answer.timings_ms["search"] + spent})


def _withheld(answer: Answer) -> Answer:
    """Return an answer that gives no single value; where one was sure, the archive speaks to the question."""
    return replace(answer, answer=None, abstained=True, speaks=answer.speaks or not answer.abstained)


def _listed(answer: Answer, items: tuple[Candidate, ...]) -> Answer:
    """Return an answer with the items of a list; where there are several, no single value is the answer."""
    if len(items) < _SEVERAL:
        return replace(answer, items=items)
    return replace(_withheld(answer), items=items)


def _in_parts(
    engine: Engine, asked: Sequence[str], whole: str, filters: Filters, history: Sequence[Turn] | None
) -> Iterator[PassagesFound | Answer]:
    """Yield what is found for each of several questions, then their answers as one; each may refer to those before it.

    Args:
        engine: that answers.
        asked: the questions.
        whole: all of them, as asked.
        filters: bounds of the search.
        history: the turns before; None where the questions are used as they are, but for what they leave to each other.
    """
    parts: list[Answer] = []
    for question in asked:
        turns = [*(history or ()), *map(Turn.of, parts)]
        standing = understand(question, turns).question if history is None else None
        for step in answer_steps(engine, question, filters, turns, standing):
            if isinstance(step, Answer):
                parts += step.parts or [step]
            else:
                yield step
    yield _joined(check_query(whole), parts)


def _joined(question: str, parts: Sequence[Answer]) -> Answer:
    """Return the answers to several questions in one as one."""
    understood = " ".join(part.understood or part.question for part in parts)
    answers = sorted((one for part in parts for one in part.answers), key=lambda one: -one.confidence)
    quoted = sorted((one for part in parts for one in part.quotations), key=lambda one: -one.confidence)
    stages = dict.fromkeys(stage for part in parts for stage in part.timings_ms)
    return Answer(
        question=question,
        answer=None,
        abstained=True,
        confidence=answers[0].confidence if answers else 0.0,
        answers=tuple(answers),
        # For a greeting nothing is searched.
        searched=max((part.searched for part in parts), key=lambda one: one.articles),
        timings_ms={stage: sum(part.timings_ms.get(stage, 0.0) for part in parts) for stage in stages},
        passages=tuple({hit.passage: hit for part in parts for hit in part.passages}.values()),
        understood=None if understood == question else understood,
        quotations=tuple(_each_once(quoted)),
        speaks=any(part.speaks for part in parts),
        parts=tuple(parts),
    )


def _beside(engine: Engine, asked: Sequence[SideAsked], answer: Answer, filters: Filters) -> Answer:
    """Return the answer to a comparison, without a verdict, with what each side's own question finds."""
    sides = []
    for side in asked:
        found = engine.find(side.question, understood_as=side.question, filters=filters)
        told = engine.answer(found, filters)
        sides.append(Side(side.about, side.question, told.quotations[:_OF_A_SIDE], told.speaks))
    answer = replace(_withheld(answer), sides=tuple(sides))
    if answer.speaks or not any(side.speaks for side in sides):
        return answer
    # What speaks to a side speaks to the comparison.
    quoted = sorted((one for side in sides for one in side.quotations), key=lambda one: -one.confidence)
    return replace(answer, quotations=tuple(_each_once(quoted)), speaks=True)


def _each_once(quotations: Iterable[Quotation]) -> list[Quotation]:
    places: dict[tuple[str, int], Quotation] = {}
    for one in quotations:
        places.setdefault((one.citation.article_id, one.start), one)
    return list(places.values())
