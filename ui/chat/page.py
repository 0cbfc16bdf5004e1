"""How the chat's page looks, and the headers that keep it from loading anything from elsewhere."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pullquote.ui.chat.theme import theme
from pullquote.ui.server.upload_folder import is_upload

# Gradio's own page needs inline scripts and `Function`; what matters here is that nothing may be loaded
# from, or sent to, another host, whatever an article carries.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)

# A year of a wire agency as JSON lines; larger ones are for `pullquote add`.
MAX_FILE_BYTES = 500_000_000
# Conversations kept in memory, the idle ones let go first. Forty answers with the articles they were found in have
# about 2 MB; Gradio would keep 10,000.
SESSIONS = 200


class SealedPage:
    """ASGI middleware: responses forbid the browser to contact another host, but for links one clicks."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = _POLICY
                headers["Referrer-Policy"] = "no-referrer"
                headers["X-Content-Type-Options"] = "nosniff"
            await send(message)

        await self._app(scope, receive, sealed)


class NoUploads:
    """ASGI middleware: nobody can leave files on a machine whose archive they can't add to."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if is_upload(scope):
            await JSONResponse({"error": "This archive is read-only."}, status_code=403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def asset(name: str) -> str:
    """Return one of the page's own files, which lie beside this module."""
    return files("pullquote.ui.chat").joinpath(name).read_text(encoding="utf-8")


def launch_options(middleware: tuple[Middleware, ...] = ()) -> dict[str, Any]:
    """Return what `Blocks.launch` needs so that the page looks right and talks to this machine only."""
    return {
        "theme": theme(),
        # In the head, since Gradio puts its own elements' names before every rule of `css`. The icon is the
        # chat's own, also below a path of another site.
        "head": f'<link rel="icon" href="favicon.ico"><style>{asset("style.css")}{asset("archive.css")}</style>',
        "app_kwargs": {"middleware": [*middleware, Middleware(SealedPage)]},
        "footer_links": [],
        "max_file_size": MAX_FILE_BYTES,
        "share": False,
        "run_history": False,
        "ssr_mode": False,
        "pwa": False,
        "state_session_capacity": SESSIONS,
        "enable_monitoring": False,
        "quiet": True,
    }
