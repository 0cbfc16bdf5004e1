"""Answers as HTML. Every piece of text passes through `_text`, every address through `web_link`."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from pullquote.answers import Answer, Candidate, Citation, Hit
from pullquote.ui.printable import one_line, shorten
from pullquote.ui.wording import (
    NOT_IN_ARCHIVE,
    around_span,
    byline,
    confidence,
    count,
    day,
    imprint,
    searched,
    web_link,
)

_OTHER_VALUES = 4
_PLACES = 5
_PASSAGES = 3
_PASSAGE_CHARS = 420


def answer_card(answer: Answer) -> str:
    """Return one question with its answer, or the statement that the archive doesn't hold it."""
    body = _absent(answer) if answer.abstained or not answer.answers else _found(answer)
    return f'<article class="pq-card"><p class="pq-question">{_text(answer.question)}</p>{body}</article>'


def message_card(question: str, message: str) -> str:
    """Return one question with the reason why it has no answer, such as that it is too long."""
    return (
        f'<article class="pq-card"><p class="pq-question">{escape(shorten(question, 200))}</p>'
        f'<p class="pq-message" role="alert">{_text(message)}</p></article>'
    )


def _found(answer: Answer) -> str:
    best = answer.answers[0]
    others = answer.answers[1 : 1 + _OTHER_VALUES]
    return (
        f'<blockquote class="pq-answer">“{_text(best.text)}”</blockquote>'
        f"{_citation(best.citations[0])}"
        f'<p class="pq-note">{count(best.origins, "independent report")} · '
        f"{confidence(best)}</p>"
        f"{_folded('Also printed in', _places(best.citations[1:])) if best.citations[1:] else ''}"
        f"{_folded('Other values', _values(others)) if others else ''}"
    )


def _absent(answer: Answer) -> str:
    nearest = "".join(_passage(hit) for hit in answer.passages[:_PASSAGES])
    values = _values(answer.answers[:_OTHER_VALUES])
    return (
        f'<p class="pq-absent">{NOT_IN_ARCHIVE}</p>'
        f'<p class="pq-note">{_text(searched(answer))}</p>'
        + (f'<h3 class="pq-heading">Nearest passages</h3>{nearest}' if nearest else "")
        + (_folded("Nearest values, none of them sure enough", values) if answer.answers else "")
    )


def _citation(citation: Citation) -> str:
    before, span, after = around_span(citation)
    marked = f'<mark class="pq-span">{escape(_spaced(span))}</mark>' if span else ""
    return (
        f'<p class="pq-sentence">{escape(_spaced(before))}{marked}{escape(_spaced(after))}</p>'
        f'<p class="pq-title">{_linked(citation.title or citation.article_id, citation.link)}</p>'
        f"{_source(citation.outlet, citation.authors, citation)}"
    )


def _source(outlet: str | None, authors: Sequence[str], citation: Citation) -> str:
    published = citation.published
    when = f'<time datetime="{published.isoformat()}">{day(published)}</time>' if published else ""
    parts = (f"<strong>{_text(outlet)}</strong>" if outlet else "", _text(byline(authors)), when)
    return f'<p class="pq-source">{" · ".join(part for part in parts if part)}</p>'


def _passage(hit: Hit) -> str:
    article = hit.article
    return (
        f'<div class="pq-passage"><p class="pq-title">{_linked(article.title or article.id, article.url)}</p>'
        f'<p class="pq-source">{_text(imprint(article.outlet, article.authors, article.published))}</p>'
        f"<p>{escape(shorten(hit.passage.text, _PASSAGE_CHARS))}</p></div>"
    )


def _places(citations: Sequence[Citation]) -> str:
    rows = (
        f"<li>{_linked(citation.title or citation.article_id, citation.link)} "
        f'<span class="pq-source">{_text(imprint(citation.outlet, citation.authors, citation.published))}</span>'
        "</li>"
        for citation in citations[:_PLACES]
    )
    return f'<ul class="pq-values">{"".join(rows)}</ul>'


def _values(candidates: Sequence[Candidate]) -> str:
    rows = []
    for candidate in candidates:
        citation = candidate.citations[0]
        where = _text(imprint(citation.outlet, (), citation.published))
        title = _linked(citation.title or citation.article_id, citation.link)
        source = " · ".join(part for part in (f"{candidate.confidence:.2f}", where, title) if part)
        value = escape(shorten(candidate.text, 120))
        rows.append(f'<li>“{value}” <span class="pq-source">{source}</span></li>')
    return f'<ul class="pq-values">{"".join(rows)}</ul>'


def _folded(heading: str, body: str) -> str:
    return f'<details class="pq-more"><summary>{heading}</summary>{body}</details>'


def _linked(label: str, link: str | None) -> str:
    address = web_link(link)
    if not address:
        return _text(label)
    return f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer">{_text(label)}</a>'


def _text(value: str) -> str:
    return escape(one_line(value))


def _spaced(part: str) -> str:
    """Return a part of a sentence on one line, with a space kept at either edge where it had one."""
    line = one_line(part)
    if not line:
        return " " if part else ""
    return (" " if part[0].isspace() else "") + line + (" " if part[-1].isspace() else "")
