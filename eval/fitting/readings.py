"""What a reader read for the questions of a set, kept: what is made of it can then be tried without reading again."""

from __future__ import annotations

import pickle
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.progress import track

from pullquote.errors import InputError
from pullquote.eval.gold.archives import gold_archive
from pullquote.eval.gold.formats import load
from pullquote.eval.gold.questions import GoldQuestion, GoldSet, history_of
from pullquote.filters import Filters
from pullquote.index.archive import Archive
from pullquote.qa.engine import PASSAGES_READ, Engine
from pullquote.qa.ranking.found import Asked
from pullquote.qa.reading.reader import Reader


@dataclass(frozen=True, slots=True)
class QuestionRead:
    """One question with what was read for it."""

    question: GoldQuestion
    asked: Asked


def cut(read: QuestionRead, passages: int) -> QuestionRead:
    """Return a reading as if only the first passages had been read.

    Raises:
        InputError: a second look was taken at more of them.
    """
    asked = read.asked
    if asked.again and passages < len(asked.hits):
        raise InputError(
            f"What a second look says of {len(asked.hits)} passages doesn't tell what it would say of {passages}: "
            f"read them again, with --passages {passages}."
        )
    return replace(read, asked=replace(asked, hits=asked.hits[:passages], readings=asked.readings[:passages]))


def read_all(engine: Engine, questions: Sequence[GoldQuestion], *, verify: bool = True) -> list[QuestionRead]:
    """Return what the engine reads for each question that is judged, verified or not."""
    judged = [question for question in questions if question.judged]
    done = []
    for question in track(judged, "reading", console=Console(stderr=True)):
        found = engine.find(question.question, history=history_of(question), filters=Filters(as_of=question.as_of))
        asked = engine.look_again(engine.look(found, question.as_of))
        done.append(QuestionRead(question, engine.verify(asked) if verify else asked))
    return done


@dataclass(frozen=True, slots=True)
class Readings:
    """What one reader read for the questions of one set.

    Attributes:
        name: of the set and the split.
        scorer: whose normalisation EM and F1 use: "squad" or "realtimeqa".
        reader_sha256: the reader's weights.
        reads: one a question.
    """

    name: str
    scorer: str
    reader_sha256: str
    reads: tuple[QuestionRead, ...]

    def save(self, file: Path) -> None:
        """Keep it as a pickle, for this machine and this version."""
        file.write_bytes(pickle.dumps(self))

    @staticmethod
    def load(file: Path) -> Readings:
        """Return what `save` kept. Like any pickle, never load one from elsewhere.

        Raises:
            InputError: the file can't be read, or holds something else.
        """
        try:
            kept = pickle.loads(file.read_bytes())
        except (OSError, pickle.UnpicklingError, EOFError, AttributeError, ImportError) as error:
            raise InputError(f"{file} cannot be read as readings: {error}") from error
        if not isinstance(kept, Readings):
            raise InputError(f"{file} holds no readings.")
        return kept


def read_set(
    questions: Path,
    split: str,
    archive: str,
    *,
    reader: Reader | str,
    passages: int = PASSAGES_READ,
    verify: bool = True,
) -> Readings:
    """Return what a reader reads for the questions of one set; arguments as those of `combine read`."""
    name, first, last = split_range(split)
    gold = load(questions)
    with archive_of(gold, archive) as opened:
        engine = Engine(opened, reader=reader, passages=passages)
        reads = read_all(engine, gold.of_split(name)[first:last], verify=verify)
        return Readings(f"{gold.name} {split}", gold.scorer, engine.reader.sha256, tuple(reads))


def archive_of(gold: GoldSet, archive: str) -> AbstractContextManager[Archive]:
    """Open the archive in that folder; for "-", that of the articles which the set brings."""
    return gold_archive(gold) if archive == "-" else Archive.open(Path(archive))


def split_range(split: str) -> tuple[str, int | None, int | None]:
    """Return the split's name and the range of its questions that "2023[700:]" stands for.

    Raises:
        InputError: it stands for nothing.
    """
    found = re.fullmatch(r"([^\[\]]+)(?:\[(\d*):(\d*)\])?", split)
    if not found:
        raise InputError(f"{split[:40]!r} names no split; write tune, or 2023[700:].")
    name, first, last = found.groups()
    return name, int(first) if first else None, int(last) if last else None
