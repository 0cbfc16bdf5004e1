"""What the card of a comparison and of a list shows: each side with its sentences, each item in its sentence."""

from __future__ import annotations

from pullquote.answers import Answer, Candidate, Quotation, Side, State
from pullquote.ui.cards.parts import sentence, sources, standing, sureness
from pullquote.ui.conversation import Exchange
from pullquote.ui.markup import text
from pullquote.ui.wording import compared, enumerated, shown_quotations

# Items in the open; those beyond are folded.
_ITEMS_SHOWN = 8


def sides(exchange: Exchange, answer: Answer) -> str:
    """Return the sides of a comparison, beside each other where there is room; "" without any."""
    columns = "".join(_side(exchange, place, side) for place, side in enumerate(answer.sides))
    return f'<div class="pq-sides">{columns}</div>' if columns else ""


def _side(exchange: Exchange, place: int, side: Side) -> str:
    shown = shown_quotations(side) if side.speaks else ()
    rows = "".join(_quotation(exchange, number, one, place) for number, one in enumerate(shown))
    quoted = f'<ol class="pq-values pq-quotations">{rows}</ol>' if rows else ""
    return (
        f'<section class="pq-side"><h3>{text(compared(side))}</h3>'
        f'<p class="pq-note">Asked: <q>{text(side.question)}</q></p>{quoted}</section>'
    )


def _quotation(exchange: Exchange, place: int, one: Quotation, side: int) -> str:
    cited = sources(exchange, place, (one.citation, *one.reprints), shown=1, of="quotation", side=side)
    return f"<li>{sentence(one.citation)}{sureness(one)}{cited}</li>"


def items(exchange: Exchange, answer: Answer) -> str:
    """Return the items of a list, each in its sentence; folded where the archive is silent, "" without any."""
    rows = [_item(exchange, place, item) for place, item in enumerate(answer.items)]
    if not rows:
        return ""
    heading = text(enumerated(answer))
    if answer.state is State.SILENT:
        return (
            f'<details class="pq-others"><summary>{heading.rstrip(":")}</summary>'
            f'<ul class="pq-values pq-items">{"".join(rows)}</ul></details>'
        )
    more = "".join(rows[_ITEMS_SHOWN:])
    folded = (
        f'<details class="pq-more"><summary>{len(rows) - _ITEMS_SHOWN} more</summary>'
        f'<ul class="pq-values pq-items">{more}</ul></details>'
        if more
        else ""
    )
    return (
        f'<section class="pq-list"><p class="pq-speaks">{heading}</p>'
        f'<ul class="pq-values pq-items">{"".join(rows[:_ITEMS_SHOWN])}</ul>{folded}</section>'
    )


def _item(exchange: Exchange, place: int, item: Candidate) -> str:
    return (
        f'<li><p class="pq-value">“{text(item.text)}”</p>{sentence(item.citations[0])}{standing(item)}'
        f"{sources(exchange, place, item.citations, shown=1, of='item')}</li>"
    )
