"""Figures in headlines, cited where the text prints them."""

import datetime as dt

import pytest

from pullquote.answers import Hit
from pullquote.articles import Article, Passage
from pullquote.qa.values.comparable import sort_of
from pullquote.qa.values.headlines import headline_figure

BODY = "The Skelling bridge was shut for repairs on Monday.\n\nCars will pay a toll of £4.00 from June."


def hit(title, text=BODY, *, found=None, place=None):
    """Return an article whose whole text was found, or only some words of it."""
    article = Article(text=text, id="a", title=title, published=dt.date(2031, 5, 4), title_in_text=place)
    words = found or text
    start = text.index(words)
    return Hit(Passage("a", start, start + len(words), words), article, 0.5)


def test_a_figure_of_the_headline_is_cited_where_the_text_prints_it():
    found = headline_figure(
        hit("Skelling bridge toll to rise to £4"), "What is the toll on Skelling bridge?", sort_of("£3")
    )
    assert found is not None
    assert (found.text, found.covered) == ("£4.00", 1.0)
    passage = found.hit.passage
    assert BODY[passage.start : passage.end] == passage.text == "Cars will pay a toll of £4.00 from June."
    assert BODY[passage.start + found.start : passage.start + found.end] == "£4.00"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Skelling bridge shut", BODY),  # no figure
        ("Skelling bridge shut for 4 days", BODY),  # not money
        ("Bridge toll up from £3 to £4", BODY),  # which of them?
        ("Bridge toll up from £4 to £5", BODY),
        ("Skelling bridge toll to rise to £5", BODY),  # the text doesn't print it
        ("Bridge works cost £4 million", BODY),  # of another order
    ],
)
def test_no_figure(title, text):
    assert headline_figure(hit(title, text), "What is the toll on Skelling bridge?", sort_of("£3")) is None


TOLL = "Skelling bridge toll rises to £4"
QUESTION = "What is the toll on Skelling bridge?"
KIOSK = "Coffee at the kiosk costs £4.\nThe board met about the bridge.\nThe toll is £4 from June."


def test_a_line_about_something_else_prints_another_figure():
    found = headline_figure(hit(TOLL, KIOSK), QUESTION, sort_of("£3"))
    assert found is not None
    assert found.hit.passage.text == "The toll is £4 from June."


def test_a_figure_outside_the_passage_that_was_found_is_not_cited():
    words = "The board met about the bridge."
    assert headline_figure(hit(TOLL, KIOSK, found=words), QUESTION, sort_of("£3")) is None
    found = headline_figure(hit(TOLL, KIOSK, found="The toll is £4 from June."), QUESTION, sort_of("£3"))
    assert found is not None
    passage = found.hit.passage
    assert KIOSK[passage.start : passage.end] == passage.text == "The toll is £4 from June."


def test_a_headline_in_the_text_is_cited_itself():
    text = f"{TOLL}\n{KIOSK}"
    place = (0, len(TOLL))
    found = headline_figure(hit(TOLL, text, found="The toll is £4 from June.", place=place), QUESTION, sort_of("£3"))
    assert found is not None
    assert (found.hit.passage.start, found.hit.passage.text, found.text) == (0, TOLL, "£4")


def test_a_headline_about_something_else_covers_less():
    found = headline_figure(hit("Museum ticket now £4"), "What is the toll on Skelling bridge?", sort_of("£3"))
    assert found is not None
    assert found.covered == 0.0
