"""Exports of news databases: other layouts, and what can't be split."""

from __future__ import annotations

import datetime as dt

import pytest

from pullquote.index.sources.exports.lines import day_in
from pullquote.index.sources.exports.splitting import stories_in

from made_files import docx


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("February 4, 2031 Tuesday", "2031-02-04"),
        ("Tuesday, February 4, 2031 2:00 PM GMT", "2031-02-04"),
        ("4 February 2031", "2031-02-04"),
        ("Dienstag 4. Februar 2031", "2031-02-04"),
        ("mardi 4 février 2031", "2031-02-04"),
        ("4 de febrero de 2031", "2031-02-04"),
        ("2031-02-04", "2031-02-04"),
        ("February 30, 2031", None),
        ("The council met on February 4, 2031, and voted to close the library at the end of the month of March.", None),
        ("NEWS; Pg. 4", None),
    ],
)
def test_days(line, day):
    assert day_in(line) == day


def test_nexis_with_an_edition_and_no_byline(read):
    text = (
        "1 of 1 DOCUMENT\n\nCopyright 2031 Vell Ltd.\nAll Rights Reserved\n\nVell Courier\n\nMay 4, 2031 "
        "Sunday\nFirst Edition"
        "\n\nMill opens\nafter nine years\n\nSECTION: NEWS; Pg. 1\n\nLENGTH: 20 words\n\nDATELINE: VELL\n\nThe "
        "mill opened."
        "\n\nLength of the hall: 40 metres.\n\nGRAPHIC: The mill\n\nLOAD-DATE: May 5, 2031"
    )
    (article,) = read("a.txt", text)
    assert (article.title, article.outlet) == ("Mill opens after nine years", "Vell Courier")
    assert (article.published, article.authors) == (dt.date(2031, 5, 4), ())
    assert article.text == "The mill opened.\n\nLength of the hall: 40 metres."
    assert article.extra["dateline"] == "VELL"


def test_nexis_in_german(read):
    text = "Dokument 1 von 1\n\nVell Bote\n\nSonntag 4. Mai 2031\n\nMühle öffnet\n\nAUTOR: Ann Roe"
    text += "\n\nLÄNGE: 20 Wörter\n\nSie öffnete.\n\nSPRACHE: GERMAN"
    (article,) = read("a.txt", text)
    assert (article.title, article.outlet, article.authors) == ("Mühle öffnet", "Vell Bote", ("Ann Roe",))
    assert (article.published, article.text) == (dt.date(2031, 5, 4), "Sie öffnete.")


def test_nexis_without_a_day_that_can_be_read(read):
    lines = [
        "Mill opens",
        "Vell Courier",
        "Spring 2031",
        "Copyright 2031 Vell Ltd.",
        "Body",
        "It opened.",
        "End of Document",
    ]
    (article,) = read("a.docx", docx(lines))
    assert (article.title, article.outlet, article.published) == ("Mill opens", "Vell Courier", None)
    assert article.extra["published_as_printed"] == "Spring 2031"


def test_a_document_of_an_export_that_is_broken_costs_itself(read):
    whole = ["Mill opens", "Vell Courier", "May 4, 2031", "Body", "It opened.", "End of Document"]
    bad, empty, good = read("a.docx", docx(["Error in this document", "End of Document", *whole[:4], whole[5], *whole]))
    assert bad.reason == "is a document of Nexis without a line that says where its body begins"
    assert empty.reason == "is a document of Nexis without a text"
    assert (good.title, good.source[-2:]) == ("Mill opens", ":3")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Download Request: Selected Items: 1-2\nTime Of Request: Sunday, May 4, 2031\n\nMill opens",
            "export of Nexis",
        ),
        ("User Name: Reader\n\nJob Number: 1\n\nDocuments (2)\n\n1. Mill opens", "export of Nexis"),
        (
            "Mill\n\nFull text: a\n\nProQuest document ID: 1\n\nFares\n\nFull text: b\n\nProQuest document ID: 2",
            "export of ProQuest",
        ),
    ],
)
def test_what_cant_be_split_is_refused(reason, text, expected):
    told = reason("a.txt", text)
    assert told.startswith(f"looks like an {expected}, but the place where one article ends isn't marked in it")


def test_factiva_codes_alone_on_their_lines(read):
    lines = ["HD", "Mill opens", "BY", "By Ann Roe", "WC", "20 words", "PD", "4 May 2031", "SN", "Vell Courier"]
    lines += ["LP", "The mill opened.", "TD", "IN the end it was late.", "RE-opened, in fact.", "CO", "vellmi : Mills"]
    lines += ["AN", "Document VELLC00020310504ea2100001"]
    for name, data in (("a.docx", docx(lines)), ("a.txt", "\n\n".join(lines))):
        (article,) = read(name, data)
        assert (article.title, article.outlet, article.authors) == ("Mill opens", "Vell Courier", ("Ann Roe",))
        assert article.text == "The mill opened.\n\nIN the end it was late.\n\nRE-opened, in fact."
        assert article.id == "factiva-VELLC00020310504ea2100001"


def test_factiva_as_a_table_in_a_page(read):
    rows = [
        ("HD", "Mill opens"),
        ("WC", "20 words"),
        ("PD", "4 May 2031"),
        ("SN", "Vell Courier"),
        ("LP", "The mill opened."),
    ]
    rows += [("TD", "It was late."), ("AN", "Document VELLC00020310504ea2100001")]
    page = (
        "<html><body><table>"
        + "".join(f"<tr><td><b>{a}</b></td><td><p>{b}</p></td></tr>" for a, b in rows)
        + "</table>"
    )
    (article,) = read("a.html", page)
    assert (article.title, article.text) == ("Mill opens", "The mill opened.\n\nIt was late.")


def test_proquest_without_a_text(read):
    text = "_" * 60 + "\n\nMill opens\n\nFull text: Not available.\n\nProQuest document ID: 1\n\n" + "_" * 60
    text += "\n\nFares\n\nFull text: They rise.\n\nPublication info: Vell Courier [Vell]04 May 2031"
    text += "\n\nProQuest document ID: 2"
    bad, good = read("a.txt", text)
    assert bad.reason == "is a document of ProQuest without its full text"
    assert (good.title, good.outlet, good.published) == ("Fares", "Vell Courier", dt.date(2031, 5, 4))


@pytest.mark.parametrize(
    "text",
    [
        "The council asked for 3 of 4 documents.\n\nThe end of document seven was missing.",
        "Body of evidence\n\nBody\n\nIt was found. End of story.",
        "HD television comes to Vell\n\nPD James was read aloud.\n\nIN the end all slept.",
        "Document of the day\n\nIt has 88 words\n\nand one title.",
    ],
)
def test_an_article_is_no_export(text):
    assert stories_in(text.split("\n\n")) is None


def test_two_papers_with_one_story_are_two_articles(read):
    def lines(outlet: str) -> list[str]:
        return ["Mill opens", outlet, "May 4, 2031", "Body", "It opened.", "Language: ENGLISH", "End of Document"]

    first, second, again = read("a.docx", docx([*lines("Vell Courier"), *lines("Brask Echo"), *lines("Vell Courier")]))
    assert first.id == again.id != second.id
    assert first.id.startswith("nexis-")
    assert first.language == "en"
