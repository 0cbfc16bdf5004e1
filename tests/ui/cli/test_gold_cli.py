"""`gold init`, `add` and `review` over a real archive, by options, by lines on stdin and by keys in a terminal."""

import json
import os
import pty
import shutil
import subprocess
import sys
import termios
import threading

import pytest
import typer
from typer.main import get_command
from typer.testing import CliRunner

from pullquote.filters import Filters
from pullquote.index.archive import Archive
from pullquote.ui.chat.feedback import FeedbackStore
from pullquote.ui.cli.app import app
from pullquote.ui.conversation import Exchange

import ui_fakes
from eval_fakes import span, write_lines
from fakes import HashEmbedder

FERRY = {
    "id": "a1",
    "url": "https://post.example/ferry",
    "title": "Osk sinks",
    "outlet": "Post",
    "published": "2031-05-04",
    "text": "The ferry Osk sank off Varn. Nine people died. Hanne Osterby leads the inquiry.",
}
LATER = {
    "id": "a2",
    "url": "https://daily.example/later",
    "title": "Toll rises",
    "outlet": "Daily",
    "published": "2031-05-09",
    "text": "Eleven people died on the ferry Osk, which sank off Varn, the board says.",
}
SANK = "Which ferry sank off Varn?"


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gold-cli")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pullquote.index.archive._LOADED_BY_NAME", HashEmbedder)
        with Archive.open(folder / "news.pq", create=True, embedder=HashEmbedder()) as made:
            made.add([write_lines(folder / "articles.jsonl", [FERRY, LATER])])
    return folder / "news.pq"


@pytest.fixture
def run(made_once, tmp_path, monkeypatch):
    monkeypatch.setattr("pullquote.index.archive.SentenceTransformerEmbedder", lambda name: HashEmbedder())
    monkeypatch.setattr("pullquote.index.archive._LOADED_BY_NAME", HashEmbedder)
    for name in ("PULLQUOTE_ARCHIVE", "PULLQUOTE_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments, stdin=None):
        return CliRunner().invoke(app, ["gold", *map(str, arguments)], input=stdin)

    assert invoke("init", "mine", "--archive", made_once).exit_code == 0
    invoke.file = tmp_path / "mine/questions.jsonl"
    return invoke


@pytest.fixture
def terminal(monkeypatch):
    """Lets a person be asked: lines come from stdin, keys from their first letters."""
    monkeypatch.setattr("pullquote.ui.cli.evaluation.gold_commands.has_terminal", lambda: True)


def rows(run):
    return [json.loads(line) for line in run.file.read_text().splitlines()]


def test_init_says_what_to_do_next_and_spoils_nothing(run):
    assert run("init", "own.jsonl").stdout == (
        "own.jsonl is an empty gold set. Add a question: pullquote gold add own.jsonl QUESTION\n"
    )
    result = run("init", "mine")
    assert (result.exit_code, "There is something at mine already" in result.stderr) == (2, True)


def test_a_question_with_its_answer_gets_every_place_that_prints_it(run):
    result = run("add", "mine", SANK, "--answer", "Osk")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "Added to mine: q1. To look them through: pullquote gold review mine\n"
    (row,) = rows(run)
    assert (row["question"], row["answers"]) == (SANK, ["Osk"])
    places = {place["article"]: place for place in row["spans"]}
    assert places == {FERRY["url"]: span(FERRY, "Osk"), LATER["url"]: span(LATER, "Osk")}
    run("add", "mine", "How many died?", "--answer", "eleven people", "--as-of", "2031-05-10", "--article", "a2")
    row = rows(run)[1]
    assert (row["answers"], row["as_of"], row["spans"]) == (
        ["Eleven people"],
        "2031-05-10",
        [span(LATER, "Eleven people")],
    )
    run("add", "mine", "What did the captain earn?", "--unanswerable", "--story", "osk")
    assert rows(run)[2] == {
        "id": "q3", "question": "What did the captain earn?", "type": "unanswerable", "story": "osk",
    }  # fmt: skip
    assert run("add", "mine", SANK, "--answer", "Osk").stdout == "The question is in the set already.\n"
    assert CliRunner().invoke(app, ["check-gold", "mine"]).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        ((SANK, "--answer", "Steg"), 2, "“Steg” is printed nowhere in the passages found"),
        ((SANK, "--answer", "Osk", "--article", "a9"), 2, "There is no article 'a9' in this archive."),
        ((SANK, "--answer", "Osk", "--as-of", "soon"), 2, "--as-of must be a day"),
        ((SANK,), 2, "Give --answer WORDS or --unanswerable, or run this in a terminal."),
        ((" ", "--unanswerable"), 2, "The question is empty."),
        ((SANK, "--answer", "Osk", "--unanswerable"), 2, "A question with an answer isn't --unanswerable."),
        ((), 2, "Give one QUESTION, or --from-feedback, or --from-table FILE."),
        (("--from-feedback", "--answer", "x"), 2, "go with a QUESTION."),
        (("--from-table", "none.csv"), 1, "The table none.csv cannot be read"),
    ],
)
def test_what_add_refuses_changes_nothing(run, arguments, code, sentence):
    result = run("add", "mine", *arguments)
    assert (result.exit_code, result.stdout, run.file.read_bytes()) == (code, "", b"")
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.usefixtures("terminal")
def test_sentences_are_shown_and_a_person_says_which_words_answer(run):
    result = run("add", "mine", SANK, "--as-of", "2031-05-05", stdin="9\nwhat\n2\nback\n1\nthe Steg\nOsk\n")
    assert result.exit_code == 0, result.stderr
    told = result.stderr.splitlines()
    assert told[1:5] == [
        "  Osk sinks · Post · 4 May 2031",
        "    1  The ferry Osk sank off Varn.",
        "    2  Nine people died.",
        "    3  Hanne Osterby leads the inquiry.",
    ]
    assert result.stderr.count('Type numbers from 1 to 3, such as "3" or "3, 7".') == 2
    assert result.stderr.count("These words don't stand in it") == 1
    (row,) = rows(run)
    assert (row["answers"], row["spans"]) == (["Osk"], [span(FERRY, "Osk")])


@pytest.mark.usefixtures("terminal")
def test_equal_words_are_asked_for_once_and_more_none_and_enter(run):
    result = run("add", "mine", "Which ferry is it?", stdin="more\n1,2\nOsk\n")
    assert "There are no more passages." in result.stderr
    assert result.stderr.count("Which words of sentence") == 1
    assert {place["article"] for place in rows(run)[0]["spans"]} == {FERRY["url"], LATER["url"]}
    run("add", "mine", "Who was her captain?", stdin="none\n")
    assert rows(run)[1]["type"] == "unanswerable"
    run("add", "mine", "Who owns her?", stdin="\n")
    assert rows(run)[2]["open"] is True
    result = run("add", "mine", "And who else?", stdin="")
    assert (result.exit_code, len(rows(run))) == (1, 3)
    assert result.stderr.endswith("pullquote: nothing was added.\n")


def test_the_chats_verdicts_become_questions(run, made_once, request):
    store = FeedbackStore(made_once / "feedback", {"a1": ui_fakes.PLAIN}.get)
    request.addfinalizer(lambda: shutil.rmtree(store.folder))
    for question, verdict in (("Who leads it?", "right"), ("What sank?", "wrong")):
        store.record(Exchange.of(question, ui_fakes.answered(question), filters=Filters()), verdict)
    result = run("add", "mine", "--from-feedback")
    assert result.exit_code == 0, result.stderr
    right, wrong = rows(run)
    assert (right["question"], right["answers"], right["from"]) == ("Who leads it?", ["Dr Hanne Osterby"], "feedback")
    assert (wrong["question"], wrong["open"], wrong["wrong"]) == ("What sank?", True, ["Dr Hanne Osterby"])
    result = run("add", "mine", "--from-feedback")
    assert (result.stdout, result.stderr) == (
        "Nothing was added.\n",
        "pullquote: 2 questions are in the set already.\n",
    )
    run("init", "own.jsonl")
    assert "Which archive's chat?" in run("add", "own.jsonl", "--from-feedback").stderr


def test_a_spreadsheet_becomes_questions_and_a_bad_row_costs_itself(run, tmp_path):
    (tmp_path / "q.csv").write_text(
        f"question,answer,as of,article,no answer,Desk\n{SANK},Osk,,,,north\n"
        f"Who leads?,Hanne Osterby,,{FERRY['url']},,\n"
        "Who owns it?,Mara Lind,,,,\nWhat did it cost?,,,,yes,\nWhen?,x,soon,,,\nWho?,Osk,,nowhere,,\nWho else?,,,,,\n"
    )
    result = run("add", "mine", "--from-table", "q.csv")
    assert result.exit_code == 0, result.stderr
    told = rows(run)
    assert [row["question"] for row in told] == [SANK, "Who leads?", "Who owns it?", "What did it cost?", "Who else?"]
    assert [row.get("open", False) for row in told] == [False, False, True, False, True]
    assert (told[0]["from"], told[0]["table"]) == ("q.csv:2", {"Desk": "north"})
    assert (told[1]["spans"], told[2]["answers"]) == ([span(FERRY, "Hanne Osterby")], ["Mara Lind"])
    assert "q.csv: nothing is made of the columns Desk; they are kept in the rows." in result.stderr
    assert "q.csv:4: “Mara Lind” is printed nowhere in the passages found" in result.stderr
    assert "left out: q.csv:6: its day is 'soon'; write it as 2031-05-04." in result.stderr
    assert "left out: q.csv:7: There is no article 'nowhere' in this archive." in result.stderr
    result = run("add", "mine", "--from-table", "q.csv")
    assert "5 questions are in the set already." in result.stderr
    assert len(rows(run)) == 5


@pytest.fixture
def three(run):
    write_lines(
        run.file,
        [
            {"id": "a", "question": SANK, "answers": ["Osk"], "spans": [span(FERRY, "Osk"), span(LATER, "Osk")]},
            {"id": "b", "question": "How many died?", "open": True, "answers": ["ten"], "wrong": ["12"]},
            "# a remark",
            {"id": "c", "question": "Who leads?", "answers": ["Lind"]},
        ],
    )
    return run


def test_a_review_shows_sentences_and_goes_on_where_it_stopped(three):
    result = three("review", "mine", "--by", "Mara", stdin="k\nk\nq\n")
    assert result.exit_code == 0, result.stderr
    assert result.stdout == "1 kept, 0 edited, 0 dropped, 0 skipped; 2 questions left to review.\n"
    told = result.stderr.splitlines()
    assert told[0] == "pullquote: 1 line of mine/questions.jsonl can't be read as questions and stays as it is."
    assert told[2:9] == [
        "1 of 3  (a)",
        SANK,
        "  answer: “Osk”",
        "    1  Post · 4 May 2031",
        "       The ferry [Osk] sank off Varn.",
        "    2  Daily · 9 May 2031",
        "       Eleven people died on the ferry [Osk], which sank off Varn, the board says.",
    ]
    assert "  wrong, as somebody said: “12”\n  no answer yet (proposed: “ten”)" in result.stderr
    assert "It has no answer yet: edit it (e), drop it (d), or skip it (s)." in result.stderr
    first, *rest = three.file.read_text().splitlines()
    assert json.loads(first)["reviewed"]["by"] == "Mara"
    assert rest[1] == "# a remark"
    result = three("review", "mine", stdin="s\nd\n")
    assert result.stderr.count(" of 2  (") == 2
    assert result.stdout == "0 kept, 0 edited, 1 dropped, 1 skipped; 1 question left to review.\n"
    assert '"id": "c"' not in three.file.read_text()
    assert "3 of" not in three("review", "mine", "--again", stdin="k\n").stderr


def test_a_review_edits_and_leaves_places_out(three):
    result = three("review", "mine", stdin="p\n7\np\n2\nk\ne\n\n2031-05-05\n2\nNine people\ns\n")
    assert result.exit_code == 0, result.stderr
    first, second = (json.loads(line) for line in three.file.read_text().splitlines()[:2])
    assert first["spans"] == [span(FERRY, "Osk")]
    assert (second["as_of"], second["answers"], second["spans"]) == (
        "2031-05-05", ["Nine people"], [span(FERRY, "Nine people")],
    )  # fmt: skip
    assert not second.keys() & {"open", "wrong"}
    assert "reviewed" in second
    assert result.stdout == "1 kept, 1 edited, 0 dropped, 1 skipped; 1 question left to review.\n"


def test_a_review_without_an_archive_asks_for_answers(run):
    run("init", "own.jsonl")
    write_lines(
        run.file.parents[1] / "own.jsonl",
        [{"id": "a", "question": "Who?", "answers": ["x"], "spans": [span(FERRY, "Osk")]}],
    )
    result = run("review", "own.jsonl", stdin="e\nWho is it?\nnever\n\ny | z\n")
    assert result.exit_code == 0, result.stderr
    assert "https://post.example/ferry: “Osk” (not compared with the article)" in result.stderr
    row = json.loads((run.file.parents[1] / "own.jsonl").read_text())
    assert (row["question"], row["answers"], "spans" in row) == ("Who is it?", ["y", "z"], False)


def test_the_set_knows_the_archive_that_it_is_asked_of(run, monkeypatch):
    monkeypatch.setenv("PULLQUOTE_ARCHIVE", "nowhere.pq")
    assert run("add", "mine", SANK, "--answer", "Osk").exit_code == 0
    assert CliRunner().invoke(app, ["check-gold", "mine"]).exit_code == 0
    result = run("add", "mine", "Who?", "--answer", "Osk", "--archive", "none.pq")
    assert (result.exit_code, "There is no archive at none.pq" in result.stderr) == (1, True)


def test_a_review_by_keys_in_a_terminal(run):
    write_lines(run.file, [{"id": name, "question": f"Who is {name}?", "type": "unanswerable"} for name in "abc"])
    (run.file.parents[1] / "mine/gold.json").write_text('{"name": "mine", "questions": "questions.jsonl"}')
    ours, theirs = pty.openpty()
    code = "from pullquote.ui.cli.app import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "gold", "review", "mine"], stdin=theirs, stdout=subprocess.PIPE, stderr=theirs
    ) as process:
        os.close(theirs)
        seen = b""
        stop = threading.Timer(60, process.kill)
        stop.start()
        keys = iter((b"k", b"x", b"d", b"q"))
        while not seen.endswith(b"quit\r\n"):
            try:
                seen += os.read(ours, 1000)
            except OSError:
                break
            if seen.endswith(b"quit (q): "):
                while termios.tcgetattr(ours)[3] & termios.ICANON:  # until keys are read one by one
                    os.sched_yield()
                os.write(ours, next(keys))  # no line end: a key is enough
        stop.cancel()
        said = process.stdout.read()
    os.close(ours)
    assert (process.returncode, said) == (0, b"1 kept, 0 edited, 1 dropped, 0 skipped; 1 question left to review.\n")
    assert b"Press one of: k, e, p, d, s, q." in seen
    assert [row["id"] for row in rows(run)] == ["a", "c"]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("init", {"--archive"}),
        ("review", {"--archive", "--by", "--again"}),
        (
            "add",
            {
                "--archive",
                "--answer",
                "--as-of",
                "--article",
                "--unanswerable",
                "--story",
                "--from-feedback",
                "--from-table",
            },
        ),
    ],
)
def test_every_option_has_help(name, options):
    group = get_command(app)
    command = group.get_command(typer.Context(group), "gold").commands[name]
    named = {option: parameter.help for parameter in command.params for option in parameter.opts if option[:2] == "--"}
    assert named.keys() - {"--help"} == options
    assert command.help
    assert all(named.values())
