"""The chat in Debian's chromium: asking, reading, following up, filtering, judging, keeping."""

import http.client
import json
import re
from urllib.parse import urlsplit

import pytest

from conftest import ask

# Of a value; values by day have citations of their own.
CITED = ".pq-cite[data-candidate]"
SHEET = {"light": "rgb(255, 255, 255)", "dark": "rgb(29, 31, 34)"}


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_question_gets_a_cited_answer(visit, width, scheme):
    page = visit(viewport={"width": width, "height": 844}, color_scheme=scheme)
    assert page.locator("h1").inner_text() == "“Pullquote"
    assert page.locator(".pq-welcome").inner_text().splitlines()[0] == "What was printed?"
    card = ask(page, "Who leads the investigation?")
    assert page.locator("#pq-conversation .pq-question").inner_text() == "Who leads the investigation?"
    assert card.locator(".pq-answer").inner_text() == "“Dr Hanne Osterby”"
    assert card.locator(".pq-span").inner_text() == "Dr Hanne Osterby"
    assert card.locator(".pq-sentence").inner_text().endswith("the sinking of the Corrin Star.")
    assert card.locator(".pq-words").inner_text() == "Very likely"
    meter = card.get_by_role("meter")
    assert meter.get_attribute("aria-valuetext") == "very likely, 91% likely to be right"
    assert not card.locator(".pq-tip").is_visible()
    meter.focus()
    assert card.locator(".pq-tip").inner_text() == "91% likely to be right"
    assert card.locator(".pq-standing .pq-note").inner_text() == "printed by 2 outlets · 1 independent report"
    assert [" ".join(cite.split()) for cite in card.locator(CITED).all_inner_texts()] == [
        "Evening Echo 5 May 2031 Who leads the inquiry",
        "Harbour Courier 4 May 2031 Board opens investigation By Ines Amaro and Tom Reyl",
    ]
    assert re.fullmatch(
        r"Searched 6 articles from 3 May 2031 to 9 June 2031 · read \d+ passages · \d+ ms",
        card.locator(".pq-foot .pq-note").inner_text(),
    )
    assert page.locator("#pq-question textarea").input_value() == ""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert card.evaluate("card => getComputedStyle(card).backgroundColor") == SHEET[scheme]


@pytest.mark.parametrize("width", [1440, 390])
def test_the_first_screen_has_the_newest_headlines(visit, width):
    page = visit(viewport={"width": width, "height": 844})
    rows = page.get_by_role("region", name="Newest in the archive").get_by_role("button")
    assert [" ".join(row.split()) for row in rows.all_inner_texts()] == [
        "Harbour fees rise Tradewind Weekly · 9 June 2031",
        "Herring fair opens Tradewind Weekly · 1 June 2031",
        "Toll rises to thirteen Evening Echo · 8 May 2031",
        "Who leads the inquiry Evening Echo · 5 May 2031",
    ]
    rows.nth(1).focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'pq-pane-title'")
    assert page.locator(".pq-pane-title").inner_text() == "Herring fair opens"
    page.keyboard.press("Escape")
    page.wait_for_function("document.activeElement.dataset.article === 'fair'")
    ask(page, "Who opened the herring fair?")
    assert not rows.first.is_visible()
    page.get_by_role("button", name="New conversation").click()
    rows.first.wait_for()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_citation_opens_its_article_at_the_marked_span(visit, width):
    page = visit(viewport={"width": width, "height": 844})
    card = ask(page, "Who leads the investigation?")
    pane = page.locator("#pq-reading")
    assert not pane.is_visible()
    cite = card.locator(CITED, has_text="Harbour Courier")
    cite.focus()
    page.keyboard.press("Enter")
    mark = page.locator("#pq-here")
    mark.wait_for()
    page.wait_for_timeout(400)
    assert mark.inner_text() == "Dr Hanne Osterby"
    scroller, place = page.locator("#pq-pane").bounding_box(), mark.bounding_box()
    assert scroller["y"] + 40 < place["y"] < scroller["y"] + scroller["height"] - 40
    assert place["x"] + place["width"] <= width
    assert page.locator("#pq-pane").evaluate("pane => pane.scrollTop") > 100
    assert page.locator(".pq-pane-title").inner_text() == "Board opens investigation"
    assert page.locator(".pq-pane-source").inner_text() == "By Ines Amaro and Tom Reyl · 4 May 2031"
    link = page.locator(".pq-pane-open")
    assert link.get_attribute("href").startswith("https://harbour.example/lead#:~:text=Dr%20Hanne%20Osterby")
    assert link.get_attribute("rel") == "noopener noreferrer"
    # Focus is in the article, Escape gives it back.
    page.wait_for_function("document.activeElement.id === 'pq-pane-title'")
    page.keyboard.press("Escape")
    page.wait_for_function("!document.body.classList.contains('pq-reading-open')")
    assert page.evaluate("document.activeElement.textContent") == cite.text_content()


def test_the_same_citation_opens_again(visit):
    page = visit()
    card = ask(page, "Who leads the investigation?")
    for _ in range(2):
        card.locator(".pq-cite").first.click()
        page.locator("#pq-here").wait_for()
        page.get_by_role("button", name="Close the article").click()
        page.locator("#pq-here").wait_for(state="hidden")


def test_citations_are_copied(visit):
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    card = ask(page, "How many people died on the Corrin Star?")
    card.locator(".pq-cite").first.click()
    copied = {}
    for label in ("Copy citation", "Copy as APA", "Copy as Markdown"):
        page.get_by_role("button", name=label).click()
        page.locator(".pq-copy", has_text="Copied").wait_for()
        copied[label] = page.evaluate("navigator.clipboard.readText()")
        page.get_by_role("button", name=label).wait_for()
    assert copied["Copy as APA"] == (
        "Reyl, T. (2031, May 3). Nine dead in ferry disaster. Harbour Courier. https://harbour.example/nine"
    )
    assert copied["Copy as Markdown"].startswith("> **Nine** people died when the ferry Corrin Star sank")


def test_values_that_differ_are_both_shown(visit):
    card = ask(visit(), "How many people died on the Corrin Star?")
    assert card.locator(".pq-answer").inner_text() == "“Nine”"
    conflict = card.locator(".pq-conflict")
    assert conflict.locator("h3").inner_text() == "The archive does not agree on this"
    assert conflict.locator(".pq-value").inner_text() == "“Thirteen”"
    assert conflict.locator(".pq-words").inner_text() == "Likely"
    assert "Evening Echo" in conflict.locator(".pq-cite").inner_text()


@pytest.mark.parametrize("width", [1440, 390])
def test_where_no_value_is_sure_the_sentence_that_speaks_is_shown(visit, width):
    page = visit(viewport={"width": width, "height": 844})
    card = ask(page, "Why did harbour fees rise?")
    assert card.locator(".pq-speaks").inner_text() == (
        "The archive speaks to this, but no single value is sure. 1 quotation:"
    )
    quoted = card.locator(".pq-quotations > li")
    assert quoted.count() == 1
    assert quoted.locator(".pq-span").inner_text() == "defended the new harbour fees"
    assert "Margit Lorrimer, chief executive of the Port Authority" in quoted.locator(".pq-sentence").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    quoted.locator(".pq-cite").first.click()
    page.locator("#pq-pane .pq-span").first.wait_for()
    assert page.locator(".pq-pane-title").inner_text() == "Harbour fees rise"


def test_not_sure_and_not_there_are_told_apart(visit):
    page = visit()
    unsure = ask(page, "What salary is Margit Lorrimer paid?")
    assert unsure.locator(".pq-absent").inner_text() == (
        "The archive has passages on this, but no answer that is sure enough (best guess 33%)."
    )
    nothing = ask(page, "Is there life on Mars?")
    assert nothing.locator(".pq-absent").inner_text() == "Nothing in this archive answers that."
    assert "Searched 6 articles from 3 May 2031 to 9 June 2031." in nothing.inner_text()
    nearest = nothing.locator(".pq-near")
    assert nearest.count() == 3
    nearest.first.get_by_role("button").click()
    page.locator("#pq-pane .pq-passage").first.wait_for()
    nothing.get_by_role("button", name="Put it another way").click()
    assert page.locator("#pq-question textarea").input_value() == "Is there life on Mars?"


def test_a_follow_up_is_understood_shown_and_edited(visit):
    page = visit()
    ask(page, "Who leads the investigation into the Corrin Star?")
    card = ask(page, "And how long will she take?")
    assert card.locator(".pq-understood q").inner_text() == "And how long will Dr Hanne Osterby take?"
    assert card.locator(".pq-answer").inner_text() == "“a year”"
    assert page.locator(".pq-question").last.inner_text() == "And how long will she take?"
    card.get_by_role("button", name="Edit").click()
    field = card.get_by_label("The question as asked of the archive")
    assert field.input_value() == "And how long will Dr Hanne Osterby take?"
    field.fill("Who opened the herring fair?")
    field.press("Enter")
    page.locator(".pq-answer", has_text="Mayor Jon Vig").wait_for()
    assert page.locator(".pq-understood q").last.inner_text() == "Who opened the herring fair?"
    card.get_by_role("button", name="Ask as typed").click()
    page.locator(".pq-card").nth(3).locator(".pq-answer", has_text="a year").wait_for()
    assert page.locator(".pq-card").nth(3).locator(".pq-understood").count() == 0


def test_what_was_opened_stays_open_while_the_conversation_goes_on(visit):
    page = visit()
    card = ask(page, "What salary is Margit Lorrimer paid?")
    card.locator("summary").click()
    ask(page, "Who opened the herring fair?")
    assert card.locator("details").evaluate("details => details.open")


def test_a_question_that_cannot_be_asked_says_why(visit):
    page = visit()
    page.locator("#pq-question textarea").press("Enter")
    page.get_by_text("The question is empty.").wait_for()


def test_filters_change_the_answer_and_the_address(visit, chat):
    page = visit(viewport={"width": 1440, "height": 900})
    question = "How many people died on the Corrin Star?"
    assert ask(page, question).locator(".pq-answer").inner_text() == "“Nine”"
    page.get_by_label("Evening Echo (2)").check()
    chip = page.get_by_role("button", name="Drop the filter Evening Echo")
    chip.wait_for()
    assert page.url == f"{chat}?outlet=Evening+Echo"
    assert ask(page, question).locator(".pq-answer").inner_text() == "“Thirteen”"
    chip.click()
    chip.wait_for(state="detached")
    assert not page.get_by_label("Evening Echo (2)").is_checked()
    assert page.url == chat


def test_an_address_brings_its_filters(visit):
    page = visit(
        query="?as_of=2031-05-04&author=Tom+Reyl&outlet=Nobody&since=yesterday", viewport={"width": 1440, "height": 900}
    )
    # The inputs change one after the other, and the chips with them.
    page.wait_for_function(
        "chips => [...document.querySelectorAll('.pq-chip')].map((chip) => chip.innerText).join() === chips",
        arg="as of 4 May 2031 ×,by Tom Reyl ×",
    )
    assert page.locator("#pq-as-of input").first.input_value() == "2031-05-04"
    card = ask(page, "How many people died on the Corrin Star?")
    assert card.locator(".pq-answer").inner_text() == "“Nine”"
    assert card.locator(".pq-others").count() == 0


def test_what_filters_hide_is_one_click_away(visit):
    page = visit(query="?until=2031-05-06&outlet=Evening+Echo")
    page.locator(".pq-chip").first.wait_for()
    absent = ask(page, "Who opened the herring fair?")
    assert absent.locator(".pq-absent").inner_text() == "Nothing in this archive answers that."
    ways = absent.locator(".pq-ways").get_by_role("button").all_inner_texts()
    assert ways == ["Search all dates", "Search every outlet", "Drop all filters", "Put it another way"]
    absent.get_by_role("button", name="Drop all filters").click()
    page.locator(".pq-answer", has_text="Mayor Jon Vig").wait_for()
    page.locator(".pq-chip").first.wait_for(state="detached")


def test_a_verdict_is_kept_as_gold(visit, archive):
    page = visit()
    card = ask(page, "Who opened the herring fair?")
    right = card.get_by_role("button", name="Right", exact=True)
    right.click()
    page.get_by_text("Noted as right").wait_for()
    assert card.get_by_role("button", name="Right", exact=True).get_attribute("aria-pressed") == "true"
    card = ask(page, "How many people died on the Corrin Star?")
    card.get_by_role("button", name="Better answer…").click()
    field = card.get_by_label("The better answer, in words as printed")
    field.fill("forty")
    field.press("Enter")
    card.locator(".pq-thanks:not(:empty)").wait_for()
    assert "Noted" not in card.locator(".pq-thanks").inner_text()
    card.get_by_role("button", name="Better answer…").click()
    field.fill("Nine people")
    field.press("Enter")
    page.get_by_text("Noted, with the better answer").wait_for()
    assert page.evaluate("document.activeElement.dataset.pqToggle") == "pq-better"
    gold = archive / "feedback" / "gold.jsonl"
    assert _answers(gold) == {
        "Who opened the herring fair?": ["Mayor Jon Vig"],
        "How many people died on the Corrin Star?": ["Nine people"],
    }
    # Of another value, by the keyboard alone: the focus stays on its button.
    other = card.get_by_role("group", name="Is “Thirteen” right?")
    other.get_by_role("button", name="Right").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Noted “Thirteen” as right").wait_for()
    assert other.get_by_role("button", name="Right").get_attribute("aria-pressed") == "true"
    assert page.evaluate("document.activeElement.dataset.candidate") == "1"
    assert _answers(gold)["How many people died on the Corrin Star?"] == ["Nine people", "Thirteen"]


def _answers(gold):
    rows = [json.loads(line) for line in gold.read_text("utf-8").splitlines()]
    return {row["question"]: row["answers"] for row in rows}


@pytest.mark.parametrize(("label", "ending"), [("Markdown", "md"), ("Web page", "html"), ("JSON", "json")])
def test_a_conversation_is_exported(visit, label, ending):
    page = visit()
    ask(page, "Who leads the investigation?")
    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name=label).click()
    assert re.fullmatch(
        rf"pullquote-\d{{4}}-\d\d-\d\d-who-leads-the-investigation\.{ending}", download.value.suggested_filename
    )
    kept = download.value.path().read_text("utf-8")
    assert "Dr Hanne Osterby" in kept
    assert "Who leads the inquiry" in kept
    if ending == "json":
        assert json.loads(kept)


def test_a_new_conversation_forgets_the_old_one(visit):
    page = visit()
    ask(page, "Who leads the investigation?")
    page.get_by_role("button", name="New conversation").click()
    page.locator(".pq-card").wait_for(state="detached")
    ask(page, "Who opened the herring fair?")
    assert page.locator(".pq-card").count() == 1


def test_two_visitors_do_not_wait_for_each_other_nor_see_each_other(visit):
    first, second = visit(), visit()
    ask(first, "Who leads the investigation, slowly?", wait=False)
    first.locator("#pq-turns [aria-busy]").wait_for()
    ask(second, "Who opened the herring fair?")
    assert first.locator("#pq-turns [aria-busy]").is_visible()
    first.locator(".pq-answer").wait_for()
    assert "herring" not in first.locator("#pq-conversation").inner_text()
    assert second.locator(".pq-card").count() == 1


def test_the_theme_can_be_chosen(visit):
    page = visit(color_scheme="light")
    toggle = page.locator("#pq-theme")
    toggle.click()
    masthead = page.locator("h1")
    assert masthead.evaluate("title => getComputedStyle(title).color") == "rgb(236, 235, 231)"
    page.reload()
    page.wait_for_function("document.body.classList.contains('dark')")
    assert toggle.get_attribute("aria-pressed") == "true"


def test_the_browser_is_forbidden_to_go_elsewhere(visit, chat):
    page = visit()
    answer = page.request.get(chat)
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert page.request.get(chat + "health").json()["articles"] == 6


def test_a_chat_on_this_machine_answers_to_its_own_names_only(chat):
    port = urlsplit(chat).port
    for host, status in ((f"localhost:{port}", 200), (f"evil.example:{port}", 400), ("10.0.0.7", 400)):
        for path in ("/", "/health"):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
            connection.request("GET", path, headers={"Host": host})
            assert connection.getresponse().status == status
            connection.close()


def test_programs_see_their_three_functions_and_no_event_of_the_page(visit, chat):
    interface = visit().request.get(chat + "gradio_api/info").json()
    assert sorted(interface["named_endpoints"]) == ["/ask", "/read_article", "/search"]
    assert interface["unnamed_endpoints"] == {}
