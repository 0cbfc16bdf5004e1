"""How the chat's page looks, and the headers that keep it from loading anything from elsewhere."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Gradio's own page needs inline scripts and `Function`; what matters here is that nothing may be loaded
# from, or sent to, another host, whatever an article carries.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)


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


# Own colours where Gradio's fall short: its subdued text (zinc-400, #bbbbc2) has a contrast of 1.9 on white,
# --pq-quiet has 7.4; WCAG asks for 4.5.
CSS = """
:root { --pq-quiet: #55555f; --pq-link: #1d4ed8; --pq-mark: #ffe69a; --pq-on-mark: #1c1917; }
.dark { --pq-quiet: #b6b6c0; --pq-link: #93b4ff; --pq-mark: #7a5b00; --pq-on-mark: #fff7df; }
.gradio-container { max-width: 820px !important; width: 100% !important; margin: 0 auto !important; }
.gradio-container { padding: 0 16px 40px !important; }
.gradio-container .main, .gradio-container .html-container { padding: 0 !important; }
.pq-header { padding: 36px 0 4px; }
.pq-header h1 { margin: 0 0 8px; font: 700 30px/1.1 Georgia, "Noto Serif", serif; }
.pq-header h1 { color: var(--body-text-color); }
.pq-header p { margin: 0; color: var(--pq-quiet); font-size: 14px; line-height: 1.5; }

.form:has(#pq-question) { border: 0; background: transparent; overflow: visible; }
#pq-question .input-container {
  align-items: center; gap: 6px; padding: 6px; border: 1px solid var(--pq-quiet); border-radius: 10px;
  background: var(--block-background-fill);
}
#pq-question .input-container:focus-within {
  border-color: var(--pq-link); box-shadow: inset 0 0 0 1px var(--pq-link);
}
#pq-question textarea {
  border: 0 !important; background: transparent !important; box-shadow: none !important;
  padding: 8px 10px !important; font-size: 17px; line-height: 1.4;
}
#pq-question textarea::placeholder { color: var(--pq-quiet); opacity: 1; }
#pq-question button {
  align-self: flex-end; height: 40px; width: auto; padding: 0 18px; border: 0; border-radius: 7px;
  background: #1d4ed8; color: #fff; font-size: 15px; font-weight: 600;
}
#pq-question button:hover { background: #1e40af; }

.pq-card {
  margin: 0 0 16px; padding: 20px 22px; border: 1px solid var(--border-color-primary); border-radius: 10px;
  background: var(--block-background-fill); color: var(--body-text-color); overflow-wrap: anywhere;
}
.pq-card p { margin: 0; }
.pq-card a { color: var(--pq-link); text-decoration: underline; text-underline-offset: 2px; }
.pq-question { font-weight: 600; font-size: 15px; color: var(--pq-quiet); }
.pq-answer { margin: 12px 0 14px; padding: 0; border: 0; font: 500 28px/1.25 Georgia, "Noto Serif", serif; }
.pq-card .pq-sentence { margin-bottom: 16px; font-size: 16px; line-height: 1.6; }
.pq-span { background: var(--pq-mark); color: var(--pq-on-mark); padding: 1px 2px; border-radius: 3px; }
.pq-title { font-weight: 600; font-size: 15px; line-height: 1.4; }
.pq-source, .pq-note { color: var(--pq-quiet); font-size: 14px; line-height: 1.5; }
.pq-card .pq-note { margin-top: 8px; }
.pq-card .pq-absent { margin-top: 12px; font: 500 24px/1.3 Georgia, "Noto Serif", serif; }
.pq-card .pq-message { margin-top: 10px; }
.pq-heading { margin: 18px 0 0; font-size: 14px; font-weight: 600; }
.pq-passage { margin-top: 12px; padding-left: 14px; border-left: 3px solid var(--border-color-primary); }
.pq-passage p:last-child { margin-top: 4px; font-size: 15px; line-height: 1.55; }
.pq-more { margin-top: 14px; font-size: 15px; }
.pq-more summary { cursor: pointer; font-size: 14px; font-weight: 600; }
.pq-values { margin: 8px 0 0; padding-left: 20px; list-style: disc; }
.pq-values li { margin-top: 6px; line-height: 1.5; }
@media (max-width: 480px) {
  .pq-header { padding-top: 24px; }
  .pq-card { padding: 16px; }
  .pq-answer { font-size: 24px; }
}
"""
