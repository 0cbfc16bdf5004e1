"""The Archive tab: what it shows, adding files and pasted text, removing, and its absence in a read-only chat."""

from pullquote.ui.server.accounts import add_user

from conftest import Visits, ask, running_chat

PARROT = """---
title: Parrot lands
outlet: Kestrel Gazette
published: 2031-07-02
authors: Sten Aske
---
A grey parrot was landed at Kestrel Quay by Captain Sten Hovde after a voyage of 31 days.
"""


def open_archive(visit):
    page = visit(viewport={"width": 1440, "height": 900})
    page.get_by_role("tab", name="Archive").click()
    page.locator("#pq-add").wait_for()
    return page


def add(page, *files):
    page.locator("#pq-files input[type=file]").set_input_files([str(file) for file in files])
    page.locator("#pq-files").get_by_text(files[-1].name.rpartition(".")[0][:8]).first.wait_for()
    page.locator("#pq-add").click()


def facts(page, said):
    page.locator("#pq-facts").get_by_text(said).wait_for()


def remove(page, word):
    """Find the article with that word in its headline and remove it."""
    page.locator("#pq-find textarea").fill(word)
    page.locator("#pq-find textarea").press("Enter")
    found = page.locator(f".pq-found[data-words={word}] li", has_text=word)
    found.get_by_role("button").click()
    found.get_by_role("button", name="Remove for good?").click()
    page.get_by_text("Removed.").wait_for()
    found.wait_for(state="detached")


def test_what_is_uploaded_can_be_asked_filtered_and_removed(visit_own, tmp_path):
    parrot, broken, picture = tmp_path / "parrot.txt", tmp_path / "broken.jsonl", tmp_path / "picture.png"
    parrot.write_text(PARROT)
    broken.write_text("{not json\n")
    picture.write_bytes(b"\x89PNG\r\n")
    page = open_archive(visit_own)
    assert "6 articles · 3 outlets · from 3 May 2031 to 9 June 2031" in page.locator("#pq-facts").inner_text()
    page.get_by_text("These numbers as a table").click()
    assert page.locator(".pq-table tbody tr").first.inner_text().split() == ["2031-05", "2", "2", "0"]
    add(page, parrot, broken, picture)
    report = page.locator("#pq-report .pq-report")
    report.wait_for()
    said = report.inner_text()
    assert said.startswith("1 article added, 2 skipped (1 passage).")
    assert "Parrot lands" in said
    assert "broken.jsonl:1" in said
    assert "picture.png is a .png" in said
    facts(page, "7 articles · 4 outlets · from 3 May 2031 to 2 July 2031")
    page.get_by_role("tab", name="Ask").click()
    page.get_by_label("Kestrel Gazette (1)").check()
    page.locator(".pq-chip").wait_for()
    card = ask(page, "Who landed the parrot?")
    assert card.locator(".pq-answer").inner_text() == "“Captain Sten Hovde”"
    page.get_by_role("tab", name="Archive").click()
    # The same file again changes nothing.
    parrot.write_text(PARROT)
    add(page, parrot)
    page.get_by_text("0 articles added, 1 stored already (0 passages).").wait_for()
    remove(page, "Parrot")
    facts(page, "6 articles · 3 outlets")


def test_text_and_a_page_are_pasted(visit_own):
    page = open_archive(visit_own)
    page.locator("#pq-add").click()
    page.get_by_text("Choose a file or paste some text first.").wait_for()
    page.get_by_label("Or paste the text").fill("A grey parrot was landed by Captain Sten Hovde.\n\nIt can't speak.")
    page.locator("#pq-pasted-facts").get_by_text("Where the pasted text is from").click()
    page.get_by_label("Headline").fill('Parrot: "lands" --- #1')
    page.get_by_label("Published").fill("soon")
    page.locator("#pq-add").click()
    page.get_by_text("Published must be a day such as").wait_for()
    page.get_by_label("Published").fill("2031-07-02")
    page.locator("#pq-add").click()
    page.get_by_text("1 article added").wait_for()
    assert 'Parrot: "lands" --- #1' in page.locator("#pq-report").inner_text()
    page.get_by_label("Or paste the text").fill(
        "<html><head><title>Quay to be dredged</title></head><body><article><h1>Quay to be dredged</h1>"
        + "<p>The quay will be dredged from May, the council said after a long debate about its cost.</p>" * 4
        + "</article></body></html>"
    )
    page.locator("#pq-add").click()
    page.get_by_text("Quay to be dredged").wait_for()
    facts(page, "8 articles")
    for name in ("Parrot", "dredged"):
        remove(page, name)
    facts(page, "6 articles · 3 outlets")


def test_a_read_only_chat_behind_passwords(tmp_path, archive, chromium):
    accounts = tmp_path / "accounts"
    add_user(accounts, "ines", "a long password")
    with running_chat(archive, "--read-only", "--auth-file", str(accounts)) as address:
        visits = Visits(chromium, address)
        page = visits(wait="input[type=password]")
        assert page.request.get(address + "config").status == 401
        assert page.request.get(address + "health").json()["status"] == "ok"
        name, password = page.locator("input:not([type=password])").first, page.locator("input[type=password]")
        name.fill("ines")
        password.fill("a wrong password")
        page.get_by_role("button", name="Login").click()
        page.get_by_text("Incorrect Credentials").wait_for()
        name.fill("ines")
        password.fill("a long password")
        page.get_by_role("button", name="Login").click()
        page.locator("#pq-question textarea").wait_for()
        assert ask(page, "Who opened the herring fair?").locator(".pq-answer").inner_text() == "“Mayor Jon Vig”"
        assert page.get_by_role("tab").all_inner_texts() == ["Ask"]
        assert page.locator("#pq-add").count() == 0
        file = {"name": "x.txt", "mimeType": "text/plain", "buffer": b"x"}
        assert page.request.post(address + "gradio_api/upload", multipart={"files": file}).status == 403
        # The browser itself logs the 401 of the wrong password.
        visits.complaints = [note for note in visits.complaints if "401" not in note and "400" not in note]
        visits.end()
