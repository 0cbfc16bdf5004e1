"""A real chat under attack: over a small archive, served as `pullquote chat` serves it, in a process of its own."""

import json
import os
import re
import socket
import stat
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from pullquote import Archive
from pullquote.ui.server.accounts import add_user
from pullquote.ui.server.middleware.bounded_body import LARGE_BYTES
from pullquote.ui.server.rate_limit import BURST

from fakes import HashEmbedder, made_up_news

API = "/gradio_api"
# What the process may take on top of what it has after a first question, as docs/using.md says.
GROWTH_KB = 400_000


class Served:
    """The address of a chat and its process."""

    def __init__(self, folder: Path, *options: str) -> None:
        script = Path(__file__).parent / "attacked_process.py"
        # A file, not a pipe, which would hold the process up once it is full.
        told = Path(tempfile.mkstemp(dir=folder.parent)[1])
        with told.open("w") as stream:
            self.process = subprocess.Popen(
                [sys.executable, str(script), str(folder), *options],
                stderr=stream,
                env={**os.environ, "TMPDIR": str(folder.parent)},
            )
        while not (found := re.search(r"the chat is at (\S+?)/ ", told.read_text())):
            assert self.process.poll() is None, told.read_text()
            time.sleep(0.1)
        self.address = found[1]

    def client(self, **options) -> httpx.Client:
        # No connection is used twice: a refusal closes it.
        bounds = httpx.Limits(max_keepalive_connections=0)
        return httpx.Client(base_url=self.address, trust_env=False, timeout=60, limits=bounds, **options)

    def memory_kb(self, what: str) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{what}:\s+(\d+) kB", status)[1])

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("attacked") / "news.pq"
    rows = folder.with_name("news.jsonl")
    rows.write_text("".join(json.dumps(row) + "\n" for row in made_up_news(30, seed=5)))
    with Archive.open(folder, create=True, embedder=HashEmbedder()) as archive:
        archive.add([rows])
    return folder


@pytest.fixture(scope="module")
def served(folder):
    served = Served(folder)
    yield served
    served.end()


@pytest.fixture
def chat(served):
    with served.client() as client:
        yield client


def ask(client, question="Who is it?", **options):
    body = {"data": [question, None, None, None, None, None]}
    return client.post(f"{API}/run/ask", json=body, **options)


def upload(client, **headers):
    return client.post(f"{API}/upload", files={"files": ("a.txt", b"A ferry.")}, headers=headers)


# -- calls that can't be meant


@pytest.mark.parametrize(
    ("path", "body", "status", "sentence"),
    [
        ("queue/join", {"data": [], "fn_index": 9999, "session_hash": "x"}, 404, "This page has no such function."),
        ("queue/join", {"data": [], "fn_index": -1, "session_hash": "x"}, 404, "This page has no such function."),
        ("queue/join", {"data": [], "session_hash": "x"}, 422, '"fn_index" must be a whole number.'),
        ("queue/join", {"data": [], "fn_index": "0", "session_hash": "x"}, 422, '"fn_index" must be a whole number.'),
        ("queue/join", {"data": [], "fn_index": True, "session_hash": "x"}, 422, '"fn_index" must be a whole number.'),
        ("queue/join", {"data": [1], "fn_index": 0, "session_hash": "x"}, 422, '"data" must have 9 values, not 1.'),
        ("queue/join", {"fn_index": 0, "session_hash": "x"}, 422, '"data" must be a list of values.'),
        ("queue/join", {"data": [], "fn_index": 0, "session_hash": "x" * 101}, 422, '"session_hash" must be a text'),
        ("queue/join", {"data": [], "fn_index": 0, "event_data": 5}, 422, '"event_data" must be an object or a list.'),
        ("run/nothing", {"data": []}, 404, "This page has no such function."),
        ("run/on_ask", {"data": [None] * 7}, 404, "This page has no such function."),
        ("run/ask", {"data": ["who"]}, 422, '"data" must have 6 values, not 1.'),
        (
            "run/ask",
            {"data": [{"a": [[[[[1]]]]]}, None, None, None, None, None]},
            422,
            "The request is nested too deep.",
        ),
        ("run/ask", {"data": ["?", None, None, None, None, None]}, 400, "The question holds no letter or digit."),
        ("call/nothing", {"data": []}, 404, "This page has no such function."),
        ("call/v2/ask", {"queston": "who"}, 422, "There is no parameter 'queston'; there are: as_of, authors, outlets"),
        ("call/v2/ask", {"since": "2031-05-04"}, 422, "The parameter 'question' is missing."),
        ("call/v2/nothing", {}, 404, "This page has no such function."),
    ],
)
def test_a_bad_call_is_a_4xx_with_a_sentence(chat, path, body, status, sentence):
    reply = chat.post(f"{API}/{path}", json=body)
    assert reply.status_code == status
    assert reply.json()["error"].startswith(sentence)


@pytest.mark.parametrize("path", ["queue/join", "run/ask", "call/ask", "call/v2/ask", "cancel", "reset"])
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe{}", 400),
        (b'{"data":' + b"[" * 100_000, 400),
        (b"[" * 200_001, 413),
        (b"[]", 422),
        (b"null", 422),
        (rb'{"data":["\ud800"],"fn_index":0,"question":"\udfff"}', 422),
    ],
)
def test_a_bad_body_is_a_4xx(chat, path, body, status):
    reply = chat.post(f"{API}/{path}", content=body, headers={"Content-Type": "application/json"})
    assert reply.status_code == status


@pytest.mark.parametrize("path", ["static/%00", "assets/%00", f"{API}/file=%00", f"{API}/file=/etc/passwd", "%ff"])
def test_addresses_that_are_none_are_4xx(chat, path):
    assert 400 <= chat.get(f"/{path.lstrip('/')}").status_code < 500


# -- other pages


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://localhost:1", "https://127.0.0.1", "http://["]
)
def test_another_page_can_not_upload_ask_or_sign_in(chat, origin):
    assert upload(chat, Origin=origin).status_code == 403
    assert ask(chat, headers={"Origin": origin}).status_code == 403
    assert chat.post("/login", data={"username": "a", "password": "b"}, headers={"Origin": origin}).status_code == 403
    assert upload(chat, **{"Origin": origin, "X-Forwarded-Host": origin.partition("//")[2]}).status_code == 403


def test_the_own_page_and_a_program_can_upload(served, chat):
    assert upload(chat, Origin=served.address).status_code == 200
    assert upload(chat).status_code == 200


def test_uploads_lie_in_a_folder_of_this_process_and_user(served, chat):
    file = Path(upload(chat).json()[0])
    (own,) = [parent for parent in file.parents if parent.name.startswith("pullquote-chat-")]
    assert stat.S_IMODE(own.stat().st_mode) == 0o700
    assert "gradio" not in own.parts


# -- too much


def test_a_new_session_or_a_forged_address_sheds_no_limit(served):
    with served.client() as client, ThreadPoolExecutor(20) as pool:

        def one(number):
            body = {"data": ["Who?", *[None] * 5], "session_hash": uuid.uuid4().hex}
            forged = {"X-Forwarded-For": f"10.0.0.{number}", "X-Real-IP": f"10.0.1.{number}"}
            return client.post(f"{API}/run/ask", json=body, headers={**forged, "Forwarded": f"for=10.0.0.{number}"})

        begun = time.monotonic()
        replies = list(pool.map(one, range(40)))
        # Beside the burst, one every two seconds: however long the machine takes.
        allowed = BURST + (time.monotonic() - begun) / 2 + 1
    told = Counter(reply.status_code for reply in replies)
    assert set(told) == {200, 429}
    assert 1 <= told[200] <= allowed
    refused = next(reply for reply in replies if reply.status_code == 429)
    assert refused.json()["error"].startswith("Too many questions at once; try again in ")
    (seconds,) = re.findall(r"\d+", refused.json()["error"])
    assert refused.headers["retry-after"] == seconds


@pytest.mark.slow
def test_large_bodies_slow_clients_and_a_hundred_asks_at_once_take_bounded_memory(folder):
    served = Served(folder)
    try:
        with served.client() as client:
            assert ask(client).status_code == 200  # the first one loads what all need
        before = served.memory_kb("VmHWM")
        host, port = served.address.removeprefix("http://").split(":")
        slow = [socket.create_connection((host, int(port))) for _ in range(100)]
        for connection in slow:  # a request whose body never ends
            connection.sendall(
                b"POST /gradio_api/queue/join HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9000\r\n\r\n["
            )
        with served.client() as client, ThreadPoolExecutor(20) as pool:
            large = list(pool.map(lambda _: ask(client, "w" * (LARGE_BYTES - 1000)).status_code, range(20)))
            assert client.post(f"{API}/run/ask", content=b"x" * (LARGE_BYTES + 1)).status_code == 413
            lists = client.post(f"{API}/run/ask", content=b'{"data":[' + b"0," * 100_000 + b"0]}")
            asked = Counter(reply.status_code for reply in pool.map(lambda _: ask(client), range(100)))
            assert client.get("/health").json()["status"] == "ok"
        for connection in slow:
            connection.close()
        assert set(large) <= {400, 429}
        assert Counter(large)[429] >= 10
        assert lists.status_code == 422
        assert set(asked) <= {200, 429}
        assert served.memory_kb("VmHWM") - before < GROWTH_KB
    finally:
        served.end()


# -- accounts


def test_guessing_passwords_at_either_sign_in_is_slowed_and_the_right_one_is_not(folder, tmp_path):
    accounts = tmp_path / "accounts"
    add_user(accounts, "ines", "correct horse")
    served = Served(folder, "--auth-file", str(accounts), "--mcp")
    try:
        with served.client() as client:

            def sign_in(password):
                return client.post("/login", data={"username": "ines", "password": password})

            assert [sign_in("correct horse").status_code for _ in range(12)] == [200] * 12
            client.cookies.clear()
            begun = time.monotonic()
            with ThreadPoolExecutor(10) as pool:
                told = Counter(pool.map(lambda number: sign_in(f"wrong {number}").status_code, range(20)))
                guess = lambda number: client.get(f"{API}/mcp/schema", auth=("ines", f"wrong {number}")).status_code  # noqa: E731
                told.update(pool.map(guess, range(20)))
            # The two share one count: beside ten in a row, one every six seconds, however long the machine takes.
            assert told.keys() <= {400, 401, 429}
            assert 10 <= told[400] + told[401] <= 10 + (time.monotonic() - begun) / 6 + 1
            assert upload(client).status_code in (401, 403)
    finally:
        served.end()
