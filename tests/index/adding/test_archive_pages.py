"""The table of addresses follows the articles: what tells that it doesn't, what mends it, what erases from it."""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Callable

import pytest
from old_archives import as_format_1, change, with_first_analyser, without_addresses

from pullquote.errors import ArchiveDamaged
from pullquote.index.analyser import OUTDATED
from pullquote.index.archive import Archive
from pullquote.index.search.printed_words import vocabulary
from pullquote.index.storage.database import Database

from fakes import HashEmbedder

LEVY = {"url": "https://echo.example/news/levy", "text": "The levy is 40 crowns."}
FERRY = {"url": "https://echo.example/news/ferry", "text": "The ferry sails at noon."}
STORM = {"id": "storm", "text": "Ho\u0308lzl lost a roof in the storm."}
SPELLED = "https://ECHO.example/news/levy/?utm_source=rss"
TOLD = "{} articles are noted under another page than that of their address"
MENDED = "noted anew of which page the addresses of {} articles are"


@pytest.fixture
def filled(archive: Archive, write_articles) -> Archive:
    archive.add([write_articles(LEVY, FERRY, STORM)])
    return archive


def reopened(archive: Archive) -> Archive:
    archive.close()
    return Archive.open(archive.path, embedder=HashEmbedder())


def addresses(archive: Archive) -> list[tuple[int, str, str]]:
    database = sqlite3.connect(archive.path / "archive.db")
    rows = database.execute("SELECT * FROM addresses ORDER BY article").fetchall()
    database.close()
    return rows


ROWS = [
    (1, "https://echo.example/news/levy", "echo.example/news/levy"),
    (2, "https://echo.example/news/ferry", "echo.example/news/ferry"),
]


@pytest.mark.parametrize(
    ("sql", "wrong"),
    [
        ("DELETE FROM addresses WHERE article = 1", 1),
        ("DELETE FROM addresses WHERE article = 2", 1),
        ("UPDATE addresses SET page_anyhow = 'echo.example/news/lezy' WHERE article = 1", 1),
        ("UPDATE addresses SET article = 9 WHERE article = 1", 2),
        ("UPDATE addresses SET article = 3 WHERE article = 1", 2),
        ("UPDATE addresses SET page = x'4100' WHERE article = 1", 1),
    ],
)
def test_a_wrong_address_is_told_and_mended(filled: Archive, sql: str, wrong: int):
    assert addresses(filled) == ROWS
    change(filled, sql)
    archive = reopened(filled)
    assert archive.check().problems == (TOLD.format(wrong),)
    report = archive.check(repair=True)
    assert (report.problems, report.repaired) == ((), (MENDED.format(wrong),))
    assert addresses(archive) == ROWS
    assert reopened(archive).article(SPELLED).text == LEVY["text"]


def test_exchanged_addresses_lead_nowhere(filled: Archive, write_articles):
    """Neither is the wrong article shown, nor is it superseded or erased."""
    change(filled, "UPDATE addresses SET article = 10 - article")
    change(filled, "UPDATE addresses SET article = CASE article WHEN 9 THEN 2 ELSE 1 END")
    archive = reopened(filled)
    assert archive.article(SPELLED) is None
    assert archive.remove([SPELLED]).missing == archive.remove([SPELLED], erase=True).missing == (SPELLED,)
    report = archive.add([write_articles({"url": SPELLED, "text": "The levy is 45 crowns."}, name="b.jsonl")])
    assert (len(report.added), report.updated) == (1, ())
    assert archive.article(FERRY["url"]).text == FERRY["text"]


def test_an_altered_article_is_no_copy_of_a_new_one(filled: Archive, write_articles):
    change(filled, "UPDATE articles SET text = 'The levy is 90 crowns.' WHERE rowid = 1")
    other = {**LEVY, "url": "http://www.echo.example/news/levy"}
    assert len(reopened(filled).add([write_articles(other, name="b.jsonl")]).added) == 1


def test_an_erased_article_leaves_no_address(filled: Archive):
    report = filled.remove([SPELLED], erase=True)
    assert (report.removed, report.missing) == ((LEVY["url"],), ())
    assert addresses(filled) == ROWS[1:]
    filled.close()
    assert [file for file in filled.path.rglob("*") if file.is_file() and b"news/levy" in file.read_bytes()] == []
    archive = reopened(filled)
    assert archive.article(LEVY["url"]) is None
    assert archive.check().problems == ()
    assert archive.remove([SPELLED], erase=True).missing == (SPELLED,)


def test_erasing_takes_no_other_article_of_the_page(filled: Archive, write_articles):
    filled.remove([LEVY["url"]])
    filled.add([write_articles({"id": "own", "url": f"{LEVY['url']}#top", "text": "A levy."}, name="b.jsonl")])
    assert filled.remove([LEVY["url"]], erase=True).removed == (LEVY["url"],)
    assert filled.article("own").text == "A levy."


def test_what_is_not_published_yet_is_not_found_by_its_page(filled: Archive, write_articles, monkeypatch):
    def die(database: Database, _: object) -> None:
        if database.number("generation") != database.number("published_generation"):
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pullquote.index.adding.writing.publish", die)
        with pytest.raises(KeyboardInterrupt):
            filled.add([write_articles({**LEVY, "text": "The levy is 45 crowns."}, name="b.jsonl")])
    archive = reopened(filled)
    database = Database(archive.path / "archive.db", write=False)
    assert (database.visible_rowid(SPELLED), database.live_rowid(SPELLED)) == ((1, LEVY["url"]), (4, LEVY["url"]))
    database.close()
    assert archive.article(SPELLED).text == LEVY["text"]
    archive.remove(["nobody"])
    assert archive.article(SPELLED).text == "The levy is 45 crowns."


@pytest.mark.parametrize(
    "write",
    [
        lambda archive: archive.remove(["nobody"]),
        lambda archive: archive.optimize(),
        lambda archive: archive.check(repair=True),
    ],
    ids=["remove", "optimize", "repair"],
)
@pytest.mark.parametrize("earlier", [as_format_1, without_addresses])
def test_a_writer_adds_the_table(filled: Archive, earlier: Callable[[Archive], None], write):
    earlier(filled)
    archive = reopened(filled)
    assert archive.check().problems == ()
    assert archive.article(SPELLED) is None
    write(archive)
    assert addresses(archive) == ROWS
    archive = reopened(archive)
    assert archive.check() == type(archive.check())((), ())
    assert archive.article(SPELLED).text == LEVY["text"]


def test_a_lost_table_is_told_and_made_anew(filled: Archive):
    change(filled, "DROP TABLE addresses")
    filled.close()
    archive = Archive.open(filled.path)
    assert archive.check().problems == ("the facts that the database states about the archive were altered",)
    assert archive.check(repair=True).repaired == (
        "worked out anew what the database states about the archive",
        MENDED.format(2),
    )
    assert addresses(archive) == ROWS


def test_nothing_is_changed_where_the_facts_were_altered(filled: Archive):
    """A change would give what was altered a checksum, and a wrong dimension would spoil the vectors."""
    filled.close()
    change(filled, "UPDATE manifest SET value = '99' WHERE key = 'dimension'")
    change(filled, "UPDATE articles SET title = 'Lezy' WHERE rowid = 1")
    archive = Archive.open(filled.path)
    with pytest.raises(ArchiveDamaged, match="were altered"):
        archive.remove(["storm"])
    vectors = (archive.path / "vectors.f16").read_bytes()
    report = archive.check(repair=True)
    assert (report.repaired, len(report.problems), report.advice != "") == ((), 1, True)
    assert (archive.path / "vectors.f16").read_bytes() == vectors
    assert "the facts that the database states about the archive were altered" in archive.check().problems


def test_an_archive_of_format_1_gets_all_at_its_next_changes(filled: Archive, write_articles, found):
    """First addresses and checksums; the terms of its lexical index stay as they are until `optimize`."""
    with_first_analyser(filled)
    as_format_1(filled)
    archive = reopened(filled)
    assert (archive.check().problems, archive.advice()) == ((OUTDATED,), f"{OUTDATED}; run: pullquote optimize")
    composed = unicodedata.normalize("NFC", "Ho\u0308lzl")
    assert (found(archive, "levy"), found(archive, composed)) == (["https://echo.example/news/levy"], [])
    report = archive.add([write_articles({**LEVY, "url": SPELLED, "text": "A levy of 45."}, name="b.jsonl")])
    assert (len(report.added), report.updated) == (0, (LEVY["url"],))
    assert (archive.info().format_version, archive.check().problems) == (2, (OUTDATED,))
    assert archive.check().notes == ()
    assert (found(archive, "levy"), found(archive, composed)) == ([LEVY["url"]], [])
    archive.optimize()
    assert (archive.check().problems, archive.advice(), found(archive, composed)) == ((), None, ["storm"])
    assert vocabulary(archive).get("holzl").text == composed
