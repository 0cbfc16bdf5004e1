"""One archive asked by many at once while another process adds to it, against the same questions asked alone.

    python -m pullquote.eval.benchmarks.sharing GOLD SPLIT --limit 500 --reader small

The questions are asked one by one; then by threads that share one `Engine`; then by processes that are spawned, each of
which opens the archive; then by processes that are forked from one whose engine has answered before. In the last three
runs a further process adds articles of another time and place, one after the other. The table says how many answers are
the same as those asked alone: state, value and cited places; how many are so byte for byte (what is added changes how
rare a word is, and a forked process computes with one thread); errors; seconds; and memory.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing.context import BaseContext
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from pullquote.articles import Article
from pullquote.commands import run
from pullquote.errors import PullquoteError
from pullquote.eval.fitting.readings import split_range
from pullquote.eval.gold.archives import gold_archive
from pullquote.eval.gold.formats import load
from pullquote.index.archive import Archive
from pullquote.index.embedding.precision import has_fast_bfloat16
from pullquote.qa.engine import Engine
from pullquote.qa.reading.paired import DEFAULT_READER

_MEBIBYTE = 1024.0
_EVERY_S = 0.5

# A question, and the day on which it is asked.
Question = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of one question.

    Attributes:
        answer: the answer's JSON object without its timings; None where it failed.
        error: what it failed of.
        process: which one answered, and the memory that it had then, in MiB: shared pages counted by their share.
    """

    answer: dict[str, Any] | None
    error: str
    process: tuple[int, float]

    @property
    def gist(self) -> Any:
        """State, value and cited places."""
        if self.answer is None:
            return None
        cited = [(one["citation"]["article_id"], one["start"], one["end"]) for one in self.answer["quotations"]]
        return self.answer["state"], self.answer["answer"], cited


_engine: Engine | None = None


def _open(archive: Path, reader: str) -> Engine:
    global _engine
    _engine = Engine(Archive.open(archive), reader=reader)
    return _engine


def _ready(archive: Path, reader: str) -> None:
    """Open the archive in a process that has no engine yet."""
    if _engine is None:
        _open(archive, reader)


def _ask(question: Question) -> Asked:
    """Return what this process's engine makes of a question."""
    assert _engine is not None
    answer, error = None, ""
    try:
        found = _engine.ask(question[0], as_of=question[1])
        answer = replace(found, timings_ms={}).to_json()
        # How much there was to search grows meanwhile.
        del answer["searched"]
    except PullquoteError as failure:
        error = str(failure)
    return Asked(answer, error, (multiprocessing.current_process().pid or 0, _memory_mib()))


def _memory_mib() -> float:
    """Return this process's proportional set size in MiB; 0 where the system doesn't tell."""
    try:
        lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / _MEBIBYTE for line in lines if line.startswith("Pss:")), 0.0)


def _add(path: Path, stop: Event, added: Any) -> None:
    """Add an article after the other until told to stop."""
    with Archive.open(path) as archive:
        while not stop.is_set():
            number = added.value
            text = f"Skaters of the glacier club number {number} met under the northern lights and drank cocoa."
            archive.add_articles(Article(text, id=f"added-{number}", title=f"Skaters {number}", published=None))
            added.value += 1
            time.sleep(_EVERY_S)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("split")
    parser.add_argument("--limit", type=int, default=500, metavar="N", help="questions")
    parser.add_argument("--reader", default=DEFAULT_READER)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--processes", type=int, default=4)
    options = parser.parse_args(arguments)
    name, first, last = split_range(options.split)
    gold = load(options.gold)
    questions = [
        (one.question, one.as_of.isoformat() if one.as_of else None) for one in gold.of_split(name)[first:last]
    ][: options.limit]
    console = Console(width=120)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shared.pq"
        with gold_archive(gold) as kept:
            shutil.copytree(kept.path, path)
        spawn = multiprocessing.get_context("spawn")
        fork = multiprocessing.get_context("fork")
        engine = _open(path, options.reader)
        begun = time.monotonic()
        alone = [_ask(one) for one in track(questions, "alone", console=Console(stderr=True))]
        rows = [_row("one by one", alone, alone, time.monotonic() - begun, 0)]

        def by(count: int, context: BaseContext) -> Callable[[], list[Asked]]:
            def asked() -> list[Asked]:
                with ProcessPoolExecutor(
                    count, mp_context=context, initializer=_ready, initargs=(path, options.reader)
                ) as pool:
                    return list(pool.map(_ask, questions))

            return asked

        def threads() -> list[Asked]:
            with ThreadPoolExecutor(options.threads) as pool:
                return list(pool.map(_ask, questions))

        runs = {
            f"{options.threads} threads": threads,
            f"{options.processes} processes, spawned": by(options.processes, spawn),
            f"{options.processes} processes, forked": by(options.processes, fork),
        }
        for told, ask in runs.items():
            stop, added = spawn.Event(), spawn.Value("i", 0)
            adding = spawn.Process(target=_add, args=(path, stop, added))
            adding.start()
            begun = time.monotonic()
            asked = ask()
            seconds = time.monotonic() - begun
            stop.set()
            adding.join()
            rows.append(_row(told, asked, alone, seconds, added.value))
            with Archive.open(path) as archive:
                archive.remove([f"added-{number}" for number in range(added.value)], erase=True)
        engine.archive.close()
    table = Table("asked by", "the same answer", "to the byte", "errors", "s", "MiB in all", "articles added meanwhile")
    for row in rows:
        table.add_row(*row)
    console.print(table)
    machine = f"{os.cpu_count()} cores, fast bfloat16: {has_fast_bfloat16()}"
    console.print(f"{len(questions):,} questions, reader {options.reader}, {machine}")


def _row(name: str, asked: Sequence[Asked], alone: Sequence[Asked], seconds: float, added: int) -> list[str]:
    same = sum(one.answer is not None and one.gist == other.gist for one, other in zip(asked, alone, strict=True))
    exact = sum(json.dumps(one.answer) == json.dumps(other.answer) for one, other in zip(asked, alone, strict=True))
    memory: dict[int, float] = {}
    for one in asked:
        process, used = one.process
        memory[process] = max(memory.get(process, 0.0), used)
    errors = sum(bool(one.error) for one in asked)
    return [name, str(same), str(exact), str(errors), f"{seconds:.0f}", f"{sum(memory.values()):.0f}", str(added)]


if __name__ == "__main__":
    run(main)
