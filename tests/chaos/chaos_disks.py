"""A disk that gets full in the midst of an operation: it says so, loses nothing, and can be called again."""

from __future__ import annotations

import random
import resource
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pullquote.errors import ArchiveError
from pullquote.index.embedding.embedder import Embedder

import chaos_archive as archive_work
from chaos_archive import Tell
from chaos_forks import in_child
from fakes import made_up_news


def fill_disks(folder: Path, embedder: Embedder, rng: random.Random, count: int) -> tuple[str, list[str]]:
    """Return what came of so many full disks, in a sentence, and every fault found.

    No file may grow beyond a size drawn at random: what the system then says is what it says of a full disk.
    """
    rows = made_up_news(40, seed=8)
    original = folder / "original.pq"
    in_child(archive_work.add, original, archive_work.write_rows(folder / "a.jsonl", rows[:25]), embedder)
    more = archive_work.write_rows(folder / "b.jsonl", rows[25:])
    largest = max(file.stat().st_size for file in original.rglob("*") if file.is_file())
    operations: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
        (archive_work.add, (more,)),
        (archive_work.remove, (["n1", "n2"],)),
        (archive_work.erase, (["n3", "n4"],)),
        (archive_work.optimize, ()),
        (archive_work.mend, ()),
    ]
    outcomes: Counter[str] = Counter()
    faults: list[str] = []
    for number in range(count):
        work, arguments = operations[number % len(operations)]
        path = folder / "full.pq"
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(original, path)
        if work is archive_work.mend:
            shutil.rmtree(path / "lexical")
        limit = int(largest * 1.3 * rng.random() ** 2)
        full = in_child(_limited, limit, work, path, *arguments, embedder)
        what = f"{work.__name__} with {limit} bytes"
        if full.error or full.signal:
            faults.append(f"{what}: {full.error or f'died of signal {full.signal}'}")
            continue
        outcomes["refused" if full.value else "done"] += 1
        ids = [row["id"] for row in rows]
        view = in_child(archive_work.seen, path, ids, [rows[0]["text"][:60]], embedder)
        problems = [one for one in view.value["problems"] if one != archive_work.UNFINISHED] if view.value else []
        if work is not archive_work.mend and (view.error or problems):
            faults.append(f"{what}, afterwards: {view.error or problems}")
        elif not view.error and not {row["id"] for row in rows[5:25]} <= set(view.value["texts"]):
            faults.append(f"{what}: something is lost")
        again = in_child(work, path, *arguments, embedder)
        checked = in_child(archive_work.seen, path, ids, [rows[0]["text"][:60]], embedder)
        if again.error or checked.error or checked.value["problems"]:
            faults.append(f"{what}, called again: {again.error or checked.error or checked.value['problems']}")
    return f"{count} full disks: {dict(outcomes)}, {len(faults)} faults", faults


def _limited(tell: Tell, limit: int, work: Callable[..., Any], *arguments: Any) -> str:
    """Return the sentence with which an operation refuses, or "" where it is done."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        work(tell, *arguments)
    except ArchiveError as error:
        return str(error)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return ""
