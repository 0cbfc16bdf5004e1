"""A conversation as Markdown. Every piece of text passes through `escape_markdown`, addresses through `web_link`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pullquote.answers import Answer, Candidate, Citation, Hit, State
from pullquote.ui.conversation import Conversation, Exchange
from pullquote.ui.export.citing import escape_markdown, markdown_link
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
from pullquote.ui.printable import shorten
from pullquote.ui.wording import (
    absence,
    around_span,
    compared,
    confidence,
    days_heading,
    enumerated,
    imprint,
    likelihood,
    parted,
    printed_on,
    said_by,
    searched,
    shown_quotations,
    speaking,
    told_by_sides,
)

if TYPE_CHECKING:
    from pullquote.reports import ArchiveInfo


def to_markdown(conversation: Conversation, info: ArchiveInfo, *, exported_at: dt.datetime) -> str:
    """Return the conversation as Markdown; nothing of an article or question is markup in it."""
    parts = [f"# {TITLE}", escape_markdown(archive_line(info)), escape_markdown(export_line(info, exported_at))]
    for number, exchange in enumerate(conversation, 1):
        parts += [f"## {number}. {escape_markdown(exchange.question)}", escape_markdown(asked_line(exchange))]
        parts += _markdown_outcome(exchange)
    return "\n\n".join(part for part in parts if part) + "\n"


def _markdown_outcome(exchange: Exchange) -> list[str]:
    answer = exchange.answer
    if answer is None:
        return [f"**No answer:** {escape_markdown(exchange.error)}"]
    if answer.parts:
        parts = [f"**{escape_markdown(parted(answer))}**"]
        for number, part in enumerate(exchange.parts, 1):
            parts += [f"### {number}. {escape_markdown(part.understood)}", *_markdown_outcome(part)]
        return parts
    return [*_markdown_kinds(answer), *_markdown_answer(answer)]


def _markdown_kinds(answer: Answer) -> list[str]:
    """Return the sides of a comparison and the items of a list."""
    parts: list[str] = []
    for side in answer.sides:
        parts += [f"**{escape_markdown(compared(side))}**", escape_markdown(f"Asked: {side.question}")]
        for one in shown_quotations(side) if side.speaks else ():
            parts += [
                escape_markdown(f"{likelihood(one)}, {confidence(one)}"),
                _markdown_cited((one.citation, *one.reprints)),
            ]
    if answer.items:
        parts += [f"**{escape_markdown(enumerated(answer))}**", _markdown_values(answer.items)]
    return parts


def _markdown_answer(answer: Answer) -> list[str]:
    found = escape_markdown(searched(answer))
    if answer.state is State.SPEAKS:
        told = told_by_sides(answer)
        quoted = [] if told else [(one, (one.citation, *one.reprints)) for one in shown_quotations(answer)]
        parts = [*([] if told else [f"**{escape_markdown(speaking(answer))}**"]), found]
        for one, cited in quoted:
            parts += [escape_markdown(f"{likelihood(one)}, {confidence(one)}"), _markdown_cited(cited)]
        values = _markdown_values(answer.answers)
        return [*parts, *_markdown_days(answer), "Values read in them, none of them sure:", values]
    if answer.state is State.SILENT:
        parts = [f"**{escape_markdown(absence(answer))}**", found if answer.searched.articles else ""]
        if answer.passages:
            parts += ["Nearest passages:", _markdown_list([_markdown_passage(hit) for hit in nearest(answer)])]
        if answer.answers:
            parts += ["Nearest values, none of them sure enough:", _markdown_values(answer.answers)]
        return parts
    best, *others = answer.answers
    parts = [f"**“{escape_markdown(best.text)}”**", escape_markdown(standing(best)), _markdown_citations(best)]
    parts += _markdown_days(answer)
    if others:
        parts += ["Other values:", _markdown_values(others)]
    return [*parts, found]


def _markdown_days(answer: Answer) -> list[str]:
    """Return the values by day, each with its places; nothing where there are none to compare."""
    heading = days_heading(answer)
    rows = [
        f"“{escape_markdown(one.text)}” ({escape_markdown(printed_on(one))})\n\n{_markdown_cited(one.citations)}"
        for one in answer.by_day
    ]
    return [f"{heading}:", *rows] if heading else []


def _markdown_values(candidates: Sequence[Candidate]) -> str:
    return "\n\n".join(
        f"“{escape_markdown(one.text)}” ({escape_markdown(standing(one))})\n\n{_markdown_citations(one)}"
        for one in candidates
    )


def _markdown_citations(candidate: Candidate) -> str:
    return _markdown_cited(candidate.citations)


def _markdown_cited(citations: Sequence[Citation]) -> str:
    return _markdown_list([_markdown_citation(citation) for citation in citations])


def _markdown_citation(citation: Citation) -> str:
    # White space at a mark's edge would keep Markdown from taking it for one.
    before, span, after = around_span(citation)
    bold = f"**{escape_markdown(span)}**" if span.strip() else ""
    lead = " " if before[-1:].isspace() or span[:1].isspace() else ""
    trail = " " if after[:1].isspace() or span[-1:].isspace() else ""
    sentence = f"{escape_markdown(before)}{lead}{bold}{trail}{escape_markdown(after)}".strip()
    title = markdown_link(citation.title or citation.article_id, citation.link or citation.url)
    source = escape_markdown(imprint(citation.outlet, citation.authors, citation.published))
    speaker, place = escape_markdown(said_by(citation)), escape_markdown(place_line(citation))
    lines = [sentence, speaker, ", ".join(part for part in (title, source) if part), place]
    return "  \n".join(line for line in lines if line or line is sentence)


def _markdown_passage(hit: Hit) -> str:
    article = hit.article
    title = markdown_link(article.title or article.id, article.url)
    source = escape_markdown(imprint(article.outlet, article.authors, article.published))
    return f"{title}{', ' + source if source else ''}  \n{escape_markdown(shorten(hit.passage.text, PASSAGE_CHARS))}"


def _markdown_list(entries: Sequence[str]) -> str:
    return "\n".join("- " + entry.replace("\n", "\n  ") for entry in entries)
