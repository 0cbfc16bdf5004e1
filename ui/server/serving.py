"""Serving the chat: models first, then the address, until Ctrl-C or a signal."""

from __future__ import annotations

import contextlib
import io
import ipaddress
import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.middleware import Middleware

from pullquote.errors import InputError
from pullquote.ui.chat.app import build_chat
from pullquote.ui.chat.page import MAX_FILE_BYTES, NoUploads, launch_options
from pullquote.ui.server.accounts import Accounts
from pullquote.ui.server.api import mcp_available
from pullquote.ui.server.middleware.bounded_body import LARGE_BYTES, SMALL_BYTES, BoundedBody
from pullquote.ui.server.middleware.checked_calls import CheckedCalls
from pullquote.ui.server.middleware.concurrency_limit import ConcurrencyLimit, bound_connections
from pullquote.ui.server.middleware.health import Health
from pullquote.ui.server.middleware.known_hosts import KnownHosts, is_here, known_names
from pullquote.ui.server.middleware.logged_requests import LoggedRequests
from pullquote.ui.server.middleware.mcp_access import McpAccess
from pullquote.ui.server.middleware.root_path import RootPath, checked_root
from pullquote.ui.server.middleware.same_origin import SameOrigin
from pullquote.ui.server.middleware.sign_in_limit import SignInLimit, wrong_passwords
from pullquote.ui.server.reading_queue import ReadingQueue
from pullquote.ui.server.upload_folder import UploadSpaceLimit, upload_folder

if TYPE_CHECKING:
    import gradio as gr

    from pullquote.qa.engine import Engine

# Gradio waits up to 5 s for open connections; now and then a thread of it outlives that, which Python would wait for.
_CLOSING_S = 8.0
# A question takes two seconds on a laptop, and five times that on a slow machine under load. systemd waits for 90 s
# before it kills, Docker for 10 s where it isn't told to wait longer (compose.yaml).
_READING_S = 20.0
# The last answer goes out to its visitor.
_SENDING_S = 0.5
_BELIEVED = "FORWARDED_ALLOW_IPS"


@dataclass(frozen=True, slots=True)
class Serving:
    """How a chat is served.

    Attributes:
        host: address to listen on.
        port: port to listen on; 0 takes a free one.
        accounts: who may come in; None lets everybody in.
        mcp: serve MCP tools, too.
        read_only: nobody can add or remove articles.
        names: further names that visitors may call the chat by; "*" is any.
        proxies: addresses of proxies whose X-Forwarded-For is believed.
        root_path: where a proxy puts the chat on its site, such as "/pq"; "" is the site's root.
    """

    host: str
    port: int
    accounts: Accounts | None = None
    mcp: bool = False
    read_only: bool = False
    names: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    root_path: str = ""


def serve(engine: Engine, how: Serving, *, announce: Callable[[str], None]) -> None:
    """Load the models, announce the address and serve until interrupted.

    Args:
        engine: what answers.
        how: where, and for whom.
        announce: told the address once the chat answers there.

    Raises:
        InputError: the address is taken or not of this machine, a name, a proxy's address or the root path is none,
            uploads can't be kept, or MCP is wanted and not installed.
    """
    if how.mcp:
        mcp_available()
    middleware = request_middleware(how, articles=engine.archive.count_articles)
    port = _free_port(how.host, how.port)
    _pass_proxies_by()
    _believe(how.proxies)
    engine.warm_up()
    with upload_folder() as folder:
        uploads = [] if how.read_only else [Middleware(UploadSpaceLimit, folder=folder)]
        queue = ReadingQueue()
        chat = build_chat(engine, read_only=how.read_only, mcp=how.mcp, queue=queue)
        calls = Middleware(CheckedCalls, functions=lambda: chat.fns)
        _serve(chat, how, port, (*middleware, *uploads, calls), queue, announce=announce)


def _serve(
    chat: gr.Blocks,
    how: Serving,
    port: int,
    middleware: tuple[Middleware, ...],
    queue: ReadingQueue,
    *,
    announce: Callable[[str], None],
) -> None:
    """Serve a page until interrupted; the questions that are being read then are finished, the others refused."""
    root = checked_root(how.root_path)
    try:
        # Gradio prints where its MCP server is, `quiet` or not; stdout is for results.
        with contextlib.redirect_stdout(io.StringIO()):
            _, address, _ = chat.launch(
                server_name=how.host,
                server_port=port,
                prevent_thread_lock=True,
                # Gradio awaits it, though its annotation doesn't say so.
                auth=how.accounts.sign_in if how.accounts else None,  # type: ignore[arg-type]
                auth_message="The archive is for those with an account." if how.accounts else None,
                mcp_server=how.mcp,
                root_path=root,
                **launch_options(middleware),
            )
        bound_connections(chat.server.config)
        # Gradio's own look at the origin comes before the middleware and fails at one that is no address. That of the
        # middleware serves the connections that were open before this line.
        own = SameOrigin(chat.server.config.loaded_app, names=how.names)
        chat.server.config.loaded_app = LoggedRequests(own, root=root)
        address = f"{address.rstrip('/')}{root}/"
        announce(f"the chat is at {address} (Ctrl-C ends it).")
        if how.mcp:
            announce(f"MCP clients connect to {address}gradio_api/mcp/")
        threading.Event().wait()
    except KeyboardInterrupt:
        if queue.end(_READING_S):
            time.sleep(_SENDING_S)
        announce("the chat has ended.")
        _end_within(_CLOSING_S)
    finally:
        chat.close(verbose=False)


def request_middleware(how: Serving, *, articles: Callable[[], int]) -> tuple[Middleware, ...]:
    """Return what every request passes before it reaches Gradio, outermost first.

    Args:
        how: where, and for whom.
        articles: counts the archive's articles.

    Raises:
        InputError: the host or a name is none, or the root path is no path.
    """
    root = checked_root(how.root_path)
    known = Middleware(KnownHosts, names=known_names(how.host, how.names), here=is_here(how.host))
    wrong = wrong_passwords()
    sign_in = [Middleware(SignInLimit, wrong=wrong)] if how.accounts else []
    mcp = [Middleware(McpAccess, accounts=how.accounts, wrong=wrong)] if how.accounts and how.mcp else []
    read_only = [Middleware(NoUploads)] if how.read_only else []
    # Nobody who adds nothing has a reason for a long text.
    bounded = Middleware(
        BoundedBody,
        limit_bytes=SMALL_BYTES if how.read_only else LARGE_BYTES,
        upload_bytes=MAX_FILE_BYTES + SMALL_BYTES,
    )
    return (
        *([Middleware(RootPath, root=root)] if root else []),
        known,
        Middleware(SameOrigin, names=how.names),
        Middleware(ConcurrencyLimit),
        *sign_in,
        *mcp,
        *read_only,
        bounded,
        Middleware(Health, articles=articles),
    )


def _end_within(seconds: float) -> None:
    """End the process after that time even if a thread of the server still holds it."""
    timer = threading.Timer(seconds, os._exit, args=(0,))
    timer.daemon = True
    timer.start()


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


def _believe(proxies: tuple[str, ...]) -> None:
    """Have uvicorn believe X-Forwarded-For of these addresses only; by itself it believes whoever is on this machine.

    FORWARDED_ALLOW_IPS, uvicorn's own setting, stands where no proxy is named.

    Raises:
        InputError: one of them is no address.
    """
    for address in proxies:
        try:
            ipaddress.ip_network(address, strict=False)
        except ValueError as error:
            raise InputError(f"--proxy takes an address such as 10.0.0.5 or 10.0.0.0/24, not {address!r}.") from error
    if proxies:
        os.environ[_BELIEVED] = ",".join(proxies)
    else:
        os.environ.setdefault(_BELIEVED, "")


def _pass_proxies_by() -> None:
    """Keep Gradio's look at its own address from going to the proxy that the environment may name."""
    for name in ("NO_PROXY", "no_proxy"):
        listed = [entry for entry in os.environ.get(name, "").split(",") if entry]
        os.environ[name] = ",".join([*listed, "localhost", "127.0.0.1"])
