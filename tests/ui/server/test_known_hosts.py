"""By which names a chat may be called: DNS rebinding, a proxy's name, a machine's own."""

import socket

import anyio
import pytest

from pullquote.errors import InputError
from pullquote.ui.server.middleware.known_hosts import KnownHosts, is_here, known_names


async def page(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"inside"})


def fetch(app, *hosts, kind="http"):
    """Return what one request with these Host headers is answered with, without a server."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    headers = [(b"host", host.encode("latin-1")) for host in hosts]
    anyio.run(app, {"type": kind, "method": "GET", "path": "/", "headers": headers}, receive, send)
    return sent[0].get("status", sent[0]["type"])


def statuses(app, *hosts):
    return {host: fetch(app, host) for host in hosts}


def test_on_this_machine_only_its_own_names_count():
    app = KnownHosts(page, names=known_names("127.0.0.1"), here=True)
    right = ("localhost", "localhost:7860", "LocalHost.", "127.0.0.1:7860", "127.0.0.2", "[::1]", "[::1]:7860")
    assert statuses(app, *right) == dict.fromkeys(right, 200)
    wrong = (
        *("evil.example", "evil.example:7860", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.7"),
        *("0.0.0.0", "[::]", "::1", "", ":7860", "localhost:7860:1", "localhost@evil.example", "local host", "é", "*"),
        socket.gethostname(),
    )
    assert statuses(app, *wrong) == dict.fromkeys(wrong, 400)


def test_where_others_are_let_in_addresses_and_the_machines_name_count():
    app = KnownHosts(page, names=known_names("0.0.0.0", ["News.Example:443"]), here=False)
    right = (
        "10.0.0.7:7860",
        "0.0.0.0",
        "[fe80::1]",
        "localhost",
        socket.gethostname(),
        "news.example",
        "NEWS.example.",
    )
    assert statuses(app, *right) == dict.fromkeys(right, 200)
    wrong = ("evil.example", "www.news.example", "news.example.evil.example", "10.0.0.7.evil.example")
    assert statuses(app, *wrong) == dict.fromkeys(wrong, 400)


def test_any_name_can_be_allowed():
    app = KnownHosts(page, names=known_names("127.0.0.1", ["*"]), here=True)
    assert statuses(app, "evil.example", "10.0.0.7") == {"evil.example": 200, "10.0.0.7": 200}


def test_no_host_and_two_hosts_are_none():
    app = KnownHosts(page, names=known_names("127.0.0.1"), here=True)
    assert fetch(app) == 400
    assert fetch(app, "localhost", "evil.example") == 400


def test_a_websocket_is_closed_and_a_start_let_by():
    app = KnownHosts(page, names=known_names("127.0.0.1"), here=True)
    assert fetch(app, "evil.example", kind="websocket") == "websocket.close"
    assert fetch(app, kind="lifespan") == 200


@pytest.mark.parametrize(
    ("found", "here"),
    [
        (["127.0.0.1", "::1"], True),
        (["127.0.0.1", "10.0.0.7"], False),
        (["fe80::1%eth0", "::1"], False),
        (["10.0.0.7"], False),
    ],
)
def test_a_host_is_here_if_all_its_addresses_are(monkeypatch, found, here):
    entries = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in found]
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, port: entries)
    monkeypatch.setattr(socket, "gethostname", lambda: "varn")
    assert is_here("news.example") is here
    assert ("varn" in known_names("news.example")) is not here


@pytest.mark.parametrize("name", ["", "https://news.example", "news.example/chat", "news example", "*.example"])
def test_what_is_no_name_is_refused(name):
    with pytest.raises(InputError, match="--allow-host takes a name such as"):
        known_names("127.0.0.1", [name])


def test_a_host_that_is_none_is_refused():
    with pytest.raises(InputError, match="There is no address"):
        known_names("no such host")
