"""Pullquote against what a user would take instead, in one run, on the same passages and questions.

    python -m pullquote.eval.peers.benchmark GOLD [--split report] [--limit N] [--articles FILE...] [--work DIR]
        [--peers haystack,txtai,encode,bm25] [--threads N] [--output FILE]

The systems: Pullquote (`add`, then `ask` on its archive); Haystack and txtai, each with the same embedder, the
same reader and its own defaults for all else; sentence-transformers' `encode` with its defaults (speed, and what
an exact search over its vectors finds); BM25 alone (what it finds). What each does with dates and with questions
that have no answer is written in its script, `eval/peers/NAME_peer.py`.

Passages are Pullquote's own, so that only the systems differ: cutting and cleaning give the others no work, and
no advantage to Pullquote but in time, since its `add` does them within its passages/s. Each system runs in a process
of its own, one after another, with as many threads, offline; the peers that have packages of their own get a
virtual environment each, made by this command, over the same torch, transformers and sentence-transformers.

Finished systems' results are kept in DIR and taken again while job, versions and code are the same. A system that fails
is named with its reason, and the others go on. Prints a JSON object, then a Markdown table; with --output both
are kept, the table beside FILE with the ending .md.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pullquote.errors import InputError, PullquoteError
from pullquote.eval.gold import formats
from pullquote.eval.gold.questions import GoldQuestion, GoldSet
from pullquote.eval.peers.environments import (
    PEERS,
    PULLQUOTE,
    Peer,
    PeerFailed,
    answer,
    build_archive,
    prepare,
    read_facts,
    read_results,
)
from pullquote.eval.peers.figures import figures, rows_of
from pullquote.eval.peers.jobs import (
    DEPTH,
    article_sources,
    choose_questions,
    export_reader,
    passages_of,
    questions_json,
)
from pullquote.eval.peers.pullquote_peer import ARCHIVE_FOLDER
from pullquote.eval.peers.table import markdown, ratios
from pullquote.eval.runs.asking import DEFAULT_SEED
from pullquote.index.embedding.embedder import DEFAULT_SHA256, default_model_folder
from pullquote.index.embedding.precision import has_fast_bfloat16


@dataclass(frozen=True, slots=True)
class PeerComparison:
    """What all systems are judged by.

    Attributes:
        gold: the set.
        split: part of it.
        questions: those asked.
        job: for every system; see `eval/peers/peer_protocol.py`.
        archive: folder of Pullquote's archive and its facts.
        archive_kept: it was made in an earlier run.
        work: for environments and results.
    """

    gold: GoldSet
    split: str
    questions: tuple[GoldQuestion, ...]
    job: dict[str, Any]
    archive: Path
    archive_kept: bool
    work: Path


def set_up(options: argparse.Namespace) -> PeerComparison:
    """Make Pullquote's archive, cut the job from it.

    Raises:
        PullquoteError: the set or its articles can't be used.
        PeerFailed: `add` did not finish.
    """
    gold = formats.load(options.gold)
    split, questions = choose_questions(gold, options.split, options.limit)
    work = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    _say("pullquote: add")
    archive, kept = build_archive(article_sources(gold, options.articles, work), options.threads, work)
    job = {
        "passages": passages_of(archive / ARCHIVE_FOLDER),
        "questions": questions_json(questions),
        "embedder": str(default_model_folder()),
        "embedder_sha256": DEFAULT_SHA256,
        "reader": str(export_reader(work)),
        "threads": options.threads,
        "depth": DEPTH,
    }
    return PeerComparison(gold, split, questions, job, archive, kept, work)


def measure(peer: Peer, comparison: PeerComparison) -> dict[str, Any]:
    """Return a system's figures, versions and conditions as a JSON object.

    Raises:
        PeerFailed: it could not be installed, or did not finish.
    """
    _say(f"{peer.name}: environment")
    python = prepare(peer, comparison.work)
    job = comparison.job
    if peer is PULLQUOTE:
        job = {**job, "archive": str(comparison.archive / ARCHIVE_FOLDER)}
    _say(f"{peer.name}: {len(job['passages'])} passages, {len(job['questions'])} questions")
    folder, kept = answer(peer, python, job, comparison.work)
    answers, facts = read_results(folder)
    if peer is PULLQUOTE:
        added = read_facts(comparison.archive)
        facts |= {name: added[name] for name in ("passages", "index_s", "passages_per_s")}
        facts["peak_memory_mb"] = max(facts["peak_memory_mb"], added["peak_memory_mb"])
        facts["add_measured"], facts["add_load"] = added["measured"], added["load"]
        kept = kept or comparison.archive_kept
    texts = {passage["id"]: passage["text"] for passage in job["passages"]}
    rows = rows_of(answers, comparison.questions, texts, scorer=comparison.gold.scorer)
    return {
        "system": peer.name,
        "title": f"{peer.title} {facts['versions'].get(peer.versioned, '')}".strip(),
        **figures(answers, rows, facts, seed=DEFAULT_SEED),
        "versions": facts["versions"],
        # The machine's load as the system began (its own threads not counted): figures of speed taken under
        # different loads can't be compared.
        "conditions": {name: facts[name] for name in ("measured", "load", "add_measured", "add_load") if name in facts},
        "kept": kept,
    }


def compare(comparison: PeerComparison, peers: Sequence[Peer]) -> tuple[dict[str, Any], str]:
    """Return the comparison as a JSON object, and its table.

    Raises:
        PeerFailed: Pullquote itself did not finish.
    """
    systems = [measure(PULLQUOTE, comparison)]
    failures = {}
    for peer in peers:
        try:
            systems.append(measure(peer, comparison))
        except PeerFailed as failure:
            failures[peer.title] = str(failure)
            _say(str(failure))
    found = {
        "gold": comparison.gold.name,
        "gold_sha256": comparison.gold.sha256,
        "split": comparison.split,
        "questions": len(comparison.questions),
        "answerable": sum(question.answerable for question in comparison.questions),
        "articles": len({passage["article"] for passage in comparison.job["passages"]}),
        "passages": len(comparison.job["passages"]),
        "articles_left_out": read_facts(comparison.archive)["skipped"],
        "threads": comparison.job["threads"],
        "cores": os.cpu_count(),
        "pullquote_in_bfloat16": has_fast_bfloat16(),
        "embedder_sha256": comparison.job["embedder_sha256"],
        "reader": Path(comparison.job["reader"]).name,
        "systems": systems,
        "ratios_to_pullquote": {system["system"]: ratios(system, systems[0]) for system in systems[1:]},
        "failures": failures,
    }
    return found, markdown(systems, failures)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command of the module's docstring; return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m pullquote.eval.peers.benchmark",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("gold", type=Path)
    parser.add_argument("--split", help='default: "report" where the set has one, else "all"')
    parser.add_argument("--limit", type=_count, metavar="N", help="only the first N questions")
    parser.add_argument("--articles", type=Path, nargs="+", default=[], metavar="FILE", help="besides the set's own")
    parser.add_argument("--work", type=Path, default=Path(".cache/peers"), metavar="DIR")
    parser.add_argument("--peers", type=_peers, default=list(PEERS.values()), metavar="NAMES")
    parser.add_argument("--threads", type=_count, default=os.cpu_count() or 1, metavar="N")
    parser.add_argument("--output", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    try:
        if options.output and not options.output.parent.is_dir():
            raise InputError(f"There is no folder {options.output.parent} to write {options.output.name} to.")
        found, table = compare(set_up(options), options.peers)
    except (PullquoteError, PeerFailed) as error:
        _say(str(error))
        return 1
    text = json.dumps(found, indent=1, ensure_ascii=False)
    print(f"{text}\n\n{table}", end="")
    if options.output:
        options.output.write_text(text + "\n", encoding="utf-8")
        options.output.with_suffix(".md").write_text(table, encoding="utf-8")
    return 0


def _peers(names: str) -> list[Peer]:
    asked = [name.strip() for name in names.split(",") if name.strip()]
    if unknown := [name for name in asked if name not in PEERS]:
        raise argparse.ArgumentTypeError(f"there is no peer {unknown[0]!r}; there are {', '.join(PEERS)}")
    return [PEERS[name] for name in dict.fromkeys(asked)]


def _count(value: str) -> int:
    if not value.isdecimal() or int(value) < 1:
        raise argparse.ArgumentTypeError(f"must be a number from 1 on, not {value!r}")
    return int(value)


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
