"""By which names a chat may be called. Others are refused, or else any page on the web could read the archive.

A page of evil.example may let its own name point at 127.0.0.1 once it is loaded ("DNS rebinding"): to the browser, the
chat is then a part of that page. What it can't change is the name that the browser sends along, in the header Host. An
address in its place is nobody's name, so that those can't be used like this.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable, Set

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pullquote.errors import InputError
from pullquote.ui.printable import shorten

ANY = "*"
_REFUSED = (
    "This chat does not go by that name. Whoever runs it can add the name: pullquote chat --allow-host NAME, "
    "see pullquote chat --help.\n"
)
_HOST = re.compile(r"(?P<name>\[[0-9a-f:.%]+\]|[^\s:/@\[\]]+)(?::\d*)?", re.IGNORECASE)


def is_here(host: str) -> bool:
    """Return whether an address can be reached from this machine only.

    Raises:
        InputError: it is no address.
    """
    try:
        found = socket.getaddrinfo(host, None)
    except OSError as error:
        raise InputError(f"There is no address {host!r} ({error.strerror}).") from error
    return all(ipaddress.ip_address(str(entry[4][0]).partition("%")[0]).is_loopback for entry in found)


def known_names(host: str, allowed: Iterable[str] = ()) -> frozenset[str]:
    """Return the names that a chat goes by: where it listens, "localhost", the machine's own, and those allowed.

    Args:
        host: where it listens. The machine's own name counts if others can reach it there.
        allowed: further names; "*" is any.

    Raises:
        InputError: one of them is no name.
    """
    own = () if is_here(host) else (socket.gethostname(), f"{socket.gethostname()}.local")
    return frozenset({"localhost", _plain(host), *map(_plain, own), *map(_given, allowed)})


class KnownHosts:
    """ASGI middleware: a request that calls the chat by another name gets status 400.

    Args:
        app: what serves.
        names: those it goes by, in lower case; "*" is any.
        here: only this machine can reach it, so that no other address is right either.
    """

    def __init__(self, app: ASGIApp, *, names: Set[str], here: bool) -> None:
        self._app = app
        self._names = names
        self._here = here

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "lifespan" or self._is_known(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
            await PlainTextResponse(_REFUSED, status_code=400, headers=headers)(scope, receive, send)

    def _is_known(self, scope: Scope) -> bool:
        hosts = [_named(value.decode("latin-1")) for header, value in scope["headers"] if header == b"host"]
        if ANY in self._names:
            return True
        return len(hosts) == 1 and (hosts[0] in self._names or self._is_address(hosts[0]))

    def _is_address(self, name: str) -> bool:
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        return address.is_loopback or not self._here


def _named(host: str) -> str:
    """Return the name or address in a Host header, without its port; "" where it is malformed."""
    found = _HOST.fullmatch(host)
    return _plain(found["name"]) if found else ""


def _plain(name: str) -> str:
    return name.lower().strip("[]").removesuffix(".")


def _given(name: str) -> str:
    known = ANY if name == ANY else _named(name)
    if not known or (ANY in known and known != ANY):
        raise InputError(f"--allow-host takes a name such as news.example, not {shorten(name, 80)!r}.")
    return known
