"""What putting mistyped words right does for the search, and what it changes that was typed right.

    python -m pullquote.eval.benchmarks.spelling GOLD SPLIT [--archive DIR]

The split's questions of form "typo" are searched as typed and as put right; of the others, each that is changed is
listed: it was typed right. Then one word of each other question, drawn at random and of five letters or more, gets a
slip: two letters changed places, one left out (twice as often), one doubled, or another letter. Prints how many come
back as they were, and the share with a passage that overlaps a supporting span among the first five.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter
from contextlib import nullcontext
from pathlib import Path

from pullquote.answers import Hit
from pullquote.commands import run
from pullquote.eval.gold.archives import gold_archive
from pullquote.eval.gold.formats import load
from pullquote.eval.gold.questions import GoldQuestion, article_key, overlaps
from pullquote.filters import Filters
from pullquote.index.archive import Archive
from pullquote.qa.engine import Engine
from pullquote.qa.questions.spelling import corrected

_SEED = 7
_FIRST = 5
# The first word is left alone: it asks.
_WORD = re.compile(r"(?<=.)\b[A-Za-z]{5,}\b")


def slip(word: str, chance: random.Random) -> str:
    """Return a word mistyped once, its first letter as it is."""
    at = chance.randrange(1, len(word) - 1)
    match chance.choice(["swap", "left-out", "left-out", "doubled", "other"]):
        case "swap":
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        case "left-out":
            return word[:at] + word[at + 1 :]
        case "doubled":
            return word[:at] + word[at] + word[at:]
        case _:
            return word[:at] + chance.choice("aeiourstln") + word[at + 1 :]


def mistyped(question: str, chance: random.Random) -> tuple[str, bool] | None:
    """Return a question with one word mistyped and whether that is a name; None where no word lends itself."""
    words = list(_WORD.finditer(question))
    if not words:
        return None
    word = chance.choice(words)
    wrong = question[: word.start()] + slip(word.group(), chance) + question[word.end() :]
    return (wrong, word.group()[0].isupper()) if wrong != question else None


def found_among_first(engine: Engine, question: GoldQuestion, wording: str, *, as_typed: bool) -> bool:
    """Return whether one of the first passages overlaps a span that answers."""
    hits = engine.find(
        wording, understood_as=wording if as_typed else None, filters=Filters(as_of=question.as_of)
    ).passages[:_FIRST]
    return any(_answers(one, question) for hit in hits for one in (hit, *hit.near_duplicates))


def _answers(hit: Hit, question: GoldQuestion) -> bool:
    key = article_key(hit.article.url, hit.article.id)
    return overlaps(question.spans, key, hit.passage.start, hit.passage.end)


def main() -> None:
    """Run the command of the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("split")
    parser.add_argument("--archive", type=Path)
    chosen = parser.parse_args()
    gold = load(chosen.gold)
    questions = [one for one in gold.questions if one.split == chosen.split and not one.history]
    opened = nullcontext(Archive.open(chosen.archive)) if chosen.archive else gold_archive(gold)
    with opened as archive:
        engine = Engine(archive)
        _typed_so(engine, [one for one in questions if one.form == "typo" and one.spans])
        others = [one for one in questions if one.form != "typo"]
        for one in others:
            if (changed := corrected(one.question, archive)) != one.question:
                print(f"changed: {one.question} -> {changed}")
        _mistyped_at_random(engine, [one for one in others if one.spans])


def _typed_so(engine: Engine, questions: list[GoldQuestion]) -> None:
    before = [found_among_first(engine, one, one.question, as_typed=True) for one in questions]
    after = [found_among_first(engine, one, one.question, as_typed=False) for one in questions]
    print(f"form typo, {len(questions)} questions: {sum(before)} found as typed, {sum(after)} put right")


def _mistyped_at_random(engine: Engine, questions: list[GoldQuestion]) -> None:
    chance = random.Random(_SEED)
    became: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for one in questions:
        if (drawn := mistyped(one.question, chance)) is None:
            continue
        wrong, name = drawn
        result = corrected(wrong, engine.archive)
        outcome = "right" if result == one.question else "left" if result == wrong else "another"
        became[f"{'name' if name else 'word'} {outcome}"] += 1
        found["right"] += found_among_first(engine, one, one.question, as_typed=True)
        found["mistyped"] += found_among_first(engine, one, wrong, as_typed=True)
        found["put right"] += found_among_first(engine, one, wrong, as_typed=False)
    print(f"one word mistyped, {became.total()} questions: {dict(sorted(became.items()))}")
    shares = {wording: round(100 * number / max(1, became.total()), 1) for wording, number in found.items()}
    print(f"a passage that answers among the first {_FIRST}, in percent: {shares}")


if __name__ == "__main__":
    run(main)
