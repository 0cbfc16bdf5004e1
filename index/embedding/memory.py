"""What the C library does with freed memory (glibc; elsewhere nothing is changed)."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Any

# mallopt(3)
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
# Each thread would get a heap of its own, and each heap would keep what it once held: a chat that answers in many
# threads grew to half a gigabyte more.
_HEAPS = 2
_KEPT_BYTES = 1 << 30
# The most that older versions of glibc accept; a layer's output is smaller than that where models only read.
_OWN_MAPPING_BYTES = 32 << 20


def give_back() -> None:
    """Give freed memory back to the system.

    The batches of a long `add` have many shapes, and glibc's heaps fragment under them.
    """
    if trim := getattr(_libc(), "malloc_trim", None):
        trim(0)


@cache
def keep_freed() -> None:
    """Keep freed memory, up to 1 GiB, for whatever wants some next.

    A model's layers free and want the same tens of megabytes over and over. Given back each time, they come anew as
    pages that the system has to find and clear first.
    """
    if set_option := getattr(_libc(), "mallopt", None):
        set_option(_M_ARENA_MAX, _HEAPS)
        set_option(_M_TRIM_THRESHOLD, _KEPT_BYTES)
        set_option(_M_MMAP_THRESHOLD, _OWN_MAPPING_BYTES)


@cache
def _libc() -> Any:
    return ctypes.CDLL(None) if sys.platform == "linux" else None
