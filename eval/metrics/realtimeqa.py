"""Exact match and F1 as RealTime QA's own scorer defines them."""

from __future__ import annotations

import string
from collections.abc import Sequence
from itertools import permutations

from pullquote.eval.metrics.squad import f1_of_words

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_COUNTERS = ("年", "歳", "人", "년")


def normalize(text: str) -> str:
    """Return the text lower-cased, without ASCII punctuation, Japanese and Korean counters, and extra white space.

    Unlike SQuAD's, the words a, an and the stay.

    Source: github.com/realtimeqa/realtimeqa_public, scripts/utils/tools.py, `normalize_answer` (Kasai et al.,
    "RealTime QA: What's the Answer Right Now?", 2023).
    """
    kept = text.lower().translate(_PUNCTUATION)
    for counter in _COUNTERS:
        kept = kept.replace(counter, "")
    return " ".join(kept.split())


def exact_match(prediction: str, answer: str) -> float:
    """Return 1.0 if both are the same after normalisation, else 0.0."""
    return float(normalize(prediction) == normalize(answer))


def f1(prediction: str, answer: str) -> float:
    """Return the F1 of the bags of normalised words, 0..1; 0.0 where one is empty, or both."""
    predicted, expected = normalize(prediction).split(), normalize(answer).split()
    return f1_of_words(predicted, expected) if predicted else 0.0


def accepted(choices: Sequence[str]) -> list[str]:
    """Return the accepted answers of a question of which several choices are right together.

    The source joins them with spaces in every order, and takes the best score (scripts/evaluate_main.py,
    `gen_eval`); its n choices are 4 at most.
    """
    return [" ".join(order) for order in permutations(choices)]
