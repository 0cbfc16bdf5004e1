"""GET /health: whether the chat serves, for whoever watches over it. Touches no model and asks nobody's name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

import pullquote
from pullquote.errors import PullquoteError

PATH = "/health"


class Health:
    """ASGI middleware: answers GET and HEAD of /health itself and passes everything else on.

    The reply is `{"status": "ok", "version": ..., "articles": ...}`, or status 503 and "error" with the sentence
    where the archive can't be read.

    Args:
        app: what serves the rest.
        articles: counts the archive's articles, cheaply (`Archive.count_articles`).
    """

    def __init__(self, app: ASGIApp, *, articles: Callable[[], int]) -> None:
        self._app = app
        self._articles = articles

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or _path(scope) != PATH or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        # The count waits for a disk, and may wait for a search that is going on.
        status, facts = await run_in_threadpool(self._facts)
        await JSONResponse(facts, status_code=status, headers={"Cache-Control": "no-store"})(scope, receive, send)

    def _facts(self) -> tuple[int, dict[str, Any]]:
        facts: dict[str, Any] = {"status": "ok", "version": pullquote.__version__}
        try:
            return 200, facts | {"articles": self._articles()}
        except PullquoteError as error:
            return 503, facts | {"status": "error", "error": str(error)}


def _path(scope: Scope) -> str:
    """Return the path below the address that the chat is mounted at, without a slash at its end."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    return (path.removeprefix(root) if root else path).rstrip("/")
