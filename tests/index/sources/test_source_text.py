from __future__ import annotations

import datetime as dt
import gzip
import os
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pullquote.articles import Article, Skipped
from pullquote.index.sources import SourceFile, read_articles

STORY = "Storm closes port\r\n\r\nThe port of Varn is shut.\r\n"


def test_the_first_line_is_the_title_and_the_text_is_untouched(read):
    (article,) = read("a.txt", "\n  " + STORY)
    assert article.text == "\n  " + STORY
    assert article.title == "Storm closes port"
    assert article.title_in_text == (3, 20)
    assert article.text[3:20] == article.title


def test_a_section_label_above_the_headline_is_passed_over(read):
    (article,) = read("a.txt", "Business\n\nStorm closes port\n\nThe port is shut.\n")
    assert (article.title, article.title_in_text) == ("Storm closes port", (10, 27))


def test_a_markdown_heading(read):
    (article,) = read("a.md", "# Storm closes port #\n\nThe port is shut.")
    assert (article.title, article.title_in_text) == ("Storm closes port", (2, 19))


def test_one_line_is_named_by_itself_but_stays_searchable(read):
    (article,) = read("a.txt", "The port of Varn is shut.")
    assert (article.title, article.title_in_text) == ("The port of Varn is shut.", None)


def test_a_first_line_as_long_as_a_paragraph_is_no_title(read):
    (article,) = read("a.txt", "word " * 60 + "\n\nMore words.")
    assert (article.title, article.title_in_text) == ("", None)


def test_front_matter(read):
    (article,) = read(
        "a.md",
        "---\ntitle: Storm closes port\noutlet: The Harbour Post\npublished: 2031-05-04\n"
        "authors:\n  - Ann Roe\n  - Bo Lee\nlanguage: no\nurl: https://p.example/1\n"
        "issue: 12\n---\n\nThe port is shut.\n",
    )
    assert article.text == "\nThe port is shut.\n"
    assert (article.title, article.outlet, article.language) == (
        "Storm closes port",
        "The Harbour Post",
        "no",
    )
    assert (article.published, article.authors) == (dt.date(2031, 5, 4), ("Ann Roe", "Bo Lee"))
    assert (article.url, article.extra, article.title_in_text) == (
        "https://p.example/1",
        {"issue": "12"},
        None,
    )


def test_the_title_of_the_front_matter_is_found_in_the_heading(read):
    (article,) = read("a.md", "---\ntitle: Storm closes port\n---\n\n# Storm closes port\n\nThe port is shut.\n")
    assert (article.title, article.title_in_text) == ("Storm closes port", (3, 20))


def test_front_matter_without_a_title_leaves_the_first_line_to_be_it(read):
    (article,) = read("a.txt", "---\noutlet: The Post\n---\nStorm closes port\n\nIt is shut.")
    assert (article.title, article.title_in_text) == ("Storm closes port", (0, 17))


@pytest.mark.parametrize("text", ["---\nA scene.\n---\nAnother scene.", "---\ntitle: never closed\n", "--- a: b"])
def test_rules_between_scenes_are_no_front_matter(read, text):
    (article,) = read("a.txt", text)
    assert article.text == text


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("title: Port: shut", "line 2: mapping values are not allowed here; put the value in quotes"),
        ("title: [a", "has front matter that is not valid YAML"),
        # What PyYAML lets through from int() and chr().
        ('title: "\\UFFFFFFFF"', "not valid YAML (a number or an escape in it is out of range)"),
        (f"%YAML {'9' * 5000}.1\ntitle: a", "not valid YAML (a number or an escape in it is out of range)"),
        ("title: " + "[" * 40 + "]" * 40, "line 2: nested too deep"),
        ("title:\n" + "\n".join(" " * n + "-" for n in range(1, 40)), "line 34: nested too deep"),
    ],
)
def test_bad_front_matter_is_named(reason, block, expected):
    assert expected in reason("a.txt", f"---\n{block}\n---\nText.")


@pytest.mark.parametrize("place", ["front matter", "sidecar"])
def test_a_date_that_is_none_leaves_the_article_undated(read, tmp_path, place):
    if place == "sidecar":
        (tmp_path / "a.json").write_text('{"published": "soon"}')
    (article,) = read(
        "a.txt", "The mill opened." if place == "sidecar" else "---\npublished: soon\n---\nThe mill opened."
    )
    assert (article.text, article.published) == ("The mill opened.", None)
    assert article.notes == ("is stored without a date (published is 'soon', not a date such as 2013-06-08)",)


def test_lists_as_deep_as_allowed(read):
    block = "title: a\ntags: " + "[" * 20 + "]" * 20
    (article,) = read("a.txt", f"---\n{block}\n---\nText.")
    assert article.title == "a"


def test_an_alias_of_itself_is_skipped(reason):
    assert "unconstructable recursive node" in reason("a.txt", "---\ntitle: a\nx: &a [*a]\n---\nText.")


def test_a_sidecar(read, tmp_path):
    (tmp_path / "a.json").write_text('{"title": "Storm closes port", "authors": "Ann Roe", "published": "2031-05-04"}')
    (article,) = read("a.txt", STORY)
    assert (article.title, article.authors, article.title_in_text) == (
        "Storm closes port",
        ("Ann Roe",),
        (0, 17),
    )
    assert article.text == STORY


@pytest.mark.parametrize(
    ("sidecar", "expected"),
    [
        ('{"title": "Sto', "has a sidecar, a.json, that is cut off in the middle"),
        ('"just a string"', "has a sidecar, a.json, that is no JSON object"),
        (" " * 1_000_001, "has a sidecar, a.json, of 1 MB, too big to hold metadata"),
    ],
)
def test_a_bad_sidecar_is_named(reason, tmp_path, sidecar, expected):
    (tmp_path / "a.json").write_text(sidecar)
    assert expected in reason("a.txt", STORY)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "has an empty text"),
        (b" \n\n", "has an empty text"),
        (b"12 34\n56", "has a text without a single letter"),
        (b"%PDF-1.4 ...", "is no PDF, or is damaged"),
        (b"\x89PNG\r\n...", "looks like a binary file"),
        (
            b"one\0two three four five six seven eight nine ten",
            "has a NUL character in its text, at character 3",
        ),
    ],
)
def test_unusable_files(reason, data, expected):
    assert reason("a.txt", data) == expected


def test_a_huge_file_is_not_read(tmp_path):
    with (tmp_path / "a.txt").open("wb") as stream:
        os.truncate(stream.fileno(), 200_000_000)  # sparse: takes no space
    source = SourceFile(tmp_path / "a.txt", "a.txt", 200_000_000)
    tracemalloc.start()
    outcomes = list(read_articles(source))
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert outcomes == [Skipped("a.txt", "is 200 MB, more than the 20 MB allowed for one article")]
    assert peak_bytes < 5_000_000


def test_a_gzip_bomb_is_refused(reason):
    packed = gzip.compress(b"a" * 21_000_000)
    assert reason("a.txt.gz", packed) == "unpacks to more than the 20 MB allowed for one article"


def test_gzip_and_its_damage(read, reason):
    packed = gzip.compress(STORY.encode())
    (article,) = read("a.txt.gz", packed)
    assert article.text == STORY
    assert reason("b.txt.gz", packed[:-12]) == "is a gzip file that is cut off before its end"
    assert reason("c.txt.gz", b"Just text, not packed") == "is a damaged gzip file (Not a gzipped file (b'Ju'))"
    assert "is a damaged gzip file (CRC check failed" in reason("d.txt.gz", packed[:-8] + b"\0\0\0\0" + packed[-4:])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0\ufeff"), max_size=300))
def test_any_text_is_kept_exactly_or_skipped(tmp_path, text):
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode())
    (outcome,) = read_articles(SourceFile(path, "a.txt", len(text.encode())))
    if isinstance(outcome, Article) and not text.startswith("---"):
        assert outcome.text == text
        if outcome.title_in_text:
            start, end = outcome.title_in_text
            assert " ".join(text[start:end].split()) == outcome.title
