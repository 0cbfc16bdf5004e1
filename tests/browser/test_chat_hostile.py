"""Twelve attacks in headline, byline, outlet and body, by three routes: shown as the letters they are, everywhere."""

import json
from html import escape

import pytest

from conftest import ask

ATTACKS = [
    "<script>pwned(1)</script>",
    "<img src=x onerror=pwned(2)>",
    '"><svg/onload=pwned(3)>',
    "'-pwned(4)-'",
    "<a href=javascript:pwned(5)>read on</a>",
    "[read on](javascript:pwned(6)) ![x](https://evil.example/6.png)",
    "${pwned(7)} {{pwned(7)}} {{#if true}}`${pwned(7)}`{{/if}}",
    "<style>*{display:none}</style><link rel=stylesheet href=https://evil.example/8.css>",
    "<iframe srcdoc='<script>parent.pwned(9)</script>'></iframe>",
    "</textarea></script><body onload=pwned(10)>",
    "$$\\href{javascript:pwned(11)}{x}$$ <math><mtext><img src=x onerror=pwned(11)></mtext></math>",
    "<details open ontoggle=pwned(12)><summary>x</summary></details> <form action=https://evil.example><button>x",
]


def rows(route):
    for number, attack in enumerate(ATTACKS, 1):
        zebra = f"zebra{route}{number}"
        yield {
            "id": f"{attack} {zebra}",
            "title": f"{attack} headline of {zebra}",
            "outlet": f"{attack} outlet",
            "authors": [f"{attack[:60]} author"],
            "published": "2031-07-01",
            "url": f"javascript:pwned('url{number}')",
            "text": f"A {zebra} says: {attack} is what was printed.\n\nMore of {zebra}: {attack}",
        }


def as_texts(folder):
    """One text file an attack, with front matter."""
    files = []
    for number, row in enumerate(rows("text"), 1):
        facts = "".join(f"{key}: {json.dumps(row[key])}\n" for key in ("title", "outlet", "authors", "published"))
        file = folder / f"attack{number} <img src=x onerror=pwned('name')>.txt"
        file.write_text(f"---\n{facts}---\n{row['text']}", encoding="utf-8")
        files.append(file)
    return "text", files


def as_lines(folder):
    """JSON lines."""
    file = folder / "attacks.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows("line")), encoding="utf-8")
    return "line", [file]


def as_pages(folder):
    """Saved web pages that print the attacks as text, with them in the metadata, too."""
    files = []
    for number, row in enumerate(rows("page"), 1):
        paragraphs = "".join(f"<p>{escape(part)}</p>" for part in row["text"].split("\n\n"))
        title, outlet, author = (escape(str(value)) for value in (row["title"], row["outlet"], row["authors"][0]))
        file = folder / f"page{number}.html"
        file.write_text(
            f'<html><head><title>{title}</title><meta property="og:title" content="{title}">'
            f'<meta property="og:site_name" content="{outlet}"><meta name="author" content="{author}">'
            '<meta property="article:published_time" content="2031-07-01">'
            f"</head><body><article><h1>{title}</h1>{paragraphs}"
            f"<p>The zebrapage{number} was seen again by many people at the quay, and nobody knows why.</p>"
            "<script>pwned('page')</script></article></body></html>",
            encoding="utf-8",
        )
        files.append(file)
    return "page", files


@pytest.mark.parametrize("route", [as_texts, as_lines, as_pages])
def test_nothing_of_an_article_runs_or_is_fetched(route, tmp_path, visit_own):
    page = visit_own(viewport={"width": 1440, "height": 900})
    name, files = route(tmp_path)
    page.get_by_role("tab", name="Archive").click()
    page.locator("#pq-files input[type=file]").set_input_files(files)
    page.locator("#pq-files .file-preview").wait_for()
    page.locator("#pq-add").click()
    report = page.locator("#pq-report .pq-report")
    report.wait_for()
    assert report.inner_text().startswith("12 articles added")
    page.get_by_text("These numbers as a table").click()
    page.locator("#pq-find textarea").fill(f"zebra{name}1")
    page.locator("#pq-find textarea").press("Enter")
    page.locator(".pq-found li").first.wait_for()
    page.get_by_role("tab", name="Ask").click()
    for number, attack in enumerate(ATTACKS, 1):
        card = ask(page, f"Which words say zebra{name}{number}?")
        assert card.locator(".pq-answer").inner_text() == f"“{attack}”"
        card.locator(".pq-cite").first.click()
        printed = f"A zebra{name}{number} says: {attack} is what"
        page.wait_for_function(
            "printed => document.querySelector('.pq-pane-text')?.textContent.includes(printed)", arg=printed
        )
        # The article takes the focus a moment later, which would close a list that was opened before.
        page.wait_for_function("document.activeElement.id === 'pq-pane-title'")
    inside = "#pq-conversation .pq-card, #pq-pane, #pq-report, .pq-found, .pq-table, .pq-legend"
    assert page.locator(f":is({inside}) :is(script, img, svg, iframe, style, link, math, object)").count() == 0
    assert page.locator(f":is({inside}) a:not([href^='http'])").count() == 0
    # Outlets become choices of a filter, and chips. One click: the label is the box's, too, and would untick it again.
    page.locator("#pq-outlets label", has_text=" outlet (").first.locator("input").check()
    chip = page.locator(".pq-chip", has_text=" outlet ×")
    chip.wait_for()
    # Saved pages' outlets get capitals on the way.
    assert chip.inner_text().casefold() in {f"{attack} outlet ×".casefold() for attack in ATTACKS}
    page.locator("#pq-authors input").click()
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("Escape")
    exported(page, "Web page")


def test_a_problem_in_the_corner_is_letters_too(visit):
    page = visit()
    attack = ATTACKS[1]

    def with_a_day_that_is_none(route):
        asked = route.request.post_data_json
        asked["data"][2] = attack
        route.continue_(post_data=json.dumps(asked))

    # The page's own box takes days only; whoever sends something else gets it back as a sentence.
    page.route("**/queue/join*", with_a_day_that_is_none)
    ask(page, "Who leads the investigation?", wait=False)
    told = page.get_by_test_id("toast-text")
    told.wait_for()
    assert told.inner_text() == f"since must be a day such as 2031-05-04, not '{attack}'."
    assert told.locator("*").count() == 0


def test_headlines_of_the_first_screen_are_letters_too(tmp_path, visit_own):
    page = visit_own(viewport={"width": 1440, "height": 900})
    file = tmp_path / "newest.jsonl"
    row = {"id": '"><b>', "title": ATTACKS[1], "outlet": ATTACKS[2], "published": "2031-09-01", "text": "Quagga seen."}
    file.write_text(json.dumps(row) + "\n")
    page.get_by_role("tab", name="Archive").click()
    page.locator("#pq-files input[type=file]").set_input_files([file])
    page.locator("#pq-files .file-preview").wait_for()
    page.locator("#pq-add").click()
    page.locator("#pq-report .pq-report").wait_for()
    page.get_by_role("tab", name="Ask").click()
    headline = page.locator(".pq-headline", has_text=ATTACKS[1]).first
    headline.wait_for()
    assert " ".join(headline.inner_text().split()) == f"{ATTACKS[1]} {ATTACKS[2]} · 1 September 2031"
    assert page.locator(".pq-newest :is(script, img, svg, iframe, style, link, math, object, a, b)").count() == 0
    headline.click()
    page.wait_for_function("document.activeElement.id === 'pq-pane-title'")
    assert page.locator(".pq-pane-title").inner_text() == ATTACKS[1]


def exported(page, label):
    """Open the exported page in the same browser: its traps would spring there."""
    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name=label).click()
    kept = download.value.path().read_text("utf-8")
    assert "says: " in kept
    other = page.context.new_page()
    sprung = []
    other.on("dialog", lambda dialog: (sprung.append(dialog.message), dialog.dismiss()))
    other.on("request", lambda request: sprung.append(request.url) if request.url.startswith("http") else None)
    other.set_content(kept)
    other.wait_for_timeout(200)
    assert other.evaluate("window.ran || []") == []
    assert sprung == []
    other.close()
