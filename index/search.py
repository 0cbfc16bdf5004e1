"""One question over one snapshot: both lists, fused, near-identical passages once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np

from pullquote.answers import Hit
from pullquote.articles import Article, Passage
from pullquote.errors import InputError
from pullquote.filters import Filters
from pullquote.index.database import Database
from pullquote.index.embedder import Vectors
from pullquote.index.fusion import WEIGHTS, recency_factor, reciprocal_rank_fusion
from pullquote.index.lexical import LexicalIndex
from pullquote.index.near_duplicates import Wording, says_the_same
from pullquote.index.snapshot import Snapshot

# The longest question of RealTime QA has 364 characters; ten times that is a pasted text, not a question.
MAX_QUERY_CHARS = 4000
# Depth of each list before fusion.
_DEPTH = 100


@dataclass(frozen=True, slots=True)
class Scope:
    """How much was looked at: articles and passages within the filters, and the days they span."""

    articles: int
    passages: int
    since: dt.date | None
    until: dt.date | None


def check_query(query: str) -> str:
    """Return the query without surrounding white space.

    Raises:
        InputError: it is empty, too long, or holds no letter or digit.
    """
    stripped = query.strip()
    if not stripped:
        raise InputError("The question is empty.")
    if len(stripped) > MAX_QUERY_CHARS:
        raise InputError(f"The question has {len(stripped):,} characters; at most {MAX_QUERY_CHARS:,} are allowed.")
    if not any(character.isalnum() for character in stripped):
        raise InputError("The question holds no letter or digit.")
    return stripped.encode("utf-8", "replace").decode("utf-8")


def run(
    database: Database,
    snapshot: Snapshot,
    lexical: LexicalIndex,
    query: str,
    vector: Vectors,
    *,
    limit: int,
    filters: Filters,
) -> tuple[list[Hit], Scope]:
    """Return up to `limit` hits, best first, and what was looked at.

    `vector` is the query's, (dimension,) float32.
    """
    articles = snapshot.article_mask(filters)
    passages = snapshot.passage_mask(articles)
    since, until = snapshot.days_between(articles)
    scope = Scope(int(articles.sum()), int(passages.sum()), since, until)
    depth = max(_DEPTH, 2 * limit)
    dense = snapshot.dense_search(vector, passages, depth)
    # The lexical index may be a batch ahead of the snapshot; what the snapshot can't see doesn't count.
    words = [
        (row, score) for row, score in lexical.search(query, filters, depth) if row < snapshot.rows and passages[row]
    ]
    scores = reciprocal_rank_fusion([[row for row, _ in dense], [row for row, _ in words]], weights=WEIGHTS)
    if filters.as_of:
        _prefer_recent(scores, snapshot, filters.as_of)
    order = sorted(scores, key=lambda row: (-scores[row], row))
    return _hits(database, order, scores, dict(dense), dict(words), limit), scope


def _prefer_recent(scores: dict[int, float], snapshot: Snapshot, as_of: dt.date) -> None:
    rows = np.fromiter(scores, dtype=np.int64)
    for row, day in zip(rows, snapshot.days(rows), strict=True):
        scores[int(row)] *= recency_factor(as_of.toordinal() - int(day))


def _hits(
    database: Database,
    order: list[int],
    scores: dict[int, float],
    dense: dict[int, float],
    words: dict[int, float],
    limit: int,
) -> list[Hit]:
    """Return the first `limit` passages that differ, each with those that say the same."""
    dense_rank = {row: rank for rank, row in enumerate(dense, 1)}
    lexical_rank = {row: rank for rank, row in enumerate(words, 1)}
    articles: dict[int, Article] = {}
    kept: list[tuple[Hit, Wording]] = []
    folded: list[list[Hit]] = []
    for row in order:
        rowid, start, end, tokens = database.passage(row)
        if rowid not in articles:
            articles[rowid] = database.article(rowid)
        article = articles[rowid]
        hit = Hit(
            passage=Passage(article.id, start, end, article.text[start:end], tokens),
            article=article,
            score=scores[row],
            dense_score=dense.get(row),
            dense_rank=dense_rank.get(row),
            lexical_score=words.get(row),
            lexical_rank=lexical_rank.get(row),
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
