"""What cards are made of: values' standing, sentences, citations and passages as HTML, every text escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from pullquote.answers import Candidate, Citation, Hit, Quotation, Searched
from pullquote.ui.conversation import Exchange
from pullquote.ui.markup import marked_sentence, text, time_tag
from pullquote.ui.printable import shorten
from pullquote.ui.wording import (
    between,
    byline,
    count,
    imprint,
    likelihood,
    limits_of,
    printed_by,
    publisher,
    said_by,
    share,
)

_PLACES_SHOWN = 3
_PASSAGE_CHARS = 360


def standing(candidate: Candidate) -> str:
    """Return how sure a value is, in words with a bar, and how many printed it."""
    parts = (printed_by(candidate.citations), count(candidate.origins, "independent report"))
    return (
        f'<p class="pq-standing">{_meter(candidate, "be right")}'
        f'<span class="pq-note">{" · ".join(part for part in parts if part)}</span></p>'
    )


def sureness(quotation: Quotation) -> str:
    """Return how likely a quotation answers, in words with a bar, and how many printed it."""
    printed = printed_by((quotation.citation, *quotation.reprints))
    return f'<p class="pq-standing">{_meter(quotation, "answer this")}<span class="pq-note">{printed}</span></p>'


def _meter(one: Candidate | Quotation, what: str) -> str:
    words = likelihood(one)
    told = f"{share(one.confidence)} likely to {what}" if one.calibrated else "not calibrated"
    bar = f'<span class="pq-bar"><span style="width:{100 * one.confidence:.0f}%"></span></span>'
    return (
        f'<span class="pq-sure" tabindex="0" role="meter" aria-label="How sure" '
        f'aria-valuemin="0" aria-valuemax="100" aria-valuenow="{100 * one.confidence:.0f}" '
        f'aria-valuetext="{words}, {told}">'
        f'<span class="pq-words">{words[0].upper()}{words[1:]}</span>{bar}<span class="pq-tip">{told}</span></span>'
    )


def sentence(citation: Citation) -> str:
    """Return the sentence that prints a value, the value marked, and who says it."""
    marked = marked_sentence(citation, '<mark class="pq-span">')
    speaker = f'<p class="pq-note pq-speaker">{text(said_by(citation))}</p>' if citation.speaker else ""
    return f'<p class="pq-sentence">{marked}</p>{speaker}'


def sources(
    exchange: Exchange,
    place: int,
    citations: Sequence[Citation],
    *,
    shown: int = _PLACES_SHOWN,
    of: str = "candidate",
    side: int | None = None,
) -> str:
    """Return who printed a value or a quotation, as buttons that open the article; those beyond `shown` are folded.

    Args:
        exchange: what it answers.
        place: which of its answer's values, or quotations, it is.
        citations: of it, best first.
        shown: how many stand in the open.
        of: "candidate" for a value, "quotation", "item" of a list, or "day" for a value of one day.
        side: of a comparison, which side the quotation is of.
    """
    beside = "" if side is None else f' data-side="{side}"'
    where = f'data-exchange="{exchange.id}"{beside} data-{of}="{place}" data-citation="{{}}"'
    rows = [f"<li>{_cite(citation, where.format(number))}</li>" for number, citation in enumerate(citations)]
    first, more = (f'<ul class="pq-cites">{"".join(part)}</ul>' for part in (rows[:shown], rows[shown:]))
    if len(rows) <= shown:
        return first
    return f'{first}<details class="pq-more"><summary>{len(rows) - shown} more</summary>{more}</details>'


def _cite(citation: Citation, where: str) -> str:
    when = time_tag(citation.published) or "no date"
    outlet, by = publisher(citation.outlet, citation.url), byline(citation.authors)
    return (
        f'<button type="button" class="pq-cite" data-pq="cite" {where}>'
        f'<span class="pq-cite-top"><strong>{text(outlet or "Unknown outlet")}</strong> {when}</span>'
        f'<span class="pq-cite-title">{text(citation.title or citation.article_id)}</span>'
        f'<span class="pq-cite-by">{text(by)}</span></button>'
    )


def passage(hit: Hit, exchange_id: str = "", place: int = 0) -> str:
    """Return the beginning of a passage; with an exchange, its headline opens the article there."""
    article = hit.article
    outlet = publisher(article.outlet, article.url)
    title = text(article.title or article.id)
    if exchange_id:
        where = f'data-exchange="{exchange_id}" data-passage="{place}"'
        title = f'<button type="button" class="pq-plain" data-pq="cite" {where}>{title}</button>'
    return (
        f'<div class="pq-near"><p class="pq-title">{title}</p>'
        f'<p class="pq-note">{text(imprint(outlet, article.authors, article.published))}</p>'
        f"<p>{escape(shorten(hit.passage.text, _PASSAGE_CHARS))}</p></div>"
    )


def questions_to_try(questions: Sequence[str]) -> str:
    """Return buttons that each ask a question; nothing without questions."""
    buttons = "".join(
        f'<button type="button" class="pq-button" data-pq="reask" data-understood="{text(question)}">'
        f"{text(question)}</button>"
        for question in questions
    )
    return f'<div class="pq-ways" role="group" aria-label="Questions to try">{buttons}</div>' if buttons else ""


def scope(searched: Searched) -> str:
    """Return "Searched 45 articles from 9 March 2031 to 15 May 2031"."""
    days = between(searched.since, searched.until)
    said = f"Searched {count(searched.articles, 'article')}{' ' + days if days else ''}"
    # More facts follow on the same line.
    return ". ".join([said, *limits_of(searched)]).removesuffix(".")
