from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from filelock import FileLock

from pullquote.errors import ArchiveLocked
from pullquote.filters import Filters
from pullquote.index.adding import adding
from pullquote.index.adding.writing import Writer
from pullquote.index.archive import Archive
from pullquote.index.backends import local
from pullquote.index.backends.lexical import LexicalIndex

from fakes import FailingEmbedder, HashEmbedder, made_up_news

FERRY = {"url": "https://post.example/ferry", "title": "Ferry sails", "text": "The ferry to Brask sailed on Sunday."}
DUES = {"url": "https://post.example/dues", "title": "Dues rise", "text": "Harbour dues rise by two percent in May."}
STORM = {"url": "https://post.example/storm", "title": "Storm", "text": "A storm closed three islands for a week."}


def reopened(archive: Archive) -> Archive:
    return Archive.open(archive.path, embedder=HashEmbedder())


def test_what_is_added_is_found(archive: Archive, write_articles, found):
    report = archive.add([write_articles(FERRY, DUES)])
    assert (report.added, report.updated, report.unchanged, report.skipped, report.passages) == (
        (FERRY["url"], DUES["url"]),
        (),
        0,
        (),
        2,
    )
    assert found(archive, "ferry") == [FERRY["url"]]
    assert found(reopened(archive), "dues") == [DUES["url"]]
    assert archive.article(DUES["url"]).text == DUES["text"]


def test_a_new_text_under_a_known_url_supersedes_the_old_one(archive: Archive, write_articles, found):
    archive.add([write_articles(FERRY, DUES)])
    assert found(archive, "Sunday") == [FERRY["url"]]
    report = archive.add(
        [write_articles({**FERRY, "text": "The ferry to Brask was cancelled on Monday."}, name="b.jsonl")]
    )
    assert (report.added, report.updated, report.unchanged) == ((), (FERRY["url"],), 0)
    for handle in (archive, reopened(archive)):
        assert found(handle, "Sunday") == []
        assert found(handle, "cancelled Monday") == [FERRY["url"]]
        assert handle.search("ferry")[0].passage.text == "The ferry to Brask was cancelled on Monday."
        assert "Sunday" not in " ".join(hit.passage.text for hit in handle.search("the ferry sailed on Sunday"))
        assert handle.info().articles == handle.info().passages == 2
        assert [passage.text for passage in handle.passages(FERRY["url"])] == [
            "The ferry to Brask was cancelled on Monday."
        ]


def test_new_metadata_supersedes_too(archive: Archive, write_articles):
    archive.add([write_articles(FERRY)])
    report = archive.add([write_articles({**FERRY, "outlet": "Brask Daily"}, name="b.jsonl")])
    assert report.updated == (FERRY["url"],)
    assert [hit.article.outlet for hit in archive.search("ferry", filters=Filters(outlets=("Brask Daily",)))] == [
        "Brask Daily"
    ]


def test_an_article_with_an_id_is_known_again_by_it_or_by_its_url(archive: Archive, write_articles):
    archive.add([write_articles(FERRY, {**DUES, "id": "d1"})])
    report = archive.add(
        [write_articles({**FERRY, "id": "f1", "text": "New."}, {**DUES, "text": "Newer."}, name="b.jsonl")]
    )
    assert report.updated == (FERRY["url"], "d1")
    assert archive.info().articles == 2
    assert archive.article(FERRY["url"]).text == "New."
    assert archive.article("d1").text == archive.article(DUES["url"]).text == "Newer."


def test_what_is_stored_already_is_left_alone_and_embedded_by_no_model(archive: Archive, write_articles, found):
    file = write_articles(FERRY, DUES)
    archive.add([file])
    again = Archive.open(archive.path, embedder=FailingEmbedder(fails_on_call=1)).add([file])
    assert (again.added, again.updated, again.unchanged, again.passages) == ((), (), 2, 0)
    copy = write_articles(DUES, FERRY, STORM, name="copy.jsonl")
    report = archive.add([copy])
    assert (report.added, report.updated, report.unchanged, report.passages) == ((STORM["url"],), (), 2, 1)
    assert found(archive, "storm") == [STORM["url"]]


def test_the_same_article_twice_in_one_run(archive: Archive, write_articles):
    report = archive.add([write_articles(FERRY, FERRY, {**FERRY, "text": "Something else."})])
    assert (report.added, report.unchanged) == ((FERRY["url"],), 1)
    assert [skipped.reason for skipped in report.skipped] == [
        f"the id or URL {FERRY['url']!r} came up before in this run with another text"
    ]
    assert archive.article(FERRY["url"]).text == FERRY["text"]


def test_what_is_only_furniture_is_skipped_with_its_reason(archive: Archive, write_articles):
    report = archive.add([write_articles({**FERRY, "text": "Share\n\nAdvertisement"}, DUES)])
    assert report.added == (DUES["url"],)
    assert [skipped.reason for skipped in report.skipped] == ["has no text besides page furniture"]


def test_removal_by_id_and_by_url(archive: Archive, write_articles, found):
    file = write_articles({**FERRY, "id": "f1"}, DUES, STORM)
    archive.add([file])
    other = reopened(archive)
    assert other.info().articles == 3
    report = archive.remove(["f1", DUES["url"], "nobody", "f1"])
    assert (report.removed, report.missing) == (("f1", DUES["url"]), ("nobody",))
    for handle in (archive, other, reopened(archive)):
        assert handle.info().articles == 1
        assert found(handle, "ferry dues") == []
        assert [hit.article.id for hit in handle.search("ferry")] == [STORM["url"]]
        assert handle.article("f1") is None
        assert handle.passages("f1") == []
    # The file was read to its end before, but what was taken out of the archive can be put back.
    assert archive.add([file]).added == ("f1", DUES["url"])
    assert found(archive, "ferry") == ["f1"]
    assert archive.check().ok


def test_progress_counts_what_is_committed(archive: Archive, write_articles, small_batches):
    seen = []
    file = write_articles(*made_up_news(6, seed=1))
    archive.add(
        [file], progress=lambda at: seen.append((at.articles, reopened(archive).info().articles, at.bytes_done))
    )
    assert [stored for _, stored, _ in seen] == [reported for reported, _, _ in seen]
    assert len(seen) > 2
    assert seen[-1][0] == 6
    assert [done for _, _, done in seen] == sorted(done for _, _, done in seen)
    assert seen[-1][2] == file.stat().st_size


def test_after_an_interrupted_add_the_next_one_does_what_is_missing(
    tmp_path: Path, archive: Archive, write_articles, small_batches
):
    file = write_articles(*made_up_news(8, seed=2))
    stopped = Archive.open(archive.path, embedder=FailingEmbedder(fails_on_call=3))
    stored: list[int] = []
    with pytest.raises(RuntimeError, match="the power went out"):
        stopped.add([file], progress=lambda at: stored.append(at.articles))
    # All are stored by then; two batches are embedded, one before it was stored, and one after.
    assert stopped.info().articles == archive.info().articles == stored[-1] == 8
    assert archive.check().ok
    report = archive.add([file])
    assert (report.added, report.unchanged) == ((), 8)

    whole = Archive.open(tmp_path / "whole.pq", create=True, embedder=HashEmbedder())
    whole.add([file])
    for query in ("harbour", made_up_news(8, seed=2)[7]["text"][:80], made_up_news(8, seed=2)[6]["title"]):
        assert archive.search(query) == whole.search(query)
    assert archive.check().ok


def test_readers_see_whole_batches_only(
    archive: Archive, write_articles, small_batches, monkeypatch: pytest.MonkeyPatch, found
):
    """Look through an old and a new handle between each two steps of a commit."""
    watching = reopened(archive)
    published = 0
    looks = 0

    def look() -> None:
        nonlocal looks
        looks += 1
        for handle in (watching, reopened(archive)):
            assert handle.info().articles == published
            assert set(found(handle, "ferry dues storm", limit=100)) <= set(ids[:published])
            assert {hit.article.id for hit in handle.search("ferry dues storm", limit=100)} == set(ids[:published])

    rows = [
        {"id": f"n{n}", "text": f"The ferry {n}, the dues and the storm.\n\nShare\n\nPart {n} again."} for n in range(4)
    ]
    ids = [row["id"] for row in rows]

    publish, apply = Writer._publish, LexicalIndex.apply

    def publish_watched(self: Writer) -> None:
        look()  # after the database's commit
        publish(self)

    def apply_watched(self: LexicalIndex, *arguments) -> None:
        apply(self, *arguments)
        look()  # after the lexical index's commit

    monkeypatch.setattr(Writer, "_publish", publish_watched)
    monkeypatch.setattr(LexicalIndex, "apply", apply_watched)

    def note(at) -> None:
        nonlocal published
        published = at.articles
        look()

    archive.add([write_articles(*rows)], progress=note)
    assert published == 4
    assert looks >= 12


def test_a_superseded_version_is_seen_until_the_new_one_is(archive: Archive, write_articles, monkeypatch, found):
    archive.add([write_articles(FERRY)])
    watching = reopened(archive)
    apply = LexicalIndex.apply
    seen = []

    def apply_watched(self: LexicalIndex, *arguments) -> None:
        seen.append([hit.passage.text for hit in watching.search("ferry")])
        apply(self, *arguments)
        seen.extend([hit.passage.text for hit in handle.search("ferry")] for handle in (watching, reopened(archive)))

    monkeypatch.setattr(LexicalIndex, "apply", apply_watched)
    archive.add([write_articles({**FERRY, "text": "No ferry."}, name="b.jsonl")])
    # The new version goes into the index, is published, and only then the old one goes out of it.
    assert seen == [[FERRY["text"]]] * 3 + [["No ferry."]] * 3
    assert [hit.passage.text for hit in watching.search("ferry")] == ["No ferry."]


def test_a_second_writer_is_turned_away_at_once_and_readers_go_on(
    archive: Archive, write_articles, small_batches, found, monkeypatch: pytest.MonkeyPatch
):
    other = reopened(archive)
    asked = 0

    waited: list[float] = []

    class NotedLock(FileLock):
        def acquire(self, timeout: float, **options):
            waited.append(timeout)
            return super().acquire(timeout, **options)

    monkeypatch.setattr("pullquote.index.archive.FileLock", NotedLock)

    def meanwhile(_) -> None:
        nonlocal asked
        asked += 1
        for write in (
            lambda: other.add([write_articles(STORM, name="c.jsonl")]),
            lambda: other.remove(["f1"]),
            lambda: other.check(repair=True),
            other.optimize,
        ):
            with pytest.raises(ArchiveLocked, match="Another process is writing"):
                write()
            assert waited[-1] == 0  # seconds
        assert found(other, "ferry") == [FERRY["url"]]
        assert found(reopened(archive), "ferry") == [FERRY["url"]]

    archive.add([write_articles(FERRY, DUES)], progress=meanwhile)
    assert asked
    assert other.add([write_articles(STORM, name="c.jsonl")]).added == (STORM["url"],)


TURNED_AWAY = """
import sys
from pullquote.errors import ArchiveLocked
from pullquote.index.archive import Archive
from fakes import HashEmbedder
archive = Archive.open(sys.argv[1], embedder=HashEmbedder())
print(len(archive.search("ferry")))
try:
    archive.add([sys.argv[2]])
except ArchiveLocked:
    print("locked")
"""


def test_a_writer_in_another_process_is_turned_away(archive: Archive, write_articles):
    outcome: list[str] = []
    file = write_articles(FERRY)

    def meanwhile(_) -> None:
        done = subprocess.run(
            [sys.executable, "-c", TURNED_AWAY, str(archive.path), str(file)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])},
            capture_output=True,
            text=True,
            timeout=60,
        )
        outcome.append(done.stdout + done.stderr)

    archive.add([file], progress=meanwhile)
    assert outcome == ["1\nlocked\n"]


def test_a_file_with_problems_is_read_again_and_its_reasons_told_again(archive: Archive, write_articles):
    file = write_articles(FERRY, {"title": "No text"})
    first, second = archive.add([file]), archive.add([file])
    assert (first.added, second.added, second.unchanged) == ((FERRY["url"],), (), 1)
    assert [one.reason for one in second.skipped] == [one.reason for one in first.skipped]
    assert [one.reason for one in first.skipped] == ["has no text (its keys are title)"]


def test_the_lock_is_free_again_after_a_failure(archive: Archive, write_articles):
    file = write_articles(FERRY)
    with pytest.raises(RuntimeError):
        Archive.open(archive.path, embedder=FailingEmbedder(fails_on_call=1)).add([file])
    assert archive.add([file]).added == (FERRY["url"],)


def test_an_open_reader_follows_what_a_writer_publishes(archive: Archive, write_articles, found):
    watching = reopened(archive)
    assert watching.search("ferry") == []
    archive.add([write_articles(FERRY)])
    assert found(watching, "ferry") == [FERRY["url"]]
    archive.add([write_articles(DUES, name="b.jsonl")])
    assert found(watching, "dues") == [DUES["url"]]
    archive.optimize()
    archive.add([write_articles(STORM, name="c.jsonl")])
    assert found(watching, "storm ferry dues") == found(archive, "storm ferry dues")
    assert set(found(watching, "storm ferry dues")) == {FERRY["url"], DUES["url"], STORM["url"]}


def test_optimizing_changes_no_answer(archive: Archive, write_articles, small_batches):
    rows = made_up_news(5, seed=3)
    archive.add([write_articles(*rows)])
    queries = [row["text"][10:70] for row in rows]
    before = [archive.search(query) for query in queries]
    archive.optimize()
    assert [archive.search(query) for query in queries] == before
    assert [reopened(archive).search(query) for query in queries] == before
    assert sorted(path.name for path in archive.path.iterdir() if path.is_dir()) == ["lexical"]
    assert archive.check().ok


def test_threads_may_ask_while_one_adds(archive: Archive, write_articles, small_batches):
    rows = made_up_news(14, seed=4)
    archive.add([write_articles(*rows[:5], name="a.jsonl")])
    stop = threading.Event()
    errors: list[BaseException] = []
    counts: list[int] = []

    def ask(number: int) -> None:
        try:
            while not stop.is_set():
                for hit in archive.search(rows[number]["text"][:60], limit=3):
                    assert hit.article.text[hit.passage.start : hit.passage.end] == hit.passage.text
                counts.append(archive.info().articles)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    archive.add([write_articles(*rows[5:], name="b.jsonl")])
    stop.set()
    for thread in threads:
        thread.join()
    assert errors == []
    assert counts
    assert archive.info().articles == 14


def test_sources_are_read_in_batches_of_at_least_the_stated_size(archive: Archive, write_articles, monkeypatch):
    monkeypatch.setattr(adding, "BATCH_PASSAGES", 1000)
    monkeypatch.setattr(adding, "WORDS_FIRST_PASSAGES", 1000)
    monkeypatch.setattr(adding, "BATCH_ARTICLES", 3)
    seen: list[tuple[int, int]] = []
    file = write_articles(*made_up_news(8, seed=5))
    archive.add([file], progress=lambda at: seen.append((at.articles, at.embedded)))
    assert [articles for articles, embedded in seen if not embedded] == [3, 6, 8]


class Killed(BaseException):
    """What stops a writer at once."""


@pytest.mark.parametrize("dies_after", ["the database", "the lexical index", "the publication"])
def test_a_killed_change_is_seen_whole_or_not_at_all(
    archive: Archive, write_articles, monkeypatch: pytest.MonkeyPatch, found, dies_after: str
):
    """A removal and a new version, stopped after each step: all ways to look at the archive agree."""
    archive.add([write_articles(FERRY, DUES, STORM)])
    archive.close()
    follow = local.follow

    def dies(database, lexical, added: int, removed: int) -> None:
        if added == before:  # a writer looks first whether another one left something to do
            follow(database, lexical, added, removed)
            return
        if dies_after == "the database":
            raise Killed
        if dies_after == "the publication" and added == removed:
            raise Killed
        follow(database, lexical, added, removed)
        if dies_after == "the lexical index":
            raise Killed

    changes = [
        lambda handle: handle.remove([FERRY["url"], DUES["url"]]),
        lambda handle: handle.add([write_articles({**STORM, "text": "A storm came and went."}, name="b.jsonl")]),
    ]
    states = [
        ({FERRY["url"], DUES["url"], STORM["url"]}, STORM["text"]),
        ({STORM["url"]}, STORM["text"]),
        ({STORM["url"]}, "A storm came and went."),
    ]
    for number, write in enumerate(changes):
        before = reopened(archive).generation
        with monkeypatch.context() as patch:
            patch.setattr(local, "follow", dies)
            with pytest.raises(Killed):
                write(reopened(archive))
        for expected in (states[number + (dies_after == "the publication")], states[number + 1]):
            ids, text = expected
            reader = reopened(archive)
            assert {hit.article.id for hit in reader.search("ferry dues storm")} == ids
            assert set(found(reader, "ferry dues storm")) == ids
            assert {url for url in states[0][0] if reader.article(url)} == ids
            assert {url for url in states[0][0] if reader.passages(url)} == ids
            assert reader.article(STORM["url"]).text == text
            assert reader.info().articles == reader.count_articles() == len(reader.bylines()) == len(ids)
            assert reader.check().ok
            reader.close()
            reopened(archive).remove(["nobody"])  # the next writer does what is missing


def test_what_an_article_is_stored_without_is_noted_once(archive: Archive, write_articles):
    path = write_articles({**FERRY, "published": "Juin 45"}, {**DUES, "language": 5}, STORM)
    report = archive.add([path])
    assert [(note.source, note.text) for note in report.notes] == [
        (f"{path}:1", "is stored without a date (published is 'Juin 45', not a date such as 2013-06-08)"),
        (f"{path}:2", "is stored without its language, which is a number"),
    ]
    assert (len(report.added), report.skipped) == (3, ())
    assert archive.article(FERRY["url"]).published is None
    again = archive.add([path])
    assert (again.unchanged, again.notes) == (3, ())


def test_an_article_that_cannot_be_cut_costs_itself(archive: Archive, write_articles, monkeypatch):
    def failing(article):
        if article.id == DUES["url"]:
            raise IndexError("no such line")
        return []

    monkeypatch.setattr(adding, "furniture_ranges", failing)
    report = archive.add([write_articles(FERRY, DUES, STORM)])
    assert report.added == (FERRY["url"], STORM["url"])
    (skipped,) = report.skipped
    assert skipped.source.endswith(":2")
    assert "IndexError: no such line" in skipped.reason


def test_hostile_files_cost_nothing_beside_them(archive: Archive, tmp_path):
    """One of each kind that once ended the whole `add`."""
    folder = tmp_path / "in"
    folder.mkdir()
    hostile = {
        "a.jsonl": '{"text": "A", "x": ' + "[" * 600 + "]" * 600 + "}",
        "b.jsonl": '{"text": "B", "x": 1e999}',
        "c.md": '---\ntitle: "\\UFFFFFFFF"\n---\nC',
        "d.csv": "text," + ",".join(f"c{number}" for number in range(20_000)) + "\n",
        "e.html": '<meta charset="hex"><p>E</p>',
        "f.xml": "<rss><channel><item><title>F</title></item></channel></rss>" + "<!---->" * 40 + "x",
        "g.txt": f"# a{' ' * 40_000}b",
        "h.json": '[{"text": "H", "x": NaN}]',
    }
    for name, content in hostile.items():
        (folder / name).write_text(content)
    (folder / "z.jsonl").write_text('{"text": "The mill opened."}')
    report = archive.add([folder])
    assert len(report.added) == 2  # g.txt is a text, if an odd one
    assert sorted(Path(skipped.source.partition(":")[0]).name for skipped in report.skipped) == [
        "a.jsonl", "b.jsonl", "c.md", "d.csv", "e.html", "f.xml", "h.json",
    ]  # fmt: skip
    assert not any("because something in it" in skipped.reason for skipped in report.skipped)
