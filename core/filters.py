"""Which articles a search may look at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pullquote.arguments import names
from pullquote.errors import InputError


def parse_date(value: str | dt.date | None, *, name: str = "date") -> dt.date | None:
    """Return the day that an ISO 8601 date, or a time in its own zone, names, or None for None.

    Raises:
        InputError: `value` is not of the form YYYY-MM-DD, with or without a time; `name` says which argument it was.
    """
    if value is None or type(value) is dt.date:
        return value
    if isinstance(value, dt.datetime):
        return value.date()
    try:
        if not isinstance(value, str):
            raise ValueError("neither a text nor a day")
        # The day of a time is the one that it names, in its own zone: newspapers print their own day, too.
        return dt.datetime.fromisoformat(value.strip()).date()
    except ValueError as error:
        raise InputError(f"{name} must be a day such as 2031-05-04, not {str(value)[:40]!r}.") from error


@dataclass(frozen=True, slots=True)
class Filters:
    """Bounds on the articles that a search looks at; applied before the search, not to its top hits.

    An article without a date passes no date bound.

    Attributes:
        since: published on that day or later.
        until: published on that day or earlier.
        outlets: published by one of these (whole name, in its comparing form: case, accents and hyphens don't
            count); empty: by anyone.
        authors: one of these names is in the byline (likewise); empty: anyone.
        as_of: answer as the archive stood that day: nothing printed later, and what was printed
            just before it preferred.

    Raises:
        InputError: a date is malformed, `since` lies after the last day allowed, or a name is no text.
    """

    since: dt.date | None = None
    until: dt.date | None = None
    outlets: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    as_of: dt.date | None = None

    def __post_init__(self) -> None:
        for name in ("since", "until", "as_of"):
            object.__setattr__(self, name, parse_date(getattr(self, name), name=name))
        for name in ("outlets", "authors"):
            object.__setattr__(self, name, names(getattr(self, name), name))
        last_day = self.last_day
        if self.since and last_day and self.since > last_day:
            raise InputError(f"since ({self.since}) lies after the last day asked for ({last_day}).")

    @classmethod
    def of(
        cls,
        *,
        since: str | dt.date | None = None,
        until: str | dt.date | None = None,
        outlets: str | Iterable[str] = (),
        authors: str | Iterable[str] = (),
        as_of: str | dt.date | None = None,
    ) -> Filters:
        """Return filters from dates as users write them.

        Raises:
            InputError: a date is malformed, or `since` lies after the last day allowed.
        """
        written: dict[str, Any] = {
            "since": since,
            "until": until,
            "outlets": outlets,
            "authors": authors,
            "as_of": as_of,
        }
        return cls(**written)

    @classmethod
    def either(cls, filters: Filters | None, **single: Any) -> Filters:
        """Return filters that came as a whole or as single bounds (see `of`).

        Raises:
            InputError: both came, or what came as a whole is none, or a bound can't be used.
        """
        if filters is None:
            return cls.of(**single)
        if not isinstance(filters, Filters):
            raise InputError(f"filters must be pullquote.Filters, not a {type(filters).__name__}.")
        given = sorted(name for name, value in single.items() if value is not None and value != ())
        if given:
            raise InputError(f"Give filters= or single bounds, not both: {', '.join(given)} would not count.")
        return filters

    @property
    def last_day(self) -> dt.date | None:
        """The last day that `until` and `as_of` both allow, or None."""
        days = [day for day in (self.until, self.as_of) if day is not None]
        return min(days) if days else None
