"""Who is let in at the MCP endpoint of a chat with accounts.

Gradio's sign-in guards its page and its own API. The MCP server is mounted beside them and asks nobody (tried with
Gradio 6.31: with `auth=` set, tools answer without a password), so that this middleware does: HTTP Basic
authentication, which MCP clients send as a header.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections import OrderedDict

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pullquote.ui.server.accounts import Accounts
from pullquote.ui.server.middleware.refusals import Refused, refuse
from pullquote.ui.server.middleware.sign_in_limit import TOO_MANY, wrong_passwords
from pullquote.ui.server.rate_limit import RateLimit, later
from pullquote.ui.server.visitors import address_of

_PATH = "/gradio_api/mcp"
# A client sends its password with every message. Those that were right are known by a keyed hash, so that scrypt's
# 0.2 s are taken once a user and not once a message.
_REMEMBERED = 256


class McpAccess:
    """ASGI middleware: nothing below /gradio_api/mcp is served without the name and password of an account.

    Args:
        app: what serves.
        accounts: who may come in.
        wrong: of `wrong_passwords`, shared with the page's own sign-in; by default one of its own.
    """

    def __init__(self, app: ASGIApp, *, accounts: Accounts, wrong: RateLimit | None = None) -> None:
        self._app = app
        self._accounts = accounts
        self._key = os.urandom(32)
        self._known: OrderedDict[bytes, None] = OrderedDict()
        self._wrong = wrong or wrong_passwords()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] not in ("http", "websocket") or _PATH not in scope["path"]:
            await self._app(scope, receive, send)
            return
        try:
            known = await self._knows(scope)
        except Refused as refused:
            wait_s = refused.retry_after_s
            await refuse(scope, receive, send, refused.status, refused.sentence, retry_after_s=wait_s)
            return
        if known:
            await self._app(scope, receive, send)
            return
        headers = {"WWW-Authenticate": 'Basic realm="Pullquote", charset="UTF-8"'}
        response = JSONResponse({"error": "Sign in with HTTP Basic."}, status_code=401, headers=headers)
        await response(scope, receive, send)

    async def _knows(self, scope: Scope) -> bool:
        """Return whether a request has the name and password of an account.

        Raises:
            Refused: too many wrong ones came from its address.
        """
        credentials = _credentials(Headers(scope=scope).get("authorization", ""))
        if credentials is None:
            return False
        user, password = credentials
        digest = hmac.digest(self._key, f"{user}\0{password}".encode("utf-8", "surrogatepass"), hashlib.sha256)
        if digest in self._known:
            return True
        address = address_of(scope)
        if (wait_s := self._wrong.take(address)) > 0:
            raise Refused(429, later(TOO_MANY, wait_s), retry_after_s=wait_s)
        if not await self._accounts.sign_in(user, password):
            return False
        self._wrong.give_back(address)
        self._known[digest] = None
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return True


def _credentials(header: str) -> tuple[str, str] | None:
    """Return (user, password) of an Authorization header, or None where it is no Basic one (RFC 7617)."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (user, password) if colon else None
