"""What a newspaper took back, in the ways that papers print it."""

import datetime as dt

import pytest

from pullquote.articles import Article
from pullquote.qa.values.corrections import corrections, puts_right, takes_back


def article(text):
    return Article(text=text, id="a", title="", published=dt.date(2031, 5, 4))


@pytest.mark.parametrize(
    ("paragraph", "wrong", "right"),
    [
        ("Correction: An earlier version of this article said that 16 boats had sunk. The number is 61.", "16", "61"),
        ("*Correction: an earlier version of this story said the toll was £5. It's £3.50.*", "£5", "£3.50"),
        ("(Corrects number of homes in second paragraph to 64,000 from 46,000)", "46,000 homes", "64,000"),
        ("(CORRECTS number of injured in fifth paragraph to 112, not 121)", "121", "112"),
        ("A report that the toll would be £5 was wrong, said Mara Lind, who chairs it. It stays at £3.", "£5", "£3"),
        ("Last week we said that Jon Vig chairs the port authority. It is Mara Lind. We are sorry.", "Vig", "Lind"),
        ("The turnout, given as 49 per cent, was corrected yesterday to 47.3 per cent.", "49%", "47.3%"),
        (
            "(Correction: A report of 17 July said that 11 homes had burnt. The fire service has since corrected the "
            "figure to nine.)",
            "Eleven",
            "nine homes",
        ),
    ],
)
def test_the_wrong_value_and_the_right_one(paragraph, wrong, right):
    text = f"The wind rose at noon.\n\n{paragraph}\n\nNobody was hurt."
    (found,) = corrections([article(text)])
    assert text[found.start : found.end] == paragraph
    assert takes_back(found, wrong.removesuffix(" homes"))
    assert not takes_back(found, right.removesuffix(" homes"))
    assert puts_right(found, right.removesuffix(" homes"))
    assert not takes_back(found, "73")


@pytest.mark.parametrize(
    "paragraph",
    [
        "The House of Correction on Rope Lane has 120 cells. It is full.",
        "She said the toll was £5. It is £5.",
        "“You were wrong,” he told the board.",
        "Correction: the picture was printed upside down.",
    ],
)
def test_what_takes_back_no_figure(paragraph):
    assert not any(
        takes_back(one, value) for one in corrections([article(paragraph)]) for value in ("£5", "73", "Lind")
    )


def test_a_paragraph_too_long_for_a_correction_is_none():
    correction = "Correction: An earlier version of this article said that 16 boats had sunk. The number is 61. "
    # A correction has at most 700 characters; the words that follow are of no matter to what it takes back.
    assert len(corrections([article((correction + "It was a long night. " * 40)[:700])])) == 1
    assert corrections([article((correction + "It was a long night. " * 40)[:701])]) == []
