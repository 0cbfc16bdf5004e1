from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullquote.qa.quoting.links import text_fragment_link

URL = "https://post.example/ferry"


@pytest.mark.parametrize(
    ("sentence", "directive"),
    [
        ("The ferry sailed.", "The%20ferry%20sailed."),
        ("Yes, it sailed", "Yes%2C%20it%20sailed"),
        ("the well-known port", "the%20well%2Dknown%20port"),
        ("Lind & Sons", "Lind%20%26%20Sons"),
        ("100% of #1?", "100%25%20of%20%231%3F"),
        ("Ása sagði «já»", "%C3%81sa%20sag%C3%B0i%20%C2%ABj%C3%A1%C2%BB"),
        ("🚢 שלום", "%F0%9F%9A%A2%20%D7%A9%D7%9C%D7%95%D7%9D"),
        ("  spaces \t and\u00a0more ", "spaces%20and%20more"),
        ("one line\nand another", "one%20line"),
        ("a b c d e f g h i j k l", "a%20b%20c%20d%20e%20f%20g%20h%20i%20j%20k%20l"),
        ("a b c d e f g h i j k l m", "a%20b%20c%20d%20e,i%20j%20k%20l%20m"),
        ("<script>alert('x')</script>", "%3Cscript%3Ealert%28%27x%27%29%3C%2Fscript%3E"),
    ],
)
def test_links(sentence: str, directive: str):
    assert text_fragment_link(URL, sentence) == f"{URL}#:~:text={directive}"


def test_a_fragment_that_is_there_stays():
    assert text_fragment_link(f"{URL}#part-2", "It sailed.") == f"{URL}#part-2:~:text=It%20sailed."
    assert text_fragment_link(f"{URL}?a=1&b=2#", "It sailed.") == f"{URL}?a=1&b=2#:~:text=It%20sailed."


def test_a_sentence_without_words_links_to_the_page():
    assert text_fragment_link(URL, " \n ") == URL


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "post.example/x",
        "//post.example",
    ],
)
def test_what_is_no_web_address_gets_no_link(url: str | None):
    assert text_fragment_link(url, "The ferry sailed.") is None


@pytest.mark.parametrize("url", ["HTTP://post.example/", "https://post.example", "http://[::1]/x"])
def test_web_addresses(url: str):
    assert text_fragment_link(url, "Yes") == f"{url}#:~:text=Yes"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_the_directive_is_the_sentence_and_nothing_of_it_is_syntax(sentence: str):
    link = text_fragment_link(URL, sentence)
    words = sentence.strip().partition("\n")[0].split()
    if not words:
        assert link == URL
        return
    directive = link.removeprefix(f"{URL}#:~:text=")
    assert not set(directive) & set("-& \n#\"<>'")
    parts = [unquote(part) for part in directive.split(",")]
    assert parts == ([" ".join(words)] if len(words) <= 12 else [" ".join(words[:5]), " ".join(words[-5:])])
