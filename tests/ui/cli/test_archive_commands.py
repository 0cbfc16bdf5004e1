"""`pullquote list` and `pullquote edit`, on a small archive."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pullquote.index.archive import Archive
from pullquote.ui.cli.app import app

from fakes import HashEmbedder

ROWS = [
    {"id": "a", "title": "Ferry talks end", "published": "2031-05-04", "text": "The port authority of Varn said so."},
    {
        "id": "b",
        "title": "Herring\u202e catch",
        "published": "2031-05-04",
        "text": "Herring landed.",
        "outlet": "Courier",
    },
    {"id": "c", "authors": ["Mara Lind", "Jon Vig"], "text": "High winds had torn two cables of the bridge."},
]


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "wire.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    embedder = HashEmbedder()
    with Archive.open(tmp_path / "news.pq", create=True, embedder=embedder) as opened:
        opened.add(file)
    monkeypatch.setattr(Archive, "embedder", embedder)
    return tmp_path / "news.pq"


def run(path: Path, *arguments: str) -> Any:
    return CliRunner().invoke(app, [*arguments, "--archive", str(path)])


def test_articles_are_listed_by_day(path):
    result = run(path, "list")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "4 May 2031",
        "  Herring[U+202E] catch  Courier",
        "    b",
        "  Ferry talks end",
        "    a",
        "no day",
        "  no headline  By Mara Lind and Jon Vig",
        "    c",
    ]


def test_a_limit_and_bounds(path):
    result = run(path, "list", "--limit", "1", "--json")
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["b"]
    assert "there are more than 1; --limit lists more." in result.stderr
    assert "no article found." in run(path, "list", "--source", "elsewhere").stderr


def test_an_edit_is_made_and_shown(path):
    result = run(path, "edit", "c", "--title", "Bridge closed", "--published", "2031-01-20", "--by", "desk")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[:4] == [
        "title     Bridge closed",
        "outlet    not known",
        "published 2031-01-20",
        "authors   Mara Lind, Jon Vig",
    ]
    assert lines[4].endswith("UTC by desk: title: not known -> Bridge closed")
    told = json.loads(run(path, "edit", "c", "--json").stdout)
    assert (told["title"], [edit["field"] for edit in told["edits"]]) == ("Bridge closed", ["title", "published"])
    assert "  Bridge closed  By Mara Lind and Jon Vig · edited" in run(path, "list").stdout.splitlines()
    assert run(path, "edit", "c", "--author", "").stdout.splitlines()[3] == "authors   not known"
    assert run(path, "edit", "c", "--restore", "authors").stdout.splitlines()[3] == "authors   Mara Lind, Jon Vig"


@pytest.mark.parametrize("arguments", [("nobody",), ("nobody", "--title", "x"), ("a", "--published", "soon")])
def test_what_cannot_be_edited_is_told_in_a_sentence(path, arguments):
    result = run(path, "edit", *arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.stderr
