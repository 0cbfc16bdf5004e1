"""What the commands print for people. Text reaches rich as `Text` only, so that no markup in it counts."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.text import Text

from pullquote.answers import Answer, Candidate, Citation, Hit, State
from pullquote.articles import AddReport, Article, ArticleEntry, Edit, Skipped
from pullquote.printable import one_line
from pullquote.ui.cli.consoles import console
from pullquote.ui.cli.progress import duration
from pullquote.ui.printable import shorten
from pullquote.ui.wording import (
    absence,
    around_span,
    byline,
    compared,
    confidence,
    count,
    day,
    days_heading,
    enumerated,
    imprint,
    likelihood,
    parted,
    printed_on,
    said_by,
    searched,
    shown_days,
    shown_quotations,
    speaking,
    told_by_sides,
    web_link,
)

if TYPE_CHECKING:
    from pullquote.reports import ArchiveInfo, FollowReport

# Longer lines are hard to read; shorter terminals wrap at their own width.
_WIDTH = 100
_OTHER_VALUES = 4
_NEAREST = 3
_ALSO_IN = 3
_SKIPPED_SHOWN = 20
_SNIPPET_CHARS = 320


class Page:
    """Prints indented paragraphs: wrapped and coloured on a terminal, one line each into a pipe."""

    def __init__(self, *, stderr: bool = False) -> None:
        stream = sys.stderr if stderr else sys.stdout
        self._console = console(stream)
        if self._console.is_terminal:
            self._console.width = min(self._console.width, _WIDTH)

    def line(self, *parts: str | tuple[str, str], indent: int = 0, whole: bool = False) -> None:
        """Print a paragraph of plain and `(text, style)` parts; `whole` keeps it on one line, for links."""
        text = Text.assemble(*parts)
        if not text.plain.strip():
            self._console.print()
        elif whole or not self._console.is_terminal:
            self._console.print(Text(" " * indent) + text, soft_wrap=True)
        else:
            self._console.print(Padding(text, (0, 0, 0, indent)))


def show_answer(answer: Answer, *, headed: bool = False) -> None:
    """Print an answer, or that the archive doesn't hold it, with what stands behind that.

    Args:
        answer: to print.
        headed: what it was understood as stands above already.
    """
    page = Page()
    if answer.parts:
        page.line()
        page.line((parted(answer), "bold yellow"), indent=2)
        for number, part in enumerate(answer.parts, 1):
            page.line()
            page.line((f"{number}. {one_line(part.understood or part.question)}", "bold"), indent=2)
            show_answer(part, headed=True)
        return
    if answer.understood is not None and not headed:
        page.line()
        page.line(("Understood as:  ", "dim"), one_line(answer.understood), indent=2)
    _show_sides(page, answer)
    if answer.state is State.SILENT:
        _show_absence(page, answer)
        _show_items(page, answer)
        return
    _show_items(page, answer)
    if answer.state is State.SPEAKS:
        if not told_by_sides(answer):
            _show_quotations(page, answer)
        return
    best = answer.answers[0]
    page.line()
    page.line((f"“{one_line(best.text)}”", "bold green"), indent=2)
    page.line()
    _show_citation(page, best.citations[0])
    page.line((_standing(best), "dim"), indent=2)
    for citation in best.citations[1 : 1 + _ALSO_IN]:
        page.line(("also in  ", "dim"), _place(citation), indent=2)
        _show_link(page, citation.link, indent=11)
    _show_days(page, answer)
    _show_others(page, "Other values", answer.answers[1 : 1 + _OTHER_VALUES])


def _show_sides(page: Page, answer: Answer) -> None:
    for side in answer.sides:
        page.line()
        page.line((one_line(compared(side)), "bold yellow"), (f"  {one_line(side.question)}", "dim"), indent=2)
        for quotation in shown_quotations(side) if side.speaks else ():
            page.line()
            page.line((likelihood(quotation), "bold"), (f" · {confidence(quotation)}", "dim"), indent=2)
            page.line()
            _show_citation(page, quotation.citation)


def _show_items(page: Page, answer: Answer) -> None:
    if not answer.items:
        return
    page.line()
    page.line((enumerated(answer), "bold yellow"), indent=2)
    for item in answer.items:
        page.line()
        page.line((f"“{one_line(item.text)}”", "bold green"), (f"  {_items_standing(item)}", "dim"), indent=2)
        before, span, after = around_span(item.citations[0])
        page.line(_inner(before), (_inner(span), "bold reverse"), _inner(after), indent=4)
        page.line((_place(item.citations[0]), "dim"), indent=4)
        _show_link(page, item.citations[0].link, indent=4)


def _items_standing(item: Candidate) -> str:
    return f"{count(item.origins, 'independent report')} · {likelihood(item)} · {confidence(item)}"


def _show_absence(page: Page, answer: Answer) -> None:
    page.line()
    page.line((absence(answer), "bold yellow"), indent=2)
    if answer.searched.articles:
        page.line(searched(answer), indent=2)
    if answer.remark is not None and answer.remark.try_asking:
        page.line()
        page.line(("Try asking", "bold"), indent=2)
        for question in answer.remark.try_asking:
            page.line(one_line(question), indent=4)
    if answer.passages:
        page.line()
        page.line(("Nearest passages", "bold"), indent=2)
        for hit in answer.passages[:_NEAREST]:
            article = hit.article
            page.line()
            page.line((one_line(article.title) or article.id, "bold"), indent=2)
            page.line((one_line(imprint(article.outlet, article.authors, article.published)), "dim"), indent=2)
            page.line(shorten(hit.passage.text, _SNIPPET_CHARS), indent=2)
            _show_link(page, article.url, indent=2)
    _show_others(page, "Nearest values, none of them sure enough", answer.answers[:_OTHER_VALUES])


def _show_quotations(page: Page, answer: Answer) -> None:
    page.line()
    page.line((speaking(answer), "bold yellow"), indent=2)
    for number, quotation in enumerate(shown_quotations(answer), 1):
        page.line()
        page.line((f"{number}. {likelihood(quotation)}", "bold"), (f" · {confidence(quotation)}", "dim"), indent=2)
        page.line()
        _show_citation(page, quotation.citation)
        for citation in quotation.reprints[:_ALSO_IN]:
            page.line(("also in  ", "dim"), _place(citation), indent=2)
    _show_days(page, answer)
    _show_others(page, "Values read in them, none of them sure", answer.answers[:_OTHER_VALUES])


def _show_citation(page: Page, citation: Citation) -> None:
    before, span, after = around_span(citation)
    # White space is made one space part by part, so a part keeps one at its edge.
    page.line(_inner(before), (_inner(span), "bold reverse"), _inner(after), indent=2)
    if speaker := said_by(citation):
        page.line((one_line(speaker), "dim"), indent=2)
    page.line()
    page.line((one_line(citation.title), "bold"), indent=2)
    page.line(one_line(imprint(citation.outlet, citation.authors, citation.published)), indent=2)
    _show_link(page, citation.link, indent=2)


def _show_days(page: Page, answer: Answer) -> None:
    if not (heading := days_heading(answer)):
        return
    page.line()
    page.line((heading, "bold"), indent=2)
    for value in shown_days(answer):
        style = "dim strike" if value.withdrawn else ""
        page.line((f"“{shorten(value.text, 80)}”", style), (f"  {one_line(printed_on(value))}", "dim"), indent=2)


def _show_link(page: Page, link: str | None, *, indent: int) -> None:
    address = web_link(link)
    if address:
        page.line((one_line(address), "cyan"), indent=indent, whole=True)


def _show_others(page: Page, heading: str, candidates: Sequence[Candidate]) -> None:
    if not candidates:
        return
    page.line()
    page.line((heading, "bold"), indent=2)
    for candidate in candidates:
        where = _place(candidate.citations[0])
        page.line(f"“{shorten(candidate.text, 80)}”", (f"  {candidate.confidence:.2f}  {where}", "dim"), indent=2)


def _standing(candidate: Candidate) -> str:
    citation = candidate.citations[0]
    return (
        f"{count(candidate.origins, 'independent report')} · "
        f"{confidence(candidate)} · "
        f"{_offsets(citation.start, citation.end, citation.article_id, citation.url, citation.page)}"
    )


def _offsets(start: int, end: int, article_id: str, url: str | None, page: int | None = None) -> str:
    where = "" if article_id == url else f" of {one_line(article_id)}"
    return f"{'' if page is None else f'page {page:,}, '}characters {start:,}-{end:,}{where}"


def _place(citation: Citation) -> str:
    return one_line(imprint(citation.outlet, (), citation.published) or citation.title or citation.article_id)


def _inner(text: str) -> str:
    if not text:
        return ""
    return (" " if text[0].isspace() else "") + one_line(text) + (" " if text[-1].isspace() and text.strip() else "")


def show_hits(hits: Sequence[Hit]) -> None:
    """Print the search's list, best first."""
    page = Page()
    for rank, hit in enumerate(hits, 1):
        article = hit.article
        page.line((f"{rank:>3}  ", "bold cyan"), (one_line(article.title) or article.id, "bold"))
        page.line((one_line(imprint(article.outlet, article.authors, article.published)), "dim"), indent=5)
        page.line(one_line(hit.passage.text), indent=5)
        page.line((_scores(hit), "dim"), indent=5)
        _show_link(page, article.url, indent=5)
        page.line()


def _scores(hit: Hit) -> str:
    parts = [
        f"score {hit.score:.4f}",
        _ranked("meaning", hit.dense_score, hit.dense_rank, digits=3),
        _ranked("words", hit.lexical_score, hit.lexical_rank, digits=2),
        _offsets(hit.passage.start, hit.passage.end, hit.article.id, hit.article.url),
    ]
    if hit.near_duplicates:
        parts.append(count(len(hit.near_duplicates), "near-duplicate") + " left out")
    return " · ".join(parts)


def _ranked(name: str, score: float | None, rank: int | None, *, digits: int) -> str:
    if score is None or rank is None:
        return f"{name} -"
    return f"{name} {score:.{digits}f} (no. {rank})"


def show_followed(report: FollowReport) -> None:
    """Print what `follow` did; what gave no article goes to stderr."""
    _show_skipped(report.skipped, Page(stderr=True))
    Page().line(
        f"{len(report.added):,} added, {len(report.updated):,} updated, {report.unchanged:,} unchanged, "
        f"{len(report.gone):,} gone, {len(report.skipped):,} skipped; {count(report.listed, 'page')} listed"
    )


def _show_skipped(skipped: Sequence[Skipped], notes: Page) -> None:
    for one in skipped[:_SKIPPED_SHOWN]:
        notes.line(f"skipped {one_line(one.source)}: {one_line(one.reason)}", whole=True)
    hidden = len(skipped) - _SKIPPED_SHOWN
    if hidden > 0:
        notes.line(f"skipped {hidden:,} more; --json lists them all")


def show_added(report: AddReport) -> None:
    """Print what `add` did; what was skipped, and what articles are stored without, goes to stderr."""
    notes = Page(stderr=True)
    _show_skipped(report.skipped, notes)
    for note in report.notes[:_SKIPPED_SHOWN]:
        notes.line(f"note {one_line(note.source)}: {one_line(note.text)}", whole=True)
    hidden = len(report.notes) - _SKIPPED_SHOWN
    if hidden > 0:
        notes.line(f"{hidden:,} more notes; --json lists them all")
    Page().line(
        f"{len(report.added):,} added, {len(report.updated):,} updated, {report.unchanged:,} unchanged, "
        f"{len(report.skipped):,} skipped; {count(report.passages, 'passage')} in {duration(report.seconds)}"
    )


def show_entries(entries: Sequence[ArticleEntry]) -> None:
    """Print articles by day, as they come: headline, outlet and byline, and the id by which they are named."""
    page, last = Page(), ""
    for entry in entries:
        shown = day(entry.published) if entry.published else "no day"
        if shown != last:
            last = shown
            page.line((shown, "bold"))
        facts = (entry.outlet, byline(entry.authors), "edited" if entry.edited else "")
        page.line(one_line(entry.title) or "no headline", (_after(facts), "dim"), indent=2)
        page.line((one_line(entry.id), "dim"), indent=4, whole=True)


def show_edits(article: Article, edits: Sequence[Edit]) -> None:
    """Print an article's facts, and what people mended of them."""
    page = Page()
    authors, published = ", ".join(article.authors), article.published.isoformat() if article.published else ""
    facts = (("title", article.title), ("outlet", article.outlet), ("published", published), ("authors", authors))
    for name, value in facts:
        page.line(f"{name:<10}{one_line(value or '') or 'not known'}")
    for edit in edits:
        words = "as its source says" if edit.value is None else _fact(edit.value)
        by = f" by {one_line(edit.by)}" if edit.by else ""
        page.line(
            (f"{edit.at:%Y-%m-%d %H:%M} UTC{by}: {edit.field}: {_fact(edit.printed)} -> {words}", "dim"), whole=True
        )


def _fact(value: str | tuple[str, ...]) -> str:
    return one_line(", ".join(value) if isinstance(value, tuple) else value) or "not known"


def _after(facts: Sequence[str | None]) -> str:
    said = [one_line(fact) for fact in facts if fact]
    return f"  {' · '.join(said)}" if said else ""


def show_info(info: ArchiveInfo) -> None:
    """Print what the archive holds."""
    days = " to ".join(value.isoformat() for value in (info.first_day, info.last_day) if value)
    rows = [
        ("archive", one_line(info.path)),
        ("format", str(info.format_version)),
        ("articles", f"{info.articles:,}"),
        ("passages", f"{info.passages:,}"),
        ("days", days or "no dates"),
        ("size", f"{info.bytes_on_disk / 1e6:,.1f} MB"),
        ("embedder", f"{one_line(info.embedder)}, {info.dimension} dimensions"),
        ("weights", f"sha256 {info.embedder_sha256}"),
        *(
            ("outlets" if place == 0 else "", f"{one_line(name)} ({number:,})")
            for place, (name, number) in enumerate(info.outlets)
        ),
    ]
    page = Page()
    for name, value in rows:
        page.line((f"{name:<10}", "bold"), value, whole=True)
