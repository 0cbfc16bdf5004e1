"""GET /health: facts without a model or a name, everything else untouched."""

import json

import anyio
import pytest

import pullquote
from pullquote.errors import ArchiveDamaged
from pullquote.ui.server.middleware.health import Health


def fetch(app, path, *, method="GET", root_path="", kind="http"):
    """Return (status, headers, body) of one request, without a server."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {"type": kind, "method": method, "path": path, "root_path": root_path, "headers": [], "query_string": b""}
    anyio.run(app, scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent[1:])
    headers = {name.decode(): value.decode() for name, value in sent[0].get("headers", [])} if sent else {}
    return (sent[0]["status"] if sent else None), headers, body


async def page(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 401, "headers": []})
        await send({"type": "http.response.body", "body": b"sign in"})


@pytest.mark.parametrize(("path", "root_path"), [("/health", ""), ("/health/", ""), ("/news/health", "/news")])
def test_health_is_told_without_a_name(path, root_path):
    status, headers, body = fetch(Health(page, articles=lambda: 12), path, root_path=root_path)
    assert status == 200
    assert headers["content-type"] == "application/json"
    assert headers["cache-control"] == "no-store"
    assert json.loads(body) == {"status": "ok", "version": pullquote.__version__, "articles": 12}


def test_trouble_with_the_archive_is_503():
    def articles():
        raise ArchiveDamaged("The archive is damaged.")

    status, _, body = fetch(Health(page, articles=articles), "/health")
    assert status == 503
    assert json.loads(body) == {
        "status": "error",
        "version": pullquote.__version__,
        "error": "The archive is damaged.",
    }


@pytest.mark.parametrize(
    ("path", "method"), [("/", "GET"), ("/healthy", "GET"), ("/x/health", "GET"), ("/health", "POST")]
)
def test_everything_else_is_passed_on(path, method):
    status, _, body = fetch(Health(page, articles=lambda: 1 / 0), path, method=method)
    assert (status, body) == (401, b"sign in")


def test_what_is_no_request_is_passed_on():
    assert fetch(Health(page, articles=lambda: 1 / 0), "/health", kind="lifespan") == (None, {}, b"")
