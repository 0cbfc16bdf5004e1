"""Passages that two searches found for one question, taken in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

from pullquote.answers import Hit, Searched
from pullquote.filters import Filters
from pullquote.index.archive import Archive
from pullquote.qa.followups.understanding import Understood


def search_understood(
    archive: Archive, understood: Understood, *, limit: int, filters: Filters
) -> tuple[list[Hit], Searched]:
    """Return the passages for a question as it was understood, best first, and how much was looked at.

    A follow-up's turns around it come first: of two ways that find equally many, that one has more at rank one.

    Args:
        archive: is searched.
        understood: the question, and what is searched besides.
        limit: how many passages at most.
        filters: bounds.

    Raises:
        InputError: the question is empty or too long.
        ModelError: the embedder can't be loaded.
    """
    hits, scope = archive.search_with_scope(understood.question, limit=limit, filters=filters)
    if understood.around is None:
        return hits, scope
    return interleaved(archive.search(understood.around, limit=limit, filters=filters), hits, limit=limit), scope


def interleaved(first: Sequence[Hit], second: Sequence[Hit], *, limit: int) -> list[Hit]:
    """Return the passages of two searches in turn, the first one's first, each passage once.

    Scores of two searches don't compare, and what is fitted on them expects that they fall: none is left higher than
    the one before it.

    Args:
        first, second: best first.
        limit: the most that are returned.
    """
    kept: list[Hit] = []
    seen: set[tuple[str, int, int]] = set()
    for hit in (hit for pair in zip_longest(first, second) for hit in pair if hit is not None):
        near = {_place(other) for other in hit.near_duplicates}
        if _place(hit) in seen or near & seen:
            continue
        seen |= {_place(hit), *near}
        kept.append(replace(hit, score=min(hit.score, kept[-1].score)) if kept else hit)
    return kept[:limit]


def _place(hit: Hit) -> tuple[str, int, int]:
    return hit.passage.article_id, hit.passage.start, hit.passage.end
