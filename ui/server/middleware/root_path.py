"""A chat below a path of another site, such as https://news.example/pq/, whether or not the proxy cuts the path off."""

from __future__ import annotations

import re

from starlette.types import ASGIApp, Receive, Scope, Send

from pullquote.errors import InputError
from pullquote.ui.printable import shorten

# What stands unescaped in an address; one segment or several.
_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*+)++")


class RootPath:
    """ASGI middleware: each request's path begins with the root path, whether the proxy left it there or cut it off.

    Starlette expects that beside `root_path`; its redirects and the mounted MCP server fail otherwise.

    Args:
        app: what serves.
        root: of `checked_root`.
    """

    def __init__(self, app: ASGIApp, *, root: str) -> None:
        self._app = app
        self._root = root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if self._root and scope["type"] in ("http", "websocket"):
            path = str(scope["path"])
            if path != self._root and not path.startswith(self._root + "/"):
                path = self._root + path
            scope = {**scope, "root_path": self._root, "path": path, "raw_path": path.encode("utf-8", "surrogatepass")}
        await self._app(scope, receive, send)


def checked_root(path: str) -> str:
    """Return a root path without a slash at its end; "" for the site's own root.

    Raises:
        InputError: it is no such path.
    """
    root = path.rstrip("/")
    if root and not _PATH.fullmatch(root):
        raise InputError(f"--root-path takes a path such as /pq, not {shorten(path, 80)!r}.")
    return root
