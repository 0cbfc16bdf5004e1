"""The Archive tab: what is in the archive, by month and outlet; adding to it; taking articles out."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import gradio as gr

from pullquote.articles import Article
from pullquote.errors import PullquoteError
from pullquote.ui.chat.archive_facts import archive_facts, report_html
from pullquote.ui.chat.archive_plot import facts_html, label_angle, plot, plotted, table_html
from pullquote.ui.chat.filters import FilterWidgets, refreshed
from pullquote.ui.chat.uploads import MAX_PASTED_CHARS, Pasted, sources_of
from pullquote.ui.chat.welcome import welcome
from pullquote.ui.markup import text
from pullquote.ui.wording import count, imprint, publisher

if TYPE_CHECKING:
    from pullquote.index.archive import Archive
    from pullquote.reports import AddProgress

_FOUND = 8


@dataclass(frozen=True)
class _Parts:
    facts: gr.HTML
    plot: gr.BarPlot
    table: gr.HTML
    filters: FilterWidgets
    welcome: gr.HTML

    def all(self) -> list[Any]:
        """Return what changes with the archive."""
        return [self.facts, self.plot, self.table, self.welcome, *self.chosen()]

    def chosen(self) -> list[Any]:
        """Return the filters that name what may go."""
        return [self.filters.outlets, self.filters.authors]


def archive_tab(archive: Archive, filters: FilterWidgets, bridge: gr.HTML, first: gr.HTML) -> None:
    """Build the tab where it is called, and its events.

    Args:
        archive: what is shown and written to.
        filters: whose choices follow the archive.
        bridge: the component that hears the buttons inside HTML.
        first: the first screen, which tells what the archive holds, too.
    """
    facts = archive_facts(archive)
    with gr.Column(elem_id="pq-archive"):
        parts = _Parts(_html(facts_html(facts), "pq-facts"), plot(facts), _html(table_html(facts)), filters, first)
        with gr.Row(elem_id="pq-change"):
            with gr.Column():
                _adding(archive, parts)
            with gr.Column():
                _removing(archive, parts, bridge)


def _html(value: str, name: str = "") -> gr.HTML:
    return gr.HTML(value, js_on_load=None, apply_default_css=False, elem_id=name or None)


def _heading(value: str) -> None:
    _html(f'<h2 class="pq-heading">{value}</h2>')


def _changed(archive: Archive, outlets: list[str] | None, authors: list[str] | None) -> tuple[Any, ...]:
    """Return updates of `_Parts.all`; the outlets and authors are those chosen as filters."""
    facts = archive_facts(archive)
    frame, colours = plotted(facts)
    return (
        facts_html(facts),
        gr.BarPlot(frame, color_map=colours, x_label_angle=label_angle(facts), visible=not frame.empty),
        table_html(facts),
        welcome(facts),
        *refreshed(facts, outlets or (), authors or ()),
    )


def _adding(archive: Archive, parts: _Parts) -> None:
    _heading("Add articles")
    files = gr.File(label="Files", file_count="multiple", elem_id="pq-files", height=140)
    _html(
        '<p class="pq-note">Text, saved pages, Word, PDF, mail, exports of Nexis, Factiva and ProQuest, JSON, CSV, '
        "feeds, and ZIP files of these.</p>"
    )
    pasted = gr.Textbox(
        label="Or paste the text of an article, or a page’s HTML",
        lines=5,
        max_lines=12,
        max_length=MAX_PASTED_CHARS,
        elem_id="pq-pasted",
    )
    with gr.Accordion("Where the pasted text is from", open=False, elem_id="pq-pasted-facts"):
        title = gr.Textbox(label="Headline", max_length=500)
        with gr.Row():
            outlet = gr.Textbox(label="Outlet", max_length=200)
            published = gr.Textbox(label="Published", placeholder="YYYY-MM-DD", max_length=10)
        with gr.Row():
            author = gr.Textbox(label="Byline", max_length=300)
            url = gr.Textbox(label="Link", placeholder="https://…", max_length=2000)
    button = gr.Button("Add to the archive", variant="primary", elem_id="pq-add")
    report = _html("", "pq-report")

    def add(
        uploads: list[str] | None,
        words: str,
        headline: str,
        printed_by: str,
        day: str,
        by: str,
        link: str,
        outlets: list[str] | None,
        authors: list[str] | None,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - how Gradio hands one in
    ) -> tuple[Any, ...]:
        def show(done: AddProgress) -> None:
            if done.to_embed:
                progress((done.embedded, done.to_embed), desc="Embedding; questions find them already", unit="passages")
                return
            total = max(done.bytes_total, 1)
            progress((done.bytes_done, total), desc=f"{count(done.articles, 'article')} stored", unit="bytes")

        progress(0, desc="Reading")
        try:
            with sources_of(
                uploads or [], Pasted(*(said or "" for said in (words, headline, printed_by, day, by, link)))
            ) as sources:
                done = archive.add(sources, progress=show)
        except PullquoteError as error:
            return _message(str(error)), gr.skip(), gr.skip(), *(gr.skip() for _ in parts.all())
        said = report_html(done, lambda name: _title(archive, name))
        return said, None, "", *_changed(archive, outlets, authors)

    button.click(
        add,
        [files, pasted, title, outlet, published, author, url, *parts.chosen()],
        [report, files, pasted, *parts.all()],
        concurrency_limit=1,
        concurrency_id="pq-writing",
        show_progress="full",
        show_progress_on=report,
        api_visibility="private",
    )


def _removing(archive: Archive, parts: _Parts, bridge: gr.HTML) -> None:
    _heading("Find and remove articles")
    query = gr.Textbox(
        label="Words of the article, its id or its link",
        max_length=1000,
        submit_btn="Find",
        elem_id="pq-find",
    )
    found = _html("", "pq-found")

    def find(words: str) -> str:
        return _found_html(archive, words or "")

    def remove(
        event: gr.EventData, words: str, outlets: list[str] | None, authors: list[str] | None
    ) -> tuple[Any, ...]:
        name = str(event._data.get("article", "")) if isinstance(event._data, dict) else ""
        try:
            done = archive.remove([name])
        except PullquoteError as error:
            return _message(str(error)), *(gr.skip() for _ in parts.all())
        said = "Removed." if done.removed else "That article is no longer in the archive."
        shown = f'<p class="pq-note" role="status">{said}</p>{_found_html(archive, words or "")}'
        return shown, *_changed(archive, outlets, authors)

    private: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    writing: dict[str, Any] = {"concurrency_limit": 1, "concurrency_id": "pq-writing"}
    query.submit(find, query, found, **private)
    bridge.remove(remove, [query, *parts.chosen()], [found, *parts.all()], **writing, **private)


def _found_html(archive: Archive, words: str) -> str:
    try:
        named = archive.article(words.strip())
        articles = [named] if named else [hit.article for hit in archive.search(words, limit=3 * _FOUND)]
    except PullquoteError as error:
        return _message(str(error))
    rows = "".join(_row(article) for article in list({one.id: one for one in articles}.values())[:_FOUND])
    return (
        f'<ul class="pq-found" data-words="{text(words)}">{rows}</ul>'
        if rows
        else '<p class="pq-note">Nothing found.</p>'
    )


def _row(article: Article) -> str:
    title = text(article.title or article.id)
    outlet = publisher(article.outlet, article.url)
    return (
        f'<li><p class="pq-title">{title}</p>'
        f'<p class="pq-note">{text(imprint(outlet, article.authors, article.published))}</p>'
        f'<button type="button" class="pq-button" data-pq="remove" data-pq-sure="Remove for good?" '
        f'data-article="{escape(article.id)}" aria-label="Remove “{title}”">Remove</button></li>'
    )


def _title(archive: Archive, name: str) -> str:
    article = archive.article(name)
    return article.title if article else ""


def _message(sentence: str) -> str:
    return f'<p class="pq-message" role="alert">{text(sentence)}</p>'
