"""The chat in Debian's chromium, over the fake engine: a cited answer, an absent one, an attack, two visitors."""

import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest

CHROMIUM = Path("/usr/bin/chromium")
HERE = Path(__file__).parent
START_S = 90

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no {CHROMIUM}; apt-get install chromium"),
]


@pytest.fixture(scope="module")
def chat(tmp_path_factory):
    """The address of a running chat; at the end it must stop at once on Ctrl-C, having contacted nobody."""
    archive = tmp_path_factory.mktemp("news.pq")
    process = subprocess.Popen(
        [sys.executable, str(HERE / "chat_process.py"), "--archive", str(archive), "chat", "--port", "0"],
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
        yield found[1]
    finally:
        late.cancel()
        process.send_signal(signal.SIGINT)
        try:
            stdout, rest = process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
    assert process.returncode == 0
    assert stdout == ""
    assert "CONTACTED" not in said + rest
    assert "Traceback" not in said + rest


@pytest.fixture(scope="module")
def chromium():
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(chat, chromium):
    """Return a function that opens the chat; no page may contact another host, run a dialog or log an error."""
    contexts, foreign, complaints = [], [], []

    def note_request(request):
        if urlsplit(request.url).scheme not in ("data", "blob") and not request.url.startswith(chat):
            foreign.append(request.url)

    def note_dialog(dialog):
        complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def open_page(**options):
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", note_request)
        page.on("dialog", note_dialog)
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        page.on("console", lambda note: complaints.append(note.text) if note.type == "error" else None)
        page.goto(chat)
        page.wait_for_selector("#pq-question textarea")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert foreign == []
    assert complaints == []


def ask(page, question, *, wait=True):
    box = page.locator("#pq-question textarea")
    box.fill(question)
    box.press("Enter")
    card = page.locator(".pq-card").first
    if wait:
        page.wait_for_function(
            "question => { const card = document.querySelector('.pq-card');"
            " return card && card.innerText.includes(question) && !card.innerText.includes('Searching…'); }",
            arg=question,
        )
    return card


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_question_gets_a_cited_answer(visit, width, scheme):
    page = visit(viewport={"width": width, "height": 844}, color_scheme=scheme)
    assert page.locator("h1").inner_text() == "Pullquote"
    assert "2 articles · 1 May 2031 to 9 June 2031" in page.locator(".pq-header").inner_text()
    card = ask(page, "Who leads the investigation?")
    assert card.locator(".pq-answer").inner_text() == "“Dr Hanne Osterby”"
    assert card.locator(".pq-span").inner_text() == "Dr Hanne Osterby"
    assert card.locator(".pq-sentence").inner_text() == (
        "Dr Hanne Osterby, of the marine safety board, is leading the investigation."
    )
    assert card.locator(".pq-source").first.inner_text() == (
        "Harbour Courier · By Ines Amaro and Tom Reyl · 4 May 2031"
    )
    link = card.locator(".pq-title a").first
    assert link.get_attribute("href").startswith("https://courier.example/corrin-star#:~:text=")
    assert link.get_attribute("rel") == "noopener noreferrer"
    assert page.locator("#pq-question textarea").input_value() == ""
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_is_not_there_is_said_in_words_and_the_newest_card_is_on_top(visit):
    page = visit()
    ask(page, "Who leads the investigation?")
    card = ask(page, "What salary is she paid?")
    assert card.locator(".pq-absent").inner_text() == "Not in this archive."
    assert "Searched 2 articles, from 1 May 2031 to 9 June 2031." in card.inner_text()
    assert "The Corrin Star sank on Friday." in card.locator(".pq-passage").inner_text()
    assert page.locator(".pq-card").count() == 2
    assert "Dr Hanne Osterby" in page.locator(".pq-card").nth(1).inner_text()


def test_a_question_that_cannot_be_asked_says_why(visit):
    page = visit()
    page.locator("#pq-question textarea").press("Enter")
    page.get_by_text("The question is empty.").wait_for()


def test_an_article_cannot_run_anything(visit):
    page = visit()
    card = ask(page, "hostile ${alert(1)} {{value}} ` <img src=x onerror=alert(2)>")
    assert card.locator(".pq-answer").inner_text() == "“<script>alert(1)</script> [bol”"
    assert card.locator("img, script, a").count() == 0
    assert "${alert(1)} {{value}} `" in card.inner_text()


def test_the_browser_is_forbidden_to_go_elsewhere(visit, chat):
    page = visit()
    answer = page.request.get(chat)
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_two_visitors_do_not_wait_for_each_other_nor_see_each_other(visit):
    first, second = visit(), visit()
    ask(first, "Who leads it, slowly?", wait=False)
    first.get_by_text("Searching…").wait_for()
    ask(second, "Who leads it, quickly?")
    assert first.get_by_text("Searching…").is_visible()
    first.locator(".pq-answer").wait_for()
    assert "quickly" not in first.locator("#pq-answers").inner_text()
    assert second.locator(".pq-card").count() == 1
