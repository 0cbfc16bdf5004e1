"""What a visitor may send: bodies of a bounded size, in a bounded time, and few large ones.

Gradio and Starlette hold a whole JSON or form body in memory, however large, and wait for it for ever.
"""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pullquote.ui.server.middleware.refusals import Refused, refuse
from pullquote.ui.server.rate_limit import RateLimit, later
from pullquote.ui.server.upload_folder import is_upload
from pullquote.ui.server.visitors import address_of

# A question has at most 1,000 characters, a sign-in 1,100; the rest is filters with long names.
SMALL_BYTES = 256_000
# 2,000,000 pasted characters (`uploads.MAX_PASTED_CHARS`) of three bytes each, and the JSON around them.
LARGE_BYTES = 8_000_000
# Pasted articles: three in a row, then one every ten seconds.
_LARGE_PER_MINUTE, _LARGE_BURST = 6.0, 3
# No line in use is silent for so long. A body that takes longer must come at so many bytes a second, which a line of
# 80 kbit/s carries.
IDLE_S = 20.0
BYTES_PER_S = 10_000


class BoundedBody:
    """ASGI middleware: too large a body gets status 413, too slow a one 408, too many large ones 429.

    A body is read as a whole before anything else sees the request; that of an upload goes to a file as it comes, and
    its size is Gradio's to bound (`max_file_size`).

    Args:
        app: what serves.
        limit_bytes: the largest body.
        upload_bytes: the largest upload.
    """

    def __init__(self, app: ASGIApp, *, limit_bytes: int, upload_bytes: int) -> None:
        self._app = app
        self._limit_bytes = limit_bytes
        self._upload_bytes = upload_bytes
        self._large = RateLimit(per_minute=_LARGE_PER_MINUTE, burst=_LARGE_BURST)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        upload = is_upload(scope)
        limit = self._upload_bytes if upload else self._limit_bytes
        try:
            if _announced(scope) > limit:
                raise _too_large(limit)
            parts = self._parts(receive, limit, address_of(scope), upload=upload)
            if not upload:
                parts = replayed(await _whole(parts), receive)
            await self._app(scope, parts, send)
        except Refused as refused:
            wait_s = refused.retry_after_s
            await refuse(scope, receive, send, refused.status, refused.sentence, retry_after_s=wait_s)

    def _parts(self, receive: Receive, limit: int, address: str, *, upload: bool) -> Receive:
        """Return a `receive` that raises `Refused` where the body is too large or too slow."""
        clock = asyncio.get_running_loop().time
        begun = clock()
        done = 0
        ended = counted = False

        async def part() -> Message:
            nonlocal done, ended, counted
            if ended:  # what comes now says that the visitor has gone
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), IDLE_S)
            except TimeoutError:
                raise Refused(408, "The request took too long to arrive.") from None
            done += len(message.get("body", b""))
            ended = message["type"] != "http.request" or not message.get("more_body", False)
            if done > limit:
                raise _too_large(limit)
            if not ended and clock() - begun > IDLE_S + done / BYTES_PER_S:
                raise Refused(408, "The request took too long to arrive.")
            if done > SMALL_BYTES and not upload and not counted:
                counted = True
                if (wait_s := self._large.take(address)) > 0:
                    raise Refused(429, later("Too many long texts at once", wait_s), retry_after_s=wait_s)
            return message

        return part


def _announced(scope: Scope) -> int:
    """Return the length that the request says its body has, 0 where it says none."""
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(lengths[0]) if lengths and lengths[0].isdigit() else 0


def _too_large(limit: int) -> Refused:
    return Refused(413, f"The request is too large; at most {limit:,} bytes are allowed.")


async def _whole(receive: Receive) -> Message:
    """Return a body in one message, or the message that says that the visitor has gone."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return message
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return {"type": "http.request", "body": b"".join(parts), "more_body": False}


def replayed(message: Message, receive: Receive) -> Receive:
    """Return a `receive` that gives a message that was read before, then what the connection says."""
    left = [message]

    async def next_message() -> Message:
        return left.pop() if left else await receive()

    return next_message
