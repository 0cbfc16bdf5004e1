"""What is on the cache is whole; what is unfinished, damaged or in use is neither found nor deleted by mistake."""

import os
from pathlib import Path

import pytest

from pullquote.eval.gold.folder_cache import FolderCache, discard, is_whole

ONE, OTHER = "aa" * 8, "bb" * 8


@pytest.fixture
def cache(tmp_path):
    return FolderCache(tmp_path / "new" / "cache", kept=2)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "new" / "cache"


def put(cache, key, text="words"):
    with cache.made(key) as (part, finish):
        (part / "deep").mkdir()
        (part / "deep" / "file").write_text(text)
        return finish()


def found(cache, key):
    with cache.taken(key) as taken:
        return taken and (taken / "deep" / "file").read_text()


def folders(folder):
    return sorted(one.name for one in folder.iterdir() if one.is_dir())


def test_what_was_put_is_found_by_its_key(cache, folder):
    assert found(cache, ONE) is None
    where = put(cache, ONE)
    assert (found(cache, ONE), found(cache, OTHER)) == ("words", None)
    assert where.parent == folder
    assert is_whole(where)
    assert not list(folder.glob("*.use"))


def test_what_is_being_made_is_not_found(cache, folder):
    with cache.made(ONE) as (part, finish):
        (part / "file").write_text("half")
        assert found(cache, ONE) is None
        finish()
        assert not part.exists()
    with pytest.raises(FileNotFoundError), cache.made(OTHER) as (part, finish):
        (part / "file").write_text((part / "none").read_text())
    assert found(cache, OTHER) is None
    assert len(folders(folder)) == 1


def test_a_new_one_replaces_the_old_one_which_stays_as_long_as_it_is_used(cache, folder):
    old = put(cache, ONE, "old")
    with cache.taken(ONE) as used:
        assert used == old
        new = put(cache, ONE, "new")
        cache.tidy()
        assert (old / "deep" / "file").read_text() == "old"
        assert found(cache, ONE) == "new"
    cache.tidy()
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
def test_damage_is_seen(cache, damage):
    where = put(cache, ONE)
    damage(where)
    assert not is_whole(where)


def test_what_is_discarded_is_not_found_and_goes(cache, folder):
    discard(put(cache, ONE))
    assert found(cache, ONE) is None
    cache.tidy()
    assert folders(folder) == []


def test_only_the_ones_used_last_stay(cache, folder):
    names = {}
    for at, key in enumerate(("11", "22", "33", "44")):
        where = put(cache, key * 8)
        os.utime(where / "whole.json", ns=(at * 10**9, at * 10**9))
        names[key] = where.name
    with cache.taken("11" * 8):  # now the newest
        pass
    with cache.taken("22" * 8) as used:
        os.utime(used / "whole.json", ns=(0, 0))  # the oldest, but in use
        cache.tidy()
        assert folders(folder) == sorted([names["11"], names["22"], names["44"]])
    cache.tidy()
    assert folders(folder) == sorted([names["11"], names["44"]])


def test_what_a_dead_process_left_goes_and_other_things_stay(cache, folder):
    (folder / f"{ONE}-0123456789ab.part").mkdir()
    (folder / "0123456789ab.cafecafe.use").touch()
    (folder / "cafecafecafe.cafecafe.use").touch()
    mine = folder / "my notes"
    mine.mkdir()
    cache.tidy()
    assert folders(folder) == ["my notes"]
    assert not list(folder.glob("*.use"))


def test_who_makes_one_thing_stops_nobody_from_making_another(cache, folder):
    waited = []
    with (
        cache.making(ONE, waits=lambda: waited.append("one")),
        FolderCache(folder, kept=2).making(OTHER, waits=lambda: waited.append("other")),
    ):
        pass
    with cache.making(ONE, waits=lambda: waited.append("again")):
        pass
    assert waited == []


def test_a_folder_that_cannot_be_made_is_an_error_of_the_system(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        FolderCache(tmp_path / "file" / "cache", kept=2)
    assert Path(tmp_path / "file").is_file()
