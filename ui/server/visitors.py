"""Who asks: what a visitor is counted by. It must be nothing that the visitor can choose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.types import Scope

if TYPE_CHECKING:
    import gradio as gr


def visitor_of(request: gr.Request | None) -> str:
    """Return the account that a call comes from, else the address; "" where neither is known.

    The name of a session is the caller's own choice, and so is the header X-Forwarded-For: the address is that of the
    connection, unless whoever runs the chat said which proxy to believe (`pullquote chat --proxy`).
    """
    client = getattr(request, "client", None)
    return str(getattr(request, "username", None) or getattr(client, "host", ""))


def address_of(scope: Scope) -> str:
    """Return the address that a request comes from, before anybody has signed in."""
    return str((scope.get("client") or ("", 0))[0])
