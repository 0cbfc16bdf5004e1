"""The gate: floors under the scores of a gold set, pinned with what they were measured on.

Raising a floor is free; lowering one needs a reason, which is kept in the file.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pullquote.errors import InputError, SourceError
from pullquote.eval.rows import RunFacts
from pullquote.eval.scores import Scores

# What is pinned, and how far a figure may fall below its pin before the gate shuts: bfloat16 on one machine and
# float32 on another read a few questions differently.
_SLACK = {
    "right": 1.5,
    "f1": 1.5,
    "right_source": 1.5,
    "unanswerable_right": 3.0,
    "hit@20": 1.5,
    "auroc": 0.02,
    "ece": 0.02,
    "verbatim": 0.0,
}
_LOWER_IS_BETTER = frozenset({"ece"})


@dataclass(frozen=True, slots=True)
class Floors:
    """Pinned figures.

    Attributes:
        gold_sha256: of the questions.
        archive_sha256: of the articles and the embedder.
        split: of the questions.
        floors: figure to its pin; for the ECE, a ceiling.
        regressions: a sentence for each time a pin was lowered, with its reason.
    """

    gold_sha256: str
    archive_sha256: str
    split: str
    floors: Mapping[str, float]
    regressions: tuple[str, ...] = ()


def pinned_figures(scores: Scores) -> dict[str, float]:
    """Return the figures that are pinned, as far as the scores have them; percent, but for AUROC and ECE."""
    everything, unanswerable = scores.groups.get("all"), scores.groups.get("unanswerable")
    figures = {
        "right": everything and everything.right,
        "f1": everything and everything.f1,
        "right_source": everything and everything.right_source,
        "unanswerable_right": unanswerable and unanswerable.right,
        "hit@20": scores.retrieval.get("hit@20"),
        "auroc": scores.abstention.get("auroc"),
        "ece": scores.calibration.get("ece"),
        "verbatim": scores.citations.get("verbatim"),
    }
    return {name: round(figure.value, 4) for name, figure in figures.items() if figure}


def failures(floors: Floors, facts: RunFacts, scores: Scores) -> list[str]:
    """Return a sentence for each pin that the scores break; empty when the gate is open."""
    if wrong := _measured_on_something_else(floors, facts):
        return [wrong]
    figures = pinned_figures(scores)
    broken = []
    for name, pin in floors.floors.items():
        slack = _SLACK.get(name, 0.0)
        value = figures.get(name)
        if value is None:
            broken.append(f"{name} is pinned at {pin:g}, but this run doesn't have it.")
        elif name in _LOWER_IS_BETTER and value > pin + slack:
            broken.append(f"{name} is {value:g}; at most {pin:g} (+ {slack:g}) is allowed.")
        elif name not in _LOWER_IS_BETTER and value < pin - slack:
            broken.append(f"{name} is {value:g}; at least {pin:g} (- {slack:g}) is asked.")
    return broken


def _measured_on_something_else(floors: Floors, facts: RunFacts) -> str:
    for name in ("gold_sha256", "archive_sha256", "split"):
        pinned, now = getattr(floors, name), getattr(facts, name)
        if pinned != now:
            return (
                f"The floors were pinned on another {name.replace('_sha256', '')} ({pinned[:12]}, now {now[:12]}); "
                "look at what changed, then pin them anew: --pin."
            )
    return ""


def pin(floors: Floors | None, facts: RunFacts, scores: Scores, *, reason: str = "") -> Floors:
    """Return floors at today's figures.

    Args:
        floors: as they are; None where there are none yet.
        facts: of the run.
        scores: of the run.
        reason: why a floor may fall, or why questions or articles changed.

    Raises:
        InputError: a floor would fall, or the questions or articles are others, and no reason is given; or the
            scores have no figure that is pinned (of a set that judges articles only).
    """
    figures = pinned_figures(scores)
    if not figures:
        raise InputError(f"{facts.gold} judges no answers: there is nothing to pin.")
    fresh = Floors(facts.gold_sha256, facts.archive_sha256, facts.split, figures)
    if floors is None:
        return fresh
    worse = [
        f"{name} {pinned:g} -> {figures.get(name, float('nan')):g}"
        for name, pinned in floors.floors.items()
        if name not in figures or (figures[name] > pinned if name in _LOWER_IS_BETTER else figures[name] < pinned)
    ]
    moved = bool(_measured_on_something_else(floors, facts))
    if (worse or moved) and not reason.strip():
        what = ", ".join(worse) or "the questions or articles are others than those of the pins"
        raise InputError(f'This would lower what is asked ({what}); say why: --allow-regression "why".')
    notes = (f"{reason}: {', '.join(worse) or 'measured on other questions or articles'}",) if worse or moved else ()
    return replace(fresh, regressions=(*floors.regressions, *notes))


def read(file: Path) -> Floors:
    """Return the floors of a file.

    Raises:
        SourceError: it is missing or damaged.
    """
    try:
        facts = json.loads(file.read_text(encoding="utf-8"))
        pins = {str(name): float(value) for name, value in facts["floors"].items()}
        if not pins or not all(map(math.isfinite, pins.values())):
            raise ValueError("no pins, or one that is no number")
        return Floors(
            gold_sha256=str(facts["gold_sha256"]),
            archive_sha256=str(facts["archive_sha256"]),
            split=str(facts["split"]),
            floors=pins,
            regressions=tuple(map(str, facts["regressions"])),
        )
    except OSError as error:
        raise SourceError(f"The floors {file} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SourceError(f"{file} does not hold floors ({error!r}).") from error


def write(floors: Floors, file: Path) -> None:
    """Write floors as JSON."""
    file.write_text(json.dumps(asdict(floors), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
