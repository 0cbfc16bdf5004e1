"""Word, OpenDocument, RTF, EPUB and spreadsheets: what is taken of them and what is left."""

from __future__ import annotations

import datetime as dt
import json
import sys

import pytest

from pullquote.articles import Article
from pullquote.index.sources.documents.opendocument import odt_paragraphs
from pullquote.index.sources.documents.spreadsheet import sheet_rows
from pullquote.index.sources.files import Unreadable

from made_files import docx, epub, odt, part_of, rtf, with_part, xlsx, zipped

STORY = ["Mill opens in Vell", "By Ann Roe", "The mayor, Zoë Łind, said: “At last.”"]


@pytest.mark.parametrize("name", ["a.docx", "a.odt", "a.rtf"])
def test_paragraphs_and_the_first_one_as_headline(read, name):
    (article,) = read(name, {"docx": docx, "odt": odt, "rtf": rtf}[name[2:]](STORY))
    assert article.text == "Mill opens in Vell\n\nBy Ann Roe\n\nThe mayor, Zoë Łind, said: “At last.”"
    assert (article.title, article.title_in_text) == ("Mill opens in Vell", (0, 18))
    assert (article.published, article.outlet) == (None, None)


@pytest.mark.parametrize("name", ["a.docx", "a.odt", "a.rtf"])
def test_a_sidecar_says_what_a_document_does_not(read, tmp_path, name):
    (tmp_path / "a.json").write_text(json.dumps({"outlet": "Vell Courier", "published": "2031-05-04", "title": "T"}))
    (article,) = read(name, {"docx": docx, "odt": odt, "rtf": rtf}[name[2:]](STORY))
    assert (article.outlet, article.published, article.title) == ("Vell Courier", dt.date(2031, 5, 4), "T")


def test_word_as_it_is_read(read):
    body = (
        "<w:p><w:r><w:t>One </w:t></w:r><w:ins><w:r><w:t>new </w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>old </w:delText></w:r></w:del><w:hyperlink><w:r><w:t>mill.</w:t></w:r>"
        "</w:hyperlink></w:p>"
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>In a</w:t><w:br/><w:t>control.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>flour</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>12</w:t></w:r></w:p>"
        "</w:tc>"
        "</w:tr><w:tr><w:tc><w:p><w:r><w:t>bran</w:t></w:r></w:p></w:tc><w:tc><w:p/></w:tc></w:tr></w:tbl>"
        "<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p>"
        "</w:txbxContent>"
        "</mc:Choice><mc:Fallback><w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent>"
        "</mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
    )
    (article,) = read("a.docx", docx(["Mill"], body=body))
    assert article.text == "Mill\n\nOne new mill.\n\nIn a\ncontrol.\n\nflour | 12\nbran\n\nIn a box."


def test_opendocument_as_it_is_read(read):
    body = (
        "<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>"
        '<text:h>Two<text:s text:c="3"/>words<text:note><text:note-body><text:p>a note</text:p></text:note-body>'
        "</text:note>"
        "<text:tab/><text:span>here</text:span>.</text:h><text:list><text:list-item><text:p>flour</text:p>"
        "</text:list-item>"
        "</text:list><table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell>"
        "<table:table-cell><text:p>1</text:p></table:table-cell></table:table-row></table:table>"
    )
    (article,) = read("a.odt", odt(["Mill"], body=body))
    assert article.text == "Mill\n\nTwo   words\there.\n\nflour\n\na | 1"


def test_rtf_leaves_out_pictures_and_instructions(read):
    picture = "{\\pict\\pngblip " + "89504e47" * 600 + "}"
    code = "{\\rtf1\\ansi{\\info{\\title The mill}}" + picture + "Mill\\par Caf\\'e9 \\{open\\}.\\par}"
    (article,) = read("a.rtf", code)
    assert article.text == "Mill\n\nCafé {open}."
    assert article.extra == {"document_title": "The mill"}


def chapter(title: str, text: str) -> str:
    head = '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head>'
    return f"{head}<body><h2>{title}</h2>{text}</body></html>"


def test_an_epub_says_what_its_chapters_do_not(read):
    metadata = "<dc:title>Vell Weekly</dc:title><dc:date>2031-05-04</dc:date><dc:creator>calibre</dc:creator>"
    text = "<p>The mayor of Vell opened the new mill on Monday, nine years late.</p><p>Few came.</p>"
    found = read(
        "a.epub",
        epub(
            {
                "cover.xhtml": "<html><body>Vell</body></html>",
                "a.xhtml": chapter("Mill opens", text),
                "b.xhtml": chapter("Fares rise", text.replace("mill", "bridge")),
            },
            metadata=metadata + "<dc:language>en</dc:language>",
        ),
    )
    assert [item.title for item in found] == ["Mill opens", "Fares rise"]
    assert [item.source.rpartition("a.epub")[2] for item in found] == ["/OPS/a.xhtml", "/OPS/b.xhtml"]
    for item in found:
        assert (item.outlet, item.published, item.language) == ("Vell Weekly", dt.date(2031, 5, 4), "en")
        assert item.text.endswith(" on Monday, nine years late.\n\nFew came.")


def test_a_protected_or_empty_epub(reason):
    whole = {"META-INF/container.xml": "<container/>", "mimetype": "application/epub+zip"}
    assert reason("a.epub", zipped({**whole, "META-INF/rights.xml": ""})) == "is protected by its publisher (DRM)"
    assert reason("a.epub", zipped(whole)) == "is no EPUB: its list of contents is missing"
    assert reason("a.epub", epub({"a.xhtml": "<html/>"})) == "is an EPUB without a chapter that has a text"


def test_a_spreadsheet_row_by_row(read):
    rows = [
        ["Headline", "Date", "Body", "desk"],
        ["Mill", "2031-05-04", "It opened.", "city"],
        [],
        ["Fares", "", "", ""],
    ]
    found = read("a.xlsx", xlsx({"Notes": [["a"]], "Articles": [[], *rows]}))
    article, skipped = found
    assert (article.title, article.text, article.published) == ("Mill", "It opened.", dt.date(2031, 5, 4))
    assert (article.extra, article.source[-11:]) == ({"desk": "city"}, "/Articles:3")
    assert (skipped.reason, skipped.source[-11:]) == ("has no text", "/Articles:5")


def test_a_cell_that_is_full_may_be_cut_off(read):
    (article,) = read("a.xlsx", xlsx({"A": [["text", "title"], ["mill " * 6553 + "it", "Mill"]]}))
    assert article.notes == ("may be cut off: a cell of a spreadsheet holds no more than 32,767 characters",)


def test_a_spreadsheet_without_texts(reason):
    sheet = [
        ["id", "media_name", "publish_date", "title", "url"],
        ["1", "Courier", "2031-05-04", "Mill", "https://c.example"],
    ]
    assert reason("a.xlsx", xlsx({"A": sheet})) == (
        "has no column named text in its first row (id, media_name, publish_date, title, url); "
        "it is a list of Media Cloud's: addresses without their texts"
    )


@pytest.mark.parametrize(
    ("name", "make"), [("a.docx", docx), ("a.odt", odt), ("a.xlsx", lambda _: xlsx({"A": [["text"], ["x"]]}))]
)
def test_documents_that_are_cut_off(reason, name, make):
    whole = make(STORY)
    assert reason(name, whole[: len(whole) // 2]).startswith("is damaged or cut off before its end")


BOMB = '<!DOCTYPE a [<!ENTITY a "mill">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 9}">' for n in range(1, 9)) + "]>"
OUTSIDE = '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize("declared", [BOMB, OUTSIDE], ids=["bomb", "outside"])
def test_entities_are_refused(reason, read, declared):
    expected = "declares entities in its XML, which no document of its kind needs"
    nitf = "<nitf><body><body.content><p>&a;</p></body.content></body></nitf>"
    assert reason("a.xml", declared.replace("a [", "nitf [") + nitf) == expected
    content = (
        '<office:document-content xmlns:office="o"><office:body><office:text>&a;</office:text></office:body>'
        "</office:document-content>"
    )
    assert (
        reason(
            "a.odt", zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": declared + content})
        )
        == expected
    )
    for item in read("a.docx", _docx_with(declared)):
        assert not isinstance(item, Article)


def _docx_with(declared: str) -> bytes:
    whole = docx(["Mill"])
    main = part_of(whole, "word/document.xml").decode().replace("Mill", "&a;")
    return with_part(whole, "word/document.xml", f"{declared}{main}".encode())


def test_what_unpacks_to_too_much_is_left(monkeypatch):
    monkeypatch.setattr("pullquote.index.sources.documents.xml_parts._MAX_PART_BYTES", 1_000)
    files = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a>" + " " * 2_000 + "</a>"}
    with pytest.raises(Unreadable, match="unpacks to more than the 0 MB allowed for a document's text"):
        odt_paragraphs(zipped(files))


def test_a_library_that_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(
        Unreadable, match=r"is a spreadsheet, which needs an extra: pip install 'pullquote\[documents\]'"
    ):
        sheet_rows(xlsx({"A": [["text"], ["x"]]}))
