from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullquote.articles import Article
from pullquote.index.furniture.ranges import furniture_ranges
from pullquote.index.sources.fields.headline import title_from, title_line

TITLE = "Storm closes port of Varn"
STORY = "\n\nThe port is shut."


@pytest.mark.parametrize(
    ("above", "as_printed"),
    [
        ("", TITLE),
        ("\n  ", TITLE),
        ("# ", TITLE),
        ("## ", TITLE),
        ("", "STORM CLOSES PORT OF VARN"),
        ("", "Storm  closes port\tof Varn"),
        ("Ports & Logistics\n\n", TITLE),
        ("Morning bulletin\n# ", TITLE),
        ("News\nVarn\n\n", TITLE),
    ],
)
def test_where_the_title_stands(above, as_printed):
    text = above + as_printed + STORY
    assert title_line(text, TITLE) == (len(above), len(above) + len(as_printed))


def test_curly_quotes_are_the_same_as_straight_ones():
    assert title_line("‘No boats’, says Lind" + STORY, "'No boats', says Lind") == (0, 21)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("The port is shut.", TITLE),
        (TITLE + STORY, ""),
        # Nothing would be left to search.
        (TITLE, TITLE),
        (f"Business\n{TITLE}\n", TITLE),
        # What stands above is the article.
        (f"The port is shut.\n{TITLE}{STORY}", TITLE),
        (f"“No boats”\n{TITLE}{STORY}", TITLE),
        (f"The port of Varn will stay shut until Monday\n{TITLE}{STORY}", TITLE),
        (f"News\nVarn\nPorts\n{TITLE}{STORY}", TITLE),
        # A title of two words may be a heading within the story.
        (f"Varn\nThe storm{STORY}", "The storm"),
        (f"#{TITLE}{STORY}", TITLE),
    ],
)
def test_what_is_not_taken_for_the_title(text, title):
    assert title_line(text, title) is None


def test_the_label_above_the_title_is_furniture():
    text = f"Ports & Logistics\n\n{TITLE}{STORY}"
    article = Article(text=text, title=TITLE, title_in_text=title_line(text, TITLE))
    assert furniture_ranges(article) == [(0, text.index(STORY))]


def test_the_title_of_a_text_without_one():
    assert title_from(f"Business\n\n# {TITLE} #{STORY}") == (TITLE, (12, 12 + len(TITLE)))
    assert title_from(f"Ports & Logistics\n\n{TITLE}{STORY}") == ("Ports & Logistics", (0, 17))


@given(st.text(st.sampled_from("ab# \n\r’'."), max_size=30), st.text(st.sampled_from("ab ’'."), max_size=8))
def test_a_place_lies_within_one_line_and_holds_the_title(text, title):
    place = title_line(text, title)
    if place:
        start, end = place
        assert text[start:end].replace("’", "'").split() == title.replace("’", "'").split()
        assert "\n" not in text[start:end]
        assert text[end:].strip("# \r\n")
