"""What a forked process does with what its parent had open: gunicorn --preload and multiprocessing's "fork" make such.

A model's parallel loops wait for ever for threads that the fork didn't copy; a connection to SQLite must not be used by
two processes. So the child computes with one thread, and opens files of its own.

Source: SQLite, "How To Corrupt An SQLite Database File", section 2.6.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache
from weakref import WeakMethod

_renewing: list[WeakMethod[Callable[[], None]]] = []
# What belongs to the parent is kept: as garbage it would be closed.
_of_parent: list[object] = []


def call_after_fork(renew: Callable[[], None]) -> None:
    """From now on, call a method in each process that is forked from this one, as long as its object lives.

    Args:
        renew: a bound method that forgets what the parent has open; it doesn't close it (`leave_to_parent`).
    """
    compute_alone_after_fork()
    # Those whose object is gone are forgotten here: a callback would be called as the interpreter ends, too.
    _renewing[:] = [*(known for known in _renewing if known() is not None), WeakMethod(renew)]


def leave_to_parent(*opened: object) -> None:
    """Keep what the parent opened from being closed here."""
    _of_parent.extend(opened)


@cache
def compute_alone_after_fork() -> None:
    """From now on, let each process that is forked from this one compute with one thread."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_after_fork)


def _after_fork() -> None:
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)
    if faiss := sys.modules.get("faiss"):
        faiss.omp_set_num_threads(1)
    for known in list(_renewing):
        if renew := known():
            renew()
