"""SIGTERM and SIGHUP in the midst of a long command: one sentence, a known exit code, and what was done is kept."""

import json
import signal
import subprocess

import pytest

from pullquote.ui.cli import failures
from pullquote.ui.cli.signals import Stopped, exit_code

from modelless import command, started, write_news

PIPES = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}


def test_the_exit_code_names_the_signal():
    assert exit_code(KeyboardInterrupt()) == 130
    assert [exit_code(Stopped(number)) for number in (signal.SIGTERM, signal.SIGHUP)] == [143, 129]


def test_what_is_kept_is_told_after_stopped(capsys):
    with pytest.raises(failures.typer.Exit) as ended, failures.failures_told(), failures.when_stopped("all is kept"):
        raise Stopped(signal.SIGTERM)
    assert ended.value.exit_code == 143
    assert capsys.readouterr().err == "pullquote: stopped; all is kept.\n"


def test_add_keeps_what_it_committed_and_goes_on_later(tmp_path):
    archive, news = tmp_path / "news.pq", write_news(tmp_path / "news.jsonl", 200)
    process = started(archive, "add", str(news), embedding_s=0.05, **PIPES)
    while not (archive / "archive.db").exists() or not stored(archive):
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    out, told = process.communicate(timeout=60)
    assert (process.returncode, out) == (143, "")
    assert told.splitlines()[-1] == (
        "pullquote: stopped; what was committed before is kept, and the same command goes on from there."
    )
    kept = stored(archive)
    *notes, last = command(archive, "check").splitlines()
    # Either not all was stored, or not all of it was embedded.
    assert 0 < kept <= 200
    assert kept < 200 or "aren't embedded yet" in notes[0]
    assert last == "The archive is sound."
    report = json.loads(command(archive, "add", "--json", str(news)))
    assert (len(report["added"]), report["unchanged"]) == (200 - kept, kept)
    assert command(archive, "check") == "The archive is sound.\n"


def test_ask_questions_keeps_the_answers_it_wrote(tmp_path):
    archive, questions, output = (tmp_path / name for name in ("news.pq", "in.jsonl", "out.jsonl"))
    command(archive, "add", str(write_news(tmp_path / "news.jsonl", 5)))
    rows = [{"id": number, "question": f"Who reads number {number}?"} for number in range(200)]
    questions.write_text("".join(json.dumps(row) + "\n" for row in rows))
    asking = ("ask", "--questions", str(questions), "--output", str(output))
    process = started(archive, *asking, reading_s=0.1, **PIPES)
    while not output.exists() or output.read_text().count("\n") < 2:
        assert process.poll() is None
    process.send_signal(signal.SIGHUP)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 129
    assert told.splitlines()[-1] == "pullquote: stopped; the answers written so far are kept."
    kept = output.read_text().splitlines()
    assert [json.loads(line)["id"] for line in kept] == list(range(len(kept)))
    assert 2 <= len(kept) < 200
    command(archive, *asking)
    assert output.read_text().splitlines()[: len(kept)] == kept
    assert [json.loads(line)["id"] for line in output.read_text().splitlines()] == list(range(200))


def stored(archive):
    """Return how many articles an archive has, asked as any other process would."""
    import sqlite3

    connection = sqlite3.connect(f"file:{archive / 'archive.db'}?mode=ro", uri=True)
    try:
        (number,) = connection.execute("SELECT count(*) FROM articles").fetchone()
        return number
    except sqlite3.OperationalError:  # there are no tables yet
        return 0
    finally:
        connection.close()
