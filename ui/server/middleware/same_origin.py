"""Requests that another web page makes a visitor's browser send are refused, or it could write into the archive.

A page of evil.example can send a form to http://127.0.0.1:7860, upload files there and use the visitor's cookie. The
browser names the page in the header Origin, which a page can't change. Programs send no Origin and are let through.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from pullquote.ui.server.middleware.refusals import refuse

_DEFAULT_PORTS = {"http": 80, "https": 443}
_REFUSED = (
    "This request comes from another web page. If the chat stands behind a proxy under that page's name, whoever runs "
    "it can say so: pullquote chat --allow-host NAME."
)


class SameOrigin:
    """ASGI middleware: a request that names another page than the chat's own as its origin gets status 403.

    The chat's own is the name and port that the request calls it by, or any port of a name that was allowed. The header
    X-Forwarded-Host isn't read: Gradio lets other pages send any header.

    Args:
        app: what serves.
        names: that whoever runs the chat allowed (`--allow-host`); "*" among them allows no page.
    """

    def __init__(self, app: ASGIApp, *, names: Iterable[str] = ()) -> None:
        self._app = app
        self._names = {_host_and_port(f"//{name}")[0] for name in names} - {"*", ""}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "lifespan" or self._is_own(Headers(scope=scope)):
            await self._app(scope, receive, send)
        else:
            await refuse(scope, receive, send, 403, _REFUSED)

    def _is_own(self, headers: Headers) -> bool:
        origins = headers.getlist("origin")
        if not origins:
            return True
        if len(origins) > 1:
            return False
        origin = _host_and_port(origins[0])
        if not origin[0]:  # "null": a page in a sandbox, or a file
            return False
        scheme = origins[0].partition(":")[0]
        return origin == _host_and_port(f"{scheme}://{headers.get('host', '')}") or origin[0] in self._names


def _host_and_port(address: str) -> tuple[str, int | None]:
    """Return name and port of an address, in lower case and with its scheme's usual port; ("", None) for none."""
    try:
        parts = urlsplit(address)
        return (parts.hostname or "").removesuffix("."), parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return "", None
