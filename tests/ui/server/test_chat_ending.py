"""SIGTERM, SIGHUP and Ctrl-C end a real chat: what is read is answered, what waits is refused, nothing stays behind."""

import json
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from modelless import Chat, command, write_news


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ending")
    command(folder / "news.pq", "add", str(write_news(folder / "news.jsonl", 20)))
    return folder / "news.pq"


def lines(chat, what):
    # Only whole lines: it may be writing.
    whole = chat.told.rpartition("\n")[0]
    return [row for row in map(json.loads, whole.splitlines()) if row["what"] == what]


@pytest.mark.parametrize(
    "number",
    [
        signal.SIGTERM,
        pytest.param(signal.SIGHUP, marks=pytest.mark.slow),
        pytest.param(signal.SIGINT, marks=pytest.mark.slow),
    ],
    ids=lambda number: number.name,
)
def test_what_is_read_is_answered_and_what_waits_is_refused(archive, number):
    chat = Chat(archive, "--log-format", "json", reading_s=2.0)
    upload = chat.client.post("/gradio_api/upload", files={"files": ("a.txt", b"A ferry.")})
    assert upload.status_code == 200
    with ThreadPoolExecutor(5) as pool:
        asked = [pool.submit(chat.ask, f"Who reads paper {place}?") for place in range(5)]
        while len({row["message"] for row in lines(chat, "note") if "READING" in row["message"]}) < 2:
            time.sleep(0.05)
        code = chat.end(number)
        replies = [one.result() for one in asked]
    # Two are read at a time.
    assert Counter(reply.status_code for reply in replies) == {200: 2, 503: 3}
    for reply in replies:
        if reply.status_code == 503:
            assert reply.json()["error"] == "The chat is ending; ask again once it is back."
            assert int(reply.headers["retry-after"]) > 0
        else:
            assert reply.json()["data"][0]["question"].startswith("Who reads paper")
    assert code == 0
    assert chat.told.count("the chat has ended.") == 1
    assert list(archive.parent.glob("pullquote-*")) == []
    assert Counter(row["status"] for row in lines(chat, "question")) == {200: 2, 503: 3}
