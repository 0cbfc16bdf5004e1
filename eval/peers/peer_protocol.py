"""What a system in the comparison is given and gives back: a job in, answers and facts out.

    PYTHON SCRIPT JOB.json OUTPUT_FOLDER

Only the standard library is needed here: scripts beside this file run in environments of their own, without
Pullquote, and import it by its bare name.

The job is one JSON object:

    {"passages": [{"id", "article", "text", "title", "published": "YYYY-MM-DD"|null, "head"}],
     "questions": [{"id", "question", "as_of": "YYYY-MM-DD"|null}],
     "embedder": folder, "embedder_sha256", "reader": folder, "threads": int, "depth": int}

`head` is what Pullquote puts before a passage when it embeds it (title and day): systems that can embed
something beside the text are given the same words. `depth` is how many passages the search is judged on. The one
for Pullquote has its "archive", too.

The output folder gets `answers.jsonl`, one `PeerAnswer` a line, and, once that is whole, `facts.json`.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from os import getloadavg
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

ANSWERS_FILE = "answers.jsonl"
FACTS_FILE = "facts.json"

Job = Mapping[str, Any]
Passage = Mapping[str, Any]
Question = Mapping[str, Any]


@dataclass
class PeerAnswer:
    """What became of one question.

    Attributes:
        id: the question's.
        text: the answer as the system gives it to its user; None where it gives none.
        best: the best candidate, given or withheld; "" without any.
        score: of `best`, 0..1, higher is surer; 0 without any.
        no_answer_score: 0..1, how sure the system is that there is none, where it says so.
        passage: id of the passage that `best` stands in, where that is known.
        hits: ids of the passages found, best first.
        ms: milliseconds from question to answer, the search for `hits` not counted; None where it only searches.
        error: the exception that asking (then there is no answer) or else searching ended in.
    """

    id: str = ""
    text: str | None = None
    best: str = ""
    score: float = 0.0
    no_answer_score: float | None = None
    passage: str | None = None
    hits: list[str] = field(default_factory=list)
    ms: float | None = None
    error: str = ""


class PeerSystem(Protocol):
    """One system, which at least searches. Loading a model is never timed: `load` comes first."""

    @property
    def packages(self) -> Sequence[str]:
        """Distributions whose versions the facts name."""

    def load(self, passages: Sequence[Passage]) -> None:
        """Load the models and use them once on these few passages, storing nothing."""

    def index(self, passages: Sequence[Passage]) -> None:
        """Embed and store the passages: this is timed."""

    def search(self, question: str, as_of: str | None, depth: int) -> list[str]:
        """Return ids of the passages found, best first."""


@runtime_checkable
class Answers(Protocol):
    """What a system has that answers, too."""

    def ask(self, question: str, as_of: str | None) -> PeerAnswer:
        """Return the answer, as of a day if one is given: this is timed."""


def run(make: Callable[[Job], PeerSystem], arguments: Sequence[str]) -> None:
    """Do the job of `arguments` (job file, output folder) with the system that `make(job)` returns."""
    job = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    output = Path(arguments[1])
    output.mkdir(parents=True, exist_ok=True)
    began = conditions()
    system = make(job)
    passages = job["passages"]
    system.load(passages[:32])
    begun = time.perf_counter()
    system.index(passages)
    index_s = _ms_since(begun) / 1000
    say(f"{len(passages)} passages indexed in {index_s:.1f} s")
    answers = answer_all(system, job["questions"], job["depth"])
    with (output / ANSWERS_FILE).open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(json.dumps(asdict(answer), ensure_ascii=False) + "\n" for answer in answers)
    write_facts(
        output,
        {
            **began,
            "passages": len(passages),
            "index_s": index_s,
            "passages_per_s": len(passages) / index_s,
            "questions": len(answers),
            "threads": job["threads"],
            "peak_memory_mb": peak_memory_mb(),
            "versions": versions(system.packages),
        },
    )


def answer_all(system: PeerSystem, questions: Sequence[Question], depth: int) -> list[PeerAnswer]:
    """Return one answer a question; the first question is asked once more before, so that nothing is cold."""
    answers = []
    if questions:
        _answer(system, questions[0], depth)
    for done, question in enumerate(questions, 1):
        answers.append(_answer(system, question, depth))
        if done % 50 == 0 or done == len(questions):
            say(f"{done} of {len(questions)} questions")
    return answers


def _answer(system: PeerSystem, question: Question, depth: int) -> PeerAnswer:
    answer = PeerAnswer()
    begun = time.perf_counter()
    try:
        if isinstance(system, Answers):
            answer = system.ask(question["question"], question["as_of"])
    except Exception as error:  # what a system raises is its own; the next question is asked all the same
        answer = PeerAnswer(error=f"{type(error).__name__}: {error}"[:300])
    answer.id, answer.ms = question["id"], _ms_since(begun) if isinstance(system, Answers) else None
    try:
        answer.hits = system.search(question["question"], question["as_of"], depth)
    except Exception as error:
        answer.error = answer.error or f"{type(error).__name__}: {error}"[:300]
    return answer


def _ms_since(begun: float) -> float:
    return (time.perf_counter() - begun) * 1000


def write_facts(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write the facts, whole or not at all: where they are, the run was finished."""
    temporary = folder / (FACTS_FILE + ".tmp")
    temporary.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    temporary.replace(folder / FACTS_FILE)


def conditions() -> dict[str, Any]:
    """Return when a system begins, and how many threads want to run on the machine already."""
    return {"measured": datetime.now(UTC).isoformat(timespec="seconds"), "load": round(getloadavg()[0], 2)}


def peak_memory_mb() -> float:
    """Return the most memory that this process has held at once, in MB (10^6 bytes)."""
    status = Path("/proc/self/status")
    if status.is_file():
        # getrusage's maximum counts what the parent held when it started this process.
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024 / 1e6
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def versions(packages: Sequence[str]) -> dict[str, str]:
    """Return the versions of those distributions that are installed."""
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def say(words: str) -> None:
    """Tell how far it is, on stderr."""
    print(words, file=sys.stderr, flush=True)
