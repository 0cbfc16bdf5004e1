"""The gate: floors under the scores of a gold set, pinned with what they were measured on.

Raising a floor is free; lowering one needs a reason, which is kept in the file.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from pullquote.errors import InputError, SourceError
from pullquote.eval.runs.rows import RunFacts
from pullquote.eval.runs.scores import Scores

# What is pinned over all questions, and how far a figure may fall below its pin before the gate shuts: bfloat16 on one
# machine and float32 on another read a few questions differently.
_SLACK = {
    "right": 1.5,
    "f1": 1.5,
    "right_source": 1.5,
    "quoted": 1.5,
    "useful": 1.5,
    "hit@20": 1.5,
    "auroc": 0.02,
    "ece": 0.02,
    "verbatim": 0.0,
}
_LOWER_IS_BETTER = frozenset({"ece"})
# A type's slack: as 1.5 is for the 432 questions of the report split, growing as the noise of a share does, with
# 1 / sqrt(n); never less than one question. That allows 4 of 165 facts, 2 of 68 unanswerable ones, 1 of 29 lists.
_TYPE_SLACK, _TYPE_SLACK_OF = 1.5, 432
# Groups of the scores that are no type.
_NO_TYPES = frozenset({"all", "answerable", "far"})
_UNANSWERABLE = "unanswerable"
# Where the layout before this one, which knew no types, kept what is now the floor of unanswerable questions.
_OLDER_UNANSWERABLE = "unanswerable_right"


@dataclass(frozen=True, slots=True)
class Floors:
    """Pinned figures.

    Attributes:
        gold_sha256: of the questions.
        archive_sha256: of the articles and the embedder.
        split: of the questions.
        floors: figure to its pin; for the ECE, a ceiling.
        types: type of question to the pin of the share done right, in percent: answered rightly, or, of unanswerable
            ones, withheld.
        regressions: a sentence for each time a pin was lowered, with its reason.
        older: the file was written before types were pinned: only that of unanswerable questions is there.
    """

    gold_sha256: str
    archive_sha256: str
    split: str
    floors: Mapping[str, float]
    types: Mapping[str, float] = field(default_factory=dict)
    regressions: tuple[str, ...] = ()
    older: bool = False


def pinned_figures(scores: Scores) -> dict[str, float]:
    """Return the figures over all questions that are pinned, as far as the scores have them; AUROC and ECE are 0..1."""
    everything = scores.groups.get("all")
    figures = {
        "right": everything and everything.right,
        "f1": everything and everything.f1,
        "right_source": everything and everything.right_source,
        "quoted": everything and everything.quotation,
        "useful": everything and everything.useful,
        "hit@20": scores.retrieval.get("hit@20"),
        "auroc": scores.abstention.get("auroc"),
        "ece": scores.calibration.get("ece"),
        "verbatim": scores.citations.get("verbatim"),
    }
    return {name: round(figure.value, 4) for name, figure in figures.items() if figure}


def pinned_types(scores: Scores) -> dict[str, float]:
    """Return the share done right of each type of question, in percent."""
    return {name: round(group.right.value, 4) for name, group in scores.groups.items() if name not in _NO_TYPES}


def pin_names(floors: Floors) -> dict[str, float]:
    """Return every pin under the name that messages use: "auroc", "fact: right", "unanswerable: withheld"."""
    return _named(floors.floors, floors.types)


def _named(figures: Mapping[str, float], types: Mapping[str, float]) -> dict[str, float]:
    return dict(figures) | {_type_name(kind): value for kind, value in types.items()}


def _type_name(kind: str) -> str:
    return f"{kind}: {'withheld' if kind == _UNANSWERABLE else 'right'}"


def type_slack(n: int) -> float:
    """Return how far a type's figure over n questions may fall below its pin, in percent."""
    slack = max(_TYPE_SLACK * math.sqrt(_TYPE_SLACK_OF / n), 100 / n)
    return math.ceil(100 * slack) / 100


def failures(floors: Floors, facts: RunFacts, scores: Scores) -> list[str]:
    """Return a sentence for each pin that the scores break; empty when the gate is open."""
    if wrong := _measured_on_something_else(floors, facts):
        return [wrong]
    figures = _named(pinned_figures(scores), pinned_types(scores))
    slacks = _SLACK | {_type_name(kind): type_slack(group.n) for kind, group in scores.groups.items()}
    broken = []
    for name, pin in pin_names(floors).items():
        slack = slacks.get(name, 0.0)
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
    fresh = Floors(facts.gold_sha256, facts.archive_sha256, facts.split, figures, pinned_types(scores))
    if floors is None:
        return fresh
    now = pin_names(fresh)
    worse = [
        f"{name} {pinned:g} -> {now.get(name, float('nan')):g}"
        for name, pinned in pin_names(floors).items()
        if name not in now or (now[name] > pinned if name in _LOWER_IS_BETTER else now[name] < pinned)
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
        older = "types" not in facts
        pins = _pins(facts["floors"])
        types = _pins({_UNANSWERABLE: pins.pop(_OLDER_UNANSWERABLE)} if _OLDER_UNANSWERABLE in pins else {})
        if not older:
            types = _pins(facts["types"])
        if not pins:
            raise ValueError("no pins")
        return Floors(
            gold_sha256=str(facts["gold_sha256"]),
            archive_sha256=str(facts["archive_sha256"]),
            split=str(facts["split"]),
            floors=pins,
            types=types,
            regressions=tuple(map(str, facts["regressions"])),
            older=older,
        )
    except OSError as error:
        raise SourceError(f"The floors {file} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SourceError(f"{file} does not hold floors ({error!r}).") from error


def _pins(facts: Any) -> dict[str, float]:
    pins = {str(name): float(value) for name, value in facts.items()}
    if not all(map(math.isfinite, pins.values())):
        raise ValueError("a pin that is no number")
    return pins


def write(floors: Floors, file: Path) -> None:
    """Write floors as JSON."""
    facts = asdict(floors)
    del facts["older"]
    file.write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
