"""PDF: columns, cut words, pages, headlines, scans."""

from __future__ import annotations

import os
import stat
import sys

import pytest

from pullquote.articles import Article
from pullquote.index.sources.documents.pdf import pdf_paragraphs
from pullquote.index.sources.files import Unreadable

from made_files import column, pdf

LEFT = [
    "The council of Vell voted on",
    "Monday to buy the old ferry",
    "from the har-",
    "bour board for nine million",
    "crowns. The mayor, Ines Cole,",
    "called it a well-known ship.",
]
RIGHT = [
    "It is a well-",
    "known sight and sailed first",
    "in 1931, when Brask had no",
    "bridge and no road. The board",
    "had asked for more, said Aldo",
    "Brandt, its chair.",
]
HEAD = [(24.0, 50.0, 780.0, "Council buys old ferry"), (9.0, 50.0, 755.0, "By Ann Roe, Vell")]
COLUMNS = [*HEAD, *column(LEFT, 50, 720), *column(RIGHT, 320, 720)]
TEXT = (
    "Council buys old ferry\n\nBy Ann Roe, Vell\n\nThe council of Vell voted on Monday to buy the old ferry from the "
    "harbour board for nine million crowns. The mayor, Ines Cole, called it a well-known ship.\n\nIt is a well-known "
    "sight and sailed first in 1931, when Brask had no bridge and no road. The board had asked for more, said Aldo "
    "Brandt, its chair."
)


def test_columns_and_cut_words(read):
    (article,) = read("a.pdf", pdf([COLUMNS]))
    assert article.text == TEXT
    assert (article.title, article.title_in_text) == ("Council buys old ferry", (0, 22))
    assert article.extra == {"pages": [0]}


def test_columns_drawn_line_by_line_across_the_page(read):
    rows = [line for pair in zip(column(LEFT, 50, 720), column(RIGHT, 320, 720), strict=True) for line in pair]
    (article,) = read("a.pdf", pdf([[*HEAD, *rows]]))
    assert article.text == TEXT


def test_three_columns_below_one_headline(read):
    columns = [
        column([f"{word} {n}" for n in range(1, 7)], left, 720) for word, left in (("a", 50), ("b", 200), ("c", 350))
    ]
    head = [(20.0, 50.0, 780.0, "A headline that is as wide as all three columns")]
    (article,) = read("a.pdf", pdf([[*head, *columns[0], *columns[1], *columns[2]]]))
    expected = "a 1 a 2 a 3 a 4 a 5 a 6 b 1 b 2 b 3 b 4 b 5 b 6 c 1 c 2 c 3 c 4 c 5 c 6"
    assert article.text.split("\n\n", 1)[1].replace("\n\n", " ") == expected


def test_pages_and_what_goes_over_them(read):
    pages = [
        [
            *column(["The Vell Courier 4 May 2031"], top=820),
            *column(["Mill opens", "The mayor said that the"]),
            *column(["- 1 -"], 290, 20),
        ],
        [
            *column(["The Vell Courier 4 May 2031"], top=820),
            *column(["mill would open. Then"]),
            *column(["2"], 290, 20),
        ],
        [],
        [*column(["The Vell Courier 4 May 2031"], top=820), *column(["Fares rise."]), *column(["4"], 290, 20)],
    ]
    (article,) = read("a.pdf", pdf(pages))
    assert article.text == "Mill opens\n\nThe mayor said that the mill would open. Then\n\nFares rise."
    starts = article.extra["pages"]
    assert starts == [0, 36, 57, 59]  # nothing stands on the third page
    assert [article.text[start : start + 5] for start in starts] == ["Mill ", "mill ", "\n\nFar", "Fares"]
    assert article.notes == ()


def test_a_new_paragraph_is_indented_or_apart(read):
    lines = column(["The mayor of Vell opened the mill,", "and few came to see it. It"])
    indented = [(10.0, 62.0, 756.0, "Fares rise in Brask, too, as")]
    apart = column(["nobody was surprised to be told.", "The bridge stays closed, as it has"], top=744 - 0)[:1]
    far = [(10.0, 50.0, 710.0, "The bridge stays closed, as it was.")]
    (article,) = read("a.pdf", pdf([[*lines, *indented, *apart, *far]]))
    assert article.text == (
        "The mayor of Vell opened the mill, and few came to see it. It\n\nFares rise in Brask, too, as nobody was "
        "surprised to be told.\n\nThe bridge stays closed, as it was."
    )


def test_the_title_it_has_is_used_where_it_is_printed(read):
    lines = [
        (10.0, 50.0, 780.0, "Vell in words"),
        (10.0, 50.0, 740.0, "Mill opens at last"),
        *column(["It cost 4 crowns."], top=700),
    ]
    (article,) = read("a.pdf", pdf([lines], info="/Title (Mill opens at last) /Author (dtp)"))
    assert (article.title, article.title_in_text) == ("Mill opens at last", (15, 33))
    assert article.extra["document_author"] == "dtp"
    (other,) = read("b.pdf", pdf([lines], info="/Title (page1.indd)"))
    assert other.title == "Vell in words"


def test_an_export_in_a_pdf_is_split(read):
    lines = []
    for number in (1, 2):
        lines += [f"Mill {number} opens", "Vell Courier", f"May {number}, 2031 Friday", "Copyright 2031 Vell Courier"]
        lines += ["Length: 88 words", "Body", f"It cost {number} crowns.", "End of Document"]
    placed = [(10.0, 50.0, 800.0 - 30 * number, line) for number, line in enumerate(lines)]
    found = read("a.pdf", pdf([placed]))
    assert [(item.title, item.text, f"{item.published}") for item in found] == [
        ("Mill 1 opens", "It cost 1 crowns.", "2031-05-01"),
        ("Mill 2 opens", "It cost 2 crowns.", "2031-05-02"),
    ]


def test_a_scan_is_said_to_be_one(reason, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda _: None)
    told = "is a scan: its 2 pages are pictures without text; install ocrmypdf or tesseract to have it read"
    assert reason("a.pdf", pdf([[], []], picture=True)) == told
    assert reason("b.pdf", pdf([[]])) == "is a document without text"


def test_pages_that_are_pictures_are_noted(read):
    (article,) = read("a.pdf", pdf([column(["The mill opened."]), []], picture=True))
    assert article.notes == ("is stored without its pages 2, which are pictures without text",)


@pytest.mark.skipif(os.name == "nt", reason="a script stands in for the program")
def test_a_scan_is_read_where_a_program_for_it_is_installed(read, tmp_path, monkeypatch):
    (tmp_path / "result").write_bytes(pdf([column(["The mill opened."])]))
    program = tmp_path / "bin" / "ocrmypdf"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nfor last; do :; done\ncp "{tmp_path / "result"}" "$last"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    (article,) = read("a.pdf", pdf([[]], picture=True))
    assert isinstance(article, Article)
    assert (article.text, article.extra) == ("The mill opened.", {"recognised": True, "pages": [0]})
    program.write_text("#!/bin/sh\necho it broke >&2\nexit 3\n")
    (skipped,) = read("b.pdf", pdf([[]], picture=True))
    assert skipped.reason == "is a scan that ocrmypdf can't read (it broke)"


def test_protected_cut_off_and_broken(reason):
    whole = pdf([COLUMNS])
    locked = whole.replace(
        b"/Info",
        b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <"
        + b"41" * 32
        + b"> /U <"
        + b"42" * 32
        + b"> >> /ID [<41> <41>] /Info",
    )
    assert reason("a.pdf", locked) == "is protected with a password"
    assert reason("b.pdf", whole[:40]) == "is no PDF, or is damaged"


def test_an_extra_that_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    with pytest.raises(Unreadable, match=r"is a PDF, which needs an extra: pip install 'pullquote\[documents\]'"):
        pdf_paragraphs(pdf([COLUMNS]))
