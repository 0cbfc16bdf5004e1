"""Files are known by their content, whatever they are called."""

from __future__ import annotations

import gzip
import json

import pytest

from pullquote.articles import Article, Skipped
from pullquote.index.sources import SourceFile, discover, read_articles

from made_files import docx, epub, mail, mbox, pdf, rtf, warc, xlsx, zipped

WORDS = "The mayor of Vell opened the new mill on Monday, nine years late."
PAGE = (
    f"<!DOCTYPE html><html><head><title>Mill opens</title></head><body><article><p>{WORDS}</p></article></body></html>"
)
MAIL = mail("Mill opens", WORDS)

FILES: dict[str, bytes | str] = {
    "page": PAGE,
    "page.xhtml": f'<?xml version="1.0" encoding="utf-8"?>\n{PAGE}',
    "story.php?id=3": f"<!-- saved from url=(0028)https://courier.example/ -->\n{PAGE}",
    "page.txt": PAGE,
    "page.json": PAGE,
    "utf16": PAGE.encode("utf-16"),
    "packed": gzip.compress(PAGE.encode()),
    "memo.doc": rtf(["Mill opens", WORDS]),
    "report": docx(["Mill opens", WORDS]),
    "report.zip": docx(["Mill opens", WORDS]),
    "report.txt": docx(["Mill opens", WORDS]),
    "scan.jpg": pdf([[(10, 50, 700, WORDS)]]),
    "book.bin": epub({"a.xhtml": PAGE}),
    "rows.dat": xlsx({"Sheet": [["title", "text"], ["Mill opens", WORDS]]}),
    "1234.M1P2.host,S=3:2,S": MAIL,
    "Inbox": mbox([MAIL]),
    "crawl": warc([("https://courier.example/1", PAGE)]),
    "feed": f'<?xml version="1.0"?><rss version="2.0"><channel><item><description>{WORDS}</description></item>'
    f"</channel></rss>",
    "wire": f"<nitf><body><body.content><p>{WORDS}</p></body.content></body></nitf>",
    "record": json.dumps({"title": "Mill opens", "text": WORDS}),
    "records": "\n".join([json.dumps({"headline": "Mill opens", "maintext": WORDS})] * 2),
    "table": f'title,date,body\nMill opens,2031-05-04,"{WORDS}"\n',
    "table.txt": f"title\tdate\tbody\nMill opens\t2031-05-04\t{WORDS}\n",
    "saved": zipped({"a.html": PAGE}),
}


@pytest.mark.parametrize("name", FILES)
def test_the_content_tells(tmp_path, name):
    data = FILES[name]
    (tmp_path / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    (source,) = discover([tmp_path])
    assert isinstance(source, SourceFile), source
    found = list(read_articles(source))
    assert len(found) == (2 if name == "records" else 1)
    for item in found:
        assert isinstance(item, Article), item
        assert WORDS in item.text


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.css", b"body { color: red }"),
        ("a.js", b"const text = '<html>';"),
        ("a.log", b"2031-05-04 started"),
        ("Makefile", b"all:\n\techo"),
        ("settings", b'{"colour": "red"}'),
        ("slides.pptx", zipped({"[Content_Types].xml": "", "ppt/presentation.xml": ""})),
        ("program.jar", zipped({"META-INF/MANIFEST.MF": "x", "readme.txt": "Mill"})),
        ("photo.jpg", b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20),
        ("noise", bytes((i * 7919) % 251 for i in range(5000))),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
        ("image.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><text>Mill</text></svg>'),
        ("empty", b""),
    ],
)
def test_what_is_no_article_is_passed_over_in_a_folder(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    (skipped,) = discover([tmp_path])
    assert isinstance(skipped, Skipped)
    assert skipped.unsupported


def test_a_text_without_an_extension_is_one_when_it_is_named(tmp_path):
    (tmp_path / "notes").write_text(f"Mill opens\n\n{WORDS}")
    (named,) = discover([tmp_path / "notes"])
    (article,) = read_articles(named)
    assert (article.title, article.text) == ("Mill opens", f"Mill opens\n\n{WORDS}")
    (walked,) = discover([tmp_path])
    assert walked.unsupported


def test_what_begins_like_another_format_stays_a_text(read):
    for text in (
        "[Vell] The mill opened.\nIt was late.",
        "{The mill} opened.\nIt was late.",
        "From the mill to Vell in 2031\nIt was late.",
        "Date: Monday\nSubject: the mill\n\nIt was late.",
        "Title, text\n\nThe mill opened.",
        "<p>The mill opened.</p>\n\nIt was late.",
    ):
        (article,) = read("a.txt", text)
        assert article.text == text


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.pdf", "The mill", "is no PDF, or is damaged"),
        ("a.docx", "The mill", "is damaged or cut off before its end (File is not a zip file)"),
        ("a.rtf", "The mill", "is no RTF document, whatever its name"),
        ("a.eml", "The mill opened.", "is no mail: it begins without headers"),
        ("a.mbox", "The mill opened.", 'is no mailbox: it has no line "From ..." above a mail'),
        ("a.docx", b"\xd0\xcf\x11\xe0" + b"x" * 99, "is in a format of Office before 2007; save it as .docx or .xlsx"),
        (
            "a.docx",
            b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"),
            "is protected with a password; save it without one",
        ),
        (
            "a.docx",
            zipped({"[Content_Types].xml": "", "ppt/a.xml": ""}),
            "is a presentation, which Pullquote does not read; save it as PDF",
        ),
    ],
)
def test_a_name_that_promises_too_much(reason, name, data, expected):
    assert reason(name, data) == expected
