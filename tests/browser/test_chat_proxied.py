"""The chat at /pq/ of a real nginx and a real Caddy: asking, reading, uploading, keeping, signing in, and programs."""

import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from test_chat_archive import PARROT, add, facts, remove

from pullquote.ui.server.accounts import add_user

from chat_world import make_archive
from conftest import Visits, ask, running_chat
from proxies import CHAT, documented, program, proxy

# The lines of nginx as documented leave the path in; with a slash behind the address, nginx cuts it off.
WAYS = ["nginx", "nginx that cuts the path off", "caddy"]


@pytest.fixture(scope="module")
def behind(tmp_path_factory):
    """The address of a chat that was told it stands at /pq."""
    archive = make_archive(tmp_path_factory.mktemp("behind") / "news.pq")
    with running_chat(archive, "--root-path", "/pq", "--proxy", "127.0.0.1", "--mcp") as address:
        yield address


@pytest.fixture(scope="module", params=WAYS)
def site(request, behind, tmp_path_factory):
    """The address of a site that has the chat at /pq/."""
    name = request.param.partition(" ")[0]
    if program(name) is None:
        pytest.skip(f"there is no {name}; apt-get install {name}")
    lines = documented(name)
    if "cuts" in request.param:
        lines = lines.replace(f"http://{CHAT};", f"http://{CHAT}/;")
        assert f"{CHAT}/;" in lines
    with proxy(name, lines, urlsplit(behind).netloc, tmp_path_factory.mktemp(name)) as address:
        yield address


@pytest.fixture
def visit_site(site, chromium):
    """Return a function that opens the chat there; a request to anything that isn't below /pq/ fails the test."""
    visits = Visits(chromium, f"{site}/pq/")
    yield visits
    visits.end()


def test_ask_cite_upload_and_export_below_a_path(visit_site, tmp_path):
    page = visit_site(viewport={"width": 1440, "height": 900})
    card = ask(page, "Who leads the investigation?")
    assert card.locator(".pq-answer").inner_text() == "“Dr Hanne Osterby”"
    card.locator(".pq-cite[data-candidate]", has_text="Harbour Courier").click()
    page.locator("#pq-here").wait_for()
    assert page.locator("#pq-here").inner_text() == "Dr Hanne Osterby"
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Archive").click()
    page.locator("#pq-add").wait_for()
    parrot = tmp_path / "parrot.txt"
    parrot.write_text(PARROT)
    add(page, parrot)
    page.get_by_text("1 article added").wait_for()
    facts(page, "7 articles")
    remove(page, "Parrot")
    facts(page, "6 articles")
    page.get_by_role("tab", name="Ask").click()
    page.locator("summary", has_text="Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="JSON").click()
    kept = json.loads(download.value.path().read_text())
    assert "Dr Hanne Osterby" in json.dumps(kept, ensure_ascii=False)


def test_filters_that_are_shared_as_an_address_keep_the_path(visit_site):
    page = visit_site(query="?outlet=Evening+Echo", viewport={"width": 1440, "height": 900})
    page.locator(".pq-chip").wait_for()
    assert urlsplit(page.url).path == "/pq/"
    assert urlsplit(page.url).query == "outlet=Evening+Echo"


def test_programs_find_the_api_and_health_below_the_path(site):
    import httpx
    from gradio_client import Client

    chat = Client(f"{site}/pq/", verbose=False, analytics_enabled=False)
    assert chat.predict("Who opened the herring fair?", api_name="/ask")["answer"] == "Mayor Jon Vig"
    with httpx.Client(trust_env=False, base_url=site) as client:
        assert client.get("/pq/health").json()["articles"] == 6
        assert client.get("/pq").headers["location"] in (f"{site}/pq/", "/pq/")
        # The redirect that lets an address without the last slash work stays below the path.
        assert client.get("/pq/gradio_api/mcp").headers["location"] == f"{site}/pq/gradio_api/mcp/"


def test_an_mcp_tool_answers_below_the_path(site):
    import anyio
    import httpx
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def asked():
        async with (
            httpx.AsyncClient(trust_env=False, follow_redirects=True) as http,
            streamable_http_client(f"{site}/pq/gradio_api/mcp/", http_client=http) as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            return await session.call_tool("ask", {"question": "Who opened the herring fair?"})

    # The browser's driver has a loop of its own in this thread.
    with ThreadPoolExecutor(1) as pool:
        reply = pool.submit(anyio.run, asked).result()
    assert json.loads(reply.content[0].text)["answer"] == "Mayor Jon Vig"


def test_the_chat_answers_at_its_own_port_too(behind, chromium):
    visits = Visits(chromium, f"{behind}pq/")
    page = visits()
    assert ask(page, "Who opened the herring fair?").locator(".pq-answer").inner_text() == "“Mayor Jon Vig”"
    visits.end()


def test_signing_in_below_a_path(archive, chromium, tmp_path):
    if program("nginx") is None:
        pytest.skip("there is no nginx; apt-get install nginx")
    accounts = tmp_path / "accounts"
    add_user(accounts, "ines", "a long password")
    told = ("--root-path", "/pq", "--read-only", "--auth-file", str(accounts))
    with (
        running_chat(archive, *told) as address,
        proxy("nginx", documented("nginx"), urlsplit(address).netloc, tmp_path) as site,
    ):
        visits = Visits(chromium, f"{site}/pq/")
        page = visits(wait="input[type=password]")
        page.locator("input:not([type=password])").first.fill("ines")
        page.locator("input[type=password]").fill("a long password")
        page.get_by_role("button", name="Login").click()
        page.locator("#pq-question textarea").wait_for()
        assert ask(page, "Who opened the herring fair?").locator(".pq-answer").inner_text() == "“Mayor Jon Vig”"
        # The browser itself logs the 401 of the page that asks for a password.
        visits.complaints = [note for note in visits.complaints if "401" not in note]
        visits.end()
