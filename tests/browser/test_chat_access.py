"""Everybody can use it: axe-core finds no fault in any view, and the keyboard alone gets from question to source."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from conftest import ask


def faults(page):
    """Return what axe-core finds at fault, one line each."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{fault['impact']} {fault['id']}: {node['html'][:120]}" for fault in found for node in fault["nodes"]]


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault(visit, width, scheme):
    page = visit(
        viewport={"width": width, "height": 844}, color_scheme=scheme, reduced_motion="reduce", bypass_csp=True
    )
    seen = {"first screen": faults(page)}
    ask(page, "Who leads the investigation into the Corrin Star?")
    ask(page, "How long will she take?")
    ask(page, "How many people died on the Corrin Star?")
    ask(page, "What salary is Margit Lorrimer paid?")
    for details in page.locator("#pq-conversation details").all():
        details.evaluate("details => { details.open = true; }")
    seen["answers"] = faults(page)
    page.locator(".pq-cite").first.click()
    page.locator("#pq-here").wait_for()
    seen["pane"] = faults(page)
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Archive").click()
    page.locator("#pq-add").wait_for()
    seen["archive"] = faults(page)
    assert seen == {"first screen": [], "answers": [], "pane": [], "archive": []}


def test_the_keyboard_gets_from_question_to_source_and_back(visit):
    page = visit(viewport={"width": 1440, "height": 900})
    # The box has the focus from the start.
    page.wait_for_function("document.activeElement.tagName === 'TEXTAREA'")
    page.keyboard.type("Who leads the investigation?")
    page.keyboard.press("Enter")
    page.locator(".pq-answer").wait_for()
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.classList.contains('pq-cite')"):
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "2px"
    page.keyboard.press("Enter")
    page.locator("#pq-here").wait_for()
    page.wait_for_function("document.activeElement.id === 'pq-pane-title'")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "pq-pane-open"
    page.keyboard.press("Escape")
    page.wait_for_function("document.activeElement.classList.contains('pq-cite')")


def test_reduced_motion_is_respected(visit):
    page = visit(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    moving = page.locator("#pq-reading").evaluate("pane => getComputedStyle(pane).transitionProperty")
    assert moving == "none"
    page = visit(viewport={"width": 390, "height": 844}, reduced_motion="no-preference")
    moving = page.locator("#pq-reading").evaluate("pane => getComputedStyle(pane).transitionProperty")
    assert "transform" in moving
