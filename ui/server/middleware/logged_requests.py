"""A line of the log for each upload, sign-in, page, refusal and error; questions write their own."""

from __future__ import annotations

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pullquote.ui.server.request_log import RequestFacts, note, request_facts
from pullquote.ui.server.upload_folder import is_upload
from pullquote.ui.server.visitors import address_of

# Statuses from 500 on that say "not now" rather than that something broke.
_NOT_NOW = (503, 507)


class LoggedRequests:
    """ASGI middleware, the outermost: writes to the log of `request_log`.

    Args:
        app: what serves.
        root: the path that a proxy puts the chat at.
    """

    def __init__(self, app: ASGIApp, *, root: str = "") -> None:
        self._app = app
        self._root = root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, path = time.perf_counter(), str(scope["path"])
        status = 0

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        facts = RequestFacts()
        before = request_facts.set(facts)
        try:
            await self._app(scope, receive, told)
        finally:
            request_facts.reset(before)
            what = self._what(scope, path, status or 500)
            if what and not facts.logged:
                # uvicorn puts a believed proxy's visitor into the scope on the way.
                visitor = address_of(scope)
                note(what, status=status or 500, begun=begun, visitor=visitor, path=path, message=facts.refused)

    def _what(self, scope: Scope, path: str, status: int) -> str:
        """Return what a line calls the request, "" for those without one: assets, health, streams."""
        if scope["method"] == "POST" and is_upload(scope):
            return "upload"
        if scope["method"] == "POST" and path.rstrip("/").endswith("/login"):
            return "sign-in"
        if status >= 500 and status not in _NOT_NOW:
            return "error"
        if status >= 400:
            return "refused"
        own = path == "/" or path.removeprefix(self._root) == "/"
        return "page" if own and scope["method"] == "GET" else ""
