"""One bit flipped anywhere in an archive: `check` finds it, or readers see nothing else; no quotation is altered."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

from pullquote.errors import PullquoteError
from pullquote.index.archive import Archive
from pullquote.index.embedding.embedder import Embedder

import chaos_archive as archive_work
from chaos_archive import Tell
from chaos_forks import Outcome, in_child
from fakes import made_up_news

_ARTICLES = 30


def flip_bits(folder: Path, embedder: Embedder, rng: random.Random, count: int) -> tuple[str, list[str]]:
    """Return what came of so many flips, in a sentence, and every fault found."""
    rows = made_up_news(_ARTICLES, seed=7)
    original = folder / "original.pq"
    for name, part in (("a", rows[:20]), ("b", [*rows[20:], {**rows[0], "text": f"Newer. {rows[0]['text']}"}])):
        in_child(archive_work.add, original, archive_work.write_rows(folder / f"{name}.jsonl", part), embedder)
    in_child(archive_work.remove, original, ["n1"], embedder)
    # BM25 counts what was removed until then, and a repair rewrites the index without it.
    in_child(archive_work.optimize, original, embedder)
    queries = [row["text"][:60] for row in rows[::3]]
    sound = in_child(_read, original, queries, embedder).value
    files = [file for file in sorted(original.rglob("*")) if file.is_file() and file.stat().st_size]
    outcomes: Counter[str] = Counter()
    by_file: Counter[str] = Counter()
    faults: list[str] = []
    for number in range(count):
        # Half of the flips fall on any byte, the others on any file, so that small ones get some, too.
        weights = [file.stat().st_size if number % 2 else 1 for file in files]
        file = rng.choices(files, weights)[0].relative_to(original)
        path = folder / "flipped.pq"
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(original, path)
        data = bytearray((path / file).read_bytes())
        byte, bit = rng.randrange(len(data)), rng.randrange(8)
        data[byte] ^= 1 << bit
        (path / file).write_bytes(data)
        outcome, found = _judge(path, sound, queries, embedder)
        where = f"{file}, byte {byte}, bit {bit}"
        faults += [f"{where}: {fault}" for fault in found]
        outcomes[outcome] += 1
        by_file[f"{file.suffix or file.name}: {outcome}"] += 1
    detail = "; ".join(f"{name} {number}" for name, number in sorted(by_file.items()))
    return f"{count} flips: {dict(outcomes)}, {len(faults)} faults ({detail})", faults


def _judge(path: Path, sound: dict[str, Any], queries: list[str], embedder: Embedder) -> tuple[str, list[str]]:
    """Return what came of a flip: "harmless", "found" or "mended"; and what is wrong about it."""
    read = in_child(_read, path, queries, embedder)
    checked = in_child(_check, path, embedder)
    if faults := [*_died("reading", read), *_died("check", checked)]:
        return "faults", faults
    for key, facts in read.value["quotations"].items():
        if sound["quotations"].get(key, facts) != facts or key not in sound["possible"]:
            faults.append(f"an altered quotation: {key}")
    if checked.value:
        outcome, wrong = _mended(path, sound, queries, embedder)
        return outcome, faults + wrong
    if read.value["views"] != sound["views"]:
        faults.append(f"check finds nothing, but readers see something else: {read.value['error']}")
    return "harmless", faults


def _mended(path: Path, sound: dict[str, Any], queries: list[str], embedder: Embedder) -> tuple[str, list[str]]:
    """Return what a repair makes of an archive, and what is wrong about it."""
    mended = in_child(archive_work.mend, path, embedder)
    if mended.error and "pullquote.errors." in mended.error.splitlines()[-1]:
        return "found", []
    if died := _died("repair", mended):
        return "found", died
    problems, _, advice = mended.value
    if problems:
        return "found", [] if advice else ["a problem without advice"]
    again = in_child(_check, path, embedder)
    after = in_child(_read, path, queries, embedder)
    if died := [*_died("check", again), *_died("reading", after)]:
        return "mended", died
    if wrong := again.value or after.value["error"]:
        return "mended", [f"mended, but: {wrong}"]
    return "mended" if after.value["views"] == sound["views"] else "mended but for an article", []


def _died(what: str, outcome: Outcome) -> list[str]:
    if not (outcome.error or outcome.signal):
        return []
    return [f"{what}: {outcome.error or f'died of signal {outcome.signal}'}"]


def _read(_: Tell, path: Path, queries: list[str], embedder: Embedder) -> dict[str, Any]:
    """Return what a reader sees, or the sentence that it is told."""
    views: list[Any] = []
    quotations: dict[Any, Any] = {}
    possible = set()
    try:
        with Archive.open(path, embedder=embedder) as opened:
            for query in queries:
                hits, scope = opened.search_with_scope(query, limit=20)
                views.append((hits, scope))
                for hit in hits:
                    article = hit.article
                    key = (article.id, hit.passage.start, hit.passage.end)
                    facts = (hit.passage.text, article.title, article.url, article.published, article.authors)
                    quotations[key] = facts
                    possible.add(key)
            for number in range(_ARTICLES):
                if article := opened.article(f"n{number}"):
                    for passage in opened.passages(article.id):
                        possible.add((article.id, passage.start, passage.end))
            views.append(opened.info().content_sha256)
    except PullquoteError as error:
        return {"views": None, "quotations": quotations, "error": str(error), "possible": possible}
    return {"views": views, "quotations": quotations, "error": "", "possible": possible}


def _check(_: Tell, path: Path, embedder: Embedder) -> list[str]:
    """Return what `check` finds, or the sentence that it ends in."""
    try:
        with Archive.open(path, embedder=embedder) as opened:
            return list(opened.check().problems)
    except PullquoteError as error:
        return [str(error)]
