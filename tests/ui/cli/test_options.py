"""Options that commands share."""

import os

import pytest

from pullquote.ui import local_only
from pullquote.ui.cli.options import reading


def test_only_what_was_chosen_goes_to_the_engine():
    assert reading(None, None) == {}
    assert reading(None, 3) == {"passages": 3}
    assert reading("some/reader", 3) == {"reader": "some/reader", "passages": 3}


@pytest.mark.parametrize(("named", "offline"), [("some/reader", False), ("here", True), ("small", True), (None, True)])
def test_the_hub_may_be_asked_for_a_reader_that_is_no_folder(named, offline, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(local_only, "_offline_by_us", True)
    reading(named, None)
    assert ("HF_HUB_OFFLINE" in os.environ) is offline
