"""Problems as Gradio shows them in a corner of the page, where a message counts as HTML."""

from __future__ import annotations

import gradio as gr

from pullquote.ui.markup import text


def toast(problem: Exception) -> gr.Error:
    """Return a problem's sentence to raise in an event of the page; a visitor's or an article's words in it stay words.

    Not for programs: what they are told is text.
    """
    return gr.Error(text(str(problem)), print_exception=False)
