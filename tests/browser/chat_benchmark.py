"""How long from Enter to the card, in the browser, for one visitor and for several at once.

python tests/browser/chat_benchmark.py ADDRESS QUESTIONS.jsonl [--users 8] [--asked 500]

ADDRESS is a running chat whose models are loaded. Each visitor is a page of its own in one chromium. Prints median and
95th percentile in milliseconds, the requests and bytes of a cold page, and how many cards answered another's question.
"""

import argparse
import json
import statistics
import time
from itertools import cycle, islice

from playwright.sync_api import sync_playwright

from conftest import CHROMIUM

# Between a card and the next question; nobody types faster, and Gradio ignores Enter until an event has ended.
_PAUSE_MS = 300
_ASK = """(question) => new Promise((done) => {
  const box = document.querySelector('#pq-question textarea');
  const before = document.querySelectorAll('#pq-turns .pq-turn').length;
  let began = 0, passages = 0;
  const watch = new MutationObserver(() => {
    const turn = document.querySelectorAll('#pq-turns .pq-turn')[before];
    if (turn && !passages && turn.querySelector('.pq-near')) passages = performance.now() - began;
    if (turn && !turn.querySelector('[aria-busy]')) {
      watch.disconnect();
      const shown = turn.querySelector('.pq-answer, .pq-absent, .pq-message').textContent;
      const row = {ms: performance.now() - began, passages, asked: turn.querySelector('.pq-question').textContent};
      setTimeout(() => done({question, answer: shown, ...row}), PAUSE);
    }
  });
  watch.observe(document.getElementById('pq-turns'), {childList: true, subtree: true});
  box.value = question;
  box.dispatchEvent(new Event('input', {bubbles: true}));
  setTimeout(() => { began = performance.now(); document.querySelector('#pq-question .submit-button').click(); }, 0);
})""".replace("PAUSE", str(_PAUSE_MS))

# A visitor may ask so much a minute; who was refused asks again, and the wait doesn't count.
_WAIT = "await new Promise((done) => setTimeout(done, 2500))"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("questions")
    parser.add_argument("--users", type=int, default=8)
    parser.add_argument("--asked", type=int, default=500)
    options = parser.parse_args()
    with open(options.questions, encoding="utf-8") as lines:
        questions = [json.loads(line)["question"] for line in lines]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        cold(browser, options.address, questions[0])
        alone = run(browser, options.address, list(islice(cycle(questions), options.asked // 5)), users=1)
        report("1 visitor", alone)
        together = run(browser, options.address, list(islice(cycle(questions), options.asked)), options.users)
        report(f"{options.users} visitors", together)
        browser.close()


def cold(browser, address, question):
    """Print what a page that was never opened costs until its first card."""
    context = browser.new_context()
    page = context.new_page()
    loaded = []
    client = context.new_cdp_session(page)
    client.send("Network.enable")
    client.on("Network.loadingFinished", lambda event: loaded.append(event["encodedDataLength"]))
    began = time.perf_counter()
    page.goto(address)
    page.wait_for_selector("#pq-chips [data-query]", state="attached")
    ready = time.perf_counter() - began
    requests, size = len(loaded), sum(loaded)
    page.evaluate(_ASK, question)
    print(
        f"cold page: ready after {ready:.2f} s, {requests} requests, {size / 1000:.0f} kB; "
        f"first card after {time.perf_counter() - began:.2f} s"
    )
    context.close()


def run(browser, address, questions, users):
    """Ask the questions, each visitor a share of them at once with the others; return what came of each."""
    pages = []
    for _ in range(users):
        page = browser.new_context().new_page()
        page.goto(address)
        page.wait_for_selector("#pq-chips [data-query]", state="attached")
        pages.append(page)
    shares = [questions[user::users] for user in range(users)]
    for page, share in zip(pages, shares, strict=True):
        # All pages go on by themselves; nothing here waits for one before starting the next.
        page.evaluate(
            "(questions) => { window.rows = []; (async () => { for (const question of questions) { let row;"
            f" while ((row = await ({_ASK})(question)).answer.startsWith('Too many')) {_WAIT};"
            " window.rows.push(row); } window.over = true; })(); }",
            share,
        )
    rows = []
    for page in pages:
        page.wait_for_function("window.over", timeout=0)
        rows += page.evaluate("window.rows")
        page.context.close()
    return rows


def report(name, rows):
    times = sorted(row["ms"] for row in rows)
    passages = sorted(row["passages"] for row in rows if row["passages"])
    strangers = sum(row["question"].split() != row["asked"].split() for row in rows)
    print(
        f"{name}, {len(rows)} questions: card after {statistics.median(times):.0f} ms, 95% within"
        f" {times[int(0.95 * len(times))]:.0f} ms; passages after {statistics.median(passages or [0]):.0f} ms;"
        f" {strangers} cards with another's question"
    )


if __name__ == "__main__":
    main()
