"""Mails, mailboxes and pages saved as mails."""

from __future__ import annotations

import datetime as dt
import io
import tracemalloc
from email.message import EmailMessage

import pytest

from pullquote.articles import Article
from pullquote.index.sources import SourceFile, read_articles

from made_files import docx, mail, mbox, mhtml, zipped

TEXT = "The mill of Vell opened on Monday.\n\nIt cost 4 million crowns, said Ines Cole."


def test_sender_day_and_subject(read):
    (article,) = read("a.eml", mail("Mill “opens”", TEXT))
    assert (article.title, article.outlet, article.published) == ("Mill “opens”", "Vell Courier", dt.date(2031, 5, 4))
    assert (article.text, article.id, article.authors) == (TEXT, "1@courier.example", ())
    assert article.extra == {"from": "news@courier.example", "published_at": "2031-05-04T07:00:00+02:00"}


def test_a_sender_without_a_name_is_known_by_the_address(read):
    (article,) = read("a.eml", mail("Mill", TEXT, sender="news@courier.example"))
    assert article.outlet == "courier.example"


def test_the_fuller_version_is_read(read):
    html = "<html><body><p>The mill of <b>Vell</b> opened.</p><p>It cost 4 crowns.</p></body></html>"
    (article,) = read("a.eml", mail("Mill", TEXT, html=html))
    assert article.text == TEXT
    (article,) = read("b.eml", mail("Mill", "See it.", html=html))
    assert article.text == "The mill of Vell opened.\n\nIt cost 4 crowns."


def test_lines_broken_for_transport_are_whole_again(read):
    data = mail("Mill", TEXT).replace(b'charset="utf-8"', b'charset="utf-8"; format=flowed')
    (article,) = read("a.eml", data.replace(b"opened on", b"opened \r\non"))
    assert article.text == TEXT


def test_attachments_of_known_kinds_are_articles_of_their_own(read):
    attached = {
        "story.docx": docx(["Fares rise", "A ticket costs 12 crowns."]),
        "logo.png": b"\x89PNG",
        "no.bin": b"\0\1",
    }
    found = read("a.eml", mail("Mill", TEXT, attachments=attached))
    assert [(item.title, item.source.rpartition("/a.eml")[2]) for item in found] == [
        ("Mill", ""),
        ("Fares rise", "/story.docx"),
    ]
    (alone,) = read("b.eml", mail("Mill", "", attachments=attached))
    assert alone.text == "Fares rise\n\nA ticket costs 12 crowns."


def test_a_forwarded_mail_is_one_of_its_own(read):
    outer = EmailMessage()
    outer["From"], outer["Subject"], outer["MIME-Version"] = "desk@courier.example", "Fwd", "1.0"
    outer.set_content("Look at this.")
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "Brask Echo <e@echo.example>", "Fares rise"
    inner.set_content("A ticket costs 12 crowns.")
    outer.add_attachment(inner)
    found = read("a.eml", outer.as_bytes())
    assert [(item.title, item.outlet, item.text.strip()) for item in found] == [
        ("Fwd", "courier.example", "Look at this."),
        ("Fares rise", "Brask Echo", "A ticket costs 12 crowns."),
    ]


def test_a_bad_attachment_costs_itself(read):
    attached = {"a.docx": docx(["Mill"])[:200], "b.txt": b"Fares rise.\nTwelve crowns."}
    first, bad, good = read("a.eml", mail("Mill", TEXT, attachments=attached))
    assert (first.title, good.title) == ("Mill", "Fares rise.")
    assert bad.reason.startswith("is damaged or cut off before its end")


@pytest.mark.parametrize(
    "header", ["=?none?Q?Mill?=", "=?utf-8?B?!!!?=", "Mill\udcff".encode("utf-8", "surrogateescape").decode("latin-1")]
)
def test_odd_headers_are_no_loss(read, header):
    (article,) = read(
        "a.eml", f"Message-ID: <1@c>\nFrom: c@c.example\nSubject: {header}\nDate: yesterday\n\n{TEXT}".encode("latin-1")
    )
    assert article.text == TEXT
    assert article.extra["published_as_printed"] == "yesterday"


def test_parts_nested_like_a_tower(read):
    head = "From: c@c.example\nSubject: Mill\nMIME-Version: 1.0\nMessage-ID: <1@c>\n"
    body = TEXT
    for number in range(60):
        body = f"--b{number}\nContent-Type: multipart/mixed; boundary=b{number - 1}\n\n{body}\n--b{number}--"
    found = read("a.eml", f"{head}Content-Type: multipart/mixed; boundary=b59\n\n{body}".encode())
    assert [item.reason for item in found if not isinstance(item, Article)][:1] == [
        "is a mail whose parts lie too deep in one another, or are too many"
    ]


class TestMailbox:
    def test_a_line_that_begins_like_a_mail_is_text(self, read):
        found = read(
            "a.mbox", mbox([mail("One", "From Vell to Brask\n\nFrom here on.", number=1), mail("Two", TEXT, number=2)])
        )
        assert [(item.title, item.text, item.source[-2:]) for item in found] == [
            ("One", "From Vell to Brask\n\nFrom here on.", ":1"),
            ("Two", TEXT, ":2"),
        ]

    def test_a_mail_that_is_cut_off_is_read_as_far_as_it_goes(self, read):
        data = mbox([mail("One", TEXT, number=1), mail("Two", TEXT, number=2)])
        first, second = read("a.mbox", data[:-30])
        assert (first.text, second.text) == (TEXT, TEXT[:-27])

    def test_a_large_one_is_streamed(self):
        one = mbox([mail("Mill", TEXT, attachments={"a.png": b"\x89PNG" + bytes(15_000)})])
        source = SourceFile(None, "a.mbox", 60 * len(one), stream=lambda: io.BufferedReader(_Repeated(one, 60)))
        tracemalloc.start()
        found = list(read_articles(source))
        peak_bytes = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert [item.source for item in found] == [f"a.mbox:{number}" for number in range(1, 61)]
        assert peak_bytes < 15 * len(one)

    def test_a_mail_that_is_too_large_costs_itself(self, read, monkeypatch):
        monkeypatch.setattr("pullquote.index.sources.containers.mailbox.MAX_MESSAGE_BYTES", 1000)
        large, good = read("a.mbox", mbox([mail("One", TEXT * 20), mail("Two", TEXT)]))
        assert large.reason == "is a mail of more than the 0 MB allowed"
        assert good.title == "Two"


class _Repeated(io.RawIOBase):
    """A stream that holds the same bytes many times over."""

    def __init__(self, data: bytes, times: int) -> None:
        self._data, self._left, self._place = data, times * len(data), 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        count = min(len(buffer), self._left, len(self._data) - self._place)
        buffer[:count] = self._data[self._place : self._place + count]
        self._place = (self._place + count) % len(self._data)
        self._left -= count
        return count


PAGE = (
    '<html lang="en"><head><title>Mill opens</title></head><body><article><h1>Mill opens</h1><p>The mayor of Vell '
    "opened "
    "the new mill on Monday, nine years late.</p></article></body></html>"
)


class TestSavedPage:
    def test_its_address_and_when_it_was_saved(self, read):
        (article,) = read("a.mhtml", mhtml(PAGE, "https://www.courier.example/mill"))
        assert (article.url, article.outlet) == ("https://www.courier.example/mill", "courier.example")
        assert (article.title, article.published) == ("Mill opens", None)
        assert article.extra["captured"] == "2031-05-05T09:00:00+02:00"

    def test_under_another_name(self, read):
        (article,) = read("saved.eml", mhtml(PAGE, "https://courier.example/mill"))
        assert article.url == "https://courier.example/mill"

    def test_an_address_that_is_no_link_is_left(self, read):
        (article,) = read("a.mht", mhtml(PAGE, "javascript:alert(1)"))
        assert article.url is None

    def test_in_a_zip_file(self, read):
        (article,) = read("a.zip", zipped({"a.mhtml": mhtml(PAGE, "https://courier.example/mill")}))
        assert article.source.endswith("/a.zip/a.mhtml")
