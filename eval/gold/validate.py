"""Whether a gold set is sound: spans that stand where they say, no duplicates, no leaks between its splits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pullquote.articles import Article
from pullquote.errors import SourceError
from pullquote.eval.gold.likeness import Likeness
from pullquote.eval.gold.problems import Checked, Problem
from pullquote.eval.gold.questions import TYPES, GoldSet, article_key
from pullquote.index.adding.adding import article_id
from pullquote.index.archive import Archive
from pullquote.index.sources import SourceFile, discover, read_articles

# Kinds of problems that sets in other projects' formats, which carry their articles, have on purpose.
_MEANT_ELSEWHERE = frozenset({"asked twice", "in the furniture"})


@dataclass(frozen=True, slots=True)
class Validation:
    """What the validator found.

    Attributes:
        problems: what is wrong, with the questions' places; empty for a sound set.
        notes: what a set may well lack, but what makes some figure say less.
        counts: questions of each type, then of each split.
        articles: articles that the set brings, or that its questions name of an archive.
        spans: supporting spans, all checked against the articles where these are known.
        closest: the two most alike questions of different splits, with their overlap 0..1.
    """

    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]
    counts: Mapping[str, int]
    articles: int
    spans: int
    closest: tuple[float, str, str] | None


def articles_of(gold: GoldSet) -> dict[str, Article]:
    """Return the articles that a gold set brings, by key, read from their sources as `add` reads them.

    Raises:
        SourceError: one cannot be read, or two have one key: a gold set must not lack an article silently.
    """
    articles = list(gold.articles)
    for found in discover(gold.sources):
        for article in read_articles(found) if isinstance(found, SourceFile) else [found]:
            if isinstance(article, Article):
                articles.append(article)
            elif not article.unsupported:
                raise SourceError(f"{article.source}: {article.reason}.")
    by_key: dict[str, Article] = {}
    for article in articles:
        key = article_key(article.url, article_id(article))
        if by_key.setdefault(key, article).text != article.text:
            raise SourceError(f"{article.source}: another article, with another text, is known as {key}, too.")
    return by_key


def articles_named(gold: GoldSet, archive: Archive) -> dict[str, Article]:
    """Return the articles of an archive that a gold set's questions name, by key."""
    named = {
        key
        for question in gold.questions
        for key in (
            *(span.article for span in question.spans),
            *(value.article for value in question.values),
            *question.relevant,
        )
    }
    found = {key: article for key in sorted(named) if (article := archive.article(key))}
    if named - found.keys():
        # An article that came from a file without an address is known by the file's name, which only a look at each
        # tells.
        for article in archive.articles():
            key = article_key(article.url, article.id)
            if key in named:
                found.setdefault(key, article)
    return found


def validate(gold: GoldSet, archive: Archive | None = None) -> Validation:
    """Return what is wrong with a gold set, and its counts.

    Args:
        gold: the set.
        archive: the one that it is asked of, where it brings no articles of its own.

    Raises:
        SourceError: an article cannot be read.
    """
    articles = None
    if archive is not None:
        articles = articles_named(gold, archive)
    elif gold.brings_articles:
        articles = articles_of(gold)
    checked, likeness = Checked(gold, articles), Likeness(gold.questions)
    found = [*checked.problems(), *likeness.problems()]
    # SQuAD asks one question of several paragraphs, and takes them from pages with furniture: so it is meant.
    meant = _MEANT_ELSEWHERE if gold.articles else ()
    types = {kind: 0 for kind in TYPES} | _count(question.type for question in gold.questions)
    splits = _count(f"split {question.split}" for question in gold.questions if question.split)
    return Validation(
        problems=tuple(one for one in found if one.kind not in meant),
        notes=(*(one for one in found if one.kind in meant), *checked.notes()),
        counts={**types, "far": sum(question.far for question in gold.questions), **splits},
        articles=len(articles or ()),
        spans=sum(len(question.spans) for question in gold.questions),
        closest=likeness.closest,
    )


def _count(names: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for name in names:
        counts[name] += 1
    return dict(sorted(counts.items()))
