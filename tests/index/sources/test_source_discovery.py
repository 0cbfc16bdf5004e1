from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path

import pytest

from pullquote.articles import Skipped
from pullquote.index.sources import SourceFile, discover, file_hash, read_articles


def names(found, root: Path) -> list[str]:
    return [os.path.relpath(item.name, root) for item in found if isinstance(item, SourceFile)]


def test_a_folder_is_walked_sorted_hidden_and_unsupported_left_out(tmp_path):
    for name in ("b.txt", "a/z.jsonl", "a/c.HTML.GZ", ".secret.txt", ".git/x.txt", "notes.doc"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    found = list(discover([tmp_path]))
    assert names(found, tmp_path) == ["a/c.HTML.GZ", "a/z.jsonl", "b.txt"]
    (skipped,) = [item for item in found if isinstance(item, Skipped)]
    assert skipped.source.endswith("/notes.doc")
    assert skipped.unsupported
    assert skipped.reason.startswith("is a .doc file, of Office before 2007; save it as .docx")


def test_what_is_named_outright_is_an_error_when_it_cannot_be_read(tmp_path):
    (tmp_path / "a.doc").write_text("x")
    missing, doc, no_match, empty, nul = discover(
        [tmp_path / "no.txt", tmp_path / "a.doc", f"{tmp_path}/*.csv", "", "a\0b.txt"]
    )
    assert missing == Skipped(str(tmp_path / "no.txt"), "there is no such file")
    assert doc.reason.startswith("is a .doc file")
    assert not doc.unsupported
    assert no_match.reason == "is a pattern that no file matches"
    assert empty.reason == "is an empty name"
    assert nul.reason == "is not a possible file name"


def test_the_same_file_by_several_spellings_is_one(tmp_path, monkeypatch):
    (tmp_path / "news").mkdir()
    (tmp_path / "news/a.txt").write_text("x")
    (tmp_path / "link.txt").symlink_to("news/a.txt")
    monkeypatch.chdir(tmp_path / "news")
    spellings = ["a.txt", "../news/a.txt", tmp_path / "link.txt", "../news", "*.txt", "./a.txt"]
    assert [item.name for item in discover(spellings)] == [str(tmp_path.resolve() / "news/a.txt")]


def test_links_that_loop_end_and_broken_ones_are_named(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a/x.txt").write_text("x")
    (tmp_path / "a/up").symlink_to("..")
    (tmp_path / "a/gone.txt").symlink_to("nowhere.txt")
    for sources in ([tmp_path], [f"{tmp_path}/**/*.txt"]):
        found = list(discover(sources))
        assert names(found, tmp_path) == ["a/x.txt"]
        (skipped,) = [item for item in found if isinstance(item, Skipped)]
        assert skipped.reason == "is a link to a file that is not there"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.txt", ["a.txt"]),
        ("**/*.txt", ["a.txt", "x/b.txt", "x/y/c.txt"]),
        ("x/**", ["x/b.txt", "x/y/c.txt", "x/y/d.csv"]),
        ("**/y/*", ["x/y/c.txt", "x/y/d.csv"]),
        ("x/y/[cd].???", ["x/y/c.txt", "x/y/d.csv"]),
        (".*/h.txt", [".h/h.txt"]),
    ],
)
def test_patterns(tmp_path, pattern, expected):
    for name in ("a.txt", "x/b.txt", "x/y/c.txt", "x/y/d.csv", ".h/h.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    assert names(discover([f"{tmp_path}/{pattern}"]), tmp_path) == expected


def test_a_file_whose_name_looks_like_a_pattern_is_itself(tmp_path):
    (tmp_path / "[draft].txt").write_text("x")
    (tmp_path / "d.txt").write_text("x")
    assert names(discover([tmp_path / "[draft].txt"]), tmp_path) == ["[draft].txt"]


def test_sidecars_are_taken_silently_and_stand_for_their_text(tmp_path):
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "a.json").write_text("{}")
    (tmp_path / "b.txt").write_text("x")
    (tmp_path / "b.json").write_text('[{"text": "an article of its own"}]')
    assert names(discover([tmp_path]), tmp_path) == ["a.txt", "b.json", "b.txt"]
    assert names(discover([tmp_path / "a.json"]), tmp_path) == ["a.txt"]


def test_an_unreadable_folder_does_not_stop_the_rest(tmp_path, monkeypatch):
    (tmp_path / "closed").mkdir()
    (tmp_path / "open").mkdir()
    (tmp_path / "open/a.txt").write_text("x")
    listdir = os.listdir

    def refusing(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return listdir(path)

    monkeypatch.setattr(os, "listdir", refusing)  # tests may run as root, whom nothing is denied
    skipped, source = discover([tmp_path])
    assert skipped == Skipped(str(tmp_path / "closed"), "cannot be read (Permission denied)")
    assert names([source], tmp_path) == ["open/a.txt"]


def test_an_unreadable_or_vanished_file_is_skipped(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_text("x")
    (source,) = discover([path])
    path.unlink()
    assert file_hash(source) == ""
    assert list(read_articles(source)) == [Skipped(source.name, "cannot be read (No such file or directory)")]
    path.write_text("x")
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert list(discover([path])) == [Skipped(str(path), "cannot be read (Permission denied)")]


def test_a_pipe_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "p.txt")
    (skipped,) = discover([tmp_path / "p.txt"])
    assert skipped.reason == "is not a regular file"


def test_the_hash_covers_the_sidecar(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"body")
    (source,) = discover([path])
    assert file_hash(source) == hashlib.sha256(b"body").hexdigest()
    (tmp_path / "a.json").write_bytes(b'{"title": "T"}')
    assert file_hash(source) == hashlib.sha256(b'body{"title": "T"}').hexdigest()


STDIN = {
    "json lines": (b'{"text": "One."}\n{"text": "Two."}\n', ["One.", "Two."]),
    "json array": (b'[{"text": "One."}, {"text": "Two."}]', ["One.", "Two."]),
    "gzip": (__import__("gzip").compress(b'{"text": "One."}\n'), ["One."]),
    "plain text": (b"Storm closes port\n\nThe port of Varn is shut.\n", None),
    "feed": (
        b'<?xml version="1.0"?><rss version="2.0"><channel><title>P</title>'
        b"<item><title>T</title><description>Body text.</description></item></channel></rss>",
        ["Body text."],
    ),
}


@pytest.mark.parametrize("kind", STDIN)
def test_standard_input_is_sniffed(kind, monkeypatch):
    data, texts = STDIN[kind]
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    (source,) = discover(["-", "-"])
    assert (source.path, source.name, source.size) == (None, "-", len(data))
    assert file_hash(source) == hashlib.sha256(data).hexdigest()
    assert [article.text for article in read_articles(source)] == (texts or [data.decode()])


def test_closed_standard_input_is_skipped(monkeypatch):
    monkeypatch.setattr("sys.stdin", None)
    (skipped,) = discover(["-"])
    assert skipped.source == "-"


def test_importing_the_package_loads_no_parser():
    import subprocess
    import sys

    code = (
        "import sys, pullquote.index.sources as s; list(s.discover(['nowhere']));"
        "print(sorted(m for m in ('trafilatura','htmldate','feedparser','charset_normalizer','lxml','yaml')"
        " if m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"


def test_an_archive_among_the_sources_is_passed_over(tmp_path):
    for name in (
        "a.txt",
        "news.pq/archive.db",
        "news.pq/archive.lock",
        "news.pq/words.tsv",
        "news.pq/lexical/meta.json",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    for sources in ([tmp_path], [f"{tmp_path}/**/*"], [f"{tmp_path}/*"]):
        found = list(discover(sources))
        assert names(found, tmp_path) == ["a.txt"]
        assert len(found) == 1
    (named,) = discover([tmp_path / "news.pq"])
    assert named.reason == "is part of a Pullquote archive, not a source"
    # A lock alone is anybody's.
    (tmp_path / "news.pq/archive.db").unlink()
    assert "news.pq/words.tsv" in names(discover([tmp_path]), tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_beside_a_text_is_not_waited_for(tmp_path):
    (tmp_path / "a.txt").write_text("The mill opened.")
    os.mkfifo(tmp_path / "a.json")
    pipe, source = discover([tmp_path])
    assert (pipe.reason, pipe.unsupported) == ("is not a regular file", True)
    (article,) = read_articles(source)
    assert article.text == "The mill opened."
