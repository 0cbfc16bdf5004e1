"""The conversation's cards as HTML. Every piece of text passes through `text`, every address through `web_link`.

Buttons say by data attributes what they do (`data-pq` names the event, the rest is its data); script.js hears
them and `ui/chat/app.py` answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import zip_longest

from pullquote.answers import Answer, Candidate, Citation, PassagesFound, Remark, State
from pullquote.filters import Filters
from pullquote.printable import one_line
from pullquote.ui.cards.days import values_by_day
from pullquote.ui.cards.kinds import items, sides
from pullquote.ui.cards.parts import passage, questions_to_try, scope, sentence, sources, standing, sureness
from pullquote.ui.conversation import Exchange, Judgement
from pullquote.ui.markup import text
from pullquote.ui.printable import shorten
from pullquote.ui.wording import (
    absence,
    count,
    day,
    days_heading,
    milliseconds,
    parted,
    shown_quotations,
    speaking,
    told_by_sides,
)

_OTHER_VALUES = 4
# What is judged below a card: the value, or that there is none.
_VERDICTS: dict[State, tuple[str, ...]] = {
    State.SURE: (),
    State.SPEAKS: ("None of these answers it", "One of these answers it"),
    State.SILENT: ("Right, it is not there", "Wrong, it is there"),
}
_PASSAGES = 3
# A second value counts as well supported from here on, if it is also at least half as likely as the first.
_RIVAL_FROM = 0.25


def turn(name: str, question: str, card: str) -> str:
    """Return a question with its card, as one part of the conversation; a later one of that name replaces it."""
    return (
        f'<section class="pq-turn" data-turn="{escape(name)}">'
        f'<h2 class="pq-question">{escape(shorten(question, 400))}</h2>{card}</section>'
    )


def pending_card(found: PassagesFound | None = None) -> str:
    """Return what is shown while a question is worked on: the steps so far, and the passages once they are found."""
    if found is None:
        return _card('<ol class="pq-steps"><li aria-current="step">Searching the archive…</li></ol>', busy=True)
    took = found.timings_ms.get("search")
    done = scope(found.searched) + (f" in {milliseconds(took)}" if took is not None else "")
    understood = f"<p>Understood as: <q>{text(found.understood)}</q></p>" if found.understood else ""
    return _card(
        (f'<div class="pq-understood">{understood}</div>' if understood else "")
        + f'<ol class="pq-steps"><li>{text(done)}</li>'
        f'<li aria-current="step">Looking at {count(len(found.passages), "passage")}…</li></ol>'
        f'<div class="pq-nearest">{"".join(passage(hit) for hit in found.passages[:_PASSAGES])}</div>',
        busy=True,
    )


def answer_card(exchange: Exchange, judgement: Judgement | None = None, of_parts: Sequence[Judgement] = ()) -> str:
    """Return the answer to a question, the statement that there is none, or the reason why it failed.

    Args:
        exchange: what was asked and found.
        judgement: what the user said of it already.
        of_parts: of several questions in one, what the user said of each.
    """
    said = judgement or Judgement()
    answer = exchange.answer
    if answer is None:
        return _card(f'<p class="pq-message" role="alert">{text(exchange.error)}</p>')
    if answer.remark is not None:
        return _card(_remarked(exchange, answer, answer.remark))
    if answer.parts:
        told = zip_longest(exchange.parts, of_parts)
        each = "".join(_part(number, part, one or Judgement()) for number, (part, one) in enumerate(told, 1) if part)
        return _card(f'<p class="pq-speaks">{text(parted(answer))}</p>{each}')
    return _card(_understood(exchange) + _outcome(exchange, answer, said))


def _part(number: int, exchange: Exchange, said: Judgement) -> str:
    """Return one of several questions with its answer, as a part of their card."""
    answer = exchange.answer
    if answer is None:
        return ""
    told = _remarked(exchange, answer, answer.remark) if answer.remark else _outcome(exchange, answer, said)
    return f'<section class="pq-part"><h3>{number}. {text(exchange.understood)}</h3>{told}</section>'


def _outcome(exchange: Exchange, answer: Answer, said: Judgement) -> str:
    shown = {State.SURE: _found, State.SPEAKS: _quoted, State.SILENT: _absent}[answer.state]
    parts = [items(exchange, answer), shown(exchange, answer, said)]
    if answer.state is State.SILENT:
        parts.reverse()
    return "".join([sides(exchange, answer), *parts, _foot(exchange, answer, said)])


def _card(body: str, *, busy: bool = False) -> str:
    return f'<article class="pq-card"{" aria-busy=true" if busy else ""}>{body}</article>'


def _understood(exchange: Exchange) -> str:
    if exchange.understood == exchange.question:
        return ""
    understood = one_line(exchange.understood)
    return (
        '<div class="pq-understood"><p>Understood as: '
        f"<q>{escape(understood)}</q> "
        '<button type="button" class="pq-plain" data-pq-toggle="pq-edit">Edit</button> '
        f'<button type="button" class="pq-plain" data-pq="reask" data-exchange="{exchange.id}" '
        f'data-understood="{text(exchange.question)}">Ask as typed</button></p>'
        f'<form class="pq-form pq-edit" data-pq="reask" data-exchange="{exchange.id}" hidden>'
        f'<label>The question as asked of the archive<input name="understood" value="{escape(understood)}" '
        'autocomplete="off" required></label><button type="submit" class="pq-button">Ask this</button></form></div>'
    )


def _remarked(exchange: Exchange, answer: Answer, remark: Remark) -> str:
    """Return what is said of an input that is no question to the archive; nothing in it can be right or wrong."""
    return (
        f'<p class="pq-absent">{text(remark.text)}</p>{questions_to_try(remark.try_asking)}{_nearest(exchange, answer)}'
    )


def _nearest(exchange: Exchange, answer: Answer) -> str:
    nearest = "".join(passage(hit, exchange.id, place) for place, hit in enumerate(answer.passages[:_PASSAGES]))
    return f'<section class="pq-nearest"><h3>Nearest passages</h3>{nearest}</section>' if nearest else ""


def _found(exchange: Exchange, answer: Answer, said: Judgement) -> str:
    best = answer.answers[0]
    return (
        f'<p class="pq-answer"><span class="pq-quote" aria-hidden="true">“</span>{text(best.text)}'
        '<span class="pq-quote" aria-hidden="true">”</span></p>'
        f"{standing(best)}"
        f"{sentence(best.citations[0])}"
        f"{sources(exchange, 0, best.citations)}"
        f"{values_by_day(exchange, answer)}"
        f"{_others(exchange, answer, said)}"
    )


def _others(exchange: Exchange, answer: Answer, said: Judgement) -> str:
    """Return the other values: those that contradict the first in the open, the weaker ones folded."""
    disputed = rivals(answer)
    rows: tuple[list[str], list[str]] = ([], [])
    for place, candidate in enumerate(answer.answers[1 : 1 + _OTHER_VALUES], 1):
        rows[candidate not in disputed].append(_value(exchange, place, candidate, said))
    open_, folded = rows
    html = ""
    if open_:
        others = "Another value is" if len(open_) == 1 else f"{len(open_)} other values are"
        html += (
            '<section class="pq-others pq-conflict"><h3>The archive does not agree on this</h3>'
            f'<p class="pq-note">{others} printed, too. Compare who printed what, and when.</p>'
            f'<ul class="pq-values">{"".join(open_)}</ul></section>'
        )
    if folded:
        html += (
            f'<details class="pq-others"><summary>Other values, less likely ({len(folded)})</summary>'
            f'<ul class="pq-values">{"".join(folded)}</ul></details>'
        )
    return html


def rivals(answer: Answer) -> tuple[Candidate, ...]:
    """Return the other values that are well supported: at least half as likely as the first, and not unlikely.

    Two values out of one sentence don't contradict each other: "Pellow's Yard" and "Tannery Creek" where it was towed;
    nor does one that stands among the values by day, which say how it relates.
    """
    if not answer.answers:
        return ()
    bound = max(_RIVAL_FROM, answer.answers[0].confidence / 2)
    said = _sentences(answer.answers[0])
    if days_heading(answer):
        said |= {_place(citation) for value in answer.by_day for citation in value.citations}
    return tuple(
        candidate
        for candidate in answer.answers[1 : 1 + _OTHER_VALUES]
        if candidate.confidence >= bound and not said & _sentences(candidate)
    )


def _sentences(candidate: Candidate) -> set[tuple[str, int]]:
    return {_place(citation) for citation in candidate.citations}


def _place(citation: Citation) -> tuple[str, int]:
    return citation.article_id, citation.sentence_start


def _value(exchange: Exchange, place: int, candidate: Candidate, said: Judgement) -> str:
    value = escape(shorten(candidate.text, 160))
    return (
        f'<li><p class="pq-value">“{value}”</p>{standing(candidate)}'
        f"{sources(exchange, place, candidate.citations, shown=1)}"
        f'<div class="pq-verdicts" role="group" aria-label="Is “{value}” right?">'
        f"{_verdicts(exchange, said, place)}</div></li>"
    )


def _quoted(exchange: Exchange, answer: Answer, said: Judgement) -> str:
    """Return the sentences that speak to a question, and the values read in them."""
    if told_by_sides(answer):
        return ""
    rows = "".join(
        f"<li>{sentence(quotation.citation)}{sureness(quotation)}"
        f"{sources(exchange, place, (quotation.citation, *quotation.reprints), shown=1, of='quotation')}</li>"
        for place, quotation in enumerate(shown_quotations(answer))
    )
    return (
        f'<p class="pq-speaks">{text(speaking(answer))}</p><ol class="pq-values pq-quotations">{rows}</ol>'
        f"{values_by_day(exchange, answer)}"
        f"{_folded_values(exchange, answer, said, 'Values read in them, none of them sure')}"
    )


def _folded_values(exchange: Exchange, answer: Answer, said: Judgement, heading: str) -> str:
    shown = answer.answers[:_OTHER_VALUES]
    values = "".join(_value(exchange, place, candidate, said) for place, candidate in enumerate(shown))
    if not values:
        return ""
    return (
        f'<details class="pq-others"><summary>{heading} ({len(shown)})</summary>'
        f'<ul class="pq-values">{values}</ul></details>'
    )


def _absent(exchange: Exchange, answer: Answer, said: Judgement) -> str:
    return (
        f'<p class="pq-absent">{text(absence(answer))}</p>'
        f'<p class="pq-note">{text(scope(answer.searched))}.</p>'
        f"{_ways_on(exchange)}{_nearest(exchange, answer)}"
        + _folded_values(exchange, answer, said, "Values that were not sure enough")
    )


def _ways_on(exchange: Exchange) -> str:
    """Return buttons that ask again with a filter dropped, each saying which."""
    ways = [*_droppable(exchange.filters)]
    if len(ways) > 1:
        ways.append(("all", "Drop all filters"))
    buttons = "".join(
        f'<button type="button" class="pq-button" data-pq="refine" data-drop="{drop}" '
        f'data-exchange="{exchange.id}">{label}</button>'
        for drop, label in ways
    )
    rephrase = (
        f'<button type="button" class="pq-button" data-pq-rephrase="{text(exchange.understood)}">'
        "Put it another way</button>"
    )
    return f'<div class="pq-ways" role="group" aria-label="Ways on">{buttons}{rephrase}</div>'


def _droppable(filters: Filters) -> list[tuple[str, str]]:
    ways = []
    if filters.since or filters.until:
        ways.append(("dates", "Search all dates"))
    if filters.as_of:
        ways.append(("as_of", f"Search past {day(filters.as_of)}"))
    if filters.outlets:
        ways.append(("outlets", "Search every outlet"))
    if filters.authors:
        ways.append(("authors", "Search every byline"))
    return ways


def _foot(exchange: Exchange, answer: Answer, said: Judgement) -> str:
    total = answer.timings_ms.get("total")
    steps = [
        scope(answer.searched),
        f"read {count(len(answer.passages), 'passage')}",
        *([milliseconds(total)] if total is not None else []),
    ]
    buttons = _verdicts(exchange, said, None, *_VERDICTS[answer.state])
    return (
        f'<footer class="pq-foot"><p class="pq-note">{text(" · ".join(steps))}</p>'
        f'<div class="pq-verdicts" role="group" aria-label="Is this right?">{buttons}'
        '<button type="button" class="pq-verdict" data-pq-toggle="pq-better" '
        f'aria-pressed="{_pressed(said, None, "better")}">Better answer…</button></div>'
        f'<form class="pq-form pq-better" data-pq="verdict" data-verdict="better" data-exchange="{exchange.id}" hidden>'
        '<label>The better answer, in words as printed<input name="text" autocomplete="off" required></label>'
        '<button type="submit" class="pq-button">Send</button></form>'
        f'<p class="pq-thanks" role="status">{text(said.note)}</p></footer>'
    )


def _verdicts(
    exchange: Exchange, said: Judgement, place: int | None, right: str = "Right", wrong: str = "Wrong"
) -> str:
    """Return the two buttons that judge a value by its place, or what was answered."""
    value = "" if place is None else f' data-candidate="{place}"'
    return "".join(
        f'<button type="button" class="pq-verdict" data-pq="verdict" data-verdict="{name}"{value} '
        f'data-exchange="{exchange.id}" aria-pressed="{_pressed(said, place, name)}">{label}</button>'
        for name, label in (("right", right), ("wrong", wrong))
    )


def _pressed(said: Judgement, place: int | None, verdict: str) -> str:
    return str(said.verdicts.get(place) == verdict).lower()
