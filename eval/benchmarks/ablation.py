"""What each way of finding the answer brings: `python -m pullquote.eval.benchmarks.ablation QUESTIONS SPLIT ARCHIVE`.

The first row is the plainest way: the small reader over the passages that fusion puts first, votes among its spans.
Each of the next adds one thing to it; "all" has every one of them, and the rows after it lack one each. Then come the
readers that ship, each with all that was fitted for it. EM, F1 and right are of the best value, given or withheld, on
the questions that have an answer; p-values compare its rightness with "all". Questions, models and archive are the same
in every row, so the whole table is one run.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from unittest import mock

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from pullquote.answers import PassagesFound
from pullquote.commands import run
from pullquote.eval.benchmarks.combination import Outcomes, shown
from pullquote.eval.fitting.readings import archive_of, split_range
from pullquote.eval.gold.formats import load
from pullquote.eval.gold.questions import GoldQuestion, GoldSet, history_of
from pullquote.eval.metrics.bootstrap import paired
from pullquote.eval.metrics.retrieval import holds_answer
from pullquote.eval.runs.asking import judge_wording
from pullquote.eval.runs.rows import blank
from pullquote.filters import Filters
from pullquote.index.archive import Archive
from pullquote.qa.engine import Engine
from pullquote.qa.ranking.evidence import candidates
from pullquote.qa.ranking.found import Asked, collect
from pullquote.qa.reading.paired import ACCURATE_READER, DEFAULT_READER, PAIRED_READER, load_reader, own_reader_names
from pullquote.qa.reading.reader import rereader_of
from pullquote.qa.reading.shipped import SMALL_READER

_SEED = 7
_DEPTHS = (1, 5, 20)
_FIGURES = ("EM", "F1", "right", *(f"hit@{depth}" for depth in _DEPTHS))


@dataclass(frozen=True, slots=True)
class Way:
    """One way from a question to its best value.

    Attributes:
        name: to show.
        reader: what reads.
        ordered: whether passages come in the learned order, or else in that of the fusion.
        ranked: whether values are ranked by what was fitted for the reader, or else by votes.
        named: whether part of a name is answered with the whole one.
    """

    name: str
    reader: str = DEFAULT_READER
    ordered: bool = True
    ranked: bool = True
    named: bool = True


def ways() -> list[Way]:
    """Return the rows of the table, in their order."""
    plain = Way("plain", SMALL_READER, ordered=False, ranked=False, named=False)
    every = Way("all")
    return [
        plain,
        replace(plain, name="+ passages ordered", ordered=True),
        replace(plain, name="+ values ranked", ranked=True),
        replace(plain, name="+ whole names", named=True),
        replace(plain, name="+ read by the larger reader", reader=ACCURATE_READER),
        # A second look is one of the things that values are ranked by.
        replace(plain, name="+ values ranked, read again", reader=PAIRED_READER, ranked=True),
        every,
        replace(every, name="- passages ordered", ordered=False),
        replace(every, name="- values ranked, read again", ranked=False),
        replace(every, name="- whole names", named=False),
        *(
            replace(every, name=f"--reader {name}", reader=name)
            for name in own_reader_names()
            if name != DEFAULT_READER
        ),
    ]


class WaysAsked:
    """Asks questions in several ways; what ways have in common is done once.

    Args:
        archive: holds the answers.
        scorer: whose normalisation EM and F1 use: "squad" or "realtimeqa".
    """

    def __init__(self, archive: Archive, scorer: str) -> None:
        self._archive = archive
        self._scorer = scorer
        self._engines: dict[str, Engine] = {}

    def outcomes(self, question: GoldQuestion, tried: Sequence[Way]) -> list[list[float]]:
        """Return (ways, figures) for a question."""
        found: dict[bool, tuple[PassagesFound, list[float]]] = {}
        looks: dict[tuple[str, bool], Asked] = {}
        read: dict[tuple[str, bool], Asked] = {}
        rows = []
        for way in tried:
            engine = self._engine(way.reader)
            # Readers that look twice look at first as the one does that they begin with.
            again = rereader_of(engine.reader)
            begins = again.first.name if again else way.reader
            with _without(ordered=way.ordered, named=way.named):
                if way.ordered not in found:
                    found[way.ordered] = self._find(engine, question)
                passages, hits = found[way.ordered]
                if (begins, way.ordered) not in looks:
                    looks[begins, way.ordered] = self._engine(begins).look(passages, question.as_of)
                if (way.reader, way.ordered) not in read:
                    read[way.reader, way.ordered] = engine.look_again(looks[begins, way.ordered])
                asked = read[way.reader, way.ordered]
                combiner = engine.combiner if way.ranked else None
                first = candidates(collect(asked), asked, limit=1, combiner=combiner)
            text = first[0].text if first else ""
            row = judge_wording(blank(question), question, text, scorer=self._scorer)
            rows.append([float(row.exact_match or 0), float(row.f1 or 0), float(row.right or False), *hits])
        return rows

    def _engine(self, reader: str) -> Engine:
        if reader not in self._engines:
            self._engines[reader] = Engine(self._archive, reader=load_reader(reader))
        return self._engines[reader]

    def _find(self, engine: Engine, question: GoldQuestion) -> tuple[PassagesFound, list[float]]:
        filters = Filters(as_of=question.as_of)
        found = engine.find(question.question, history=history_of(question), filters=filters)
        deep = self._archive.search(found.understood or found.question, limit=max(_DEPTHS), filters=filters)
        answering = [holds_answer(hit.passage.text, question.answers) for hit in deep]
        return found, [float(any(answering[:depth])) for depth in _DEPTHS]


@contextmanager
def _without(*, ordered: bool, named: bool) -> Iterator[None]:
    """Leave out what isn't wanted: no user is offered that, so there is no setting for it."""
    with ExitStack() as stack:
        if not ordered:
            stack.enter_context(mock.patch("pullquote.index.archive.ranker_for", return_value=None))
        if not named:
            stack.enter_context(mock.patch("pullquote.qa.ranking.evidence.whole_name", return_value=None))
        yield


def compare(gold: GoldSet, questions: Sequence[GoldQuestion], archive: Archive, tried: Sequence[Way]) -> Table:
    """Return the table of these questions; those without an answer, or that aren't judged, are left out."""
    asked = [question for question in questions if question.judged and question.answerable]
    asking = WaysAsked(archive, gold.scorer)
    rows = [asking.outcomes(question, tried) for question in track(asked, "asking", console=Console(stderr=True))]
    done: Outcomes = np.array(rows, dtype=np.float64).transpose(1, 2, 0)
    groups = [question.subject for question in asked]
    table = Table("way", *_FIGURES, "p (right)", title=f"{gold.name}, {len(asked):,} questions, %")
    right = _FIGURES.index("right")
    every = next(at for at, way in enumerate(tried) if way.name == "all")
    for way, figures in zip(tried, done, strict=True):
        p_value = paired(figures[right], done[every][right], seed=_SEED, groups=groups).p_value
        table.add_row(way.name, *(shown(figure, groups) for figure in figures), f"{p_value:.4f}")
    return table


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table for the questions that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path)
    parser.add_argument("split")
    parser.add_argument("archive", help="'-' where the set brings its articles")
    options = parser.parse_args(arguments)
    name, first, last = split_range(options.split)
    gold = load(options.questions)
    with archive_of(gold, options.archive) as archive:
        table = compare(gold, gold.of_split(name)[first:last], archive, ways())
    Console(width=180).print(table)


if __name__ == "__main__":
    run(main)
