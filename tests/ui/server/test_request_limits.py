"""What is refused or cut off before it reaches Gradio: one request too many, slow or large bodies, silent lines."""

import asyncio
import json
import os
import socket
import threading
import time

import pytest
import uvicorn

from pullquote.ui.server import upload_folder
from pullquote.ui.server.middleware import bounded_body, concurrency_limit
from pullquote.ui.server.middleware.bounded_body import BoundedBody
from pullquote.ui.server.middleware.concurrency_limit import ConcurrencyLimit, bound_connections
from pullquote.ui.server.upload_folder import UploadSpaceLimit

NO_MORE = {"type": "http.disconnect"}


def scope(address="10.0.0.1", *, path="/gradio_api/call/ask", kind="http", method="POST", length=None):
    headers = [] if length is None else [(b"content-length", str(length).encode())]
    return {"type": kind, "method": method, "path": path, "client": (address, 4000), "headers": headers, "state": {}}


def body(*parts, more=False):
    """Return a `receive` that gives the parts, then waits for ever where `more` is said to come."""
    left = [
        {"type": "http.request", "body": part, "more_body": more or number < len(parts)}
        for number, part in enumerate(parts, 1)
    ]

    async def receive():
        if left:
            return left.pop(0)
        await asyncio.sleep(3600)

    return receive


async def asked(app, request, receive=None):
    """Return the status, headers and sentence that an application answers with."""
    sent = []

    async def send(message):
        sent.append(message)

    await app(request, receive or body(b""), send)
    if sent[0]["type"] == "websocket.close":
        return sent[0]["code"], {}, ""
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    text = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], headers, json.loads(text)["error"] if sent[0]["status"] != 200 else text.decode()


async def echo(request, receive, send):
    whole = b""
    while True:
        message = await receive()
        whole += message.get("body", b"")
        if message["type"] != "http.request" or not message.get("more_body"):
            break
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": whole})


class Held:
    """An application whose answers wait until they are let go."""

    def __init__(self):
        self.gate = asyncio.Event()

    async def __call__(self, request, receive, send):
        await self.gate.wait()
        await echo(request, receive, send)


async def full(monkeypatch, *, requests, of_one):
    """Return a limited application with as many requests under way as it takes from one address, and those."""
    monkeypatch.setattr(concurrency_limit, "REQUESTS", requests)
    monkeypatch.setattr(concurrency_limit, "OF_ONE_ADDRESS", of_one)
    held = Held()
    limited = ConcurrencyLimit(held)
    under_way = [asyncio.create_task(asked(limited, scope())) for _ in range(of_one)]
    await asyncio.sleep(0)
    return held, limited, under_way


def test_one_address_can_not_take_all_places(monkeypatch):
    async def run():
        held, limited, under_way = await full(monkeypatch, requests=6, of_one=4)
        status, headers, sentence = await asked(limited, scope())
        assert (status, sentence) == (503, "Too many visitors at once; try again in a few seconds.")
        assert headers["retry-after"] == "5"
        assert headers["connection"] == "close"
        others = [asyncio.create_task(asked(limited, scope(f"10.0.1.{place}"))) for place in range(2)]
        await asyncio.sleep(0)
        assert (await asked(limited, scope("10.0.2.1")))[0] == 503  # now all places are taken
        held.gate.set()
        assert [(await task)[0] for task in under_way + others] == [200] * 6
        assert (await asked(limited, scope()))[0] == 200

    asyncio.run(run())


def test_a_websocket_too_many_is_closed(monkeypatch):
    async def run():
        held, limited, under_way = await full(monkeypatch, requests=4, of_one=4)
        assert (await asked(limited, scope(kind="websocket")))[0] == 1008
        held.gate.set()
        await asyncio.gather(*under_way)

    asyncio.run(run())


def test_a_request_that_fails_gives_its_place_back(monkeypatch):
    monkeypatch.setattr(concurrency_limit, "REQUESTS", 1)

    async def failing(request, receive, send):
        raise RuntimeError

    async def run():
        limited = ConcurrencyLimit(failing)
        for _ in range(3):
            with pytest.raises(RuntimeError):
                await asked(limited, scope())

    asyncio.run(run())


def bounded(limit=1000, upload=5000):
    return BoundedBody(echo, limit_bytes=limit, upload_bytes=upload)


def test_a_body_that_stops_coming_is_a_408(monkeypatch):
    monkeypatch.setattr(bounded_body, "IDLE_S", 0.05)
    answered = asyncio.run(asked(bounded(), scope(), body(b"{", more=True)))
    assert (answered[0], answered[2]) == (408, "The request took too long to arrive.")


@pytest.mark.parametrize("path", ["/gradio_api/call/ask", "/gradio_api/upload"])
def test_a_body_that_trickles_is_a_408_though_it_never_stops(monkeypatch, path):
    monkeypatch.setattr(bounded_body, "IDLE_S", 0.2)
    monkeypatch.setattr(bounded_body, "BYTES_PER_S", 1000)
    come = []

    async def receive():
        await asyncio.sleep(0.02)
        come.append(b"x")
        return {"type": "http.request", "body": b"x", "more_body": True}

    status, _, sentence = asyncio.run(asked(bounded(), scope(path=path), receive))
    assert (status, sentence) == (408, "The request took too long to arrive.")
    assert len(come) < 20  # 0.2 s, and a thousandth for each byte


def test_a_slow_body_that_keeps_its_pace_is_served(monkeypatch):
    monkeypatch.setattr(bounded_body, "IDLE_S", 0.1)
    monkeypatch.setattr(bounded_body, "BYTES_PER_S", 1000)
    parts = [b"x" * 100] * 8

    async def receive():
        await asyncio.sleep(0.03)
        return {"type": "http.request", "body": parts.pop(), "more_body": bool(parts)}

    assert asyncio.run(asked(bounded(), scope(), receive)) == (200, {}, "x" * 800)


@pytest.mark.parametrize("length", [None, 1001, 5])
def test_a_body_too_large_is_a_413_whatever_it_says_of_its_length(length):
    status, _, sentence = asyncio.run(asked(bounded(), scope(length=length), body(b"x" * 600, b"x" * 401)))
    assert (status, sentence) == (413, "The request is too large; at most 1,000 bytes are allowed.")


def test_a_file_has_a_bound_of_its_own():
    request = scope(path="/gradio_api/upload")
    assert asyncio.run(asked(bounded(), request, body(b"x" * 4000)))[0] == 200
    assert asyncio.run(asked(bounded(), request, body(b"x" * 5001)))[0] == 413


def test_long_texts_come_three_in_a_row(monkeypatch):
    monkeypatch.setattr(bounded_body, "SMALL_BYTES", 100)

    async def run():
        app = bounded()
        long = [await asked(app, scope(), body(b"x" * 500)) for _ in range(5)]
        assert [status for status, _, _ in long] == [200, 200, 200, 429, 429]
        assert long[3][2].startswith("Too many long texts at once; try again in ")
        assert 0 < int(long[3][1]["retry-after"]) <= 10
        assert (await asked(app, scope(), body(b"x" * 100)))[0] == 200
        assert (await asked(app, scope("10.0.0.2"), body(b"x" * 500)))[0] == 200

    asyncio.run(run())


def test_uploads_are_refused_while_too_much_lies_there(monkeypatch, tmp_path):
    monkeypatch.setattr(upload_folder, "SPACE_BYTES", 1000)
    app = UploadSpaceLimit(echo, folder=tmp_path)
    upload = scope(path="/gradio_api/upload")

    def status():
        return asyncio.run(asked(app, upload))[0]

    kept = tmp_path / "0123abcd"
    kept.mkdir()
    (kept / "whole.jsonl").write_bytes(b"x" * 900)
    assert status() == 200
    part = tmp_path / "part"
    part.write_bytes(b"x" * 200)
    refused = asyncio.run(asked(app, upload))
    assert refused[0] == 507
    assert refused[2].startswith("There is no room for more uploads; add or drop those that were chosen")
    assert asyncio.run(asked(app, scope()))[0] == 200  # questions go on
    long_ago = time.time() - 3600
    os.utime(part, (long_ago, long_ago))
    os.utime(kept / "whole.jsonl", (long_ago, long_ago))
    assert status() == 200  # what was broken off is gone, what is whole stays
    assert not part.exists()
    assert (kept / "whole.jsonl").exists()


@pytest.fixture
def port(monkeypatch):
    """A uvicorn server whose heads must come within 0.3 s, and which takes two connections; answers take 0.6 s."""
    monkeypatch.setattr(concurrency_limit, "HEADER_S", 0.3)
    monkeypatch.setattr(concurrency_limit, "CONNECTIONS", 2)

    async def slow(request, receive, send):
        if request["type"] == "http":
            await asyncio.sleep(0.6)
            await echo(request, receive, send)

    config = uvicorn.Config(slow, host="127.0.0.1", port=0, log_level="error", lifespan="off")
    config.load()
    bound_connections(config)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


def lines(port, sent=b""):
    """Return a connection that has sent so much."""
    line = socket.create_connection(("127.0.0.1", port), timeout=10)
    line.sendall(sent)
    return line


def closed(line):
    """Return whether the server ended a connection without a word; waits up to ten seconds."""
    try:
        return line.recv(1000) == b""
    except ConnectionResetError:
        return True


GET = b"GET / HTTP/1.1\r\nHost: here\r\n"


@pytest.mark.parametrize("sent", [b"", GET])
def test_a_line_that_sends_no_whole_head_is_closed(port, sent):
    begun = time.monotonic()
    with lines(port, sent) as line:
        assert closed(line)
    assert time.monotonic() - begun > 0.25


def test_a_head_that_trickles_is_closed(port):
    def trickle(line):
        for _ in range(100):
            line.sendall(b"X-Pad: 1\r\n")
            time.sleep(0.05)

    with lines(port, GET) as line, pytest.raises((ConnectionResetError, BrokenPipeError)):
        trickle(line)


def test_an_answer_may_take_longer_than_a_head_and_a_silent_line_ends_after_it(port):
    with lines(port, GET + b"\r\n") as line:
        assert line.recv(1000).startswith(b"HTTP/1.1 200")
        while line.recv(1000):
            pass  # the rest of the answer, then the end: a line that stays open ends the test by its own limit


def test_a_connection_too_many_is_closed(port):
    with lines(port, GET + b"\r\n") as first, lines(port, GET + b"\r\n") as second:
        time.sleep(0.1)
        with lines(port, GET + b"\r\n") as third:
            assert closed(third)
        assert first.recv(1000).startswith(b"HTTP/1.1 200")
        assert second.recv(1000).startswith(b"HTTP/1.1 200")
