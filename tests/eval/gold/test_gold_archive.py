"""The archive of a set's own articles: built whole, found again while nothing it depends on has changed."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pullquote.errors import InputError, SourceError
from pullquote.eval.gold.archives import archive_key, build_archive, cache_folder, gold_archive
from pullquote.eval.gold.formats import load
from pullquote.eval.gold.questions import GoldQuestion, GoldSet
from pullquote.eval.runs.asking import Judge
from pullquote.qa.engine import Engine

from eval_fakes import FindingReader, write_gold
from fakes import FailingEmbedder, HashEmbedder

ARTICLES = [
    {"id": "chair", "url": "https://post.example/chair", "text": "The harbour board is chaired by Mara Lind."},
    {"id": "toll", "text": "Nine people died when the old ferry Osk sank."},
]
ASKED = [{"id": "q", "question": "Who?", "answers": ["Lind"]}]
DRIVER = Path(__file__).with_name("cache_driver.py")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PULLQUOTE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("pullquote.eval.gold.archives.has_fast_bfloat16", lambda: False)
    monkeypatch.setattr("pullquote.index.archive.SentenceTransformerEmbedder", lambda name: HashEmbedder())
    return tmp_path / "cache" / "eval-archives"


@pytest.fixture
def gold(tmp_path):
    return load(write_gold(tmp_path / "gold", ARTICLES, ASKED))


@pytest.fixture
def squad(tmp_path):
    asked = {"id": "s", "question": "Who chairs?", "answers": [{"text": "Lind", "answer_start": 1}]}
    data = {"data": [{"paragraphs": [{"context": " Lind chairs.", "qas": [asked]}]}]}
    (tmp_path / "dev.json").write_text(json.dumps(data))
    return load(tmp_path / "dev.json")


def opened(gold, **options):
    """Return what was told, how many articles were added, and how many a search finds."""
    told, added = [], []
    with gold_archive(gold, tell=told.append, progress=lambda at: added.append(at.articles), **options) as archive:
        found = len(archive.search("Mara Lind chairs"))
        assert archive.info().articles == len(archive.search("harbour ferry chairs", limit=9))
    return told, sum(added), found


def entries(cache):
    return sorted(one for one in cache.iterdir() if one.is_dir())


def test_built_once_and_then_from_the_cache(gold, cache):
    assert opened(gold) == ([], 2, 2)
    (entry,) = entries(cache)
    files = {file: file.read_bytes() for file in entry.rglob("*") if file.is_file()}
    for _ in range(2):
        assert opened(gold) == ([f"archive from cache: {entry} (--rebuild builds it anew)"], 0, 2)
    # To read it has changed nothing: its hashes will be compared again.
    assert {file: file.read_bytes() for file in entry.rglob("*") if file.is_file()} == files


def test_a_rebuild_replaces_what_was_there(gold, cache):
    opened(gold)
    (first,) = entries(cache)
    assert opened(gold, rebuild=True) == ([], 2, 2)
    (second,) = entries(cache)
    assert second != first
    assert second.name.partition("-")[0] == first.name.partition("-")[0]
    told, added, _ = opened(gold)
    assert (str(second) in told[0], added) == (True, 0)


def test_articles_that_come_in_the_sets_own_format(squad, cache):
    with gold_archive(squad) as built:
        row = Judge(built, squad).ask(
            Engine(built, reader=FindingReader({"Who chairs?": [("Lind", 4.0)]})), squad.questions[0]
        )
    assert (row.right, row.right_source, row.hits) == (True, True, ("dev/0",))
    told, added, _ = opened(squad)
    assert (told[0].split(":")[0], added) == ("archive from cache", 0)
    (entry,) = entries(cache)
    assert {file.name for file in entry.iterdir()} == {"archive.pq", "whole.json"}


@pytest.mark.parametrize(
    "change",
    [
        ("pullquote.eval.gold.archives.code_sha256", lambda *packages: "of another splitter"),
        ("pullquote.eval.gold.archives.DEFAULT_EMBEDDER", "another"),
        ("pullquote.eval.gold.archives.DEFAULT_SHA256", "ab" * 32),
        ("pullquote.eval.gold.archives.has_fast_bfloat16", lambda: True),
        ("pullquote.eval.gold.archives.metadata.version", lambda package: "99"),
    ],
)
def test_other_code_and_other_models_have_another_archive(gold, cache, monkeypatch, change):
    before = archive_key(gold)
    assert archive_key(gold) == before
    opened(gold)
    monkeypatch.setattr(*change)
    assert archive_key(gold) != before
    assert opened(gold)[:2] == ([], 2)
    assert len(entries(cache)) == 2


def test_the_code_that_reads_cuts_and_embeds_counts(gold, monkeypatch):
    asked = []
    monkeypatch.setattr("pullquote.eval.gold.archives.code_sha256", lambda *packages: asked.append(packages) or "x")
    archive_key(gold)
    assert asked == [("index",)]  # and the core, as `code_sha256` has it


def test_other_articles_have_another_archive(tmp_path, gold, squad):
    key = archive_key(gold)
    write_gold(tmp_path / "gold", ARTICLES, [ASKED[0] | {"question": "Whom?"}])
    assert archive_key(load(tmp_path / "gold")) == key  # other questions don't matter
    write_gold(tmp_path / "gold", [ARTICLES[0], ARTICLES[1] | {"outlet": "Post"}], ASKED)
    assert archive_key(load(tmp_path / "gold")) != key
    key = archive_key(squad)
    (tmp_path / "dev.json").write_text((tmp_path / "dev.json").read_text().replace("chairs.", "leads."))
    assert archive_key(load(tmp_path / "dev.json")) != key


def test_the_metadata_beside_a_text_counts(tmp_path):
    folder = write_gold(tmp_path / "gold", [], ASKED, articles=["chair.txt"])  # named, not found in a folder
    (folder / "chair.txt").write_text("A chair\n\nMara Lind chairs the board.\n")
    keys = {archive_key(load(folder))}
    for outlet in ("Post", "Daily"):
        (folder / "chair.json").write_text(json.dumps({"outlet": outlet}))
        keys.add(archive_key(load(folder)))
    assert len(keys) == 3


@pytest.mark.parametrize("name", ["archive.db", "vectors.f16", "meta.json"])
def test_a_damaged_archive_is_built_anew(gold, cache, name):
    opened(gold)
    (entry,) = entries(cache)
    (file,) = entry.rglob(name)
    damaged = bytearray(file.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    file.write_bytes(damaged)
    assert opened(gold) == ([f"the archive in the cache, {entry}, is damaged; it is built anew."], 2, 2)
    assert opened(gold)[1] == 0
    assert entry not in entries(cache)


def test_a_build_that_failed_leaves_nothing(gold, cache, monkeypatch):
    monkeypatch.setattr("pullquote.index.archive.SentenceTransformerEmbedder", lambda name: FailingEmbedder(1))
    with pytest.raises(RuntimeError, match="the power went out"):
        opened(gold)
    assert entries(cache) == []
    monkeypatch.setattr("pullquote.index.archive.SentenceTransformerEmbedder", lambda name: HashEmbedder())
    assert opened(gold)[:2] == ([], 2)


def test_only_the_four_used_last_are_kept(tmp_path, cache):
    golds = [
        load(write_gold(tmp_path / f"gold{at}", [ARTICLES[0] | {"title": f"{at}"}], ASKED, name=f"{at}"))
        for at in range(6)
    ]
    for gold in golds:
        opened(gold)
    assert len(entries(cache)) == 4
    assert [opened(gold)[1] for gold in golds[2:]] == [0, 0, 0, 0]
    assert opened(golds[0])[1] == 1


def test_without_a_cache_the_archive_is_built_for_the_run(gold, cache, tmp_path):
    (tmp_path / "cache").touch()
    for _ in range(2):
        told, added, found = opened(gold)
        assert (len(told), added, found) == (1, 2, 2)
        assert told[0].startswith(f"the cache {tmp_path / 'cache'} can't be used (")
        assert told[0].endswith("); the archive is built for this run alone.")


def test_the_users_cache_folder(monkeypatch, tmp_path):
    assert cache_folder() == tmp_path / "cache"
    for unset in ("", None):
        monkeypatch.delenv("PULLQUOTE_CACHE") if unset is None else monkeypatch.setenv("PULLQUOTE_CACHE", unset)
        monkeypatch.setattr("platformdirs.user_cache_path", lambda name, **_: tmp_path / "home" / name)
        assert cache_folder() == tmp_path / "home" / "pullquote"


def test_sets_whose_articles_are_missing_or_bad(tmp_path, cache):
    nothing = GoldSet("Tarn", (GoldQuestion("q", "Who?", answers=("Lind",)),), "aa" * 32)
    with (
        pytest.raises(InputError, match="The question set Tarn brings no articles; name an archive of them: --archive"),
        gold_archive(nothing),
    ):
        pass
    assert not cache.exists()
    gold = load(write_gold(tmp_path / "gold", [ARTICLES[0], {"id": "empty", "text": ""}], ASKED))
    with pytest.raises(SourceError, match=r"articles\.jsonl:2: has an empty text"):
        build_archive(gold, tmp_path / "b.pq")
    with pytest.raises(SourceError, match=r"articles\.jsonl:2: has an empty text"), gold_archive(gold):
        pass
    assert entries(cache) == []


# several processes


class Process:
    """A `cache_driver.py` at work."""

    def __init__(self, gold, delay_s):
        self.running = subprocess.Popen(
            [sys.executable, str(DRIVER), str(gold), str(delay_s)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ.copy(),
        )
        self.said = []

    def until(self, word):
        """Read lines up to the one that begins with a word, and return that."""
        for line in self.running.stdout:
            self.said.append(line.strip())
            if line.startswith(word):
                return line.strip()
        raise AssertionError(f"it ended, having said {self.said}")

    def end(self):
        """Let it go, and return everything that it said."""
        rest, _ = self.running.communicate("\n", timeout=60)
        assert self.running.returncode == 0
        return [*self.said, *rest.splitlines()]


def test_of_several_processes_one_builds_and_the_others_wait(gold, tmp_path, cache):
    processes = [Process(tmp_path / "gold", 1.5) for _ in range(3)]
    places = {process.until("open") for process in processes}
    (entry,) = entries(cache)
    assert places == {f"open 2 {entry / 'archive.pq'}"}
    said = [process.end() for process in processes]
    assert [lines[-1] for lines in said] == ["found 2"] * 3
    assert sum("embedding" in lines for lines in said) == 1
    assert sum(lines[-3].startswith("archive from cache: ") for lines in said) == 2


def test_what_a_process_reads_stays_while_others_tidy_up(gold, tmp_path, cache):
    reading = Process(tmp_path / "gold", 0.0)
    place = Path(reading.until("open").split()[2])
    opened(gold, rebuild=True)
    for at in range(5):
        opened(load(write_gold(tmp_path / "other", [ARTICLES[0] | {"title": f"{at}"}], ASKED)))
    assert place.exists()
    assert len(entries(cache)) == 5
    assert reading.end()[-1] == "found 2"
    opened(gold)
    assert not place.exists()


def test_a_process_killed_while_it_builds_leaves_nothing_that_is_found(gold, tmp_path, cache):
    building = Process(tmp_path / "gold", 60.0)
    building.until("embedding")
    building.running.send_signal(signal.SIGKILL)
    building.running.communicate(timeout=30)
    (left,) = entries(cache)
    assert left.name.endswith(".part")
    assert opened(gold) == ([], 2, 2)
    (entry,) = entries(cache)
    assert entry != left
    assert not list(cache.glob("*.use"))
