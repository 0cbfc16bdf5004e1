"""What README and the other pages say is true: their code runs, their commands exist."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from typer.main import get_command

import pullquote
from pullquote.index.sources import SourceFile, read_articles
from pullquote.ui.cli.app import app

from fakes import CapitalReader, HashEmbedder

REPOSITORY = Path(__file__).parent.parent
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
USING = (REPOSITORY / "docs/using.md").read_text(encoding="utf-8")
FORMATS = (REPOSITORY / "docs/formats.md").read_text(encoding="utf-8")
API = (REPOSITORY / "docs/api.md").read_text(encoding="utf-8")


def command_names() -> list[str]:
    group = get_command(app)
    return sorted(group.list_commands(typer.Context(group)))


def test_every_command_is_documented():
    documented = set(re.findall(r"^\| `([a-z-]+)", USING.partition("Filters:")[0], flags=re.MULTILINE))
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


def test_the_pages_of_the_api_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("pullquote.index.archive.SentenceTransformerEmbedder", lambda name: HashEmbedder())
    monkeypatch.setattr("pullquote.qa.engine.load_reader", lambda name: CapitalReader())
    code = "\n".join(re.findall(r"```python\n(.*?)```", API, flags=re.DOTALL))
    exec(compile(code, "docs/api.md", "exec"), {})
    assert capsys.readouterr().out.splitlines() == [
        "('https://post.example/4', 'https://post.example/5')",
        "article 3 (https://post.example/6) has an empty text",
        "https://post.example/5 2031-05-05 Ferry sails",
        "The port authority is chaired by Kallander since Friday.",
        '{"id": "https://post.example/4", "url": "https://post.example/4", "title": "A new chair", '
        '"outlet": "Harbour Post", "published": "2031-05-04", "authors": ["Mara Lind"], '
        '"text": "The port authority is chaired by Kallander since Friday."}',
        "Ferry sails 0 60",
        "speaks Kallander",
        "True",
        "47",
    ]


def test_every_public_name_is_documented():
    named = set(re.findall(r"\w+", " ".join(re.findall(r"```.*?```|`[^`\n]+`", API, flags=re.DOTALL))))
    assert set(pullquote.__all__) - {"__version__"} <= named


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


def test_the_three_ways_to_write_an_article_give_the_same(tmp_path):
    shown = re.findall(r"```(?:json)?\n(.*?)```", FORMATS, flags=re.DOTALL)[:3]
    given = []
    for text, extension in zip(shown, ("jsonl", "txt", "csv"), strict=True):
        file = tmp_path / f"article.{extension}"
        file.write_text(text, encoding="utf-8")
        (article,) = read_articles(SourceFile(path=file, name="article", size=len(text)))
        given.append(replace(article, text=article.text.strip(), source=""))
    assert given[0] == given[1] == given[2]
    assert (given[0].outlet, given[0].authors, str(given[0].published)) == (
        "Harbour Post",
        ("Mara Lind",),
        "2031-05-04",
    )
