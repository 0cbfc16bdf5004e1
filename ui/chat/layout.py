"""The chat's page: what stands where. The events between the parts are in `app.py`.

The conversation isn't a `gr.Chatbot`: that draws every message anew at every step. With cards for messages, Enter to
card took 0.4 s at first and 4 s after thirty questions (two cores, both busy); so only the turn that is new is sent,
and script.js puts it into the list.
"""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from pullquote.index.archive import Archive
from pullquote.ui.chat.archive_facts import ArchiveFacts
from pullquote.ui.chat.archive_tab import archive_tab
from pullquote.ui.chat.events import ChatSession
from pullquote.ui.chat.filters import FilterWidgets, filter_widgets
from pullquote.ui.chat.page import asset
from pullquote.ui.chat.welcome import welcome
from pullquote.ui.server.rate_limit import MAX_QUESTION_CHARS

_SESSION_S = 4 * 3600
_SIDEBAR_PX = 304

_MASTHEAD = (
    '<header class="pq-masthead"><h1><span aria-hidden="true">“</span>Pullquote</h1>'
    '<button type="button" id="pq-theme" class="pq-plain" aria-pressed="false">Dark</button></header>'
)
_TOOLS = (
    '<div class="pq-tools"><button type="button" class="pq-plain pq-filters" data-pq-filters>Filters</button>'
    '<details class="pq-menu"><summary>Export</summary><div class="pq-menu-list">'
    '<button type="button" class="pq-plain" data-pq="keep" data-form="markdown">Markdown</button>'
    '<button type="button" class="pq-plain" data-pq="keep" data-form="html">Web page</button>'
    '<button type="button" class="pq-plain" data-pq="keep" data-form="json">JSON</button></div></details>'
    '<button type="button" class="pq-plain" data-pq="anew">New conversation</button></div>'
)
_CLOSE = '<button type="button" class="pq-close" data-pq-close aria-label="Close the article">×</button>'
_TURNS = '<div id="pq-turns" role="log" aria-label="Conversation" aria-live="polite"></div>'
# Run when their component's value has changed; script.js provides `window.pullquote`.
_PANE_SCRIPT = "watch('value', () => { if (props.value) window.pullquote.showPane(); });"
_TURN_SCRIPT = "watch('value', () => window.pullquote.showTurn(element));"
_CHIPS_SCRIPT = """watch('value', () => {
  const list = element.querySelector('[data-query]');
  if (list) window.pullquote.share(list.dataset.query);
});"""


@dataclass(frozen=True)
class Parts:
    """The components that events read and write.

    Attributes:
        welcome: what stands in the place of the conversation before the first question.
        turn: the part of the conversation that is new; script.js puts it into the list.
        judged: the same for a part that got a verdict.
        question: the box that questions are typed into.
        chips: the active filters above the conversation.
        pane: the article that is read.
        bridge: hears every button inside HTML, and has an event of its own for each kind.
        export_file: a file on its way to the browser; never shown.
        session: the visitor's `ChatSession`.
        filters: the sidebar's inputs.
    """

    welcome: gr.HTML
    turn: gr.HTML
    judged: gr.HTML
    question: gr.Textbox
    chips: gr.HTML
    pane: gr.HTML
    bridge: gr.HTML
    export_file: gr.JSON
    session: gr.State
    filters: FilterWidgets


def lay_out(archive: Archive, facts: ArchiveFacts, *, read_only: bool) -> Parts:
    """Build the page's parts inside the `gr.Blocks` that is open; the Archive tab has its own events."""
    with gr.Sidebar(width=_SIDEBAR_PX, elem_id="pq-sidebar"):
        _html('<h2 class="pq-side-title">Narrow it down</h2>')
        filters = filter_widgets(facts)
    _html(_MASTHEAD)
    bridge = gr.HTML("", js_on_load=asset("script.js"), apply_default_css=False, elem_id="pq-bridge")
    with gr.Tabs(elem_id="pq-tabs"):
        with gr.Tab("Ask", id="ask"), gr.Row(elem_id="pq-ask"):
            with gr.Column(elem_id="pq-talk"):
                with gr.Row(elem_id="pq-bar"):
                    chip_row = gr.HTML("", js_on_load=_CHIPS_SCRIPT, apply_default_css=False, elem_id="pq-chips")
                    _html(_TOOLS)
                with gr.Column(elem_id="pq-conversation"):
                    first = _html(welcome(facts))
                    _html(_TURNS)
                question = _question()
            with gr.Column(elem_id="pq-reading"):
                _html(_CLOSE)
                pane = gr.HTML("", js_on_load=_PANE_SCRIPT, apply_default_css=False, elem_id="pq-pane")
        if not read_only:
            with gr.Tab("Archive", id="archive"):
                archive_tab(archive, filters, bridge, first)
    export_file = gr.JSON(visible=False)
    session = gr.State(ChatSession(), time_to_live=_SESSION_S)
    turn, judged = (
        gr.HTML("", js_on_load=_TURN_SCRIPT, apply_default_css=False, elem_classes="pq-arriving") for _ in range(2)
    )
    return Parts(first, turn, judged, question, chip_row, pane, bridge, export_file, session, filters)


def _html(value: str, name: str = "") -> gr.HTML:
    return gr.HTML(value, js_on_load=None, apply_default_css=False, elem_id=name or None)


def _question() -> gr.Textbox:
    return gr.Textbox(
        label="Question",
        show_label=False,
        placeholder="Ask the archive a question",
        lines=1,
        max_lines=5,
        max_length=MAX_QUESTION_CHARS,
        container=False,
        autofocus=True,
        submit_btn="Ask",
        elem_id="pq-question",
    )
