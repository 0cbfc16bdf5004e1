from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pullquote.errors import ArchiveDamaged, ArchiveWriteFailed
from pullquote.index.archive import Archive
from pullquote.index.backends.lexical import LexicalIndex

from fakes import FailingEmbedder, HashEmbedder, made_up_news

ROWS = made_up_news(8, seed=6)
ROW_BYTES = 64 * 2


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight articles in two batches, of which one is superseded and one removed."""
    folder = tmp_path_factory.mktemp("original")
    archive = Archive.open(folder / "news.pq", create=True, embedder=HashEmbedder())
    for name, rows in ("a", ROWS[:4]), ("b", [*ROWS[4:], {**ROWS[0], "text": "A new and shorter text."}]):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        archive.add([folder / f"{name}.jsonl"])
    archive.remove(["n1"])
    archive.optimize()  # BM25 counts what was removed until then, and a repair rewrites the index without it
    archive.close()
    return archive.path


@pytest.fixture
def filled(tmp_path: Path, original: Path) -> Archive:
    return Archive.open(shutil.copytree(original, tmp_path / "news.pq"), embedder=HashEmbedder())


def answers(archive: Archive) -> list:
    reader = Archive.open(archive.path, embedder=HashEmbedder())
    return [
        [(hit.passage, hit.dense_rank, hit.lexical_rank) for hit in reader.search(row["text"][:60], limit=30)]
        for row in ROWS
    ]


def test_a_sound_archive(filled: Archive):
    report = filled.check()
    assert (report.ok, report.problems, report.repaired) == (True, (), ())
    report = filled.check(repair=True)
    assert (report.ok, report.problems, report.repaired) == (True, (), ())


def cut_the_vectors(path: Path) -> str:
    rows = (path / "vectors.f16").stat().st_size // ROW_BYTES
    os.truncate(path / "vectors.f16", 5 * ROW_BYTES + 3)
    return f"the vector log holds 5 of {rows} rows"


def lose_the_vectors(path: Path) -> str:
    rows = (path / "vectors.f16").stat().st_size // ROW_BYTES
    (path / "vectors.f16").unlink()
    return f"the vector log holds 0 of {rows} rows"


def write_into_the_vectors(data: bytes) -> Callable[[Path], str]:
    def write(path: Path) -> str:
        with (path / "vectors.f16").open("r+b") as stream:
            stream.seek(2 * ROW_BYTES)
            stream.write(data)
        return f"{-(-len(data) // ROW_BYTES)} rows of the vector log are damaged"

    return write


def lose_the_lexical_index(path: Path) -> str:
    passages = Archive.open(path, embedder=HashEmbedder()).info().passages
    shutil.rmtree(path / "lexical")
    return f"the lexical index holds 0 passages, the database {passages}"


def break_the_lexical_index(path: Path) -> str:
    (path / "lexical" / "meta.json").write_text("{}")
    return f"The lexical index {path / 'lexical'} cannot be opened"


def lose_some_of_the_lexical_index(path: Path) -> str:
    passages = Archive.open(path, embedder=HashEmbedder()).info().passages
    index = LexicalIndex(path / "lexical")
    removed = Archive.open(path, embedder=HashEmbedder())._database.live_rowid("n5")
    index.apply([], [removed[0]])
    left = index.count()
    assert left < passages
    return f"the lexical index holds {left} passages, the database {passages}"


def write_as_words(text: str) -> Callable[[Path], str]:
    def write(path: Path) -> str:
        (path / "words.tsv").write_text(text, encoding="utf-8")
        return "the list of printed words is damaged"

    return write


@pytest.mark.parametrize(
    "damage",
    [
        cut_the_vectors,
        lose_the_vectors,
        pytest.param(write_into_the_vectors(bytes(3 * ROW_BYTES)), id="zeros"),
        pytest.param(write_into_the_vectors(b"\xff\x7e" * 64), id="NaN"),
        pytest.param(write_into_the_vectors(np.full(64, 200.0, np.float16).tobytes()), id="too_long"),
        lose_the_lexical_index,
        break_the_lexical_index,
        lose_some_of_the_lexical_index,
        pytest.param(write_as_words("# words 2 of generation 1 words 2\nferry\t1\n"), id="words_cut"),
        pytest.param(write_as_words("# words 2 of generation 99 words 1\nferry\t1\n"), id="words_of_another_archive"),
    ],
)
def test_damage_is_found_and_mended(filled: Archive, damage: Callable[[Path], str], write_articles, found):
    before = answers(filled)
    expected = damage(filled.path)
    opened = Archive.open(filled.path, embedder=HashEmbedder())
    report = opened.check()
    assert not report.ok
    assert any(expected in problem for problem in report.problems), report.problems
    assert report.repaired == ()
    assert opened.check().problems == report.problems  # to look is to change nothing

    mended = opened.check(repair=True)
    assert mended.ok
    assert mended.problems == ()
    assert len(mended.repaired) == 1
    assert opened.check().ok
    assert answers(filled) == before
    assert filled.check().ok
    opened.add([write_articles({"id": "later", "text": "The ferry sailed."}, name="c.jsonl")])
    assert found(opened, "ferry") == ["later"]
    assert opened.check().ok


def test_words_that_were_never_kept_are_nothing_wrong(filled: Archive):
    (filled.path / "words.tsv").unlink()
    assert filled.check().ok
    assert filled.check(repair=True).repaired == ()


def test_two_kinds_of_damage_at_once(filled: Archive):
    before = answers(filled)
    lose_the_lexical_index(filled.path)
    cut_the_vectors(filled.path)
    assert len(filled.check().problems) == 2
    assert len(filled.check(repair=True).repaired) == 2
    assert answers(filled) == before


def test_a_short_vector_log_is_an_error_not_a_wrong_answer(filled: Archive):
    cut_the_vectors(filled.path)
    with pytest.raises(ArchiveDamaged, match="check --repair"):
        Archive.open(filled.path, embedder=HashEmbedder()).search("ferry")


def test_a_batch_that_was_stored_but_not_published_is_nothing_wrong_and_repair_publishes_it(
    filled: Archive, write_articles, monkeypatch: pytest.MonkeyPatch, found
):
    def refuse(*_: object) -> None:
        raise ArchiveWriteFailed("The lexical index cannot be written; what was committed before is intact.")

    with monkeypatch.context() as patch:
        patch.setattr(LexicalIndex, "apply", refuse)
        with pytest.raises(ArchiveWriteFailed):
            filled.add([write_articles({"id": "later", "text": "The ferry sailed."}, name="c.jsonl")])
    assert filled.check().ok
    assert found(filled, "ferry") == []
    assert filled.check(repair=True).ok
    assert found(filled, "ferry") == ["later"]
    assert filled.check().ok


def test_a_batch_that_the_lexical_index_has_already_is_published_by_the_next_writer(
    filled: Archive, write_articles, monkeypatch: pytest.MonkeyPatch, found
):
    apply = LexicalIndex.apply

    def apply_and_die(self: LexicalIndex, *arguments) -> None:
        apply(self, *arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(LexicalIndex, "apply", apply_and_die)
        with pytest.raises(KeyboardInterrupt):
            filled.add(
                [write_articles({**ROWS[4], "text": "The ferry sailed.\n\nShare\n\nThe ferry again."}, name="c.jsonl")]
            )
    assert filled.check().ok
    assert found(filled, "ferry") == []
    assert filled.remove(["nobody"]).missing == ("nobody",)
    assert set(found(filled, "ferry")) == {"n4"}
    assert filled.check().ok


def test_a_lost_lexical_index_is_written_anew_by_the_next_writer(filled: Archive, write_articles, found):
    before = answers(filled)
    lose_the_lexical_index(filled.path)
    opened = Archive.open(filled.path, embedder=HashEmbedder())
    assert opened.remove(["nobody"]).removed == ()
    assert answers(filled) == before
    assert filled.check().ok


def test_a_crash_between_the_renames_of_an_optimize_loses_no_word(filled: Archive, monkeypatch: pytest.MonkeyPatch):
    before = answers(filled)
    rename = Path.rename

    def crash(self: Path, target: Path) -> Path:
        if self.name == "lexical.new":
            raise KeyboardInterrupt
        return rename(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", crash)
        with pytest.raises(KeyboardInterrupt):
            filled.optimize()
    assert not (filled.path / "lexical").exists()
    filled.optimize()
    assert answers(filled) == before
    assert filled.check().ok
    assert sorted(path.name for path in filled.path.iterdir() if path.is_dir()) == ["lexical"]


def test_vectors_are_mended_without_a_model_where_none_is_damaged(filled: Archive):
    lose_the_lexical_index(filled.path)
    handle = Archive.open(filled.path, embedder=FailingEmbedder(fails_on_call=1))
    assert handle.check(repair=True).repaired == ("wrote the lexical index anew",)


def test_damage_to_the_database_itself_is_told_and_not_called_mended(filled: Archive):
    database = sqlite3.connect(filled.path / "archive.db")
    database.execute("UPDATE passages SET end = 100000 WHERE rowid = 3")
    database.execute("UPDATE manifest SET value = '4' WHERE key = 'vector_rows'")
    database.commit()
    database.close()
    report = Archive.open(filled.path, embedder=HashEmbedder()).check()
    last = (filled.path / "vectors.f16").stat().st_size // ROW_BYTES - 1
    assert f"passage row {last} lies beyond the 4 rows that the manifest states" in report.problems
    assert "1 passages reach beyond their article's text" in report.problems
