"""Mistreat archives and tell what comes of it: `make chaos`, or with CHAOS='--kills 1000 --flips 500'.

Ends with 1 where something was lost, seen by half, or wrong without a word.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from pathlib import Path

from chaos_archive import small_batches
from chaos_disks import fill_disks
from chaos_flips import flip_bits
from chaos_kills import OPERATIONS, Killing
from fakes import HashEmbedder


def main() -> int:
    """Run what is asked for and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="kills in add, remove, optimize, repair and erase")
    parser.add_argument("--flips", type=int, default=200, help="single bits flipped anywhere in an archive")
    parser.add_argument("--full-disks", type=int, default=50, help="operations on a disk that gets full")
    parser.add_argument("--real", action="store_true", help="embed with the model that ships, not with a stand-in")
    parser.add_argument("--seed", type=int, default=2031)
    parser.add_argument("--folder", type=Path, help="where the archives are made (default: a temporary folder)")
    given = parser.parse_args()
    small_batches()
    os.environ["TOKENIZERS_PARALLELISM"] = "false"  # it warns of forks
    embedder = HashEmbedder()
    if given.real:
        from pullquote.index.embedding.embedder import SentenceTransformerEmbedder
        from pullquote.index.embedding.names import DEFAULT_EMBEDDER

        embedder = SentenceTransformerEmbedder(DEFAULT_EMBEDDER)
        embedder.embed_query("warm up")
    faults: list[str] = []
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        folder, rng = Path(name), random.Random(given.seed)
        begun = time.monotonic()
        if given.kills:
            (folder / "kills").mkdir()
            killing = Killing(folder / "kills", embedder, rng)
            for number in range(given.kills):
                killing.kill_one(OPERATIONS[number % len(OPERATIONS)])
                if not (number + 1) % 50:
                    print(f"... {number + 1} kills, {len(killing.tally.faults)} faults", flush=True)
            tally = killing.tally
            faults += tally.faults
            print(
                f"{tally.kills.total()} kills ({dict(tally.kills)}; {tally.hit.total()} before the end), {tally.torn} "
                f"with torn writes: {len(tally.faults)} faults, {time.monotonic() - begun:.0f} s",
                flush=True,
            )
        if given.full_disks:
            (folder / "disks").mkdir()
            told, wrong = fill_disks(folder / "disks", embedder, rng, given.full_disks)
            faults += wrong
            print(told, flush=True)
        if given.flips:
            (folder / "flips").mkdir()
            told, wrong = flip_bits(folder / "flips", embedder, rng, given.flips)
            faults += wrong
            print(told, flush=True)
    for fault in faults[:20]:
        print(f"fault: {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
