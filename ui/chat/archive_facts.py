"""What the Archive tab tells: articles by month and outlet, who wrote them, and what an upload did."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from pullquote.articles import AddReport, Article, Note, Skipped
from pullquote.comparing_form import comparing_form
from pullquote.printable import one_line
from pullquote.qa.questions.starters import questions_to_try
from pullquote.ui.markup import text
from pullquote.ui.wording import count

if TYPE_CHECKING:
    from pullquote.index.archive import Archive

OTHERS = "Other outlets"
UNKNOWN = "Outlet unknown"
_NEWEST = 4
# Among so many, reprints under the same headline leave that many.
_NEWEST_LOOKED_AT = 40
# Lines of a report that are shown; the rest is counted.
_SHOWN = 50


@dataclass(frozen=True, slots=True)
class MonthCount:
    """How many articles an outlet printed in a month.

    Attributes:
        month: YYYY-MM.
        outlet: "" where it is not known.
        articles: 1 or more.
    """

    month: str
    outlet: str
    articles: int


@dataclass(frozen=True, slots=True)
class ArchiveFacts:
    """What an archive holds, for people.

    Attributes:
        articles: all of them.
        undated: those without a day, which no month counts.
        first_day, last_day: of the dated ones.
        months: by month, then outlet; months without an article are left out.
        outlets: (name, articles), most articles first; articles without one are left out.
        authors: (name, articles), most articles first.
        newest: some of the newest articles, newest first, each headline once.
        questions: some to try, which the newest articles speak to.
    """

    articles: int
    undated: int
    first_day: dt.date | None
    last_day: dt.date | None
    months: tuple[MonthCount, ...]
    outlets: tuple[tuple[str, int], ...]
    authors: tuple[tuple[str, int], ...]
    newest: tuple[Article, ...] = ()
    questions: tuple[str, ...] = ()


# By archive: the generation that the facts are of, and the facts.
_known: WeakKeyDictionary[Archive, tuple[int, ArchiveFacts]] = WeakKeyDictionary()


def archive_facts(archive: Archive) -> ArchiveFacts:
    """Return what an archive holds; gathered once after each change to it, without a model."""
    generation = archive.generation
    known = _known.get(archive)
    if known is None or known[0] != generation:
        # Two who ask at once may both gather them, and find the same.
        known = _known[archive] = generation, _gathered(archive)
    return known[1]


def _gathered(archive: Archive) -> ArchiveFacts:
    months: Counter[tuple[str, str]] = Counter()
    outlets: Counter[str] = Counter()
    authors: Counter[str] = Counter()
    days: list[dt.date] = []
    articles = 0
    for published, outlet, names in archive.bylines():
        articles += 1
        if published:
            days.append(published)
            months[f"{published:%Y-%m}", outlet or ""] += 1
        if outlet:
            outlets[outlet] += 1
        authors.update(set(names))
    return ArchiveFacts(
        articles=articles,
        undated=articles - len(days),
        first_day=min(days, default=None),
        last_day=max(days, default=None),
        months=tuple(MonthCount(month, outlet, number) for (month, outlet), number in sorted(months.items())),
        outlets=_by_count(outlets),
        authors=_by_count(authors),
        newest=_each_headline_once(archive.newest(limit=_NEWEST_LOOKED_AT))[:_NEWEST],
        questions=questions_to_try(archive),
    )


def _each_headline_once(articles: Iterable[Article]) -> tuple[Article, ...]:
    by_headline: dict[str, Article] = {}
    for article in articles:
        by_headline.setdefault(comparing_form(article.title or article.id), article)
    return tuple(by_headline.values())


def _by_count(counted: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


def plot_rows(facts: ArchiveFacts, *, outlets: int = 6) -> list[dict[str, str | int]]:
    """Return {"month", "outlet", "articles"} for a stacked plot, without a gap between the months.

    Args:
        facts: the archive's.
        outlets: how many of them get a colour of their own; the smaller ones are one.
    """
    own = {name for name, _ in facts.outlets[:outlets]}
    rows: Counter[tuple[str, str]] = Counter()
    for one in facts.months:
        name = one.outlet if one.outlet in own else OTHERS if one.outlet else UNKNOWN
        rows[one.month, one_line(name)] += one.articles
    if facts.months:
        present = {month for month, _ in rows}
        largest = one_line(facts.outlets[0][0]) if facts.outlets else UNKNOWN
        for month in _months_between(facts.months[0].month, facts.months[-1].month):
            if month not in present:
                rows[month, largest] = 0
    return [{"month": month, "outlet": name, "articles": number} for (month, name), number in sorted(rows.items())]


def _months_between(first: str, last: str) -> Iterable[str]:
    year, month = map(int, first.split("-"))
    while (name := f"{year:04}-{month:02}") <= last:
        yield name
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def outlet_choices(facts: ArchiveFacts) -> list[tuple[str, str]]:
    """Return (label with the count, outlet) for a drop-down list, most articles first."""
    return _choices(facts.outlets)


def author_choices(facts: ArchiveFacts, *, limit: int = 500) -> list[tuple[str, str]]:
    """Return (label with the count, author) for a drop-down list: those with most articles, in that order."""
    return _choices(facts.authors[:limit])


def _choices(counted: Sequence[tuple[str, int]]) -> list[tuple[str, str]]:
    return [(f"{one_line(name)} ({number:,})", name) for name, number in counted]


def report_html(report: AddReport, title: Callable[[str], str] | None = None) -> str:
    """Return what an upload did: how much was added, updated, left as it was, and what was skipped and why.

    Args:
        report: what `Archive.add` returned.
        title: gives the headline of an article by its id; by default the id is shown.
    """
    return (
        f'<section class="pq-report" role="status"><p class="pq-report-sum">{_sum(report)}</p>'
        f"{_articles('Added', report.added, title)}"
        f"{_articles('Updated', report.updated, title)}"
        f"{_skipped(report.skipped)}{_notes(report.notes)}</section>"
    )


def _sum(report: AddReport) -> str:
    parts = [
        f"{count(len(report.added), 'article')} added",
        f"{len(report.updated):,} updated" if report.updated else "",
        f"{report.unchanged:,} stored already" if report.unchanged else "",
        f"{len(report.skipped):,} skipped" if report.skipped else "",
    ]
    return ", ".join(part for part in parts if part) + f" ({count(report.passages, 'passage')})."


def _articles(heading: str, ids: Sequence[str], title: Callable[[str], str] | None) -> str:
    rows = []
    for name in ids[:_SHOWN]:
        headline = one_line((title(name) if title else "") or name)
        rows.append(f'<li><span data-article="{escape(name)}">{escape(headline)}</span></li>')
    return _list(f"{heading}: {count(len(ids), 'article')}", "pq-report-articles", rows, len(ids))


def _skipped(skipped: Sequence[Skipped]) -> str:
    # What is damaged or refused comes before what is merely of another kind.
    ordered = sorted(skipped, key=lambda one: one.unsupported)
    rows = [
        f"<li><code>{text(_file(one.source))}</code> <span>{text(one.reason)}</span></li>" for one in ordered[:_SHOWN]
    ]
    return _list(f"Skipped: {count(len(skipped), 'source')}", "pq-report-skipped", rows, len(skipped))


def _notes(notes: Sequence[Note]) -> str:
    rows = [f"<li><code>{text(_file(one.source))}</code> <span>{text(one.text)}</span></li>" for one in notes[:_SHOWN]]
    return _list(f"Notes: {len(notes):,}", "pq-report-skipped", rows, len(notes))


def _file(source: str) -> str:
    """Return the name of an uploaded file, without the folder that it was put into on the way."""
    return source.replace("\\", "/").rstrip("/").rpartition("/")[2] or source


def _list(heading: str, name: str, rows: Sequence[str], total: int) -> str:
    if not rows:
        return ""
    more = f"<li>… and {total - len(rows):,} more</li>" if total > len(rows) else ""
    return f'<h3 class="pq-heading">{heading}</h3><ul class="{name}">{"".join(rows)}{more}</ul>'
