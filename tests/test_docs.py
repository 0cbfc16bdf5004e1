"""What README and the other pages say is true: their code runs, their commands exist."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from pullquote.ui.cli import app

from fakes import CapitalReader, HashEmbedder

REPOSITORY = Path(__file__).parent.parent
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def command_names() -> list[str]:
    group = get_command(app)
    return sorted(group.list_commands(typer.Context(group)))


def test_every_command_is_documented():
    documented = set(re.findall(r"^\| `([a-z-]+)", README, flags=re.MULTILINE))
    assert documented == set(command_names())


@pytest.mark.parametrize("name", command_names())
def test_every_command_and_option_has_help(name):
    group = get_command(app)
    command = group.get_command(typer.Context(group), name)
    assert command.help
    for parameter in command.params:
        if parameter.param_type_name == "option":
            assert parameter.help, f"{name} {parameter.name}"


def test_readme_code_runs(tmp_path, monkeypatch, capsys):
    (tmp_path / "clippings").mkdir()
    (tmp_path / "clippings/chair.txt").write_text(
        "---\ntitle: A new chair\noutlet: Tarn Weekly\npublished: 2031-05-02\nurl: https://tarn.example/chair\n---\n"
        "The port authority is chaired by Kallander since Friday, who chairs the port authority for four years.\n",
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("pullquote.index.archive.SentenceTransformerEmbedder", lambda name: HashEmbedder())
    monkeypatch.setattr("pullquote.qa.engine.load_reader", lambda name: CapitalReader())
    (code,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    exec(compile(code, "README.md", "exec"), {})
    shown = capsys.readouterr().out
    assert shown.startswith(
        "Kallander Tarn Weekly 2031-05-02 https://tarn.example/chair#:~:text=The%20port%20authority"
    )


def test_demo_questions_stand_in_the_demo_articles():
    texts = "".join(
        file.read_bytes().decode("utf-8", "replace") for file in sorted((REPOSITORY / "eval/demo/articles").iterdir())
    )
    lines = (REPOSITORY / "eval/demo/questions.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert len(rows) == 5
    assert [bool(row["answers"]) for row in rows] == [True, True, True, True, False]
    for row in rows:
        assert all(answer.replace("'", "’") in texts or answer in texts for answer in row["answers"]), row
