"""Which articles a search may look at."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pullquote.errors import InputError


def parse_date(value: str | dt.date | None, *, name: str = "date") -> dt.date | None:
    """Return the day that an ISO 8601 date names, or None for None.

    Raises:
        InputError: `value` is not of the form YYYY-MM-DD; `name` says which argument it was.
    """
    if value is None or type(value) is dt.date:
        return value
    if isinstance(value, dt.datetime):
        return value.date()
    try:
        return dt.date.fromisoformat(str(value).strip())
    except ValueError as error:
        raise InputError(f"{name} must be a day such as 2031-05-04, not {str(value)[:40]!r}.") from error


@dataclass(frozen=True, slots=True)
class Filters:
    """Bounds on the articles that a search looks at; applied before the search, not to its top hits.

    An article without a date passes no date bound.

    Attributes:
        since: published on that day or later.
        until: published on that day or earlier.
        outlets: published by one of these (case-insensitive, whole name); empty: by anyone.
        authors: one of these names is in the byline (case-insensitive, whole name); empty: anyone.
        as_of: answer as the archive stood that day: nothing printed later, and what was printed
            just before it preferred.
    """

    since: dt.date | None = None
    until: dt.date | None = None
    outlets: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    as_of: dt.date | None = None

    @classmethod
    def of(
        cls,
        *,
        since: str | dt.date | None = None,
        until: str | dt.date | None = None,
        outlets: tuple[str, ...] = (),
        authors: tuple[str, ...] = (),
        as_of: str | dt.date | None = None,
    ) -> Filters:
        """Return filters from dates as users write them.

        Raises:
            InputError: a date is malformed, or `since` lies after the last day allowed.
        """
        filters = cls(
            since=parse_date(since, name="since"),
            until=parse_date(until, name="until"),
            outlets=tuple(outlets),
            authors=tuple(authors),
            as_of=parse_date(as_of, name="as_of"),
        )
        last_day = filters.last_day
        if filters.since and last_day and filters.since > last_day:
            raise InputError(f"since ({filters.since}) lies after the last day asked for ({last_day}).")
        return filters

    @property
    def last_day(self) -> dt.date | None:
        """The last day that `until` and `as_of` both allow, or None."""
        days = [day for day in (self.until, self.as_of) if day is not None]
        return min(days) if days else None
