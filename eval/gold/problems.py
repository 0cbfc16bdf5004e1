"""What can be wrong with the questions of a gold set, each with its kind and place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pullquote.articles import Article
from pullquote.eval.gold.questions import SPLITS, TYPES, WHYS, GoldQuestion, GoldSet
from pullquote.eval.metrics.wording import distinct
from pullquote.index.furniture.ranges import furniture_ranges


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or worth knowing.

    Attributes:
        kind: what it is, for all like it.
        where: the question's place, or the manifest's.
        what: the clause that reads on from "PLACE: ".
    """

    kind: str
    where: str
    what: str

    def __str__(self) -> str:
        """Return it as a sentence."""
        return f"{self.where}: {self.what}."


class Checked:
    """The questions of a set beside its articles.

    Args:
        gold: the set.
        articles: by key; None where nobody knows them, so that no place can be checked.
    """

    def __init__(self, gold: GoldSet, articles: Mapping[str, Article] | None) -> None:
        self._gold, self._articles = gold, articles
        self._is_split = any(question.split in SPLITS for question in gold.questions)
        self._tells_why = any(question.why for question in gold.questions)

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong, by question, then what is wrong with the set as a whole."""
        for question in self._gold.questions:
            yield from self._of_question(question)
            if self._articles is not None:
                yield from _of_spans(question, self._articles)
                yield from _of_values(question, self._articles)
                yield from _of_judgements(question, self._articles)
        yield from self._of_manifest()
        yield from _leaks(self._gold)

    def notes(self) -> Iterator[Problem]:
        """Yield what a set may well lack, but what makes some figure say less."""
        for question in self._gold.questions:
            if question.answerable and not question.spans:
                yield Problem("no place is named", question.where, "no place that answers, so its wording alone counts")
            if question.answerable and question.spans and self._articles is None:
                yield Problem("not compared", question.where, "its places: the set brings no articles (--archive DIR)")
            if question.type == "unanswerable" and not question.why:
                yield Problem("no reason is told", question.where, 'no "why" there is no answer: ' + ", ".join(WHYS))

    def _of_question(self, question: GoldQuestion) -> Iterator[Problem]:
        if question.type not in TYPES and question.judged:
            yield _of(question, "unknown type", f"its type is {question.type!r}, not one of {', '.join(TYPES)}")
        if self._is_split and question.split not in SPLITS:
            yield _of(question, "unknown split", f"its split is {question.split!r}, not one of {', '.join(SPLITS)}")
        if self._gold.stories and question.story not in self._gold.stories:
            known = "no story" if not question.story else f"the story {question.story!r}"
            yield _of(question, "no such story", f"it names {known}, which the manifest doesn't have")
        for answer in question.answers:
            if question.spans and not any(_says(span.text, answer, question.type) for span in question.spans):
                yield _of(question, "no span says it", f"no span has the wording of the answer {answer[:60]!r}")
        yield from _of_kind(question)
        if question.type == "unanswerable" and question.why and question.why not in WHYS:
            yield _of(question, "unknown reason", f'it says "why": {question.why!r}, not one of {", ".join(WHYS)}')

    def _of_manifest(self) -> Iterator[Problem]:
        if self._articles is None or not self._gold.brings_articles:
            return
        for story, keys in self._gold.stories.items():
            for key in keys:
                if key not in self._articles:
                    what = f"the story {story!r} names the article {key}, but there is none"
                    yield Problem("no such article", self._gold.name, what)
        for key in sorted({key for group in self._gold.reprints for key in group} - self._articles.keys()):
            yield Problem("no such article", self._gold.name, f"the reprints name the article {key}, but there is none")


def _of(question: GoldQuestion, kind: str, what: str) -> Problem:
    return Problem(kind, question.where, what)


def _says(printed: str, answer: str, kind: str) -> bool:
    """Return whether a span is the answer's wording; one that explains is a sentence that holds it."""
    return answer in printed if kind == "explain" else answer == printed


def _of_kind(question: GoldQuestion) -> Iterator[Problem]:
    if question.type == "changing" and len(distinct(value.value for value in question.values)) < 2:
        what = "a changing answer needs the values that were given, at least two"
        yield _of(question, "incomplete for its type", what)
    if question.type == "list" and len(question.items) < 2:
        yield _of(question, "incomplete for its type", "a list needs its items, at least two")
    if any(wording not in question.answers for item in question.items for wording in item):
        yield _of(question, "incomplete for its type", "an item's wording is not among the answers")
    if question.type == "followup" and not question.history:
        yield _of(question, "incomplete for its type", "a follow-up needs the turns before it")


def _of_spans(question: GoldQuestion, articles: Mapping[str, Article]) -> Iterator[Problem]:
    for span in question.spans:
        article = articles.get(span.article)
        if article is None:
            yield _of(question, "no such article", f"there is no article {span.article}")
            continue
        if article.text[span.start : span.end] != span.text:
            printed = article.text[span.start : span.end]
            what = f"{span.article} has {printed[:60]!r} at {span.start}, not {span.text[:60]!r}"
            yield _of(question, "not what is printed there", what)
        elif any(start < span.end and span.start < end for start, end in furniture_ranges(article)):
            yield _of(question, "in the furniture", f"{span.text[:60]!r} stands in the furniture of {span.article}")
        if question.as_of and article.published and article.published > question.as_of:
            what = f"{span.article} was printed after {question.as_of}, the day of the question"
            yield _of(question, "printed later", what)


def _of_values(question: GoldQuestion, articles: Mapping[str, Article]) -> Iterator[Problem]:
    for value in question.values:
        article = articles.get(value.article)
        if (
            article is None
            or value.value not in article.text
            or (article.outlet, article.published) != (value.outlet, value.published)
        ):
            what = f"{value.article} is not an article of {value.outlet}, {value.published}, that says {value.value!r}"
            yield _of(question, "a value that nobody gave", what)


def _of_judgements(question: GoldQuestion, articles: Mapping[str, Article]) -> Iterator[Problem]:
    for key in question.relevant:
        if key not in articles:
            yield _of(question, "no such article", f"there is no article {key}")


def _leaks(gold: GoldSet) -> Iterator[Problem]:
    """Yield each story or supporting article that both splits use."""
    split_of_story: dict[str, str] = {}
    split_of_article: dict[str, tuple[str, str]] = {}
    for question in gold.questions:
        if not question.split:
            continue
        first = split_of_story.setdefault(question.story, question.split)
        if question.story and first != question.split:
            what = f"the story {question.story!r} is in {question.split} and in {first}, a leak"
            yield _of(question, "leak between splits", what)
        for span in question.spans:
            split, where = split_of_article.setdefault(span.article, (question.split, question.where))
            if split != question.split:
                what = f"{span.article} supports {question.split} here and {split} in {where}, a leak"
                yield _of(question, "leak between splits", what)


def by_kind(problems: Sequence[Problem]) -> dict[str, list[Problem]]:
    """Return problems by their kind, the most frequent kind first."""
    groups: dict[str, list[Problem]] = {}
    for problem in problems:
        groups.setdefault(problem.kind, []).append(problem)
    return dict(sorted(groups.items(), key=lambda group: -len(group[1])))
