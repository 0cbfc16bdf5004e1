"""The chat in the browser over one archive: the page's parts and the events between them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import gradio as gr

from pullquote.errors import InputError
from pullquote.filters import Filters
from pullquote.ui.archive_facts import archive_facts
from pullquote.ui.chat_desk import Desk, Session
from pullquote.ui.chat_filters import chips, filters_of, from_query, refreshed, values_of, without
from pullquote.ui.chat_layout import Parts, lay_out
from pullquote.ui.feedback import FeedbackStore
from pullquote.ui.limits import RateLimit
from pullquote.ui.programs import register
from pullquote.ui.reading_room import ReadingRoom
from pullquote.ui.toast import toast
from pullquote.ui.welcome import welcome

if TYPE_CHECKING:
    from pullquote.qa.engine import Engine

# Searching and reading let go of Python's lock, so eight visitors are served together rather than in turn. Of these,
# `ReadingRoom` lets a few read at a time: the others have their passages meanwhile.
AT_ONCE = 8
_WAITING = 128
# Files that were uploaded and never added.
_UPLOADS_KEPT_S = 3600

_PRIVATE: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def build_chat(
    engine: Engine, *, read_only: bool = False, mcp: bool = False, limit: RateLimit | None = None
) -> gr.Blocks:
    """Return the chat's page; launch it with `chat_page.launch_options`.

    Args:
        engine: what answers.
        read_only: leave out the Archive tab, so that nobody can add or remove articles.
        mcp: offer the functions for programs as MCP tools, too; launch it with `mcp_server=True`.
        limit: how much one visitor may ask.
    """
    limit = limit or RateLimit()
    room = ReadingRoom()
    desk = Desk(engine, FeedbackStore.beside(engine.archive), limit, room)
    chat = gr.Blocks(
        title="Pullquote", analytics_enabled=False, fill_width=True, delete_cache=(_UPLOADS_KEPT_S, _UPLOADS_KEPT_S)
    )
    with chat:
        parts = lay_out(engine.archive, archive_facts(engine.archive), read_only=read_only)
        _asking(parts, desk)
        _reading(parts, desk)
        _filtering(parts, desk, chat)
        _keeping(parts, desk)
    register(chat, engine, limit=limit, room=room, at_once=AT_ONCE, mcp=mcp)
    chat.queue(max_size=_WAITING, default_concurrency_limit=AT_ONCE)
    return chat


def _asking(parts: Parts, desk: Desk) -> None:
    shown = [parts.turn, parts.session, parts.question]
    common: dict[str, Any] = {**_PRIVATE, "concurrency_limit": AT_ONCE}

    # Gradio names events after their functions, private ones, too: `ask` is the name that programs know.
    def on_ask(request: gr.Request, question: str, session: Session, *values: Any) -> Iterator[Any]:
        yield from _told(desk.ask(question, session, _filters(values), _visitor(request)))

    def reask(request: gr.Request, event: gr.EventData, session: Session, *values: Any) -> Iterator[Any]:
        before = session.conversation.get(str(_data(event).get("exchange", "")))
        understood = str(_data(event).get("understood", ""))
        question = before.question if before else understood
        yield from _told(desk.ask(question, session, _filters(values), _visitor(request), understood=understood))

    def refine(request: gr.Request, event: gr.EventData, session: Session, *values: Any) -> Iterator[Any]:
        data = _data(event)
        filters = without(_filters(values), str(data.get("drop", "")), str(data.get("name", "")))
        chosen = values_of(filters)
        before = session.conversation.get(str(data.get("exchange", "")))
        if before is None:
            yield *(gr.skip() for _ in shown), *chosen, chips(*chosen)
            return
        understood = before.understood if before.understood != before.question else ""
        for told in _told(desk.ask(before.question, session, filters, _visitor(request), understood=understood)):
            yield *told, *chosen, chips(*chosen)

    def judge(request: gr.Request, event: gr.EventData, session: Session) -> tuple[str, Session]:
        return desk.judge(session, _data(event), user=request.username or "")

    filters = parts.filters.all()
    parts.question.submit(on_ask, [parts.question, parts.session, *filters], shown, **common)
    parts.bridge.reask(reask, [parts.session, *filters], shown, **common)
    parts.bridge.refine(refine, [parts.session, *filters], [*shown, *filters, parts.chips], **common)
    parts.bridge.verdict(judge, parts.session, [parts.judged, parts.session], trigger_mode="multiple", **_PRIVATE)


def _reading(parts: Parts, desk: Desk) -> None:
    def read(event: gr.EventData, session: Session) -> str:
        try:
            # Never the same twice, so that an article that was closed opens again.
            return f'<div data-opened="{uuid4().hex}">{desk.source(session, _data(event))}</div>'
        except InputError as error:
            raise toast(error) from error

    parts.bridge.cite(
        read,
        [parts.session],
        [parts.pane],
        trigger_mode="always_last",
        **_PRIVATE,
    )


def _filtering(parts: Parts, desk: Desk, chat: gr.Blocks) -> None:
    gr.on(
        [widget.change for widget in parts.filters.all()],
        chips,
        parts.filters.all(),
        parts.chips,
        # An address sets several at once: the last state counts.
        trigger_mode="always_last",
        **_PRIVATE,
    )

    def arrive(request: gr.Request) -> Any:
        facts = archive_facts(desk.engine.archive)
        filters = from_query(request.query_params.multi_items(), facts)
        since, until, as_of, outlets, authors = values_of(filters)
        outlet_list, author_list = refreshed(facts)
        return (
            since, until, as_of, {**outlet_list, "value": outlets}, {**author_list, "value": authors},
            chips(since, until, as_of, outlets, authors), welcome(facts),
        )  # fmt: skip

    chat.load(arrive, None, [*parts.filters.all(), parts.chips, parts.welcome], **_PRIVATE)


def _keeping(parts: Parts, desk: Desk) -> None:
    def keep(event: gr.EventData, session: Session) -> dict[str, str]:
        return desk.parcel(session, str(_data(event).get("form", "")))

    parts.bridge.keep(keep, [parts.session], parts.parcel, **_PRIVATE).success(
        None, parts.parcel, None, js="(parcel) => window.pullquote.download(parcel)", **_PRIVATE
    )
    parts.bridge.anew(Session, None, parts.session, **_PRIVATE)


def _told(showings: Iterator[tuple[str, Session]]) -> Iterator[tuple[str, Session, Any]]:
    """Yield each moment's turn, the session, and what stands in the question box: emptied at once, once."""
    for number, (html, session) in enumerate(showings):
        yield html, session, gr.skip() if number else ""


def _filters(values: tuple[Any, ...]) -> Filters:
    try:
        return filters_of(*values)
    except InputError as error:
        raise toast(error) from error


def _visitor(request: gr.Request) -> str:
    return request.session_hash or ""


def _data(event: gr.EventData) -> dict[str, Any]:
    return event._data if isinstance(event._data, dict) else {}
