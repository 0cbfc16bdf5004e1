"""The report's plots as SVG text, coloured by the page's CSS variables so that they follow light and dark.

They are drawn 340 units wide, the column of a phone, so that their 13-unit letters stay readable there. The
same input gives the same bytes: no date, a fixed salt for ids, and the font that matplotlib itself brings for
measuring (the page shows its own). matplotlib's settings are put back after each plot.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes

    from pullquote.eval.metrics.calibration import Bin

_WIDTH = 340
_UNITS_AN_INCH = 72

# Stand-ins that matplotlib draws with, and what each becomes: a variable of the page, or its light value.
_INK, _QUIET, _RULE, _ACCENT, _PAPER = "#010101", "#020202", "#030303", "#040404", "#050505"
_PAGE_COLOURS = {
    _INK: "var(--ink, #1c1917)",
    _QUIET: "var(--quiet, #55555f)",
    _RULE: "var(--rule, #d6d3cc)",
    _ACCENT: "var(--accent, #1d4ed8)",
    _PAPER: "var(--paper, #fdfcf9)",
}
_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.family": "DejaVu Sans",
    "font.size": 13.0,
    "axes.labelsize": 13.0,
    "axes.labelcolor": _QUIET,
    "axes.edgecolor": _QUIET,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": _RULE,
    "grid.linewidth": 0.8,
    "xtick.color": _QUIET,
    "ytick.color": _QUIET,
    "xtick.labelsize": 13.0,
    "ytick.labelsize": 13.0,
    "text.color": _INK,
    "legend.fontsize": 13.0,
    "legend.frameon": False,
}
# The page's fonts stand in for the one measured with; where a text is anchored still matters.
_FONT = re.compile(r"font-family: [^;]*;? ?")
_LOCAL_LINK = re.compile(r"url\(#")
# Dots of the reliability diagram, in square units: the bin with the most questions, and the least that shows.
_LARGEST_DOT, _SMALLEST_DOT = 150.0, 9.0


class Mark(NamedTuple):
    """A point to be marked on the risk-coverage curve, both 0..1, what it is, and how its dot is drawn."""

    coverage: float
    risk: float
    label: str
    hollow: bool


def risk_coverage_plot(curve: Sequence[tuple[float, float]], marks: Sequence[Mark], *, risk_asked: float) -> str:
    """Return the risk-coverage curve as SVG.

    Args:
        curve: (coverage, risk), 0..1, by rising coverage; at least one point.
        marks: at most two have room for their labels.
        risk_asked: drawn as a dashed line, 0..1.
    """
    share, wrong = ([100 * point[at] for point in curve] for at in (0, 1))

    def draw(axes: Axes) -> None:
        axes.plot(share, wrong, color=_ACCENT, linewidth=2, marker="o" if len(curve) == 1 else None)
        asked = 100 * risk_asked
        axes.axhline(asked, color=_QUIET, linewidth=1.2, dashes=(4, 3), label=f"{asked:.0f}% wrong")
        for mark in marks:
            axes.plot(
                [100 * mark.coverage],
                [100 * mark.risk],
                linestyle="none",
                marker="o",
                markersize=13 if mark.hollow else 8,  # so that both show in one place
                markerfacecolor="none" if mark.hollow else _ACCENT,
                markeredgecolor=_ACCENT,
                markeredgewidth=2,
                clip_on=False,
                label=mark.label,
            )
        axes.set(xlim=(0, 102), ylim=(0, max(1.15 * max(wrong), 150 * risk_asked)))
        axes.set_xlabel("Questions answered, %")
        axes.set_ylabel("Wrong among them, %")
        axes.legend(loc="lower left", bbox_to_anchor=(-0.03, 1.0), ncols=3, handlelength=1.2, columnspacing=1.0)

    described = [f"{mark.label}: {100 * mark.coverage:.1f}% answered, {100 * mark.risk:.1f}% wrong." for mark in marks]
    described.append(f"With everything answered, {wrong[-1]:.1f}% are wrong.")
    return _svg("risk", 270, draw, title="Risk-coverage curve", description=" ".join(described))


def reliability_plot(bins: Sequence[Bin]) -> str:
    """Return the reliability diagram as SVG: one dot a bin, its area by the number of questions."""
    most = max(one.n for one in bins)
    sure, right = [100 * one.mean_confidence for one in bins], [100 * one.share_right for one in bins]

    def draw(axes: Axes) -> None:
        axes.plot([0, 100], [0, 100], color=_QUIET, linewidth=1.2, dashes=(4, 3))
        for one, height in zip(bins, right, strict=True):
            axes.plot([100 * one.lower, 100 * one.upper], [height, height], color=_ACCENT, linewidth=1)
        axes.scatter(
            sure,
            right,
            s=[max(_SMALLEST_DOT, _LARGEST_DOT * one.n / most) for one in bins],
            color=_ACCENT,
            edgecolors=_PAPER,
            linewidths=1,
            zorder=3,
        )
        axes.set(xlim=(-3, 103), ylim=(-3, 103), xticks=range(0, 101, 25), yticks=range(0, 101, 25))
        axes.set_xlabel("Confidence, %")
        axes.set_ylabel("Right, %")

    described = (f"{c:.0f}% sure: {r:.0f}% right (n = {one.n})" for c, r, one in zip(sure, right, bins, strict=True))
    return _svg("bins", 270, draw, title="Reliability diagram", description="; ".join(described) + ".")


def latency_plot(latency_ms: Mapping[str, tuple[float, float]]) -> str:
    """Return the time of each stage as SVG: a bar to the median, a line on to the 95th percentile.

    Args:
        latency_ms: (median, 95th percentile) by the stage's name as it is to be shown; at least one.
    """
    places = range(len(latency_ms))
    medians, p95s = zip(*latency_ms.values(), strict=True)

    def draw(axes: Axes) -> None:
        axes.barh(places, medians, height=0.5, color=_ACCENT)
        axes.hlines(places, medians, p95s, color=_ACCENT, linewidth=1.5)
        axes.plot(p95s, places, "|", color=_ACCENT, markersize=12, markeredgewidth=2)
        axes.set(xlim=(0, max(1.05 * max(p95s), 1.0)), ylim=(len(places) - 0.5, -0.5))
        axes.set_yticks(places, list(latency_ms))
        axes.tick_params(axis="y", length=0, labelcolor=_INK)
        axes.grid(visible=False, axis="y")
        axes.locator_params(axis="x", nbins=5)
        axes.set_xlabel("Milliseconds")

    described = (f"{name}: median {low:.1f}, 95th percentile {high:.1f}" for name, (low, high) in latency_ms.items())
    height = 70 + 38 * len(latency_ms)
    return _svg("time", height, draw, title="Milliseconds by stage", description="; ".join(described) + ".")


def _svg(name: str, height: int, draw: Callable[[Axes], None], *, title: str, description: str) -> str:
    """Return what `draw` draws; `name` begins every id, so that several plots can stand in one page."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with _settings(name):
        figure = Figure(figsize=(_WIDTH / _UNITS_AN_INCH, height / _UNITS_AN_INCH), layout="constrained")
        FigureCanvasSVG(figure)
        figure.patch.set_visible(False)
        axes = figure.add_subplot()
        axes.patch.set_visible(False)
        draw(axes)
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    return _for_page(text.getvalue(), name, title, description)


@contextmanager
def _settings(salt: str) -> Iterator[None]:
    """Draw with these settings alone, whatever a user's matplotlibrc says, and put back those that were there."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({**_SETTINGS, "svg.hashsalt": salt})
        yield


def _for_page(svg: str, name: str, title: str, description: str) -> str:
    """Return matplotlib's SVG file as an element for an HTML page: named, described, with its colours and no style."""
    root = ElementTree.fromstring(svg)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.endswith(("}style", "}metadata")):
                parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.partition("}")[2]
        for key, value in list(element.attrib.items()):
            del element.attrib[key]
            element.set(key.partition("}")[2] or key, _attribute(key, value, name))
    for key in ("width", "height", "version"):
        root.attrib.pop(key, None)
    root.attrib |= {"class": "plot", "role": "img", "aria-labelledby": f"{name}-title {name}-desc"}
    for tag, text in (("desc", description), ("title", title)):
        element = ElementTree.Element(tag, {"id": f"{name}-{tag}"})
        element.text = text
        root.insert(0, element)
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)


def _attribute(key: str, value: str, name: str) -> str:
    if key == "id":
        return f"{name}-{value}"
    if key.endswith("href"):
        return f"#{name}-{value.removeprefix('#')}"
    value = _LOCAL_LINK.sub(f"url(#{name}-", value)
    if key == "style":
        value = _FONT.sub("", value)
        for stand_in, colour in _PAGE_COLOURS.items():
            value = value.replace(stand_in, colour)
    return value
