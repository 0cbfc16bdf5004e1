"""One question over one generation: both lists, fused and ordered, near-identical passages once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

import numpy as np

from pullquote.answers import Hit, Searched
from pullquote.arguments import text
from pullquote.articles import Article, Passage
from pullquote.comparing_form import composed
from pullquote.errors import ArticleAltered, InputError
from pullquote.filters import Filters
from pullquote.index.backends.base import Searcher
from pullquote.index.embedding.embedder import Vectors
from pullquote.index.passages.near_duplicates import Wording, says_the_same
from pullquote.index.search.fusion import WEIGHTS, recency_factor, reciprocal_rank_fusion
from pullquote.index.search.ranking import FoundPassage, PassageRanker, ordered
from pullquote.index.storage.database import Database

# The longest question of RealTime QA has 364 characters; ten times that is a pasted text, not a question.
MAX_QUERY_CHARS = 4000
# Depth of each list before fusion.
_DEPTH = 100
# Of what is fused, so many are ordered by the ranker.
POOL = 50


def check_query(query: str) -> str:
    """Return the query without surrounding white space and invisible characters, in composed letters.

    Raises:
        InputError: it is empty, too long, or holds no letter or digit.
    """
    stripped = composed(text(query, "The question")).strip()
    if not stripped:
        raise InputError("The question is empty.")
    if len(stripped) > MAX_QUERY_CHARS:
        raise InputError(f"The question has {len(stripped):,} characters; at most {MAX_QUERY_CHARS:,} are allowed.")
    if not any(character.isalnum() for character in stripped):
        raise InputError("The question holds no letter or digit.")
    return stripped.encode("utf-8", "replace").decode("utf-8")


@dataclass(frozen=True, slots=True)
class _Lists:
    """What both searches brought: rows with their scores, best first, and the fused score of each row."""

    dense: dict[int, float]
    words: dict[int, float]
    fused: dict[int, float]
    order: list[int]


def run(
    database: Database,
    index: Searcher,
    query: str,
    vector: Vectors,
    *,
    limit: int,
    filters: Filters,
    ranker: PassageRanker | None = None,
) -> tuple[list[Hit], Searched]:
    """Return up to `limit` hits, best first, and what was looked at.

    `vector` is the query's, (dimension,) float32. A ranker orders the first `POOL` passages of the fusion, and the
    others follow as they are; without one the fusion's order stands.
    """
    lists, scope = _search(index, query, vector, max(_DEPTH, 2 * limit), filters)
    altered: dict[str, None] = {}
    found = _passages(database, lists, filters, altered)
    if ranker is None:
        hits = _hits(((one, one.fused) for one in found), limit)
    else:
        first = ordered(query, list(islice(found, POOL)), ranker, index.analyze)
        hits = _hits(chain(first, _following(found, first)), limit)
    return hits, replace(scope, altered=tuple(altered))


def pool(database: Database, index: Searcher, query: str, vector: Vectors, filters: Filters) -> list[FoundPassage]:
    """Return what a ranker orders, in the fusion's order."""
    lists, _ = _search(index, query, vector, _DEPTH, filters)
    return list(islice(_passages(database, lists, filters, {}), POOL))


def _search(index: Searcher, query: str, vector: Vectors, depth: int, filters: Filters) -> tuple[_Lists, Searched]:
    scope = index.scope(filters)
    dense = index.by_vector(vector, filters, depth)
    words = index.by_terms(query, filters, depth)
    fused = reciprocal_rank_fusion([[row for row, _ in dense], [row for row, _ in words]], weights=WEIGHTS)
    if filters.as_of:
        _prefer_recent(fused, index, filters.as_of)
    order = sorted(fused, key=lambda row: (-fused[row], row))
    return _Lists(dict(dense), dict(words), fused, order), scope


def _passages(database: Database, lists: _Lists, filters: Filters, altered: dict[str, None]) -> Iterator[FoundPassage]:
    """Yield the passages in the fusion's order; each is loaded when it is asked for.

    Those of articles that aren't what was stored are left out, and the articles' names put into `altered`; those that
    another process has erased meanwhile are left out without a word.
    """
    dense_rank = {row: rank for rank, row in enumerate(lists.dense, 1)}
    lexical_rank = {row: rank for rank, row in enumerate(lists.words, 1)}
    articles: dict[int, Article | None] = {}
    for row in lists.order:
        found = database.passage_if_there(row)
        if found is None:
            continue
        rowid, start, end, tokens = found
        if rowid not in articles:
            try:
                articles[rowid] = database.article(rowid)
            except ArticleAltered as error:
                altered[error.name] = articles[rowid] = None
        article = articles[rowid]
        if article is None or not article.id:
            continue
        age = (filters.as_of - article.published).days if filters.as_of and article.published else None
        yield FoundPassage(
            row=row,
            article=article,
            start=start,
            end=end,
            tokens=tokens,
            fused=lists.fused[row],
            dense_score=lists.dense.get(row),
            dense_rank=dense_rank.get(row),
            lexical_score=lists.words.get(row),
            lexical_rank=lexical_rank.get(row),
            age_days=age,
        )


def _following(
    found: Iterator[FoundPassage], first: Sequence[tuple[FoundPassage, float]]
) -> Iterator[tuple[FoundPassage, float]]:
    """Yield the passages that no ranker saw; their scores go on below those of the ones that it did."""
    highest = None
    for one in found:
        highest = one.fused if highest is None else highest
        yield one, first[-1][1] - (highest - one.fused)


def _prefer_recent(scores: dict[int, float], index: Searcher, as_of: dt.date) -> None:
    rows = np.fromiter(scores, dtype=np.int64)
    for row, day in zip(rows, index.days(rows), strict=True):
        scores[int(row)] *= recency_factor(as_of.toordinal() - int(day))


def _hits(found: Iterable[tuple[FoundPassage, float]], limit: int) -> list[Hit]:
    """Return the first `limit` passages that differ, each with those that say the same."""
    kept: list[tuple[Hit, Wording]] = []
    folded: list[list[Hit]] = []
    for one, score in found:
        hit = Hit(
            passage=Passage(one.article.id, one.start, one.end, one.text, one.tokens),
            article=one.article,
            score=score,
            dense_score=one.dense_score,
            dense_rank=one.dense_rank,
            lexical_score=one.lexical_score,
            lexical_rank=one.lexical_rank,
        )
        wording = Wording.of(hit.passage.text)
        same = next((at for at, (_, other) in enumerate(kept) if says_the_same(wording, other)), None)
        if same is not None:
            folded[same].append(hit)
        elif len(kept) < limit:
            kept.append((hit, wording))
            folded.append([])
        else:
            break
    return [replace(hit, near_duplicates=tuple(same)) for (hit, _), same in zip(kept, folded, strict=True)]
