from __future__ import annotations

import gzip
import json
import tracemalloc

import pytest

from pullquote.articles import Article, Skipped
from pullquote.index.sources import SourceFile, read_articles


def outcomes(found) -> list[str]:
    """Texts of articles, reasons of what was skipped, each with its line."""
    said = [item.text if isinstance(item, Article) else f"skipped: {item.reason}" for item in found]
    return [f"{item.source.rpartition(':')[2]} {what}" for item, what in zip(found, said, strict=True)]


def test_bad_lines_are_skipped_with_their_number_and_the_rest_goes_on(read):
    data = (
        b'{"text": "One."}\n'
        b'{"text": "Tw\n'
        b"\n"
        b'{"text": "Four.", "published": "2013-02-30"}\r\n'
        b"[1]\n"
        b'{"text": "Six \\ud800"}\n'
        b'{"text": "Seven", "size": NaN}\n'
        b'{"text": "Eight \xff"}\n'
        b'{"text": ""}\n'
        b'{"text" "Ten"}\n'
        b'{"text": "El\xc3\xa9ven\\r\\n\xe2\x80\xa8."}'
    )
    assert outcomes(read("a.jsonl", data)) == [
        "1 One.",
        "2 skipped: is cut off in the middle (not valid JSON: unterminated string starting at character 9)",
        "4 Four.",
        "5 skipped: is a list, not an object with a text",
        "6 skipped: has half of a surrogate pair (\\ud800) in its text, at character 4",
        "7 skipped: is not valid JSON: NaN is not a JSON value",
        "8 skipped: is not valid UTF-8 (byte 0xff at position 16), which JSON lines must be",
        "9 skipped: has an empty text",
        "10 skipped: is not valid JSON: expecting ':' delimiter at character 8",
        "11 Eléven\r\n\u2028.",
    ]


def test_a_date_that_is_none_leaves_the_article_undated(read):
    (article,) = read("a.jsonl", b'{"text": "Four.", "published": "2013-02-30"}')
    assert (article.published, article.extra) == (None, {"published_as_printed": "2013-02-30"})
    assert article.notes == (
        "is stored without a date (published is '2013-02-30', which is no day of the calendar"
        " (day is out of range for month))",
    )


@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1e999", "is not valid JSON: the number 1e999 is too large"),
        ("-1e999", "is not valid JSON: the number -1e999 is too large"),
        ("9" * 5000, "is not valid JSON: a number of 5,000 digits is too large"),
        ("[" * 600 + "]" * 600, "has values nested more than 64 deep"),
        ("[" * 200_000 + "]" * 200_000, "is nested too deep to be an article"),
        ("NaN", "is not valid JSON: NaN is not a JSON value"),
    ],
    ids=["infinite", "minus infinite", "many digits", "deep", "very deep", "NaN"],
)
def test_what_stands_beside_a_hostile_row_is_kept(read, name, value, expected):
    rows = ['{"text": "One."}', '{"text": "Two.", "x": ' + value + "}", '{"text": "Three."}']
    data = "\n".join(rows) if name == "a.jsonl" else "[" + ",\n".join(rows) + "]"
    assert outcomes(read(name, data)) == ["1 One.", f"2 skipped: {expected}", "3 Three."]


def test_blank_lines_without_end_are_left(read, monkeypatch):
    monkeypatch.setattr("pullquote.index.sources.formats.jsonlines.MAX_BLANK_LINES", 50)
    found = read(
        "a.jsonl", b'{"text": "One."}\n' + b"\n" * 50 + b'{"text": "Two."}\n' + b"\n" * 51 + b'{"text": "No."}'
    )
    assert [item.text for item in found[:2]] == ["One.", "Two."]
    assert outcomes(found[2:]) == [
        "104 skipped: has more than 1,000,000 blank lines in a row; nothing is read from here on"
    ]


def test_a_gzip_bomb_is_left_where_it_shows(read, monkeypatch):
    monkeypatch.setattr("pullquote.index.sources.streams._UNPACKED_FREELY_BYTES", 1_000_000)
    data = gzip.compress(b'{"text": "One."}\n' + b" \n" * 2_000_000)
    *articles, skipped = read("a.jsonl.gz", data)
    assert [article.text for article in articles] == ["One."]
    assert skipped.reason == "is a gzip file that unpacks to more than 200 times its size"


def test_deep_nesting_is_skipped(read):
    (skipped,) = read("a.jsonl", '{"text": "a", "x": ' + "[" * 200_000 + "]" * 200_000 + "}")
    assert isinstance(skipped, Skipped)
    assert "deep" in skipped.reason


def test_title_is_not_guessed_but_found(read):
    first, second = read(
        "a.jsonl",
        '{"text": "A headline\\nBody."}\n{"text": "A headline\\nBody.", "title": "A headline"}',
    )
    assert (first.title, first.title_in_text) == ("", None)
    assert (second.title, second.title_in_text) == ("A headline", (0, 10))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_marked_encodings(read, encoding):
    data = '{"text": "Zoë"}\n{"text": "Łódź"}\n'.encode(encoding)
    assert outcomes(read("a.ndjson", data)) == ["1 Zoë", "2 Łódź"]


def test_a_cut_off_utf16_file_keeps_what_came_before(read):
    data = '{"text": "Zoë"}\n{"text": "Łódź"}\n'.encode("utf-16")[:-3]
    first, second = outcomes(read("a.jsonl", data))
    assert first == "1 Zoë"
    assert second.startswith("2 skipped: is not valid UTF-16")


def test_a_cut_off_gzip_keeps_what_came_before(read):
    lines = b"".join(b'{"text": "Article %d, %s."}\n' % (n, str(hash(str(n))).encode()) for n in range(2000))
    packed = gzip.compress(lines)
    found = read("a.jsonl.gz", packed[: len(packed) // 2])
    articles = [item for item in found if isinstance(item, Article)]
    assert len(articles) > 500
    assert articles[-1].text.startswith(f"Article {len(articles) - 1},")
    assert found[-1].reason == "is a gzip file that is cut off before its end"
    assert found[-1].source.endswith(f":{len(articles) + 1}")


def test_an_endless_line_is_skipped_in_little_memory(tmp_path):
    path = tmp_path / "a.jsonl.gz"
    with gzip.open(path, "wb", compresslevel=1) as stream:
        stream.write(b'{"text": "One."}\n{"text": "')
        for _ in range(90):
            stream.write(b"a" * 1_000_000)
        stream.write(b'"}\n{"text": "Three."}\n')
    tracemalloc.start()
    found = outcomes(list(read_articles(SourceFile(path, "a", path.stat().st_size))))
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == ["1 One.", "2 skipped: is longer than the 20 MB allowed for one article", "3 Three."]
    assert peak_bytes < 60_000_000


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_empty_files(reason, data):
    assert reason("a.jsonl", data) == "is empty"


class TestJson:
    def test_one_object_over_several_lines(self, read):
        (article,) = read("a.json", json.dumps({"text": "One.", "title": "T"}, indent=2))
        assert (article.text, article.title) == ("One.", "T")

    def test_an_array_names_the_line_of_each_element(self, read):
        data = '[\n  {"text": "One."},\n  {"title": "no text"},\n\n  {"text": "Three."}\n]\n'
        assert outcomes(read("a.json", data)) == ["2 One.", "3 skipped: has no text (its keys are title)", "5 Three."]

    def test_a_cut_off_array_keeps_what_came_before(self, read):
        whole = '[{"text": "One."},\n{"text": "Two."}]'
        for length in range(19, len(whole)):
            first, *rest = outcomes(read("a.json", whole[:length]))
            assert first == "1 One."
            assert rest, length
            assert "skipped: is" in rest[-1]
        assert outcomes(read("a.json", whole)) == ["1 One.", "2 Two."]

    def test_lines_under_the_wrong_extension(self, read):
        assert outcomes(read("a.json", '{"text": "One."}\n{"text": "Two."}\n')) == ["1 One.", "2 Two."]

    @pytest.mark.parametrize("data", ["[]", "[ \n]"])
    def test_an_empty_array_holds_nothing(self, read, data):
        assert read("a.json", data) == []

    @pytest.mark.parametrize(
        ("data", "expected"), [("", "is empty"), (" \n", "is empty"), ("nope", "is not valid JSON")]
    )
    def test_no_json(self, reason, data, expected):
        assert reason("a.json", data).startswith(expected)
