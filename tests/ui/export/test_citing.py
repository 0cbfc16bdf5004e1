"""Citations as text: what is known is said in its place, and nothing of an article is markup."""

import datetime as dt
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pullquote.ui.export.citing import apa, escape_markdown, markdown_link, markdown_quote, plain

import ui_fakes as fakes

FULL = fakes.answered().answers[0].citations[0]
BARE = replace(FULL, outlet=None, url=None, link=None, published=None, authors=(), title="")
URL = "https://courier.example/corrin-star"
# Tables and strikethrough are what GitHub adds; its bare links need a package that isn't here.
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


class Rendered(HTMLParser):
    """The tags and the text of rendered Markdown."""

    def __init__(self, markdown):
        super().__init__()
        self.tags, self.links, self.text = [], [], ""
        self.feed(MARKDOWN.render(markdown))
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data):
        self.text += data


def test_plain():
    assert plain(FULL) == (
        "“Dr Hanne Osterby, of the marine safety board, is leading the investigation.” "
        f"(Ines Amaro and Tom Reyl, “Corrin Star: nine dead”, Harbour Courier, 4 May 2031, {URL})"
    )


@pytest.mark.parametrize(
    ("changes", "source"),
    [
        ({"outlet": "Harbour Courier"}, " (Harbour Courier)"),
        ({"published": dt.date(2031, 5, 4)}, " (4 May 2031)"),
        ({"authors": ("A", " "), "title": "T\n\nU"}, " (A, “T U”)"),
        ({"url": "javascript:alert(1)", "link": "javascript:alert(1)"}, ""),
        ({}, ""),
    ],
)
def test_plain_without_what_is_not_known(changes, source):
    assert plain(replace(BARE, **changes)) == f"“{fakes.SENTENCE}”{source}"


def test_apa():
    assert apa(FULL) == f"Amaro, I., & Reyl, T. (2031, May 4). Corrin Star: nine dead. Harbour Courier. {URL}"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"authors": ()}, f"Corrin Star: nine dead. (2031, May 4). Harbour Courier. {URL}"),
        ({"published": None}, f"Amaro, I., & Reyl, T. (n.d.). Corrin Star: nine dead. Harbour Courier. {URL}"),
        ({"outlet": None}, f"Amaro, I., & Reyl, T. (2031, May 4). Corrin Star: nine dead. {URL}"),
        ({"url": None}, "Amaro, I., & Reyl, T. (2031, May 4). Corrin Star: nine dead. Harbour Courier."),
        ({"title": ""}, f"Amaro, I., & Reyl, T. (2031, May 4). [News article]. Harbour Courier. {URL}"),
        ({"title": "Who pays?"}, f"Amaro, I., & Reyl, T. (2031, May 4). Who pays? Harbour Courier. {URL}"),
    ],
)
def test_apa_without_what_is_not_known(changes, expected):
    assert apa(replace(FULL, **changes)) == expected


def test_apa_of_nothing_but_a_sentence():
    assert apa(BARE) == "[News article]. (n.d.)."


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ("Ines Amaro", "Amaro, I."),
        ("By Ines Amaro", "Amaro, I."),
        ("Ines Maria Amaro", "Amaro, I. M."),
        ("Jean-Luc Reyl", "Reyl, J.-L."),
        ("J. K. Amaro", "Amaro, J. K."),
        ("J.R.R. Amaro", "Amaro, J. R. R."),
        ("Ludwig van Beethoven", "van Beethoven, L."),
        ("Maria de la Cruz", "de la Cruz, M."),
        ("Tom Reyl Jr.", "Reyl, T., Jr."),
        ("Tom Reyl, Jr.", "Reyl, T., Jr."),
        ("Tom Reyl III", "Reyl, T., III"),
        ("Amaro, Ines", "Amaro, I."),
        ("Ása Straße", "Straße, Á."),
        ("Madonna", "Madonna"),
        ("王小明", "王小明"),
        ("Associated Press", "Associated Press"),
        ("Reuters Staff", "Reuters Staff"),
        ("The Editorial Board", "The Editorial Board"),
        ("Harbour Courier", "Harbour Courier"),
        ("ines@courier.example", "ines@courier.example"),
        ("Ines Amaro in Port Brask", "Ines Amaro in Port Brask"),
        ("<i>Ines</i> Amaro", "<i>Ines</i> Amaro"),
    ],
)
def test_apa_turns_names_of_people_round_and_no_others(author, expected):
    dot = "" if expected.endswith(".") else "."
    assert apa(replace(FULL, authors=(author,))).startswith(f"{expected}{dot} (2031, May 4).")


def test_apa_names_at_most_twenty_authors():
    twenty = tuple(f"Ann {chr(65 + number)}berg" for number in range(20))
    assert apa(replace(FULL, authors=twenty)).startswith("Aberg, A., Bberg, A., ")
    assert ", Sberg, A., & Tberg, A. (2031" in apa(replace(FULL, authors=twenty))
    many = apa(replace(FULL, authors=(*twenty, "Ann Uberg", "Ann Vberg")))
    assert ", Sberg, A., . . . Vberg, A. (2031" in many
    assert "Tberg" not in many


def test_markdown_quote():
    assert markdown_quote(FULL) == (
        "> **Dr Hanne Osterby**, of the marine safety board, is leading the investigation.\n>\n"
        "> — Ines Amaro and Tom Reyl, "
        f"[Corrin Star: nine dead](<{URL}#:~:text=Dr%20Hanne%20Osterby>), *Harbour Courier*, 4 May 2031"
    )
    page = Rendered(markdown_quote(FULL))
    assert page.tags == ["blockquote", "p", "strong", "p", "a", "em"]
    assert page.links == [f"{URL}#:~:text=Dr%20Hanne%20Osterby"]


def test_markdown_quote_without_what_is_not_known():
    assert markdown_quote(BARE).endswith("\n>\n> — a1")
    assert markdown_quote(replace(BARE, outlet="Echo", link="https://e.example/1")).endswith(
        "— [Echo](<https://e.example/1>)"
    )
    outside = replace(FULL, start=0, end=3)
    assert "**" not in markdown_quote(outside)


def test_markdown_quote_of_a_hostile_article():
    cited = replace(fakes.hostile().answers[0].citations[0], start=0, end=25)
    page = Rendered(markdown_quote(cited))
    assert set(page.tags) <= {"blockquote", "p", "strong", "em"}
    assert page.links == []
    assert "<script>alert(1)</script>" in page.text
    assert "<img src=x onerror=alert(1)> [link=https://evil.example]" in page.text
    assert not {"\x1b", "\x9b", "\u202e", "\u2066"} & set(markdown_quote(cited))


HOSTILE_MARKDOWN = [
    "**bold** _em_ `code` ~~gone~~",
    "![img](https://evil.example/x.png)",
    "[click](javascript:alert(1))",
    "<https://evil.example>",
    "https://evil.example and www.evil.example",
    "# heading",
    "- item",
    "1. item",
    "1986) item",
    "> quote",
    "---",
    "===",
    "| a | b |",
    "&lt;b&gt; &copy; &#60;",
    "back\\slash \\* and `` ticks",
    "[ref]: https://evil.example",
    "a](<https://evil.example>) [b",
    "$x^2$ {.class} @user :::",
    "<!-- comment --> <b onclick=x>",
    "***",
    "    indented",
    "```\nfence",
]


@pytest.mark.parametrize("text", HOSTILE_MARKDOWN)
def test_escaped_markdown_renders_as_the_text(text):
    for markdown in (escape_markdown(text), f"- {escape_markdown(text)}", f"> {escape_markdown(text)}"):
        page = Rendered(markdown)
        assert set(page.tags) <= {"p", "ul", "li", "blockquote"}
        assert page.tags.count("li") <= 1
        assert page.text.strip() == " ".join(text.split())


@given(st.text(alphabet=st.sampled_from("ab1 \\`*_[]()<>#|~^${}@&!:.-+=/\"'\n"), max_size=30))
def test_any_text_renders_as_itself(text):
    page = Rendered("A " + escape_markdown(text))
    assert page.tags == ["p"]
    assert page.text.split() == ["A", *text.split()]
    page = Rendered(escape_markdown(text))
    assert page.tags in (["p"], [])
    assert page.text.split() == text.split()


@given(st.text(max_size=30), st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30))
def test_links_hold_whatever_their_parts_say(label, path):
    link = "https://a.example/" + "".join(path.split())
    page = Rendered(markdown_link(f"x{label}", link))
    if any(character <= " " for character in link):
        assert page.tags == ["p"]
    else:
        assert page.tags == ["p", "a"]
        assert re.match(r"https://a\.example/", page.links[0])


def test_link_keeps_its_address():
    address = "https://a.example/x_y*z?a=1&copy;=2&b=(3)#:~:text=One%2C%20two,three"
    assert Rendered(markdown_link("T", address)).links == [address]
    assert markdown_link("T", "javascript:alert(1)") == "T"
    assert markdown_link("T [x]", None) == r"T \[x\]"
