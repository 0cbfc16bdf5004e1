"""A chat with accounts, MCP and an empty page over the fakes; says its address on stdout, ends when stdin does.

In a process of its own, for what Gradio leaves open (event loops, sockets) is not for the tests to judge.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
import gradio as gr

from pullquote.ui.server.api import register
from pullquote.ui.server.rate_limit import RateLimit
from pullquote.ui.server.serving import Serving, request_middleware

import ui_fakes as fakes


class Archive(fakes.FakeArchive):
    def article(self, name):
        return fakes.PLAIN if name in ("a1", fakes.PLAIN.url) else None


class SignIns:
    """Accounts with one user; `sign_in` is what Gradio and the MCP endpoint call."""

    async def sign_in(self, user, password):
        return (user, password) == ("ines", "correct horse")


if __name__ == "__main__":
    engine, accounts = fakes.FakeEngine(), SignIns()
    engine.archive = Archive()
    chat = gr.Blocks(analytics_enabled=False)
    with chat:
        question = gr.Textbox()
        question.submit(lambda text: text, question, question, api_visibility="private")
    register(chat, engine, limit=RateLimit(per_minute=6000, burst=1000), mcp=True)
    _, address, _ = chat.launch(
        server_name="127.0.0.1",
        prevent_thread_lock=True,
        quiet=True,
        ssr_mode=False,
        share=False,
        mcp_server=True,
        auth=accounts.sign_in,
        app_kwargs={
            "middleware": list(
                request_middleware(Serving("127.0.0.1", 0, accounts=accounts, mcp=True), articles=lambda: 2)
            )
        },
    )
    print(f"ADDRESS {address.rstrip('/')}", flush=True)
    sys.stdin.read()
    chat.close(verbose=False)
