"""How well follow-ups are understood, and whether what answers them is found; four ways beside one another.

    python -m pullquote.eval.benchmarks.followups [turns.jsonl.gz ...] [--split tune] [--weights runs/followups]
        [--rewrites other.jsonl] [--show]

Each question of conversation files (`pullquote.qa.training.data.conversations`) and of the gold set's follow-ups is
searched as it was typed, with the whole history after it, as `pullquote.qa.followups.understanding.understand`
understands it and, with `--rewrites`, as another system wrote it (JSON lines of `source, dialog, turns_before, text`).
Prints, by source:

- P, R, F1: of the terms carried from earlier turns, over all terms, against people's rewrites (QuReTeC);
- token F1: of the text's words against the rewrite's, as SQuAD defines it, the mean (CANARD's evaluation has BLEU,
  later work on it this);
- changed needlessly, left though needed: of the questions whose rewrite is the question, how many are shown, read or
  searched as anything else; of the others, how many as they are;
- hit@5, hit@12: whether a passage that answers is among the first, by BM25: of the gold set's articles, or of all
  answers of the conversation files, where they have any;
- ms: the median time of understanding.

Intervals (95%) are over conversations. With `--weights`, a conversation of the files is understood by the weights of
that folder's fold-0 to fold-4 that never saw it (`pullquote.qa.training.following_up --fold`). `--show` lists the
texts. Nothing is tuned on the gold's report split.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from pullquote.commands import run
from pullquote.eval.benchmarks.followup_figures import FIGURES, Attempt, figure_cells
from pullquote.eval.benchmarks.followup_search import AnswerSearch, GoldSearch
from pullquote.eval.gold.conversations import asked_at_last, standing_alone
from pullquote.eval.gold.files import read_gold_folder, read_lines
from pullquote.eval.gold.questions import GoldQuestion, GoldSet, shipped_gold
from pullquote.qa.followups.term_classifier import FILE_NAME, Classifier, TermClassifier, TermsFile, shipped_classifier
from pullquote.qa.followups.understanding import Understood, understand
from pullquote.qa.training.data.conversations import ConversationTurn, read_conversations, said_before
from pullquote.qa.training.following_up import FOLDS, fold_of

Way = Callable[[ConversationTurn], Understood]
Ranker = Callable[[ConversationTurn, Sequence[str]], int | None]
_KNOWN_BY = ("source", "dialog", "turns_before")


def _as_typed(turn: ConversationTurn) -> Understood:
    return Understood(turn.question)


def _with_history(turn: ConversationTurn) -> Understood:
    return Understood(" ".join([turn.question, *said_before(turn.history)]))


def understood_by(classifier_of: Callable[[ConversationTurn], Classifier]) -> Way:
    """Return the way of `understand`, each turn with its classifier."""
    return lambda turn: understand(turn.question, turn.history, classifier_of(turn))


def rewritten_by(file: Path) -> Way:
    """Return the way of a file of rewrites; what it lacks stays as it is.

    Raises:
        SourceError: it can't be read.
    """
    rows = [json.loads(line) for _, line in read_lines(file)]
    texts = {tuple(row[name] for name in _KNOWN_BY): row["text"] for row in rows}
    return lambda turn: Understood(texts.get((turn.source, turn.dialog, len(turn.history)), turn.question))


def cross_validated(folder: Path) -> Callable[[ConversationTurn], Classifier]:
    """Return what gives each turn the classifier that never saw its conversation.

    Raises:
        ModelError: one of the five is missing or damaged.
    """
    files = [TermsFile.load(folder / f"fold-{fold}" / FILE_NAME) for fold in range(FOLDS)]
    classifiers = [TermClassifier(file) for file in files]
    return lambda turn: classifiers[fold_of(turn.dialog)]


def attempts(turns: Sequence[ConversationTurn], way: Way, rank: Ranker | None) -> list[Attempt]:
    """Return what a way makes of turns, each with the rank of what answers where that is known."""
    made = []
    for turn in turns:
        begun = time.perf_counter()
        understood = way(turn)
        spent = (time.perf_counter() - begun) * 1000
        queries = (*filter(None, [understood.around]), understood.question)
        found = rank(turn, queries) if rank else None
        made.append(Attempt(turn, understood.question, queries, found, searched=rank is not None, time_ms=spent))
    return made


def answers_of(turns: Sequence[ConversationTurn]) -> dict[tuple[str, int], str]:
    """Return the answers that later turns of a conversation tell of, by its name and the number of turns before."""
    return {
        (turn.dialog, at): earlier.answer for turn in turns for at, earlier in enumerate(turn.history) if earlier.answer
    }


def _sets(
    files: Sequence[Path], gold: GoldSet, split: str, folder: Path
) -> Iterator[tuple[str, list[ConversationTurn], Ranker | None]]:
    """Yield the sources: name, turns, and what ranks what answers."""
    turns = [turn for file in files for turn in read_conversations(file)]
    answers = answers_of(turns)
    by_answer = AnswerSearch(set(answers.values()), folder / "answers") if answers else None

    def rank_answer(turn: ConversationTurn, queries: Sequence[str]) -> int | None:
        given = {one.answer for one in turn.history if one.answer}
        answer = answers[turn.dialog, len(turn.history)]
        return by_answer.rank(answer, queries, given) if by_answer else None

    for source in dict.fromkeys(turn.source for turn in turns):
        own = [turn for turn in turns if turn.source == source]
        yield source, own, None
        told = [turn for turn in own if (turn.dialog, len(turn.history)) in answers]
        if told:
            yield f"{source}, answered", told, rank_answer
    questions = gold.of_split(split)
    followups = {one.id: one for one in questions if one.type == "followup" and one.rewrite}
    by_article = GoldSearch(gold, folder / "gold")

    def rank_passage(turn: ConversationTurn, queries: Sequence[str]) -> int | None:
        return by_article.rank(followups[turn.dialog], queries)

    for name, of_these in _gold_parts(list(followups.values())).items():
        yield f"{gold.name} {split}, {name}", [asked_at_last(one) for one in of_these], rank_passage
    yield f"{gold.name} {split}, standing alone", standing_alone(questions), None


def _gold_parts(followups: Sequence[GoldQuestion]) -> Mapping[str, list[GoldQuestion]]:
    short = [one for one in followups if len(one.history) <= 2]
    long = [one for one in followups if len(one.history) > 2]
    parts = {"one or two turns before": short, "three or more turns before": long}
    return {name: part for name, part in parts.items() if part}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command of the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m pullquote.eval.benchmarks.followups",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("conversations", type=Path, nargs="*")
    parser.add_argument("--split", default="tune")
    parser.add_argument("--gold", type=Path, default=shipped_gold())
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--rewrites", type=Path)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args(arguments)
    held_out = cross_validated(options.weights) if options.weights else None
    known = {turn.dialog for file in options.conversations for turn in read_conversations(file)}

    def classifier_of(turn: ConversationTurn) -> Classifier:
        return held_out(turn) if held_out and turn.dialog in known else shipped_classifier()

    ways: dict[str, Way] = {"as typed": _as_typed, "with the history": _with_history}
    if options.rewrites:
        ways["rewrites"] = rewritten_by(options.rewrites)
    ways["understood"] = understood_by(classifier_of)
    print("| source | n | way | " + " | ".join(FIGURES) + " |\n" + "| --- " * (len(FIGURES) + 3) + "|")
    with tempfile.TemporaryDirectory() as temporary:
        sources = _sets(options.conversations, read_gold_folder(options.gold), options.split, Path(temporary))
        for source, turns, rank in sources:
            told = {name: attempts(turns, way, rank) for name, way in ways.items()}
            for name, made in told.items():
                print(f"| {source} | {len(made):,} | {name} | " + " | ".join(figure_cells(made)) + " |", flush=True)
            if options.show:
                _show(told["understood"])


def _show(made: Sequence[Attempt]) -> None:
    for one in made:
        if one.changed or one.turn.needs:
            print(f"{one.turn.question}\n    {one.text}\n    {one.turn.rewrite}\n    rank {one.rank}")


if __name__ == "__main__":
    run(main)
