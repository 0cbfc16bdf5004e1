"""Few of many questions, so chosen that a quick look shows what the whole set would."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence

from pullquote.eval.gold.questions import GoldQuestion


def sample(questions: Sequence[GoldQuestion], n: int, *, seed: int) -> tuple[GoldQuestion, ...]:
    """Return n questions in their order, spread evenly over stories and types; all where there are no more.

    One by one, a question is drawn of the story and type that together lag furthest behind their shares of all
    questions. So every story and every type has its share, but for a question or two; and the same seed's sample of
    more holds that of fewer.

    Args:
        questions: to choose from.
        n: how many.
        seed: decides which questions of a story and type, and between those that lag as far.
    """
    if n >= len(questions):
        return tuple(questions)
    shuffled = random.Random(seed).sample(range(len(questions)), len(questions))
    left: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at in shuffled:
        left[questions[at].story, questions[at].type].append(at)
    shares: dict[tuple[str, str], float] = defaultdict(float)
    for one in questions:
        shares["story", one.story] += 1 / len(questions)
        shares["type", one.type] += 1 / len(questions)
    taken: Counter[tuple[str, str]] = Counter()
    chosen: list[int] = []

    def lag(cell: tuple[str, str]) -> float:
        story, kind = ("story", cell[0]), ("type", cell[1])
        drawn = len(chosen) + 1
        return drawn * (shares[story] + shares[kind]) - taken[story] - taken[kind]

    for _ in range(n):
        # Of equals the first: `left` is in a shuffled order.
        cell = max(left, key=lag)
        chosen.append(left[cell].pop())
        taken["story", cell[0]] += 1
        taken["type", cell[1]] += 1
        if not left[cell]:
            del left[cell]
    return tuple(questions[at] for at in sorted(chosen))
