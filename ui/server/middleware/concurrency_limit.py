"""How many requests and connections are served at a time; the others are told to come back.

A page holds two or three connections open: its stream of answers, its sign of life. Each costs a file descriptor and
some tens of kilobytes; a process has a thousand descriptors where nobody raised that.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from pullquote.ui.server.middleware.refusals import refuse
from pullquote.ui.server.visitors import address_of

REQUESTS = 300
# One address can't take all places. It may still be that of many people: of an office, or of a proxy.
OF_ONE_ADDRESS = 200
CONNECTIONS = 400
# The head of a request fits into one packet. Browsers open a few connections in advance, which stay silent for a while.
HEADER_S = 20.0
_RETRY_AFTER_S = 5.0
_FULL = "Too many visitors at once; try again in a few seconds."


class ConcurrencyLimit:
    """ASGI middleware: one request too many gets status 503.

    Args:
        app: what serves.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        address = address_of(scope)
        if self._open.total() >= REQUESTS or self._open[address] >= OF_ONE_ADDRESS:
            await refuse(scope, receive, send, 503, _FULL, retry_after_s=_RETRY_AFTER_S)
            return
        self._open[address] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]


class _Bounded:
    """What uvicorn's protocol of one connection lacks: a time for the head of each request."""

    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)  # type: ignore[misc]
        if len(self._uvicorn.connections) > CONNECTIONS:
            transport.abort()
        else:
            self._await_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)  # type: ignore[misc]
        self._await_head()

    def on_response_complete(self) -> None:
        super().on_response_complete()  # type: ignore[misc]
        self._await_head()

    def connection_lost(self, error: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(error)  # type: ignore[misc]

    @property
    def _uvicorn(self) -> Any:
        return self

    def _await_head(self) -> None:
        """Begin to wait where no request is being served, and end it where one is."""
        cycle = self._uvicorn.cycle
        if cycle is not None and not cycle.response_complete:
            self._stop_waiting()
        elif self._timer is None:
            self._timer = self._uvicorn.loop.call_later(HEADER_S, self._too_late)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_late(self) -> None:
        self._timer = None
        transport = self._uvicorn.transport
        if transport.get_protocol() is self:  # not one that became a websocket
            transport.abort()


def bound_connections(config: Any) -> None:
    """Have a running uvicorn server close connections that are too many, or on which no request comes.

    uvicorn's own `limit_concurrency` refuses requests, but keeps silent connections open, and Gradio passes no settings
    on to it. uvicorn asks its configuration for the protocol's class with each connection.

    Args:
        config: the server's.
    """
    config.http_protocol_class = type("BoundedProtocol", (_Bounded, config.http_protocol_class), {})
