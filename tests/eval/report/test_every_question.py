"""The report lists every question, and filters them by what became of them, without a script."""

import re

import pytest
from lxml import html

from pullquote.eval.report.every_question import Filter, every_question, filters, outcome_of
from pullquote.eval.report.page import report_html
from pullquote.eval.runs.asking import Run
from pullquote.eval.runs.rows import QuotationRow
from pullquote.eval.runs.scores import score

from eval_fakes import FACTS, right, row

SAYS = QuotationRow("Mara Lind chairs it.", "Lind", 0.4, True)
NOT = QuotationRow("Nobody chairs it.", "Nobody", 0.6, False)
NONE = {"answerable": False, "accepted": (), "type": "unanswerable"}
BEIR = {"judged": False, "answerable": False, "accepted": (), "answer": None, "best": ""}
# Each with what became of it.
ROWS = [
    ("right", right("a")),
    ("right", row("b", given=False, **NONE)),
    ("wrong", row("c")),
    ("wrong", row("d", **NONE)),
    ("withheld", right("e", answer=None)),
    ("withheld", row("f", given=False, quotations=(NOT, SAYS))),
    ("missed", row("g", given=False, quotations=(NOT, NOT, NOT, SAYS), answer_rank=4)),
    ("missed", right("h", error="The question is empty.")),
]


@pytest.mark.parametrize(("outcome", "one"), ROWS)
def test_what_became_of_a_question(outcome, one):
    assert outcome_of(one) == outcome


def test_a_set_that_judges_articles():
    found = row("a", **BEIR, relevant={"d9": 1}, hits=("d1", "d9"))
    late = row("b", **BEIR, relevant={"d9": 1}, hits=(*(f"d{at}" for at in range(10, 20)), "d9"))
    listed = every_question([found, late, row("c", **BEIR, relevant={"d9": 1}, hits=("d1",))])
    assert [(one.outcome, one.rank) for one in listed] == [("right", 2), ("missed", 11), ("missed", None)]
    assert [(one.outcome, one.n) for one in filters(listed)] == [("missed", 2), ("right", 1)]


def page(rows):
    run = Run(FACTS, tuple(rows))
    return html.document_fromstring(report_html(run, score(rows, seed=7)))


@pytest.fixture(scope="module")
def shown():
    return page([one for _, one in ROWS])


def test_every_question_is_there_with_its_outcome(shown):
    items = shown.xpath("//ol[@class='every']/li")
    assert [item.get("class") for item in items] == [outcome for outcome, _ in ROWS]
    assert [" ".join(item.xpath("./details/summary")[0].text_content().split()) for item in items] == [
        f"{outcome} {one.question}" for outcome, one in ROWS
    ]
    told = " ".join(items[6].text_content().split())
    assert "ExpectedLind Answeredwithheld (best candidate “Lind”, 0.10) Quoted“Nobody chairs it.”, not right" in told
    assert "The passage found at rank 4 holds an accepted wording, but the reader didn’t choose it." in told
    assert "not asked: The question is empty." in items[7].text_content()


def test_the_filters_count_and_need_no_script(shown):
    assert [" ".join(label.text_content().split()) for label in shown.xpath("//section[@id='questions']//label")] == [
        "all 8", "missed 2", "wrong 2", "withheld 2", "right 2",
    ]  # fmt: skip
    inputs = shown.xpath("//section[@id='questions']//input")
    assert {one.get("name") for one in inputs} == {"show"}
    assert [one.get("id") for one in inputs if one.get("checked") is not None] == ["show-all"]
    assert {label.get("for") for label in shown.xpath("//label")} == {one.get("id") for one in inputs}
    style = shown.xpath("//style")[0].text_content()
    for outcome in ("missed", "wrong", "withheld", "right"):
        assert re.search(rf"#show-{outcome}:checked ~ \.every > li:not\(\.{outcome}\)", style)
    assert not shown.xpath("//script")


def test_no_table_of_a_set_that_judges_articles_is_empty():
    rows = [row("a", **BEIR, relevant={"d9": 1}, hits=("d1", "d9"))]
    root = page(rows)
    assert root.xpath("//table")
    assert all(table.xpath("./tbody/tr") for table in root.xpath("//table"))
    assert [heading.text_content() for heading in root.xpath("//h2")] == ["Search", "Every question", "Small print"]
    assert {link.get("href") for link in root.xpath("//nav//a")} == {"#search", "#questions", "#small-print"}
    assert "at rank 2" in root.xpath("//ol[@class='every']")[0].text_content()


def test_filters_of_answers_are_all_there_even_where_one_has_none():
    assert filters(every_question([right("a")]))[0] == Filter(
        "missed", "no value was given, and nothing that was found is right", 0
    )


@pytest.mark.browser
def test_a_choice_shows_only_its_questions_without_a_script(tmp_path):
    from playwright.sync_api import sync_playwright

    file = tmp_path / "report.html"
    rows = [one for _, one in ROWS]
    file.write_text(report_html(Run(FACTS, tuple(rows)), score(rows, seed=7)), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        visit = browser.new_context(java_script_enabled=False).new_page()
        visit.goto(file.as_uri())
        seen = {}
        for name in ("all", "missed", "wrong", "withheld", "right"):
            visit.locator(f"label[for=show-{name}]").click()
            items = visit.locator(".every > li").all()
            seen[name] = [rows[at].id for at, item in enumerate(items) if item.is_visible()]
        browser.close()
    assert seen == {
        "all": list("abcdefgh"), "missed": ["g", "h"], "wrong": ["c", "d"], "withheld": ["e", "f"], "right": ["a", "b"],
    }  # fmt: skip
