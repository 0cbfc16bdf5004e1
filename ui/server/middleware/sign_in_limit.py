"""How many wrong passwords one address may send to a chat; whoever guesses is told to wait."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pullquote.ui.server.middleware.refusals import refuse
from pullquote.ui.server.rate_limit import RateLimit, later
from pullquote.ui.server.visitors import address_of

# Wrong passwords an address may send: ten in a row, then one every six seconds.
_WRONG_PER_MINUTE, _WRONG_BURST = 10.0, 10
TOO_MANY = "Too many wrong passwords"


def wrong_passwords() -> RateLimit:
    """Return the limit that the page's sign-in and the MCP endpoint of one chat share."""
    return RateLimit(per_minute=_WRONG_PER_MINUTE, burst=_WRONG_BURST)


class SignInLimit:
    """ASGI middleware: POST /login gets status 429 after too many wrong passwords from one address.

    Args:
        app: what serves.
        wrong: of `wrong_passwords`; a right password isn't counted.
    """

    def __init__(self, app: ASGIApp, *, wrong: RateLimit) -> None:
        self._app = app
        self._wrong = wrong

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] != "POST" or not scope["path"].rstrip("/").endswith("/login"):
            await self._app(scope, receive, send)
            return
        # Counted before the password is looked at, so that a hundred guesses sent at once are ten.
        address = address_of(scope)
        if (wait_s := self._wrong.take(address)) > 0:
            await refuse(scope, receive, send, 429, later(TOO_MANY, wait_s), retry_after_s=wait_s)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                self._wrong.give_back(address)
            await send(message)

        await self._app(scope, receive, told)
