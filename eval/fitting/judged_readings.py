"""Spans that a reader found in an archive, for questions with known answers: what a verifier learns from.

They hold the reader's own mistakes on news, beside those of `pullquote.qa.training.data.judged_spans`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from pullquote.answers import Hit
from pullquote.eval.fitting.reading_groups import answer_places
from pullquote.eval.fitting.readings import QuestionRead
from pullquote.eval.gold.questions import GoldQuestion
from pullquote.eval.runs.asking import explains, supports
from pullquote.index.adding.adding import passage_head
from pullquote.qa.ranking.combining import Combiner
from pullquote.qa.ranking.evidence import cite
from pullquote.qa.ranking.found import Found
from pullquote.qa.ranking.spans_to_verify import leading, verified
from pullquote.qa.ranking.verifier import Verifier
from pullquote.qa.reading.reader import ScoredSpan
from pullquote.qa.training.data.examples import Example

# Spans of a question that are learnt: more than are verified, so that there is something wrong in most.
_SPANS = 14
_SOURCE = "readings"


def judged_examples(reads: Sequence[QuestionRead], combiner: Combiner | None = None) -> Iterator[Example]:
    """Yield the leading spans of each question, and those known to answer, with whether they do.

    What may be right or wrong, such as a right value in a sentence that the set doesn't name, is left out.
    """
    for read in reads:
        asked = read.asked
        seen = set()
        for found in (*leading(asked, combiner, count=_SPANS), *_known(read)):
            right = _answers(found, read.question)
            if right is not None and found.place not in seen:
                seen.add(found.place)
                yield Example(
                    question=asked.question,
                    text=found.hit.passage.text,
                    title=passage_head(found.hit.article),
                    answers=((found.span.start, found.text),),
                    source=_SOURCE,
                    id=f"{read.question.id}-{len(seen)}",
                    group=read.question.id,
                    right=right,
                )


def _known(read: QuestionRead) -> Iterator[Found]:
    for rank, hit in enumerate(read.asked.hits):
        for place in _places(read.question, hit):
            start = place["start"]
            yield Found(hit, rank, ScoredSpan(start, start + len(place["text"]), 0.0), 0.0)


def _places(question: GoldQuestion, hit: Hit) -> list[dict[str, Any]]:
    if not question.spans:
        return []
    return answer_places(question, hit.article, hit.passage.text, hit.passage.start)


def _answers(found: Found, question: GoldQuestion) -> bool | None:
    """Return whether a span answers; None where that can't be told."""
    if not question.answerable:
        return False
    citation = cite(found.hit, found.span)
    if question.type == "explain":
        return explains(citation, question)
    worded = question.accepts(found.text)
    if not question.spans:
        return worded
    stands = supports(citation, question.spans)
    return worded if worded == stands else None


def with_verified(
    reads: Sequence[QuestionRead], verifiers: Sequence[Verifier], combiner: Combiner | None
) -> Iterator[QuestionRead]:
    """Yield readings with what a verifier says of them.

    Args:
        reads: what was read.
        verifiers: for each, one that didn't learn from it.
        combiner: ranks the values; without one, votes do.
    """
    for read, verifier in zip(reads, verifiers, strict=True):
        yield replace(read, asked=replace(read.asked, verified=verified(read.asked, verifier, combiner)))
