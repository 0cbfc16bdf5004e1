"""The order of the passages found: what both searches say of each, its age, and its words beside the question's.

Fusion by ranks says which passages are worth looking at; it knows nothing of how far apart their scores are, of how
much of the question a passage covers, or of whether it holds a figure where one is asked for. A linear model over such
features orders the first of them. It is fitted for the embedder that ships (`python -m
pullquote.eval.fitting.fit_ranking`); with another embedder, whose cosines mean something else, the order of the fusion
stands.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from pullquote.articles import Article
from pullquote.index.embedding.embedder import DEFAULT_SHA256
from pullquote.index.embedding.fast import stands_for_default
from pullquote.index.search.kinds import AskedKind, kind_of, suits
from pullquote.linear import LinearModel

# What a passage is ordered by; `describe` computes them.
PASSAGE_FEATURES = (
    "fused",
    "dense",
    "not_dense",
    "lexical",
    "not_lexical",
    "dense_rank",
    "recent",
    "this_year",
    "undated",
    "covered",
    "pairs",
    "figure",
    "names",
    "article",
    "place",
    "lead",
    "length",
)
FILE_NAME = "ranking.json"

_RECENT_DAYS, _YEAR_DAYS = 14.0, 365.0
# The first counts twice as much as the twelfth.
_RANK_OFFSET = 10.0
# What starts within so many characters belongs to the opening of an article.
_LEAD_CHARS = 400
_FIGURES = (AskedKind.SHARE, AskedKind.NUMBER, AskedKind.AMOUNT, AskedKind.TIME)
# Two capitalised words in the midst of a sentence.
_FULL_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+ [A-Z][a-z]+")

# Returns the terms of a text as BM25 counts them.
Analyze = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """One passage of those that search chooses among.

    Attributes:
        row: its vector's.
        article: its article.
        start, end, tokens: the passage's.
        fused: its score by fusion and recency, above 0.
        dense_score: cosine with the question, or None where the dense list lacks it.
        dense_rank: 1-based rank in the dense list, or None.
        lexical_score: BM25, or None where the lexical list lacks it.
        lexical_rank: 1-based rank in the lexical list, or None.
        age_days: how long before the day asked about it was printed; None where either day is unknown.
    """

    row: int
    article: Article
    start: int
    end: int
    tokens: int
    fused: float
    dense_score: float | None
    dense_rank: int | None
    lexical_score: float | None
    lexical_rank: int | None
    age_days: int | None

    @property
    def text(self) -> str:
        """The passage."""
        return self.article.text[self.start : self.end]


class PassageRanker(LinearModel):
    """Says how likely a passage answers beside others: a conditional logit (McFadden 1974) over `PASSAGE_FEATURES`."""


@cache
def ranker_for(embedder_sha256: str) -> PassageRanker | None:
    """Return the ranking that ships, if it was fitted for the embedder, or for the one that it stands for.

    Raises:
        ModelError: the file is damaged.
    """
    made_by = "python -m pullquote.eval.fitting.fit_ranking"
    shipped = PassageRanker.load(Path(__file__).parent / FILE_NAME, known=PASSAGE_FEATURES, made_by=made_by)
    fitted = PassageRanker.fitted_for(embedder_sha256, [shipped])
    if fitted is None and stands_for_default(embedder_sha256):
        fitted = PassageRanker.fitted_for(DEFAULT_SHA256, [shipped])
    return fitted


def ordered(
    query: str, found: Sequence[FoundPassage], ranker: PassageRanker, analyze: Analyze
) -> list[tuple[FoundPassage, float]]:
    """Return the passages with their preference (any real), the preferred first."""
    described = describe(query, found, analyze)
    preferred = [(one, ranker.logit(features)) for one, features in zip(found, described, strict=True)]
    return sorted(preferred, key=lambda pair: (-pair[1], pair[0].row))


def describe(query: str, found: Sequence[FoundPassage], analyze: Analyze) -> list[dict[str, float]]:
    """Return each passage's features by name; they are relative to the others found."""
    if not found:
        return []
    asked = list(analyze(query))
    # In the order of the question: a set's order, and with it the last bit of a sum, differs from run to run.
    terms, pairs = list(dict.fromkeys(asked)), frozenset(pairwise(asked))
    kind = kind_of(query)
    texts = [one.text for one in found]
    words = [list(analyze(text)) for text in texts]
    articles = {one.article.id: one.article for one in found}
    titles = {name: frozenset(analyze(article.title)) for name, article in articles.items()}
    held = [titles[one.article.id].union(own) for one, own in zip(found, words, strict=True)]
    # How much a term tells among these passages: an idf with the pool for the collection.
    telling = {term: math.log(1 + len(found) / (1 + sum(term in own for own in held))) for term in terms}
    dense, lexical = _scores([one.dense_score for one in found]), _scores([one.lexical_score for one in found])
    of_article: dict[str, float] = defaultdict(float)
    for one in found:
        of_article[one.article.id] += one.fused
    rows = []
    for at, one in enumerate(found):
        age = one.age_days
        rows.append(
            {
                "fused": math.log(one.fused),
                "dense": dense[at] - max(dense),
                "not_dense": float(one.dense_score is None),
                "lexical": lexical[at] / (max(lexical) or 1.0),
                "not_lexical": float(one.lexical_score is None),
                "dense_rank": _RANK_OFFSET / (_RANK_OFFSET + one.dense_rank) if one.dense_rank else 0.0,
                "recent": math.exp(-max(0, age) / _RECENT_DAYS) if age is not None else 0.0,
                "this_year": math.exp(-max(0, age) / _YEAR_DAYS) if age is not None else 0.0,
                "undated": float(age is None),
                "covered": sum(telling[term] for term in terms if term in held[at]) / (sum(telling.values()) or 1.0),
                "pairs": len(pairs.intersection(pairwise(words[at]))) / (len(pairs) or 1),
                "figure": float(kind in _FIGURES and bool(suits(kind, texts[at]))),
                "names": math.log1p(len(_FULL_NAME.findall(texts[at]))) if kind is AskedKind.PERSON else 0.0,
                "article": math.log(of_article[one.article.id]),
                "place": math.log1p(one.start),
                "lead": float(one.start < _LEAD_CHARS),
                "length": math.log1p(len(texts[at])),
            }
        )
    return rows


def _scores(scores: Sequence[float | None]) -> list[float]:
    """Return the scores; where there is none, the lowest: it is that or less."""
    lowest = min((score for score in scores if score is not None), default=0.0)
    return [lowest if score is None else score for score in scores]
