"""A file is written whole or not at all, where it lies, with the permissions it had."""

import os

import pytest

from pullquote.whole_files import write_whole


def test_a_file_is_replaced_with_its_permissions_and_behind_its_link(tmp_path):
    file, link = tmp_path / "real.jsonl", tmp_path / "link.jsonl"
    file.write_bytes(b"old")
    file.chmod(0o640)
    link.symlink_to(file)
    write_whole(link, b"new")
    assert (file.read_bytes(), file.stat().st_mode & 0o777, link.is_symlink()) == (b"new", 0o640, True)
    assert sorted(os.listdir(tmp_path)) == ["link.jsonl", "real.jsonl"]


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    file = tmp_path / "set.jsonl"
    file.write_bytes(b"old")

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pullquote.whole_files.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(file, b"new")
    assert (file.read_bytes(), os.listdir(tmp_path)) == (b"old", ["set.jsonl"])
