"""A conversation: what each exchange says, and what follow-ups get to see of it."""

import copy
import dataclasses
import datetime as dt

import pytest

from pullquote.answers import Turn
from pullquote.filters import Filters
from pullquote.ui.conversation import Conversation, Exchange

import ui_fakes as fakes

NOON = dt.datetime(2031, 5, 4, 14, tzinfo=dt.timezone(dt.timedelta(hours=2)))


def test_exchange_of_an_answer():
    filters = Filters.of(since="2031-05-01")
    exchange = Exchange.of(
        "And who leads it?", fakes.answered(), filters=filters, understood="Who leads the investigation?", asked_at=NOON
    )
    assert exchange.asked_at == dt.datetime(2031, 5, 4, 12, tzinfo=dt.UTC)
    assert exchange.asked_at.tzinfo is dt.UTC
    assert (exchange.question, exchange.understood) == ("And who leads it?", "Who leads the investigation?")
    assert (exchange.text, exchange.error, exchange.filters) == ("Dr Hanne Osterby", "", filters)
    assert exchange.best == fakes.answered().answers[0].citations[0]


def test_exchange_without_an_answer():
    absent = Exchange.of("What is she paid?", fakes.absent())
    assert (absent.text, absent.best, absent.understood) == ("", None, "What is she paid?")
    failed = Exchange.of("?", "The question holds no letter or digit.")
    assert (failed.answer, failed.text, failed.best) == (None, "", None)
    assert failed.error == "The question holds no letter or digit."
    assert failed.filters == Filters()
    assert dt.datetime.now(dt.UTC) - failed.asked_at < dt.timedelta(minutes=10)


def test_ids_differ():
    assert len({Exchange.of("Who?", fakes.answered()).id for _ in range(100)}) == 100


def test_append_leaves_the_old_conversation_as_it_is():
    first, second = (Exchange.of(question, fakes.answered()) for question in ("Who?", "Where?"))
    empty = Conversation()
    one = empty.append(first)
    two = one.append(second)
    assert [len(conversation) for conversation in (empty, one, two)] == [0, 1, 2]
    assert not empty
    assert list(two) == [first, second]
    assert (two[0], two[-1], two[:1]) == (first, second, (first,))
    assert second in two
    assert second not in one
    assert two.get(second.id) is second
    assert two.get("nobody") is None
    assert copy.deepcopy(two) == two  # as gr.State does


def test_history_tells_the_last_answered_turns():
    answer = fakes.answered()
    conversation = Conversation()
    for number in range(4):
        conversation = conversation.append(Exchange.of(f"Question {number}?", answer, understood=f"Asked {number}?"))
    conversation = conversation.append(Exchange.of("?", "The question holds no letter or digit."))
    conversation = conversation.append(Exchange.of("What is she paid?", fakes.absent()))
    best = answer.answers[0].citations[0]
    last = [(turn.understood or turn.question, turn.answer or "", turn.citation) for turn in conversation.history(3)]
    assert last == [
        ("Asked 2?", "Dr Hanne Osterby", best),
        ("Asked 3?", "Dr Hanne Osterby", best),
        ("What is she paid?", "", None),
    ]
    assert len(conversation.history()) == 5
    assert conversation.history(0) == []


def test_history_tells_each_of_several_questions_in_one():
    first, second = fakes.answered(), fakes.absent()
    whole = dataclasses.replace(second, question="Who leads it and what is she paid?", parts=(first, second))
    conversation = Conversation((Exchange.of(whole.question, whole),))
    assert conversation.history() == [
        Turn("Who leads the investigation?", "Dr Hanne Osterby", first.answers[0].citations[0]),
        Turn("What is she paid?"),
    ]


def test_nothing_changes():
    exchange = Exchange.of("Who?", fakes.answered())
    with pytest.raises(AttributeError):
        exchange.question = "Another?"
    with pytest.raises(AttributeError):
        Conversation().exchanges = (exchange,)
