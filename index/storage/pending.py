"""Rows of the vector log whose passages aren't embedded yet: they hold zeros, and are found by their words alone.

`add` stores articles first and embeds them afterwards, so that they can be asked about at once. The manifest names the
rows that are left, as `[first, end)`. A version of Pullquote that doesn't know them takes them for damaged vectors, and
`check --repair` embeds them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from pullquote.index.storage.connection import Connection

_KEY = "rows_to_embed"

Ranges = tuple[tuple[int, int], ...]


def rows_to_embed(database: Connection) -> Ranges:
    """Return the ranges of rows that are left to embed, in order and disjoint.

    Raises:
        ArchiveDamaged: the manifest was altered.
    """
    found = database.query("SELECT value FROM manifest WHERE key = ?", (_KEY,))
    if not found:
        return ()
    try:
        return tuple((int(first), int(end)) for first, end in json.loads(found[0][0]))
    except (ValueError, TypeError) as error:
        raise database.manifest_damaged() from error


def count(ranges: Ranges) -> int:
    """Return how many rows ranges have."""
    return sum(end - first for first, end in ranges)


def note_rows_to_embed(database: Connection, ranges: Iterable[Sequence[int]]) -> None:
    """Note which rows are left to embed; inside a transaction."""
    joined: list[list[int]] = []
    for first, end in sorted((first, end) for first, end in ranges):
        if joined and first <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        elif first < end:
            joined.append([first, end])
    database.execute("DELETE FROM manifest WHERE key = ?", (_KEY,))
    if joined:
        database.execute("INSERT INTO manifest VALUES (?, ?)", (_KEY, json.dumps(joined)))


def without(ranges: Ranges, first: int, end: int) -> Ranges:
    """Return what ranges leave of their rows without those of `[first, end)`."""
    left = []
    for start, stop in ranges:
        left += [(start, min(stop, first)), (max(start, end), stop)]
    return tuple((start, stop) for start, stop in left if start < stop)


def overlap(ranges: Iterable[Sequence[int]], first: int, end: int) -> bool:
    """Return whether a row of `[first, end)` is in one of the ranges."""
    return any(start < end and stop > first for start, stop in ranges)
