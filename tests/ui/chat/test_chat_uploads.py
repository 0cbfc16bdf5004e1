"""Uploads and pasted text become files that `Archive.add` reads, and are gone afterwards."""

from pathlib import Path

import pytest

from pullquote import Archive
from pullquote.errors import InputError
from pullquote.ui.chat.uploads import Pasted, sources_of

from fakes import HashEmbedder


@pytest.fixture
def archive(tmp_path):
    with Archive.open(tmp_path / "a.pq", create=True, embedder=HashEmbedder()) as opened:
        yield opened


def upload(tmp_path, *named):
    """Put files where Gradio would: each in a folder of its own."""
    paths = []
    for number, (name, words) in enumerate(named):
        folder = tmp_path / f"upload{len(list(tmp_path.iterdir()))}{number}"
        folder.mkdir()
        (folder / name).write_text(words, encoding="utf-8")
        paths.append(str(folder / name))
    return paths


def test_the_same_file_again_is_the_same_article(archive, tmp_path):
    one, other = ("news.txt", "Parrot lands\n\nA parrot was landed."), ("news.txt", "Cat lost\n\nA cat is lost.")
    for named, added, unchanged in (([one], 1, 0), ([one, other], 1, 1)):
        with sources_of(upload(tmp_path, *named), Pasted("")) as sources:
            report = archive.add(sources)
        assert (len(report.added), report.unchanged, report.updated) == (added, unchanged, ())
        assert not any(Path(source.path).exists() for source in sources)


def test_a_sidecar_goes_with_its_text(archive, tmp_path):
    files = upload(tmp_path, ("news.json", '{"title": "Parrot lands", "outlet": "Echo"}'), ("news.txt", "A parrot."))
    with sources_of(files, Pasted("")) as sources:
        report = archive.add(sources)
    article = archive.article(report.added[0])
    assert (article.title, article.outlet, article.text) == ("Parrot lands", "Echo", "A parrot.")
    assert report.skipped == ()
    assert not any(Path(file).exists() for file in files)


def test_what_was_said_of_pasted_text_is_kept_whatever_it_is(archive):
    title = 'He said: "--- # not: [yaml]" & <b>\\n'
    pasted = Pasted("  Body\n---\ntitle: no\n", title, "O: x", "2031-05-04", "A B, C D and E", "https://a.example/1")
    with sources_of([], pasted) as sources:
        report = archive.add(sources)
    article = archive.article(report.added[0])
    assert article.title == title
    assert (article.outlet, str(article.published), article.url) == ("O: x", "2031-05-04", "https://a.example/1")
    assert article.authors == ("A B", "C D", "E")
    assert article.text == "  Body\n---\ntitle: no\n"


def test_pasted_text_alone_has_its_first_line_for_a_title(archive):
    with sources_of([], Pasted("Parrot lands\n\nA parrot was landed on the quay.")) as sources:
        report = archive.add(sources)
    assert archive.article(report.added[0]).title == "Parrot lands"


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("<!DOCTYPE html><html>", "pasted.html"),
        ("\n <!-- saved --> <HTML lang=en>", "pasted.html"),
        ("<p>One.</p>", "pasted.html"),
        ("<3 it", "pasted.txt"),
        ("<pre-war> houses", "pasted.txt"),
    ],
)
def test_a_page_is_told_from_text(words, name):
    assert Pasted(words).file() == (name, words)


def test_nothing_and_a_bad_day_are_refused():
    with pytest.raises(InputError, match="Choose a file"), sources_of([], Pasted(" ")):
        pass
    with pytest.raises(InputError, match="Published must be a day"), sources_of([], Pasted("x", published="soon")):
        pass


def test_comments_without_end_before_a_page_are_read_once():
    """Each further comment once doubled the time: forty of them would outlast the test."""
    assert Pasted("<!---->" * 40 + "x").file()[0] == "pasted.txt"
    assert Pasted("<!-- a\n-->\n" * 40 + "<html><p>x</p></html>").file()[0] == "pasted.html"
