"""The comparison as a Markdown table, each figure beside its ratio to Pullquote's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

System = Mapping[str, Any]


class Measure(NamedTuple):
    """A row of the table: where its figure stands, what it is called, how many decimals it has."""

    part: str
    key: str
    words: str
    decimals: int = 1


_ALL, _WITH, _WITHOUT = "all questions", "with an answer", "without one"
MEASURES = (
    Measure("quality", "right", f"right thing done, {_ALL}, %"),
    Measure("quality", "exact_match", f"exact match, {_ALL}, %"),
    Measure("quality", "f1", f"F1, {_ALL}, %"),
    Measure("quality", "withheld", f"answer withheld, questions {_WITHOUT}, %"),
    Measure("quality", "best_right", f"best candidate right, questions {_WITH}, %"),
    Measure("quality", "best_exact_match", f"its exact match, questions {_WITH}, %"),
    Measure("quality", "best_f1", f"its F1, questions {_WITH}, %"),
    Measure("quality", "auroc", "AUROC of the score", 3),
    Measure("quality", "auroc_no_answer", 'AUROC of the score for "no answer"', 3),
    Measure("quality", "hit@1", f"hit@1, questions {_WITH}, %"),
    Measure("quality", "hit@5", f"hit@5, questions {_WITH}, %"),
    Measure("quality", "hit@20", f"hit@20, questions {_WITH}, %"),
    Measure("speed", "passages_per_s", "passages/s into the index"),
    Measure("speed", "median_ms", "ms an answer, median"),
    Measure("speed", "p95_ms", "ms an answer, 95th percentile"),
    Measure("speed", "peak_memory_mb", "peak memory, MB", 0),
)


def figure(system: System, measure: Measure) -> float | None:
    """Return a system's figure, or None where it has none."""
    found = system[measure.part].get(measure.key)
    if found is None:
        return None
    return float(found["value"] if measure.part == "quality" else found)


def ratios(system: System, pullquote: System) -> dict[str, float]:
    """Return a system's figures over Pullquote's, to three decimals; without those that Pullquote lacks or has at 0."""
    found = {}
    for measure in MEASURES:
        own, other = figure(pullquote, measure), figure(system, measure)
        if own and other is not None:
            found[measure.key] = round(other / own, 3)
    return found


def markdown(systems: Sequence[System], failures: Mapping[str, str]) -> str:
    """Return the table: a column a system, Pullquote first, then the failures, a line each.

    Args:
        systems: with `title`, `quality`, `speed`, `failed_questions`, `first_error`; the first is Pullquote.
        failures: title of a system that has no figures -> why, in a sentence.
    """
    pullquote = systems[0]
    lines = [
        "| | " + " | ".join(str(system["title"]) for system in systems) + " |",
        "| --- |" + " --- |" * len(systems),
    ]
    for measure in MEASURES:
        cells = [_cell(system, measure, pullquote) for system in systems]
        if any(cells):
            lines.append(
                f"| {measure.words}{_n(systems, measure)} | " + " | ".join(cell or "–" for cell in cells) + " |"
            )
    if any(system["failed_questions"] for system in systems):
        counts = " | ".join(str(system["failed_questions"]) for system in systems)
        lines.append(f"| questions that ended in an exception | {counts} |")
    notes = [
        f"{system['title']} raised on {system['failed_questions']} questions, the first time: {system['first_error']}"
        for system in systems
        if system["failed_questions"]
    ]
    notes += [f"{title}: {sentence}" for title, sentence in failures.items()]
    return "\n".join(lines) + "\n" + "".join(f"\n{note}\n" for note in notes)


def _cell(system: System, measure: Measure, pullquote: System) -> str:
    value = figure(system, measure)
    if value is None:
        return ""
    text = f"{value:,.{measure.decimals}f}"
    own = figure(pullquote, measure)
    return f"{text} ({value / own:.2f}×)" if own and system is not pullquote else text


def _n(systems: Sequence[System], measure: Measure) -> str:
    """Return how many questions a figure is over: the same ones for every system."""
    found = (system["quality"].get(measure.key) for system in systems if measure.part == "quality")
    return next((f" (n = {one['n']:,})" for one in found if one), "")
