"""A running chat, a browser, and pages that no test may leave with a complaint."""

import re
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

CHROMIUM = Path("/usr/bin/chromium")
HERE = Path(__file__).parent
START_S = 90
# Whatever an article carries may call this; nothing may reach it.
_TRAP = "window.ran = []; window.pwned = (what) => { window.ran.push(String(what)); };"

sys.path.insert(0, str(HERE))

from chat_world import make_archive  # noqa: E402


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(
                pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no {CHROMIUM}; apt-get install chromium")
            )


@contextmanager
def running_chat(archive, *options):
    """Give a chat's address; at the end it must stop on Ctrl-C, having contacted nobody and complained of nothing."""
    process = subprocess.Popen(
        [sys.executable, str(HERE / "chat_process.py"), "--archive", str(archive), "chat", "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    late = threading.Timer(START_S, process.kill)
    late.start()
    said = ""
    try:
        for line in process.stderr:
            said += line
            found = re.search(r"the chat is at (http://127\.0\.0\.1:\d+/)", line)
            if found:
                break
        else:
            pytest.fail(f"the chat did not start: {said}")
        late.cancel()
        # Read as it comes: the log of many questions would fill the pipe, and the chat would wait.
        lines = []
        reading = threading.Thread(target=lambda: lines.extend(process.stderr), daemon=True)
        reading.start()
        yield found[1]
    finally:
        late.cancel()
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
    reading.join()
    with process.stdout, process.stderr:
        stdout = process.stdout.read()
    rest = "".join(lines)
    assert process.returncode == 0
    assert stdout == ""
    assert "CONTACTED" not in said + rest
    assert "Traceback" not in said + rest, rest


@pytest.fixture(scope="session")
def archive(tmp_path_factory):
    return make_archive(tmp_path_factory.mktemp("chat") / "news.pq")


@pytest.fixture(scope="session")
def chat(archive):
    with running_chat(archive) as address:
        yield address


@pytest.fixture(scope="session")
def chromium():
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


class Visits:
    """Opens pages, and notes what none may do: contact another host, run a dialog, run a trap, log an error."""

    def __init__(self, chromium, chat):
        self._chromium = chromium
        self._chat = chat
        self._pages = []
        self.foreign = []
        self.complaints = []

    def __call__(self, *, query="", wait="#pq-question textarea", address="", **options):
        address = address or self._chat
        context = self._chromium.new_context(accept_downloads=True, **options)
        context.add_init_script(_TRAP)
        page = context.new_page()
        page.set_default_timeout(15_000)
        self._pages.append(page)
        page.on("request", lambda request: self._request(request, address))
        page.on("dialog", self._dialog)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("console", lambda note: self.complaints.append(note.text) if note.type == "error" else None)
        page.goto(address + query)
        page.wait_for_selector(wait, state="attached")
        if wait.startswith("#pq"):
            # Filled by the event that ends the page's arrival.
            page.wait_for_selector("#pq-chips [data-query]", state="attached")
        return page

    def _request(self, request, address):
        if urlsplit(request.url).scheme not in ("data", "blob") and not request.url.startswith(address):
            self.foreign.append(request.url)

    def _dialog(self, dialog):
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def end(self):
        ran = [what for page in self._pages for what in page.evaluate("window.ran || []")]
        for page in self._pages:
            page.context.close()
        assert ran == []
        assert self.foreign == []
        assert self.complaints == []


@pytest.fixture(scope="session")
def own_chat(tmp_path_factory):
    """The address of a chat whose archive tests may add to."""
    with running_chat(make_archive(tmp_path_factory.mktemp("own") / "own.pq")) as address:
        yield address


@pytest.fixture
def visit_own(own_chat, chromium):
    """Return a function that opens that one."""
    visits = Visits(chromium, own_chat)
    yield visits
    visits.end()


@pytest.fixture
def visit(chat, chromium):
    """Return a function that opens the chat."""
    visits = Visits(chromium, chat)
    yield visits
    visits.end()


def ask(page, question, *, wait=True):
    """Type a question, press Enter, and return its card once the answer is there."""
    cards = page.locator("#pq-conversation .pq-card")
    before = cards.count()
    box = page.locator("#pq-question textarea")
    box.fill(question)
    box.press("Enter")
    if wait:
        page.wait_for_function(
            "before => { const cards = document.querySelectorAll('#pq-conversation .pq-card');"
            " return cards.length > before && !cards[cards.length - 1].hasAttribute('aria-busy'); }",
            arg=before,
        )
    return cards.nth(before)
