"""A conversation as one HTML page that loads nothing and runs nothing, for screens light and dark, and for paper.

Every piece of text passes through `markup.text`, every address through `web_link`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from pullquote.answers import Answer, Candidate, Citation, Hit, State
from pullquote.ui.conversation import Conversation, Exchange
from pullquote.ui.export.wording import (
    PASSAGE_CHARS,
    TITLE,
    archive_line,
    asked_line,
    export_line,
    nearest,
    place_line,
    standing,
)
from pullquote.ui.markup import marked_sentence, text, time_tag
from pullquote.ui.printable import shorten
from pullquote.ui.wording import (
    absence,
    byline,
    compared,
    confidence,
    days_heading,
    enumerated,
    likelihood,
    parted,
    printed_on,
    said_by,
    searched,
    shown_quotations,
    speaking,
    told_by_sides,
    web_link,
)

if TYPE_CHECKING:
    from pullquote.reports import ArchiveInfo

# Nothing may be loaded and nothing run; the page's own style sheet is all it has.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

# Contrasts in light and dark, of which WCAG asks 4.5: --quiet on --page 7.4, 8.8; --link on --page 6.7, 8.6;
# --on-mark on --mark 14.2, 5.9.
_CSS = """
:root { color-scheme: light dark; --page: #fff; --ink: #1c1917; --quiet: #55555f; --link: #1d4ed8;
  --mark: #ffe69a; --on-mark: #1c1917; --line: #d6d3d1; }
@media (prefers-color-scheme: dark) {
  :root { --page: #18181b; --ink: #f4f4f5; --quiet: #b6b6c0; --link: #93b4ff; --mark: #7a5b00;
    --on-mark: #fff7df; --line: #3f3f46; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); overflow-wrap: anywhere;
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; }
main { max-width: 44rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1, h2, .answer { font-family: Georgia, "Noto Serif", serif; line-height: 1.25; }
h1 { margin: 0 0 .5rem; font-size: 1.9rem; }
h2 { margin: 0 0 .25rem; font-size: 1.3rem; }
h3 { margin: 1.25rem 0 .25rem; font-size: 1rem; }
p { margin: .25rem 0; }
header p, .note, .place, .address { color: var(--quiet); font-size: .875rem; }
.exchange { margin-top: 2.25rem; padding-top: 1.5rem; border-top: 1px solid var(--line); }
blockquote { margin: .5rem 0; padding: 0 0 0 .9rem; border-left: 3px solid var(--line); }
.answer { margin: .9rem 0; padding: 0; border: 0; font-size: 1.6rem; }
.absent, .title { font-weight: 600; }
ul { margin: .5rem 0; padding: 0; list-style: none; }
li { margin: 0 0 1rem; }
mark { background: var(--mark); color: var(--on-mark); padding: 0 .1em; border-radius: 3px; }
a { color: var(--link); text-underline-offset: 2px; }
.address { display: none; }
@media print {
  :root { --page: #fff; --ink: #000; --quiet: #444; --link: #000; --mark: #ffe69a; --on-mark: #000; --line: #999; }
  main { max-width: none; padding: 0; }
  body { font-size: 10.5pt; }
  .address { display: block; font-weight: 400; }
  mark { print-color-adjust: exact; -webkit-print-color-adjust: exact; text-decoration: underline; }
  h2, h3, .answer { break-after: avoid; }
  li, blockquote { break-inside: avoid; }
}
"""


def to_html(conversation: Conversation, info: ArchiveInfo, *, exported_at: dt.datetime) -> str:
    """Return one HTML page that loads nothing and runs nothing, for screens light and dark, and for paper."""
    body = "".join(_html_exchange(number, exchange) for number, exchange in enumerate(conversation, 1))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{TITLE}</title>\n<style>{_CSS}</style>\n</head>\n<body>\n<main>\n<header><h1>{TITLE}</h1>"
        f"<p>{text(archive_line(info))}</p><p>{text(export_line(info, exported_at))}</p></header>\n"
        f"{body}</main>\n</body>\n</html>\n"
    )


def _html_exchange(number: int, exchange: Exchange) -> str:
    return (
        f'<section class="exchange"><h2>{number}. {text(exchange.question)}</h2>'
        f'<p class="note">{text(asked_line(exchange))}</p>{_html_outcome(exchange)}</section>\n'
    )


def _html_outcome(exchange: Exchange) -> str:
    answer = exchange.answer
    if answer is None:
        return f'<p class="absent">No answer: {text(exchange.error)}</p>'
    if answer.parts:
        each = (
            f"<h3>{number}. {text(part.understood)}</h3>{_html_outcome(part)}"
            for number, part in enumerate(exchange.parts, 1)
        )
        return f'<p class="absent">{text(parted(answer))}</p>{"".join(each)}'
    return _html_kinds(answer) + _html_answer(answer)


def _html_kinds(answer: Answer) -> str:
    """Return the sides of a comparison and the items of a list."""
    parts: list[str] = []
    for side in answer.sides:
        parts.append(f'<h3>{text(compared(side))}</h3><p class="note">Asked: {text(side.question)}</p>')
        for one in shown_quotations(side) if side.speaks else ():
            parts.append(f'<p class="note">{text(f"{likelihood(one)}, {confidence(one)}")}</p>')
            parts.append(_html_cited((one.citation, *one.reprints)))
    if answer.items:
        parts += [f"<h3>{text(enumerated(answer))}</h3>", *map(_html_value, answer.items)]
    return "".join(parts)


def _html_answer(answer: Answer) -> str:
    found = f'<p class="note">{text(searched(answer))}</p>'
    if answer.state is State.SPEAKS:
        told = told_by_sides(answer)
        parts = ["" if told else f'<p class="absent">{text(speaking(answer))}</p>', found]
        for one in () if told else shown_quotations(answer):
            parts.append(f'<p class="note">{text(f"{likelihood(one)}, {confidence(one)}")}</p>')
            parts.append(_html_cited((one.citation, *one.reprints)))
        parts.append(_html_days(answer))
        return "".join([*parts, "<h3>Values read in them, none of them sure</h3>", *map(_html_value, answer.answers)])
    if answer.state is State.SILENT:
        parts = [f'<p class="absent">{text(absence(answer))}</p>', found if answer.searched.articles else ""]
        if answer.passages:
            parts += ["<h3>Nearest passages</h3>", _html_list([_html_passage(hit) for hit in nearest(answer)])]
        if answer.answers:
            parts += ["<h3>Nearest values, none of them sure enough</h3>", *map(_html_value, answer.answers)]
        return "".join(parts)
    best, *others = answer.answers
    parts = [
        f'<blockquote class="answer">“{text(best.text)}”</blockquote><p class="note">{text(standing(best))}</p>',
        _html_citations(best),
        _html_days(answer),
    ]
    if others:
        parts += ["<h3>Other values</h3>", *map(_html_value, others)]
    return "".join([*parts, found])


def _html_days(answer: Answer) -> str:
    """Return the values by day, each with its places; "" where there are none to compare."""
    heading = days_heading(answer)
    rows = "".join(
        f'<p>“{text(one.text)}” <span class="note">{text(printed_on(one))}</span></p>{_html_cited(one.citations)}'
        for one in answer.by_day
    )
    return f"<h3>{heading}</h3>{rows}" if heading else ""


def _html_value(candidate: Candidate) -> str:
    note = f'<span class="note">{text(standing(candidate))}</span>'
    return f"<p>“{text(candidate.text)}” {note}</p>{_html_citations(candidate)}"


def _html_citations(candidate: Candidate) -> str:
    return _html_cited(candidate.citations)


def _html_cited(citations: Sequence[Citation]) -> str:
    return _html_list([_html_citation(citation) for citation in citations])


def _html_citation(citation: Citation) -> str:
    speaker = f'<p class="note">{text(said_by(citation))}</p>' if citation.speaker else ""
    return (
        f"<blockquote>{marked_sentence(citation)}</blockquote>{speaker}"
        f'<p class="title">{_html_link(citation.title or citation.article_id, citation.link or citation.url)}</p>'
        f"<p>{_html_source(citation.outlet, citation.authors, citation.published)}</p>"
        f'<p class="place">{text(place_line(citation))}</p>'
    )


def _html_passage(hit: Hit) -> str:
    article = hit.article
    return (
        f'<p class="title">{_html_link(article.title or article.id, article.url)}</p>'
        f"<p>{_html_source(article.outlet, article.authors, article.published)}</p>"
        f"<p>{escape(shorten(hit.passage.text, PASSAGE_CHARS))}</p>"
    )


def _html_source(outlet: str | None, authors: Sequence[str], published: dt.date | None) -> str:
    parts = (f"<strong>{text(outlet)}</strong>" if outlet else "", text(byline(authors)), time_tag(published))
    return " · ".join(part for part in parts if part)


def _html_link(label: str, link: str | None) -> str:
    address = web_link(link)
    if not address:
        return text(label)
    shown = f'<span class="address">{text(address)}</span>'
    return f'<a href="{escape(address)}" rel="noopener noreferrer">{text(label)}</a>{shown}'


def _html_list(entries: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{entry}</li>" for entry in entries) + "</ul>"
