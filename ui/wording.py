"""Dates, bylines and sentences that the terminal and the chat both show. Nothing here is escaped yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from urllib.parse import urlsplit

from pullquote.answers import Answer, Candidate, Citation

NOT_IN_ARCHIVE = "Not in this archive."


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


def confidence(candidate: Candidate) -> str:
    """Return how sure a candidate is: "confidence 92%" where that is a fitted probability."""
    if candidate.calibrated:
        return f"confidence {100 * candidate.confidence:.0f}%"
    return f"confidence {candidate.confidence:.2f} (uncalibrated)"


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
    bounds = (("from", looked_at.since), ("to", looked_at.until))
    days = " ".join(f"{word} {day(value)}" for word, value in bounds if value)
    return f"Searched {count(looked_at.articles, 'article')}{', ' + days if days else ''}."
