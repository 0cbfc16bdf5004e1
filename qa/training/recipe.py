"""The training recipe: every weight file that ships, made again by one command that keeps to its time.

    python -m pullquote.qa.training.recipe large small --data PREPARED --minutes 9 --output runs/recipe

Stages run in this order: `large` (the larger reader, from labels), `small` (the smaller one, which learns from the
larger one, too), `verifier` and `order` (heads on one encoder, trained as one). DIR holds what
`pullquote.qa.training.data.preparation` made; a stage whose data isn't there is left out. A call with the same
arguments goes on where the last one ended. Packed weights are written to OUTPUT/STAGE/packed, figures to
OUTPUT/log.txt.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from pullquote.commands import run
from pullquote.errors import InputError
from pullquote.index.embedding.memory import keep_freed
from pullquote.qa.reading.shipped import shipped_reader_folder
from pullquote.qa.reading.weights import load_packed, packed_file
from pullquote.qa.training.data.prepared import (
    DEVELOPMENT,
    ORDER_EXAMPLES,
    SELECTION,
    TRAIN,
    UNLABELLED,
    VERIFIER_EXAMPLES,
    Prepared,
)
from pullquote.qa.training.results import write_parts
from pullquote.qa.training.steps.head_tasks import HeadsTask
from pullquote.qa.training.steps.machine import Machine, find_machine
from pullquote.qa.training.steps.reading_tasks import ReadingTask, to_machine
from pullquote.qa.training.steps.settings import HEADS, HEADS_STAGE, LARGE, SMALL, STAGES, Settings, settings_of
from pullquote.qa.training.steps.stage import StageResult, StageTime, Task, run_stage

# In the folder of the data, the weights to start from, where they came in a bundle.
MODELS = "models"
# What they are in the package.
SHIPPED = {LARGE: "accurate", SMALL: "small"}
_HEAD_EXAMPLES = dict(zip(HEADS, (VERIFIER_EXAMPLES, ORDER_EXAMPLES), strict=True))
_TELL_EVERY_S = 60.0


class Recipe:
    """Stages over one folder of data and one of results.

    Args:
        data: folder of the prepared examples.
        output: folder of the results.
        machine: where it is trained.
        share: of the questions, 0..1, that are learnt.
        epochs: passes over the data instead of each stage's own; None for those.
        seed: for everything drawn by lot.
        whole_plan: what doesn't fit before a deadline waits for another call.
        checkpoint_every_s: seconds between checkpoints.
        log: takes a line.
    """

    def __init__(
        self,
        data: Path,
        output: Path,
        *,
        machine: Machine,
        share: float = 1.0,
        epochs: float | None = None,
        seed: int = 20310504,
        whole_plan: bool = False,
        checkpoint_every_s: float = 300.0,
        log: Callable[[str], None] = print,
    ) -> None:
        self._data, self._output, self._machine = data, output, machine
        self._share, self._epochs, self._seed = share, epochs, seed
        self._whole_plan, self._checkpoint_every_s, self._log = whole_plan, checkpoint_every_s, log
        self._heads: list[str] = []

    def run(self, stages: Sequence[str], minutes: float) -> dict[str, StageResult]:
        """Run the stages one after the other; return their results by name.

        Args:
            stages: of `STAGES`, in any order.
            minutes: for all of them; what one doesn't need is the next one's.

        Raises:
            SourceError: there is no data, or it is damaged.
            InputError: what a folder holds is of another run.
            ModelError: weights to start from can't be loaded.
            KeyboardInterrupt: it was told to stop, and has written a checkpoint.
        """
        # Needs transformers, which takes a second to import.
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]
        ending = time.monotonic() + minutes * 60
        planned = self._planned(stages)
        self._log(f"{', '.join(planned) or 'nothing to do'}: {minutes:g} minutes on {self._machine.name}")
        results = {}
        for at, (name, settings) in enumerate(planned.items()):
            left = ending - time.monotonic()
            weight = settings.minutes / sum(other.minutes for other in list(planned.values())[at:])
            deadline = time.monotonic() + left * weight
            self._log(f"{name}: {left * weight / 60:.1f} minutes, {settings.to_json()}")
            clock = StageTime(deadline, self._whole_plan, self._checkpoint_every_s)
            task, facts = self._task(name, settings)
            self._log(f"{name}: {len(task.batches):,} steps planned")
            results[name] = run_stage(
                name,
                task,
                settings,
                self._output / name,
                machine=self._machine,
                facts=facts,
                clock=clock,
                log=self._log,
            )
            self._report(name, task, results[name])
        return results

    def _planned(self, stages: Sequence[str]) -> dict[str, Settings]:
        """Return the settings of the stages that can be run, by name, in their order."""
        names = [name for name in (LARGE, SMALL) if name in stages]
        self._heads = [head for head in HEADS if head in stages]
        for head in self._heads:
            if not (self._data / _HEAD_EXAMPLES[head]).is_file():
                self._log(f"{head}: left out, {self._data / _HEAD_EXAMPLES[head]} isn't there")
        if any((self._data / _HEAD_EXAMPLES[head]).is_file() for head in self._heads):
            names.append(HEADS_STAGE)
        planned = {name: settings_of(name, self._machine, seed=self._seed) for name in names}
        if self._epochs is not None:
            planned = {name: replace(settings, epochs=self._epochs) for name, settings in planned.items()}
        return planned

    def _task(self, name: str, settings: Settings) -> tuple[Task, dict[str, Any]]:
        """Return what a stage trains, and what it is made from."""
        if name == HEADS_STAGE:
            files = {head: self._data / _HEAD_EXAMPLES[head] for head in self._heads}
            parts = {head: self._learnt(file) for head, file in files.items() if file.is_file()}
            base = self._base(SMALL)
            return HeadsTask(base, parts, settings, self._machine), self._facts(base, parts)
        learnt = [self._learnt(self._data / TRAIN)]
        if name == SMALL and (self._data / UNLABELLED).is_file():
            learnt.append(self._learnt(self._data / UNLABELLED))
        examples = Prepared.joined(learnt)
        base = self._start(name)
        task = ReadingTask(base, examples, Prepared.load(self._data / SELECTION), settings, self._machine)
        facts = self._facts(base, {TRAIN: examples})
        if name == SMALL:
            facts["teacher"] = self._teach(task)
        return task, facts

    def _learnt(self, file: Path) -> Prepared:
        examples = Prepared.load(file)
        return examples.sample(self._share) if self._share < 1 else examples

    def _facts(self, base: Path, parts: dict[str, Prepared]) -> dict[str, Any]:
        return {
            "base": _weights_hash(base),
            "examples": {name: part.fingerprint() for name, part in parts.items()},
            "sources": {
                str(source): int(np.sum(part.source == number))
                for part in parts.values()
                for number, source in enumerate(part.sources)
            },
        }

    def _start(self, name: str) -> Path:
        """Return the folder of the weights that a reader starts from."""
        bundled = self._data / MODELS / name
        return bundled if bundled.is_dir() else shipped_reader_folder(SHIPPED[name])

    def _base(self, name: str) -> Path:
        """Return the folder of what a reader has come to, else of what it starts from."""
        made = self._output / name / "packed"
        return made if packed_file(made) else self._start(name)

    def _teach(self, task: ReadingTask) -> str:
        """Have the larger reader read all that the smaller one learns; return the hash of its weights."""
        from transformers import AutoTokenizer

        folder = self._base(LARGE)
        model, sha256 = load_packed(folder)
        tokenizer = AutoTokenizer.from_pretrained(folder)
        to_machine(model, self._machine, learning=False, tokenizer=tokenizer)
        told = [time.monotonic()]

        def tell(at: int, of: int) -> None:
            if time.monotonic() - told[0] >= _TELL_EVERY_S or at == of:
                told[0] = time.monotonic()
                self._log(f"{SMALL}: the large reader has read {at:,} of {of:,} windows")

        task.ask_teacher(self._output / SMALL / "teaching", sha256, model, tokenizer, progress=tell)
        return sha256

    def _report(self, name: str, task: Task, result: StageResult) -> None:
        ended = "ended" if result.finished else "stopped by its deadline"
        self._log(f"{name}: {ended}, {result.steps:,} steps planned; best at {result.step:,}: {result.figures}")
        development = self._data / DEVELOPMENT
        # A processor would take minutes; `pullquote eval-reader` tells the same, and more.
        if self._machine.cuda and isinstance(task, ReadingTask) and development.is_file():
            figures = task.figures_on(Prepared.load(development))
            self._log(f"{name}: development questions, before packing: {figures}")


def _weights_hash(folder: Path) -> str:
    file = packed_file(folder) or folder / "model.safetensors"
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the stages that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stages", nargs="+", choices=STAGES, metavar="STAGE", help=", ".join(STAGES))
    parser.add_argument("--data", type=Path, required=True, help="folder of prepared examples")
    parser.add_argument("--minutes", type=float, required=True, help="for all stages; the plan is cut to fit")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--device", default="auto", help="auto (the default), cpu or cuda")
    parser.add_argument("--share", type=float, default=1.0, help="of the questions, 0..1, that are learnt")
    parser.add_argument("--epochs", type=float, help="passes over the data, instead of each stage's own")
    parser.add_argument("--seed", type=int, default=20310504)
    parser.add_argument("--float32", action="store_true", help="don't use bfloat16, as if there were none")
    parser.add_argument("--threads", type=int, help="processor threads (default: one a core)")
    parser.add_argument(
        "--whole-plan",
        action="store_true",
        help="don't cut the plan to the time: what doesn't fit waits for the next call",
    )
    parser.add_argument("--checkpoint-seconds", type=float, default=300.0, help="between checkpoints (default: 300)")
    parser.add_argument("--results", type=Path, help="folder to write the packed weights to, in parts that travel")
    options = parser.parse_args(arguments)
    if options.minutes <= 0 or not 0 < options.share <= 1:
        raise InputError("--minutes has to be above 0, and --share between 0 and 1.")
    keep_freed()
    if options.threads:
        import torch

        torch.set_num_threads(options.threads)
    machine = find_machine(options.device)
    if options.float32:
        machine = replace(machine, bfloat16=False)
    options.output.mkdir(parents=True, exist_ok=True)
    with (options.output / "log.txt").open("a", encoding="utf-8") as written:

        def log(line: str) -> None:
            stamped = f"{time.strftime('%H:%M:%S')} {line}"
            print(stamped, flush=True)
            written.write(stamped + "\n")
            written.flush()

        recipe = Recipe(
            options.data,
            options.output,
            machine=machine,
            share=options.share,
            epochs=options.epochs,
            seed=options.seed,
            whole_plan=options.whole_plan,
            checkpoint_every_s=options.checkpoint_seconds,
            log=log,
        )
        results = recipe.run(options.stages, options.minutes)
        if options.results:
            for name, result in results.items():
                for part in write_parts(result.folder, options.results, name, log=options.output / "log.txt"):
                    log(f"{name}: {part.name}, {part.stat().st_size / 2**20:.1f} MiB")


if __name__ == "__main__":
    run(main)
