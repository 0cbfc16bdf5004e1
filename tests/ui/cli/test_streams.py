"""The command line in a process of its own: closed pipes, terminals without UTF-8, a home that can't be written."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import pullquote

# As `tests/ui/cli/test_cli.py` has them, for a process: an archive without models.
RUN = """
import sys
sys.path.insert(0, {tests!r})
import ui_fakes

class Patch:
    setitem = staticmethod(lambda mapping, key, value: mapping.__setitem__(key, value))

ui_fakes.install(Patch)
from pullquote.ui.cli.app import main
main()
"""


def started(tmp_path, *arguments, **environment):
    (tmp_path / "news.pq").mkdir(exist_ok=True)
    code = RUN.format(tests=str(Path(__file__).parents[1]))
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env={**os.environ, "PULLQUOTE_ARCHIVE": str(tmp_path / "news.pq"), **environment},
    )


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", [("search", "ferry"), ("search", "ferry", "--json"), ("--version",), ("--help",)])
def test_a_reader_that_has_gone_gives_141_in_text_as_in_json(tmp_path, arguments, unbuffered):
    process = started(tmp_path, *arguments, PYTHONUNBUFFERED=unbuffered)
    process.stdout.close()
    told = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), told) == (141, b"")


def test_a_terminal_without_utf_8_gets_like_letters_and_escapes(tmp_path):
    out, errors = started(tmp_path, "ask", "Who leads?", PYTHONIOENCODING="ascii").communicate()
    assert errors == b""
    lines = [line.strip() for line in out.decode("ascii").splitlines()]
    assert '"Dr Hanne Osterby"' in lines
    assert "Harbour Courier - By Ines Amaro and Tom Reyl - 4 May 2031" in lines


def test_letters_without_a_like_one_are_escaped(tmp_path):
    plain = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C.UTF-8"}
    out, errors = started(tmp_path, "remove", "a1", "Åsa·", **plain).communicate()
    assert (out, errors) == (b"a1\n", b"pullquote: \\xc5sa- is not in the archive.\n")


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(("arguments", "code"), [(("ask", "Who leads?"), 0), (("remove", "zz"), 1), ((), 2)])
def test_closed_streams_give_no_traceback_and_nothing_where_it_does_not_belong(tmp_path, closed, arguments, code):
    (tmp_path / "news.pq").mkdir()
    script = RUN.format(tests=str(Path(__file__).parents[1]))
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PULLQUOTE_ARCHIVE": str(tmp_path / "news.pq")},
        check=False,
    )
    assert done.returncode == code
    assert "Traceback" not in done.stdout + done.stderr
    if arguments[:1] == ("ask",):
        assert ("Dr Hanne Osterby" in done.stdout) == (closed == "2>&-")
    if arguments[:1] == ("remove",):
        # What belongs on stderr doesn't go to stdout in its place.
        assert done.stdout == ""
        assert ("zz is not in the archive" in done.stderr) == (closed == ">&-")


def test_a_file_that_is_opened_never_gets_the_number_of_a_closed_stream(tmp_path):
    script = (
        "import os, sys; from pullquote.ui.cli.streams import open_missing_streams; open_missing_streams();"
        "file = open(sys.argv[1], 'w'); assert file.fileno() > 2, file.fileno(); os.write(2, b'a complaint');"
        "os.write(1, b'a word')"
    )
    file = tmp_path / "archive.db"
    command = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", sys.executable, "-c", script, str(file)]
    assert subprocess.run(command, check=False).returncode == 0
    assert file.read_bytes() == b""


def test_a_home_that_can_not_be_written_stops_nothing(tmp_path):
    nowhere = {"HOME": "/dev/null/home", "XDG_CACHE_HOME": "", "PULLQUOTE_CACHE": ""}
    process = started(tmp_path, "ask", "Who leads?", **nowhere)
    out, errors = process.communicate()
    assert (process.returncode, errors) == (0, b"")
    assert "Dr Hanne Osterby" in out.decode()


def test_no_folder_is_named_tilde(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "x.txt").write_text("A ferry.")
    process = started(tmp_path, "add", "x.txt", HOME=str(home), PULLQUOTE_ARCHIVE="~/news.pq")
    process.communicate()
    assert process.returncode == 0
    assert sorted(path.name for path in home.iterdir()) == ["news.pq"]
    for arguments in (("--archive=~/other.pq", "add", "x.txt"), ("add", "x.txt", "--archive=~/third.pq")):
        started(tmp_path, *arguments, HOME=str(home)).communicate()
    assert sorted(path.name for path in home.iterdir()) == ["news.pq", "other.pq", "third.pq"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "news.pq", "x.txt"]


def test_the_package_is_the_command_line():
    told = subprocess.run([sys.executable, "-m", "pullquote", "--version"], capture_output=True, text=True, check=True)
    assert told.stdout == f"pullquote {pullquote.__version__}\n"
