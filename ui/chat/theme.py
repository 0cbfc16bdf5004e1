"""Gradio's theme in the page's colours."""

from __future__ import annotations

from typing import Any

import gradio as gr


def theme() -> gr.themes.Base:
    """Return Gradio's theme in the page's colours and in fonts that Gradio itself brings: nothing is fetched."""
    paper, sheet, ink, quiet, rule = "#f6f4ef", "#ffffff", "#1b1a18", "#5b574f", "#d9d4c9"
    night, dark_sheet, chalk, dim, dark_rule = "#141517", "#1d1f22", "#ecebe7", "#b3b0a8", "#3a3d42"
    base = gr.themes.Base(
        font=(
            gr.themes.LocalFont("IBM Plex Sans", weights=(400, 700)),
            "system-ui",
            "-apple-system",
            "Segoe UI",
            "Noto Sans",
            "sans-serif",
        ),
        font_mono=("ui-monospace", "monospace"),
        text_size=gr.themes.sizes.text_md,
        radius_size=gr.themes.sizes.radius_sm,
    )
    colours: dict[str, Any] = {
        "body_background_fill": paper, "body_background_fill_dark": night,
        "background_fill_primary": paper, "background_fill_primary_dark": night,
        "background_fill_secondary": "#efece5", "background_fill_secondary_dark": "#191b1e",
        "block_background_fill": sheet, "block_background_fill_dark": dark_sheet,
        "body_text_color": ink, "body_text_color_dark": chalk,
        "body_text_color_subdued": quiet, "body_text_color_subdued_dark": dim,
        "block_label_text_color": quiet, "block_label_text_color_dark": dim,
        "block_title_text_color": ink, "block_title_text_color_dark": chalk,
        "block_info_text_color": quiet, "block_info_text_color_dark": dim,
        "input_placeholder_color": quiet, "input_placeholder_color_dark": dim,
        "border_color_primary": rule, "border_color_primary_dark": dark_rule,
        "input_background_fill": sheet, "input_background_fill_dark": dark_sheet,
        "input_border_color": "#8d887d", "input_border_color_dark": "#777a80",
        "input_border_width": "1px", "input_border_width_dark": "1px",
        "block_border_width": "0px", "block_border_width_dark": "0px",
        "block_shadow": "none", "block_title_text_weight": "600",
        "color_accent": "#1d4e89", "color_accent_soft": "#e3ebf5", "color_accent_soft_dark": "#25364d",
        "link_text_color": "#1d4e89", "link_text_color_dark": "#9cc2f5",
        "button_primary_background_fill": "#1d3d66", "button_primary_background_fill_dark": "#9cc2f5",
        "button_primary_background_fill_hover": "#142c4c", "button_primary_background_fill_hover_dark": "#bcd6f8",
        "button_primary_text_color": "#ffffff", "button_primary_text_color_dark": "#10151c",
        "button_secondary_background_fill": sheet, "button_secondary_background_fill_dark": dark_sheet,
        "button_secondary_background_fill_hover": "#efece5", "button_secondary_background_fill_hover_dark": "#2a2d31",
        "button_secondary_border_color": "#8d887d", "button_secondary_border_color_dark": "#777a80",
        "button_secondary_text_color": ink, "button_secondary_text_color_dark": chalk,
        "button_border_width": "1px", "button_border_width_dark": "1px",
        "checkbox_label_background_fill": "transparent", "checkbox_label_background_fill_dark": "transparent",
        "checkbox_label_background_fill_hover": "transparent",
        "checkbox_label_background_fill_hover_dark": "transparent",
        "checkbox_label_background_fill_selected": "transparent",
        "checkbox_label_background_fill_selected_dark": "transparent",
        "checkbox_label_text_color": ink, "checkbox_label_text_color_dark": chalk,
        "checkbox_label_text_color_selected": ink, "checkbox_label_text_color_selected_dark": chalk,
        "checkbox_label_padding": "3px 0",
        "checkbox_label_border_width": "0px", "checkbox_label_border_width_dark": "0px",
        "checkbox_background_color_selected": "#1d4e89", "checkbox_background_color_selected_dark": "#4f82bf",
        "checkbox_border_color": "#77726a", "checkbox_border_color_dark": "#8d9096",
    }  # fmt: skip
    return base.set(**colours)
