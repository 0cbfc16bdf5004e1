"""Nothing of the MCP endpoint is served without an account's password; everything else is none of its business."""

import base64
import json

import anyio
import pytest

from pullquote.ui.server.middleware.mcp_access import McpAccess


class CountingAccounts:
    """Accounts that know one password, and count how often they were asked."""

    def __init__(self):
        self.asked = 0

    async def sign_in(self, user, password):
        self.asked += 1
        return (user, password) == ("Ása", "pass:word")


async def page(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"inside"})


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def fetch(access, path="/gradio_api/mcp/", authorization=None, *, address="10.0.0.1"):
    """Return (status, headers, body) of one request, without a server."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    headers = [(b"authorization", authorization.encode())] if authorization is not None else []
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers, "client": (address, 5000)}
    anyio.run(access, scope, receive, send)
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


@pytest.fixture
def accounts():
    return CountingAccounts()


@pytest.fixture
def access(accounts):
    return McpAccess(page, accounts=accounts)


@pytest.mark.parametrize("path", ["/gradio_api/mcp", "/gradio_api/mcp/", "/gradio_api/mcp/sse", "/x/gradio_api/mcp/"])
@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Basic",
        "Basic %%%",
        "Basic " + base64.b64encode(b"no colon").decode(),
        "Basic " + base64.b64encode(b"\xff:\xff").decode(),
        "Bearer token",
        basic("Ása", "wrong"),
        basic("nobody", "pass:word"),
    ],
)
def test_nothing_without_a_password(access, path, authorization):
    status, headers, body = fetch(access, path, authorization)
    assert status == 401
    assert headers[b"www-authenticate"] == b'Basic realm="Pullquote", charset="UTF-8"'
    assert body == b'{"error":"Sign in with HTTP Basic."}'


def test_the_right_password_comes_in_and_is_hashed_once(access, accounts):
    for _ in range(20):
        assert fetch(access, authorization=basic("Ása", "pass:word"))[::2] == (200, b"inside")
    assert accounts.asked == 1
    assert fetch(access, authorization=basic("Ása", "pass:wor"))[0] == 401
    assert accounts.asked == 2


def test_other_paths_ask_nobody(access, accounts):
    for path in ("/", "/gradio_api/call/ask", "/health"):
        assert fetch(access, path)[0] == 200
    assert accounts.asked == 0


def test_guessing_is_slowed_down_for_the_one_who_guesses(access, accounts):
    statuses = [fetch(access, authorization=basic("Ása", f"guess {number}"))[0] for number in range(12)]
    assert statuses[:10] == [401] * 10
    assert statuses[-1] == 429
    asked = accounts.asked
    status, headers, body = fetch(access, authorization=basic("Ása", "pass:word"))
    assert status == 429
    seconds = headers[b"retry-after"].decode()
    assert json.loads(body)["error"].startswith(f"Too many wrong passwords; try again in {seconds} second")
    assert accounts.asked == asked
    assert fetch(access, authorization=basic("Ása", "pass:word"), address="10.0.0.2")[0] == 200
