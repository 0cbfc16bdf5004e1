"""What is in the archive, by month and outlet: in a line, as a plot, and as a table."""

from __future__ import annotations

from collections import Counter

import gradio as gr
import pandas as pd  # type: ignore[import-untyped]

from pullquote.printable import one_line
from pullquote.ui.chat.archive_facts import ArchiveFacts, plot_rows
from pullquote.ui.markup import text
from pullquote.ui.wording import between, count

_OUTLETS = 6
# Bars in 900 px: beyond, they are drawn by year.
_MONTHS = 48
_LEVEL_LABELS = 12
# Told apart by people who don't tell red from green, on light and on dark (Okabe and Ito, 2008; darkened).
_COLOURS = ("#2f6db0", "#d0811b", "#3f9a7d", "#c65d86", "#8a7fc2", "#a8963a", "#8d887d", "#6f6b64")


def facts_html(facts: ArchiveFacts) -> str:
    """Return how much there is, of how many outlets, from when to when."""
    parts = [count(facts.articles, "article")]
    parts += [count(len(facts.outlets), "outlet")] if facts.outlets else []
    parts += [days] if (days := between(facts.first_day, facts.last_day)) else []
    parts += [f"{facts.undated:,} without a date"] if facts.undated else []
    return f'<h2 class="pq-heading">In this archive</h2><p class="pq-note">{text(" · ".join(parts))}</p>'


def table_html(facts: ArchiveFacts) -> str:
    """Return the plot's legend, and its numbers as a table for whoever can't see it."""
    rows = _rows(facts)
    if not rows:
        return ""
    colours = plotted(facts)[1]
    names = list(colours)
    printed = {(row["month"], row["outlet"]): row["articles"] for row in rows}
    head = "".join(f'<th scope="col">{text(name)}</th>' for name in names)
    body = ""
    for month in dict.fromkeys(row["month"] for row in rows):
        cells = "".join(f"<td>{printed.get((month, name), 0):,}</td>" for name in names)
        body += f'<tr><th scope="row">{month}</th>{cells}</tr>'
    keys = "".join(f'<li><span style="background:{tint}"></span>{text(name)}</li>' for name, tint in colours.items())
    return (
        f'<ul class="pq-legend">{keys}</ul><details><summary>These numbers as a table</summary><table class="pq-table">'
        f'<thead><tr><th scope="col">When</th>{head}</tr></thead><tbody>{body}</tbody></table></details>'
    )


def plot(facts: ArchiveFacts) -> gr.BarPlot:
    """Return the plot; call it where it is to stand."""
    frame, colours = plotted(facts)
    return gr.BarPlot(
        frame,
        x="month",
        y="articles",
        color="outlet",
        title="Articles by outlet",
        x_label_angle=label_angle(facts),
        x_title=" ",
        y_title="articles",
        color_title="",
        color_map=colours,
        # Its own legend doesn't wrap on a phone: `table_html` has one.
        colors_in_legend=[""],
        tooltip="all",
        height=260,
        visible=not frame.empty,
        elem_id="pq-plot",
    )


def plotted(facts: ArchiveFacts) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the plot's rows, and a colour for each outlet."""
    frame = pd.DataFrame(_rows(facts), columns=["month", "outlet", "articles"])
    names = dict.fromkeys(one_line(name) for name, _ in facts.outlets[:_OUTLETS])
    names |= dict.fromkeys(frame["outlet"])
    return frame, dict(zip(names, _COLOURS, strict=False))


def label_angle(facts: ArchiveFacts) -> int:
    """Return how far the labels below the plot are turned: so many that they would overlap stand upright."""
    return -90 if len({row["month"] for row in _rows(facts)}) > _LEVEL_LABELS else 0


def _rows(facts: ArchiveFacts) -> list[dict[str, str | int]]:
    """Return `plot_rows` by month; by year, where there are more months than can be told apart."""
    rows = plot_rows(facts, outlets=_OUTLETS)
    if len({row["month"] for row in rows}) <= _MONTHS:
        return rows
    years: Counter[tuple[str, str]] = Counter()
    for row in rows:
        years[str(row["month"])[:4], str(row["outlet"])] += int(row["articles"])
    return [{"month": year, "outlet": name, "articles": number} for (year, name), number in sorted(years.items())]
