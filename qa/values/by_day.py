"""Values by the day of print: what each article says, how the values relate, and which one holds now.

Tolls, prices and offices change. Each article that was read says one value: the one that the reader likes best in it.
Equal ones of a day stand together, the latest first. What a correction took back is marked as such, and a question
about now is never answered with a value that a later article replaces: where the later one isn't sure enough, no value
is given as sure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pullquote.answers import Answer, Candidate, Citation, Course, DatedValue
from pullquote.articles import Article
from pullquote.index.search.kinds import asks_whether, kind_of
from pullquote.qa.questions.tense import asks_for_latest, asks_of_now
from pullquote.qa.quoting.quotations import ordered
from pullquote.qa.ranking.evidence import MAX_CITATIONS, citations, with_whole_name
from pullquote.qa.ranking.found import Asked, Found, collect, origins
from pullquote.qa.reading.reader import ScoredSpan
from pullquote.qa.values.comparable import ValueForm, comparable, same_value, sort_of
from pullquote.qa.values.corrections import Correction, corrections, puts_right, takes_back
from pullquote.qa.values.headlines import headline_figure

# An article says a value where the reader prefers it to "not here" by so much (a difference of logits) ...
_SAYS_FROM = 2.0
# ... and is no less sure of it than by so much, compared with what it is surest of.
_SAYS_WITHIN = 9.0
# A value competes from so low a confidence on. On the gold's tune split most of what truly changed has more.
_COMPETES_FROM = 0.1
# A later value takes the first place where its confidence is such a share of the first one's, and makes the first one
# unsure from a smaller share on. On the tune split eight of nine that took the place so were right.
_REPLACES_FROM, _UNSURE_FROM = 0.3, 0.2
# A headline says a value of its own where it has so large a share of the question's words; where it has fewer, it only
# confirms one that was read elsewhere.
_ABOUT_IT, _PERHAPS_ABOUT_IT = 0.8, 0.5
_NO_DAY = dt.date.min


@dataclass(frozen=True, slots=True)
class _Saying:
    """One article that prints a value, and where.

    Attributes:
        text: the value as the group prints it first.
        citation: the place.
        origin: of the article.
        margin: the reader's score of the place above "not here".
        withdrawn: a correction took it back.
    """

    text: str
    citation: Citation
    origin: str
    margin: float
    withdrawn: bool = False

    @property
    def day(self) -> dt.date:
        return self.citation.published or _NO_DAY


def with_days(answer: Answer, asked: Asked, *, sure_from: float) -> Answer:
    """Return an answer with its values by day, and with the value that holds now in the first place.

    A value that takes the first place keeps its own confidence, and is given as sure where that one is enough.

    Args:
        answer: with its values, best first.
        asked: what was asked, found and read.
        sure_from: the confidence from which on a value is sure.
    """
    if not answer.answers or asks_whether(asked.question):
        return answer
    said = _sayings(answer, asked)
    if not said:
        return answer
    dated = replace(answer, by_day=_by_day(said), course=_course(said))
    return _of_now(dated, said, sure_from) if asks_of_now(asked.question) else dated


def _sayings(answer: Answer, asked: Asked) -> list[_Saying]:
    """Return what each article that was read says, the surest first; each value in the words of the surest."""
    rivals = _rivals(answer)
    taken_back = corrections(_articles(asked))
    by_article: dict[str, Found] = {}
    for found in sorted(collect(asked), key=lambda one: (-one.margin, one.rank)):
        if found.margin < _SAYS_FROM or _in_wrong_words(found, taken_back):
            continue
        if any(same_value(found.text, rival) for rival in rivals):
            by_article.setdefault(found.hit.article.id, found)
    surest = max((found.margin for found in by_article.values()), default=0.0)
    places = [found for found in by_article.values() if found.margin >= surest - _SAYS_WITHIN]
    places += _headlines(asked, rivals, by_article)
    origin_of, kind = origins(asked.hits), kind_of(asked.question)
    said: list[_Saying] = []
    for found in places:
        named = with_whole_name(found, kind)
        text = next((one.text for one in said if same_value(one.text, named.text)), named.text)
        origin = origin_of[found.hit.article.id]
        said += [_Saying(text, citation, origin, found.margin) for citation in citations(named)]
    texts = {one.text for one in said}
    return [replace(one, withdrawn=_is_withdrawn(one, texts, taken_back)) for one in said]


def _rivals(answer: Answer) -> list[str]:
    """Return the values that can compete for one question, the first one first."""
    first = answer.answers[0].text
    sort = sort_of(first)
    if sort.form is ValueForm.WEEKDAY:
        return []
    others = [one.text for one in answer.answers[1:] if one.confidence >= _COMPETES_FROM]
    return [first, *(text for text in others if comparable(sort_of(text), sort))]


def _headlines(asked: Asked, rivals: Sequence[str], said: Mapping[str, Found]) -> list[Found]:
    """Return the figures of headlines that are about what is asked.

    Args:
        asked: the question, and the articles found.
        rivals: the values that can compete; a headline that is less clearly about it has to print one of them.
        said: what articles say in their passages, by article.
    """
    if not rivals:
        return []
    sort = sort_of(rivals[0])
    found: dict[str, Found] = {}
    for rank, hit in enumerate(asked.hits):
        figure = headline_figure(hit, asked.question, sort)
        if figure is None or hit.article.id in found:
            continue
        known = any(same_value(figure.text, rival) for rival in rivals)
        silent = hit.article.id not in said
        if figure.covered >= _ABOUT_IT or (known and silent and figure.covered >= _PERHAPS_ABOUT_IT):
            other = silent or not same_value(figure.text, said[hit.article.id].text)
            if other:
                span = ScoredSpan(figure.start, figure.end, _SAYS_FROM)
                found[hit.article.id] = Found(figure.hit, rank, span, _SAYS_FROM)
    return list(found.values())


def _articles(asked: Asked) -> list[Article]:
    """Return the articles found, reprints among them, each once."""
    hits = [one for hit in asked.hits for one in (hit, *hit.near_duplicates)]
    return list({hit.article.id: hit.article for hit in hits}.values())


def _in_wrong_words(found: Found, taken_back: Iterable[Correction]) -> bool:
    """Return whether a place stands in a correction, as what was wrong."""
    start = found.hit.passage.start + found.span.start
    return any(
        one.article.id == found.hit.article.id and one.start <= start < one.end and takes_back(one, found.text)
        for one in taken_back
    )


def _is_withdrawn(saying: _Saying, texts: Iterable[str], taken_back: Iterable[Correction]) -> bool:
    """Return whether a correction of that day or later took a value back.

    It has to put right one of the other values, so that it is about the same thing.
    """
    return any(
        (one.published or _NO_DAY) >= saying.day
        and takes_back(one, saying.text)
        and any(puts_right(one, other) for other in texts if not same_value(other, saying.text))
        for one in taken_back
    )


def _by_day(said: Sequence[_Saying]) -> tuple[DatedValue, ...]:
    """Return the values by day, the latest first, of one day the surest first."""
    places: dict[tuple[dt.date, str, bool], list[_Saying]] = {}
    for one in said:
        places.setdefault((one.day, one.text, one.withdrawn), []).append(one)
    ordered = sorted(places.items(), key=lambda item: (-item[0][0].toordinal(), -item[1][0].margin))
    return tuple(
        DatedValue(
            text=same[0].citation.text,
            day=same[0].citation.published,
            outlets=tuple(dict.fromkeys(one.citation.outlet for one in same if one.citation.outlet)),
            citations=tuple(one.citation for one in same[:MAX_CITATIONS]),
            withdrawn=withdrawn,
        )
        for (_, _, withdrawn), same in ordered
    )


def _course(said: Sequence[_Saying]) -> Course:
    """Return how the values relate, what was taken back not counting, but for that it changed."""
    standing = [one for one in said if not one.withdrawn]
    if len({one.text for one in standing}) < 2:
        return Course.AGREE if len({one.text for one in said}) < 2 else Course.CHANGED
    latest = max(one.day for one in standing)
    if latest != _NO_DAY and _disagree([one for one in standing if one.day == latest]):
        return Course.DISAGREE
    days: dict[str, list[dt.date]] = {}
    for one in standing:
        if one.day != _NO_DAY:
            days.setdefault(one.text, []).append(one.day)
    gave_way = any(max(one) < min(other) for one in days.values() for other in days.values())
    return Course.DISAGREE if not gave_way and _disagree(standing) else Course.CHANGED


def _disagree(said: Sequence[_Saying]) -> bool:
    """Return whether independent reports say different things."""
    return any(one.text != other.text and one.origin != other.origin for one in said for other in said)


def _of_now(answer: Answer, said: Sequence[_Saying], sure_from: float) -> Answer:
    """Return an answer to a question about now whose first value isn't one that a later article replaces."""
    first = answer.answers[0]
    standing = [one for one in said if not one.withdrawn and one.day != _NO_DAY]
    last = _last_day(first, said)
    later = [one for one in standing if one.day > last and not same_value(one.text, first.text)]
    if not later:
        return answer
    newest = max(later, key=lambda one: (one.day, one.margin))
    place = next((n for n, one in enumerate(answer.answers) if same_value(one.text, newest.text)), None)
    share = answer.answers[place].confidence / first.confidence if place and first.confidence else 0.0
    if share >= _REPLACES_FROM and place and not _disagree([one for one in later if one.day == newest.day]):
        promoted = _put_first(answer, place)
        return promoted if promoted.confidence >= sure_from else _unsure(promoted)
    return _unsure(answer) if place is None or share >= _UNSURE_FROM else answer


def _unsure(answer: Answer) -> Answer:
    """Return an answer of which no value is sure; what was, speaks to the question."""
    return replace(answer, answer=None, abstained=True, speaks=answer.speaks or not answer.abstained)


def _last_day(first: Candidate, said: Sequence[_Saying]) -> dt.date:
    """Return the last day on which an article said a value, or printed it while saying no other."""
    own = [one for one in said if same_value(one.text, first.text)]
    if own and all(one.withdrawn for one in own):
        return _NO_DAY
    says_other = {one.citation.article_id for one in said} - {one.citation.article_id for one in own}
    printed = [one.published for one in first.citations if one.published and one.article_id not in says_other]
    return max([*printed, *(one.day for one in own)], default=_NO_DAY)


def _put_first(answer: Answer, place: int) -> Answer:
    """Return an answer whose value at that place stands first, the others no surer than it is.

    A quotation that prints it marks it, and stands before the others, too.
    """
    promoted, others = answer.answers[place], [one for n, one in enumerate(answer.answers) if n != place]
    bounded = [replace(one, confidence=min(one.confidence, promoted.confidence)) for one in others]
    cited = {(one.article_id, one.sentence_start, one.sentence): one for one in reversed(promoted.citations)}
    marked = [
        replace(one, citation=cited.get((one.citation.article_id, one.start, one.text), one.citation))
        for one in answer.quotations
    ]
    return replace(
        answer,
        answers=(promoted, *bounded),
        confidence=promoted.confidence,
        answer=None if answer.abstained else promoted.text,
        quotations=ordered(marked, lambda one: not same_value(one.citation.text, promoted.text)),
    )


def latest_first(answer: Answer) -> Answer:
    """Return an answer to "What is the latest on ...?" with its likely quotations by day, the latest first."""
    if not asks_for_latest(answer.understood or answer.question):
        return answer
    newest = ordered(answer.quotations, lambda one: -(one.citation.published or _NO_DAY).toordinal())
    return replace(answer, quotations=newest)
