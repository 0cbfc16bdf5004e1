"""`ask --questions` goes on where it was: nothing is asked twice, nothing of another kind is taken for an answer."""

import json

import pytest
from typer.testing import CliRunner

from pullquote.ui.cli.answers_kept import KeptAnswers, NumberedHashes, asked_hash
from pullquote.ui.cli.app import app

import ui_fakes as fakes


@pytest.fixture
def run(monkeypatch, tmp_path):
    fakes.install(monkeypatch)
    (tmp_path / "news.pq").mkdir()
    monkeypatch.setenv("PULLQUOTE_ARCHIVE", str(tmp_path / "news.pq"))
    monkeypatch.chdir(tmp_path)

    def invoke(*options):
        fakes.engines.clear()
        result = CliRunner().invoke(app, ["ask", "--questions", "in.jsonl", "--output", "out.jsonl", *options])
        result.asked = [question for question, _ in fakes.engines[-1].asked] if fakes.engines else []
        return result

    invoke.folder = tmp_path
    invoke.answers = tmp_path / "out.jsonl"
    return invoke


def ask(run, *rows):
    (run.folder / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def ids(run):
    return [json.loads(line)["id"] for line in run.answers.read_text().splitlines()]


ROWS = [{"id": name, "question": f"who is {name}"} for name in ("a", "b", "c")]


def test_an_interrupted_run_goes_on(run):
    ask(run, ROWS[0], {"id": "b", "question": "interrupt"}, ROWS[2])
    assert run().exit_code == 130
    assert ids(run) == ["a"]
    ask(run, *ROWS)
    result = run()
    assert (result.exit_code, result.asked, ids(run)) == (0, ["who is b", "who is c"], ["a", "b", "c"])
    assert "out.jsonl has 1 answer already; these are not asked again (--restart begins anew)." in result.stderr
    before = run.answers.read_bytes()
    result = run()
    assert (result.exit_code, result.asked, run.answers.read_bytes()) == (0, [], before)
    assert result.stderr.endswith("pullquote: 3 questions in all, 0 of them bad.\n")


def test_a_torn_last_line_is_mended_and_asked_again(run):
    ask(run, *ROWS)
    run()
    whole = run.answers.read_bytes()
    for cut in (1, 40):
        run.answers.write_bytes(whole[:-cut])
        assert run().asked == ["who is c"]
        assert run.answers.read_bytes() == whole


def test_restart_begins_anew(run):
    ask(run, *ROWS)
    run()
    assert run("--restart").asked == ["who is a", "who is b", "who is c"]
    assert ids(run) == ["a", "b", "c"]
    result = CliRunner().invoke(app, ["ask", "--questions", "in.jsonl", "--restart"])
    assert (result.exit_code, "--restart goes with --output FILE." in result.stderr) == (2, True)


def test_a_row_put_between_is_asked_and_the_order_is_that_of_the_questions(run):
    ask(run, ROWS[0], ROWS[2])
    run()
    ask(run, *ROWS)
    assert run().asked == ["who is b"]
    assert ids(run) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("change", "options"),
    [
        ({"as_of": "2031-05-04"}, ()),
        ({"question": "who was a"}, ()),
        ({"id": "other"}, ()),
        ({}, ("--passages", "3")),
        ({}, ("--outlet", "Post")),
        ({}, ("--until", "2031-05-04")),
    ],
)
def test_another_question_bound_or_setting_is_asked(run, change, options):
    ask(run, ROWS[0])
    run()
    ask(run, ROWS[0] | change)
    result = run(*options)
    assert len(result.asked) == 1
    assert "1 line of out.jsonl was left out" in result.stderr
    assert len(ids(run)) == 1


def test_another_archive_reader_or_fit_is_asked(run, monkeypatch):
    ask(run, ROWS[0])
    run()
    monkeypatch.setattr(fakes, "INFO", fakes.replace(fakes.INFO, content_sha256="other"))
    assert run().asked == ["who is a"]
    monkeypatch.setattr(fakes.FakeEngine, "confidence", type("Fit", (), {"sha256": "fit"}))
    assert run().asked == ["who is a"]
    assert run().asked == []


def test_errors_are_tried_again_and_equal_rows_are_told_apart(run):
    ask(run, ROWS[0], {"id": "x", "question": " "}, ROWS[0])
    assert run().exit_code == 1
    result = run()
    assert (result.exit_code, result.asked, ids(run)) == (1, [" "], ["a", "x", "a"])
    ask(run, ROWS[0])
    assert (run().asked, ids(run)) == ([], ["a"])


@pytest.mark.parametrize("held", ["my notes\n", '{"id": 1}\n', "[1]\n", '{"question": "who"}\n'])
def test_a_file_of_something_else_is_not_written_over(run, held):
    ask(run, *ROWS)
    run.answers.write_text(held)
    result = run()
    assert (result.exit_code, run.answers.read_text(), result.asked) == (2, held, [])
    assert "out.jsonl:1 is no answer, so that the file holds something else" in result.stderr
    assert run("--restart").exit_code == 0


def test_what_a_kill_leaves_is_gone_on_with_line_by_line(tmp_path):
    numbered = NumberedHashes()
    keys = [numbered.key(asked_hash(name)) for name in ("a", "b", "a")]
    assert [number for _, number in keys] == [1, 1, 2]
    file = tmp_path / "out.jsonl"
    kept = KeptAnswers(file, keys)
    kept.append(keys[0], {"id": 1, "asked": keys[0][0], "question": "\u202e"})
    again = KeptAnswers(file, keys)  # the first was never closed
    assert [key in again for key in keys] == [True, False, False]
    assert "\\u202e" in file.read_text()
    kept.close()
    again.close()
