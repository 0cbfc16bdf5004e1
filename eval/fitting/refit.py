r"""Fit again all that rests on a reader, after any change of reader, search or follow-ups: one command, resumable.

    python -m pullquote.eval.fitting.refit --set eval/newsroom tune - --set questions.jsonl.gz '2023[700:]' news.pq \
        --judged mistakes.jsonl made.jsonl --minutes 45 --work runs/refit --output qa/reader-thorough

1. A small reader glances at the passages found; what its margin counts when passages are chosen is fitted (`--sift`).
   Then the questions of each set are read, in bfloat16 and in int8 (`--arithmetic`): what is fitted has to suit both.
2. The verifier learns from the spans of `--judged` (`pullquote.qa.training.data.judged_spans`), in `--minutes` at most;
   then from what was read, once for each half of the stories, so that the other half is verified by one that never saw
   it, and once from all, which is what ships.
3. Ranking, confidence, quotations and thresholds are fitted on the readings so verified, and written with the verifier.

Each step leaves a file in `--work` that is named after what it was made from, and isn't done twice. A step that was
interrupted goes on.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

import pullquote.index
import pullquote.qa
from pullquote.commands import run
from pullquote.errors import InputError
from pullquote.eval.fitting.combine import fit_all
from pullquote.eval.fitting.fit_sifting import fit_sifting, glance_at_set
from pullquote.eval.fitting.judged_readings import judged_examples, with_verified
from pullquote.eval.fitting.readings import QuestionRead, Readings, archive_of, read_set
from pullquote.eval.gold.formats import load
from pullquote.eval.gold.hashes import file_sha256, files_sha256, json_sha256
from pullquote.index.search.ranking import FILE_NAME as RANKING_FILE_NAME
from pullquote.qa.ranking.combining import Combiner, combiner_for
from pullquote.qa.ranking.sifting import FILE_NAME as SIFTING_FILE_NAME
from pullquote.qa.ranking.sifting import sifter_of
from pullquote.qa.ranking.verifier import FILE_NAME, Verifier, VerifierFile, encoder_of, verifier_on
from pullquote.qa.reading.paired import DEFAULT_READER, load_reader
from pullquote.qa.reading.reader import rereader_of
from pullquote.qa.training.data.judged_spans import row, write
from pullquote.qa.training.verifying import main as train_verifier

ARITHMETICS = ("bfloat16", "int8")
_HALVES = 2
# What the readings are learnt with, after the spans of `--judged`: few passes, gently.
_READINGS_EPOCHS, _READINGS_RATE, _READINGS_MINUTES = 1.4, 1.5e-4, 8.0


class Refit:
    """The steps, each kept in a folder.

    Args:
        sets: (questions, split, archive) each, as `combine read` takes them.
        reader: name of a reader that looks twice.
        arithmetics: of `ARITHMETICS`.
        work: the folder.
        any_code: whether readings that an earlier version of the code made are taken, too.
    """

    def __init__(
        self,
        sets: Sequence[tuple[str, str, str]],
        *,
        reader: str,
        arithmetics: Sequence[str],
        work: Path,
        any_code: bool = False,
    ) -> None:
        self._sets, self._name, self._arithmetics, self._work = sets, reader, arithmetics, work
        self._any_code = any_code
        self._say = Console(stderr=True).print
        self._reader = load_reader(reader)
        again, encoder = rereader_of(self._reader), encoder_of(self._reader)
        if again is None or encoder is None:
            raise InputError(f"The reader {reader!r} looks once: use python -m pullquote.eval.fitting.combine.")
        self._encoder = encoder
        self._combiner: Combiner | None = combiner_for(again.first)
        work.mkdir(parents=True, exist_ok=True)

    def sift(self, output: Path) -> str:
        """Fit which passages are read, write it to a folder, and return lines on how well it does."""
        sifter = sifter_of(self._reader)
        if sifter is None:
            return "Nothing glances at passages for this reader."
        seen = [glance_at_set(Path(questions), split, archive, sifter) for questions, split, archive in self._sets]
        model, told = fit_sifting(seen, self._reader.sha256)
        if self._reader.folder and output.resolve() != self._reader.folder.resolve():
            self._say(f"What is read is still chosen as {self._reader.folder} says: copy sifting.json there to use it.")
        output.mkdir(parents=True, exist_ok=True)
        model.save(output / SIFTING_FILE_NAME)
        return told

    def readings(self) -> list[list[Readings]]:
        """Return what is read of each set, in each arithmetic."""
        return [[self._read(*one, arithmetic) for arithmetic in self._arithmetics] for one in self._sets]

    def _read(self, questions: str, split: str, archive: str, arithmetic: str) -> Readings:
        gold = load(Path(questions))
        with archive_of(gold, archive) as opened:
            held = opened.info().content_sha256
        made_from = json_sha256([gold.sha256, split, held, self._reader.sha256, self._code()])
        folder = Path(questions).name.split(".")[0]
        name = "".join(letter if letter.isalnum() else "-" for letter in f"{folder} {split} {arithmetic}")
        name = f"{name}.{self._reader.sha256[:8]}"
        kept = sorted(self._work.glob(f"{name}.*.readings"), key=_age) if self._any_code else []
        file = kept[-1] if kept else self._work / f"{name}.{made_from[:12]}.readings"
        if not file.exists():
            self._say(f"reading {gold.name} {split} in {arithmetic}")
            reader = load_reader(self._name, bfloat16=arithmetic == "bfloat16")
            read_set(Path(questions), split, archive, reader=reader, verify=False).save(file)
        return Readings.load(file)

    def _code(self) -> str:
        """Return the hash of all that decides what is read: code, the order of passages, and which of them are read."""
        folders = [Path(module.__path__[0]) for module in (pullquote.index, pullquote.qa)]
        fitted = [folders[0] / "search" / RANKING_FILE_NAME]
        fitted += [folder / SIFTING_FILE_NAME for folder in [self._reader.folder] if folder]
        return files_sha256([*(file for folder in folders for file in sorted(folder.rglob("*.py"))), *fitted])

    def verifier(self, judged: Sequence[Path], minutes: float) -> Path:
        """Return the file of the verifier that learnt from spans; it is trained where it isn't yet."""
        made_from = json_sha256([[file_sha256(file) for file in judged], minutes, self._reader.sha256])
        return self._trained(f"spans.{made_from[:12]}", judged, ["--minutes", str(minutes)])

    def verified(self, every: Sequence[Sequence[Readings]], start: Path) -> tuple[list[Readings], Path]:
        """Return all readings, each verified by what didn't learn from it, and the verifier that learnt from all."""
        # In another arithmetic the same spans are found: one is enough to learn from.
        reads = [read for one in every for read in one[0].reads]
        verifiers = [
            self._load(self._taught([one for one in reads if half(one) != other], start, f"without-{other}"))
            for other in range(_HALVES)
        ]
        final = self._taught(reads, start, "all")
        done = []
        for readings in (one for of_set in every for one in of_set):
            self._say(f"verifying {readings.name}")
            chosen = [verifiers[half(read)] for read in readings.reads]
            done.append(replace(readings, reads=tuple(with_verified(readings.reads, chosen, self._combiner))))
            done[-1].save(self._work / f"verified-{len(done)}.readings")
        return done, final

    def _taught(self, reads: Sequence[QuestionRead], start: Path, name: str) -> Path:
        """Return the file of a verifier that learnt from readings, too."""
        rows = self._work / f"{name}.jsonl"
        write(
            (
                row(one, one.answers[0][0], one.answers[0][0] + len(one.answers[0][1]), right=bool(one.right))
                for one in judged_examples(reads, self._combiner)
            ),
            rows,
        )
        made_from = json_sha256([file_sha256(rows), file_sha256(start)])
        how = ["--start", str(start), "--epochs", str(_READINGS_EPOCHS), "--learning-rate", str(_READINGS_RATE)]
        return self._trained(f"{name}.{made_from[:12]}", [rows], [*how, "--last", "--minutes", str(_READINGS_MINUTES)])

    def _trained(self, name: str, examples: Sequence[Path], options: Sequence[str]) -> Path:
        folder = self._work / name
        done = folder / "done"
        if not done.exists():
            train_verifier([*map(str, examples), *options, "--output", str(folder)])
            done.touch()
        return folder / FILE_NAME

    def _load(self, file: Path) -> Verifier:
        return verifier_on(self._encoder, VerifierFile.load(file))


def _age(file: Path) -> float:
    return file.stat().st_mtime


def half(read: QuestionRead) -> int:
    """Return which half of the stories a question belongs to, 0 or 1."""
    return hashlib.sha256(read.question.subject.encode()).digest()[0] % _HALVES


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--set", nargs=3, action="append", required=True, dest="sets", metavar=("QUESTIONS", "SPLIT", "ARCHIVE")
    )
    parser.add_argument("--sift", action="store_true", help="fit which passages are read, too")
    parser.add_argument("--judged", type=Path, nargs="*", default=[], help="spans for the verifier")
    parser.add_argument("--minutes", type=float, default=45.0, help="for the verifier's first training")
    parser.add_argument("--reader", default=DEFAULT_READER)
    parser.add_argument("--arithmetic", nargs="+", choices=ARITHMETICS, default=list(ARITHMETICS))
    parser.add_argument("--work", type=Path, required=True, metavar="DIR")
    parser.add_argument("--output", type=Path, required=True, metavar="DIR")
    parser.add_argument("--any-code", action="store_true", help="take readings of an earlier version of the code, too")
    options = parser.parse_args(arguments)
    refit = Refit(
        options.sets,
        reader=options.reader,
        arithmetics=options.arithmetic,
        work=options.work,
        any_code=options.any_code,
    )
    if options.sift:
        print(refit.sift(options.output))
    every = refit.readings()
    if not options.judged:
        print(fit_all([one for of_set in every for one in of_set], options.output))
        return
    kept, final = refit.verified(every, refit.verifier(options.judged, options.minutes))
    told = fit_all(kept, options.output)
    shutil.copyfile(final, options.output / FILE_NAME)
    print(told)


if __name__ == "__main__":
    run(main)
