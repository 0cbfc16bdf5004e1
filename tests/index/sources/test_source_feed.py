from __future__ import annotations

import datetime as dt
import socket
from types import SimpleNamespace

import pytest

from pullquote.articles import Article
from pullquote.index.sources import timed
from pullquote.index.sources.formats import feed, feed_entries
from pullquote.index.sources.formats.markup import has_markup, paragraphs

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Harbour Post &amp; Sons</title><link>https://p.example</link>
<item><title>Ferry &amp;amp; storm</title><link>https://p.example/1</link>
<author>a@p.example (Ann Roe)</author>
<guid>tag:1</guid><pubDate>Sun, 04 May 2031 23:30:00 -0200</pubDate><description>Short.</description>
<content:encoded><![CDATA[<p>The ferry <b>sailed</b> on Sunday.</p>
<p>It carried 412 &amp; a dog.<br/>So there.</p>]]></content:encoded></item>
<item><title>No text</title><link>https://p.example/2</link></item>
<item><title>Plain</title><link>javascript:alert(1)</link><pubDate>someday</pubDate>
<description>Just a summary.</description></item>
</channel></rss>
"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Harbour Post</title>
<entry><title>Ferry</title><link href="https://p.example/1"/><id>x</id><updated>2031-05-04T10:00:00Z</updated>
<author><name>Ann Roe</name></author><author><name>Bo Lee</name></author>
<content type="html">&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;</content></entry></feed>
"""


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("the network was touched"))


def test_rss(read):
    first, second, third = read("a.xml", RSS)
    assert first.text == "The ferry sailed on Sunday.\n\nIt carried 412 & a dog.\nSo there."
    assert (first.title, first.outlet, first.authors) == (
        "Ferry & storm",
        "Harbour Post & Sons",
        ("Ann Roe",),
    )
    assert (first.url, first.published) == ("https://p.example/1", dt.date(2031, 5, 4))
    assert first.extra == {"published_at": "2031-05-04T23:30:00-02:00", "guid": "tag:1"}
    assert second.reason == "entry 2 has an empty text"
    assert (third.text, third.url, third.extra["url"]) == ("Just a summary.", None, "javascript:alert(1)")
    assert (third.published, third.extra["published_as_printed"]) == (None, "someday")


def test_atom(read):
    (article,) = read("a.atom", ATOM)
    assert (article.text, article.authors) == ("One.\n\nTwo.", ("Ann Roe", "Bo Lee"))
    assert (article.outlet, article.published) == ("Harbour Post", dt.date(2031, 5, 4))


def test_a_declared_encoding(read):
    data = RSS.replace("utf-8", "windows-1252").replace("sailed", "“segló”").encode("cp1252")
    assert read("a.rss", data)[0].text.startswith("The ferry “segló” on Sunday.")


def test_a_feed_cut_off_keeps_whole_entries_only(read):
    *whole, skipped = read("a.rss", RSS[: RSS.index("a summary")])
    assert [item.text[:9] for item in whole if isinstance(item, Article)] == ["The ferry"]
    assert skipped.reason == "is cut off in the middle of entry 3"


def test_entities_do_not_explode(read):
    bomb = '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9)
    )
    first, second, third = read("a.xml", bomb + "]>" + RSS[RSS.index("<rss") :].replace("Just", "&j; and &b;"))
    assert first.text == "The ferry sailed on Sunday.\n\nIt carried 412 & a dog.\nSo there."
    assert second.reason == "entry 2 has an empty text"
    assert third.text == "&j; and &b; a summary."  # not a billion letters, and not a hundred either


def test_files_named_in_entities_are_not_read(read, tmp_path):
    (tmp_path / "secret").write_text("the secret")
    doctype = f'<!DOCTYPE rss [<!ENTITY s SYSTEM "file://{tmp_path}/secret">]>'
    found = read("a.xml", doctype + RSS[RSS.index("<rss") :].replace("Just", "&s;"))
    assert not any("the secret" in str(item) for item in found)
    assert [item.text for item in found if isinstance(item, Article)][1:] == ["&s; a summary."]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("", "is empty"),
        ("<catalogue><book>Mill</book></catalogue>", "is XML but not an RSS or Atom feed"),
        (
            "<urlset><url><loc>https://p.example</loc></url></urlset>",
            "is a sitemap: it lists addresses (1) without their texts",
        ),
        ('<rss version="2.0"><channel><title>P</title></channel></rss>', "is a feed without entries"),
    ],
)
def test_unusable_feeds(reason, data, expected):
    assert reason("a.xml", data) == expected


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a<script>x()</script> b", "a b"),
        ("<p>one</p>two<div>three <i>four</i></div>", "one\n\ntwo\n\nthree four"),
        ("<ul><li>a<li>b</ul>", "a\n\nb"),
        ("a &lt;b&gt; &eacute;&nbsp;c", "a <b> é\xa0c"),
        ("", ""),
        ("<p> a\n  b<br>c </p>", "a b\nc"),
    ],
)
def test_paragraphs(html, text):
    assert paragraphs(html) == text


def test_has_markup():
    assert has_markup("<p>x")
    assert has_markup("a &amp; b")
    assert not has_markup("1 < 2 & 3 > 2")


def entry(title: str, inside: str = "", text: str = "A ticket costs 12 crowns.") -> str:
    return f"<item><title>{title}</title>{inside}<description>{text}</description></item>"


def rss(*entries: str) -> str:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>P</title>{"".join(entries)}</channel></rss>'


def test_a_time_zone_of_many_digits_leaves_the_day(read):
    date = "<pubDate>Sun, 04 May 2031 10:00:00 -99999999999999999999</pubDate>"
    first, second = read("a.xml", rss(entry("One", date), entry("Two")))
    assert (first.published, first.extra["published_at"]) == (dt.date(2031, 5, 4), date[9:-10])
    assert second.title == "Two"


def test_an_entry_that_cannot_be_read_costs_itself(read, monkeypatch):
    real = feed_entries._parsed

    def parsed(text: str):
        if "broken" in text:
            raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")
        return real(text)

    monkeypatch.setattr(feed_entries, "_parsed", parsed)
    monkeypatch.setattr(timed._PROCESS, "can_start", False)
    timed.end_process()
    first, second, third = read("a.xml", rss(entry("One"), entry("broken"), entry("Three")))
    assert [(one.title, one.outlet) for one in (first, third)] == [("One", "P"), ("Three", "P")]
    assert second.reason.startswith("entry 2 cannot be read, because something in it is not as its format has it")


def test_a_reference_to_half_a_surrogate_pair_costs_no_other_entry(read):
    found = read("a.xml", rss(entry("One"), entry("Two", text="&#xD800;&bad;<p>"), entry("Three")))
    assert [item.title for item in found if isinstance(item, Article)][:1] == ["One"]
    assert [item.title for item in found if isinstance(item, Article)][-1] == "Three"


def test_values_that_are_not_there(read):
    broken = feed_entries.Feed(True, {}, [{"title": None, "summary": "It rained.", "content": None, "author": None}])
    assert feed._record_or_reason(broken.entries[0], "P")["text"] == "It rained."


@pytest.mark.parametrize("tail", ["<!-- a -->" * 30 + "x", "\n<!-- cached -->\n", "<script>x</script>", " " * 50])
def test_what_follows_the_feed_takes_nothing_from_it(read, tail):
    (article,) = read("a.xml", rss(entry("One")) + tail)
    assert article.title == "One"


def test_deeply_nested_markup_keeps_its_words():
    assert paragraphs("<div>" * 1000 + "The mill opened.") == "The mill opened."


def test_feedparser_looks_for_no_encoding_in_a_prologue_that_never_ends(monkeypatch):
    given = []
    monkeypatch.setattr(
        "feedparser.parse",
        lambda stream, **_: given.append(stream.read()) or SimpleNamespace(version="", entries=[], feed={}),
    )
    feed_entries.parse_feed('<?xml version="1.0" encoding="a" ')
    feed_entries.parse_feed('<?xml version="1.0"?><rss>')
    assert given == [b'\n<?xml version="1.0" encoding="a" ', b"<rss>"]
