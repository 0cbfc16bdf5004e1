"""Erasing: nothing of an article is left in any file of the archive."""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path

import pytest

from pullquote.errors import ArchiveWriteFailed
from pullquote.index.adding import writing
from pullquote.index.archive import Archive
from pullquote.index.backends import local
from pullquote.index.search.printed_words import vocabulary
from pullquote.index.storage.database import Database

from fakes import HashEmbedder

SECRET = {
    "id": "quorvex-77",
    "url": "https://post.example/zelmora",
    "title": "Trastivel fined",
    "text": "Ilka Brondzik was fined in Umberwick.\n\nShare\n\nShe paid on Monday.",
    "authors": ["Pavlo Hintz"],
    "outlet": "Klyster Courier",
    "shelfmark": "Wexmal",
}
WORDS = ["quorvex", "zelmora", "trastivel", "brondzik", "umberwick", "hintz", "klyster", "wexmal"]
KEPT = [{"id": f"k{n}", "text": f"The ferry {n} sailed to the island."} for n in range(8)]


@pytest.fixture
def filled(archive: Archive, write_articles, small_batches) -> Archive:
    archive.add([write_articles(*KEPT[:4], SECRET, *KEPT[4:], name="articles.jsonl")])
    return archive


def reopened(archive: Archive) -> Archive:
    return Archive.open(archive.path, embedder=HashEmbedder())


def words_left(folder: Path) -> set[str]:
    """Return which of the article's words stand in any file, in any case; terms are stored stemmed."""
    left = set()
    for file in folder.rglob("*"):
        if file.is_file():
            data = file.read_bytes().lower()
            left |= {word for word in WORDS if word[:6].encode() in data or word[:6].encode("utf-16-le") in data}
    return left


def vector_of_secret() -> bytes:
    from pullquote.articles import Article
    from pullquote.index.adding.adding import passage_input

    text = passage_input(Article(SECRET["text"], title=SECRET["title"]), "Ilka Brondzik was fined in Umberwick.")
    return HashEmbedder().embed_passages([text]).astype("float16").tobytes()


def test_a_removal_alone_leaves_the_text(filled: Archive):
    filled.remove(["quorvex-77"])
    filled.close()
    assert {"brondzik", "umberwick"} <= words_left(filled.path)


@pytest.mark.parametrize("name", ["quorvex-77", "https://post.example/zelmora"])
def test_nothing_is_left_of_an_erased_article(filled: Archive, write_articles, name: str):
    assert vector_of_secret() in (filled.path / "vectors.f16").read_bytes()
    filled.add([write_articles({**SECRET, "text": "Ilka Brondzik appealed."}, name="newer.jsonl")])
    assert words_left(filled.path) == set(WORDS)
    watching = reopened(filled)
    assert "quorvex-77" in {hit.article.id for hit in watching.search("fined")}

    report = filled.remove([name, "nobody"], erase=True)
    assert (report.removed, report.missing) == (("quorvex-77",), ("nobody",))
    assert words_left(filled.path) == set()
    assert vector_of_secret() not in (filled.path / "vectors.f16").read_bytes()
    for archive in (filled, watching, reopened(filled)):
        assert {hit.article.id for hit in archive.search("fined", limit=30)} == {row["id"] for row in KEPT}
        assert archive.article("quorvex-77") is None
        assert archive.info().articles == archive.count_articles() == 8
        assert vocabulary(archive).get("Brondzik") is None
        assert vocabulary(archive).get("ferry").times == 8
        assert archive.check().problems == ()
        assert archive.check(repair=True).repaired == ()


def test_what_was_removed_before_can_be_erased(filled: Archive):
    filled.remove(["quorvex-77"])
    assert filled.remove(["quorvex-77"], erase=True).removed == ("quorvex-77",)
    assert words_left(filled.path) == set()
    assert filled.remove(["quorvex-77"], erase=True).missing == ("quorvex-77",)


def test_an_erased_article_can_be_added_again(filled: Archive, tmp_path: Path):
    filled.remove(["quorvex-77"], erase=True)
    assert filled.add([tmp_path / "articles.jsonl"]).added == ("quorvex-77",)
    assert filled.article("quorvex-77").text == SECRET["text"]
    assert filled.check().ok


def test_verdicts_on_an_erased_article_go_with_it(filled: Archive):
    folder = filled.path / "feedback"
    folder.mkdir()
    span = {"article": SECRET["url"], "start": 0, "end": 13, "text": "Ilka Brondzik"}
    lines = [
        {"value": "Ilka Brondzik", "answer": "Ilka Brondzik", "spans": [span]},
        {"value": "Umberwick", "answer": "", "spans": []},  # found wrong: no place is named
        {"value": "the island", "answer": "the island", "spans": [{**span, "article": "k1", "text": "the island"}]},
        {"value": "Brask", "answer": "", "spans": []},
    ]
    (folder / "verdicts.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    filled.remove(["quorvex-77"], erase=True)
    left = [json.loads(line)["value"] for line in (folder / "verdicts.jsonl").read_text(encoding="utf-8").splitlines()]
    assert left == ["the island", "Brask"]
    assert words_left(filled.path) == set()


@pytest.mark.parametrize("step", ["wipe_followers", "rewrite_lexical", "rewrite"])
def test_an_interrupted_erasure_is_told_and_finished(filled: Archive, monkeypatch: pytest.MonkeyPatch, step: str):
    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    place = {"wipe_followers": writing.erasing, "rewrite_lexical": local, "rewrite": Database}[step]
    with monkeypatch.context() as patch:
        patch.setattr(place, step, die)
        with pytest.raises(KeyboardInterrupt):
            filled.remove(["quorvex-77"], erase=True)
    archive = reopened(filled)
    assert archive.article("quorvex-77") is None
    assert archive.check().problems == (
        "an erasure was interrupted: what is to be erased may still stand in some file",
    )
    copy = Archive.open(shutil.copytree(filled.path, filled.path.with_name("copy.pq")), embedder=HashEmbedder())
    assert copy.check(repair=True).ok
    assert archive.remove(["nobody"]).missing == ("nobody",)
    for one in (archive, copy):
        assert words_left(one.path) == set()
        assert one.check().ok
        assert one.info().articles == 8


def test_readers_in_the_way_are_told_and_the_erasure_is_finished_later(
    filled: Archive, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(Database, "checkpoint", lambda self, **_: False)
    with pytest.raises(ArchiveWriteFailed, match=r"Another process reads.*run: pullquote optimize"):
        filled.remove(["quorvex-77"], erase=True)
    monkeypatch.undo()
    filled.optimize()
    assert words_left(filled.path) == set()
    assert filled.check().ok


def test_a_log_is_not_called_folded_while_a_reader_needs_it(filled: Archive):
    file = filled.path / "archive.db"
    with (
        contextlib.closing(Database(file, write=True)) as writer,
        contextlib.closing(Database(file, write=False)) as reader,
    ):
        with reader.one_state():
            reader.manifest()
            with writer.transaction():
                writer.set_number("generation", writer.number("generation") + 1)
            assert not writer.checkpoint(wait_s=0.0)
        assert writer.checkpoint(wait_s=0.0)
