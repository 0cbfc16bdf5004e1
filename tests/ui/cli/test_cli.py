"""The command line over the fakes: what goes where, with which exit code, and nothing gets through raw."""

import io
import json
import os
import re
import sqlite3
import subprocess
import sys
from types import ModuleType

import pytest
from typer.testing import CliRunner

from pullquote.articles import AddReport, Note
from pullquote.errors import ArchiveDamaged, ArchiveLocked, SourceError
from pullquote.filters import Filters
from pullquote.reports import CheckReport
from pullquote.ui import local_only
from pullquote.ui.cli import progress
from pullquote.ui.cli.app import app
from pullquote.ui.cli.signals import Stopped
from pullquote.ui.wording import day

import ui_fakes as fakes

# Anything that could drive a terminal or reorder what it shows.
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture
def archive(monkeypatch):
    return fakes.install(monkeypatch)


@pytest.fixture
def run(archive, tmp_path, monkeypatch):
    folder = tmp_path / "news.pq"
    folder.mkdir()
    monkeypatch.setenv("PULLQUOTE_ARCHIVE", str(folder))
    monkeypatch.delenv("PULLQUOTE_DEBUG", raising=False)

    def invoke(*arguments, stdin=None):
        return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)

    return invoke


@pytest.mark.parametrize("command", [["ask", "Who leads it?"], ["search", "port"], ["info"]])
def test_an_archive_of_an_earlier_version_is_told_of_in_one_sentence(run, archive, monkeypatch, command):
    monkeypatch.setattr(archive, "advice", lambda self: "the index is old; run: pullquote optimize")
    assert run(*command).stderr.startswith("pullquote: the index is old; run: pullquote optimize.\n")


def test_ask_prints_quote_sentence_source_and_link_on_stdout(run):
    result = run("ask", "Who leads the investigation?")
    assert result.exit_code == 0
    assert result.stderr == ""
    lines = [line.strip() for line in result.stdout.splitlines() if line.strip()]
    assert lines == [
        "“Dr Hanne Osterby”",
        fakes.SENTENCE,
        "Corrin Star: nine dead",
        "Harbour Courier · By Ines Amaro and Tom Reyl · 4 May 2031",
        "https://courier.example/corrin-star#:~:text=Dr%20Hanne%20Osterby",
        "2 independent reports · confidence 0.91 (uncalibrated) · characters 33-49 of a1",
        "Other values",
        "“a year”  0.12  Harbour Courier · 4 May 2031",
    ]


def test_ask_for_what_is_not_there_exits_3_and_says_what_was_searched(run):
    result = run("ask", "What salary is she paid?")
    assert result.exit_code == 3
    assert "Nothing in this archive answers that." in result.stdout
    assert "Searched 2 articles, from 1 May 2031 to 9 June 2031." in result.stdout
    assert "Nearest passages" in result.stdout
    assert "Dr Hanne Osterby" in result.stdout


def test_a_greeting_gets_a_remark_and_questions_to_try_and_exits_0(run):
    result = run("ask", "hello")
    assert (result.exit_code, result.stderr) == (0, "")
    assert [line.strip() for line in result.stdout.splitlines() if line.strip()] == [
        "Remark: Corrin Star: nine dead",
        "Try asking",
        "Who is Corrin Star: nine dead?",
        "What is the latest on Tarn?",
    ]


def test_a_question_in_another_language_exits_3_and_shows_what_is_nearest(run):
    result = run("ask", "Wer leitet sie?")
    assert result.exit_code == 3
    lines = [line.strip() for line in result.stdout.splitlines() if line.strip()]
    assert lines[:2] == [
        "Remark: Corrin Star: nine dead",
        "Searched 2 articles, from 1 May 2031 to 9 June 2031.",
    ]
    assert "Nearest passages" in lines
    assert json.loads(run("ask", "Wer leitet sie?", "--json").stdout)["remark"]["kind"] == "language"


def test_what_was_put_right_stands_above_the_answer(run):
    lines = [line.strip() for line in run("ask", "Who leads the investgation?").stdout.splitlines() if line.strip()]
    assert lines[:2] == ["Understood as:  Who leads the investigation?", "“Dr Hanne Osterby”"]


def test_ask_where_no_value_is_sure_gives_the_sentences_that_speak_to_it_and_exits_0(run):
    result = run("ask", "Why did she sink?")
    assert result.exit_code == 0
    lines = [line.strip() for line in result.stdout.splitlines() if line.strip()]
    assert lines == [
        "The archive speaks to this, but no single value is sure. 2 quotations, the likeliest first:",
        "1. likely · confidence 62%",
        fakes.SENTENCE,
        "Corrin Star: nine dead",
        "Harbour Courier · By Ines Amaro and Tom Reyl · 4 May 2031",
        "https://courier.example/corrin-star",
        "also in  Tarn Weekly · 4 May 2031",
        "2. unlikely · confidence 20%",
        "It will take a year.",
        "Corrin Star: nine dead",
        "Harbour Courier · By Ines Amaro and Tom Reyl · 4 May 2031",
        "https://courier.example/corrin-star",
        "Values read in them, none of them sure",
        "“The Corrin”  0.10  Harbour Courier · 4 May 2031",
    ]


def test_states_and_quotations_stand_in_the_json(run):
    result = run("ask", "Why did she sink?", "--json")
    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["state"], answer["answer"], answer["abstained"]) == (0, "speaks", None, True)
    first = answer["quotations"][0]
    assert (first["text"], first["confidence"], first["citation"]["text"]) == (fakes.SENTENCE, 0.62, "Dr Hanne Ost")
    assert fakes.PLAIN.text[first["start"] : first["end"]] == fakes.SENTENCE
    assert [one["article_id"] for one in first["reprints"]] == ["a9"]
    assert json.loads(run("ask", "Who?", "--json").stdout)["state"] == "sure"
    assert json.loads(run("ask", "salary", "--json").stdout)["state"] == "silent"


def test_ask_json_is_one_line_and_exit_3_holds_there_too(run):
    result = run("ask", "salary", "--json")
    assert result.exit_code == 3
    assert result.stdout.count("\n") == 1
    answer = json.loads(result.stdout)
    assert (answer["answer"], answer["abstained"]) == (None, True)
    assert answer["searched"] == {
        "articles": 2,
        "passages": 5,
        "since": "2031-05-01",
        "until": "2031-06-09",
    }


def test_filters_reach_the_engine(run):
    run(
        "ask",
        "who",
        "--since",
        "2031-05-01",
        "--outlet",
        "A",
        "--outlet",
        "B",
        "--author",
        "C",
        "--as-of",
        "2031-05-04",
    )
    assert fakes.engines[-1].asked[-1][1] == Filters.of(
        since="2031-05-01", outlets=("A", "B"), authors=("C",), as_of="2031-05-04"
    )


def test_reader_and_passages_reach_the_engine(run):
    run("ask", "who", "--reader", "some/reader", "--passages", "3")
    assert fakes.engines[-1].chosen == {"reader": "some/reader", "passages": 3}
    run("ask", "who")
    assert fakes.engines[-1].chosen == {}
    assert run("ask", "who", "--passages", "0").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("ask", "who", "--since", "yesterday"), "since must be a day such as 2031-05-04, not 'yesterday'."),
        (("search", "who", "--since", "2031-05-04", "--until", "2031-05-01"), "lies after the last day"),
        (("ask", ""), "The question is empty."),
        (("ask", "  "), "The question is empty."),
        (("search", " "), "The query is empty."),
        (("ask",), "Give one QUESTION, or --questions FILE."),
        (("ask", "who", "--questions", "x"), "Give one QUESTION, or --questions FILE."),
        (("ask", "who", "--output", "x"), "--output goes with --questions."),
        (("train-reader", "x", "--output", "y", "--at-most", "squad"), "--at-most takes SOURCE=N"),
        (("train-reader", "x", "--output", "y", "--at-most", "=3"), "--at-most takes SOURCE=N"),
        (("train-reader", "x", "--output", "y", "--keep-layers", "0,b"), "--keep-layers takes numbers such as 0,2,4"),
        (("train-reader", "x", "--output", "y", "--keep-layers", ""), "--keep-layers takes numbers such as 0,2,4"),
    ],
)
def test_wrong_usage_is_exit_2_with_a_sentence(run, arguments, sentence):
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("pullquote: error: ")
    assert sentence in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [("nonsense",), ("search", "x", "--limit", "0"), ("add",), ("ask", "x", "-q")])
def test_what_typer_refuses_is_exit_2(run, arguments):
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""


@pytest.mark.parametrize("command", [("ask", "x"), ("search", "x"), ("info",), ("check",), ("optimize",), ("add", "x")])
def test_no_archive_named_is_exit_2(run, monkeypatch, command):
    monkeypatch.delenv("PULLQUOTE_ARCHIVE")
    result = run(*command)
    assert result.exit_code == 2
    assert result.stderr == "pullquote: error: Which archive? Give --archive DIR, or set PULLQUOTE_ARCHIVE.\n"


@pytest.mark.parametrize(
    "command",
    [("ask", "x"), ("search", "x"), ("info",), ("check",), ("optimize",), ("remove", "x"), ("chat",)],
)
def test_missing_archive_is_exit_1(run, tmp_path, command):
    result = run(*command, "--archive", tmp_path / "none.pq")
    assert result.exit_code == 1
    assert "none.pq is not a Pullquote archive" in result.stderr
    assert result.stdout == ""


def test_archive_after_the_command_beats_before_beats_environment(run, tmp_path, monkeypatch):
    monkeypatch.setenv("PULLQUOTE_ARCHIVE", str(tmp_path / "by-environment"))
    assert "by-environment" in run("info").stderr
    assert "before" in run("--archive", tmp_path / "before", "info").stderr
    result = run("--archive", tmp_path / "before", "info", "--archive", tmp_path / "after")
    assert "after is not" in result.stderr


def test_search_lists_rank_source_scores_and_passage(run):
    result = run("search", "investigation", "--limit", "1", "--until", "2031-06-01")
    assert result.exit_code == 0
    assert "  1  Corrin Star: nine dead" in result.stdout
    assert "score 0.0325 · meaning 0.710 (no. 1) · words - · characters 0-129 of a1" in result.stdout
    assert "2 near-duplicates left out" in result.stdout


def test_search_json_is_one_object_a_line(run, archive):
    result = run("search", "x", "--json", "--limit", "7", "--outlet", "A")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["article_id"] for row in rows] == ["a1", "a2"]
    assert rows[1]["title"] == fakes.HOSTILE.title
    assert archive.searches == [("x", 7, Filters.of(outlets=("A",)))]


def test_search_without_hits_says_so_on_stderr(run):
    result = run("search", "nothing")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "pullquote: no passage found.\n")


@pytest.mark.parametrize(
    "command",
    [
        ("ask", "hostile"),
        ("ask", "hostile salary"),
        ("ask", "hostile why"),
        ("search", "x"),
        ("info",),
        ("ask", "hostile", "--json"),
        ("search", "x", "--json"),
        ("info", "--json"),
    ],
)
def test_nothing_raw_reaches_the_terminal(run, command):
    result = run(*command)
    assert not RAW.search(result.stdout.replace("\n", ""))


def test_markup_in_an_article_is_shown_not_obeyed(run):
    shown = run("search", "x").stdout
    assert '<img src=x onerror=alert(1)> [link=https://evil.example]"title"[/link] ␛]0;owned␇' in shown
    assert "[bold red]Pay[/bold red] ␛[2J[U+009B]31m [U+202E]detaerc" in shown
    assert "javascript:" not in shown


def test_colour_only_on_a_terminal(run, monkeypatch):
    assert "\x1b" not in run("ask", "who").stdout
    monkeypatch.setenv("FORCE_COLOR", "1")
    coloured = run("ask", "who").stdout
    assert "\x1b[1;32m“Dr Hanne Osterby”" in coloured
    assert "\x1b[1;7mDr Hanne Osterby\x1b[0m, of the marine" in coloured
    assert "\x1b" not in run("ask", "who", "--json").stdout


def test_json_stays_json_where_the_terminal_has_no_such_letters(run, monkeypatch):
    result = CliRunner(charset="ascii").invoke(app, ["search", "x", "--json"])
    assert json.loads(result.stdout.splitlines()[1])["text"] == fakes.HOSTILE.text


# add, remove, check, optimize, info


def test_add_makes_the_archive_and_reports(run, tmp_path):
    result = run("add", "clippings", "--archive", tmp_path / "new.pq")
    assert result.exit_code == 0
    assert (tmp_path / "new.pq").is_dir()
    assert result.stdout == "1 added, 0 updated, 0 unchanged, 0 skipped; 3 passages in 1.5 s\n"


def test_add_names_the_embedder_of_a_new_archive(run, tmp_path, monkeypatch):
    asked: list[str | None] = []
    opened = fakes.FakeArchive.open

    def noting(path: object, *, embedder: str | None = None, **other: object) -> object:
        asked.append(embedder)
        return opened(path, **other)

    monkeypatch.setattr(fakes.FakeArchive, "open", noting)
    assert run("add", "x", "--embedder", "fast", "--archive", tmp_path / "new.pq").exit_code == 0
    assert run("add", "x", "--archive", tmp_path / "new.pq").exit_code == 0
    assert asked == ["fast", None]


@pytest.mark.parametrize(
    ("report", "options", "code"),
    [
        (AddReport(("a",), (), 0, fakes.skipped(1), 1, 1.0), (), 0),
        (AddReport((), ("a",), 0, fakes.skipped(1), 1, 1.0), (), 0),
        (AddReport((), (), 1, fakes.skipped(1), 1, 1.0), (), 0),
        (AddReport((), (), 0, fakes.skipped(1), 0, 1.0), (), 1),
        (AddReport((), (), 0, fakes.skipped(1, unsupported=True), 0, 1.0), (), 0),
        (AddReport((), (), 0, (), 0, 1.0), (), 0),
        (AddReport(("a",), (), 0, fakes.skipped(1), 1, 1.0), ("--strict",), 1),
        (AddReport(("a",), (), 0, fakes.skipped(1), 1, 1.0), ("--strict", "--json"), 1),
        (AddReport(("a",), (), 0, fakes.skipped(1, unsupported=True), 1, 1.0), ("--strict",), 0),
    ],
)
def test_add_exit_codes(run, archive, report, options, code):
    archive.report = report
    assert run("add", "x", *options).exit_code == code


def test_add_shows_twenty_skipped_and_counts_the_rest(run, archive):
    archive.report = AddReport(("a",), (), 0, fakes.skipped(23), 1, 1.0)
    result = run("add", "x")
    notes = result.stderr.splitlines()
    assert notes[0] == "skipped dir/file0.txt: reason 0"
    assert notes[19] == "skipped dir/file19.txt: reason 19"
    assert notes[20:] == ["skipped 3 more; --json lists them all"]
    report = json.loads(run("add", "x", "--json").stdout)
    assert len(report["skipped"]) == 23
    assert report["skipped"][22] == {"source": "dir/file22.txt", "reason": "reason 22", "unsupported": False}
    assert (report["added"], report["unchanged"]) == (["a"], 0)


def test_add_shows_twenty_notes_and_counts_the_rest(run, archive):
    notes = tuple(Note(f"dir/file{number}.txt", "is stored without a date") for number in range(22))
    archive.report = AddReport(("a",), (), 0, (), 1, 1.0, notes)
    result = run("add", "x", "--strict")
    assert result.exit_code == 0
    lines = result.stderr.splitlines()
    assert lines[0] == "note dir/file0.txt: is stored without a date"
    assert lines[20:] == ["2 more notes; --json lists them all"]
    assert json.loads(run("add", "x", "--json").stdout)["notes"][21]["source"] == "dir/file21.txt"


def test_remove_names_what_went_and_exits_1_for_what_is_missing(run):
    assert run("remove", "a1").exit_code == 0
    result = run("remove", "a1", "zz\x1b[2J")
    assert result.exit_code == 1
    assert result.stdout == "a1\n"
    assert result.stderr == "pullquote: zz␛[2J is not in the archive.\n"


def test_check(run, archive):
    assert run("check").stdout == "The archive is sound.\n"
    archive.checked = CheckReport(("vectors are short.",), ())
    result = run("check")
    assert result.exit_code == 1
    assert result.stdout == "problem: vectors are short.\n"
    assert result.stderr == "pullquote: the archive is not sound; run: pullquote check --repair\n"
    archive.checked = CheckReport((), ("vectors were rebuilt.",))
    result = run("check", "--repair")
    assert (result.exit_code, result.stdout) == (
        0,
        "repaired: vectors were rebuilt.\nThe archive is sound.\n",
    )


def test_check_says_what_to_do_about_what_no_repair_mends(run, archive):
    archive.checked = CheckReport(("1 articles are missing.",), (), advice="Take a copy.")
    result = run("check", "--repair")
    assert result.exit_code == 1
    assert result.stderr == "pullquote: the archive is not sound. Take a copy.\n"
    archive.checked = CheckReport((), (), notes=("made before checksums.",))
    assert run("check").stdout == "note: made before checksums.\nThe archive is sound.\n"


def test_check_of_an_archive_that_cannot_be_opened_says_what_to_do(run, archive, monkeypatch):
    def refuse(*_, **__):
        raise ArchiveDamaged("The facts were altered; run: pullquote check --repair")

    monkeypatch.setattr(archive, "open", refuse)
    assert run("check").stderr == "pullquote: error: The facts were altered; run: pullquote check --repair\n"
    result = run("check", "--repair")
    assert result.exit_code == 1
    assert result.stderr.startswith("pullquote: error: The facts were altered. No repair mends that: put a copy of ")


def test_remove_erase(run):
    assert run("remove", "a1").exit_code == 0
    assert fakes.FakeArchive.erased is False
    assert run("remove", "--erase", "a1").stdout == "a1\n"
    assert fakes.FakeArchive.erased is True


def test_search_says_what_it_left_out(run):
    assert run("search", "altered").stderr == (
        "pullquote: 2 articles left out, which were altered after being stored; run: pullquote check --repair\n"
    )


def test_optimize(run):
    before = fakes.FakeArchive.optimized
    assert run("optimize").exit_code == 0
    assert fakes.FakeArchive.optimized == before + 1


def test_info(run):
    assert "articles  2\n" in run("info").stdout
    assert "days      2031-05-01 to 2031-06-09\n" in run("info").stdout
    facts = json.loads(run("info", "--json").stdout)
    assert facts["first_day"] == "2031-05-01"
    assert facts["outlets"][0] == {"name": "Harbour Courier", "articles": 1}
    assert facts["bytes_on_disk"] == 1_500_000


# many questions


def test_questions_file_goes_on_after_bad_rows(run, tmp_path):
    source, output = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(
        b'\xef\xbb\xbf{"id": "q1", "question": "who", "as_of": "2031-05-04"}\n'
        b"\n"
        b"{not json}\n"
        b'["a list"]\n'
        b'{"id": 5, "question": 7}\n'
        b'{"id": "q6", "question": "  "}\n'
        b'{"id": "q7", "question": "who", "since": "soon"}\n'
        b'{"id": "q8", "question": "who", "until": 20310504}\n'
        b'{"id": "q9", "question": "\xff"}\n'
        b'{"id": "q10", "question": "What salary?", "as_of": null}'
    )
    result = run("ask", "--questions", source, "--output", output, "--outlet", "A")
    assert result.exit_code == 1
    assert result.stdout == ""
    rows = [json.loads(line) for line in output.read_text().splitlines()]
    assert [next(iter(row)) for row in rows] == ["id"] * 9
    assert [row["id"] for row in rows] == ["q1", None, None, 5, "q6", "q7", "q8", None, "q10"]
    assert [row.get("answer") for row in rows] == ["Dr Hanne Osterby"] + [None] * 8
    assert rows[8]["abstained"] is True
    errors = [row.get("error") for row in rows]
    assert errors[0] is errors[8] is None
    assert errors[2] == 'not a JSON object with a "question"'
    assert errors[3] == '"question" must be a string'
    assert errors[4] == "The question is empty."
    assert errors[5].startswith("since must be a day")
    assert errors[6] == '"until" must be a day such as "2031-05-04"'
    for number in (3, 4, 5, 6, 7, 8, 9):
        assert f"pullquote: {source}:{number}: " in result.stderr
    assert f"{source}:1:" not in result.stderr
    asked = fakes.engines[-1].asked
    assert asked[0] == ("who", Filters.of(as_of="2031-05-04", outlets=("A",)))
    assert asked[-1] == ("What salary?", Filters.of(outlets=("A",)))


def test_row_bounds_replace_the_options(run):
    rows = '{"id": 1, "question": "who", "since": "2031-05-03"}\n{"id": 2, "question": "who"}\n'
    result = run("ask", "--questions", "-", "--since", "2031-05-01", "--as-of", "2031-06-01", stdin=rows)
    assert result.exit_code == 0
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == [1, 2]
    assert [filters for _, filters in fakes.engines[-1].asked] == [
        Filters.of(since="2031-05-03", as_of="2031-06-01"),
        Filters.of(since="2031-05-01", as_of="2031-06-01"),
    ]


def test_questions_file_that_is_missing_or_the_output_itself(run, tmp_path):
    result = run("ask", "--questions", tmp_path / "none.jsonl", "--output", tmp_path / "out.jsonl")
    assert result.exit_code == 1
    assert "none.jsonl cannot be read: No such file or directory." in result.stderr
    assert not (tmp_path / "out.jsonl").exists()
    same = tmp_path / "same.jsonl"
    same.write_text('{"question": "who"}\n')
    assert run("ask", "--questions", same, "--output", same).exit_code == 2
    assert same.read_text() == '{"question": "who"}\n'


# failures


@pytest.mark.parametrize(
    ("error", "sentence", "code"),
    [
        (
            ArchiveLocked("Another process is adding to news.pq."),
            "error: Another process is adding to news.pq.",
            1,
        ),
        (SourceError("x.txt\x1b[2J cannot be\nread."), "error: x.txt␛[2J cannot be read.", 1),
        (
            OSError(28, "No space left on device", "news.pq/x"),
            "error: news.pq/x: No space left on device.",
            1,
        ),
        (sqlite3.DatabaseError("disk image is malformed"), "disk image is malformed", 1),
        (KeyboardInterrupt(), "pullquote: stopped.", 130),
        (Stopped(15), "pullquote: stopped.", 143),
        (MemoryError(), "There is not enough memory to go on: nothing was left. Close other programs", 1),
        (
            MemoryError("Unable to allocate 32.0 GiB for an array with shape (1,)"),
            "There is not enough memory to go on: Unable to allocate 32.0 GiB for an array with shape (1,). Close",
            1,
        ),
        (
            RuntimeError("[enforce fail] DefaultCPUAllocator: not enough memory: you tried to allocate 400 bytes."),
            "There is not enough memory to go on: [enforce fail] DefaultCPUAllocator: not enough memory: you tried",
            1,
        ),
        (RuntimeError("can't start new thread"), "not enough memory to go on: can't start new thread.", 1),
        (OSError(12, "Cannot allocate memory"), "not enough memory to go on: Cannot allocate memory.", 1),
        (ImportError("libtorch.so: failed to map segment from shared object"), "There is not enough memory", 1),
        (BrokenPipeError(), "", 141),
        (RuntimeError("odd\nthing"), "(RuntimeError: odd thing); this is a bug. PULLQUOTE_DEBUG=1", 1),
    ],
)
def test_every_failure_is_one_line(run, archive, error, sentence, code):
    archive.fails = error
    result = run("info")
    assert result.exit_code == code
    assert sentence in result.stderr
    assert result.stderr.count("\n") <= 1
    assert result.stdout == ""


def test_a_failure_while_asking_is_one_line(run):
    assert run("ask", "crash").stderr.count("\n") == 1
    assert run("ask", "interrupt").exit_code == 130


def test_debug_shows_the_traceback(run, archive, monkeypatch):
    archive.fails = RuntimeError("odd")
    monkeypatch.setenv("PULLQUOTE_DEBUG", "1")
    assert "Traceback" in run("info").stderr
    monkeypatch.setenv("PULLQUOTE_DEBUG", "0")
    assert "Traceback" not in run("info").stderr


# the process


def test_help_and_version_import_nothing_heavy():
    code = (
        "import sys; from pullquote.ui.cli.app import main; sys.argv = ['pullquote', *sys.argv[1:]]\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "heavy = {'torch', 'numpy', 'gradio', 'transformers', 'faiss', 'tantivy'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    for arguments, expected in ((["--help"], "Usage: pullquote"), (["--version"], "pullquote 0.")):
        done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stderr) == (0, "")
        assert expected in done.stdout


def test_a_closed_pipe_leaves_no_traceback(tmp_path):
    code = (
        f"import sys; sys.path.insert(0, {os.path.dirname(fakes.__file__)!r}); import ui_fakes as fakes\n"
        "class Patch:\n    def setitem(self, where, key, value): where[key] = value\n"
        "fakes.install(Patch()); from pullquote.ui.cli.app import main; main()"
    )
    folder = tmp_path / "news.pq"
    folder.mkdir()
    arguments = [sys.executable, "-c", code, "--archive", str(folder), "search", "x", "--json"]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(arguments, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


def test_the_process_stays_local(monkeypatch, tmp_path):
    for name in ("HF_HUB_OFFLINE", "GRADIO_ANALYTICS_ENABLED", "HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK"):
        monkeypatch.setenv(name, "x")  # so that monkeypatch restores it
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setattr(local_only, "_offline_by_us", False)
    local_only.stay_local()
    assert os.environ["HF_HUB_OFFLINE"] == "1"
    assert os.environ["GRADIO_ANALYTICS_ENABLED"] == "False"
    assert os.environ["HF_HUB_DISABLE_TELEMETRY"] == "1"
    local_only.allow_hub_for(None)
    local_only.allow_hub_for(str(tmp_path))
    assert os.environ["HF_HUB_OFFLINE"] == "1"
    local_only.allow_hub_for("deepset/some-model")
    assert "HF_HUB_OFFLINE" not in os.environ
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")  # the user's own wish holds
    monkeypatch.setattr(local_only, "_offline_by_us", False)
    local_only.stay_local()
    local_only.allow_hub_for("deepset/some-model")
    assert os.environ["HF_HUB_OFFLINE"] == "1"


# readers


def test_train_reader_passes_on_what_was_given_and_keeps_other_defaults(run, monkeypatch, tmp_path):
    from dataclasses import dataclass

    @dataclass
    class TrainingOptions:
        base: str
        epochs: float = 1.0
        batch_size: int = 32
        learning_rate: float = 2e-4
        max_tokens: int = 192
        at_most: tuple = ()
        seed: int = 1

    calls = []

    def train_reader(data, output, options, *, checkpoints, progress, teaching):
        calls.append((data, output, options, checkpoints))
        return output

    train = ModuleType("pullquote.qa.training.train")
    train.TrainingOptions, train.train_reader = TrainingOptions, train_reader
    package = ModuleType("pullquote.qa.training")
    package.train = train
    embedder = ModuleType("pullquote.index.embedding.embedder")
    embedder.default_model_folder = lambda: tmp_path / "minilm"
    for module in (package, train, embedder):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    out = tmp_path / "reader"
    result = run("train-reader", "a.jsonl", "b.json", "--output", out, "--epochs", "0.5", "--at-most", "a=b=3")
    assert (result.exit_code, result.stdout) == (0, f"{out}\n")
    (data, output, options, checkpoints) = calls[0]
    assert [path.name for path in data] == ["a.jsonl", "b.json"]
    assert output == out
    assert options == TrainingOptions(base=str(tmp_path / "minilm"), epochs=0.5, at_most=(("a=b", 3),))
    assert checkpoints == tmp_path / ".checkpoints" / "reader"


def test_eval_reader_prints_scores(run, monkeypatch):
    scores = {"n": 1200, "exact_match": 81.5, "f1": 88.25, "no_answer": None}

    class Scores:
        def to_json(self):
            return {**scores, "by_source": {"squad": {**scores, "no_answer": 70.0}}}

    module = ModuleType("pullquote.eval.runs.reader_scores")
    module.score_reader = lambda path, *, reader, progress: Scores()
    monkeypatch.setitem(sys.modules, module.__name__, module)
    assert run("eval-reader", "dev.json").stdout == (
        "all: n 1,200, exact match 81.50, f1 88.25\nsquad: n 1,200, exact match 81.50, f1 88.25, no answer 70.00\n"
    )
    assert json.loads(run("eval-reader", "dev.json", "--json").stdout)["f1"] == 88.25


# progress


def test_progress_without_a_terminal_is_a_line_every_ten_seconds(monkeypatch):
    stream, now = io.StringIO(), [0.0]
    monkeypatch.setattr(sys, "stderr", stream)
    with progress.Meter("adding", clock=lambda: now[0]) as meter:
        for second in range(0, 31, 5):
            now[0] = float(second)
            meter.update(second, 60, "note")
    assert stream.getvalue().splitlines() == [
        "adding: 17 %, note, about 50 s left",
        "adding: 33 %, note, about 40 s left",
        "adding: 50 %, note, about 30 s left",
    ]


def test_what_an_earlier_sitting_did_says_nothing_about_the_time_left(monkeypatch):
    stream, now = io.StringIO(), [0.0]
    monkeypatch.setattr(sys, "stderr", stream)
    with progress.Meter("training", clock=lambda: now[0]) as meter:
        for second, step in [(0, 500), (10, 510), (20, 520)]:
            now[0] = float(second)
            meter.update(step, 600, "note")
    assert [line.rpartition(", ")[2] for line in stream.getvalue().splitlines()] == [
        "about 1 min 30 s left",
        "about 1 min 20 s left",
    ]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (1.5, "1.5 s"), (42.4, "42 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")],
)
def test_duration(seconds, text):
    assert progress.duration(seconds) == text


def test_day_of_nothing_is_empty():
    assert day(None) == ""
