"""Whether a gold set is sound: spans that stand where they say, no duplicates, no leaks between its splits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from pullquote.articles import Article
from pullquote.errors import SourceError
from pullquote.eval.gold.questions import SPLITS, TYPES, WHYS, GoldQuestion, GoldSet, article_key
from pullquote.eval.metrics.wording import distinct
from pullquote.index.adding.adding import article_id
from pullquote.index.furniture.ranges import furniture_ranges
from pullquote.index.sources import SourceFile, discover, read_articles
from pullquote.qa.values.normalize import normalize_answer

# Two questions whose sets of words overlap by more are the same question asked twice; of the shipped set, pairs
# that ask different things reach lower (the validator names its closest pair).
SAME_QUESTION = 0.8


@dataclass(frozen=True, slots=True)
class Validation:
    """What the validator found.

    Attributes:
        problems: one sentence each, with the question's place; empty for a sound set.
        counts: questions of each type, then of each split.
        articles: articles that the set brings.
        spans: supporting spans, all checked against the articles.
        closest: the two most alike questions of different splits, with their overlap 0..1.
    """

    problems: tuple[str, ...]
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


def validate(gold: GoldSet) -> Validation:
    """Return what is wrong with a gold set, and its counts.

    Raises:
        SourceError: an article cannot be read.
    """
    articles = articles_of(gold)
    problems: list[str] = []
    for question in gold.questions:
        problems += [f"{question.where}: {problem}." for problem in _problems(question, articles)]
    problems += _leaks(gold)
    closest: tuple[float, str, str] | None = None
    alike = []
    for overlap, left, right in _pairs(gold.questions):
        if left.split != right.split and (closest is None or overlap > closest[0]):
            closest = overlap, left.question, right.question
        if overlap >= SAME_QUESTION:
            alike.append((overlap, left, right))
    problems += _duplicates(alike)
    types = {kind: 0 for kind in TYPES} | _count(question.type for question in gold.questions)
    splits = _count(f"split {question.split}" for question in gold.questions if question.split)
    return Validation(
        problems=tuple(problems),
        counts={**types, "far": sum(question.far for question in gold.questions), **splits},
        articles=len(articles),
        spans=sum(len(question.spans) for question in gold.questions),
        closest=closest,
    )


def _count(names: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for name in names:
        counts[name] += 1
    return dict(sorted(counts.items()))


def _problems(question: GoldQuestion, articles: Mapping[str, Article]) -> Iterator[str]:
    if question.type not in TYPES:
        yield f"its type is {question.type!r}, not one of {', '.join(TYPES)}"
    if question.split not in SPLITS:
        yield f"its split is {question.split!r}, not one of {', '.join(SPLITS)}"
    if question.answerable and not question.spans:
        yield "it has answers, but no span supports them"
    for answer in question.answers:
        if question.spans and not any(_says(span.text, answer, question.type) for span in question.spans):
            yield f"no span has the wording of the answer {answer[:60]!r}"
    yield from _span_problems(question, articles)
    yield from _kind_problems(question, articles)


def _says(printed: str, answer: str, kind: str) -> bool:
    """Return whether a span is the answer's wording; one that explains is a sentence that holds it."""
    return answer in printed if kind == "explain" else answer == printed


def _span_problems(question: GoldQuestion, articles: Mapping[str, Article]) -> Iterator[str]:
    for span in question.spans:
        article = articles.get(span.article)
        if article is None:
            yield f"there is no article {span.article}"
            continue
        if article.text[span.start : span.end] != span.text:
            printed = article.text[span.start : span.end]
            yield f"{span.article} has {printed[:60]!r} at {span.start}, not {span.text[:60]!r}"
        elif any(start < span.end and span.start < end for start, end in furniture_ranges(article)):
            yield f"{span.text[:60]!r} stands in the furniture of {span.article}"
        if question.as_of and article.published and article.published > question.as_of:
            yield f"{span.article} was printed after {question.as_of}, the day of the question"


def _kind_problems(question: GoldQuestion, articles: Mapping[str, Article]) -> Iterator[str]:
    if question.type == "changing" and len(distinct(value.value for value in question.values)) < 2:
        yield "a changing answer needs the values that were given, at least two"
    for value in question.values:
        article = articles.get(value.article)
        if (
            article is None
            or value.value not in article.text
            or (article.outlet, article.published) != (value.outlet, value.published)
        ):
            yield f"{value.article} is not an article of {value.outlet}, {value.published}, that says {value.value!r}"
    if question.type == "list" and len(question.items) < 2:
        yield "a list needs its items, at least two"
    if any(wording not in question.answers for item in question.items for wording in item):
        yield "an item's wording is not among the answers"
    if question.type == "followup" and not question.history:
        yield "a follow-up needs the turns before it"
    if question.type == "unanswerable" and question.why not in WHYS:
        yield f'an unanswerable question says "why": {", ".join(WHYS)}'


def _leaks(gold: GoldSet) -> Iterator[str]:
    """Yield a sentence for each story or supporting article that both splits use."""
    split_of_story: dict[str, str] = {}
    split_of_article: dict[str, tuple[str, str]] = {}
    for question in gold.questions:
        if not question.split:
            continue
        first = split_of_story.setdefault(question.story, question.split)
        if question.story and first != question.split:
            yield f"{question.where}: the story {question.story!r} is in {question.split} and in {first}, a leak."
        for span in question.spans:
            split, where = split_of_article.setdefault(span.article, (question.split, question.where))
            if split != question.split:
                yield f"{question.where}: {span.article} supports {question.split} here and {split} in {where}, a leak."


def _duplicates(alike: Iterable[tuple[float, GoldQuestion, GoldQuestion]]) -> Iterator[str]:
    """Yield a sentence for each pair that asks the same, or almost, with nothing but its answers to tell it apart."""
    for overlap, left, right in alike:
        same_bounds = left.as_of == right.as_of and left.history == right.history
        if same_bounds and (overlap == 1.0 or left.answers == right.answers):
            yield f"{right.where}: asks what {left.where} asks already."
        elif left.split != right.split:
            yield f"{right.where}: is nearly {left.where}, which is in the other split, a leak."


def _pairs(questions: Sequence[GoldQuestion]) -> Iterator[tuple[float, GoldQuestion, GoldQuestion]]:
    """Yield every pair with the Jaccard overlap of its words, 0..1; follow-ups count with their history."""
    words = [
        frozenset(normalize_answer(" ".join([*(turn.question for turn in one.history), one.question])).split())
        for one in questions
    ]
    for (left, left_words), (right, right_words) in combinations(zip(questions, words, strict=True), 2):
        union = left_words | right_words
        yield (len(left_words & right_words) / len(union) if union else 1.0), left, right
