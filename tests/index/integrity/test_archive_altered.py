"""What was altered after it was stored: `check` finds each kind, a quotation never shows it, `--repair` mends it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from old_archives import as_format_1, change

from pullquote.errors import ArchiveDamaged, ArticleAltered
from pullquote.index.archive import Archive
from pullquote.index.backends import lexical_stamp
from pullquote.index.search.printed_words import vocabulary
from pullquote.index.search.vocabulary import read

from fakes import FailingEmbedder, HashEmbedder

FERRY = {"id": "ferry", "title": "Ferry", "text": "A ticket on the Vell ferry will cost 12 crowns from April."}
BRIDGE = {"id": "bridge", "title": "Bridge", "text": "The Tarn bridge opens to carts and coaches in June."}
STORM = {"id": "storm", "title": "Storm", "text": "A storm took the roof of the Oskar mill on Monday."}


@pytest.fixture
def source(write_articles) -> Path:
    return write_articles(FERRY, BRIDGE, STORM)


@pytest.fixture
def filled(archive: Archive, source: Path) -> Archive:
    archive.add([source])
    return archive


def reopened(archive: Archive) -> Archive:
    return Archive.open(archive.path, embedder=HashEmbedder())


def replace(file: Path, data: bytes) -> None:
    """Put another file in a file's place: an open index has the old one mapped into memory."""
    other = file.with_name("other")
    other.write_bytes(data)
    other.replace(file)


# -- articles

CHANGES = {
    "text": "UPDATE articles SET text = replace(text, '12 crowns', '92 crowns') WHERE id = 'ferry'",
    "title": "UPDATE articles SET title = 'Perry' WHERE id = 'ferry'",
    "day": "UPDATE articles SET published = '2031-05-05' WHERE id = 'ferry'",
    "no day at all": "UPDATE articles SET published = '2031-95-05' WHERE id = 'ferry'",
    "byline": "UPDATE articles SET authors = '[\"Mara Lynd\"]' WHERE id = 'ferry'",
    "no byline at all": "UPDATE articles SET authors = '{' WHERE id = 'ferry'",
    "headline's place": "UPDATE articles SET title_in_text = '[0, 8]' WHERE id = 'ferry'",
    "no UTF-8": "UPDATE articles SET text = CAST(x'41ff42' AS TEXT) WHERE id = 'ferry'",
    "its own checksum": "UPDATE articles SET checksum = 'x' || substr(checksum, 2) WHERE id = 'ferry'",
}


@pytest.mark.parametrize("sql", CHANGES.values(), ids=CHANGES)
def test_an_altered_article_is_found_and_never_quoted(filled: Archive, source: Path, sql: str):
    change(filled, sql)
    for archive in (filled, reopened(filled)):
        hits, scope = archive.search_with_scope("What does a ticket on the ferry cost?")
        assert [hit.article.id for hit in hits if hit.article.id == "ferry"] == []
        assert {hit.article.id for hit in hits} == {"bridge", "storm"}  # the rest goes on
        assert scope.altered == ("ferry",)
        with pytest.raises(ArticleAltered, match=r"'ferry'.*altered.*pullquote check --repair"):
            archive.article("ferry")
        assert archive.article("storm").text == STORM["text"]
        assert "ferry" not in {article.id for article in archive.sample()}
        assert "the article 'ferry' was altered after it was stored" in archive.check().problems

    report = reopened(filled).check(repair=True)
    assert report.ok
    assert report.repaired == (
        "took out 1 altered articles ('ferry'): add their sources again with: pullquote add SOURCE...",
    )
    archive = reopened(filled)
    assert archive.article("ferry") is None
    assert archive.search_with_scope("ferry")[1].altered == ()
    assert archive.add([source]).added == ("ferry",)
    assert archive.article("ferry").text == FERRY["text"]
    assert archive.check().ok


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE passages SET end = end - 3 WHERE article = 1",
        "UPDATE passages SET tokens = tokens + 1 WHERE article = 1",
        "DELETE FROM passages WHERE article = 1",
    ],
)
def test_altered_passages_are_found(filled: Archive, sql: str):
    change(filled, sql)
    assert "the article 'ferry' was altered after it was stored" in reopened(filled).check().problems
    assert reopened(filled).check(repair=True).ok


def test_a_lost_row_is_found_and_no_repair_can_bring_it_back(filled: Archive):
    change(filled, "DELETE FROM passages WHERE article = 3")
    change(filled, "DELETE FROM articles WHERE rowid = 3")
    assert "1 articles are missing from the database" in reopened(filled).check().problems
    report = reopened(filled).check(repair=True)
    assert not report.ok
    assert report.advice == (
        f"No repair mends that: put a copy of {filled.path} in its place, or make the archive anew with: "
        "pullquote add SOURCE... --archive NEW"
    )


def test_a_removed_article_that_comes_back_by_itself_is_found(filled: Archive):
    filled.remove(["ferry"])
    change(filled, "UPDATE articles SET removed_in = NULL WHERE id = 'ferry'")
    archive = reopened(filled)
    assert "ferry" not in {hit.article.id for hit in archive.search("ferry ticket")}
    assert "the article 'ferry' was altered after it was stored" in archive.check().problems


# -- what the database states


@pytest.mark.parametrize(("key", "value"), [("published_generation", "0"), ("vector_rows", "2"), ("dimension", "44")])
def test_altered_facts_are_told_on_opening_and_worked_out_anew(filled: Archive, key: str, value: str):
    filled.close()
    change(filled, "UPDATE manifest SET value = ? WHERE key = ?", value, key)
    with pytest.raises(ArchiveDamaged, match=r"states.*altered; run: pullquote check --repair"):
        Archive.open(filled.path, embedder=HashEmbedder()).search("ferry")
    archive = Archive.open(filled.path)
    assert "the facts that the database states about the archive were altered" in archive.check().problems
    if key == "dimension":  # 64 and 44 differ by more than a bit, and no table tells it
        return
    report = Archive.open(filled.path).check(repair=True)
    assert report.repaired[0] == "worked out anew what the database states about the archive"
    assert report.ok
    assert len(reopened(filled).search("ferry")) == 3


def test_a_single_flipped_bit_of_a_fact_is_undone(filled: Archive):
    """64 with one bit of "6" flipped is "24"."""
    filled.close()
    change(filled, "UPDATE manifest SET value = '24' WHERE key = 'dimension'")
    report = Archive.open(filled.path).check(repair=True)
    assert report.ok
    assert "worked out anew what the database states about the archive" in report.repaired
    assert len(reopened(filled).search("ferry")) == 3


# -- followers


def test_exchanged_vectors_are_found_and_embedded_again(filled: Archive):
    file = filled.path / "vectors.f16"
    stored = np.fromfile(file, dtype=np.float16).reshape(3, 64)
    stored[[0, 1, 2]].tofile(file)
    assert reopened(filled).check().ok
    stored[[1, 2, 0]].tofile(file)
    assert reopened(filled).check().problems == ("rows 0 to 2 of the vector log are not what was stored",)
    assert reopened(filled).check(repair=True).repaired == ("embedded 3 passages again",)
    assert np.array_equal(np.fromfile(file, dtype=np.float16).reshape(3, 64), stored)
    assert reopened(filled).check().ok


@pytest.fixture
def other(tmp_path: Path, source: Path) -> Archive:
    """Another archive of the same articles."""
    made = Archive.open(tmp_path / "other.pq", create=True, embedder=HashEmbedder())
    made.add([source])
    made.close()
    return made


def test_another_archives_lexical_index_is_found(filled: Archive, other: Archive):
    shutil.rmtree(filled.path / "lexical")
    shutil.copytree(other.path / "lexical", filled.path / "lexical")
    archive = reopened(filled)
    assert archive.check().problems == ("the lexical index is another archive's",)
    with pytest.raises(ArchiveDamaged, match=r"another archive's.*pullquote check --repair"):
        archive.search("ferry")
    assert archive.check(repair=True).repaired == ("wrote the lexical index anew",)
    assert archive.search("ferry")[0].article.id == "ferry"


def test_another_archives_words_are_found(filled: Archive, other: Archive):
    shutil.copy(other.path / "words.tsv", filled.path / "words.tsv")
    assert reopened(filled).check().problems == ("the list of printed words is damaged",)
    assert reopened(filled).check(repair=True).repaired == ("counted the printed words anew",)
    assert vocabulary(reopened(filled)).get("ferry").times == 2


def test_an_altered_count_of_a_word_is_found(filled: Archive):
    words = filled.path / "words.tsv"
    words.write_text(words.read_text(encoding="utf-8").replace("ferry\t1", "ferry\t3"), encoding="utf-8")
    assert read(words) is None
    assert reopened(filled).check().problems == ("the list of printed words is damaged",)


def test_an_older_lexical_index_is_found(filled: Archive, tmp_path: Path, write_articles):
    shutil.copytree(filled.path / "lexical", tmp_path / "older")
    filled.add([write_articles({**STORM, "id": "later"}, name="later.jsonl")])
    shutil.rmtree(filled.path / "lexical")
    shutil.copytree(tmp_path / "older", filled.path / "lexical")
    assert "the lexical index is of change 1, the database of 2" in reopened(filled).check().problems
    assert reopened(filled).check(repair=True).ok


def test_a_database_that_lost_its_last_changes_is_found(filled: Archive, tmp_path: Path, write_articles):
    """A bit flipped in SQLite's log makes it leave out what was committed last, without a word."""
    shutil.copy(filled.path / "archive.db", tmp_path / "older.db")
    filled.add([write_articles({**STORM, "id": "later"}, name="later.jsonl")])
    filled.close()
    shutil.copy(tmp_path / "older.db", filled.path / "archive.db")
    archive = reopened(filled)
    assert (
        "the lexical index is of change 2, the database of 1: the database lost what was committed last"
        in archive.check().problems
    )
    with pytest.raises(ArchiveDamaged, match="lost what was committed last"):
        archive.search("ferry")


def test_any_byte_of_the_lexical_index_counts(filled: Archive):
    for file in sorted((filled.path / "lexical").iterdir()):
        if not file.stat().st_size or file.name == ".managed.json":
            continue
        data = file.read_bytes()
        for at in (0, len(data) // 2, len(data) - 1):
            replace(file, data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
            assert not reopened(filled).check().ok, (file.name, at)
        replace(file, data)
    assert reopened(filled).check().ok


def test_opening_tells_a_shortened_file_of_the_lexical_index(filled: Archive):
    file = next((filled.path / "lexical").glob("*.term"))
    replace(file, file.read_bytes()[:-1])
    with pytest.raises(ArchiveDamaged, match=rf"{file.name}.*pullquote check --repair"):
        reopened(filled).search("ferry")


def test_a_stamp_knows_the_files_of_the_index_only(filled: Archive):
    folder = filled.path / "lexical"
    (folder / f"{'0' * 32}.idx").write_bytes(b"what a killed writer left")
    stamp = lexical_stamp.write(folder, filled._database.archive_id, 1, 1)
    names = {file.name for file in folder.iterdir()}
    assert set(stamp.files) == {
        name for name in names if not name.startswith(("stamp", "0000", ".")) and "lock" not in name
    }
    facts = json.loads((folder / "stamp.json").read_text(encoding="utf-8"))
    (folder / "stamp.json").write_text(json.dumps({**facts, "added": 2}), encoding="utf-8")
    assert lexical_stamp.read(folder) is None


# -- archives made before


def test_an_archive_without_checksums_is_read_and_checked_as_it_is(filled: Archive):
    as_format_1(filled)
    before = {file.name: file.read_bytes() for file in filled.path.iterdir() if file.is_file()}
    archive = reopened(filled)
    assert {hit.article.id for hit in archive.search("ferry")} == {"ferry", "bridge", "storm"}
    report = archive.check()
    assert report.ok
    assert len(report.notes) == 1
    assert "made before checksums were stored" in report.notes[0]
    assert archive.info().format_version == 1
    archive.close()
    assert {name: data for name, data in before.items() if (filled.path / name).read_bytes() != data} == {}


def test_of_an_archive_without_checksums_an_altered_text_is_found_by_its_fingerprint(filled: Archive, source: Path):
    as_format_1(filled)
    change(filled, CHANGES["text"])
    archive = reopened(filled)
    assert archive.search_with_scope("ferry")[1].altered == ("ferry",)
    assert archive.check().problems == ("the article 'ferry' was altered after it was stored",)
    # Adding checksums doesn't make it right.
    archive.remove(["nobody"])
    assert reopened(filled).check().problems == ("the article 'ferry' was altered after it was stored",)
    assert reopened(filled).search_with_scope("ferry")[1].altered == ("ferry",)
    assert reopened(filled).check(repair=True).ok
    assert reopened(filled).add([source]).added == ("ferry",)


@pytest.mark.parametrize(
    "write",
    [
        lambda archive: archive.remove(["storm"]),
        lambda archive: archive.optimize(),
        lambda archive: archive.check(repair=True),
    ],
    ids=["remove", "optimize", "repair"],
)
def test_the_first_change_adds_checksums(filled: Archive, write: Callable[[Archive], object]):
    before = filled.search("the ferry and the bridge")
    as_format_1(filled)
    archive = Archive.open(filled.path, embedder=FailingEmbedder(fails_on_call=2))
    assert archive.search("the ferry and the bridge") == before
    write(archive)  # no passage is embedded again
    archive = reopened(filled)
    report = archive.check()
    assert (report.problems, report.notes) == ((), ())
    assert archive.info().format_version == 2
    assert "ferry" in {hit.article.id for hit in archive.search("the ferry and the bridge")}
    file = archive.path / "vectors.f16"
    data = bytearray(file.read_bytes())
    data[5] ^= 1
    file.write_bytes(data)
    assert reopened(filled).check().problems == ("rows 0 to 2 of the vector log are not what was stored",)


def test_front_matter_with_numbers_for_keys_is_not_taken_for_altered(archive: Archive, tmp_path: Path):
    """Of format 1, the fingerprint is of 2 before 10; read back they are words, "10" before "2"."""
    file = tmp_path / "tide.md"
    file.write_text("---\ntitle: Tide\nlevels:\n  2: low\n  10: high\n---\nThe tide is late.\n", encoding="utf-8")
    archive.add([file])
    as_format_1(archive)
    assert reopened(archive).check().ok
    assert reopened(archive).search("tide")[0].article.extra == {"levels": {"2": "low", "10": "high"}}
