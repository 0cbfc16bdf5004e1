"""Dates, bylines and sentences that the terminal and the chat both show. Nothing here is escaped yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from urllib.parse import urlsplit

from pullquote.answers import Answer, Candidate, Citation, Course, DatedValue, Quotation, Searched, Side, State
from pullquote.comparing_form import name_form

# Words for probabilities as analysts use them (US Intelligence Community Directive 203), from the lower bound of each
# band on: 0.80 is "very likely".
_BANDS = (
    (0.95, "almost certain"),
    (0.80, "very likely"),
    (0.55, "likely"),
    (0.45, "about as likely as not"),
    (0.20, "unlikely"),
    (0.05, "very unlikely"),
    (0.0, "almost certainly not"),
)
# Below "unlikely" that any of the candidates is right, the archive doesn't answer.
_GUESS_FROM = 0.20
# Quotations are shown while they are at least a quarter as likely as the first, and have some chance at all.
_SHOWN_SHARE, _SHOWN_FROM = 0.25, 0.10

_COURSES = {
    Course.AGREE: "By day: the reports agree",
    Course.CHANGED: "By day: this changed over time",
    Course.DISAGREE: "By day: reports disagree",
}
_DAYS_SHOWN = 8
# What mends an archive.
REPAIR = "pullquote check --repair"


def day(value: dt.date | None) -> str:
    """Return a day as "4 May 2031", or "" for None."""
    return f"{value.day} {value:%B} {value.year}" if value else ""


def byline(authors: Sequence[str]) -> str:
    """Return "By A, B and C", or "" without authors."""
    if not authors:
        return ""
    return "By " + " and ".join(part for part in (", ".join(authors[:-1]), authors[-1]) if part)


def imprint(outlet: str | None, authors: Sequence[str], published: dt.date | None) -> str:
    """Return "Harbour Courier · By Ines Amaro · 4 May 2031", as much of it as is known."""
    return " · ".join(part for part in (outlet or "", byline(authors), day(published)) if part)


def count(number: int, noun: str, plural: str = "") -> str:
    """Return "1 article", "2 articles", "1,204 articles"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def confidence(candidate: Candidate | Quotation) -> str:
    """Return how sure a value or a quotation is: "confidence 92%" where that is a fitted probability."""
    if candidate.calibrated:
        return f"confidence {100 * candidate.confidence:.0f}%"
    return f"confidence {candidate.confidence:.2f} (uncalibrated)"


def likelihood(candidate: Candidate | Quotation) -> str:
    """Return how sure a value or a quotation is in words: "very likely"; "not measured" for an unfitted reader."""
    if not candidate.calibrated:
        return "likelihood not measured"
    return next(words for bound, words in _BANDS if candidate.confidence >= bound)


def shown_quotations(answer: Answer | Side) -> tuple[Quotation, ...]:
    """Return the quotations that are shown where no value is sure: the first, and those that come near it."""
    first, *others = answer.quotations
    bound = max(_SHOWN_FROM, _SHOWN_SHARE * first.confidence)
    return (first, *(one for one in others if one.confidence >= bound))


def speaking(answer: Answer) -> str:
    """Return what stands above quotations where no value is sure."""
    shown = shown_quotations(answer)
    sorted_ = all(one.confidence >= other.confidence for one, other in pairwise(shown))
    order = (", the likeliest first" if sorted_ else "") if len(shown) > 1 else ""
    return f"The archive speaks to this, but no single value is sure. {count(len(shown), 'quotation')}{order}:"


def days_heading(answer: Answer) -> str:
    """Return how the values by day relate; "" where there are none to compare."""
    if len(answer.by_day) < 2 or answer.course is None:
        return ""
    return _COURSES[answer.course]


def shown_days(answer: Answer) -> tuple[DatedValue, ...]:
    """Return the values by day that are shown: the latest, and the first of all."""
    days = answer.by_day
    return days if len(days) <= _DAYS_SHOWN else (*days[: _DAYS_SHOWN - 1], days[-1])


def printed_on(value: DatedValue) -> str:
    """Return "4 May 2031 · Harbour Courier, Harbour Echo", and that a correction took the value back."""
    outlets = ", ".join(" ".join(outlet.split()) for outlet in value.outlets)
    withdrawn = "withdrawn by a correction" if value.withdrawn else ""
    return " · ".join(part for part in (day(value.day) or "no date", outlets, withdrawn) if part)


def said_by(citation: Citation) -> str:
    """Return "Speaker: Mara Lind", or "" where nobody is named."""
    return f"Speaker: {citation.speaker}" if citation.speaker else ""


def parted(answer: Answer) -> str:
    """Return what stands above the answers to several questions in one."""
    return f"{count(len(answer.parts), 'question')} in one, each answered by itself:"


def compared(side: Side) -> str:
    """Return what stands above one side of a comparison."""
    return side.about if side.speaks else f"{side.about}: nothing in this archive answers that"


def told_by_sides(answer: Answer) -> bool:
    """Return whether all that speaks to a comparison stands among its sides already."""
    return bool(answer.sides) and all(
        any(one is other for side in answer.sides for other in side.quotations) for one in answer.quotations
    )


def enumerated(answer: Answer) -> str:
    """Return what stands above the items of a list: how many, and that the archive may hold others."""
    found = count(len(answer.items), "item")
    if answer.state is State.SILENT:
        return f"{found} read, not sure enough:"
    return f"{found} found, each in its sentence; the archive may print more:"


def share(probability: float) -> str:
    """Return a probability as "46%"; neither 0% nor 100% is ever claimed."""
    return f"{min(99, max(1, round(100 * probability)))}%"


def absence(answer: Answer) -> str:
    """Return why there is no answer: no question, nothing to search, nothing that answers, or nothing sure enough."""
    if answer.remark is not None:
        return answer.remark.text
    if not answer.searched.articles:
        return "No article in this archive passes these filters."
    best = answer.answers[0] if answer.answers else None
    if best is None or sum(candidate.confidence for candidate in answer.answers) < _GUESS_FROM:
        return "Nothing in this archive answers that."
    guess = share(best.confidence) if best.calibrated else f"{best.confidence:.2f}, uncalibrated"
    return f"The archive has passages on this, but no answer that is sure enough (best guess {guess})."


def publisher(outlet: str | None, url: str | None) -> str:
    """Return who published an article: the outlet, else the site's name out of the address, else ""."""
    if outlet and outlet.strip():
        return outlet
    return (urlsplit(url or "").hostname or "").removeprefix("www.") if web_link(url) else ""


def printed_by(citations: Sequence[Citation]) -> str:
    """Return "printed by 3 outlets" for the outlets that carry a value; "" where none is known."""
    outlets = {name_form(publisher(one.outlet, one.url)) for one in citations} - {""}
    return f"printed by {count(len(outlets), 'outlet')}" if outlets else ""


def around_span(citation: Citation) -> tuple[str, str, str]:
    """Return the citation's sentence as (before, span, after); the span is empty where it isn't inside."""
    sentence = citation.sentence
    start = citation.start - citation.sentence_start
    end = min(citation.end - citation.sentence_start, len(sentence))
    if not 0 <= start < end:
        return sentence, "", ""
    return sentence[:start], sentence[start:end], sentence[end:]


def web_link(link: str | None) -> str | None:
    """Return `link` if it is an http or https address with a host, else None."""
    if not link or link != link.strip() or any(character <= " " for character in link):
        return None
    try:
        parts = urlsplit(link)
        return link if parts.scheme.lower() in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


def searched(answer: Answer) -> str:
    """Return what was looked at, such as "Searched 28 articles, from 2 May 2031 to 9 June 2031."."""
    looked_at = answer.searched
    if not looked_at.articles:
        return "No article in this archive passes these filters."
    days = between(looked_at.since, looked_at.until)
    said = f"Searched {count(looked_at.articles, 'article')}{', ' + days if days else ''}."
    return " ".join([said, *limits_of(looked_at)])


def limits_of(looked_at: Searched) -> list[str]:
    """Return sentences on what wasn't searched as it should be; none where all of it was."""
    told = []
    if looked_at.unembedded:
        told.append(
            f"Of {count(looked_at.passages, 'passage')}, {looked_at.unembedded:,} aren't embedded yet: they were "
            "searched by their words alone, and how likely an answer is right isn't known until they are."
        )
    # What is to be run stands at the end.
    return [*told, left_out(looked_at.altered)] if looked_at.altered else told


def left_out(altered: Sequence[str]) -> str:
    """Return what is said of articles that were found, but aren't what was stored any more."""
    were = "was" if len(altered) == 1 else "were"
    return f"{count(len(altered), 'article')} left out, which {were} altered after being stored; run: {REPAIR}"


def between(since: dt.date | None, until: dt.date | None) -> str:
    """Return "from 2 May 2031 to 9 June 2031", as much of it as is known."""
    return " ".join(f"{word} {day(value)}" for word, value in (("from", since), ("to", until)) if value)


def milliseconds(value: float) -> str:
    """Return "640 ms" or "1.4 s"."""
    return f"{value:,.0f} ms" if value < 1000 else f"{value / 1000:.1f} s"
