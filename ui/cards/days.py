"""A card's values by day as HTML: what each day's papers printed, the latest first, and how that relates."""

from __future__ import annotations

from html import escape

from pullquote.answers import Answer, Course, DatedValue
from pullquote.ui.cards.parts import sources
from pullquote.ui.conversation import Exchange
from pullquote.ui.markup import time_tag
from pullquote.ui.printable import shorten
from pullquote.ui.wording import days_heading, shown_days

_OUTLETS = 3


def values_by_day(exchange: Exchange, answer: Answer) -> str:
    """Return the values by day: folded where they agree, in the open where they changed or disagree; "" without any."""
    heading = days_heading(answer)
    if not heading:
        return ""
    places = {id(value): place for place, value in enumerate(answer.by_day)}
    rows = "".join(_row(exchange, places[id(value)], value) for value in shown_days(answer))
    listed = f'<ol class="pq-days">{rows}</ol>'
    if answer.course is Course.AGREE:
        return f'<details class="pq-others"><summary>{heading}</summary>{listed}</details>'
    kind = " pq-conflict" if answer.course is Course.DISAGREE else ""
    return f'<section class="pq-others pq-course{kind}"><h3>{heading}</h3>{listed}</section>'


def _row(exchange: Exchange, place: int, value: DatedValue) -> str:
    when = time_tag(value.day) or "no date"
    words = f"“{escape(shorten(value.text, 120))}”"
    printed = f"<s>{words}</s>" if value.withdrawn else words
    note = '<span class="pq-withdrawn">withdrawn by a correction</span>' if value.withdrawn else ""
    return (
        f'<li><p class="pq-day">{when}</p><p class="pq-value">{printed} {note}</p>'
        f"{sources(exchange, place, value.citations, shown=1, of='day')}</li>"
    )
