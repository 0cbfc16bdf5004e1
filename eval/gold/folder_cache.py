"""A folder of things that took long to make, kept by key: whole or not there, safe among several processes.

Each thing is a folder `KEY-TOKEN`. It is made as `KEY-TOKEN.part` and renamed when it is finished, with a list of
its files and their hashes inside it. Whoever makes or uses one holds a lock on a file of their own, `TOKEN.*.use`,
which the system lets go of when the process dies; nothing is deleted while such a lock is held.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout

from pullquote.eval.gold.hashes import file_sha256

_WHOLE = "whole.json"
_FOLDER = re.compile(r"(?P<key>[0-9a-f]+)-(?P<token>[0-9a-f]{12})(?P<part>\.part)?")


class FolderCache:
    """Things in a folder, by key.

    Args:
        folder: made where it is missing.
        kept: how many things stay, those used last.

    Raises:
        OSError: the folder can't be made or written.
    """

    def __init__(self, folder: Path, *, kept: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._kept = folder, kept
        with self._alone():
            pass

    @contextmanager
    def making(self, key: str, *, waits: Callable[[], None]) -> Iterator[None]:
        """Let one process at a time look for, and make, what belongs to a key.

        Args:
            key: hexadecimal digits.
            waits: called once if another process is at it.
        """
        # By its first digits, so that there are 256 such files at most: none can be deleted safely.
        lock = FileLock(self._folder / f"making-{key[:2]}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            waits()
            lock.acquire()
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def taken(self, key: str) -> Iterator[Path | None]:
        """Give the folder of what is kept under a key, or None; it stays there as long as the context is open."""
        lock = None
        with self._alone():
            folder = self._newest(key)
            if folder:
                lock = self._use(folder.name.rpartition("-")[2])
                os.utime(folder / _WHOLE)
        try:
            yield folder
        finally:
            if lock:
                _end(lock)

    @contextmanager
    def made(self, key: str) -> Iterator[tuple[Path, Callable[[], Path]]]:
        """Give a new folder to make something in, and the function that keeps it when it is finished.

        That function returns where it is from then on; it stays there as long as the context is open, and replaces
        what was kept under the key before. What isn't kept is deleted.
        """
        token = uuid4().hex[:12]
        part, whole = (self._folder / f"{key}-{token}{ending}" for ending in (".part", ""))
        with self._alone():
            lock = self._use(token)
            part.mkdir()

        def put() -> Path:
            _write_whole(part)
            with self._alone():
                for older in self._whole(key):
                    discard(older)
                part.rename(whole)
            return whole

        try:
            yield part, put
        finally:
            shutil.rmtree(part, ignore_errors=True)
            _end(lock)

    def tidy(self) -> None:
        """Delete what nobody uses: unfinished and replaced things, and those beyond the ones used last."""
        with self._alone():
            whole = sorted(self._whole(), key=_used_last, reverse=True)
            keep = {folder.name for folder in whole[: self._kept]}
            for folder in self._folders():
                name = _FOLDER.fullmatch(folder.name)
                if name and folder.name not in keep and not self._in_use(name["token"]):
                    shutil.rmtree(folder, ignore_errors=True)
            for file in self._folder.glob("*.use"):
                _is_held(file)

    def _newest(self, key: str) -> Path | None:
        return max(self._whole(key), key=_used_last, default=None)

    def _folders(self) -> list[Path]:
        return sorted(folder for folder in self._folder.iterdir() if _FOLDER.fullmatch(folder.name))

    def _whole(self, key: str | None = None) -> list[Path]:
        found = []
        for folder in self._folders():
            name = _FOLDER.fullmatch(folder.name)
            if name and not name["part"] and key in (None, name["key"]) and (folder / _WHOLE).is_file():
                found.append(folder)
        return found

    def _alone(self) -> FileLock:
        """Return the lock under which things are found, put and deleted; it is held for moments only."""
        return FileLock(self._folder / "cache.lock")

    def _use(self, token: str) -> FileLock:
        lock = FileLock(self._folder / f"{token}.{uuid4().hex[:8]}.use")
        lock.acquire()
        return lock

    def _in_use(self, token: str) -> bool:
        return any([_is_held(file) for file in self._folder.glob(f"{token}.*.use")])


def is_whole(folder: Path) -> bool:
    """Return whether every file of a kept folder is as it was when it was put there."""
    try:
        files = json.loads((folder / _WHOLE).read_text(encoding="utf-8"))
        return bool(files) and all(file_sha256(folder / name) == sha256 for name, sha256 in files.items())
    except (OSError, ValueError, AttributeError, TypeError):
        return False


def discard(folder: Path) -> None:
    """Make nobody find a thing any more; `tidy` deletes it once nobody uses it."""
    (folder / _WHOLE).unlink(missing_ok=True)


def _write_whole(folder: Path) -> None:
    files = {
        file.relative_to(folder).as_posix(): file_sha256(file) for file in sorted(folder.rglob("*")) if file.is_file()
    }
    (folder / _WHOLE).write_text(json.dumps(files, indent=1) + "\n", encoding="utf-8")


def _used_last(folder: Path) -> int:
    return (folder / _WHOLE).stat().st_mtime_ns


def _end(lock: FileLock) -> None:
    lock.release()
    Path(lock.lock_file).unlink(missing_ok=True)


def _is_held(file: Path) -> bool:
    """Return whether a living process holds the lock on a file; one that nobody holds is deleted."""
    lock = FileLock(file)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    _end(lock)
    return False
