"""How a request is refused before it reaches Gradio: a status, and one sentence as JSON."""

from __future__ import annotations

import math

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from pullquote.ui.server.request_log import request_facts


class Refused(Exception):  # noqa: N818 - the name says the state
    """A request can't be served; a middleware raises it and calls `refuse`.

    Attributes:
        status: an HTTP status.
        sentence: what is wrong and what helps.
        retry_after_s: after how many seconds it may be tried again; None where that doesn't help.
    """

    def __init__(self, status: int, sentence: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.retry_after_s = status, sentence, retry_after_s


async def refuse(
    scope: Scope, receive: Receive, send: Send, status: int, sentence: str, *, retry_after_s: float | None = None
) -> None:
    """Send a refusal; a websocket is closed.

    Args:
        scope: of the request.
        receive: of the request.
        send: of the request.
        status: an HTTP status.
        sentence: what is wrong and what helps; under "error" for programs and "detail" for Gradio's own page.
        retry_after_s: after how many seconds it may be tried again.
    """
    if facts := request_facts.get():
        facts.refused = sentence
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    # What was not read of the request would be taken for the next one on this connection.
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Connection": "close"}
    if retry_after_s is not None:
        headers["Retry-After"] = str(math.ceil(retry_after_s))
    response = JSONResponse({"error": sentence, "detail": sentence}, status_code=status, headers=headers)
    await response(scope, receive, send)
