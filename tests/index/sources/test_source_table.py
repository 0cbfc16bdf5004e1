from __future__ import annotations

import csv
import datetime as dt
import gzip

import pytest

from pullquote.articles import Article

HEADER = "Title,Text,authors,published,desk\n"


def outcomes(found) -> list[str]:
    said = [item.text if isinstance(item, Article) else f"skipped: {item.reason}" for item in found]
    return [f"{item.source.rpartition(':')[2]} {what}" for item, what in zip(found, said, strict=True)]


def test_a_record_has_its_keys_and_its_line_ends(read):
    (article,) = read("a.csv", HEADER + 'T,"One\r\ntwo ""q"",\nthree",Ann Roe; Bo Lee,"June 8, 2013",city\n')
    assert article.text == 'One\r\ntwo "q",\nthree'
    assert (article.title, article.authors) == ("T", ("Ann Roe", "Bo Lee"))
    assert (article.published, article.extra) == (dt.date(2013, 6, 8), {"desk": "city"})
    assert article.source.endswith("a.csv:2")


def test_bad_records_are_skipped_with_the_line_they_begin_on(read):
    data = (
        HEADER + 'A,"One\n1",,,\n'  # lines 2 and 3
        "B,,,,\n"
        "C,Three,,31.02.2013,\n"
        ",,,,\n"
        "D,Five\n"
        'E,"Six" x,,,\n'
        "F,Seven,,,,,\n"
        'G,"Eight,,,\n'
    )
    assert outcomes(read("a.csv", data)) == [
        "2 One\n1",
        "4 skipped: has no text",
        "5 Three",
        "7 skipped: has 2 columns where the header names 5",
        "8 skipped: is not a valid record (',' expected after '\"')",
        "9 Seven",
        "10 skipped: is cut off in the middle (a quotation mark opens here that never closes)",
    ]


def test_a_text_is_not_cut_at_a_comma_that_nobody_quoted(read):
    assert outcomes(read("a.csv", "title,text\nA,The mill, long shut, opened.\nB,Two\n")) == [
        "2 skipped: has 4 columns where the header names 2",
        "3 Two",
    ]


def test_fields_longer_than_csvs_own_limit_and_that_limit_put_back(read):
    before = csv.field_size_limit()
    (article,) = read("a.csv", f"text\n{'long ' * 60_000}\n")
    assert len(article.text) == 300_000
    assert csv.field_size_limit() == before


def test_an_endless_line_is_skipped(read):
    data = gzip.compress(b"text\nOne\n" + b"a" * 21_000_000 + b"\nThree\n", 1)
    texts = outcomes(read("a.csv.gz", data))
    assert [text[2:] for text in texts] == [
        "One",
        "skipped: is longer than the 20 MB allowed for one article",
        "Three",
    ]


@pytest.mark.parametrize("name", ["a.tsv", "a.csv"])
def test_other_delimiters(read, name):
    delimiter = "\t" if name == "a.tsv" else ";"
    (article,) = read(name, f"text{delimiter}title\nOne, two{delimiter}T\n")
    assert (article.text, article.title) == ("One, two", "T")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le-marked", "cp1252"])
def test_encodings(read, encoding):
    text = "text,title\nZoë Müller leads the café owners’ guild of Málaga.,Señor\n"
    data = ("\ufeff" + text).encode("utf-16-le") if encoding == "utf-16-le-marked" else text.encode(encoding)
    (article,) = read("a.csv", data)
    assert (article.text, article.title) == ("Zoë Müller leads the café owners’ guild of Málaga.", "Señor")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "is empty"),
        (b"\n", "has no header in its first line"),
        (b"desk,title\nx,y\n", "has no column named text in its header (desk, title)"),
        (b"text,title,Title\nx,y,z\n", "has two columns named title in its header (text, title, Title)"),
        (b"PK\x03\x04 a spreadsheet", "is damaged or cut off before its end (File is not a zip file)"),
        (b"\x89PNG\r\n\x1a\n", "looks like a binary file"),
    ],
)
def test_unusable_tables(reason, data, expected):
    assert reason("a.csv", data) == expected


def test_a_cut_off_gzip_keeps_what_came_before(read):
    rows = "".join(f"Article {n} {hash(str(n))}\n" for n in range(2000))
    packed = gzip.compress(("text\n" + rows).encode())
    # The encoding is looked for throughout the file first, so that damage shows before any record is read.
    (skipped,) = read("a.csv.gz", packed[: len(packed) // 2])
    assert skipped.reason == "is a gzip file that is cut off before its end"


def test_more_columns_than_a_table_has(reason, read):
    header = "text," + ",".join(f"c{number}" for number in range(10_000))
    expected = "has 10,001 columns in its header, more than the 10,000 allowed"
    assert reason("a.csv", f"{header}\nThe mill opened.{',' * 10_000}\n") == expected
    narrower = header.removesuffix(",c9999")
    (article,) = read("a.csv", f"{narrower}\nThe mill opened.{',' * 9_999}\n")
    assert article.text == "The mill opened."


def test_blank_lines_without_end_are_left(read, monkeypatch):
    monkeypatch.setattr("pullquote.index.sources.formats.table.MAX_BLANK_LINES", 50)
    found = read("a.csv", b"text\nOne\n" + b"\n" * 50 + b"Two\n" + b"\n" * 51 + b"No\n")
    assert [item.text for item in found[:2]] == ["One", "Two"]
    assert found[2].reason.startswith("has more than 1,000,000 blank lines in a row")
    assert len(found) == 3
