"""A conversation: questions with what came of each, in the order asked."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import overload

from pullquote.answers import Answer, Citation, Turn
from pullquote.filters import Filters

# How many turns follow-ups look back. Of a question that refers further back, nobody could say what it means either.
HISTORY_TURNS = 6


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question of a conversation and what came of it: an answer, or the sentence why there is none.

    Attributes:
        id: unique.
        asked_at: when, in UTC.
        question: as typed.
        understood: as asked of the archive, with names carried over from earlier turns filled in.
        filters: as asked with.
        answer: what the engine gave; None where it gave an error.
        error: that error's sentence; "" with an answer.
    """

    id: str
    asked_at: dt.datetime
    question: str
    understood: str
    filters: Filters
    answer: Answer | None
    error: str = ""

    @classmethod
    def of(
        cls,
        question: str,
        outcome: Answer | str,
        *,
        filters: Filters | None = None,
        understood: str = "",
        asked_at: dt.datetime | None = None,
    ) -> Exchange:
        """Return an exchange with an id of its own.

        Args:
            question: as typed.
            outcome: the answer, or the sentence of the error.
            filters: as asked with; none by default.
            understood: as asked of the archive; by default the question.
            asked_at: an aware time; by default now.
        """
        found = isinstance(outcome, Answer)
        return cls(
            id=uuid.uuid4().hex,
            asked_at=(asked_at or dt.datetime.now(dt.UTC)).astimezone(dt.UTC),
            question=question,
            understood=understood or question,
            filters=filters or Filters(),
            answer=outcome if isinstance(outcome, Answer) else None,
            error="" if found else str(outcome),
        )

    @property
    def text(self) -> str:
        """The words of the answer; "" where there is none, in the archive or at all."""
        return (self.answer.answer or "") if self.answer else ""

    @property
    def best(self) -> Citation | None:
        """The first place that carries the answer, or None where there is no answer."""
        if self.answer is None or self.answer.abstained or not self.answer.answers:
            return None
        return self.answer.answers[0].citations[0]

    @property
    def parts(self) -> tuple[Exchange, ...]:
        """Of several questions in one, each as an exchange; its id is this one's, a point and its place."""
        return tuple(
            replace(
                self,
                id=f"{self.id}.{place}",
                question=part.question,
                understood=part.understood or part.question,
                answer=part,
            )
            for place, part in enumerate(self.answer.parts if self.answer else ())
        )

    @property
    def turn(self) -> Turn:
        """What later questions may refer to."""
        understood = None if self.understood == self.question else self.understood
        return Turn(self.question, self.text or None, self.best, understood)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a visitor said of an exchange.

    Attributes:
        verdicts: "right", "wrong" or "better" by the value's place among the candidates; that on what was answered, a
            value or "not in the archive", stands under None.
        note: a sentence about the last one, such as that the better words are not in the article.
    """

    verdicts: Mapping[int | None, str] = field(default_factory=dict)
    note: str = ""

    def with_verdict(self, place: int | None, verdict: str, note: str, *, absent: bool) -> Judgement:
        """Return it with one more verdict.

        Args:
            place: of the value.
            verdict: on it.
            note: about the verdict.
            absent: the answer was "not in the archive", which can't be right together with a value.
        """
        kept = dict(self.verdicts)
        if absent and verdict == "right":
            kept = {one: said for one, said in kept.items() if said != "right" or (one is None) == (place is None)}
        return Judgement({**kept, place: verdict}, note)


@dataclass(frozen=True, slots=True)
class Conversation(Sequence[Exchange]):
    """Exchanges, oldest first. Never changes: `append` returns a longer one."""

    exchanges: tuple[Exchange, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.exchanges)

    @overload
    def __getitem__(self, index: int) -> Exchange: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Exchange, ...]: ...

    def __getitem__(self, index: int | slice) -> Exchange | tuple[Exchange, ...]:
        return self.exchanges[index]

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self.exchanges)

    def append(self, exchange: Exchange) -> Conversation:
        """Return this conversation with one more exchange."""
        return Conversation((*self.exchanges, exchange))

    def get(self, exchange_id: str) -> Exchange | None:
        """Return the exchange with that id, or the part of one, or None."""
        known = (one for exchange in self.exchanges for one in (exchange, *exchange.parts))
        return next((exchange for exchange in known if exchange.id == exchange_id), None)

    def whole(self, exchange: Exchange) -> Exchange:
        """Return the exchange that one is a part of, or itself."""
        return self.get(exchange.id.partition(".")[0]) or exchange

    def history(self, last: int = HISTORY_TURNS) -> list[Turn]:
        """Return the last turns, oldest first, for follow-ups to refer to.

        Those that ended in an error are left out: nothing was said there that a later question could mean. Several
        questions in one are as many turns.
        """
        asked = [one for exchange in self.exchanges for one in exchange.parts or (exchange,)]
        answered = [exchange.turn for exchange in asked if exchange.answer is not None]
        return answered[max(0, len(answered) - last) :]
