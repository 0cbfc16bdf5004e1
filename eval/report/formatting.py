"""How the report shows values: every one is escaped, made visible and, where it is missing, a dash."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from pullquote.eval.runs.scores import Figure
from pullquote.printable import printable

_DASH = "–"
_LONGEST_CHARS = 300
_WORDINGS = 4
_SHA256 = re.compile(r"\b[0-9a-f]{64}\b")


@cache
def environment() -> Environment:
    """Return the templates beside this file, with everything escaped and the filters below."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "number": number,
        "signed": signed,
        "interval": interval,
        "p": p_value,
        "day": day,
        "hashes": hashes,
        "cut": cut,
        "wordings": wordings,
    }
    return made


def shown(value: object) -> object:
    """Return what stands for a value in the page, before it is escaped: each printed expression comes through here."""
    if value is None:
        return _DASH
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def number(value: float | None, digits: int = 1) -> str:
    """Return a number with that many decimals, a dash for None, infinity and what isn't a number."""
    return _DASH if value is None or not math.isfinite(value) else f"{value:,.{digits}f}"


def signed(value: float, digits: int = 1) -> str:
    """Return a difference with its sign, the minus as U+2212."""
    return f"{value:+,.{digits}f}".replace("-", "−") if math.isfinite(value) else _DASH


def interval(figure: Figure, digits: int = 1) -> str:
    """Return "59.8–68.4"."""
    ends = (number(figure.low, digits), number(figure.high, digits))
    return _DASH if _DASH in ends else "–".join(ends)


def p_value(value: float) -> str:
    """Return a p-value with three decimals; those that would show as zero are "below 0.001"."""
    return "below 0.001" if value < 0.001 else number(value, 3)


def day(text: str | None) -> str:
    """Return an ISO date as "4 May 2031", and what isn't one as it is."""
    try:
        value = dt.date.fromisoformat(text or "")
    except ValueError:
        return text or ""
    return f"{value.day} {value:%B} {value.year}"


def hashes(text: str) -> Markup:
    """Return text with each SHA-256 in it shortened, the whole of it in a title."""
    escaped = str(escape(printable(text)))
    return Markup(_SHA256.sub(lambda match: f'<abbr title="{match[0]}">{match[0][:12]}</abbr>', escaped))


def cut(text: str) -> str:
    """Return text of 300 characters at most, with an ellipsis where it was longer."""
    return text if len(text) <= _LONGEST_CHARS else text[: _LONGEST_CHARS - 1] + "…"


def wordings(accepted: Sequence[str]) -> str:
    """Return the first accepted wordings, and how many more there are."""
    more = len(accepted) - _WORDINGS
    return " / ".join(map(cut, accepted[:_WORDINGS])) + (f" and {more} more" if more > 0 else "")
