"""The chat in the browser over one archive: the page's parts and the events between them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import gradio as gr

from pullquote.errors import InputError
from pullquote.filters import Filters
from pullquote.ui.chat.archive_facts import archive_facts
from pullquote.ui.chat.events import ChatEvents, ChatSession
from pullquote.ui.chat.feedback import FeedbackStore
from pullquote.ui.chat.filters import chips, filters_of, from_query, refreshed, values_of, without
from pullquote.ui.chat.layout import Parts, lay_out
from pullquote.ui.chat.toast import toast
from pullquote.ui.chat.welcome import welcome
from pullquote.ui.server.api import register
from pullquote.ui.server.rate_limit import RateLimit
from pullquote.ui.server.reading_queue import ReadingQueue
from pullquote.ui.server.visitors import visitor_of

if TYPE_CHECKING:
    from pullquote.qa.engine import Engine

# Searching and reading let go of Python's lock, so eight visitors are served together rather than in turn. Of these,
# `ReadingQueue` lets a few read at a time: the others have their passages meanwhile.
AT_ONCE = 8
_WAITING = 128
# Files that were uploaded and never added.
_UPLOADS_KEPT_S = 3600

_PRIVATE: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def build_chat(
    engine: Engine,
    *,
    read_only: bool = False,
    mcp: bool = False,
    limit: RateLimit | None = None,
    queue: ReadingQueue | None = None,
) -> gr.Blocks:
    """Return the chat's page; launch it with `page.launch_options`.

    Args:
        engine: what answers.
        read_only: leave out the Archive tab, so that nobody can add or remove articles.
        mcp: offer the functions for programs as MCP tools, too; launch it with `mcp_server=True`.
        limit: how much one visitor may ask.
        queue: where questions are read; by default one of its own.
    """
    limit = limit or RateLimit()
    queue = queue or ReadingQueue()
    events = ChatEvents(engine, FeedbackStore.beside(engine.archive), limit, queue)
    chat = gr.Blocks(
        title="Pullquote", analytics_enabled=False, fill_width=True, delete_cache=(_UPLOADS_KEPT_S, _UPLOADS_KEPT_S)
    )
    with chat:
        parts = lay_out(engine.archive, archive_facts(engine.archive), read_only=read_only)
        _asking(parts, events)
        _reading(parts, events)
        _filtering(parts, events, chat)
        _keeping(parts, events)
    register(chat, engine, limit=limit, queue=queue, at_once=AT_ONCE, mcp=mcp)
    chat.queue(max_size=_WAITING, default_concurrency_limit=AT_ONCE)
    return chat


def _asking(parts: Parts, events: ChatEvents) -> None:
    shown = [parts.turn, parts.session, parts.question]
    common: dict[str, Any] = {**_PRIVATE, "concurrency_limit": AT_ONCE}

    # Gradio names events after their functions, private ones, too: `ask` is the name that programs know.
    def on_ask(request: gr.Request, question: str, session: ChatSession, *values: Any) -> Iterator[Any]:
        yield from _told(events.ask(question or "", session, _filters(values), visitor_of(request)))

    def reask(request: gr.Request, event: gr.EventData, session: ChatSession, *values: Any) -> Iterator[Any]:
        before = session.conversation.get(str(_data(event).get("exchange", "")))
        understood = str(_data(event).get("understood", ""))
        question = before.question if before else understood
        yield from _told(events.ask(question, session, _filters(values), visitor_of(request), understood=understood))

    def refine(request: gr.Request, event: gr.EventData, session: ChatSession, *values: Any) -> Iterator[Any]:
        data = _data(event)
        filters = without(_filters(values), str(data.get("drop", "")), str(data.get("name", "")))
        chosen = values_of(filters)
        before = session.conversation.get(str(data.get("exchange", "")))
        if before is None:
            yield *(gr.skip() for _ in shown), *chosen, chips(*chosen)
            return
        understood = before.understood if before.understood != before.question else ""
        for told in _told(events.ask(before.question, session, filters, visitor_of(request), understood=understood)):
            yield *told, *chosen, chips(*chosen)

    def judge(request: gr.Request, event: gr.EventData, session: ChatSession) -> tuple[str, ChatSession]:
        return events.judge(session, _data(event), user=request.username or "")

    filters = parts.filters.all()
    parts.question.submit(on_ask, [parts.question, parts.session, *filters], shown, **common)
    parts.bridge.reask(reask, [parts.session, *filters], shown, **common)
    parts.bridge.refine(refine, [parts.session, *filters], [*shown, *filters, parts.chips], **common)
    parts.bridge.verdict(judge, parts.session, [parts.judged, parts.session], trigger_mode="multiple", **_PRIVATE)


def _reading(parts: Parts, events: ChatEvents) -> None:
    def read(event: gr.EventData, session: ChatSession) -> str:
        try:
            # Never the same twice, so that an article that was closed opens again.
            return f'<div data-opened="{uuid4().hex}">{events.source(session, _data(event))}</div>'
        except InputError as error:
            raise toast(error) from error

    parts.bridge.cite(
        read,
        [parts.session],
        [parts.pane],
        trigger_mode="always_last",
        **_PRIVATE,
    )


def _filtering(parts: Parts, events: ChatEvents, chat: gr.Blocks) -> None:
    # An address sets several at once, and requests may overtake each other: the page waits until no more change.
    gr.on([widget.change for widget in parts.filters.all()], None, js="() => window.pullquote.filter()", **_PRIVATE)
    parts.bridge.filter(chips, parts.filters.all(), parts.chips, trigger_mode="always_last", **_PRIVATE)

    def arrive(request: gr.Request) -> Any:
        facts = archive_facts(events.engine.archive)
        filters = from_query(request.query_params.multi_items(), facts)
        since, until, as_of, outlets, authors = values_of(filters)
        outlet_list, author_list = refreshed(facts)
        return (
            since, until, as_of, {**outlet_list, "value": outlets}, {**author_list, "value": authors},
            chips(since, until, as_of, outlets, authors), welcome(facts),
        )  # fmt: skip

    chat.load(arrive, None, [*parts.filters.all(), parts.chips, parts.welcome], **_PRIVATE)


def _keeping(parts: Parts, events: ChatEvents) -> None:
    def keep(event: gr.EventData, session: ChatSession) -> dict[str, str]:
        return events.export_file(session, str(_data(event).get("form", "")))

    parts.bridge.keep(keep, [parts.session], parts.export_file, **_PRIVATE).success(
        None, parts.export_file, None, js="(export_file) => window.pullquote.download(export_file)", **_PRIVATE
    )
    parts.bridge.anew(ChatSession, None, parts.session, **_PRIVATE)


def _told(showings: Iterator[tuple[str, ChatSession]]) -> Iterator[tuple[str, ChatSession, Any]]:
    """Yield each moment's turn, the session, and what stands in the question box: emptied at once, once."""
    for number, (html, session) in enumerate(showings):
        yield html, session, gr.skip() if number else ""


def _filters(values: tuple[Any, ...]) -> Filters:
    try:
        return filters_of(*values)
    except InputError as error:
        raise toast(error) from error


def _data(event: gr.EventData) -> dict[str, Any]:
    return event._data if isinstance(event._data, dict) else {}
