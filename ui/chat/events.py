"""What the chat does on each event, without a widget in sight: ask, ask again, open a source, take a verdict."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from pullquote.answers import Answer, Citation, Hit, Turn
from pullquote.errors import InputError, PullquoteError
from pullquote.filters import Filters
from pullquote.qa.engine import Engine
from pullquote.qa.ranking.evidence import cite
from pullquote.qa.reading.reader import ScoredSpan
from pullquote.ui.cards.cards import answer_card, pending_card, turn
from pullquote.ui.chat.feedback import FeedbackStore
from pullquote.ui.chat.reading_pane import reading_pane
from pullquote.ui.conversation import Conversation, Exchange, Judgement
from pullquote.ui.export.exporting import export, file_name
from pullquote.ui.printable import shorten
from pullquote.ui.server.outcomes import noted
from pullquote.ui.server.rate_limit import RateLimit, check_question
from pullquote.ui.server.reading_queue import ReadingQueue

# Exchanges that a session keeps and shows; older ones are let go.
_KEPT = 40
_THANKS = {
    "right": "Noted{} as right; `pullquote eval` can use it.",
    "wrong": "Noted{} as wrong; `pullquote eval` can use it.",
    "better": "Noted, with the better answer; `pullquote eval` can use it.",
}
# A value's place as a button tells it; none for what was answered.
_PLACE = re.compile(r"[0-9]{0,2}")
_TYPES = {"markdown": "text/markdown", "html": "text/html", "json": "application/json"}
_BROKEN = "Something unexpected happened; whoever runs this chat finds it in the server's log."


@dataclass(frozen=True, slots=True)
class ChatSession:
    """One visitor's conversation, and by exchange what they said of its values."""

    conversation: Conversation = field(default_factory=Conversation)
    verdicts: Mapping[str, Judgement] = field(default_factory=dict)

    def with_exchange(self, exchange: Exchange) -> ChatSession:
        """Return the session with one more exchange; the oldest goes when there are too many."""
        kept = self.conversation.append(exchange).exchanges[-_KEPT:]
        return replace(self, conversation=Conversation(kept))

    def judgement(self, exchange: Exchange) -> Judgement:
        """Return what was said of an exchange."""
        return self.verdicts.get(exchange.id, Judgement())

    def with_judgement(self, exchange: Exchange, judgement: Judgement) -> ChatSession:
        """Return the session with what was said of an exchange."""
        return replace(self, verdicts={**self.verdicts, exchange.id: judgement})

    def turns(self) -> list[Turn]:
        """Return the last turns, oldest first, for follow-ups to refer to; errors said nothing."""
        return self.conversation.history()

    def turn(self, exchange: Exchange) -> str:
        """Return an exchange, or the one that it is a part of, as part of the conversation's HTML."""
        whole = self.conversation.whole(exchange)
        parts = [self.judgement(part) for part in whole.parts]
        return turn(whole.id, whole.question, answer_card(whole, self.judgement(whole), parts))


class ChatEvents:
    """Answers the page's events over one engine.

    Args:
        engine: what answers.
        feedback: where verdicts go.
        limit: how often one visitor may ask.
        queue: where questions are read; by default one of its own.
    """

    def __init__(
        self, engine: Engine, feedback: FeedbackStore, limit: RateLimit, queue: ReadingQueue | None = None
    ) -> None:
        self.engine = engine
        self._feedback = feedback
        self._limit = limit
        self._queue = queue or ReadingQueue()

    def ask(
        self, question: str, session: ChatSession, filters: Filters, visitor: str, *, understood: str = ""
    ) -> Iterator[tuple[str, ChatSession]]:
        """Yield what to show of a turn while it is worked on, and the session; the last one has the answer.

        Args:
            question: as typed.
            session: the visitor's.
            filters: as chosen.
            visitor: who is counted for the rate limit.
            understood: the question as the visitor wants it understood; by default that is worked out.
        """
        name = uuid4().hex
        yield turn(name, question, pending_card()), session
        outcome: Answer | str = _BROKEN
        standing = ""

        def ended() -> tuple[str, ChatSession]:
            exchange = Exchange.of(question.strip(), outcome, filters=filters, understood=standing)
            exchange = replace(exchange, id=name)
            return session.turn(exchange), session.with_exchange(exchange)

        try:
            with noted("question", visitor=visitor, question=question):
                asked = check_question(question)
                standing = check_question(understood) if understood else ""
                self._limit.check(visitor)
                steps = self.engine.ask_steps(
                    asked, history=session.turns(), understood_as=standing or None, filters=filters
                )
                for step in self._queue.steps(steps):
                    if isinstance(step, Answer):
                        outcome, standing = step, step.understood or ""
                    else:
                        yield turn(name, question, pending_card(step)), session
        except PullquoteError as error:
            outcome = str(error)
        except Exception:  # the log has its traceback
            outcome = _BROKEN
        yield ended()

    def source(self, session: ChatSession, where: Mapping[str, Any]) -> str:
        """Return the reading pane for what a button's data names: an article, or a citation or passage of an answer.

        Raises:
            InputError: the button is of another conversation, or the article is gone.
        """
        if "article" in where:
            return self._pane(str(where["article"]))
        exchange = session.conversation.get(str(where.get("exchange", "")))
        if exchange is None or exchange.answer is None:
            raise InputError("That answer is no longer part of this conversation.")
        try:
            citation = _named(exchange.answer, where)
        except (LookupError, ValueError) as error:
            raise InputError("That answer is no longer part of this conversation.") from error
        return self._pane(citation.article_id, citation)

    def _pane(self, article_id: str, citation: Citation | None = None) -> str:
        article = self.engine.archive.article(article_id)
        if article is None:
            raise InputError("That article has been removed from the archive.")
        return reading_pane(article, citation, self.engine.archive.furniture(article_id))

    def export_file(self, session: ChatSession, form: str) -> dict[str, str]:
        """Return the conversation as a file for the browser to save: name, type, text.

        Raises:
            InputError: there is no such format.
        """
        words = export(session.conversation, self.engine.archive.info(), form, exported_at=dt.datetime.now(dt.UTC))
        return {"name": file_name(session.conversation, form), "type": _TYPES[form], "text": words}

    def judge(self, session: ChatSession, said: Mapping[str, Any], user: str = "") -> tuple[str, ChatSession]:
        """Store a verdict on an answer, or on a value that `said` names as "candidate".

        Returns the turn and the session, with the verdict or why it was not taken.
        """
        exchange = session.conversation.get(str(said.get("exchange", "")))
        verdict = str(said.get("verdict", ""))
        value = str(said.get("candidate", ""))
        if exchange is None or verdict not in _THANKS or not _PLACE.fullmatch(value):
            return "", session
        place = int(value) if value else None
        words, article = str(said.get("text", "")), str(said.get("article", ""))
        judgement = session.judgement(exchange)
        try:
            given = self._feedback.record(exchange, verdict, candidate=place, text=words, article_id=article, user=user)
            named = "" if place is None else f" “{shorten(given.value, 60)}”"
            judgement = judgement.with_verdict(place, verdict, _THANKS[verdict].format(named), absent=not exchange.best)
        except PullquoteError as error:
            judgement = replace(judgement, note=str(error))
        session = session.with_judgement(exchange, judgement)
        return session.turn(exchange), session


def _named(answer: Answer, where: Mapping[str, Any]) -> Citation:
    """Return the citation that a button's data names."""
    if "passage" in where:
        return _cited(answer.passages[int(where["passage"])])
    place = int(where["citation"])
    if "quotation" in where:
        quoted = answer.sides[int(where["side"])].quotations if "side" in where else answer.quotations
        quotation = quoted[int(where["quotation"])]
        return (quotation.citation, *quotation.reprints)[place]
    if "day" in where:
        return answer.by_day[int(where["day"])].citations[place]
    if "item" in where:
        return answer.items[int(where["item"])].citations[place]
    return answer.answers[int(where["candidate"])].citations[place]


def _cited(hit: Hit) -> Citation:
    """Return a passage as a citation without a span."""
    begin = cite(hit, ScoredSpan(0, 0, 0.0))
    return replace(begin, sentence=hit.passage.text, sentence_start=hit.passage.start, link=hit.article.url)
