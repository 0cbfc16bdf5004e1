"""Calls of Gradio's API that can't be meant are refused with a sentence, where Gradio fails with status 500.

Tried with Gradio 6.31: an unknown `fn_index`, an unknown name, a value too few, half a surrogate pair.
"""

from __future__ import annotations

import inspect
import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pullquote.ui.server.middleware.bounded_body import replayed
from pullquote.ui.server.middleware.refusals import Refused, refuse

# Whatever is sent to Gradio as JSON; files and the MCP server's messages have readers of their own.
_JSON = re.compile(r"/gradio_api/(?!upload/?$|mcp(?:/|$))")
_CALL = re.compile(r"/gradio_api/(?:(?P<queue>queue/join)|(?P<how>run|api|call/v2|call)/(?P<name>[^/]+))/?")
# Gradio's page names its session with 11 characters; a program's UUID has 32.
_SESSION_CHARS = 100
# The deepest value is a list of files: the request, "data", the list, a file, the file's "meta". One is to spare.
_DEEPEST = 6
# Of each bracket, reading JSON makes an object of some 60 bytes.
_MOST_BRACKETS = 200_000
# The status of what an endpoint says is wrong, by the title of its error (`pullquote.ui.server.api`).
# Of a full queue, a chat that is ending, an archive that can't be read.
_RETRY_AFTER_S = 10
STATUSES = {"Error": 400, "Too many": 429, "Unavailable": 503}


class CheckedCalls:
    """ASGI middleware: a call of no function, or with a body that fits none, gets status 400, 404 or 422.

    What an endpoint says is wrong gets the status of its kind, not 500. Bodies must come whole (`BoundedBody`).

    Args:
        app: what serves.
        functions: gives the page's functions by their numbers, Gradio's `Blocks.fns`.
    """

    def __init__(self, app: ASGIApp, *, functions: Callable[[], Mapping[int, Any]]) -> None:
        self._app = app
        self._functions = functions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if "\0" in scope["path"]:
            await refuse(scope, receive, send, 400, "The address holds a character that no address has.")
            return
        if scope["method"] != "POST" or not _JSON.search(scope["path"]):
            await self._app(scope, receive, send)
            return
        call = _CALL.search(scope["path"])
        message = await receive()
        try:
            body = _checked_body(message.get("body", b""))
            if call:
                _check_call(body, call, self._functions())
        except Refused as refused:
            await refuse(scope, receive, send, refused.status, refused.sentence)
            return
        answers = call is not None and call["how"] in ("run", "api")
        later = _with_retry_after(send)
        await self._app(scope, replayed(message, receive), _status_of_title(later) if answers else later)


def _checked_body(raw: bytes) -> dict[str, Any]:
    if raw.count(b"[") + raw.count(b"{") > _MOST_BRACKETS:
        raise Refused(413, "The request holds too many lists.")
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise Refused(400, "The request is not JSON.") from None
    if not isinstance(body, dict):
        raise Refused(422, "The request must be a JSON object.")
    _check_fields(body)
    _check_text(body)
    return body


def _check_fields(body: Mapping[str, Any]) -> None:
    session, number = body.get("session_hash"), body.get("fn_index")
    if session is not None and (not isinstance(session, str) or len(session) > _SESSION_CHARS):
        raise Refused(422, f'"session_hash" must be a text of at most {_SESSION_CHARS} characters.')
    if number is not None and type(number) is not int:
        raise Refused(422, '"fn_index" must be a whole number.')
    if body.get("trigger_id") is not None and type(body["trigger_id"]) is not int:
        raise Refused(422, '"trigger_id" must be a whole number.')
    if body.get("event_data") is not None and not isinstance(body["event_data"], (dict, list)):
        raise Refused(422, '"event_data" must be an object or a list.')
    for name in ("simple_format", "batched"):
        if body.get(name) not in (None, False):
            raise Refused(422, f'"{name}" is not for this page.')


def _check_text(value: Any, depth: int = 0) -> None:
    """Raise where a value is nested too deep or holds half a surrogate pair, which no answer could be sent with."""
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise Refused(422, "The request holds half of a surrogate pair, which is no character.") from None
    elif isinstance(value, (list, dict)):
        if depth >= _DEEPEST:
            raise Refused(422, "The request is nested too deep.")
        for one in value if isinstance(value, list) else (*value.keys(), *value.values()):
            _check_text(one, depth + 1)


def _check_call(body: Mapping[str, Any], call: re.Match[str], functions: Mapping[int, Any]) -> None:
    number = body.get("fn_index")
    if number is not None:
        function = functions.get(number)
    elif call["queue"]:
        raise Refused(422, '"fn_index" must be a whole number.')
    else:
        function = next((one for one in functions.values() if one.api_name == call["name"]), None)
    # The page itself calls its own events through the queue.
    if function is None or (function.api_visibility == "private" and not call["queue"]):
        raise Refused(404, "This page has no such function.")
    if call["how"] == "call/v2":
        _check_names(body, function)
        return
    data = body.get("data")
    if not isinstance(data, list):
        raise Refused(422, '"data" must be a list of values.')
    wanted = len(function.inputs)
    simple = sum(not one.skip_api for one in function.inputs)
    if len(data) != wanted and not (call["how"] == "call" and len(data) == simple):
        raise Refused(422, f'"data" must have {wanted} values, not {len(data)}.')
    for place, (value, component) in enumerate(zip(data, function.inputs, strict=False), 1):
        if component.get_block_name() == "textbox" and isinstance(value, (list, dict)):
            raise Refused(422, f'Value {place} of "data" must be a text.')


def _check_names(body: Mapping[str, Any], function: Any) -> None:
    known = [one for one in inspect.signature(function.fn).parameters.values() if one.name != "request"]
    names = {one.name for one in known}
    if foreign := sorted(body.keys() - names):
        raise Refused(422, f"There is no parameter {foreign[0][:80]!r}; there are: {', '.join(sorted(names))}.")
    if missing := [one.name for one in known if one.default is one.empty and one.name not in body]:
        raise Refused(422, f"The parameter {missing[0]!r} is missing.")


def _status_of_title(send: Send) -> Send:
    """Return a `send` that replaces Gradio's status 500 with the one that the error's title stands for."""
    begun: list[Message] = []
    parts: list[bytes] = []

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 500:
            begun.append(message)
        elif begun and message["type"] == "http.response.body":
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                status, wait_s = _status(b"".join(parts))
                start = {**begun.pop(), "status": status}
                if status == 429:
                    MutableHeaders(scope=start)["Retry-After"] = str(math.ceil(wait_s))
                await send(start)
                await send({"type": "http.response.body", "body": b"".join(parts)})
        else:
            await send(message)

    return sent


def _status(body: bytes) -> tuple[int, float]:
    """Return the status that an error stands for, and for how many seconds the page would show it."""
    try:
        error = json.loads(body)
    except ValueError:
        return 500, 0.0
    if not isinstance(error, dict) or not error.get("error"):
        return 500, 0.0
    return STATUSES.get(str(error.get("title")), 400), float(error.get("duration") or 0)


def _with_retry_after(send: Send) -> Send:
    """Return a `send` that says when to come back where a call can't be taken now."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 503:
            MutableHeaders(scope=message).setdefault("Retry-After", str(_RETRY_AFTER_S))
        await send(message)

    return sent
