"""A small chat in the browser over one archive. Shows what `Engine.ask` gives; decides nothing itself."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from html import escape
from typing import TYPE_CHECKING, Any

import gradio as gr
from starlette.middleware import Middleware

from pullquote.errors import InputError, PullquoteError
from pullquote.ui.cards import answer_card, message_card
from pullquote.ui.chat_page import CSS, SealedPage
from pullquote.ui.printable import one_line
from pullquote.ui.wording import count, day

if TYPE_CHECKING:
    from pullquote.index.archive import ArchiveInfo
    from pullquote.qa.engine import Engine

# The models use all cores for one question; more at once than this would only slow each other down.
_AT_ONCE = 4
_WAITING = 64
_CARDS_KEPT = 20
_SESSION_S = 3600
# Gradio waits up to 5 s for open connections; now and then a thread of it outlives that, which Python would wait for.
_CLOSING_S = 8.0


def build_chat(engine: Engine, archive_info: ArchiveInfo) -> gr.Blocks:
    """Return the chat's page, newest answer on top; launch it with `launch_options`."""

    def ask(question: str, cards: list[str]) -> Iterator[tuple[str, list[str], str]]:
        yield message_card(question, "Searching…") + "".join(cards), cards, ""
        try:
            card = answer_card(engine.ask(question))
        except PullquoteError as error:
            card = message_card(question, str(error))
        cards = [card, *cards][:_CARDS_KEPT]
        yield "".join(cards), cards, ""

    chat = gr.Blocks(title="Pullquote", analytics_enabled=False)
    with chat:
        gr.HTML(_header(archive_info), js_on_load=None, apply_default_css=False)
        question = gr.Textbox(
            label="Question",
            show_label=False,
            placeholder="Ask the archive a question",
            lines=1,
            max_lines=4,
            container=False,
            autofocus=True,
            submit_btn="Ask",
            elem_id="pq-question",
        )
        shown = gr.HTML("", js_on_load=None, apply_default_css=False, elem_id="pq-answers")
        kept = gr.State([], time_to_live=_SESSION_S)
        question.submit(
            ask,
            inputs=[question, kept],
            outputs=[shown, kept, question],
            concurrency_limit=_AT_ONCE,
            show_progress="hidden",
            api_visibility="private",
        )
    chat.queue(max_size=_WAITING, default_concurrency_limit=_AT_ONCE)
    return chat


def launch_options() -> dict[str, Any]:
    """Return what `Blocks.launch` needs so that the page looks right and talks to this machine only."""
    return {
        "theme": gr.themes.Base(
            font=("system-ui", "-apple-system", "Segoe UI", "Noto Sans", "sans-serif"),
            font_mono=("ui-monospace", "monospace"),
        ),
        "css": CSS,
        "app_kwargs": {"middleware": [Middleware(SealedPage)]},
        "footer_links": [],
        "share": False,
        "run_history": False,
        "ssr_mode": False,
        "pwa": False,
        "mcp_server": False,
        "enable_monitoring": False,
        "quiet": True,
    }


def serve(engine: Engine, archive_info: ArchiveInfo, *, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Load the models, announce the address and serve until interrupted.

    Args:
        engine: what answers.
        archive_info: shown on top of the page.
        host: address to listen on.
        port: port to listen on; 0 takes a free one.
        announce: told the address once the chat answers there.

    Raises:
        InputError: the address is taken or not of this machine.
    """
    port = _free_port(host, port)
    _pass_proxies_by()
    engine.warm_up()
    chat = build_chat(engine, archive_info)
    try:
        _, address, _ = chat.launch(server_name=host, server_port=port, prevent_thread_lock=True, **launch_options())
        announce(f"the chat is at {address} (Ctrl-C ends it).")
        threading.Event().wait()
    except KeyboardInterrupt:
        announce("the chat has ended.")
        _end_within(_CLOSING_S)
    finally:
        chat.close(verbose=False)


def _end_within(seconds: float) -> None:
    """End the process after that time even if a thread of the server still holds it."""
    timer = threading.Timer(seconds, os._exit, args=(0,))
    timer.daemon = True
    timer.start()


def _header(info: ArchiveInfo) -> str:
    days = " to ".join(day(value) for value in (info.first_day, info.last_day) if value)
    facts = " · ".join(part for part in (count(info.articles, "article"), days) if part)
    return (
        '<header class="pq-header"><h1>Pullquote</h1>'
        f"<p>{escape(one_line(facts))}. Answers are the exact words that were printed.</p></header>"
    )


def _free_port(host: str, port: int) -> int:
    """Return `port`, or a free one for 0, after trying it, so that the models aren't loaded for nothing."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            return int(probe.getsockname()[1])
    except OSError as error:
        raise InputError(f"The chat cannot listen on {host}:{port} ({error.strerror}); try another --port.") from error


def _pass_proxies_by() -> None:
    """Keep Gradio's look at its own address from going to the proxy that the environment may name."""
    for name in ("NO_PROXY", "no_proxy"):
        listed = [entry for entry in os.environ.get(name, "").split(",") if entry]
        os.environ[name] = ",".join([*listed, "localhost", "127.0.0.1"])
