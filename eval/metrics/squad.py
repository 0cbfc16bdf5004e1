"""Exact match and F1 as SQuAD defines them."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable, Sequence

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = frozenset(string.punctuation)


def normalize(text: str) -> str:
    """Return the text lower-cased, without ASCII punctuation, the words a, an, the, and extra white space.

    Source: Rajpurkar et al., "SQuAD: 100,000+ Questions for Machine Comprehension of Text", 2016, section 6.1.
    RealTime QA's scorer keeps the articles: see `realtimeqa`.
    """
    kept = "".join(character for character in text.lower() if character not in _PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", kept).split())


def exact_match(prediction: str, answer: str) -> float:
    """Return 1.0 if both are the same after normalisation, else 0.0."""
    return float(normalize(prediction) == normalize(answer))


def f1(prediction: str, answer: str) -> float:
    """Return the F1 of the bags of normalised words, 0..1; for two empty texts 1.0, for one 0.0."""
    return f1_of_words(normalize(prediction).split(), normalize(answer).split())


def f1_of_words(predicted: Sequence[str], expected: Sequence[str]) -> float:
    """Return the F1 of two bags of words, 0..1; for two empty ones 1.0, for one 0.0."""
    if not predicted or not expected:
        return float(not predicted and not expected)
    common = sum((Counter(predicted) & Counter(expected)).values())
    if not common:
        return 0.0
    precision, recall = common / len(predicted), common / len(expected)
    return 2 * precision * recall / (precision + recall)


def best(metric: Callable[[str, str], float], prediction: str, answers: Sequence[str]) -> float:
    """Return the metric against the accepted answer that fits best; against "" where there are none."""
    return max(metric(prediction, answer) for answer in answers or [""])
