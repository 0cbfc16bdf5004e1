"""Runs mutated inputs through the targets and counts what must be nought: foreign exceptions, hangs, memory.

    python tests/fuzz/fuzzing.py --seconds 20                     # a little of everything, as CI does
    python tests/fuzz/fuzzing.py --inputs 50000 --seed 7          # so many inputs for every target
    python tests/fuzz/fuzzing.py --inputs 50000 --only "web page"

Pages and feeds are read in this process, not in the one that can be ended, so that whatever they raise is seen. A
finding is written to the folder that --findings names, with what it raised.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import hashlib
import random
import sys
import time
import traceback
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pullquote.errors import PullquoteError
from pullquote.index.sources import timed

from corpus import seeds
from mutations import mutated
from targets import CONTAINED, TARGETS, Target

# Of the processor's time: other work on the machine is none of the input's fault.
HANG_S = 5.0
MAX_MEMORY_MB = 1000

# After this the watch ends the process and shows where it was; the input lies in the findings' folder.
_STUCK_S = 120


@dataclass(slots=True)
class Tally:
    """What came of one target's inputs.

    Attributes:
        inputs: how many were run.
        seconds: of the processor's time, all together.
        slowest_s: the longest of them.
        raised: exceptions that aren't the project's own, by kind.
        hangs: inputs that took more than HANG_S.
        contained: exceptions of other people's parsers that cost one article, by kind.
    """

    inputs: int = 0
    seconds: float = 0.0
    slowest_s: float = 0.0
    raised: Counter[str] = field(default_factory=Counter)
    hangs: int = 0
    contained: Counter[str] = field(default_factory=Counter)

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not self.raised and not self.hangs


def run_one(target: Target, data: bytes, tally: Tally, findings: Path | None = None) -> None:
    """Run one input and add what came of it to `tally`. One that took too long gets a second chance."""
    reasons: Sequence[str] = ()
    begun = time.process_time()
    try:
        reasons = target.run(data)
    except PullquoteError:
        pass
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        tally.raised[f"{type(error).__name__} in {Path(place.filename).name}:{place.lineno}"] += 1
        _keep(findings, data, traceback.format_exc())
    took_s = time.process_time() - begun
    if took_s > HANG_S:
        took_s = min(took_s, _seconds(target, data))
    tally.inputs += 1
    tally.seconds += took_s
    tally.slowest_s = max(tally.slowest_s, took_s)
    tally.contained.update(reason.partition("(")[2].partition(":")[0] for reason in reasons if CONTAINED in reason)
    if took_s > HANG_S:
        tally.hangs += 1
        _keep(findings, data, f"took {took_s:.1f} s")


def _seconds(target: Target, data: bytes) -> float:
    begun = time.process_time()
    with contextlib.suppress(Exception):
        target.run(data)
    return time.process_time() - begun


def fuzz(
    targets: Mapping[str, Target], *, inputs: int | None, seconds: float | None, seed: int, findings: Path | None
) -> dict[str, Tally]:
    """Run `inputs` mutated inputs, or for its share of `seconds`, through each target and return what came of it."""
    corpus = seeds()
    tallies: dict[str, Tally] = {}
    for name, target in targets.items():
        rng = random.Random(seed ^ zlib.crc32(name.encode()))
        base, others = corpus[target.family], [data for family in corpus.values() for data in family]
        tally = tallies[name] = Tally()
        _seconds(targets[name], base[0])  # what only the first input waits for: a model, tables
        end = time.monotonic() + seconds / len(targets) if seconds else float("inf")
        while (inputs is None or tally.inputs < inputs) and time.monotonic() < end:
            data = mutated(rng.choice(base), rng, others)
            if findings:
                (findings / "current").write_bytes(data)
                faulthandler.dump_traceback_later(_STUCK_S, exit=True)
            run_one(target, data, tally, findings)
        faulthandler.cancel_dump_traceback_later()
        print(_line(name, tally), flush=True)
    return tallies


def peak_memory_mb() -> float:
    """Return the most memory this process ever held; 0 where the system doesn't tell."""
    try:
        import resource
    except ImportError:
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3


def _line(name: str, tally: Tally) -> str:
    found = ", ".join(f"{kind} ×{times}" for kind, times in tally.raised.most_common(5)) or "none"
    contained = ", ".join(f"{kind} ×{times}" for kind, times in tally.contained.most_common(5)) or "none"
    return (
        f"{name:<24} {tally.inputs:>7,} inputs {tally.seconds:7.1f} s, slowest {tally.slowest_s:5.2f} s; "
        f"raised: {found}; hangs: {tally.hangs}; contained: {contained}"
    )


def _keep(findings: Path | None, data: bytes, what: str) -> None:
    if findings:
        name = hashlib.sha256(data).hexdigest()[:12]
        (findings / name).write_bytes(data)
        (findings / f"{name}.txt").write_text(what, encoding="utf-8", errors="replace")


def main() -> None:
    """Fuzz, print a line a target, and exit with 1 if anything was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, help="for each target")
    parser.add_argument("--seconds", type=float, help="for all targets together; 20 where --inputs isn't given")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", choices=TARGETS, help="these targets")
    parser.add_argument("--findings", type=Path, default=Path(".cache/fuzz"))
    options = parser.parse_args()
    options.findings.mkdir(parents=True, exist_ok=True)
    timed.stay_in_this_process()
    seconds = options.seconds if options.seconds or options.inputs else 20.0
    chosen = {name: TARGETS[name] for name in options.only or TARGETS}
    tallies = fuzz(chosen, inputs=options.inputs, seconds=seconds, seed=options.seed, findings=options.findings)
    memory_mb = peak_memory_mb()
    raised, hangs = (
        sum(sum(one.raised.values()) for one in tallies.values()),
        sum(one.hangs for one in tallies.values()),
    )
    total = sum(one.inputs for one in tallies.values())
    print(
        f"{total:,} inputs, {raised} foreign exceptions, {hangs} hangs over {HANG_S:.0f} s, {memory_mb:.0f} MB at most"
    )
    if raised or hangs or memory_mb > MAX_MEMORY_MB:
        print(f"Look into {options.findings}.", file=sys.stderr)
        raise SystemExit(1)


if __name__ == "__main__":
    main()
