"""SIGKILL at random instants: what was reported as committed is there, and nothing is there by half."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pullquote.index.archive import Archive

from fakes import HashEmbedder, made_up_news

DRIVER = Path(__file__).with_name("kill_driver.py")
KILLS = 50
# Several batches' worth: a kill falls anywhere in them.
LONGEST_S = 0.5

pytestmark = pytest.mark.slow


def start(archive: Path, source: Path, *arguments: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, str(DRIVER), str(archive), str(source), "0.002", *arguments],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def kill_after(process: subprocess.Popen[str], seconds: float) -> list[str]:
    """Kill the process; return the lines that it had printed."""
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    lines, _ = process.communicate(timeout=30)
    return lines.splitlines()


def write(file: Path, rows: list[dict]) -> Path:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def state(path: Path, rows: list[dict]) -> tuple:
    archive = Archive.open(path, embedder=HashEmbedder())
    articles = [archive.article(row["id"]) for row in rows]
    passages = [archive.passages(row["id"]) for row in rows]
    info = archive.info()
    hits = [
        [
            (hit.passage, hit.score, hit.dense_score, hit.dense_rank, hit.lexical_rank)
            for hit in archive.search(query, limit=10)
        ]
        for row in rows[::17]
        for query in (row["title"], row["text"][5:65])
    ]
    return articles, passages, (info.articles, info.passages, info.first_day, info.last_day, info.outlets), hits


def test_killed_at_random_instants_it_loses_nothing_it_reported(tmp_path: Path):
    rows = made_up_news(700, seed=50)
    source = write(tmp_path / "news.jsonl", rows)
    # An older version of some, to be superseded.
    older = write(tmp_path / "older.jsonl", [{**row, "text": f"An older text of {row['id']}."} for row in rows[:100]])
    path, whole = tmp_path / "killed.pq", tmp_path / "whole.pq"
    for archive in (path, whole):
        Archive.open(archive, create=True, embedder=HashEmbedder()).add([older])

    rng = random.Random(2031)
    reported = 0
    kept: list[int] = []
    unpublished = torn = ended = 0
    for _ in range(KILLS):
        process = start(path, source)
        lines = kill_after(process, rng.uniform(0.0, LONGEST_S))
        committed = [line.split() for line in lines if line.startswith("committed") and len(line.split()) == 3]
        ended += "done" in lines
        if committed:
            reported = max(reported, int(committed[-1][1]))

        archive = Archive.open(path, embedder=HashEmbedder())
        report = archive.check()
        assert report.ok, report.problems
        database = archive._database
        unpublished += database.number("generation") != database.number("published_generation")
        torn += (path / "vectors.f16").stat().st_size > database.number("vector_rows") * 64 * 2
        new = [row for row in rows if (stored := archive.article(row["id"])) and stored.text == row["text"]]
        # What was reported is there, in the order of the file, with at most one batch more than that or than before.
        assert [row["id"] for row in new] == [row["id"] for row in rows[: len(new)]]
        assert reported <= len(new) <= max([reported, *kept]) + 6
        assert len(new) >= max(kept, default=0)
        info = archive.info()
        assert info.articles >= max(100, reported)
        for row in rng.sample(rows[:reported], min(10, reported)):
            hits = archive.search(row["text"][:150], limit=300)
            assert [hit.article.id for hit in hits if hit.lexical_rank == 1] == [row["id"]]
        kept.append(len(new))

    assert ended == 0, "too few articles: the last kills hit nothing"
    for archive in (path, whole):
        opened = Archive.open(archive, embedder=HashEmbedder())
        opened.add([source])
        assert opened.check().ok
        opened.optimize()  # BM25 counts superseded and twice-written passages until the index is rewritten
    assert state(path, rows) == state(whole, rows)
    print(f"\n{KILLS} kills, {unpublished} left a batch unpublished, {torn} a torn vector log; committed: {kept}")


def test_killed_while_optimizing_it_loses_no_word(tmp_path: Path):
    rows = made_up_news(60, seed=51)
    source = write(tmp_path / "news.jsonl", rows)
    archive = Archive.open(tmp_path / "news.pq", create=True, embedder=HashEmbedder())
    archive.add([source])
    archive.optimize()
    before = state(archive.path, rows)
    rng = random.Random(2032)
    for _ in range(15):
        kill_after(start(archive.path, source, "optimize"), rng.uniform(0.0, 0.3))
        assert Archive.open(archive.path, embedder=HashEmbedder()).check().ok
        assert state(archive.path, rows) == before
    Archive.open(archive.path, embedder=HashEmbedder()).optimize()
    assert state(archive.path, rows) == before
