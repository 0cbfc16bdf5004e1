"""The first screen: what the archive holds at a glance, its newest headlines, and how to ask."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from pullquote.articles import Article
from pullquote.ui.cards.parts import questions_to_try
from pullquote.ui.chat.archive_facts import ArchiveFacts
from pullquote.ui.markup import text, time_tag
from pullquote.ui.printable import shorten
from pullquote.ui.wording import between, count, publisher

_TITLE_CHARS = 120


def welcome(facts: ArchiveFacts) -> str:
    """Return the first screen's HTML; a click on a headline opens the article."""
    days = between(facts.first_day, facts.last_day)
    outlets = count(len(facts.outlets), "outlet") if facts.outlets else ""
    held = [part for part in (count(facts.articles, "article"), outlets, days) if part]
    return (
        '<div class="pq-welcome"><p class="pq-welcome-lead">What was printed?</p>'
        f"<p>{text(' · '.join(held))}</p>"
        '<ul class="pq-hints"><li><strong>Ask</strong> in a whole sentence: who, when, where, how many.</li>'
        "<li><strong>Follow up</strong> in half a one: “And who said that?”</li>"
        "<li><strong>Narrow it down</strong> by day, outlet or byline.</li></ul>"
        f"{questions_to_try(facts.questions)}{_headlines(facts.newest)}</div>"
    )


def _headlines(articles: Sequence[Article]) -> str:
    if not articles:
        return ""
    rows = "".join(f"<li>{_headline(article)}</li>" for article in articles)
    return (
        '<section class="pq-newest" aria-labelledby="pq-newest"><h2 id="pq-newest">Newest in the archive</h2>'
        f"<ul>{rows}</ul></section>"
    )


def _headline(article: Article) -> str:
    outlet = publisher(article.outlet, article.url)
    note = " · ".join(part for part in (text(outlet), time_tag(article.published)) if part)
    return (
        f'<button type="button" class="pq-headline" data-pq="cite" data-article="{escape(article.id)}">'
        f'<span class="pq-cite-title">{escape(shorten(article.title or article.id, _TITLE_CHARS))}</span> '
        f'<span class="pq-note">{note}</span></button>'
    )
