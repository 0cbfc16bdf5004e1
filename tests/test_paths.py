""" "~" is the home folder, wherever a path is taken."""

import re
from pathlib import Path

import pytest

from pullquote.errors import InputError
from pullquote.paths import expanded


def test_the_home_folder_is_put_in(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert expanded("~/news.pq") == tmp_path / "news.pq"
    assert expanded(Path("~/news.pq")) == tmp_path / "news.pq"
    assert expanded("~") == tmp_path
    assert expanded("a/~/b") == Path("a/~/b")
    assert expanded("news.pq") == Path("news.pq")


def test_a_home_that_is_nobodys_is_refused_and_a_file_of_that_name_is_not(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=re.escape("there is no home folder ~nobody-here; write ./~nobody-here")):
        expanded("~nobody-here/news.pq")
    (tmp_path / "~draft.txt").write_text("A ferry.")
    assert expanded("~draft.txt") == Path("~draft.txt")
