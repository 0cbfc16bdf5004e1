"""`pullquote follow` on the command line; what it does is in tests/index/following."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from pullquote.articles import Skipped
from pullquote.errors import InputError
from pullquote.reports import FollowReport
from pullquote.ui.cli.app import app

from ui_fakes import FakeArchive

FOUND = FollowReport(
    listed=3,
    fetched=3,
    added=("a",),
    updated=("b",),
    unchanged=4,
    gone=("c",),
    skipped=(Skipped("https://post.example/d", "doesn't answer in time"),),
)
NOTHING = FollowReport(0, 0, (), (), 0, (), (Skipped("https://post.example/", "doesn't answer in time"),))


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What each look finds, in turn; an exception is raised."""
    found: list[Any] = []

    def look(archive: object, addresses: list[str], *, progress: Any) -> FollowReport:
        progress(1, 3, addresses[0])
        one = found.pop(0)
        if isinstance(one, BaseException):
            raise one
        return one

    monkeypatch.setattr("pullquote.index.following.following.follow", look)
    monkeypatch.setattr("pullquote.index.archive.Archive", FakeArchive)
    return found


def run(tmp_path: Any, *arguments: str) -> Any:
    return CliRunner().invoke(app, ["follow", "https://post.example/feed", "--archive", str(tmp_path), *arguments])


def test_once_tells_what_was_done(tmp_path, looks):
    looks.append(FOUND)
    result = run(tmp_path, "--once")
    assert result.exit_code == 0
    assert result.stdout == "1 added, 1 updated, 4 unchanged, 1 gone, 1 skipped; 3 pages listed\n"
    assert result.stderr.splitlines()[-1] == "skipped https://post.example/d: doesn't answer in time"


def test_as_json(tmp_path, looks):
    looks.append(FOUND)
    told = json.loads(run(tmp_path, "--once", "--json").stdout)
    assert (told["added"], told["skipped"][0]["source"]) == (["a"], "https://post.example/d")


def test_nothing_fetched_is_an_error_of_the_input(tmp_path, looks):
    looks.append(NOTHING)
    result = run(tmp_path, "--once")
    assert result.exit_code == 1
    assert "nothing could be fetched." in result.stderr


def test_it_looks_again_until_it_is_stopped(tmp_path, looks, monkeypatch):
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    looks += [FOUND, NOTHING, InputError("'x' is no address of the web: http://... or https://...")]
    result = run(tmp_path, "--every", "5")
    assert result.exit_code == 2
    assert slept == [300, 300]
    assert "is no address of the web" in result.stderr
