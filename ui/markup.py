"""Text of articles, and of users, as HTML: escaped, on one line, control characters visible."""

from __future__ import annotations

import datetime as dt
from html import escape

from pullquote.answers import Citation
from pullquote.printable import one_line
from pullquote.ui.wording import around_span, day


def text(value: str) -> str:
    """Return text for HTML."""
    return escape(one_line(value))


def marked_sentence(citation: Citation, mark: str = "<mark>") -> str:
    """Return the sentence that prints a value, the value between `mark` and its end."""
    before, span, after = (escape(_spaced(part)) for part in around_span(citation))
    return f"{before}{mark}{span}</mark>{after}" if span else f"{before}{after}"


def time_tag(published: dt.date | None) -> str:
    """Return the day of publication as words that programs can read, too; "" for none."""
    return f'<time datetime="{published.isoformat()}">{day(published)}</time>' if published else ""


def _spaced(part: str) -> str:
    """Return a part of a sentence on one line, with a space kept at either edge where it had white space."""
    line = one_line(part)
    if not line:
        return " " if part else ""
    return (" " if part[0].isspace() else "") + line + (" " if part[-1].isspace() else "")
