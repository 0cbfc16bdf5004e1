"""`chat` and `passwd` on the command line; what is served is tested in tests/browser."""

import subprocess
import sys
from types import ModuleType

import pytest
from typer.testing import CliRunner

from pullquote.errors import InputError
from pullquote.ui.cli.app import app
from pullquote.ui.server.accounts import Accounts, add_user
from pullquote.ui.server.serving import Serving, request_middleware

import ui_fakes as fakes


@pytest.fixture
def served(monkeypatch, tmp_path):
    """Run `chat` with options over the fakes; return how it was to be served."""
    fakes.install(monkeypatch)
    calls = []
    module = ModuleType("pullquote.ui.server.serving")
    module.Serving = Serving
    module.serve = lambda engine, how, *, announce: calls.append(how)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    (tmp_path / "news.pq").mkdir()

    def run(*options):
        result = CliRunner().invoke(app, ["--archive", str(tmp_path / "news.pq"), "chat", *options])
        return result, calls[-1] if calls else None

    return run


@pytest.mark.parametrize(
    ("options", "read_only"),
    [
        ((), False),
        (("--host", "localhost"), False),
        (("--host", "::1"), False),
        (("--host", "0.0.0.0"), True),
        (("--host", "0.0.0.0", "--writable"), False),
        (("--read-only",), True),
    ],
)
def test_only_visitors_from_here_may_write_unless_told_otherwise(served, options, read_only):
    result, how = served(*options)
    assert result.exit_code == 0
    assert how.read_only is read_only
    assert ("everybody who reaches 0.0.0.0 can ask" in result.stderr) == ("0.0.0.0" in options)


def test_names_that_the_chat_goes_by_are_passed_on(served):
    assert served()[1].names == ()
    _, how = served("--allow-host", "news.example", "--allow-host", "*")
    assert how.names == ("news.example", "*")


def test_accounts_are_read_before_anything_is_loaded(served, tmp_path):
    file = tmp_path / "accounts"
    result, how = served("--auth-file", str(file))
    assert result.exit_code == 1
    assert how is None
    add_user(file, "ines", "a long password")
    result, how = served("--auth-file", str(file), "--host", "0.0.0.0", "--port", "0", "--mcp")
    assert how.accounts.check("ines", "a long password")
    assert (how.host, how.port, how.mcp) == ("0.0.0.0", 0, True)
    assert "everybody" not in result.stderr


def test_an_address_that_is_none_is_wrong_usage(served):
    result, how = served("--host", "no such host")
    assert result.exit_code == 2
    assert how is None


def test_passwd_adds_a_user_and_changes_their_password(tmp_path):
    file = tmp_path / "accounts"
    for password in ("a long password", "another password"):
        result = CliRunner().invoke(app, ["passwd", str(file), "ines"], input=f"{password}\n{password}\n")
        assert result.exit_code == 0
        assert password not in result.output
        assert Accounts.load(file).check("ines", password)
    assert len(Accounts.load(file)) == 1
    result = CliRunner().invoke(app, ["passwd", str(file), "tom"], input="short\nshort\n")
    assert result.exit_code == 2


def test_loading_is_said_before_anything_heavy_is_imported(tmp_path):
    code = """
import subprocess
import sys
class Told:
    def find_spec(self, name, path=None, target=None):
        if name in ("torch", "gradio", "faiss", "numpy", "transformers", "sentence_transformers", "tantivy"):
            print("IMPORTED", name, file=sys.stderr)
            raise ImportError(name)
sys.meta_path.insert(0, Told())
from pullquote.ui.cli.app import main
main()
"""
    (tmp_path / "news.pq").mkdir()
    command = [sys.executable, "-c", code, "chat", "--archive", str(tmp_path / "news.pq")]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stderr.splitlines()
    assert told[0] == "pullquote: loading the archive and the models ..."
    assert told[1].startswith("IMPORTED ")


@pytest.mark.parametrize("root_path", ["pq", "https://news.example/pq"])
def test_a_root_path_is_passed_on_and_looked_at_when_it_is_served(served, root_path):
    _, how = served("--root-path", root_path)
    assert how.root_path == root_path
    with pytest.raises(InputError, match="--root-path takes a path such as /pq"):
        request_middleware(how, articles=lambda: 1)
