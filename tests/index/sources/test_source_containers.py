"""ZIP files and web archives: what is in them, what is broken in them, bombs."""

from __future__ import annotations

import datetime as dt
import gzip

import pytest

from pullquote.articles import Article, Skipped

from made_files import docx, mail, pdf, warc, zipped

STORY = "Mill opens\n\nThe mayor of Vell opened the new mill on Monday."
PAGE = (
    '<html lang="en"><head><title>{0}</title></head><body><article><h1>{0}</h1><p>The mayor of Vell opened '
    "the new mill on Monday, nine years late.</p></article></body></html>"
)


def places(found, name: str) -> list[str]:
    return [
        item.source.rpartition(name)[2] + ("" if isinstance(item, Article) else f" {item.reason}") for item in found
    ]


def test_files_of_any_kind(read):
    files = {
        "news/a.txt": STORY,
        "news/b.jsonl": '{"text": "One."}\n{"text": "Two."}\n',
        "c.docx": docx(["Mill", "It opened."]),
        "d.txt.gz": gzip.compress(STORY.encode()),
        "e": PAGE.format("Mill"),
        "f.jpg": b"\xff\xd8\xff",
        "__MACOSX/._a.txt": b"x",
        "news/.hidden.txt": b"x",
    }
    found = read("a.zip", zipped(files))
    assert places(found, "a.zip") == ["/news/a.txt", "/news/b.jsonl:1", "/news/b.jsonl:2", "/c.docx", "/d.txt.gz", "/e"]
    assert found[0].text == STORY
    assert found[4].text == STORY


def test_a_bad_file_costs_itself(read):
    files = {"a.docx": docx(["Mill"])[:300], "b.json": "{", "c.txt": STORY, "d.pdf": b"%PDF-1.4 x"}
    found = places(read("a.zip", zipped(files)), "a.zip")
    assert [place.split(" ", 1)[0] for place in found] == ["/a.docx", "/b.json:1", "/c.txt", "/d.pdf"]
    assert found[2] == "/c.txt"


def test_nothing_in_it(reason):
    assert reason("a.zip", zipped({"a.jpg": "x", "b.PNG": "x"})) == (
        "is a ZIP file that holds no file that Pullquote reads (.jpg .png)"
    )
    assert reason("b.zip", zipped({})) == "is a ZIP file that holds no file that Pullquote reads"


def test_cut_off_and_damaged(read, reason):
    whole = zipped({"a.txt": STORY * 50, "b.txt": STORY}, stored=["a.txt"])
    assert reason("a.zip", whole[:-30]).startswith("is damaged or cut off before its end")
    at = whole.index(b"mayor")
    bad, good = read("b.zip", whole[:at] + b"m@yor" + whole[at + 5 :])
    assert bad.reason.startswith("is damaged in its ZIP file (Bad CRC-32")
    assert good.text == STORY


def test_a_password(read):
    whole = bytearray(zipped({"a.txt": STORY}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        whole[whole.index(mark) + place] |= 1
    (skipped,) = read("a.zip", bytes(whole))
    assert skipped.reason == "is protected with a password"


def test_names_that_lead_elsewhere_are_only_names(read):
    found = read("a.zip", zipped({"../../etc/a.txt": STORY, "b\x1b[2J\n.txt": STORY, "x" * 900 + ".txt": STORY}))
    shown = places(found, "a.zip")
    assert shown[0] == "/../../etc/a.txt"  # never written anywhere
    assert shown[1] == "/b [2J .txt"
    assert len(shown[2]) == 301


def test_archives_in_archives_end_somewhere(read):
    data = zipped({"a.txt": STORY})
    for _ in range(3):
        data = zipped({"in.zip": data})
    (article,) = read("a.zip", data)
    assert article.source.endswith("a.zip/in.zip/in.zip/in.zip/a.txt")
    (skipped,) = read("b.zip", zipped({"in.zip": data}))
    assert skipped.reason == "lies in more than 4 files in one another; unpack them and add what is in them"


def test_a_bomb_is_left_where_it_shows(read, monkeypatch):
    monkeypatch.setattr("pullquote.index.sources.allowance.UNPACKED_FREELY_BYTES", 1_000_000)
    inner = zipped({"b.txt": "a" * 600_000})
    found = read("a.zip", zipped({"a.txt": STORY, "one.zip": inner, "two.zip": inner, "c.txt": STORY}))
    assert isinstance(found[0], Article)
    assert [item.source.rpartition("a.zip")[2] for item in found if isinstance(item, Skipped)] == ["/two.zip/b.txt"]
    assert found[2].reason == "unpacks to more than the 0 MB still allowed for the file that it lies in"


def test_mails_and_scans_in_a_mail_in_a_zip_file(read):
    inner = mail(
        "Fares", "A ticket costs 12 crowns.", attachments={"a.pdf": pdf([[(10, 50, 700, "The mill opened.")]])}
    )
    found = read("a.zip", zipped({"mail/1.eml": inner}))
    assert places(found, "a.zip") == ["/mail/1.eml", "/mail/1.eml/a.pdf"]


class TestWebArchive:
    PAGES = (("https://courier.example/1", PAGE.format("Mill")), ("https://courier.example/2", PAGE.format("Fares")))

    @pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
    def test_pages_with_their_addresses(self, read, name):
        data = warc(self.PAGES)
        packed = b"".join(gzip.compress(b"WARC/1.0" + one) for one in data.split(b"WARC/1.0")[1:])
        found = read(name, packed if name.endswith("gz") else data)
        assert [(item.title, item.url, item.outlet) for item in found] == [
            ("Mill", "https://courier.example/1", "courier.example"),
            ("Fares", "https://courier.example/2", "courier.example"),
        ]
        assert {item.extra["captured"] for item in found} == {"2031-05-05T09:00:00+00:00"}
        assert [item.source.rpartition(":")[2] for item in found] == ["3", "4"]
        assert {item.published for item in found} == {None}

    def test_a_page_has_its_own_day(self, read):
        page = PAGE.format("Mill").replace(
            "<head>", '<head><meta property="article:published_time" content="2031-05-04">'
        )
        (article,) = read("a.warc", warc([("https://courier.example/1", page)]))
        assert article.published == dt.date(2031, 5, 4)

    def test_the_address_that_a_page_gives_itself_is_kept_beside(self, read):
        page = PAGE.format("Mill").replace("<head>", '<head><link rel="canonical" href="https://courier.example/mill">')
        (article,) = read("a.warc", warc([("https://courier.example/mill?a=1", page)]))
        assert article.url == "https://courier.example/mill?a=1"
        assert article.extra["canonical_url"] == "https://courier.example/mill"

    def test_a_page_without_an_article_costs_itself(self, read):
        bad, good = read("a.warc", warc([("https://courier.example/0", "<html><body>no</body></html>"), self.PAGES[0]]))
        assert bad.reason == "(https://courier.example/0) has no article text on its page"
        assert good.title == "Mill"

    def test_what_was_not_found_is_no_page(self, reason):
        data = warc(self.PAGES, status="404 Not Found")
        assert reason("a.warc", data) == "is a web archive without a page in HTML among its 4 records"

    def test_one_that_is_cut_off_keeps_what_came_before(self, read):
        pages = [(f"https://courier.example/{n}", PAGE.format(f"Mill {hash(str(n))}")) for n in range(80)]
        data = gzip.compress(warc(pages))
        *articles, last = read("a.warc.gz", data[: len(data) // 2])
        assert [item.url for item in articles] == [address for address, _ in pages[: len(articles)]]
        assert len(articles) > 15
        assert last.reason == "is cut off before its end; nothing is read from here on"

    def test_a_record_that_is_cut_off_is_no_page(self, read):
        data = warc(self.PAGES)
        first, last = read("a.warc", data[:-60])
        assert first.title == "Mill"
        assert last.reason == "is cut off before its end; nothing is read from here on"
