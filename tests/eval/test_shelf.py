"""What is on the shelf is whole; what is unfinished, damaged or in use is neither found nor deleted by mistake."""

import os
from pathlib import Path

import pytest

from pullquote.eval.shelf import Shelf, discard, is_whole

ONE, OTHER = "aa" * 8, "bb" * 8


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path / "new" / "shelf", kept=2)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "new" / "shelf"


def put(shelf, key, text="words"):
    with shelf.made(key) as (part, finish):
        (part / "deep").mkdir()
        (part / "deep" / "file").write_text(text)
        return finish()


def found(shelf, key):
    with shelf.taken(key) as taken:
        return taken and (taken / "deep" / "file").read_text()


def folders(folder):
    return sorted(one.name for one in folder.iterdir() if one.is_dir())


def test_what_was_put_is_found_by_its_key(shelf, folder):
    assert found(shelf, ONE) is None
    where = put(shelf, ONE)
    assert (found(shelf, ONE), found(shelf, OTHER)) == ("words", None)
    assert where.parent == folder
    assert is_whole(where)
    assert not list(folder.glob("*.use"))


def test_what_is_being_made_is_not_found(shelf, folder):
    with shelf.made(ONE) as (part, finish):
        (part / "file").write_text("half")
        assert found(shelf, ONE) is None
        finish()
        assert not part.exists()
    with pytest.raises(FileNotFoundError), shelf.made(OTHER) as (part, finish):
        (part / "file").write_text((part / "none").read_text())
    assert found(shelf, OTHER) is None
    assert len(folders(folder)) == 1


def test_a_new_one_replaces_the_old_one_which_stays_as_long_as_it_is_used(shelf, folder):
    old = put(shelf, ONE, "old")
    with shelf.taken(ONE) as used:
        assert used == old
        new = put(shelf, ONE, "new")
        shelf.tidy()
        assert (old / "deep" / "file").read_text() == "old"
        assert found(shelf, ONE) == "new"
    shelf.tidy()
    assert folders(folder) == [new.name]


@pytest.mark.parametrize(
    "damage",
    [
        lambda where: (where / "deep" / "file").write_text("w0rds"),
        lambda where: (where / "deep" / "file").unlink(),
        lambda where: (where / "whole.json").write_text(""),
        lambda where: (where / "whole.json").write_text("{}"),
        lambda where: (where / "whole.json").write_text("[]"),
        lambda where: (where / "whole.json").write_text('{"deep/file": null}'),
        discard,
    ],
)
def test_damage_is_seen(shelf, damage):
    where = put(shelf, ONE)
    damage(where)
    assert not is_whole(where)


def test_what_is_discarded_is_not_found_and_goes(shelf, folder):
    discard(put(shelf, ONE))
    assert found(shelf, ONE) is None
    shelf.tidy()
    assert folders(folder) == []


def test_only_the_ones_used_last_stay(shelf, folder):
    names = {}
    for at, key in enumerate(("11", "22", "33", "44")):
        where = put(shelf, key * 8)
        os.utime(where / "whole.json", ns=(at * 10**9, at * 10**9))
        names[key] = where.name
    with shelf.taken("11" * 8):  # now the newest
        pass
    with shelf.taken("22" * 8) as used:
        os.utime(used / "whole.json", ns=(0, 0))  # the oldest, but in use
        shelf.tidy()
        assert folders(folder) == sorted([names["11"], names["22"], names["44"]])
    shelf.tidy()
    assert folders(folder) == sorted([names["11"], names["44"]])


def test_what_a_dead_process_left_goes_and_other_things_stay(shelf, folder):
    (folder / f"{ONE}-0123456789ab.part").mkdir()
    (folder / "0123456789ab.cafecafe.use").touch()
    (folder / "cafecafecafe.cafecafe.use").touch()
    mine = folder / "my notes"
    mine.mkdir()
    shelf.tidy()
    assert folders(folder) == ["my notes"]
    assert not list(folder.glob("*.use"))


def test_who_makes_one_thing_stops_nobody_from_making_another(shelf, folder):
    waited = []
    with (
        shelf.making(ONE, waits=lambda: waited.append("one")),
        Shelf(folder, kept=2).making(OTHER, waits=lambda: waited.append("other")),
    ):
        pass
    with shelf.making(ONE, waits=lambda: waited.append("again")):
        pass
    assert waited == []


def test_a_folder_that_cannot_be_made_is_an_error_of_the_system(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        Shelf(tmp_path / "file" / "shelf", kept=2)
    assert Path(tmp_path / "file").is_file()
