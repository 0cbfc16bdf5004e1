"""The items of a list: read in more passages than a single value is, out of several articles, equal ones joined."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from pullquote.answers import Candidate, Citation, Hit, PassagesFound, Quotation
from pullquote.index.adding.adding import passage_head
from pullquote.index.passages.sentences import sentence_ranges
from pullquote.index.search.kinds import AskedKind, kind_of, suits
from pullquote.qa.quoting.quotations import quotations
from pullquote.qa.quoting.speakers import speaker_of
from pullquote.qa.ranking.combining import content_words
from pullquote.qa.ranking.evidence import MAX_CITATIONS, candidates, cite
from pullquote.qa.ranking.found import Asked, collect, origins
from pullquote.qa.reading.reader import Reader, Reading, ScoredSpan
from pullquote.qa.reading.span_edges import as_whole_words
from pullquote.qa.reading.windows import ReaderInput
from pullquote.qa.values.enumerations import ListLines, Range, coordinates, lines_at, widened
from pullquote.qa.values.normalize import value_key

if TYPE_CHECKING:
    from pullquote.qa.engine import Engine

# Passages read for a list, of which no article may bring more than its share beyond those read for one value.
PASSAGES_READ = 12
_OF_AN_ARTICLE = 2
SEARCHED_FOR_LIST = 40
# Sentences that items are taken from, and how likely each has to be to answer: one that prints several, less. On the
# gold's tune split, of the items given 69% are right with 0.25 and 0.15; with 0.2 and 0.1, 60% and no more found; with
# 0.25 and 0.2 fewer are found (50% instead of 55%).
_QUOTATIONS = 12
ALONE_FROM, ENUMERATED_FROM = 0.25, 0.15
_ENUMERATED = 3
# How far below the best a span of the reader may score to say how an item goes on, or to be another item.
_NEARLY, _ALSO = 2.5, 3.0
# Lines whose mean margin is at least this are records with the answer in each; else each is an answer.
_RECORDS_FROM = -2.0
_NOTHING = -1000.0
_MOST_NAME_WORDS = 5
MOST_ITEMS = 20
_NAME_FOLLOWS = r"(?=[A-Z][^\W_]+ [A-Z])"
_DESCRIBED = re.compile(rf"(?:(?:the|an?|his|her|their|its) )?(?:[a-z-]+,? ){{1,5}}{_NAME_FOLLOWS}")
_TITLED = re.compile(rf"(?:the|an?|his|her|their|its) [a-z -]+, {_NAME_FOLLOWS}", re.IGNORECASE)
_NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
# What says how many there are rather than which: "three", "four failures", "as follows".
_ANNOUNCES = re.compile(rf"(?P<number>{'|'.join(_NUMBERS)})(?P<rest>(?: [a-z]+){{0,2}})|as follows")
_PREPOSITION = re.compile(r"(?:in|at|on|by|from|to|for|with|of) (?=\w)", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:the|an?)\s+", re.IGNORECASE)


def listed_items(engine: Engine, found: PassagesFound, asked: Asked) -> tuple[Candidate, ...]:
    """Return the items of a list, those of the likeliest quotation first.

    Args:
        engine: that reads.
        found: the passages found for the question.
        asked: what was read in them.
    """
    more = _further((*found.passages, *found.further), asked.hits)
    if more:
        further = engine.look(replace(found, passages=tuple(more)), asked.as_of, count=len(more))
        asked = replace(
            asked,
            hits=(*asked.hits, *further.hits),
            readings=(*asked.readings, *further.readings),
            glances=(*asked.glances, *further.glances),
        )
    spans, combiner, model = collect(asked), engine.combiner, engine.quotation_model
    # Without a model for sentences, values say how likely each is.
    values = () if model else candidates(spans, asked, limit=PASSAGES_READ, combiner=combiner)
    quoted = quotations(spans, asked, values, limit=_QUOTATIONS, combiner=combiner, model=model)
    items = islice(ItemFinder(asked, engine.reader).items(quoted), MOST_ITEMS)
    return tuple(_with_speakers(items, asked.hits))


def _with_speakers(items: Iterable[Candidate], hits: Sequence[Hit]) -> Iterator[Candidate]:
    """Yield items whose citations name who says their sentences."""
    texts = {one.article.id: one.article.text for hit in hits for one in (hit, *hit.near_duplicates)}
    for item in items:
        cited = []
        for one in item.citations:
            text = texts[one.article_id]
            name = speaker_of(text, one.sentence_start, one.sentence_start + len(one.sentence))
            cited.append(replace(one, speaker=text[slice(*name)]) if name else one)
        yield replace(item, citations=tuple(cited))


def _further(hits: Sequence[Hit], read: Sequence[Hit]) -> list[Hit]:
    """Return passages to read besides, of several articles, best first."""
    known = {(hit.passage.article_id, hit.passage.start) for hit in read}
    taken = Counter(hit.passage.article_id for hit in read)
    further: list[Hit] = []
    for hit in hits:
        name = hit.passage.article_id
        if (name, hit.passage.start) in known or taken[name] >= _OF_AN_ARTICLE:
            continue
        if len(read) + len(further) >= PASSAGES_READ:
            break
        taken[name] += 1
        further.append(hit)
    return further


@dataclass(slots=True)
class _Joined:
    """One item so far: every place that prints it, the likeliest first."""

    confidence: float
    calibrated: bool
    citations: list[Citation]


class ItemFinder:
    """Takes quotations apart into the items of a list.

    Args:
        asked: what was read.
        reader: reads the lines of a list one by one.
    """

    def __init__(self, asked: Asked, reader: Reader) -> None:
        self._asked = asked
        self._reader = reader
        self._kind = kind_of(asked.question)
        self._words = content_words(asked.question)
        self._lines: dict[tuple[str, int], list[Range]] = {}

    def items(self, quoted: Sequence[Quotation]) -> Iterator[Candidate]:
        """Yield the items that quotations print, equal ones joined, those of the likeliest quotation first."""
        by_key: dict[Hashable, _Joined] = {}
        for quotation in quoted:
            printed = self._printed(quotation)
            alone = len({value_key(one.text) for one in printed}) < _ENUMERATED
            if quotation.confidence < (ALONE_FROM if alone else ENUMERATED_FROM):
                continue
            for citation in printed:
                key = _same(citation.text, by_key)
                joined = by_key.setdefault(key, _Joined(quotation.confidence, quotation.calibrated, []))
                joined.citations.append(citation)
        origin_of = origins(self._asked.hits)
        for joined in by_key.values():
            places: dict[str, Citation] = {}
            for citation in joined.citations:
                places.setdefault(citation.article_id, citation)
            cited = tuple(places.values())
            yield Candidate(
                text=cited[0].text,
                confidence=joined.confidence,
                origins=len({origin_of.get(one, one) for one in places}),
                citations=cited[:MAX_CITATIONS],
                calibrated=joined.calibrated,
            )

    def _printed(self, quotation: Quotation) -> list[Citation]:
        """Return the items that a quotation prints, each followed by its places in the quotation's reprints."""
        citation, hits = quotation.citation, self._asked.hits
        rank = next((rank for rank, hit in enumerate(hits) if _is_of(citation, hit)), None)
        if rank is None:
            return []
        text = hits[rank].passage.text
        ranges = self._ranges(rank, text, citation)
        ranges += self._also(rank, text, citation, ranges)
        named = [self._named(text, *one) for one in ranges]
        fitting = [one for one in named if self.fits(text[slice(*one)], alone=len(ranges) == 1)]
        cited: list[Citation] = []
        # Where most are of another kind than is asked for, the kind was mistaken.
        for start, end in fitting if 2 * len(fitting) >= len(named) or len(named) < _ENUMERATED else named:
            item = cite(hits[rank], ScoredSpan(start, end, citation.reader_score))
            places = (_reprinted(item, item.start - citation.start, reprint, hits) for reprint in quotation.reprints)
            cited += [item, *(place for place in places if place)]
        return cited

    def _ranges(self, rank: int, text: str, citation: Citation) -> list[Range]:
        """Return the items at a marked span: lines, what it announces, or as many as a reader's span coordinates."""
        start, end = (place - citation.passage_start for place in (citation.start, citation.end))
        if (lines := lines_at(text, start, end)) and (ranges := self._read(rank, text, lines)):
            return ranges
        if number := self._number(text[start:end]):
            behind = citation.sentence_start - citation.passage_start + len(citation.sentence)
            return self._announced(rank, text, behind, number)
        best = coordinates(text, *widened(text, start, end))
        reading = self._asked.readings[rank]
        spans = [span for span in reading.spans if span.start < end and start < span.end]
        least = max((span.score for span in spans), default=0.0) - _NEARLY
        for span in spans:
            items = coordinates(text, *widened(text, span.start, span.end)) if span.score >= least else []
            best = items if len(items) > len(best) else best
        return [self._within(reading, one) for one in best] if len(best) > 1 else best

    def _number(self, text: str) -> int:
        """Return how many items a text announces; 0 where it is no announcement but an item."""
        announced = _ANNOUNCES.fullmatch(text)
        if not announced or not announced["number"] or not content_words(announced["rest"]) <= self._words:
            return 0
        return _NUMBERS.index(announced["number"]) + 2

    def _announced(self, rank: int, text: str, begin: int, number: int) -> list[Range]:
        """Return what the sentences say that a number announces: "into three. Loans account for ..."."""
        following = [(start, end) for start, end in sentence_ranges(text) if start >= begin][:number]
        return self._read(rank, text, ListLines(tuple(following), told=True)) if len(following) == number else []

    def _within(self, reading: Reading, item: Range) -> Range:
        """Return what the reader found at the end of an item, else the item: "the Mole Fund" of "£5,000 from it"."""
        best = reading.spans[0].score if reading.spans else 0.0
        for span in reading.spans:
            if (
                item[0] <= span.start
                and span.end <= item[1]
                and span.score >= max(best - _ALSO, reading.no_answer_score)
            ):
                return span.start, span.end
        return item

    def _also(self, rank: int, text: str, citation: Citation, ranges: Sequence[Range]) -> list[Range]:
        """Return what else the reader found in the sentence."""
        reading = self._asked.readings[rank]
        first = citation.sentence_start - citation.passage_start
        last = first + len(citation.sentence)
        also: list[Range] = []
        best = max((span.score for span in reading.spans), default=0.0)
        for span in reading.spans:
            if not first <= span.start < span.end <= last or span.score < max(best - _ALSO, reading.no_answer_score):
                continue
            if any(span.start < end and start < span.end for start, end in (*ranges, *also)):
                continue
            also += coordinates(text, span.start, span.end)
        return also

    def _read(self, rank: int, text: str, lines: ListLines) -> list[Range]:
        """Return what the reader finds in each line of a list, or the lines where it hardly finds anything.

        Lines that nothing but their shortness makes a list are left out then.
        """
        key = (text, lines.ranges[0][0])
        if key not in self._lines:
            head = passage_head(self._asked.hits[rank].article)
            inputs = [ReaderInput(text[start:end], head) for start, end in lines.ranges]
            readings = self._reader.read(self._asked.question, inputs, spans=1)
            margins = [one.spans[0].score - one.no_answer_score if one.spans else _NOTHING for one in readings]
            bound = _NOTHING if sum(margins) / len(margins) >= _RECORDS_FROM else 0.0
            found: list[Range] = []
            for (start, end), reading, margin in zip(lines.ranges, readings, margins, strict=True):
                if margin > bound:
                    found.append((start + reading.spans[0].start, start + reading.spans[0].end))
                elif lines.told:
                    # What a line has commas in belongs together: "£2 million for farms, barns and fences".
                    found += [(start, end)] if "," in text[start:end] else coordinates(text, start, end)
            self._lines[key] = found
        return list(self._lines[key])

    def _named(self, text: str, start: int, end: int) -> Range:
        """Return a range without a preposition, and of somebody without what stands before the name."""
        if lead := _PREPOSITION.match(text, start, end):
            start = lead.end()
        described = _DESCRIBED if self._kind is AskedKind.PERSON else _TITLED
        if lead := described.match(text, start, end):
            return lead.end(), end
        return start, end

    def fits(self, text: str, *, alone: bool) -> bool:
        """Return whether words may be an item: of the kind asked for, not the question's own, no number of items.

        Args:
            text: the words.
            alone: their sentence has no other item.
        """
        if text == "as follows" or self._number(text) or suits(self._kind, text) is False:
            return False
        return not ((alone or text.islower()) and content_words(text) <= self._words)


def _same(text: str, known: dict[Hashable, _Joined]) -> Hashable:
    """Return the key of an item: that of a known one whose name it is a part of, or that is a part of its name."""
    key = value_key(_ARTICLE.sub("", text))
    if key in known:
        return key
    words = text.split()
    for other, joined in known.items():
        longer, shorter = sorted((joined.citations[0].text.split(), words), key=len, reverse=True)
        if len(longer) > _MOST_NAME_WORDS or not all(word[0].isupper() for word in longer):
            continue
        if longer[-len(shorter) :] == shorter:
            return other
    return key


def _is_of(citation: Citation, hit: Hit) -> bool:
    return hit.article.id == citation.article_id and hit.passage.start == citation.passage_start


def _reprinted(item: Citation, offset_chars: int, reprint: Citation, hits: Sequence[Hit]) -> Citation | None:
    """Return an item's citation in a reprint of its sentence; None where its words don't stand there.

    Args:
        item: where it is printed first.
        offset_chars: from where the quotation is marked to where the item begins.
        reprint: the same mark in the reprint.
        hits: the passages that were read.
    """
    known = (one for hit in hits for one in (hit, *hit.near_duplicates) if _is_of(reprint, one))
    if (hit := next(known, None)) is None:
        return None
    begin = reprint.start - reprint.passage_start + offset_chars
    places = as_whole_words(item.text).finditer(hit.passage.text)
    place = min(places, key=lambda one: abs(one.start() - begin), default=None)
    return cite(hit, ScoredSpan(*place.span(), reprint.reader_score)) if place else None
