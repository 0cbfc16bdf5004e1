from __future__ import annotations

import datetime as dt

import pytest

from pullquote.index.sources.pages.linked_data import mend_linked_data

PARAGRAPHS = [
    "The ferry between Varn and Brask sailed on Sunday for the first time since the storm of January,"
    " the port authority said.",
    "“We carried 412 passengers on the first day,” said Mara Lind, who chairs the authority.",
    "The next sailing leaves at noon on Monday from the new pier, which cost 3.2 million crowns to build.",
]
BODY = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
NAVIGATION = '<nav><ul><li><a href="/">Home</a></li><li><a href="/s">Sport</a></li></ul></nav>'


def page(head: str = "", body: str = BODY) -> str:
    return (
        f'<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8">{head}</head><body>{NAVIGATION}'
        f"<article><h1>Ferry sails again</h1>{body}</article><footer>Terms of use</footer></body></html>"
    )


def test_body_and_metadata(read):
    head = """<title>Ferry sails again | The Harbour Post</title>
        <link rel="canonical" href="https://www.harbourpost.example/2031/ferry">
        <meta property="og:site_name" content="The Harbour Post">
        <meta property="og:title" content="Ferry sails again">
        <meta name="author" content="By Ann Roe and Bo Lee">
        <meta property="article:published_time" content="2031-05-04T23:30:00-02:00">"""
    (article,) = read("a.html", page(head))
    assert article.text.split("\n\n")[-3:] == PARAGRAPHS
    assert "Home" not in article.text
    assert "Terms" not in article.text
    assert (article.title, article.outlet) == ("Ferry sails again", "The Harbour Post")
    assert article.url == "https://www.harbourpost.example/2031/ferry"
    assert article.authors == ("Ann Roe", "Bo Lee")
    assert (article.published, article.language) == (dt.date(2031, 5, 4), "en-GB")
    assert article.extra["published_at"] == "2031-05-04T23:30:00-02:00"


def test_the_headline_is_found_below_its_section(read):
    html = page('<meta property="og:title" content="Ferry sails again">').replace(
        "<h1>", "<p>Ports &amp; Piers</p><h1>"
    )
    (article,) = read("a.html", html)
    assert article.text.startswith("Ports & Piers\n\nFerry sails again\n\n")
    assert article.title_in_text == (15, 32)


def test_json_ld(read):
    head = """<script type="application/ld+json">{"@context": "https://schema.org", "@type": "NewsArticle",
        "headline": "Ferry sails again",
        "datePublished": "2031-05-04T09:30:00Z", "author": {"@type": "Person", "name": "Ann Roe"},
        "publisher": {"@type": "Organization", "name": "The Harbour Post"}}</script>"""
    (article,) = read("a.htm", page(head))
    assert (article.published, article.authors) == (dt.date(2031, 5, 4), ("Ann Roe",))
    assert article.extra["published_at"] == "2031-05-04T09:30:00+00:00"


def test_the_host_stands_in_for_the_outlet(read):
    (article,) = read("a.html", page('<link rel="canonical" href="https://www.harbourpost.example/ferry">'))
    assert article.outlet in ("harbourpost.example", "Harbourpost.example")


def test_a_bare_page(read):
    (article,) = read("a.html", page())
    assert article.text.split("\n\n")[-3:] == PARAGRAPHS
    assert (article.url, article.outlet, article.authors) == (None, None, ())


def test_lists_tables_and_line_breaks(read):
    body = (
        BODY + "<ul><li>Adults pay 12 crowns.</li><li>Children pay nothing.</li></ul>"
        "<table><tr><th>Day</th><th>Sailings</th></tr><tr><td>Sunday</td><td>4</td></tr></table>"
        f"<p>One line of the verse<br>and another line of it.</p>{BODY}"
    )
    (article,) = read("a.html", page(body=body))
    paragraphs = article.text.split("\n\n")
    assert "Adults pay 12 crowns.\nChildren pay nothing." in paragraphs
    assert "Day | Sailings\nSunday | 4" in paragraphs
    assert "One line of the verse\nand another line of it." in paragraphs


def test_a_declared_charset(read):
    html = page().replace("utf-8", "iso-8859-2").replace("Mara Lind", "Mára Łódź")
    (article,) = read("a.html", html.replace("“", '"').replace("”", '"').encode("iso-8859-2"))
    assert "Mára Łódź" in article.text


def test_a_script_address_is_never_a_link(read):
    (article,) = read("a.html", page('<link rel="canonical" href="javascript:alert(1)">'))
    assert article.url is None


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("", "is empty"),
        ("<html><head><title>T</title></head><body></body></html>", "has no article text on its page"),
        (f"<html><body>{NAVIGATION}<p>Please wait.</p></body></html>", "has no article text on its page"),
        (b"\x89PNG\r\n\x1a\n\0\0", "looks like a binary file"),
    ],
)
def test_pages_without_an_article(reason, html, expected):
    assert reason("a.html", html) == expected


def test_a_page_nested_very_deep_is_read_or_skipped(read):
    (outcome,) = read("a.html", "<div>" * 50_000 + BODY)
    assert outcome is not None


def test_nothing_is_printed_for_a_page_without_text(reason, capfd):
    reason("a.html", "<html><body></body></html>")
    assert capfd.readouterr() == ("", "")


def test_an_escape_that_is_none_in_the_linked_data(read):
    facts = '{"datePublished": "2031-05-04\\q", "x": {"datePublished": "2031-05-05"}}'
    head = f'<script type="application/ld+json">{facts}</script>'
    (article,) = read("a.html", page(head))
    assert article.published == dt.date(2031, 5, 5)


def blocks(json_ld: str) -> str:
    from lxml import html

    tree = html.document_fromstring(f'<html><script type="application/ld+json">{json_ld}</script><p>x</p></html>')
    mend_linked_data(tree)
    return tree.xpath("string(//script)")


def test_broken_linked_data_is_mended_or_left_out():
    long = ", ".join(f'{{"@type": "BlogPosting", "headline": "Update {n}, [x ,]"}}' for n in range(500))
    assert blocks(f'{{"a": [{long},],}}') == f'{{"a": [{long}]}}'
    assert blocks(f'{{"a": [{long}') == ""
    assert blocks(f'{{"a": [{long}]}}') == f'{{"a": [{long}]}}'
    # Short ones are left as they are: trafilatura reads what it can.
    assert blocks('{"headline": "A",') == '{"headline": "A",'


def test_a_page_of_more_paragraphs_than_any_article_has(reason):
    assert reason("a.html", page(body="<p>x" * 20_001)) == "holds more than 20,000 paragraphs, which no article has"
