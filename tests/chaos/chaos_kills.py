"""SIGKILL at random instants in add, remove, erase, optimize and repair, and torn writes after it.

Nothing that was told as committed may be lost, nothing may be seen by half, and `check` must find the archive sound.
"""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from pullquote.index.embedding.embedder import Embedder

import chaos_archive as archive_work
from chaos_forks import in_child
from fakes import made_up_news

OPERATIONS = ("add", "remove", "optimize", "repair", "erase")
# Articles of one `add`; of each, some supersede older versions.
_ADDED, _SUPERSEDED, _REMOVED = 12, 3, 3
_AT_FIRST, _AT_MOST = 40, 150


@dataclass
class Tally:
    """What the kills did: how many of each kind, how many hit an operation before its end, and every fault found."""

    kills: Counter[str] = field(default_factory=Counter)
    hit: Counter[str] = field(default_factory=Counter)
    torn: int = 0
    faults: list[str] = field(default_factory=list)


class Killing:
    """One archive that operations are killed in, one after the other.

    Args:
        folder: an empty one.
        embedder: for all of them.
        rng: chooses operations, articles and instants.
    """

    def __init__(self, folder: Path, embedder: Embedder, rng: random.Random) -> None:
        self._folder, self._embedder, self._rng = folder, embedder, rng
        self._path = folder / "news.pq"
        self._number = 0
        self._longest_s = {name: 0.5 for name in OPERATIONS}
        self.tally = Tally()
        self._start()

    def _start(self) -> None:
        shutil.rmtree(self._path, ignore_errors=True)
        rows = self._fresh(_AT_FIRST)
        source = archive_work.write_rows(self._folder / "first.jsonl", rows)
        self._run("add", archive_work.add, source)
        self.texts = {row["id"]: row["text"] for row in rows}

    def kill_one(self, operation: str) -> None:
        """Kill one operation and look at what it left."""
        if len(self.texts) > _AT_MOST or len(self.texts) < _AT_FIRST // 2:
            self._start()
        before = dict(self.texts)
        work, arguments, states = getattr(self, f"_{operation}")(before)
        delay = self._rng.uniform(0.0, 1.1 * self._longest_s[operation])
        begun = time.monotonic()
        outcome = in_child(work, self._path, *arguments, self._embedder, kill_after_s=delay)
        took = time.monotonic() - begun
        self.tally.kills[operation] += 1
        if outcome.signal:
            self.tally.hit[operation] += 1
        else:
            self._longest_s[operation] = 0.5 * self._longest_s[operation] + 0.5 * took
        if outcome.error:
            self._fault(operation, outcome.error)
        if self._rng.random() < 0.3:
            self._tear()
        told = len(states) - 1 if "done" in outcome.told else max([0, *(n for n in outcome.told if n != "done")])
        self._look(operation, states, told)

    # -- operations: (work, arguments, the states that may be seen, in order)

    def _add(self, before: dict[str, str]):
        rows = self._fresh(_ADDED)
        for name in self._rng.sample(sorted(before), _SUPERSEDED):
            self._number += 1
            rows.insert(self._rng.randrange(len(rows)), {"id": name, "text": f"Version {self._number}. {before[name]}"})
        source = archive_work.write_rows(self._folder / f"{self._number}.jsonl", rows)
        states = [before]
        for row in rows:
            states.append({**states[-1], row["id"]: row["text"]})
        return archive_work.add, (source,), states

    def _remove(self, before: dict[str, str]):
        names = self._rng.sample(sorted(before), _REMOVED)
        after = {name: text for name, text in before.items() if name not in names}
        return archive_work.remove, (names,), [before, after]

    def _erase(self, before: dict[str, str]):
        _, arguments, states = self._remove(before)
        return archive_work.erase, arguments, states

    def _optimize(self, before: dict[str, str]):
        return archive_work.optimize, (), [before]

    def _repair(self, before: dict[str, str]):
        kind = self._rng.choice(["vectors", "lexical", "words"])
        if kind == "lexical":
            shutil.rmtree(self._path / "lexical")
        else:
            file = self._path / {"vectors": "vectors.f16", "words": "words.tsv"}[kind]
            if file.exists():
                data = bytearray(file.read_bytes())
                data[self._rng.randrange(len(data))] ^= 1 << self._rng.randrange(8)
                file.write_bytes(data)
        return archive_work.mend, (), [before]

    # -- what is seen

    def _look(self, operation: str, states: list[dict[str, str]], at_least: int) -> None:
        everything = {name for state in states for name in state}
        few = self._rng.sample(sorted(everything), min(6, len(everything)))
        queries = [states[-1].get(name, states[0].get(name, ""))[:200] for name in few]
        if operation == "repair":  # killed, it may have mended nothing; called again it mends all
            self._run("repair", archive_work.mend)
        first = self._see(operation, everything, queries)
        self._run("settle", archive_work.settle)
        second = self._see(operation, everything, queries)
        if first is None or second is None:
            self._start()
            return
        places = []
        for when, view in (("at once", first), ("after the next writer", second)):
            matching = [place for place, state in enumerate(states) if state == view]
            if not matching:
                self._fault(operation, f"{when}: a state that never was, {self._difference(states, view)}")
                self._start()
                return
            places.append(matching[-1])
        if places[0] < at_least or places[1] < places[0]:
            self._fault(operation, f"state {at_least} was told, {places[0]} and then {places[1]} seen")
        self.texts = second

    def _see(self, operation: str, ids: set[str], queries: list[str]) -> dict[str, str] | None:
        outcome = in_child(archive_work.seen, self._path, sorted(ids), queries, self._embedder)
        if outcome.error or outcome.signal:
            self._fault(operation, outcome.error or f"a reader died of signal {outcome.signal}")
            return None
        view = outcome.value
        problems = [
            problem for problem in view["problems"] if operation != "erase" or problem != archive_work.UNFINISHED
        ]
        if problems:
            self._fault(operation, f"check: {problems}")
        texts = view["texts"]
        if set(view["counts"]) != {len(texts)}:
            self._fault(operation, f"counts {view['counts']}, articles {len(texts)}")
        for query, (dense, lexical, exact, quoted) in view["found"].items():
            if not exact or any(texts.get(name) != text for name, text in quoted.items()):
                self._fault(operation, "a hit quotes what the article doesn't print")
            if not set(lexical) <= set(texts) or not set(dense) <= set(texts):
                self._fault(operation, "a hit is of an article that isn't there")
            for name, text in texts.items():
                by_vector = name in dense or name in view["by_words"]
                if text.startswith(query) and not (by_vector and name in lexical):
                    self._fault(operation, f"{name} is found by one search only: {name in dense}, {name in lexical}")
        return texts

    def _difference(self, states: list[dict[str, str]], view: dict[str, str]) -> str:
        nearest = min(states, key=lambda state: len(set(state.items()) ^ set(view.items())))
        return str(sorted({name for name, _ in set(nearest.items()) ^ set(view.items())}))

    # -- helpers

    def _tear(self) -> None:
        """Leave what a power cut leaves of writes that nobody was told of: their beginning, or nonsense."""
        self.tally.torn += 1
        junk = self._rng.randbytes(self._rng.randrange(1, 5000))
        with (self._path / "vectors.f16").open("ab") as stream:
            stream.write(junk)
        log = self._path / "archive.db-wal"
        if log.exists() and log.stat().st_size:
            with log.open("ab") as stream:
                stream.write(junk)
        (self._path / "words.tsv.0123.partial").write_bytes(junk)
        if (self._path / "lexical").is_dir():
            (self._path / "lexical" / "stamp.json.partial").write_bytes(junk)
            (self._path / "lexical" / f"{'0' * 32}.idx").write_bytes(junk)
        (self._path / "lexical.new").mkdir(exist_ok=True)
        (self._path / "lexical.new" / "meta.json").write_bytes(junk)

    def _fresh(self, count: int) -> list[dict]:
        rows = made_up_news(count, seed=self._rng.randrange(1 << 30), first=self._number)
        self._number += count
        return rows

    def _run(self, what: str, work, *arguments: object) -> None:
        outcome = in_child(work, self._path, *arguments, self._embedder)
        if outcome.error or outcome.signal:
            self._fault(what, outcome.error or f"died of signal {outcome.signal}")

    def _fault(self, operation: str, what: str) -> None:
        self.tally.faults.append(f"{operation}: {what.strip()}")
