"""What rewriting follow-up questions does for the search: BM25 over the shipped gold set's passages, no model loaded.

    python -m pullquote.eval.followup_benchmark [--split tune] [--gold FOLDER] [--show]

Each follow-up is searched as it was typed, with the turn before put after it, with the whole history put after it,
and as `pullquote.qa.followups.understand` rewrites it. Prints, for each, the share of follow-ups with a passage that
overlaps a supporting span among the first 1, 5 and 12 (as many as the engine reads), in percent, and the mean number
of words; and the share of the split's other questions that come back unchanged after a turn of another question.
`--show` lists the rewritings with their ranks. Rules are tuned on `tune` alone: look at nothing else with `--show`.

Passages are cut with the default embedder's tokenizer, which needs no torch. The search is tantivy's alone; the
archive's own fuses it with embeddings.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

from pullquote.answers import Turn
from pullquote.articles import Article, Passage
from pullquote.commands import run
from pullquote.eval.gold import GoldQuestion, GoldSet, article_key, history_of, shipped_gold
from pullquote.eval.gold_files import read_gold_folder
from pullquote.filters import Filters
from pullquote.index.adding import article_id
from pullquote.index.embedder import default_model_folder
from pullquote.index.furniture import furniture_ranges
from pullquote.index.lexical import LexicalIndex, LexicalPassage
from pullquote.index.passages import split_passages
from pullquote.index.sources import discover, read_articles
from pullquote.qa.followups import understand

_RANKS = (1, 5, 12)
_DEPTH = 100
_SEED = 20310504
Wording = Callable[[GoldQuestion], str]


@dataclass(frozen=True, slots=True)
class Printed:
    """A passage and the name of its article."""

    article: str
    passage: Passage


def _with_last_turn(question: GoldQuestion) -> str:
    last = question.history[-1]
    return f"{question.question} {last.question} {last.answer}"


def _with_history(question: GoldQuestion) -> str:
    return " ".join([question.question, *(f"{turn.question} {turn.answer}" for turn in question.history)])


WORDINGS: dict[str, Wording] = {
    "as typed": lambda question: question.question,
    "with the last turn": _with_last_turn,
    "with the history": _with_history,
    "rewritten": lambda question: understand(question.question, history_of(question)).question,
}


def unchanged_share(
    questions: Sequence[GoldQuestion], *, seed: int = _SEED
) -> tuple[float, list[tuple[str, str, str]]]:
    """Return the share of standalone questions that come back as they are after a turn drawn at random, 0..1.

    Returns:
        The share; and of each changed one, the question, the turn's question and what it was rewritten to.
    """
    rng = random.Random(seed)
    standalone = [question for question in questions if question.type != "followup"]
    changed = []
    for question in standalone:
        other = rng.choice([one for one in standalone if one is not question])
        answer = other.answers[0] if other.answers else None
        understood = understand(question.question, [Turn(other.question, answer)])
        if understood.changed or understood.question != question.question:
            changed.append((question.question, other.question, understood.question))
    return 1 - len(changed) / len(standalone), changed


class LexicalSearch:
    """BM25 over the articles of a gold set.

    Args:
        gold: the set.
        folder: for the index.
    """

    def __init__(self, gold: GoldSet, folder: Path) -> None:
        tokenizer = Tokenizer.from_file(str(default_model_folder() / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()

        def count(texts: Sequence[str]) -> list[int]:
            return [len(one.ids) for one in tokenizer.encode_batch(list(texts), add_special_tokens=False)]

        self._printed: list[Printed] = []
        rows = []
        articles = (item for source in discover(gold.sources) for item in read_articles(source))  # type: ignore[arg-type]
        for number, article in enumerate(one for one in articles if isinstance(one, Article)):
            key = article_key(article.url, article_id(article))
            day = article.published.toordinal() if article.published else 0
            for passage in split_passages(article, furniture_ranges(article), count):
                text = f"{article.title}\n{passage.text}"
                rows.append(LexicalPassage(len(self._printed), number, text, day, "", ()))
                self._printed.append(Printed(key, passage))
        self._index = LexicalIndex(folder / "lexical")
        self._index.apply(rows, ())
        self._index.reload()

    def rank(self, question: GoldQuestion, wording: str) -> int | None:
        """Return the 1-based rank of the first passage that supports the answer, or None beyond the depth."""
        found = self._index.search(wording, Filters(as_of=question.as_of), _DEPTH)
        for rank, (row, _) in enumerate(found, 1):
            printed = self._printed[row]
            if any(
                span.article == printed.article
                and span.start < printed.passage.end
                and printed.passage.start < span.end
                for span in question.spans
            ):
                return rank
        return None


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command of the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m pullquote.eval.followup_benchmark", description=__doc__)
    parser.add_argument("--split", default="tune")
    parser.add_argument("--gold", type=Path, default=shipped_gold())
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args(arguments)
    gold = read_gold_folder(options.gold)
    questions = gold.of_split(options.split)
    followups = [question for question in questions if question.type == "followup"]
    with tempfile.TemporaryDirectory() as temporary:
        search = LexicalSearch(gold, Path(temporary))
        ranks = {
            name: [search.rank(question, wording(question)) for question in followups]
            for name, wording in WORDINGS.items()
        }
    print(f"{options.split}: {len(followups)} follow-ups")
    print("| searched | " + " | ".join(f"hit@{rank}" for rank in _RANKS) + " | words |\n| --- |" + " --- |" * 4)
    for name, found in ranks.items():
        shares = [100 * sum(rank is not None and rank <= most for rank in found) / len(found) for most in _RANKS]
        words = sum(len(WORDINGS[name](question).split()) for question in followups) / len(followups)
        print(f"| {name} | " + " | ".join(f"{share:.1f}" for share in shares) + f" | {words:.1f} |")
    share, changed = unchanged_share(questions)
    print(f"standalone questions unchanged: {100 * share:.1f}%")
    if options.show:
        for at, question in enumerate(followups):
            shown = " ".join(f"{name}: {found[at]}," for name, found in ranks.items())
            print(f"{question.question}\n    {WORDINGS['rewritten'](question)}\n    {shown}")
        for asked, before, now in changed:
            print(f"CHANGED {asked}\n    after {before}\n    {now}")


if __name__ == "__main__":
    run(main)
