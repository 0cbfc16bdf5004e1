"""A run as one HTML page that needs nothing else: no network, no script, no font or image from elsewhere.

Questions, answers and articles are data: see `formatting` for how they are kept from being anything else.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from pullquote.answers import State
from pullquote.errors import InputError
from pullquote.eval.report import plots
from pullquote.eval.report.cases import excerpt, hint, withheld_though_right, wrong_answers
from pullquote.eval.report.every_question import every_question, filters
from pullquote.eval.report.formatting import environment
from pullquote.eval.runs.compare import NOISE_ABOVE, RunComparison
from pullquote.eval.runs.figures import LEAST_STORIES, Figure, percent
from pullquote.eval.runs.rows import Row
from pullquote.eval.runs.scores import PRECISION_ASKED, Scores
from pullquote.printable import printable

if TYPE_CHECKING:
    from pullquote.eval.runs.asking import Run

_TEMPLATE = "report.html.jinja"
_WORST, _WITHHELD, _CHANGED = 20, 10, 30
_GROUPS = {
    "all": "All questions",
    "answerable": "Answerable",
    "unanswerable": "Unanswerable",
    "fact": "Facts",
    "changing": "Answers that change",
    "speaker": "Who said it",
    "list": "Lists",
    "followup": "Follow-up questions",
    "far": "Worded far from the article",
}
_DIFFERENCES = {
    "exact_match": "Exact match",
    "f1": "F1",
    "right": "Right",
    "right_source": "Right, with source",
    "best_right": "Best candidate right, of the answerable",
}
_WHYS = {
    "wrong-event": "The archive tells of another event like it",
    "missing-fact": "The archive tells of it, but leaves this out",
    "false-premise": "The question takes for granted what isn’t so",
}
_SEARCH = {
    "hit": "A passage with an accepted answer (hit@k)",
    "recall": "Articles that should be found (recall@k)",
    "mrr": "How high the first of them stands (MRR@k)",
    "ndcg": "The order as a whole (nDCG@k)",
}
_SHARES = {
    "verbatim": "Citations all exactly as printed",
    "origins_right": "Independent reports counted right",
    "items_found": "Items of lists, among the candidates or items",
    "values_found": "Values given over time, among the candidates",
}
_STAGES = {"search": "Search", "read": "Reading", "combine": "Combining", "total": "Altogether"}


@dataclass(frozen=True, slots=True)
class Headline:
    """A large figure: the words that finish its sentence, and what it counts."""

    figure: Figure
    words: str
    counts: str
    unit: str = "question"
    percent: bool = True


def write_report(
    path: Path,
    run: Run,
    scores: Scores,
    *,
    comparison: RunComparison | None = None,
    floors_broken: Sequence[str] = (),
) -> None:
    """Write the report of a run; the same run gives the same bytes.

    Args:
        path: of the HTML file; its folder is made.
        run: facts and rows.
        scores: of the run.
        comparison: with a baseline.
        floors_broken: a sentence for each floor that the scores break.

    Raises:
        InputError: the file cannot be written.
    """
    page = report_html(run, scores, comparison=comparison, floors_broken=floors_broken)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError(f"The report {path} cannot be written: {error.strerror}.") from error


def report_html(
    run: Run, scores: Scores, *, comparison: RunComparison | None = None, floors_broken: Sequence[str] = ()
) -> str:
    """Return the report of a run as an HTML page."""
    judged = [row for row in run.rows if row.judged]
    wrong, withheld = wrong_answers(judged), withheld_though_right(judged)
    search, listed = _search_rows(scores), every_question(run.rows)
    latency_ms = {_STAGES.get(stage) or _ascii(stage): times for stage, times in scores.latency_ms.items()}
    template = environment().get_template(_TEMPLATE)
    return template.render(
        facts=run.facts,
        facts_shown=_facts(run),
        scores=scores,
        judged=len(judged),
        headlines=headlines(run, scores),
        broken=floors_broken,
        comparison=comparison,
        errors=Counter(row.error for row in run.rows if row.error).most_common(5),
        wrong=wrong,
        worst=wrong[:_WORST],
        withheld=withheld,
        surest_withheld=withheld[:_WITHHELD],
        changed_shown=_CHANGED,
        listed=listed,
        filters=filters(listed),
        threshold_now=_threshold_now(run),
        risk_plot=_risk_plot(run, scores, judged),
        bins_plot=Markup(plots.reliability_plot(scores.bins)) if scores.bins else None,
        time_plot=Markup(plots.latency_plot(latency_ms)) if latency_ms else None,
        bin_sizes=_bin_sizes(scores),
        latency_ms=latency_ms,
        search_rows=search,
        search_depths=sorted({depth for _, by_depth, _ in search for depth in by_depth}),
        citation_rows=[
            (_SHARES.get(name, name), figure, 1) for name, figure in {**scores.citations, **scores.lists}.items()
        ],
        why_rows=[(_WHYS.get(name, name), figure, 1) for name, figure in scores.why.items()],
        groups=_GROUPS,
        states=[state.value for state in State],
        differences=[(_difference_label(one.name), one) for one in comparison.differences] if comparison else [],
        least_stories=LEAST_STORIES,
        noise_above=NOISE_ABOVE,
        infinity=math.inf,
        excerpt=excerpt,
        hint=hint,
    )


def headlines(run: Run, scores: Scores) -> list[Headline]:
    """Return the large figures: of answers where the set judges them, else of the search."""
    found: list[Headline] = []
    everything, unanswerable = scores.groups.get("all"), scores.groups.get("unanswerable")
    if everything is None:
        return _search_headlines({name.lower(): figure for name, figure in scores.retrieval.items()})
    done_right = "An accepted answer was given" + (", or none where the archive holds none." if unanswerable else ".")
    found.append(Headline(everything.right, "answered rightly", done_right))
    if everything.right_source:
        found.append(
            Headline(
                everything.right_source,
                "right with a citation that supports it",
                "Of questions whose supporting words are known: the first citation overlaps them.",
            )
        )
    counts = "Sure and right; or nothing sure and a right quotation among three; or silent where there is no answer."
    found.append(Headline(everything.useful, "of questions left the user with what he needs", counts))
    if unanswerable:
        words = "of unanswerable questions, withheld"
        found.append(Headline(unanswerable.right, words, "The archive doesn’t hold the answer, and none was given."))
    given = [row for row in run.rows if row.judged and not row.abstained]
    if given:
        wrong = percent([float(not row.good) for row in given], given, seed=run.facts.seed)
        words = "of the answers given, wrong"
        found.append(Headline(wrong, words, "Questions left unanswered don’t count.", "answer"))
    return found


def _search_headlines(figures: Mapping[str, Figure]) -> list[Headline]:
    found = []
    if ndcg := figures.get("ndcg@10"):
        counts = "Of 100, which would be the best possible order of the first 10 articles."
        found.append(Headline(ndcg, "for the order of what is found (nDCG@10)", counts, percent=False))
    if recall := figures.get("recall@20"):
        counts = "Articles that the set names for a question; a mean over questions."
        found.append(Headline(recall, "of the articles that should be found, in the first 20", counts))
    if rank := figures.get("mrr@10"):
        counts = "Of 100, which would be the first place for every question; the second place counts 50."
        found.append(Headline(rank, "for how high the first of them stands (MRR@10)", counts, percent=False))
    return found


def _difference_label(name: str) -> str:
    measure = name.partition("@")[0]
    found = _SEARCH.get(measure.lower())
    return f"{found.partition(' (')[0]} ({name})" if found else _DIFFERENCES.get(name, name)


def _search_rows(scores: Scores) -> list[tuple[str, dict[int, Figure], int]]:
    """Return (label, figure by depth, questions) of each measure of the search, whose names are as "recall@5"."""
    found: dict[str, dict[int, Figure]] = {}
    for name, figure in scores.retrieval.items():
        measure, _, depth = name.rpartition("@")
        found.setdefault(measure, {})[int(depth)] = figure
    return [
        (_SEARCH.get(measure.lower(), measure), by_depth, next(iter(by_depth.values())).n)
        for measure, by_depth in found.items()
    ]


def _ascii(stage: str) -> str:
    """Return a name in letters that the plots' font has."""
    return printable(stage).encode("ascii", "backslashreplace").decode()[:24]


def _threshold_now(run: Run) -> float | None:
    now = run.facts.settings.get("given_from")
    return float(now) if isinstance(now, int | float) else None


def _risk_plot(run: Run, scores: Scores, judged: Sequence[Row]) -> Markup | None:
    if not scores.curve:
        return None
    marks = []
    given = [row for row in judged if not row.abstained]
    if given:
        wrong = sum(not row.good for row in given)
        marks.append(plots.Mark(len(given) / len(judged), wrong / len(given), "now", hollow=False))
    best = scores.threshold.confidence if scores.threshold else math.inf
    sure = [row for row in judged if row.confidence >= best]
    if sure:
        wrong = sum(not row.right for row in sure)
        marks.append(plots.Mark(len(sure) / len(judged), wrong / len(sure), "cheapest", hollow=True))
    svg = plots.risk_coverage_plot(scores.curve, marks, risk_asked=1 - PRECISION_ASKED)
    return Markup(svg)


def _bin_sizes(scores: Scores) -> str:
    sizes = sorted({one.n for one in scores.bins})
    return f"{sizes[0]:,} to {sizes[-1]:,}" if len(sizes) > 1 else "".join(f"{size:,} each" for size in sizes)


def _facts(run: Run) -> list[tuple[str, str]]:
    facts = asdict(run.facts)
    facts["settings"] = ", ".join(
        f"{name} {value if isinstance(value, str) else json.dumps(value, sort_keys=True)}"
        for name, value in sorted(run.facts.settings.items())
    )
    return [(name, str(value)) for name, value in facts.items()]
