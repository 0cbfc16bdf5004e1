"""Two chats on one archive, both asked, while commands add to it and remove from it: all in processes of their own."""

import json
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from modelless import Chat, command, write_news

LANDED = {"id": "parrot", "title": "Parrot", "text": "A grey parrot was landed at Kestrel Quay by Captain Sten Hovde."}


def found(chat):
    """Return the ids of the articles that a chat finds for a word that only one article prints."""
    reply = chat.client.post("/gradio_api/run/search", json={"data": ["parrot", 5, *[None] * 5]})
    assert reply.status_code == 200
    return {hit["article_id"] for hit in reply.json()["data"][0]["hits"]} & {"parrot"}


def health(chat):
    return chat.client.get("/health").json()["articles"]


@pytest.mark.slow
def test_both_see_each_change_and_answer_meanwhile(tmp_path):
    archive = tmp_path / "news.pq"
    command(archive, "add", str(write_news(tmp_path / "news.jsonl", 30)))
    (tmp_path / "parrot.jsonl").write_text(json.dumps(LANDED) + "\n")
    more = write_news(tmp_path / "more.jsonl", 200, seed=6, first=100)
    chats = [Chat(archive), Chat(archive)]
    try:
        assert [health(chat) for chat in chats] == [30, 30]
        assert [found(chat) for chat in chats] == [set(), set()]
        command(archive, "add", str(tmp_path / "parrot.jsonl"))
        assert [found(chat) for chat in chats] == [{"parrot"}, {"parrot"}]
        with ThreadPoolExecutor(3) as pool:
            adding = pool.submit(command, archive, "add", str(more))
            replies = [pool.submit(chat.ask, f"Who landed the parrot at Kestrel Quay, {number}?")
                       for number in range(4) for chat in chats]  # fmt: skip
            assert {reply.result().status_code for reply in replies} == {200}
            adding.result()
        assert [health(chat) for chat in chats] == [231, 231]
        command(archive, "remove", "parrot")
        assert [found(chat) for chat in chats] == [set(), set()]
        assert [chat.end(signal.SIGTERM) for chat in chats] == [0, 0]
        assert all("Traceback" not in chat.told for chat in chats)
        assert command(archive, "check") == "The archive is sound.\n"
    finally:
        for chat in chats:
            chat.process.kill()
            chat.process.wait()
